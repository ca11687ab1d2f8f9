"""The limits that a trader sets at the broker, and what happens when a day's loss reaches them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from justtrades_desktop.simulator import drafts, money, placing
from justtrades_desktop.simulator.commands import Ticket
from justtrades_desktop.simulator.drafts import Body
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.prices import as_json, exact, iso, moment
from justtrades_desktop.simulator.refusals import Denied, Malformed, NotThere, Refused

_KIND: Final = "userAccountAutoLiq"
_MONEY: Final = (
    "marginPercentageAlert",
    "dailyLossPercentageAlert",
    "dailyLossAlert",
    "marginPercentageLiqOnly",
    "dailyLossPercentageLiqOnly",
    "dailyLossLiqOnly",
    "marginPercentageAutoLiq",
    "dailyLossPercentageAutoLiq",
    "dailyLossAutoLiq",
    "weeklyLossAutoLiq",
    "trailingMaxDrawdown",
    "trailingMaxDrawdownLimit",
    "dailyProfitAutoLiq",
    "weeklyProfitAutoLiq",
)


def create(pit: Pit, user_id: int, body: Body) -> dict[str, Any]:
    """userAccountAutoLiq/create, for an account that has none; its id is the account's."""
    account_id = _account(pit, user_id, body)
    if account_id in pit.world.entities.get(_KIND, {}):
        raise Malformed(f"account {account_id} has its limits already")
    fields = {"changesLocked": False, **_limits(body)}
    pit.books.create(_KIND, fields, owner=user_id, id=account_id)
    return _shown(pit, account_id)


def update(pit: Pit, user_id: int, body: Body) -> dict[str, Any]:
    """userAccountAutoLiq/update: a full replacement, but for whether changes are locked."""
    account_id = _account(pit, user_id, body)
    known = pit.world.entities.get(_KIND, {}).get(account_id)
    if known is None:
        raise NotThere(f"{_KIND} {account_id}")
    if known.get("changesLocked"):
        raise Denied("changes are locked")
    pit.books.update(_KIND, account_id, **_limits(body))
    return _shown(pit, account_id)


def enforce(pit: Pit) -> None:
    """Close all accounts whose loss of the day has reached their limit."""
    for limits in tuple(pit.books.of(_KIND)):
        most = limits.get("dailyLossAutoLiq")
        if most is None:
            continue
        account_id = int(limits["id"])
        if not _is_over(pit, account_id):
            if day_pnl(pit, account_id) > -most:
                continue
            _lock(pit, account_id)
        _close_all(pit, account_id)


def unlock(pit: Pit) -> None:
    """A new trade date: entries are allowed again, unless the trader wanted otherwise."""
    for limits in tuple(pit.books.of(_KIND)):
        if _is_over(pit, limits["id"]) and not limits.get("doNotUnlock"):
            pit.books.update(
                "accountRiskStatus", limits["id"], userTriggeredLiqOnly=False, liquidateOnly=None
            )


def day_pnl(pit: Pit, account_id: int) -> Decimal:
    """Realized P&L of the day before fees, and what is open at the last prices."""
    realized: Decimal = pit.books.get("cashBalance", pit.world.cash[account_id])["realizedPnL"]
    return realized + money.open_pnl(pit, account_id)


def _is_over(pit: Pit, account_id: int) -> bool:
    return bool(pit.books.get("accountRiskStatus", account_id).get("userTriggeredLiqOnly"))


def _lock(pit: Pit, account_id: int) -> None:
    pit.books.update(
        "accountRiskStatus", account_id, userTriggeredLiqOnly=True, liquidateOnly=pit.stamp()
    )
    for contract_id in tuple(pit.world.working):
        placing.cancel_all(pit, account_id, contract_id, "the loss limit of the day is reached")


def _close_all(pit: Pit, account_id: int) -> None:
    """Close what is open; while the session is closed that waits for the next one."""
    if not pit.is_open():
        return
    for position in tuple(pit.books.of("position")):
        contract_id = position["contractId"]
        mine = position["accountId"] == account_id and position["netPos"]
        if not mine or _is_closing(pit, account_id, contract_id):
            continue
        try:
            placing.flatten(pit, account_id, contract_id, Ticket(), admin=True)
        except Refused:
            continue  # the rejected order says why


def _is_closing(pit: Pit, account_id: int, contract_id: int) -> bool:
    orders = map(pit.order, pit.world.working.get(contract_id, ()))
    return any(
        order.account_id == account_id and order.alive and pit.books.get("order", order.id)["admin"]
        for order in orders
    )


def _account(pit: Pit, user_id: int, body: Body) -> int:
    account_id = drafts.whole(body, "id")
    account = pit.books.visible("account", account_id, user_id)
    if account is None or account["readonly"]:
        raise Denied(f"account {account_id}")
    return account_id


def _limits(body: Body) -> dict[str, Any]:
    limits: dict[str, Any] = {name: _money(body, name) for name in _MONEY}
    at = body.get("flattenTimestamp")
    return limits | {
        "flattenTimestamp": None if at is None else iso(moment(at)),
        "trailingMaxDrawdownMode": drafts.text(body, "trailingMaxDrawdownMode"),
        "doNotUnlock": drafts.flag(body, "doNotUnlock"),
    }


def _money(body: Body, name: str) -> Decimal | None:
    value = body.get(name)
    if value is None:
        return None
    number = exact(value)
    if number < 0:
        raise Malformed(f"{name} is below 0")
    return number


def _shown(pit: Pit, account_id: int) -> dict[str, Any]:
    shown: dict[str, Any] = as_json(pit.books.get(_KIND, account_id))
    return shown
