"""Adds, trims, closes and reversals of one lane: the sizes, and the exits that go along."""

from __future__ import annotations

import asyncio

from justtrades_desktop.domain.orders import Verdict
from tests.fakes.execution_lab import lab
from tests.fakes.fake_floor import stops_and_targets
from tests.unit.execution.lane_scenes import EXITS, LADDER, entered, sent, settled, verdicts


async def test_a_ladder_grows_with_an_add_and_shrinks_with_a_trim() -> None:
    async with lab() as it:
        await entered(it, 3, **LADDER)
        assert it.working() == [
            ("Limit", 1, "25005"),
            ("Limit", 2, "25010"),
            ("Stop", 1, "24995"),
            ("Stop", 2, "24995"),
        ]
        it.tick("24997")
        it.signal(6, price="24997")
        await settled(it)
        assert it.floor.true_net() == 6
        assert it.working() == [
            ("Limit", 1, "25003.5"),
            ("Limit", 5, "25008.5"),
            ("Stop", 1, "24993.5"),
            ("Stop", 5, "24993.5"),
        ]
        it.signal(4)
        await settled(it)
        assert it.floor.true_net() == 4
        assert stops_and_targets(it.floor.true_working()) == (4, 4)


async def test_a_step_of_the_ladder_that_filled_does_not_come_back() -> None:
    async with lab() as it:
        await entered(it, 3, **LADDER)
        it.tick("25005")
        await settled(it)
        assert it.floor.true_net() == 2
        assert it.working() == [("Limit", 2, "25010"), ("Stop", 2, "24995")]
        it.tick("25004", "25005", "25006")
        await settled(it)
        assert it.working() == [("Limit", 2, "25010"), ("Stop", 2, "24995")]


async def test_a_close_after_part_of_the_ladder_closes_what_is_left() -> None:
    async with lab() as it:
        await entered(it, 3, **LADDER)
        it.tick("25005")
        await it.quiet()
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []
        assert sent(it)[-1] == ("Sell", 2, "Market")


async def test_a_reversal_turns_position_and_exits() -> None:
    async with lab() as it:
        await entered(it, 3, **LADDER)
        it.signal(-2)
        await it.quiet()
        assert it.floor.true_net() == -2
        assert it.working() == [
            ("Limit", 1, "24990"),
            ("Limit", 1, "24995"),
            ("Stop", 1, "25005"),
            ("Stop", 1, "25005"),
        ]
        assert verdicts(it) == [Verdict.DONE, Verdict.DONE]


async def test_partial_fills_are_protected_as_they_come() -> None:
    async with lab(max_fill=1) as it:
        await it.link(**EXITS)
        it.signal(3)
        await asyncio.sleep(0.1)
        for _ in range(3):
            net = it.floor.true_net()
            stops, targets = stops_and_targets(it.floor.true_working())
            assert (stops, targets) == (net, net)
            it.tick("25000")
            await asyncio.sleep(0.03)
        await it.quiet()
        assert it.floor.true_net() == 3
        assert it.working() == [("Limit", 3, "25010"), ("Stop", 3, "24995")]


async def test_a_close_that_fills_in_parts_is_one_order_and_ends_flat() -> None:
    async with lab(max_fill=1) as it:
        await it.link(**EXITS)
        it.signal(2)
        await asyncio.sleep(0.05)
        it.tick("25000")
        await it.quiet()
        it.signal(0)
        await asyncio.sleep(0.2)
        it.tick("25000")
        await it.quiet()
        assert it.floor.true_net() == 0
        assert sent(it) == [("Buy", 2, "Market"), ("Sell", 2, "Market")]


async def test_a_trim_while_the_add_is_under_way_ends_at_the_newest_size() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.next("place", seconds=0.2)
        it.signal(3)
        await asyncio.sleep(0.05)
        it.signal(2)
        await it.quiet()
        await settled(it)
        assert it.floor.true_net() == 2
        assert stops_and_targets(it.floor.true_working()) == (2, 2)
        assert Verdict.SENT not in verdicts(it)


async def test_a_close_while_the_entry_is_under_way_ends_flat() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.next("place", seconds=0.2)
        it.signal(2)
        await asyncio.sleep(0.05)
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert it.floor.true_working() == []
        assert Verdict.SENT not in verdicts(it)


async def test_many_signals_at_once_end_at_the_last_one() -> None:
    async with lab() as it:
        await it.link(**LADDER)
        for to in (1, 2, 0, -1, -3, -2, 0, 2, 3, 1):
            it.signal(to)
        await it.quiet()
        await settled(it)
        assert it.floor.true_net() == 1
        assert stops_and_targets(it.floor.true_working()) == (1, 1)
        assert not {Verdict.SENT, Verdict.WAITING} & {*verdicts(it)}
