"""The Position Doctor over random charts: no repair can hurt, and no fault goes unnamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from justtrades_desktop.domain.doctor import Chart, Remedy, examine, remedies
from justtrades_desktop.domain.execution import Repair, Trouble
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Held, Intent, Purpose, Way, way_of
from justtrades_desktop.domain.resting import Resting

_NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
_KEY = AccountKey("Sim", "PAPER1")
_PURPOSES = (Purpose.TARGET, Purpose.STOP)

sizes = st.integers(-6, 6)


def _held(own: int, wanted: int, manual: int) -> Held:
    return Held(
        link_id=1,
        key=_KEY,
        contract_id=11,
        contract="MNQZ6",
        symbol="MNQ1!",
        own=own,
        wanted=wanted,
        manual=manual,
        at=_NOW,
    )


def _doubt(age: int) -> Intent:
    return Intent(
        client_id=f"jt-{age}",
        decision_id=1,
        key=_KEY,
        contract_id=11,
        contract="MNQZ6",
        purpose=Purpose.ENTRY,
        way=Way.BUY,
        quantity=1,
        at=_NOW - timedelta(seconds=age),
    )


def _pair(first: int, way: Way, quantity: int) -> tuple[Resting, Resting]:
    return (
        Resting(first, Purpose.TARGET, way, quantity, first + 1),
        Resting(first + 1, Purpose.STOP, way, quantity, first),
    )


@st.composite
def exits(draw: st.DrawFn) -> tuple[Resting, ...]:
    """Pairs and lone orders of either way."""
    found: list[Resting] = []
    for number in range(draw(st.integers(0, 4))):
        way, quantity = draw(st.sampled_from(Way)), draw(st.integers(1, 4))
        both = _pair(100 + 2 * number, way, quantity)
        kept = draw(st.sampled_from(((0, 1), (0,), (1,))))
        alone = len(kept) == 1
        found += [both[n]._replace(oco_id=None) if alone else both[n] for n in kept]
    return tuple(draw(st.permutations(found)))


charts = st.builds(
    Chart,
    key=st.just(_KEY),
    contract_id=st.just(11),
    contract=st.just("MNQZ6"),
    net=st.none() | sizes,
    known=st.booleans(),
    held=st.none() | st.builds(_held, sizes, sizes, sizes),
    link_name=st.sampled_from(("", "Trend")),
    wants_exits=st.tuples(st.booleans(), st.booleans()),
    exits=exits(),
    others=st.integers(0, 2),
    doubts=st.lists(st.integers(0, 60).map(_doubt), max_size=1),
    busy=st.booleans(),
)


def _left(chart: Chart, remedy: Remedy) -> Sequence[Resting]:
    return [each for each in chart.exits if each.order_id not in remedy.cancel]


def _sum(resting: Sequence[Resting], purpose: Purpose) -> int:
    return sum(each.quantity for each in resting if each.purpose is purpose)


@settings(max_examples=400, deadline=None)
@given(charts)
def test_no_remedy_increases_what_is_open_nor_crosses_zero(chart: Chart) -> None:
    for remedy in remedies([chart], _NOW):
        does = bool(remedy.cancel or remedy.reduce or remedy.protect or remedy.wanted is not None)
        assert does == (remedy.finding.repair is not Repair.NONE)
        if not does:
            continue
        assert chart.net is not None
        assert chart.known
        assert not chart.doubts
        assert not chart.busy
        assert 0 <= remedy.reduce <= abs(chart.net)
        if remedy.reduce:
            assert remedy.way is way_of(-chart.net)
            assert remedy.finding.repair in (Repair.REDUCE, Repair.CLOSE)
        rest = chart.net - remedy.reduce * (1 if chart.net > 0 else -1)
        assert (rest == 0) or remedy.finding.repair is not Repair.CLOSE
        if remedy.cancel:
            _fits(_left(chart, remedy), rest)


def _fits(resting: Sequence[Resting], net: int) -> None:
    """Whatever fills of them, nothing opens."""
    assert all(each.way.sign * net < 0 for each in resting)
    assert all(_sum(resting, purpose) <= abs(net) for purpose in _PURPOSES)


@settings(max_examples=400, deadline=None)
@given(charts)
def test_protection_is_placed_for_no_more_than_what_is_open(chart: Chart) -> None:
    for remedy in remedies([chart], _NOW):
        for short in remedy.protect:
            assert short.purpose in _PURPOSES
            assert chart.net
            assert remedy.way is way_of(-chart.net)
            there = [each for each in chart.exits if each.way is remedy.way]
            assert short.quantity > 0
            assert _sum(there, short.purpose) + short.quantity == abs(chart.net)


@settings(max_examples=300, deadline=None)
@given(charts)
def test_what_somebody_else_traded_stays(chart: Chart) -> None:
    """After a repair the part of what is open that is not ours is still there."""
    for remedy in remedies([chart], _NOW):
        if not remedy.reduce:
            continue
        assert chart.held is not None
        assert chart.net is not None
        side = 1 if chart.net > 0 else -1
        rest = abs(chart.net) - remedy.reduce
        assert rest >= max(0, chart.held.manual * side)


@st.composite
def healthy(draw: st.DrawFn) -> Chart:
    """Something open, as wanted, and with all the exits that are asked for."""
    net = draw(sizes.filter(bool))
    parts = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    way, rest, resting = way_of(-net), abs(net), list[Resting]()
    for number, part in enumerate(parts):
        quantity = rest if number == len(parts) - 1 else min(part, rest)
        rest -= quantity
        resting += _pair(100 + 2 * number, way, quantity) if quantity else ()
    wants = draw(st.sampled_from(((True, True), (False, True), (True, False))))
    asked = [each for each in resting if wants[_PURPOSES.index(each.purpose)]]
    return Chart(
        key=_KEY,
        contract_id=11,
        contract="MNQZ6",
        net=net,
        held=_held(net, net, 0),
        link_name="Trend",
        wants_exits=wants,
        exits=tuple(asked),
        others=draw(st.integers(0, 1)),
    )


@given(healthy(), st.booleans())
def test_a_healthy_chart_has_no_finding(chart: Chart, busy: bool) -> None:
    assert examine([replace(chart, busy=busy)], _NOW) == []


def _faults(chart: Chart) -> Sequence[tuple[Trouble, Chart]]:
    net = chart.net
    assert net
    sign = 1 if net > 0 else -1
    assert chart.held
    first = chart.exits[0]
    wrong = first._replace(order_id=900, oco_id=None, way=first.way.other)
    again = tuple(each._replace(order_id=each.order_id + 500, oco_id=None) for each in chart.exits)
    smaller = (first._replace(quantity=first.quantity - 1), *chart.exits[1:])
    return (
        (Trouble.NAKED, replace(chart, exits=())),
        (Trouble.NAKED, replace(chart, exits=chart.exits[1:])),
        (Trouble.NAKED, replace(chart, exits=smaller)),
        (Trouble.DOUBLED, replace(chart, exits=(*chart.exits, *again))),
        (Trouble.DOUBLED, replace(chart, exits=(*chart.exits, wrong))),
        (Trouble.ORPHANED, replace(chart, net=0, held=None)),
        (Trouble.WRONG_SIZE, replace(chart, net=net + sign)),
        (Trouble.WRONG_SIZE, replace(chart, net=net - sign)),
        (Trouble.WRONG_SIZE, replace(chart, held=_held(net, 0, 0))),
        (Trouble.WRONG_SIZE, replace(chart, held=_held(net, net + sign, 0))),
        (Trouble.WRONG_SIDE, replace(chart, net=-net)),
        (Trouble.WRONG_SIDE, replace(chart, held=_held(net, -net, 0))),
        (Trouble.MANUAL, replace(chart, net=net + sign, held=_held(net, net, sign))),
        (Trouble.MANUAL, replace(chart, net=-net, held=_held(net, net, -2 * net))),
        (Trouble.MANUAL, replace(chart, held=None)),
        (Trouble.DOUBT, replace(chart, doubts=(_doubt(31),))),
        (Trouble.DOUBT, replace(chart, doubts=(_doubt(31),), busy=True)),
        (Trouble.UNSURE, replace(chart, net=None)),
        (Trouble.UNSURE, replace(chart, known=False)),
    )


@given(healthy())
def test_every_single_fault_is_named(chart: Chart) -> None:
    for trouble, faulty in _faults(chart):
        found = examine([faulty], _NOW)
        assert trouble in {each.trouble for each in found}, faulty
        if trouble is Trouble.MANUAL:
            assert not any(each.repair in (Repair.REDUCE, Repair.CLOSE) for each in found)


@settings(max_examples=300, deadline=None)
@given(charts)
def test_a_repaired_chart_is_not_worse(chart: Chart) -> None:
    """Carrying out one remedy, as far as orders go, brings no trouble of exits that open."""
    for remedy in remedies([chart], _NOW):
        if not (remedy.cancel or remedy.protect):
            continue
        assert chart.net is not None
        rest = chart.net - remedy.reduce * (1 if chart.net > 0 else -1)
        after = replace(chart, net=rest, exits=_left(chart, remedy))
        for short in remedy.protect:
            assert remedy.way
            new = Resting(9000 + len(after.exits), short.purpose, remedy.way, short.quantity)
            after = replace(after, exits=(*after.exits, new))
        before = {each.trouble for each in examine([chart], _NOW)}
        opening = {Trouble.DOUBLED, Trouble.ORPHANED}
        assert {each.trouble for each in examine([after], _NOW)} & opening <= before & opening
