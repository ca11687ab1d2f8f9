"""P&L of the whole is the sum of its parts, however the ticks are cut into stretches."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.domain.recorders import Recorder
from tests.fakes.alerts import START, alert, reading
from tests.fakes.desk import TestDesk

SYMBOLS = {"MNQ1!": 25600, "MES1!": 7000, "MGC1!": 4100}
moves = st.tuples(st.sampled_from([*SYMBOLS]), st.integers(-80, 80))
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("tick"), st.just(1), moves),
        st.tuples(st.sampled_from(["buy", "sell", "close"]), st.sampled_from([1, 2]), moves),
    ),
    max_size=50,
)
cuts = st.lists(st.booleans(), min_size=50, max_size=50)


async def _played(script: list[tuple[str, int, tuple[str, int]]], cut: list[bool]) -> TestDesk:
    desk = TestDesk()
    desk.book.recorders[2] = Recorder(id=2, name="B", token="token-of-b")
    for number, (what, recorder, (symbol, steps)) in enumerate(script):
        price = Decimal(SYMBOLS[symbol]) + Decimal(steps) / 4
        at = START + timedelta(seconds=number)
        if what == "tick":
            desk.intake.tick(PriceTicked(symbol, price, at))
        else:
            sent = alert(reading(what, str(price), ticker=symbol, quantity=1), after=number)
            await desk.intake.accept(desk.book.recorders[recorder], sent)
        if cut[number]:
            desk.desk.draw_paths(most=1)
            desk.desk.settle_marks(most=1)
            await asyncio.sleep(0)
    return desk


@given(script=happenings, cut=cuts)
def test_the_whole_is_the_sum_of_its_parts(
    script: list[tuple[str, int, tuple[str, int]]], cut: list[bool]
) -> None:
    desk = asyncio.run(_played(script, cut))
    paths = desk.desk.paths
    exact = sum(float(mark.position.in_money(mark.unrealized) or 0) for mark in desk.book.live())
    assert paths.everything.value == pytest.approx(exact, abs=1e-6)
    parts = sum(paths.of_recorder(id_).value for id_ in (1, 2))
    assert parts == pytest.approx(exact, abs=1e-6)
    assert paths.everything.worst <= paths.everything.value + 1e-6
    assert paths.everything.best >= paths.everything.value - 1e-6


@given(script=happenings, cut=cuts)
def test_however_the_ticks_are_cut_worst_and_best_and_the_path_s_extremes_stay(
    script: list[tuple[str, int, tuple[str, int]]], cut: list[bool]
) -> None:
    whole, pieces = (asyncio.run(_played(script, c)) for c in ([False] * 50, cut))
    for desk in (whole, pieces):
        desk.desk.draw_paths()
    for one, other in zip(whole.desk.open_positions(), pieces.desk.open_positions(), strict=True):
        assert (one.worst, one.best) == (other.worst, other.best)
        path = pieces.desk.paths.path_of(one.id)
        assert path is not None
        points = float(one.point_value)
        assert path.low == pytest.approx(float(one.worst) * points)
        assert path.high == pytest.approx(float(one.best) * points)
