"""Exits by rule: each becomes a signal of its own, whatever price or clock brings it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.domain.exits import ExitRules, level
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.domain.signals import Source
from tests.fakes.alerts import START, alert, reading
from tests.fakes.desk import TestDesk


def desk_with(**rules: Any) -> TestDesk:
    said: dict[str, Any] = {
        name: level(value) if isinstance(value, str) else value for name, value in rules.items()
    }
    return TestDesk(exits=ExitRules(**said))


def tick(desk: TestDesk, price: str, seconds: float = 3600) -> None:
    at = START + timedelta(seconds=seconds)
    desk.intake.tick(PriceTicked("MNQ1!", Decimal(price), at, "replay"))


async def closed(desk: TestDesk) -> Position:
    await _turn()
    last = desk.store.signals[-1]
    assert last.closed is not None
    assert last.signal.alert.source is Source.RULE
    return last.closed


def _left(position: Position) -> tuple[str | None, Fraction | None]:
    return position.exit_reason, position.exit_price


async def _turn() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_a_target_closes_at_its_own_price_although_the_market_jumped_over_it() -> None:
    desk = desk_with(take_profit="40 ticks")
    await desk.send(alert(reading("buy", "25600", quantity=2)))
    tick(desk, "25609.75")
    await _turn()
    assert desk.held() == 2
    tick(desk, "25612")
    position = await closed(desk)
    assert position.exit_reason == "target"
    assert position.exit_price == 25610
    assert position.in_money(position.realized) == 40  # 40 ticks x 0.50 x 2
    assert "touched by 25612 from replay" in desk.store.signals[-1].signal.alert.text


@pytest.mark.parametrize(("price", "filled"), [("25595", "25595"), ("25571.25", "25571.25")])
async def test_a_stop_fills_where_it_lies_or_at_the_tick_that_jumped_over_it(
    price: str, filled: str
) -> None:
    desk = desk_with(stop="5 points")
    await desk.send(alert(reading("buy", "25600", quantity=1)))
    tick(desk, price)
    position = await closed(desk)
    assert _left(position) == ("stop", Fraction(filled))
    assert position.worst == Fraction(filled) - 25600


async def test_a_short_leaves_on_the_other_side() -> None:
    desk = desk_with(take_profit="10 points", stop="5 points")
    await desk.send(alert(reading("sell", "25600", quantity=1)))
    tick(desk, "25604.75")
    await _turn()
    assert desk.held() == -1
    tick(desk, "25590")
    position = await closed(desk)
    assert _left(position) == ("target", Fraction(25590))


async def test_adding_moves_target_and_stop_to_the_new_average() -> None:
    desk = desk_with(take_profit="10 points")
    await desk.send(alert(reading("buy", "25600", quantity=1)))
    await desk.send(alert(reading("buy", "25590", quantity=1)))
    tick(desk, "25604.75")
    await _turn()
    assert desk.held() == 2
    tick(desk, "25605")
    assert (await closed(desk)).exit_price == 25605


async def test_a_trailing_stop_follows_the_best_price_and_never_falls_back() -> None:
    desk = desk_with(trail="5 points", trail_after="10 points")
    await desk.send(alert(reading("buy", "25600", quantity=1)))
    for price in ("25609", "25603", "25611", "25608", "25606.25"):
        tick(desk, price)
    await _turn()
    assert desk.held() == 1
    tick(desk, "25606")
    position = await closed(desk)
    assert _left(position) == ("trail", Fraction(25606))


async def test_break_even_moves_the_stop_to_the_entry() -> None:
    desk = desk_with(stop="20 points", break_even="10 points", break_even_offset="1 points")
    await desk.send(alert(reading("sell", "25600", quantity=1)))
    for price in ("25605", "25590", "25598"):
        tick(desk, price)
    await _turn()
    assert desk.held() == -1
    tick(desk, "25599.25")
    position = await closed(desk)
    assert _left(position) == ("breakeven", Fraction(Decimal("25599.25")))


async def test_the_alert_s_own_stop_counts_where_the_recorder_says_so() -> None:
    desk = desk_with(stop="alert", take_profit="alert")
    own = {"stop_loss": level("25580 price"), "take_profit": level("1 %")}
    await desk.send(alert(reading("buy", "25600", quantity=1, **own)))
    tick(desk, "25580")
    assert (await closed(desk)).exit_reason == "stop"


async def test_a_signal_has_its_say_before_the_rules_look_at_its_price() -> None:
    """A sell at the target closes the long; it must not find us flat and open a short."""
    desk = desk_with(take_profit="10 points")
    await desk.send(alert(reading("buy", "25600", quantity=1)))
    receipt = await desk.send(alert(reading("sell", "25612", quantity=1)))
    assert receipt.position == 0
    assert len(desk.store.signals) == 2
    assert desk.store.signals[-1].closed is not None
    assert desk.store.signals[-1].closed.exit_reason == "signal"


async def test_another_recorder_s_price_touches_ours() -> None:
    desk = desk_with(take_profit="10 points")
    await desk.send(alert(reading("buy", "25600", quantity=1)))
    await desk.send(alert(reading("price", "25611")))
    assert (await closed(desk)).exit_price == 25610


async def test_rules_go_on_while_the_recorder_is_switched_off() -> None:
    desk = desk_with(stop="10 points")
    await desk.send(alert(reading("buy", "25600", quantity=1)))
    await desk.desk.change_recorder(1, enabled=False)
    tick(desk, "25590")
    assert (await closed(desk)).exit_reason == "stop"


async def test_changed_rules_count_from_the_next_price_on() -> None:
    desk = desk_with()
    await desk.send(alert(reading("buy", "25600", quantity=1)))
    tick(desk, "25500")
    await desk.desk.change_recorder(1, exits=ExitRules(stop=level("10 points")))
    await _turn()
    assert desk.held() == 1
    tick(desk, "25501")
    assert (await closed(desk)).exit_price == 25501


async def test_an_exit_that_could_not_be_stored_is_kept_up_at_its_own_price() -> None:
    desk = TestDesk(at_once=False, exits=ExitRules(take_profit=level("10 points")))
    receipt = desk.send(alert(reading("buy", "25600", quantity=1)))
    desk.store.commit()
    await receipt
    tick(desk, "25611")
    desk.store.refuse(NotStored("the disk is full"))
    tick(desk, "25603")  # long gone
    tick(desk, "25612")  # and touched again, while the ledger fails
    await _turn()
    assert desk.held() == 1
    desk.desk.settle_marks()
    desk.store.commit()
    await _turn()
    assert desk.held() == 0
    rules = [s for s in desk.store.signals if s.signal.alert.source is Source.RULE]
    assert [s.signal.fill_price for s in rules] == [25610]


async def test_one_touch_is_one_exit_while_the_ledger_is_slow() -> None:
    desk = TestDesk(at_once=False, exits=ExitRules(stop=level("10 points")))
    _ = desk.send(alert(reading("buy", "25600", quantity=1)))
    desk.store.commit()
    for price in ("25590", "25580", "25570"):
        tick(desk, price)
    desk.store.commit()
    assert len(desk.store.signals) == 2
    assert desk.held() == 0


async def test_flat_when_the_session_ends_at_the_last_price() -> None:
    desk = desk_with(session_end=True)
    await desk.send(alert(reading("buy", "25600", quantity=1), after=0))  # Friday, 9:30 in Chicago
    tick(desk, "25607", seconds=60)
    desk.desk.end_sessions()
    now = datetime(2026, 11, 20, 21, 59, 59, tzinfo=UTC)
    desk.desk.clock = lambda: now
    desk.desk.end_sessions()
    await _turn()
    assert desk.held() == 1
    now = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
    desk.desk.end_sessions()
    position = await closed(desk)
    assert _left(position) == ("session", Fraction(25607))
    assert position.closed_at == now


async def test_the_first_stop_is_the_risk_of_the_trade() -> None:
    desk = desk_with(stop="5 points")
    await desk.send(alert(reading("buy", "25600", quantity=2)))
    opened = desk.store.signals[0].open
    assert opened is not None
    assert opened.money_units(opened.risk_units) == 20 * 10**30  # 5 points x 2.00 x 2


async def test_a_session_that_ended_before_the_rule_was_there_closes_nothing() -> None:
    desk = desk_with()
    await desk.send(alert(reading("buy", "25600", quantity=1), after=0))
    monday = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    desk.desk.clock = lambda: monday
    desk.desk.end_sessions()
    await desk.desk.change_recorder(1, exits=ExitRules(session_end=True))
    desk.desk.end_sessions()
    await _turn()
    assert desk.held() == 1


async def test_a_session_that_ended_while_nothing_ran_closes_at_the_start() -> None:
    before = desk_with(session_end=True)
    await before.send(alert(reading("buy", "25600", quantity=1), after=0))
    after = desk_with(session_end=True)
    after.book.load([after.recorder], before.desk.open_positions(), [])
    after.desk.looked_at_sessions(until=START + timedelta(minutes=5))  # the last heartbeat
    monday = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    after.desk.clock = lambda: monday
    after.desk.end_sessions()
    assert (await closed(after)).exit_reason == "session"
