"""Exits by rule that meet a ledger that refuses, a close under way, or an alert behind them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from justtrades_desktop.domain.errors import AlreadyStored, NotStored
from justtrades_desktop.domain.events import PriceTicked, Receipt, SignalRecorded
from justtrades_desktop.domain.exits import ExitRules, level
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Alert, Source
from justtrades_desktop.trading.repeats import key_of
from tests.fakes.alerts import START, alert, reading
from tests.fakes.desk import TestDesk

FULL = NotStored("the disk is full")
STOP = ExitRules(stop=level("20 points"))


def desk_of(rules: ExitRules = STOP) -> TestDesk:
    return TestDesk(at_once=False, exits=rules)


async def long_at(price: str, rules: ExitRules = STOP) -> TestDesk:
    """Long one contract, on disk."""
    desk = desk_of(rules)
    _ = desk.send(alert(reading("buy", price, quantity=1), after=1))
    desk.store.commit()
    return desk


def tick(desk: TestDesk, price: str, seconds: float) -> None:
    at = START + timedelta(seconds=seconds)
    desk.intake.tick(PriceTicked("MNQ1!", Decimal(price), at, "feed"))


async def settled(desk: TestDesk) -> None:
    """Until the ledger is well and all that was owed is on disk."""
    for _ in range(3):
        desk.intake.settle_marks()
        desk.store.commit()
        await asyncio.sleep(0)


def by_rule(desk: TestDesk) -> list[SignalRecorded]:
    return [s for s in desk.store.signals if s.signal.alert.source is Source.RULE]


def other_recorder(desk: TestDesk) -> Recorder:
    other = replace(desk.recorder, id=2, name="B", token="b", exits=ExitRules())
    desk.book.recorders[2] = other
    return other


def known(desk: TestDesk, recorder: Recorder) -> tuple[Alert, AlreadyStored]:
    """An alert whose key only the ledger knows, and what the ledger then says."""
    sent_at = "2026-11-20T15:00:00Z"
    said = alert(reading("buy", "5000", ticker="ES1!", sender_id="x", sent_at=sent_at), after=1)
    key = key_of(recorder.id, said)
    assert key is not None
    return said, AlreadyStored(key, 77, sent_at)


async def test_an_exit_of_a_refused_position_takes_out_no_other() -> None:
    desk = desk_of()
    opening = desk.send(alert(reading("buy", "25000"), after=1))
    tick(desk, "24975", 2)
    desk.store.refuse(FULL)  # the opening and the exit behind it
    assert isinstance(opening.exception(), NotStored)
    tick(desk, "25100", 3)
    _ = desk.send(alert(reading("buy", "25100"), after=3.1))  # gets the number of the first
    await settled(desk)
    assert desk.held() == 1
    assert by_rule(desk) == []


async def test_an_owed_exit_is_not_lost_behind_a_close_that_is_refused_too() -> None:
    desk = await long_at("25000")
    tick(desk, "24975", 2)
    desk.store.refuse(FULL)
    close = desk.send(alert(reading("close", "24976"), after=3))
    desk.intake.settle_marks()
    desk.store.refuse(FULL)
    assert isinstance(close.exception(), NotStored)
    tick(desk, "24990", 4)
    await settled(desk)
    assert desk.held() == 0
    assert [s.signal.fill_price for s in by_rule(desk)] == [24975]


async def test_a_stop_touched_while_a_close_is_under_way_counts_if_that_is_refused() -> None:
    desk = await long_at("25000")
    close = desk.send(alert(reading("close", "25001"), after=2))
    tick(desk, "24975", 3)
    desk.store.refuse(FULL)
    assert isinstance(close.exception(), NotStored)
    tick(desk, "24985", 4)
    await settled(desk)
    assert desk.held() == 0
    assert [s.signal.fill_price for s in by_rule(desk)] == [24975]


async def test_a_stop_touched_while_a_close_is_under_way_is_none_once_that_is_stored() -> None:
    desk = await long_at("25000")
    close = desk.send(alert(reading("close", "25001"), after=2))
    tick(desk, "24975", 3)
    desk.store.commit()
    assert (await close).position == 0
    await settled(desk)
    assert by_rule(desk) == []


async def test_a_session_s_end_while_a_close_is_under_way_counts_if_that_is_refused() -> None:
    desk = await long_at("25000", ExitRules(session_end=True))
    now = datetime(2026, 11, 20, 21, 59, 58, tzinfo=UTC)
    desk.desk.clock = lambda: now
    desk.desk.end_sessions()
    close = desk.send(replace(alert(reading("close", "25010")), received_at=now))
    now += timedelta(seconds=4)
    desk.desk.end_sessions()
    desk.store.refuse(FULL)
    assert isinstance(close.exception(), NotStored)
    await settled(desk)
    assert desk.held() == 0
    assert by_rule(desk)[-1].signal.alert.exit_reason == "session"


async def test_what_is_owed_comes_before_a_later_alert() -> None:
    desk = await long_at("25000")
    tick(desk, "24975", 2)
    desk.store.refuse(FULL)
    _ = desk.send(alert(reading("sell", "24974", quantity=1), after=3))
    await settled(desk)
    # Stopped out first, as it happened: so the sell opens a short.
    assert [s.signal.alert.source for s in desk.store.signals] == ["alert", "rule", "alert"]
    assert desk.held() == -1


async def test_an_exit_finds_its_position_again_when_positions_are_numbered_anew() -> None:
    desk = desk_of()
    repeat, error = known(desk, other_recorder(desk))
    _ = desk.intake.accept(desk.book.recorders[2], repeat)  # position 1, but the ledger knows it
    _ = desk.send(alert(reading("buy", "25000"), after=2))  # position 2, which becomes 1
    tick(desk, "24975", 3)
    tick(desk, "24995", 4)
    desk.store.refuse(error)
    await settled(desk)
    assert desk.held() == 0
    assert [s.signal.fill_price for s in by_rule(desk)] == [24975]
    assert desk.book.prices["MNQ1!"].price == 24995  # to decide anew brings no old price back


async def test_a_recorder_that_is_off_still_brings_prices() -> None:
    desk = await long_at("25000")
    await desk.desk.change_recorder(1, enabled=False)
    off = desk.book.recorders[1]
    _ = desk.intake.accept(off, alert(reading("buy", "24970", quantity=1), after=2))
    await settled(desk)
    assert desk.held() == 0
    assert [s.signal.fill_price for s in by_rule(desk)] == [24970]


async def test_a_target_younger_than_the_market_fills_at_the_market() -> None:
    desk = await long_at("25000", ExitRules())
    tick(desk, "25200", 2)
    await desk.desk.change_recorder(1, exits=ExitRules(take_profit=level("10 points")))
    tick(desk, "25190", 3)
    await settled(desk)
    assert [s.signal.fill_price for s in by_rule(desk)] == [25190]  # 25010 was long gone


async def test_a_break_even_beyond_the_market_waits_for_it() -> None:
    rules = ExitRules(break_even=level("5 points"), break_even_offset=level("30 points"))
    desk = await long_at("25000", rules)
    tick(desk, "25006", 2)
    await settled(desk)
    assert desk.held() == 1


async def test_closing_without_a_price_takes_the_entry_s_where_that_is_the_newest() -> None:
    desk = desk_of(ExitRules())
    tick(desk, "25000", 0)
    _ = desk.send(
        alert(reading("buy", "25300"), after=57_600)
    )  # held back as a price of the market
    _ = desk.send(alert(reading("close"), after=57_660))
    await settled(desk)
    closed = desk.store.signals[-1].closed
    assert closed is not None
    assert closed.realized == 0


async def test_switching_the_session_rule_on_says_that_older_sessions_are_dealt_with() -> None:
    desk = await long_at("25000", ExitRules())
    _ = await desk.desk.change_recorder(1, exits=ExitRules(session_end=True))
    desk.store.commit()
    assert [type(entry).__name__ for entry in desk.store.stored] == [
        "SignalRecorded",
        "MarksSettled",
    ]


@pytest.mark.parametrize("seed", range(30))
async def test_a_storm_of_alerts_ticks_and_refusals_leaves_nothing_in_doubt(seed: int) -> None:
    storm = _Storm(random.Random(seed))
    for step in range(1, 301):
        storm.step(step)
        await asyncio.sleep(0)
    await settled(storm.desk)
    desk = storm.desk
    assert [s.signal.id for s in desk.store.signals] == list(range(1, len(desk.store.signals) + 1))
    stored = {s.signal.alert.text for s in desk.store.signals}
    for receipt, sent in storm.receipts:
        assert receipt.done()
        if receipt.exception() is None and receipt.result().outcome != "duplicate":
            assert sent.text in stored
    assert {m.position.id: m.position.signed for m in desk.book.live()} == _last_known(desk)


def _last_known(desk: TestDesk) -> dict[int, int]:
    """Open positions as the stored signals left them."""
    last = {(s.signal.recorder_id, s.signal.symbol): s.open for s in desk.store.signals if s.legs}
    return {position.id: position.signed for position in last.values() if position}


class _Storm:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.desk = desk_of(ExitRules(stop=level("10 points"), trail=level("8 points")))
        self.other = other_recorder(self.desk)
        self.receipts: list[tuple[asyncio.Future[Receipt], Alert]] = []
        self._price = 25000.0
        self._now = 0

    def step(self, now: int) -> None:
        self._now = now
        self._price += self.chance.gauss(0, 4)
        kinds: tuple[Callable[[], None], ...] = (
            *(self._tick, self._send, self._commit, self._refuse, self._known),
            self._settle,
        )
        self.chance.choices(kinds, (45, 30, 10, 5, 3, 7))[0]()

    @property
    def _quoted(self) -> str:
        return str(Decimal(round(self._price * 4)) / 4)

    def _tick(self) -> None:
        tick(self.desk, self._quoted, self._now)

    def _send(self) -> None:
        action = self.chance.choice(["buy", "sell", "close", "add", "reverse"])
        price = self.chance.choice([self._quoted, None])
        sent = alert(reading(action, price, sender_id=f"k{self._now}"), after=self._now)
        recorder = self.chance.choice([self.desk.recorder, self.other])
        self.receipts.append((self.desk.intake.accept(recorder, sent), sent))

    def _commit(self) -> None:
        self.desk.store.commit(self.chance.randint(1, 3))

    def _refuse(self) -> None:
        if self.desk.store.waiting:
            self.desk.store.refuse(FULL)

    def _known(self) -> None:
        waiting = self.desk.store.waiting
        keys = [w.signal.key for w in waiting if isinstance(w, SignalRecorded) and w.signal.key]
        if keys:
            self.desk.store.refuse(AlreadyStored(self.chance.choice(keys), 1, None))

    def _settle(self) -> None:
        self.desk.intake.settle_marks()
        self.desk.desk.draw_paths()
