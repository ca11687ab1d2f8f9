"""Decide, commit, and only then acknowledge."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from justtrades_desktop.domain.errors import AlreadyStored, NotStored
from justtrades_desktop.domain.events import (
    LedgerFailed,
    LedgerRecovered,
    MarksSettled,
    PriceTicked,
    SignalRecorded,
)
from justtrades_desktop.domain.signals import Outcome, Unreadable
from tests.fakes.alerts import START, alert, reading
from tests.fakes.desk import TestDesk


async def test_nothing_is_acknowledged_or_shown_before_it_is_on_disk() -> None:
    desk = TestDesk(at_once=False)
    told: list[SignalRecorded] = []
    desk.bus.subscribe(SignalRecorded, told.append)
    receipt = desk.send(alert(reading("buy", "100")))
    await asyncio.sleep(0)
    assert not receipt.done()
    assert not told
    assert desk.held() == 0
    desk.store.commit()
    assert (await receipt).outcome is Outcome.APPLIED
    assert desk.held() == 1
    assert [event.signal.id for event in told] == [1]


async def test_a_signal_builds_on_those_that_are_still_being_written() -> None:
    desk = TestDesk(at_once=False)
    receipts = [desk.send(alert(reading(a, "100"))) for a in ("buy", "buy", "sell", "close")]
    desk.store.commit()
    assert [(await receipt).position for receipt in receipts] == [1, 2, 1, 0]


async def test_one_that_changes_nothing_is_committed_between_others_that_do() -> None:
    """A signal that found us flat once made a later one build on a position already closed."""
    desk = TestDesk(at_once=False)
    receipts = [desk.send(alert(reading(a, "100"))) for a in ("close", "sell", "buy")]
    desk.store.commit(1)
    receipts.append(desk.send(alert(reading("reverse", "100"))))
    desk.store.commit(1)
    receipts.append(desk.send(alert(reading("add", "100"))))
    desk.store.commit()
    outcomes = [(await receipt).outcome for receipt in receipts]
    assert outcomes == ["ignored", "applied", "applied", "ignored", "ignored"]


async def test_a_refused_commit_takes_back_all_that_was_built_on_it() -> None:
    desk = TestDesk(at_once=False)
    trouble: list[object] = []
    desk.bus.subscribe(LedgerFailed, trouble.append)
    desk.bus.subscribe(LedgerRecovered, trouble.append)
    first = desk.send(alert(reading("buy", "100")))
    desk.store.commit()
    await first
    lost = [desk.send(alert(reading("buy", "101", sender_id=f"x{n}"))) for n in range(3)]
    desk.store.refuse(NotStored("the disk is full"))
    for receipt in lost:
        with pytest.raises(NotStored, match="disk is full"):
            await receipt
    assert desk.held() == 1
    again = desk.send(alert(reading("buy", "101", sender_id="x0")))
    desk.store.commit()
    assert await again == await again
    assert (again.result().signal_id, again.result().position) == (2, 2)
    assert trouble == [LedgerFailed("the disk is full"), LedgerRecovered()]


async def test_while_the_ledger_fails_it_is_tried_again_without_any_alert() -> None:
    desk = TestDesk(at_once=False)
    receipt = desk.send(alert(reading("buy", "100")))
    desk.store.refuse(NotStored("the disk is full"))
    with pytest.raises(NotStored):
        await receipt
    recovered: list[object] = []
    desk.bus.subscribe(LedgerRecovered, recovered.append)
    desk.intake.settle_marks()
    desk.store.commit()
    assert recovered


async def test_an_explicit_id_is_applied_once() -> None:
    desk = TestDesk()
    first = await desk.send(alert(reading("buy", "100", sender_id="a-1")))
    second = await desk.send(alert(reading("buy", "101", sender_id="a-1")))
    assert (second.outcome, second.signal_id) == (Outcome.DUPLICATE, first.signal_id)
    assert desk.held() == 1
    assert desk.book.last_price("MNQ1!") == 100


async def test_an_identical_body_with_a_time_is_applied_once() -> None:
    desk = TestDesk()
    sent = reading("buy", "100", sent_at="2026-11-20T15:30:05Z")
    first = await desk.send(alert(sent, body="same"))
    second = await desk.send(alert(sent, body="same"))
    other = await desk.send(alert(sent, body="other"))
    assert [first.outcome, second.outcome, other.outcome] == ["applied", "duplicate", "applied"]


async def test_both_legs_of_a_reversal_in_one_second_are_applied() -> None:
    desk = TestDesk()
    time = "2026-11-20T15:30:05Z"
    await desk.send(alert(reading("buy", "100")))
    await desk.send(alert(reading("sell", "101", quantity=1, sent_at=time), body="exit"))
    await desk.send(alert(reading("sell", "101", quantity=1, sent_at=time), body="entry"))
    assert desk.held() == -1
    await desk.send(alert(reading("buy", "99", quantity=1, sender_id="one", target=0)))
    await desk.send(alert(reading("buy", "99", quantity=1, sender_id="one", target=1)))
    assert desk.held() == 1


async def test_an_id_that_names_a_strategy_loses_no_later_alert() -> None:
    desk = TestDesk()
    for minute in range(3):
        sent = reading("buy", "100", sender_id="Long", sent_at=f"2026-11-20T15:3{minute}:05Z")
        receipt = await desk.send(alert(sent))
        assert receipt.outcome is Outcome.APPLIED
        again = await desk.send(alert(sent))
        assert (again.outcome, again.signal_id) == (Outcome.DUPLICATE, receipt.signal_id)
    assert desk.held() == 3


async def test_an_identical_body_without_id_or_time_is_applied_and_marked() -> None:
    desk = TestDesk()
    receipts = [
        await desk.send(alert(reading("buy", "100"), body="same", after=seconds))
        for seconds in (10_000, 10_014, 10_040)
    ]
    assert [receipt.outcome for receipt in receipts] == ["applied"] * 3
    assert ["possibly sent twice" in (receipt.reason or "") for receipt in receipts] == [
        False,
        True,
        False,
    ]


async def test_what_was_refused_and_comes_again_is_not_marked_as_sent_twice() -> None:
    desk = TestDesk(at_once=False)
    refused = desk.send(alert(reading("buy", "100"), body="same", after=20_000))
    desk.store.refuse(NotStored("the disk is full"))
    with pytest.raises(NotStored):
        await refused
    again = desk.send(alert(reading("buy", "100"), body="same", after=20_005))
    desk.store.commit()
    assert (await again).reason is None


async def test_a_repeat_is_not_acknowledged_before_the_first_one_is_on_disk() -> None:
    desk = TestDesk(at_once=False)
    first = desk.send(alert(reading("buy", "100", sender_id="a")))
    second = desk.send(alert(reading("buy", "100", sender_id="a")))
    await asyncio.sleep(0)
    assert not second.done()
    desk.store.commit()
    assert (await first).outcome is Outcome.APPLIED
    assert (await second).outcome is Outcome.DUPLICATE


async def test_a_repeat_is_refused_with_the_first_one() -> None:
    desk = TestDesk(at_once=False)
    both = [desk.send(alert(reading("buy", "100", sender_id="a"))) for _ in range(2)]
    desk.store.refuse(NotStored("the disk is full"))
    for receipt in both:
        with pytest.raises(NotStored):
            await receipt


async def test_a_key_that_only_the_ledger_knows_changes_nothing_else() -> None:
    """After a restart the memory is empty; the alerts behind the repeat are decided anew."""
    desk = TestDesk(at_once=False)
    before = desk.send(alert(reading("buy", "100")))
    repeat = desk.send(alert(reading("buy", "100", quantity=5, sender_id="old")))
    behind = desk.send(alert(reading("buy", "100", quantity=2)))
    appended = [entry for entry in desk.store.waiting if isinstance(entry, SignalRecorded)]
    key = appended[1].signal.key
    assert key is not None
    desk.store.refuse(AlreadyStored(key, 77, None))
    desk.store.commit()
    assert ((await before).signal_id, (await before).position) == (1, 1)
    assert ((await repeat).outcome, (await repeat).signal_id) == (Outcome.DUPLICATE, 77)
    assert ((await behind).signal_id, (await behind).position) == (2, 3)


async def test_a_price_is_a_tick_and_no_signal() -> None:
    desk = TestDesk()
    await desk.send(alert(reading("buy", "25600")))
    receipt = await desk.send(alert(reading("price", "25598")))
    assert (receipt.outcome, receipt.signal_id) == (Outcome.PRICE, None)
    assert desk.desk.open_positions()[0].worst == -2
    assert len(desk.store.signals) == 1


async def test_every_signals_own_price_marks_all_positions_in_the_instrument() -> None:
    desk = TestDesk()
    other = await desk.desk.add_recorder("Fade")
    await desk.send(alert(reading("buy", "25600")))
    await desk.intake.accept(other, alert(reading("sell", "25590", ticker="CME_MINI:MNQ1!")))
    assert desk.desk.open_positions()[0].worst == -10


async def test_ticks_between_decision_and_commit_are_not_lost() -> None:
    desk = TestDesk(at_once=False)
    receipt = desk.send(alert(reading("buy", "100")))
    desk.intake.tick(PriceTicked("MNQ1!", Decimal(90), START))
    desk.intake.tick(PriceTicked("MNQ1!", Decimal(95), START))
    desk.store.commit()
    await receipt
    assert desk.desk.open_positions()[0].worst == -10


async def test_a_signal_without_a_price_takes_the_last_known_one() -> None:
    desk = TestDesk()
    await desk.send(alert(reading("price", "25610")))
    await desk.send(alert(reading("buy")))
    assert desk.desk.open_positions()[0].average_entry == 25610


async def test_without_any_price_the_first_tick_prices_the_entry_and_it_is_said() -> None:
    desk = TestDesk()
    receipt = await desk.send(alert(reading("buy", quantity=2)))
    assert "first tick" in (receipt.reason or "")
    await desk.send(alert(reading("price", "25610")))
    await asyncio.sleep(0)
    assert desk.desk.open_positions()[0].average_entry == 25610
    settled = [entry for entry in desk.store.stored if isinstance(entry, MarksSettled)]
    assert settled[0].first_ticks == {1: Decimal(25610)}


async def test_an_unreadable_alert_is_kept_with_its_reason() -> None:
    desk = TestDesk()
    receipt = await desk.send(alert(Unreadable("it is prose"), body="hello"))
    assert (receipt.outcome, receipt.reason, receipt.signal_id) == ("unreadable", "it is prose", 1)
    assert desk.store.signals[0].signal.alert.text == "hello"


async def test_an_alert_without_an_instrument_takes_the_recorders() -> None:
    unnamed = TestDesk(symbol="NQ1!")
    receipt = await unnamed.send(alert(reading("buy", "100", ticker=None)))
    assert receipt.symbol == "NQ1!"
    nobody = TestDesk()
    receipt = await nobody.send(alert(reading("buy", "100", ticker=None)))
    assert receipt.outcome is Outcome.UNREADABLE
    assert "instrument" in (receipt.reason or "")


async def test_a_recorder_that_is_switched_off_stores_and_ignores() -> None:
    desk = TestDesk(enabled=False)
    receipt = await desk.send(alert(reading("buy", "100", sender_id="a")))
    assert (receipt.outcome, receipt.signal_id) == (Outcome.IGNORED, 1)
    assert "switched off" in (receipt.reason or "")
    assert desk.held() == 0


async def test_a_gap_is_applied_and_recorded_in_words() -> None:
    desk = TestDesk()
    await desk.send(alert(reading("buy", "100", quantity=1, target=1)))
    receipt = await desk.send(alert(reading("buy", "100", quantity=1, target=3)))
    assert (receipt.outcome, receipt.position) == (Outcome.APPLIED, 3)
    assert receipt.reason == "gap: an add of 1 was never received"


async def test_marks_go_to_the_ledger_and_come_back_after_a_refusal() -> None:
    desk = TestDesk(at_once=False)
    receipt = desk.send(alert(reading("buy", "100")))
    desk.store.commit()
    await receipt
    desk.intake.tick(PriceTicked("MNQ1!", Decimal(90), START + timedelta(seconds=1)))
    desk.intake.settle_marks()
    desk.store.refuse(NotStored("the disk is full"))
    desk.intake.settle_marks()
    entry = desk.store.waiting[-1]
    assert isinstance(entry, MarksSettled)
    assert entry.positions[0].worst == -10
    desk.store.commit()
    desk.intake.settle_marks()
    assert not desk.store.waiting


async def test_one_failing_view_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    desk = TestDesk()

    def fail(_: SignalRecorded) -> None:
        raise RuntimeError("a view's bug")

    desk.bus.subscribe(SignalRecorded, fail)
    assert (await desk.send(alert(reading("buy", "100")))).outcome is Outcome.APPLIED
    assert "a handler of SignalRecorded failed" in caplog.text
