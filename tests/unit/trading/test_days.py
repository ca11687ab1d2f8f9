"""Realized P&L by session day and week, live and from the ledger after a restart."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from justtrades_desktop.app.places import calendar
from justtrades_desktop.app.wiring import Core, open_core
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.results import Result
from justtrades_desktop.ledger.days import realized_since
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.trading.days import Results
from tests.fakes.alerts import START as FRIDAY
from tests.fakes.alerts import alert, reading
from tests.fakes.desk import TestDesk

_DAY = timedelta(days=1)
THURSDAY, TODAY, MONDAY = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23)


class Trader:
    """Sends alerts at moments of its choice and knows what a dollar account would show."""

    def __init__(self, desk: TestDesk) -> None:
        self.desk = desk
        self.results = desk.desk.results

    async def does(self, action: str, price: str, *, hours: float, **fields: object) -> None:
        sent = alert(reading(action, price, **fields), after=hours * 3600)
        await self.desk.send(sent)


def ready(desk: TestDesk) -> Trader:
    trader = Trader(desk)
    trader.results.load([], since=date(2026, 11, 16))
    return trader


def dollars(amount: str) -> Result:
    return Result({"USD": Fraction(amount)})


async def test_nothing_is_known_before_the_ledger_was_read() -> None:
    desk = TestDesk()
    assert desk.desk.results.today is None
    assert desk.desk.results.week is None
    desk.desk.results.load([], since=date(2026, 11, 16))
    assert desk.desk.results.today == Result({})
    assert desk.desk.results.of_day(date(2026, 11, 13)) is None


async def test_each_exit_counts_on_its_own_session_day() -> None:
    trader = ready(TestDesk())
    await trader.does("buy", "25600", hours=-24, quantity=3)
    await trader.does("sell", "25610", hours=-23, quantity=1)  # +10 points on Thursday
    await trader.does("sell", "25590", hours=0, quantity=1)  # -10 points on Friday
    results = trader.results
    assert results.of_day(THURSDAY) == dollars("20")
    assert results.today == results.of_day(TODAY) == dollars("-20")
    # Friday after the close is Monday's, and so is next week's.
    await trader.does("close", "25605.25", hours=8)
    assert results.of_day(MONDAY) == dollars("10.50")
    assert results.week == dollars("0")
    assert results.of_week(MONDAY) == dollars("10.50")


async def test_a_reversal_counts_what_it_closed_and_adds_count_at_the_average() -> None:
    trader = ready(TestDesk())
    await trader.does("buy", "25600", hours=0, quantity=1)
    await trader.does("buy", "25610", hours=0.1, quantity=1)
    assert trader.results.today == Result({})
    await trader.does("sell", "25611", hours=0.2, quantity=3)
    assert trader.results.today == dollars("24")  # 2 x 6 points
    await trader.does("buy", "25600", hours=0.3, quantity=1)
    assert trader.results.today == dollars("46")  # and 11 of the short


async def test_money_of_each_currency_by_itself_and_points_left_out() -> None:
    trader = ready(TestDesk())
    for ticker, leave in (("MNQ1!", "110"), ("NIY1!", "105"), ("ACME1!", "130")):
        await trader.does("buy", "100", hours=0, ticker=ticker, quantity=1)
        await trader.does("close", leave, hours=0.1, ticker=ticker)
    assert trader.results.today == Result({"USD": Fraction(20), "JPY": Fraction(2500)}, left_out=1)
    await trader.desk.desk.set_tick_value("ACME1!", Decimal("0.5"), Decimal(2))
    today = trader.results.today
    assert today == Result({"USD": Fraction(140), "JPY": Fraction(2500)})


async def test_by_recorder() -> None:
    desk = TestDesk()
    trader = ready(desk)
    other = Recorder(id=2, name="Fade", token="token-of-fade")
    desk.book.recorders[2] = other
    await trader.does("buy", "100", hours=0, quantity=1)
    await desk.intake.accept(other, alert(reading("sell", "100", quantity=1), after=1))
    await trader.does("close", "101", hours=0.1)
    await desk.intake.accept(other, alert(reading("close", "103"), after=2000))
    assert trader.results.of_day(TODAY, 1) == dollars("2")
    assert trader.results.of_day(TODAY, 2) == dollars("-6")
    assert trader.results.of_week(TODAY, 2) == dollars("-6")
    assert trader.results.today == dollars("-4")
    assert trader.results.of_day(TODAY, 3) == Result({})


async def test_an_exit_without_any_price_is_left_out_not_zero() -> None:
    trader = ready(TestDesk())
    await trader.desk.send(alert(reading("buy", quantity=1), after=0))
    await trader.desk.send(alert(reading("sell", quantity=1), after=60))
    assert trader.results.today == Result({"USD": Fraction(0)}, left_out=1)


def _fresh(core: Core, now: datetime) -> Results:
    """Results at another time of day, as a start at that moment would have them."""
    return Results(calendar=calendar(), clock=lambda: now, bus=core.desk.bus, opened=[])


@pytest.mark.parametrize("seed", range(3))
async def test_after_a_restart_they_are_what_they_were(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    now = FRIDAY
    since = calendar().begins(date(2026, 11, 16))
    live: Results | None = None
    async with open_core(tmp_path) as core:
        live = _fresh(core, now)
        live.load([], since=date(2026, 11, 16))
        recorders = [await core.desk.add_recorder(name) for name in ("A", "B")]
        hours = sorted(chance.uniform(-24 * 9, 0) for _ in range(120))
        for after in hours:
            action = chance.choice(["buy", "sell", "sell", "buy", "close", "reverse"])
            price = str(25600 + Decimal(chance.randrange(-200, 200)) / 4)
            sent = alert(
                reading(action, price, ticker=chance.choice(["MNQ1!", "MES1!", "ACME1!"])),
                after=after * 3600,
            )
            await core.desk.receive(chance.choice(recorders), sent)
        total = sum(
            (
                p.in_money(p.realized) or Fraction(0)
                for p in [*core.desk.open_positions(), *await core.desk.closed_positions(limit=999)]
                if p.product
            ),
            Fraction(0),
        )
    found = realized_since(path_in(tmp_path), since, before_signal=10**9)
    everything = realized_since(path_in(tmp_path), since - 30 * _DAY, before_signal=10**9)
    async with open_core(tmp_path) as core:
        after_restart = _fresh(core, now)
        after_restart.load(found, since=date(2026, 11, 16))
        whole = _fresh(core, now)
        whole.load(everything, since=date(2026, 10, 1))
    days = [date(2026, 11, 16) + n * _DAY for n in range(5)]
    for recorder_id in (None, 1, 2):
        for day in days:
            assert after_restart.of_day(day, recorder_id) == live.of_day(day, recorder_id)
        assert after_restart.of_week(TODAY, recorder_id) == live.of_week(TODAY, recorder_id)
    # And what all days make is what all positions realized.
    each = [whole.of_day(date(2026, 11, 1) + n * _DAY) for n in range(30)]
    assert sum((day.money.get("USD", Fraction(0)) for day in each if day), Fraction(0)) == total


async def test_a_start_brings_the_week_and_counts_nothing_twice(tmp_path: Path) -> None:
    async with open_core(tmp_path) as core:
        recorder = await core.desk.add_recorder("ORB")
        now = core.desk.clock()
        for action, price in (("buy", "100"), ("buy", "102"), ("sell", "103")):
            sent = replace(alert(reading(action, price, quantity=1)), received_at=now)
            await core.desk.receive(recorder, sent)
    async with open_core(tmp_path) as core:
        assert core.desk.results.today is None
        # A signal before the ledger was read.
        recorder = core.desk.recorders[0]
        last = replace(alert(reading("close", "111")), received_at=core.desk.clock())
        await core.desk.receive(recorder, last)
        await core.load_results()
        expected = dollars(str(2 * 2 + 2 * 10))
        assert core.desk.results.of_day(core.desk.results.day) == expected
        assert core.desk.results.week == expected
