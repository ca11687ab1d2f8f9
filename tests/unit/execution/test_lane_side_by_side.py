"""Links and accounts beside each other, and one contract for one link at a time."""

from __future__ import annotations

import asyncio

from justtrades_desktop.domain.links import AccountKey, AccountLimits, EntryKind
from justtrades_desktop.domain.orders import Verdict
from tests.fakes.execution_lab import Lab, lab
from tests.fakes.fake_floor import FakeFloor, stops_and_targets
from tests.unit.execution.lane_scenes import EXITS, LADDER, entered, settled


def accounts(it: Lab, count: int) -> list[FakeFloor]:
    """The lab's account and others beside it."""
    keys = [AccountKey("paper", f"SIM{number}") for number in range(2, count + 1)]
    for key in keys:
        it.desk.house.limits[key] = AccountLimits(repeat_seconds=0)
    return [it.floor, *(it.floors.add(key) for key in keys)]


async def test_a_second_link_cannot_enter_the_contract_of_the_first() -> None:
    async with lab() as it:
        await entered(it)
        second = await it.link(recorder_id=2, **EXITS)
        it.signal(-2, recorder_id=2)
        await it.quiet()
        assert it.floor.true_net() == 1
        refused = it.decisions()[-1]
        assert (refused.link_id, refused.verdict) == (second.id, Verdict.REFUSED)
        assert "another strategy" in refused.reason
        it.signal(0, recorder_id=2)
        await it.quiet()
        assert it.floor.true_net() == 1
        assert stops_and_targets(it.floor.true_working()) == (1, 1)
        it.signal(0)
        await it.quiet()
        it.signal(-2, recorder_id=2)
        await it.quiet()
        assert it.floor.true_net() == -2


async def test_a_second_link_does_not_end_the_limit_entry_of_the_first() -> None:
    async with lab() as it:
        await it.link(**EXITS, entry=EntryKind.LIMIT, limit_seconds=60)
        await it.link(recorder_id=2, **EXITS)
        it.signal(1, price="24998")
        await asyncio.sleep(0.1)
        it.signal(1, recorder_id=2)
        await asyncio.sleep(0.1)
        assert ("Limit", 1, "24998") in it.working()
        assert it.floor.true_net() == 0
        it.tick("24998")
        await it.quiet()
        assert it.floor.true_net() == 1


async def test_three_strategies_on_four_accounts_each_hold_their_own() -> None:
    async with lab() as it:
        floors = accounts(it, 4)
        served = {0: 1, 1: 1, 2: 2, 3: 3}
        for index, recorder_id in served.items():
            await it.link(key=floors[index].key, recorder_id=recorder_id, **LADDER)
        it.signal(1, recorder_id=1)
        it.signal(-2, recorder_id=2)
        it.signal(3, recorder_id=3)
        await it.quiet()
        assert [floor.true_net() for floor in floors] == [1, 1, -2, 3]
        for floor in floors:
            size = abs(floor.true_net())
            assert stops_and_targets(floor.true_working()) == (size, size)
        it.signal(0, recorder_id=1)
        it.signal(2, recorder_id=2)
        await settled(it)
        assert [floor.true_net() for floor in floors] == [0, 0, 2, 3]


async def test_an_account_that_is_away_holds_up_no_other_and_closes_when_it_is_back() -> None:
    async with lab() as it:
        first, second = accounts(it, 2)
        for floor in (first, second):
            await it.link(key=floor.key, **EXITS)
        it.signal(1)
        await it.quiet()
        second.go_away()
        it.signal(0)
        await asyncio.sleep(0.2)
        assert (first.true_net(), second.true_net()) == (0, 1)
        second.come_up()
        await it.quiet()
        assert second.true_net() == 0


async def test_two_contracts_of_one_account_do_not_wait_for_each_other() -> None:
    async with lab() as it:
        it.market.tick("6000", symbol="MESZ6")
        mes = it.market.exchange.contract_id("MESZ6")
        await it.link(**EXITS)
        it.floor.next("place", seconds=20)
        it.signal(1)
        await asyncio.sleep(0.1)
        it.signal(1, symbol="MES1!", price="6000")
        await asyncio.sleep(0.5)
        assert it.floor.true_net(mes) == 1


async def test_flatten_all_leaves_nothing_and_pauses() -> None:
    async with lab() as it:
        floors = accounts(it, 2)
        for floor in floors:
            await it.link(key=floor.key, **LADDER)
        it.signal(3)
        await it.quiet()
        await it.desk.flatten_all()
        for _ in range(60):
            await asyncio.sleep(0.1)
            if all(each.over for each in it.desk.state().flattening):
                break
        assert [floor.true_net() for floor in floors] == [0, 0]
        assert [floor.true_working() for floor in floors] == [[], []]
        assert it.desk.state().paused
        await it.quiet()
        assert it.ledger.held == {}
