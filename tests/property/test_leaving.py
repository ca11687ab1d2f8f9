"""Exits by rule over random ticks: still a fold of signals, and never a new exposure."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.domain.events import PriceTicked, SignalRecorded
from justtrades_desktop.domain.exits import ExitRules, Level, Unit
from justtrades_desktop.domain.instructions import Plan, plan
from justtrades_desktop.domain.positions import Position, Stamp, apply
from justtrades_desktop.domain.signals import Source
from tests.fakes.alerts import START, alert, reading
from tests.fakes.desk import TestDesk

levels = st.one_of(
    st.none(),
    st.builds(Level, st.just(Unit.TICKS), st.integers(1, 60).map(Decimal)),
    st.builds(Level, st.just(Unit.POINTS), st.integers(1, 40).map(lambda n: Decimal(n) / 4)),
)
rules = st.builds(
    ExitRules, take_profit=levels, stop=levels, trail=levels, trail_after=levels, break_even=levels
)
prices = st.integers(-60, 60).map(lambda ticks: str(Decimal(25600) + Decimal(ticks) / 4))
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("tick"), prices),
        st.tuples(st.sampled_from(["buy", "sell", "close", "add", "reverse"]), prices),
    ),
    max_size=60,
)


async def _played(chosen: ExitRules, script: list[tuple[str, str]]) -> TestDesk:
    desk = TestDesk(exits=chosen)
    for number, (what, price) in enumerate(script):
        if what == "tick":
            desk.intake.tick(PriceTicked("MNQ1!", Decimal(price), START))
        else:
            await desk.send(alert(reading(what, price, quantity=1), body=f"{number}"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return desk


def _folded(signals: list[SignalRecorded]) -> tuple[Position | None, list[Position]]:
    """The signals alone, without any tick or rule."""
    held: Position | None = None
    closed: list[Position] = []
    new = 1
    for recorded in signals:
        signal = recorded.signal
        if not recorded.legs or signal.instruction is None:
            continue
        step = plan(held.signed if held else 0, signal.instruction)
        assert isinstance(step, Plan)
        change = apply(held, step, signal.fill_price, _stamp(signal, new))
        closed += [change.closed] if change.closed else []
        held = change.open
        new = max(new, held.id + 1) if held else new
    return held, closed


def _stamp(signal: Any, new: int) -> Stamp:
    source = signal.alert.source
    return Stamp(
        signal_id=signal.id,
        new_position_id=new,
        recorder_id=1,
        symbol="MNQ1!",
        at=signal.alert.received_at,
        exit_reason=signal.alert.exit_reason or source.exit_reason,
    )


def _facts(position: Position | None) -> tuple[Any, ...] | None:
    if position is None:
        return None
    p = position
    return p.id, p.side, p.entered, p.exited, p.entry_units, p.exit_units, p.exit_reason


@given(chosen=rules, script=happenings)
def test_the_signals_alone_give_the_same_positions(
    chosen: ExitRules, script: list[tuple[str, str]]
) -> None:
    desk = asyncio.run(_played(chosen, script))
    held, closed = _folded(desk.store.signals)
    mine = [recorded.closed for recorded in desk.store.signals if recorded.closed]
    assert list(map(_facts, mine)) == list(map(_facts, closed))
    live = next(iter(desk.desk.open_positions()), None)
    assert _facts(live) == _facts(held)


@given(chosen=rules, script=happenings)
def test_a_rule_only_ever_closes_the_whole_of_what_is_open(
    chosen: ExitRules, script: list[tuple[str, str]]
) -> None:
    desk = asyncio.run(_played(chosen, script))
    for recorded in desk.store.signals:
        if recorded.signal.alert.source is Source.RULE:
            assert recorded.closed is not None
            assert recorded.open is None
            assert recorded.closed.exit_reason in ("target", "stop", "trail", "breakeven")


@given(chosen=rules, script=happenings)
def test_what_is_left_open_lies_between_its_levels(
    chosen: ExitRules, script: list[tuple[str, str]]
) -> None:
    desk = asyncio.run(_played(chosen, script))
    for mark in desk.book.live():
        assert mark.last is not None
        assert mark.exit_at(mark.last) is None
