"""Why an account holds something else than its links' signals say, from what is known; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from justtrades_desktop.domain.execution import ExecutionState
from justtrades_desktop.domain.links import AccountKey, Link
from justtrades_desktop.domain.orders import Decision, Execution, Purpose, Verdict, Wish
from justtrades_desktop.domain.values import plain

_SKEW: Final = timedelta(seconds=2)  # a broker's clock is not ours
_BY_SIGNAL: Final = (Purpose.CLOSE, Purpose.TRIM)
_WISHES: Final = {
    Wish.ENTER: "the entry",
    Wish.ADD: "the add",
    Wish.TRIM: "the trim",
    Wish.CLOSE: "the close",
    Wish.REVERSE: "the reversal",
}


class Place(NamedTuple):
    """A contract of an account; ``symbols`` are the names that signals have for it."""

    key: AccountKey
    contract_id: int
    contract: str
    symbols: Set[str]

    def is_of(self, decision: Decision) -> bool:
        """Whether a decision is about it."""
        if decision.key != self.key:
            return False
        if decision.contract:
            return decision.contract == self.contract
        return decision.symbol in self.symbols


class Cause(NamedTuple):
    """``said`` follows a colon and has no full stop; both are empty where nobody knows."""

    said: str = ""
    at: datetime | None = None


def cause_of(
    execution: ExecutionState,
    place: Place,
    links: Sequence[Link],
    names: Mapping[int, str],
    *,
    way: int,
    began: datetime | None,
) -> Cause:
    """What made the difference in ``place``.

    ``way`` is +1 where the account holds too much towards long, else -1. ``began`` is when the
    signal positions there were opened, None where they are flat.
    """
    fills = _by_fills(execution, place, links, names, way=way, began=began)
    decision = _by_decision(execution, place, links, began)
    if fills.at is not None and decision.at is not None:
        return fills if fills.at > decision.at else decision
    if fills.said or decision.said:
        return fills if fills.said else decision
    if began is not None and not any(held.link_id in _ids(links) for held in execution.held):
        who = ", ".join(_name(link, names) for link in links)
        if not any(place.is_of(d) and d.link_id in _ids(links) for d in execution.decisions):
            return Cause(f"{who} takes part from its next entry")
    return Cause()


def _ids(links: Sequence[Link]) -> Set[int]:
    return {link.id for link in links}


def _name(link: Link, names: Mapping[int, str]) -> str:
    return names.get(link.recorder_id, f"link {link.id}")


# Fills


def _by_fills(
    execution: ExecutionState,
    place: Place,
    links: Sequence[Link],
    names: Mapping[int, str],
    *,
    way: int,
    began: datetime | None,
) -> Cause:
    fills = [f for f in _fills_since(execution, place, began) if f.way.sign == way]
    fills = [f for f in fills if _is_other(f, flat=began is None)]
    if not fills:
        return Cause()
    newest = fills[0]
    same = [f for f in fills if (f.purpose, f.link_id) == (newest.purpose, newest.link_id)]
    if newest.purpose is Purpose.FLATTEN or _flattened(execution, place, newest):
        return Cause("flatten all closed it", newest.at)
    link = next((each for each in links if each.id == newest.link_id), None)
    who = "" if link is None else _name(link, names)
    reason = _reason_of(execution, newest)
    return Cause(f"{_whose(newest, who)} {_traded(same)}{reason}", newest.at)


def _fills_since(
    execution: ExecutionState, place: Place, began: datetime | None
) -> Iterator[Execution]:
    """Newest first."""
    for fill in execution.executions:
        if (fill.key, fill.contract_id) != (place.key, place.contract_id):
            continue
        if began is None or fill.at >= began - _SKEW:
            yield fill


def _is_other(fill: Execution, *, flat: bool) -> bool:
    """Whether something else than the signals themselves did it."""
    if fill.purpose is None or fill.purpose is Purpose.HAND:
        return True
    if flat:
        return False  # an exit of the trade before leaves nothing open
    by_signal = fill.purpose in _BY_SIGNAL and fill.signal_id is not None
    return not (by_signal or fill.purpose.opens)


def _flattened(execution: ExecutionState, place: Place, fill: Execution) -> bool:
    """The broker flattens by itself, under an order of its own: only the time tells."""
    begun = next((f.begun for f in execution.flattening if f.key == place.key), None)
    if begun is None or fill.purpose is not None or fill.at < begun - _SKEW:
        return False
    return not any(
        other.purpose is not None and other.purpose.opens and begun < other.at < fill.at
        for other in _fills_since(execution, place, begun)
    )


def _whose(fill: Execution, name: str) -> str:
    of = f" of {name}" if name else ""
    match fill.purpose:
        case None:
            return "somebody else"
        case Purpose.TARGET:
            return f"a target{of}"
        case Purpose.STOP:
            return f"a stop{of}"
        case Purpose.HAND:
            return "an order by hand"
        case _:
            return f"a close{of}"


def _traded(fills: Sequence[Execution]) -> str:
    quantity = sum(fill.quantity for fill in fills)
    paid = sum((fill.price * fill.quantity for fill in fills), Decimal(0))
    word = "bought" if fills[0].way.sign > 0 else "sold"
    return f"{word} {quantity} at {plain(round(paid / quantity, 4))}"


def _reason_of(execution: ExecutionState, fill: Execution) -> str:
    """Why something other than an exit at the broker closed it."""
    if fill.purpose not in _BY_SIGNAL:
        return ""
    found = (d.reason for d in execution.decisions if d.id == fill.decision_id)
    reason = next(found, "")
    return f", because {_end(reason)}" if reason else ""


# Decisions


def _by_decision(
    execution: ExecutionState, place: Place, links: Sequence[Link], began: datetime | None
) -> Cause:
    ids = _ids(links)
    newest = next((d for d in execution.decisions if d.link_id in ids and place.is_of(d)), None)
    if newest is None or (began is not None and newest.at < began - _SKEW):
        return Cause()
    said = _said(newest)
    return Cause(said, newest.at) if said else Cause()


def _said(decision: Decision) -> str:
    what = _WISHES.get(decision.wish) or ("the add" if decision.before else "the entry")
    why = _end(decision.reason or decision.came)
    more = f": {why}" if why else ""
    match decision.verdict:
        case Verdict.SENT:
            return f"{what} is on its way"
        case Verdict.WAITING:
            return f"{what} waits{more}"
        case Verdict.REFUSED:
            return f"{what} was refused{more}"
        case Verdict.PARKED:
            return f"{what} is parked and waits for you{more}"
        case Verdict.FAILED:
            return f"{what} failed{more}"
        case Verdict.PERSON:
            return f"{what} needs a person{more}"
        case Verdict.SUPERSEDED:
            return f"{what} was superseded{more}"
        case Verdict.SHADOW:
            return "the link was in shadow when it came"
        case Verdict.NOTHING:
            return why
        case _:
            return ""


def _end(said: str) -> str:
    return said.rstrip(" .")
