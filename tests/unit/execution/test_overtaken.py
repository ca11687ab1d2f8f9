"""Signals that overtake what is under way: only the difference to the last one is traded."""

from __future__ import annotations

import asyncio

from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.orders import Verdict
from tests.fakes.execution_world import World, quickly, world


def test_an_entry_that_overtakes_a_close_keeps_what_is_open() -> None:
    async def story() -> None:
        async with world() as it:
            await it.link(own_exits=True, stop=level("20 ticks"))
            it.witness.most[it.KEY] = 2
            it.signal(-2)
            await it.rest()
            it.floor.next("cancel", seconds=1.0)
            it.signal(0)  # its exits go first
            await asyncio.sleep(0.2)
            it.signal(-2)
            await it.rest()
            _ends_with(it, -2)

    quickly(story())


def test_a_larger_goal_counts_the_entry_that_is_under_way() -> None:
    async def story() -> None:
        async with world() as it:
            await it.link()
            it.witness.most[it.KEY] = 3
            it.floor.hold()  # nothing is told
            it.signal(1)
            await asyncio.sleep(0.2)
            it.signal(3)
            await asyncio.sleep(5)
            it.floor.release()
            await it.rest()
            _ends_with(it, 3)

    quickly(story())


def test_flatten_all_ends_the_decision_that_waits() -> None:
    async def story() -> None:
        async with world() as it:
            await it.link()
            it.floor.go_down()
            it.signal(1)
            await asyncio.sleep(0.5)
            it.do("flatten all of a person", it.desk.flatten_all)
            await asyncio.sleep(0.5)
            it.floor.come_up()
            await it.rest()
            _ends_with(it, 0)

    quickly(story())


def test_a_position_told_late_does_not_keep_the_disk_busy() -> None:
    async def story() -> None:
        async with world() as it:
            await it.link()
            it.witness.most[it.KEY] = 2
            it.floor.hold("position")
            it.signal(2)
            await asyncio.sleep(10)
            it.signal(0)
            await asyncio.sleep(30)
            assert it.floor.true_net() == 0
            assert len(it.pointed.written) < 60
            it.floor.release()
            await it.rest()
            _ends_with(it, 0)

    quickly(story())


def test_an_order_that_stays_unfilled_is_not_asked_for_without_end() -> None:
    async def story() -> None:
        async with world(max_fill=1) as it:
            await it.link()
            it.witness.most[it.KEY] = 3
            it.signal(3)
            await asyncio.sleep(60)  # nobody trades
            assert len(it.floor.sent) < 200
            it.trades = "25000"
            await it.rest()
            _ends_with(it, 3)

    quickly(story())


def _ends_with(it: World, net: int) -> None:
    assert it.witness.wrongs == []
    assert it.floor.true_net() == net
    for decision in it.desk.records.decisions():
        assert decision.verdict not in (Verdict.WAITING, Verdict.SENT), decision
