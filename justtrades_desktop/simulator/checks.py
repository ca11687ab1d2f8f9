"""Whether an order may be placed: the market's side, the session, the account and its margin."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from justtrades_desktop.simulator import money
from justtrades_desktop.simulator.lifecycle import Draft
from justtrades_desktop.simulator.matching import trigger_of
from justtrades_desktop.simulator.orders import BUY, STOPS, Terms
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.refusals import Refused

_WRONG_PAIR = "Wrong OCO combination"


def stop_side(pit: Pit, contract_id: int, *, action: str, terms: Terms) -> None:
    """A buy stop belongs above the last price, a sell stop below.

    Raises:
        Refused: InvalidPrice, unless the settings let such stops go off at once.
    """
    mark = pit.world.marks.get(contract_id)
    if mark is None or terms.kind not in STOPS or not pit.settings.refuse_wrong_side_stops:
        return
    sign = 1 if action == BUY else -1
    if terms.stop is not None and (terms.stop - mark.last) * sign <= 0:
        side = "above" if action == BUY else "below"
        raise Refused("InvalidPrice", f"a {action} stop must be {side} the last price {mark.last}")


def pair(legs: Sequence[Draft], last: Decimal | None) -> None:
    """Two legs that cancel each other wait on different sides of the market.

    ``last`` None compares them only with each other.

    Raises:
        Refused: InvalidPrice.
    """
    places = [_place(leg) for leg in legs]
    above = [price for side, price in places if side > 0]
    below = [price for side, price in places if side < 0]
    if len(above) != 1 or len(below) != 1 or above[0] <= below[0]:
        raise Refused("InvalidPrice", _WRONG_PAIR)
    if last is not None and not below[0] < last < above[0]:
        raise Refused("InvalidPrice", _WRONG_PAIR)


def _place(leg: Draft) -> tuple[int, Decimal]:
    """+1 for a leg that waits above the market, -1 for below, and its price; 0 for neither."""
    sign = 1 if leg.action == BUY else -1
    terms = leg.terms
    if terms.kind in STOPS and terms.stop is not None:
        return sign, terms.stop
    waits = trigger_of(terms) if terms.kind == "MIT" else terms.price
    if terms.kind in {"Limit", "MIT"} and waits is not None:
        return -sign, waits
    return 0, Decimal(0)


def risk(pit: Pit, drafts: Sequence[Draft], *, more: int | None = None) -> Refused | None:
    """Why the broker's risk check refuses, None if it does not.

    ``drafts`` are one order, or the legs of a pair of which only one can fill. ``more`` is how many
    contracts a change adds to what works already.
    """
    draft = drafts[0]
    if not pit.is_open() and _needs_session(draft):
        return Refused("SessionClosed", "the session is closed")
    if draft.terms.kind == "Market" and draft.contract_id not in pit.world.marks:
        return Refused("NoQuote", "there is no price yet")
    return _restriction(pit, drafts) or _margin(pit, drafts, more)


def _needs_session(draft: Draft) -> bool:
    if draft.ticket.activation is not None:
        return False
    return draft.terms.kind == "Market" or draft.terms.time_in_force not in {"GTC", "GTD"}


def _restriction(pit: Pit, drafts: Sequence[Draft]) -> Refused | None:
    draft = drafts[0]
    status = pit.books.get("accountRiskStatus", draft.account_id)
    action, lost = status["adminAction"], status.get("userTriggeredLiqOnly")
    if action == "Normal" and not lost:
        return None
    if not any(_increases(pit, each) for each in drafts):
        return None
    if action == "Normal":
        return Refused("LiquidationOnly", "the loss limit of the day is reached")
    locked = action == "LockTradingImmediately"
    return Refused("TradingLocked" if locked else "LiquidationOnly", f"the account is in {action}")


def _increases(pit: Pit, draft: Draft) -> bool:
    net = pit.net(draft.account_id, draft.contract_id)
    size = draft.terms.quantity if draft.action == BUY else -draft.terms.quantity
    return abs(net + size) > abs(net)


def _margin(pit: Pit, drafts: Sequence[Draft], more: int | None) -> Refused | None:
    draft = drafts[0]
    buys = [each.terms.quantity for each in drafts if each.action == BUY]
    sells = [each.terms.quantity for each in drafts if each.action != BUY]
    sides = (max(buys, default=0), max(sells, default=0))
    if more is not None:
        sides = (more, 0) if draft.action == BUY else (0, more)
    before = money.used_margin(pit, draft.account_id)
    after = money.used_margin(pit, draft.account_id, {draft.contract_id: sides})
    worth = money.net_liquidation(pit, draft.account_id)
    if after <= before or after <= worth:
        return None
    return Refused(
        "UnknownReason",
        f"Insufficient initial margin: {after:,.2f} would be needed, the account has {worth:,.2f}",
    )
