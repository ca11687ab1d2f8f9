"""Answers that are lost, refused or late: looked at, never guessed, and exits go on."""

from __future__ import annotations

import asyncio

import pytest

from justtrades_desktop.domain.orders import Verdict
from justtrades_desktop.execution.ports import Doubt, NotSent, Refused
from tests.fakes.execution_lab import lab
from tests.fakes.fake_floor import FAILS, stops_and_targets
from tests.unit.execution.lane_scenes import EXITS, entered, sent, settled, told, verdicts


async def test_an_entry_whose_answer_was_lost_is_adopted_with_its_exits() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", Doubt("timed out"), arrives=True)
        it.signal(1)
        await settled(it)
        assert it.working() == [("Limit", 1, "25010"), ("Stop", 1, "24995")]
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []


async def test_an_entry_that_never_arrived_is_no_trade_and_the_next_one_goes() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", Doubt("timed out"), arrives=False)
        it.signal(1)
        await it.quiet()
        assert verdicts(it) == [Verdict.FAILED]
        it.signal(0)
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == 1


async def test_looks_that_fail_prove_nothing_and_a_person_is_told() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("look_up", FAILS, times=8)
        it.floor.next("place", Doubt("timed out"), arrives=False)
        it.signal(1)
        await asyncio.sleep(0.3)
        assert it.decisions()[-1].verdict is Verdict.SENT
        await it.quiet()
        assert "nobody knows whether" in told(it)
        assert verdicts(it) == [Verdict.FAILED]


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_close_in_doubt_is_planned_anew_against_what_is_open(arrives: bool) -> None:
    async with lab() as it:
        await entered(it)
        it.floor.next("place", Doubt("timed out"), arrives=arrives)
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert len(sent(it)) == (2 if arrives else 3)


async def test_a_close_that_arrives_after_its_second_one_is_bought_back() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.next("place", Doubt("timed out"), arrives=False)
        it.signal(0)
        await it.quiet()
        it.floor.arrive_late()
        await settled(it)
        assert it.floor.true_net() == 0
        assert "arrived after all" in told(it)


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_cancel_in_doubt_is_looked_at_before_the_close(arrives: bool) -> None:
    async with lab() as it:
        await entered(it)
        it.floor.next("cancel", Doubt("timed out"), arrives=arrives)
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []
        assert sent(it)[-1] == ("Sell", 1, "Market")


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_change_in_doubt_ends_with_the_right_exits(arrives: bool) -> None:
    async with lab() as it:
        await entered(it, 2)
        it.floor.next("modify", Doubt("timed out"), arrives=arrives)
        it.signal(1)
        await settled(it)
        assert it.floor.true_net() == 1
        assert stops_and_targets(it.floor.true_working()) == (1, 1)


async def test_refused_exits_are_tried_again_after_a_pause() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.next("place", Refused("the market is closed"), times=3)
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert len(sent(it)) == 5
        assert told(it).count("the market is closed") == 1


async def test_an_exit_that_was_not_sent_waits_as_long_as_it_has_to() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.next("cancel", NotSent("penalty", 0.1))
        it.floor.next("place", NotSent("penalty", 0.1))
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []


async def test_a_close_waits_for_the_link_and_then_goes() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.go_away()
        it.signal(0)
        await asyncio.sleep(0.2)
        assert it.floor.true_net() == 1
        it.floor.come_up()
        await it.quiet()
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []


async def test_an_exit_that_fills_while_the_link_is_down_is_seen_afterwards() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.go_down()
        it.tick("25010")
        it.signal(0)
        await asyncio.sleep(0.1)
        it.floor.come_up()
        await settled(it)
        assert it.floor.true_net() == 0
        assert len(sent(it)) == 1
        assert it.ledger.held == {}


async def test_an_entry_grows_old_while_the_link_is_down() -> None:
    async with lab() as it:
        await it.link(**EXITS, stale_seconds=1)
        it.signal(1)
        await it.quiet()
        it.signal(0)
        await it.quiet()
        it.floor.go_down()
        it.signal(1)
        await asyncio.sleep(1.3)
        it.floor.come_up()
        await it.quiet()
        assert it.floor.true_net() == 0
        assert verdicts(it)[-1] is Verdict.PARKED


async def test_a_full_disk_stops_entries_and_no_exit() -> None:
    async with lab() as it:
        await entered(it)
        it.ledger.broken = True
        it.signal(2)
        await asyncio.sleep(0.2)
        assert it.floor.true_net() == 1
        it.signal(0)
        await asyncio.sleep(0.5)
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []
        it.ledger.broken = False
