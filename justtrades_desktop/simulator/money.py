"""Cash, margin and what an account is worth."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from justtrades_desktop.simulator import positions
from justtrades_desktop.simulator.orders import LiveOrder
from justtrades_desktop.simulator.pit import Pit

_NOTHING = Decimal(0)


def settle_trade(
    pit: Pit, order: LiveOrder, fill_id: int, *, points: Decimal, fee: Decimal
) -> None:
    """Realized P&L and fees of one fill into the cash of its account."""
    gain = points * pit.point_value(order.contract_id)
    balance = pit.books.get("cashBalance", pit.world.cash[order.account_id])
    _log(pit, order, balance, "TradePaired", gain, fill_id)
    _log(pit, order, balance, "Commission", -fee, fill_id)
    pit.books.update(
        "cashBalance",
        balance["id"],
        timestamp=pit.stamp(),
        tradeDate=pit.trade_date(),
        amount=balance["amount"] + gain - fee,
        realizedPnL=balance["realizedPnL"] + gain,
        weekRealizedPnL=balance["weekRealizedPnL"] + gain,
    )


def _log(
    pit: Pit, order: LiveOrder, balance: dict[str, Any], kind: str, delta: Decimal, fill_id: int
) -> None:
    if not delta:
        return
    pit.books.create(
        "cashBalanceLog",
        {
            "accountId": order.account_id,
            "timestamp": pit.stamp(),
            "tradeDate": pit.trade_date(),
            "currencyId": balance["currencyId"],
            "amount": balance["amount"] + delta,
            "cashChangeType": kind,
            "fillId": fill_id,
            "delta": delta,
        },
        owner=order.user_id,
    )


def charge(pit: Pit, order: LiveOrder, fill_id: int, quantity: int) -> Decimal:
    """The fees of a fill, written down under the fill's id."""
    fees = pit.settings.fees
    pit.books.create(
        "fillFee",
        {
            "commission": fees.commission * quantity,
            "clearingFee": fees.clearing * quantity,
            "exchangeFee": fees.exchange * quantity,
            "nfaFee": fees.nfa * quantity,
        },
        owner=order.user_id,
        id=fill_id,
    )
    return fees.total * quantity


def roll(pit: Pit, before: date, today: date) -> None:
    """A new trade date: the day's realized P&L begins again, on a new week the week's too."""
    calendar = pit.settings.calendar
    new_week = calendar.week(before) != calendar.week(today)
    for balance in pit.books.of("cashBalance"):
        pit.books.update(
            "cashBalance",
            balance["id"],
            timestamp=pit.stamp(),
            tradeDate=pit.trade_date(),
            realizedPnL=_NOTHING,
            amountSOD=balance["amount"],
            weekRealizedPnL=_NOTHING if new_week else balance["weekRealizedPnL"],
        )


def open_pnl(pit: Pit, account_id: int) -> Decimal:
    """Unrealized P&L at the last prices; a contract without price counts nothing."""
    total = _NOTHING
    for position in pit.books.of("position"):
        mark = pit.world.marks.get(position["contractId"])
        if position["accountId"] == account_id and mark is not None:
            points = positions.open_points(pit, position["id"], mark.last)
            total += points * pit.point_value(position["contractId"])
    return total


def net_liquidation(pit: Pit, account_id: int) -> Decimal:
    """Cash and unrealized P&L."""
    cash: Decimal = pit.books.get("cashBalance", pit.world.cash[account_id])["amount"]
    return cash + open_pnl(pit, account_id)


def snapshot(pit: Pit, account_id: int) -> dict[str, Any]:
    """The answer to getcashbalancesnapshot."""
    balance = pit.books.get("cashBalance", pit.world.cash[account_id])
    unrealized = open_pnl(pit, account_id)
    initial = position_margin(pit, account_id)
    return {
        "totalCashValue": balance["amount"],
        "totalPnL": balance["realizedPnL"] + unrealized,
        "initialMargin": initial,
        "maintenanceMargin": initial * pit.settings.margins.maintenance,
        "netLiq": balance["amount"] + unrealized,
        "openPnL": unrealized,
        "realizedPnL": balance["realizedPnL"],
        "weekRealizedPnL": balance["weekRealizedPnL"],
    }


def position_margin(pit: Pit, account_id: int) -> Decimal:
    """Initial margin of what is held."""
    return sum(
        (
            abs(each["netPos"]) * margin_of(pit, each["contractId"])
            for each in pit.books.of("position")
            if each["accountId"] == account_id
        ),
        _NOTHING,
    )


def margin_of(pit: Pit, contract_id: int) -> Decimal:
    """Initial margin of one contract."""
    return pit.settings.margins.of(pit.product(contract_id).root)


def used_margin(
    pit: Pit, account_id: int, extra: dict[int, tuple[int, int]] | None = None
) -> Decimal:
    """Initial margin in the worst case: each position with all its buys or all its sells.

    ``extra`` adds buys and sells that are only asked for, by contract id.
    """
    exposed: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for contract_id, (buys, sells) in (extra or {}).items():
        exposed[contract_id] = [buys, sells]
    for contract_id, ids in pit.world.working.items():
        for order in map(pit.order, ids):
            if order.account_id == account_id and not order.held and not _counted(pit, order):
                exposed[contract_id][order.sign < 0] += order.remaining
    held = {
        each["contractId"]
        for each in pit.books.of("position")
        if each["accountId"] == account_id and each["netPos"]
    }
    for contract_id in held:
        exposed.setdefault(contract_id, [0, 0])
    return sum(
        (
            _worst(pit.net(account_id, contract_id), buys, sells) * margin_of(pit, contract_id)
            for contract_id, (buys, sells) in exposed.items()
        ),
        _NOTHING,
    )


def _counted(pit: Pit, order: LiveOrder) -> bool:
    """Whether the other leg stands for both: only one of them can fill."""
    if order.oco_id is None or order.oco_id > order.id:
        return False
    other = pit.order(order.oco_id)
    return other.alive and other.sign == order.sign


def _worst(net: int, buys: int, sells: int) -> int:
    return max(abs(net), abs(net + buys), abs(net - sells))


def remargin(pit: Pit, account_id: int) -> None:
    """Bring the account's margin snapshot up to date, if anything in it is new."""
    held = position_margin(pit, account_id)
    used = used_margin(pit, account_id)
    entity = pit.books.get("marginSnapshot", account_id)
    if (entity["positionMargin"], entity["totalUsedMargin"]) == (held, used):
        return
    pit.books.update(
        "marginSnapshot",
        account_id,
        timestamp=pit.stamp(),
        initialMargin=used,
        maintenanceMargin=used * pit.settings.margins.maintenance,
        totalUsedMargin=used,
        fullInitialMargin=used,
        positionMargin=held,
    )
