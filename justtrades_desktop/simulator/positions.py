"""Fills into positions: net size and price, pairs of opposite fills first in first out."""

from __future__ import annotations

from decimal import Decimal

from justtrades_desktop.simulator.orders import BUY, LiveOrder
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.world import OpenFill


def book(pit: Pit, order: LiveOrder, fill_id: int, *, quantity: int, price: Decimal) -> Decimal:
    """Add a fill to its position; returns the P&L that it realizes, in points x contracts."""
    position_id = _position(pit, order)
    position = pit.books.get("position", position_id)
    buying = order.action == BUY
    side = "bought" if buying else "sold"
    pairs = _paired(
        pit, position_id, order, OpenFill(fill_id=fill_id, quantity=quantity, price=price)
    )
    pit.books.update(
        "position",
        position_id,
        timestamp=pit.stamp(),
        tradeDate=pit.trade_date(),
        netPos=position["netPos"] + order.sign * quantity,
        netPrice=average(pit, position_id),
        **{
            side: position[side] + quantity,
            f"{side}Value": position[f"{side}Value"] + quantity * price,
        },
    )
    for fill, paired in pairs:
        _pair(pit, position_id, order, fill, fill_id=fill_id, quantity=paired, price=price)
    return sum(((price - fill.price) * -order.sign * paired for fill, paired in pairs), Decimal(0))


def average(pit: Pit, position_id: int) -> Decimal | None:
    """The mean price of what is open; None when flat."""
    fills = pit.world.open_fills[position_id]
    size = sum(fill.quantity for fill in fills)
    total = sum((fill.quantity * fill.price for fill in fills), Decimal(0))
    return total / size if size else None


def open_points(pit: Pit, position_id: int, price: Decimal) -> Decimal:
    """Unrealized P&L at ``price``, in points x contracts."""
    sign = 1 if pit.books.get("position", position_id)["netPos"] > 0 else -1
    fills = pit.world.open_fills[position_id]
    return sum((sign * (price - fill.price) * fill.quantity for fill in fills), Decimal(0))


def roll(pit: Pit) -> None:
    """A new trade date: what is held becomes what was held before, the day's sums begin again."""
    for position in pit.books.of("position"):
        pit.books.update(
            "position",
            position["id"],
            tradeDate=pit.trade_date(),
            prevPos=position["netPos"],
            prevPrice=position["netPrice"],
            bought=0,
            boughtValue=Decimal(0),
            sold=0,
            soldValue=Decimal(0),
        )


def _position(pit: Pit, order: LiveOrder) -> int:
    key = f"{order.account_id}:{order.contract_id}"
    known = pit.world.positions.get(key)
    if known is not None:
        return known
    position_id = pit.books.create(
        "position",
        {
            "accountId": order.account_id,
            "contractId": order.contract_id,
            "timestamp": pit.stamp(),
            "tradeDate": pit.trade_date(),
            "netPos": 0,
            "netPrice": None,
            "bought": 0,
            "boughtValue": Decimal(0),
            "sold": 0,
            "soldValue": Decimal(0),
            "prevPos": 0,
            "prevPrice": None,
        },
        owner=order.user_id,
    )
    pit.world.positions[key] = position_id
    pit.world.open_fills[position_id] = []
    return position_id


def _paired(
    pit: Pit, position_id: int, order: LiveOrder, new: OpenFill
) -> list[tuple[OpenFill, int]]:
    """Take ``new`` against the oldest opposite fills, or keep it open; returns what it closed."""
    fills = pit.world.open_fills[position_id]
    pairs = []
    if pit.books.get("position", position_id)["netPos"] * order.sign < 0:
        while new.quantity and fills:
            paired = min(new.quantity, fills[0].quantity)
            pairs.append((fills[0], paired))
            fills[0].quantity -= paired
            new.quantity -= paired
            if not fills[0].quantity:
                fills.pop(0)
    if new.quantity:
        fills.append(new)
    return pairs


def _pair(
    pit: Pit,
    position_id: int,
    order: LiveOrder,
    fill: OpenFill,
    *,
    fill_id: int,
    quantity: int,
    price: Decimal,
) -> None:
    buy, sell = (fill_id, fill.fill_id) if order.action == BUY else (fill.fill_id, fill_id)
    prices = (price, fill.price) if order.action == BUY else (fill.price, price)
    for each in (buy, sell):
        done = pit.books.get("fill", each)["finallyPaired"] + quantity
        pit.books.update("fill", each, finallyPaired=done)
    pit.books.create(
        "fillPair",
        {
            "positionId": position_id,
            "buyFillId": buy,
            "sellFillId": sell,
            "qty": quantity,
            "buyPrice": prices[0],
            "sellPrice": prices[1],
            "active": True,
        },
        owner=order.user_id,
    )
