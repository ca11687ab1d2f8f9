"""Trailing stops, break-even, limit entries, and exits that the broker does not take."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.links import AccountLimits, EntryKind, LimitEnd, Target
from justtrades_desktop.domain.orders import Verdict
from justtrades_desktop.execution.ports import Refused
from tests.fakes.execution_lab import lab
from tests.fakes.fake_floor import stops_and_targets
from tests.unit.execution.lane_scenes import EXITS, LADDER, entered, sent, settled, told, verdicts


async def test_break_even_moves_the_stop_once_and_never_back() -> None:
    settings: dict[str, Any] = {
        "own_exits": True,
        "stop": level("20 ticks"),
        "break_even": level("20 ticks"),
        "break_even_offset": level("2 ticks"),
    }
    async with lab() as it:
        await entered(it, 2, **settings)
        assert it.working() == [("Stop", 2, "24995")]
        it.tick("25004.75")
        await it.quiet()
        assert it.working() == [("Stop", 2, "24995")]
        it.tick("25005")
        await settled(it)
        assert it.working() == [("Stop", 2, "25000.5")]
        it.tick("25002")
        await settled(it)
        assert it.working() == [("Stop", 2, "25000.5")]
        await it.crash()
        await it.restart()
        await settled(it)
        assert it.working() == [("Stop", 2, "25000.5")]


async def test_a_trail_in_steps_is_moved_by_us() -> None:
    settings: dict[str, Any] = {
        "own_exits": True,
        "trail": level("20 ticks"),
        "trail_step": level("8 ticks"),
    }
    async with lab() as it:
        await entered(it, 1, **settings)
        assert it.working() == [("Stop", 1, "24995")]
        it.tick("25001")
        await it.quiet()
        assert it.working() == [("Stop", 1, "24995")]
        it.tick("25002.25")
        await settled(it)
        assert it.working() == [("Stop", 1, "24997")]
        it.tick("24998")
        await settled(it)
        assert it.working() == [("Stop", 1, "24997")]
        it.tick("24997")
        await settled(it)
        assert it.floor.true_net() == 0


async def test_a_limit_entry_that_is_not_filled_in_time_is_cancelled() -> None:
    limit: dict[str, Any] = {"entry": EntryKind.LIMIT, "limit_seconds": 1}
    async with lab() as it:
        await it.link(**EXITS, **limit)
        it.signal(2, price="24998")
        await asyncio.sleep(0.2)
        assert ("Limit", 2, "24998") in it.working()
        await it.quiet()
        assert it.floor.true_working() == []
        assert it.floor.true_net() == 0
        assert it.ledger.held == {}
        assert verdicts(it) == [Verdict.FAILED]


async def test_a_limit_entry_goes_on_at_the_market_with_what_is_missing() -> None:
    """The time of the limit is no reason to call the signal old, nor the second order a repeat."""
    limit: dict[str, Any] = {
        "entry": EntryKind.LIMIT,
        "limit_seconds": 1,
        "limit_end": LimitEnd.MARKET,
    }
    async with lab(max_fill=1) as it:
        await it.desk.set_limits(it.KEY, AccountLimits(repeat_seconds=10))
        await it.link(**EXITS, **limit, stale_seconds=1)
        it.signal(2, price="24998")
        await asyncio.sleep(0.2)
        it.tick("24998", "24999")
        await it.quiet()
        assert it.floor.true_net() == 2
        assert sent(it) == [("Buy", 2, "Limit"), ("Buy", 1, "Market")]
        await settled(it)
        assert stops_and_targets(it.floor.true_working()) == (2, 2)


async def test_a_close_cancels_a_limit_entry_that_filled_in_part() -> None:
    async with lab(max_fill=1) as it:
        await it.link(**EXITS, entry=EntryKind.LIMIT, limit_seconds=60)
        it.signal(2, price="24998")
        await asyncio.sleep(0.1)
        it.tick("24998")
        await asyncio.sleep(0.1)
        assert it.floor.true_net() == 1
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []


async def test_a_limit_entry_does_not_outlive_a_restart() -> None:
    async with lab() as it:
        await it.link(**EXITS, entry=EntryKind.LIMIT, limit_seconds=60)
        it.signal(1, price="24998")
        await asyncio.sleep(0.1)
        await it.crash()
        await it.restart()
        await it.quiet()
        assert it.floor.true_working() == []
        assert it.ledger.held == {}


async def test_an_entry_whose_exits_are_refused_goes_in_two_steps() -> None:
    async with lab() as it:
        await it.desk.set_limits(it.KEY, AccountLimits(repeat_seconds=10))
        await it.link(**EXITS)
        it.floor.next("place", Refused("InvalidPrice: bracket"))
        it.signal(1)
        await it.quiet()
        await settled(it)
        assert it.floor.true_net() == 1
        assert it.working() == [("Limit", 1, "25010"), ("Stop", 1, "24995")]


async def test_what_cannot_be_protected_is_closed_and_told() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", Refused("InvalidPrice: bracket"))
        it.floor.next("place", None)
        it.floor.next("place", Refused("no stops today"), times=4)
        it.floor.next("place", Refused("no stops today"), times=100)
        it.signal(1)
        await asyncio.sleep(0.6)
        it.floor.forget_endings("place")
        await it.quiet()
        assert it.floor.true_net() == 0
        assert "no stops today" in told(it)
        assert verdicts(it) == [Verdict.DONE, Verdict.DONE]


async def test_a_stop_that_the_market_has_passed_is_a_close() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", Refused("InvalidPrice: bracket"))
        it.floor.next("place", None, seconds=0.1)
        it.signal(1)
        await asyncio.sleep(0.05)
        it.tick("24990")
        await it.quiet()
        await settled(it)
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []


async def test_legs_that_the_answer_does_not_name_are_found() -> None:
    async with lab() as it:
        it.floor.loses_legs = True
        it.floor.events_late = True
        await entered(it, 3, **LADDER)
        await settled(it)
        assert len(sent(it)) == 2
        assert stops_and_targets(it.floor.true_working()) == (3, 3)


async def test_legs_that_are_told_late_are_not_placed_a_second_time() -> None:
    async with lab() as it:
        await it.link(**LADDER)
        it.floor.hold("order")
        it.signal(3)
        await asyncio.sleep(0.3)
        it.floor.release()
        await settled(it)
        assert len(sent(it)) == 2
        assert stops_and_targets(it.floor.true_working()) == (3, 3)


async def test_a_target_alone_is_kept_too() -> None:
    settings: dict[str, Any] = {
        "own_exits": True,
        "targets": (Target(level("8 ticks"), Decimal(100)),),
    }
    async with lab() as it:
        await entered(it, 2, **settings)
        assert it.working() == [("Limit", 2, "25002")]
        it.signal(0)
        await it.quiet()
        assert it.floor.true_working() == []
        assert it.floor.true_net() == 0
