"""The Position Doctor: what the broker holds against what the links mean, and one safe repair each.

A repair lowers exposure or leaves it as it is: it cancels exits, closes part of what is open, puts
protective exits there, or takes what is there as it is. What somebody traded by hand is said and
never corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from justtrades_desktop.domain.execution import Finding, Repair, Trouble
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Held, Intent, Purpose, Way, way_of
from justtrades_desktop.domain.resting import EXITS, closing, ids_of, unfit
from justtrades_desktop.domain.resting import Resting as Resting  # part of the Chart

_PATIENCE: Final = timedelta(seconds=30)
_SECOND: Final = "%H:%M:%S UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is known of one contract of one account. Contracts are signed, above 0 is long.

    ``net`` is None while the broker has not said, ``known`` False while what it said may be old.
    ``wants_exits`` says whether the link's settings ask for a target and for a stop; ``others``
    counts the living orders of somebody else. While a lane is ``busy`` with it, only what is
    unknown and what is in doubt for long is worth a word.
    """

    key: AccountKey
    contract_id: int
    contract: str
    net: int | None
    known: bool = True
    held: Held | None = None
    link_name: str = ""
    wants_exits: tuple[bool, bool] = (False, False)
    exits: Sequence[Resting] = ()
    others: int = 0
    doubts: Sequence[Intent] = ()
    busy: bool = False


class Short(NamedTuple):
    """So many contracts more need an exit of that purpose; others rest already."""

    purpose: Purpose
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A finding, and what its one repair comes to.

    Orders in ``cancel`` must be over before ``reduce`` contracts are closed; where a smaller order
    protects as well, lowering them to what remains does the same. ``way`` is that of the closing
    order, or of the exits to be placed. ``wanted`` is what the link shall want from then on, None
    where that stays as it is.
    """

    finding: Finding
    contract_id: int
    cancel: tuple[int, ...] = ()
    reduce: int = 0
    way: Way | None = None
    protect: tuple[Short, ...] = ()
    wanted: int | None = None


def examine(
    accounts: Iterable[Chart], now: datetime, before: Iterable[Finding] = ()
) -> Sequence[Finding]:
    """Whatever is not as it should be; ``before`` is what this function said last.

    A finding that was there already keeps its ``since``, a new one is seen ``now``.
    """
    return [remedy.finding for remedy in remedies(accounts, now, before)]


def remedies(
    accounts: Iterable[Chart], now: datetime, before: Iterable[Finding] = ()
) -> Sequence[Remedy]:
    """What :func:`examine` finds, each with what its repair comes to."""
    since = {finding.id: finding.since for finding in before if finding.since is not None}
    return [_told(chart, seen, since, now) for chart in accounts for seen in _look_at(chart, now)]


class _Seen(NamedTuple):
    """A finding in the making."""

    trouble: Trouble
    said: str
    """As it follows the account's name, without a full stop."""
    repair: Repair = Repair.NONE
    repair_said: str = ""
    cancel: tuple[int, ...] = ()
    reduce: int = 0
    way: Way | None = None
    protect: tuple[Short, ...] = ()
    wanted: int | None = None
    doubt: Intent | None = None


def _told(chart: Chart, seen: _Seen, since: Mapping[str, datetime], now: datetime) -> Remedy:
    name = f"{seen.trouble.value}:{chart.key}:{chart.contract_id}"
    if seen.doubt is not None:
        name += f":{seen.doubt.client_id}"
    first = since.get(name, seen.doubt.at if seen.doubt else now)
    finding = Finding(
        id=name,
        trouble=seen.trouble,
        key=chart.key,
        contract=chart.contract,
        said=f"{chart.key}: {seen.said}, since {_clock(first, now)}.",
        repair=seen.repair,
        repair_said=seen.repair_said,
        link_id=chart.held.link_id if chart.held else None,
        since=first,
    )
    return Remedy(
        finding=finding,
        contract_id=chart.contract_id,
        cancel=seen.cancel,
        reduce=seen.reduce,
        way=seen.way,
        protect=seen.protect,
        wanted=seen.wanted,
    )


def _look_at(chart: Chart, now: datetime) -> Iterator[_Seen]:
    yield from (_doubt(chart, each) for each in chart.doubts if not _is_early(chart, each, now))
    if chart.net is None or not chart.known:
        yield _unsure(chart)
    elif not chart.busy:
        found = _compared(chart, chart.net)
        # What is in doubt may fill yet: together with a repair it could open something.
        yield from map(_later, found) if chart.doubts else found


def _is_early(chart: Chart, doubt: Intent, now: datetime) -> bool:
    return chart.busy and now - doubt.at <= _PATIENCE


def _compared(chart: Chart, net: int) -> Iterator[_Seen]:
    if net == 0 and chart.exits:
        yield _orphaned(chart)
    if net != 0 and (surplus := unfit(chart.exits, net)):
        yield _doubled(chart, net, surplus)
    if chart.held is None:
        if net:
            yield _foreign(chart, net)
        return
    yield from _naked(chart, chart.held, net)
    yield from _wrong(chart, chart.held, net)
    if chart.held.manual and (net or chart.held.wanted):
        yield _manual(chart, chart.held, net)


def _later(seen: _Seen) -> _Seen:
    said = "" if seen.repair is Repair.NONE else "First the order in doubt must be cleared up."
    return _Seen(seen.trouble, seen.said, repair_said=said)


# What is not known


def _doubt(chart: Chart, doubt: Intent) -> _Seen:
    order = f"{doubt.way.value} {doubt.quantity} {chart.contract}"
    return _Seen(
        Trouble.DOUBT,
        f"whether {order} ({doubt.purpose.value}, {doubt.client_id}) arrived is not known",
        repair_said="It is looked up; entries here wait. The broker's own list of orders shows it.",
        doubt=doubt,
    )


def _unsure(chart: Chart) -> _Seen:
    last = "" if chart.net is None else f" (last known: {_side(chart.net)})"
    return _Seen(
        Trouble.UNSURE,
        f"the broker has not said what it holds of {chart.contract}{last}",
        repair_said="Nothing can be repaired before it has.",
    )


# Exits


def _orphaned(chart: Chart) -> _Seen:
    ids = ids_of(chart.exits)
    return _Seen(
        Trouble.ORPHANED,
        f"nothing is open in {chart.contract}, and {_count(len(ids), 'exit order')} of ours "
        f"{'rests' if len(ids) == 1 else 'rest'} there and would open a position",
        Repair.CANCEL,
        f"Cancel {_count(len(ids), 'order')}.",
        cancel=ids,
    )


def _doubled(chart: Chart, net: int, surplus: tuple[int, ...]) -> _Seen:
    resting = " and ".join(_resting(chart.exits, purpose, net) for purpose in EXITS)
    return _Seen(
        Trouble.DOUBLED,
        f"{_side(net)} {chart.contract}, and exits of more than that rest there: {resting}",
        Repair.CANCEL,
        f"Cancel {_count(len(surplus), 'order')}: what stays fits what is open.",
        cancel=surplus,
    )


def _resting(exits: Sequence[Resting], purpose: Purpose, net: int) -> str:
    said = f"{purpose.value}s of {closing(exits, purpose, net)}"
    wrong = closing(exits, purpose, -net)
    return f"{said} and, on the wrong side, of {wrong}" if wrong else said


def _naked(chart: Chart, held: Held, net: int) -> Iterator[_Seen]:
    ours = net - held.manual
    wants = {Purpose.TARGET: chart.wants_exits[0], Purpose.STOP: chart.wants_exits[1]}
    short = tuple(
        Short(purpose, missing)
        for purpose in EXITS
        if wants[purpose] and (missing := abs(net) - closing(chart.exits, purpose, net)) > 0
    )
    if net * ours <= 0 or not short:
        return
    lacks = " and ".join(f"a {each.purpose.value} for {each.quantity}" for each in short)
    said = f"{_side(net)} {chart.contract} of {_link(chart)} without {lacks}"
    yield _Seen(
        Trouble.NAKED,
        said + (f" ({_count(chart.others, 'order')} of somebody else there)" * bool(chart.others)),
        Repair.PROTECT,
        f"Place {lacks}, as the settings ask.",
        way=way_of(-net),
        protect=short,
    )


# Size and side


def _wrong(chart: Chart, held: Held, net: int) -> Iterator[_Seen]:
    ours = net - held.manual
    if ours == held.wanted:
        return
    is_other_side = ours * held.wanted < 0
    surplus = abs(ours) if is_other_side else abs(ours) - abs(held.wanted)
    if surplus < 0:
        yield _too_little(chart, held, net)
    elif ours * net > 0:
        yield _too_much(chart, net, min(surplus, abs(net)), is_other_side)
    # Else nothing of ours is open that could be closed: a manual trade explains the difference.


def _too_little(chart: Chart, held: Held, net: int) -> _Seen:
    ours = net - held.manual
    return _Seen(
        Trouble.WRONG_SIZE,
        f"{_differs(chart, net)}: too little is open",
        Repair.ACCEPT,
        f"Take it as it is: {_link(chart)} holds {_side(ours)} from then on.",
        wanted=ours,
    )


def _too_much(chart: Chart, net: int, surplus: int, is_other_side: bool) -> _Seen:
    way = way_of(-net)
    rest = net + way.sign * surplus
    what = "is on the other side" if is_other_side else "is too much"
    return _Seen(
        Trouble.WRONG_SIDE if is_other_side else Trouble.WRONG_SIZE,
        f"{_differs(chart, net)}: {surplus} {what}",
        Repair.REDUCE if rest else Repair.CLOSE,
        f"{way.value} {surplus} {chart.contract}: {_side(rest)} then.",
        cancel=unfit(chart.exits, rest),
        reduce=surplus,
        way=way,
    )


def _differs(chart: Chart, net: int) -> str:
    held = chart.held
    wanted = held.wanted if held else 0
    said = f"the broker holds {_side(net)} {chart.contract}, {_link(chart)} wants {_side(wanted)}"
    if held and held.manual:
        said += f", and somebody else {_traded(held.manual)}"
    return said


# Somebody else's


def _manual(chart: Chart, held: Held, net: int) -> _Seen:
    own = "nothing is open" if net == 0 else f"{_side(net)} is open"
    wanted = f"{_link(chart)} wants {_side(held.wanted)}"
    return _Seen(
        Trouble.MANUAL,
        f"somebody else {_traded(held.manual)} {chart.contract}: {own}, {wanted}{_others(chart)}",
        repair_said="Trades by hand are never corrected.",
    )


def _foreign(chart: Chart, net: int) -> _Seen:
    return _Seen(
        Trouble.MANUAL,
        f"{_side(net)} {chart.contract} is open, and no link entered it{_others(chart)}",
        repair_said="Trades by hand are never corrected.",
    )


def _others(chart: Chart) -> str:
    return f", {_count(chart.others, 'order')} of somebody else there" if chart.others else ""


def _traded(manual: int) -> str:
    return f"{'bought' if manual > 0 else 'sold'} {abs(manual)}"


# Words


def _link(chart: Chart) -> str:
    return chart.link_name or "the link"


def _side(contracts: int) -> str:
    if contracts == 0:
        return "flat"
    return f"{'long' if contracts > 0 else 'short'} {abs(contracts)}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _clock(at: datetime, now: datetime) -> str:
    return at.strftime(_SECOND if at.date() == now.date() else f"%Y-%m-%d {_SECOND}")
