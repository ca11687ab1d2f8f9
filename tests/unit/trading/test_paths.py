"""Each position's P&L path, and what several make together."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.events import MarksSettled, PriceTicked
from justtrades_desktop.domain.paths import Path
from justtrades_desktop.trading.paths import Paths
from tests.fakes.alerts import START, alert, reading
from tests.fakes.desk import TestDesk


def tick(desk: TestDesk, symbol: str, price: str, seconds: float) -> None:
    at = START + timedelta(seconds=seconds)
    desk.intake.tick(PriceTicked(symbol, Decimal(price), at))


async def test_it_holds_the_lowest_and_the_highest_of_every_stretch() -> None:
    desk = TestDesk()
    await desk.send(alert(reading("buy", "25600", quantity=2), after=0))
    for second, price in enumerate(("25601", "25590", "25620", "25605"), start=1):
        tick(desk, "MNQ1!", price, second)
    desk.desk.draw_paths()
    path = desk.desk.paths.path_of(1)
    assert path is not None
    start = START.timestamp()
    at = [moment - start for moment in path.times]
    assert list(zip(at, path.values, strict=True)) == [(0, 0), (2, -40), (3, 80), (4, 20)]


async def test_a_signal_ends_a_stretch_for_what_was_held_until_then() -> None:
    desk = TestDesk()
    await desk.send(alert(reading("buy", "25600", quantity=1), after=0))
    tick(desk, "MNQ1!", "25590", 1)  # one contract: -20, not -40
    await desk.send(alert(reading("buy", "25600", quantity=1), after=2))
    tick(desk, "MNQ1!", "25610", 3)
    desk.desk.draw_paths()
    path = desk.desk.paths.path_of(1)
    assert path is not None
    assert (path.low, path.high) == (-20, 40)


async def test_the_path_of_a_closed_position_ends_at_its_exit_and_is_kept_at_once() -> None:
    desk = TestDesk()
    await desk.send(alert(reading("sell", "25600", quantity=1), after=0))
    tick(desk, "MNQ1!", "25605", 1)
    await desk.send(alert(reading("close", "25590"), after=2))
    await asyncio.sleep(0)
    kept = [e for e in desk.store.stored if isinstance(e, MarksSettled) and e.paths]
    path = Path.of_parts({saved.part: saved.points for saved in kept[-1].paths})
    assert path.values.tolist() == [0, -10, 20]


async def test_what_could_not_be_stored_is_kept_the_next_time() -> None:
    desk = TestDesk(at_once=False)
    _ = desk.send(alert(reading("buy", "25600", quantity=1), after=0))
    desk.store.commit()
    tick(desk, "MNQ1!", "25590", 1)
    desk.desk.settle_marks()
    desk.store.refuse(NotStored("the disk is full"))
    desk.desk.settle_marks()
    desk.store.commit()
    kept = [e for e in desk.store.stored if isinstance(e, MarksSettled) and e.paths]
    path = Path.of_parts({saved.part: saved.points for saved in kept[-1].paths})
    assert path.low == -20


async def test_all_together_is_the_sum_of_all_and_remembers_its_worst() -> None:
    desk = TestDesk()
    await desk.send(alert(reading("buy", "25600", quantity=1), after=0))
    await desk.send(alert(reading("sell", "7000", quantity=1, ticker="MES1!"), after=0))
    tick(desk, "MNQ1!", "25590", 1)  # -20
    tick(desk, "MES1!", "7002", 2)  # -10
    tick(desk, "MNQ1!", "25610", 3)  # +20
    together = desk.desk.paths.everything
    assert (together.value, together.worst, together.best) == pytest.approx((10, -30, 10))
    assert desk.desk.paths.of_recorder(1).worst == pytest.approx(-30)
    await desk.send(alert(reading("close", "25610"), after=4))
    assert together.value == pytest.approx(-10)
    await desk.send(alert(reading("close", "7002", ticker="MES1!"), after=5))
    assert (together.value, together.worst, together.count) == (0, 0, 0)


async def test_it_goes_on_where_the_ledger_s_stopped() -> None:
    desk = TestDesk()
    await desk.send(alert(reading("buy", "25600", quantity=1), after=0))
    tick(desk, "MNQ1!", "25590", 1)
    desk.desk.settle_marks()
    await asyncio.sleep(0)
    kept = [s for e in desk.store.stored if isinstance(e, MarksSettled) for s in e.paths]
    parts = {saved.part: saved.points for saved in kept}
    again = Paths(desk.book)
    again.load(desk.desk.open_positions(), {1: Path.of_parts(parts)})
    again.ticked(PriceTicked("MNQ1!", Decimal(25580), START + timedelta(seconds=2)))
    again.draw_out()
    path = again.path_of(1)
    assert path is not None
    assert path.values.tolist() == [0, -20, -40]
    assert again.everything.value == -40


async def test_the_path_of_all_misses_no_extreme_between_two_drawings() -> None:
    desk = TestDesk()
    await desk.send(alert(reading("buy", "25600", quantity=1), after=0))
    desk.desk.clock = lambda: START + timedelta(seconds=4)
    for second, price in enumerate(("25590", "25620", "25600"), start=1):
        tick(desk, "MNQ1!", price, second)
    desk.desk.draw_paths()
    total = desk.desk.paths.total
    assert (total.low, total.high) == pytest.approx((-20, 40))


async def test_a_new_tick_value_leaves_the_newest_price() -> None:
    desk = TestDesk()
    await desk.desk.set_tick_value("XYZ", Decimal(1), Decimal(1))
    await desk.send(alert(reading("buy", "100", quantity=1, ticker="XYZ"), after=0))
    tick(desk, "XYZ", "105", 1)
    await desk.desk.set_tick_value("XYZ", Decimal(1), Decimal(10))
    assert desk.desk.paths.everything.value == pytest.approx(50)
