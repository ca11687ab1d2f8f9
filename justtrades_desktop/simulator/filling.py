"""One fill, with all that it changes: reports, order, position, cash."""

from __future__ import annotations

from decimal import Decimal

from justtrades_desktop.simulator import commands, lifecycle, money, positions
from justtrades_desktop.simulator.orders import LiveOrder
from justtrades_desktop.simulator.pit import Filled, Pit


def fill(pit: Pit, order: LiveOrder, quantity: int, price: Decimal) -> None:
    """``quantity`` contracts of ``order`` trade at ``price``."""
    order.filled += quantity
    order.value += quantity * price
    status = order.status
    if not order.remaining:
        order.status = "Filled"
    commands.execution(pit, order, "Trade", last=(quantity, price))
    order.status = status
    # Before the end of the same order: children take their size from fills, then are let go.
    pit.consequences.append(Filled(order.id, quantity, price))
    if not order.remaining:
        lifecycle.end(pit, order, "Filled")
    fill_id = _entity(pit, order, quantity, price)
    fee = money.charge(pit, order, fill_id, quantity)
    points = positions.book(pit, order, fill_id, quantity=quantity, price=price)
    money.settle_trade(pit, order, fill_id, points=points, fee=fee)


def _entity(pit: Pit, order: LiveOrder, quantity: int, price: Decimal) -> int:
    return pit.books.create(
        "fill",
        {
            "orderId": order.id,
            "contractId": order.contract_id,
            "timestamp": pit.stamp(),
            "tradeDate": pit.trade_date(),
            "action": order.action,
            "qty": quantity,
            "price": price,
            "active": True,
            "finallyPaired": 0,
        },
        owner=order.user_id,
    )
