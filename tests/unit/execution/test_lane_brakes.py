"""What stops an entry, in words, and never an exit."""

from __future__ import annotations

import asyncio

import pytest

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.links import AccountKey, AccountLimits, LinkMode
from justtrades_desktop.domain.orders import Verdict
from tests.fakes.execution_lab import lab
from tests.unit.execution.lane_scenes import EXITS, entered, sent, verdicts

LIVE = AccountKey("real", "LIVE1")


async def test_an_old_entry_is_parked_and_a_person_sends_it_once() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1, ago=60)
        await it.quiet()
        assert it.floor.made("place") == []
        (parked,) = it.desk.state().parked
        await it.desk.send_parked(parked.id)
        await it.quiet()
        assert it.floor.true_net() == 1
        assert it.desk.state().parked == []
        with pytest.raises(UserError):
            await it.desk.send_parked(parked.id)
        assert len(sent(it)) == 1


async def test_an_old_close_goes() -> None:
    async with lab() as it:
        await entered(it)
        it.signal(0, ago=3600)
        await it.quiet()
        assert it.floor.true_net() == 0


async def test_a_live_account_is_not_entered_before_it_is_armed() -> None:
    async with lab() as it:
        live = it.floors.add(LIVE, Environment.LIVE)
        it.ledger.limits[LIVE] = AccountLimits(repeat_seconds=0)
        await it.link(key=LIVE, **EXITS)
        it.signal(1)
        await it.quiet()
        assert live.true_net() == 0
        assert "not armed" in it.decisions()[-1].reason
        await it.desk.arm(LIVE, "LIVE1")
        it.signal(0)
        it.signal(1)
        await it.quiet()
        assert live.true_net() == 1
        await it.desk.disarm(LIVE)
        it.signal(0)
        await it.quiet()
        assert live.true_net() == 0
        assert live.true_working() == []


async def test_paused_stops_entries_and_adds_and_no_exit() -> None:
    async with lab() as it:
        await entered(it)
        await it.desk.pause()
        it.signal(2)
        await it.quiet()
        assert it.floor.true_net() == 1
        assert "paused" in it.decisions()[-1].reason
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == 0
        await it.desk.resume()
        it.signal(2)
        await it.quiet()
        assert it.floor.true_net() == 0


async def test_a_paused_reversal_closes_and_says_that_it_did_no_more() -> None:
    async with lab() as it:
        await entered(it)
        await it.desk.pause()
        it.signal(-1)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert "paused" in it.decisions()[-1].reason


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        (AccountLimits(order=1, repeat_seconds=0), "an order"),
        (AccountLimits(position=2, repeat_seconds=0), "a position"),
        (AccountLimits(account=2, repeat_seconds=0), "whole account"),
        (AccountLimits(minute=0, repeat_seconds=0), "a minute"),
        (AccountLimits(day=0, repeat_seconds=0), "a session"),
    ],
)
async def test_a_cap_refuses_by_its_name(limits: AccountLimits, word: str) -> None:
    async with lab() as it:
        await it.desk.set_limits(it.KEY, limits)
        await it.link(**EXITS)
        it.signal(3)
        await it.quiet()
        assert it.floor.made("place") == []
        assert verdicts(it) == [Verdict.REFUSED]
        assert word in it.decisions()[-1].reason


async def test_shadow_decides_and_sends_nothing() -> None:
    async with lab() as it:
        await it.link(mode=LinkMode.SHADOW, **EXITS)
        for to in (1, 2, 0):
            it.signal(to)
        await it.quiet()
        assert it.floor.made("place") == []
        assert verdicts(it) == [Verdict.SHADOW] * 3
        assert [each.wanted for each in it.decisions()] == [1, 2, 0]
        assert it.ledger.held == {}


async def test_off_does_not_even_decide() -> None:
    async with lab() as it:
        await it.link(mode=LinkMode.OFF, **EXITS)
        it.signal(1)
        await it.quiet()
        assert it.decisions() == []
        assert it.floor.made("place") == []


async def test_a_link_that_is_armed_in_the_middle_joins_at_the_next_entry() -> None:
    async with lab() as it:
        link = await it.link(mode=LinkMode.OFF, **EXITS)
        it.signal(1)
        await it.quiet()
        await it.desk.change_link(link.id, mode=LinkMode.ARMED)
        it.signal(2)
        await it.quiet()
        assert it.floor.true_net() == 0
        it.signal(0)
        it.signal(-1)
        await it.quiet()
        assert it.floor.true_net() == -1


async def test_an_add_that_waits_leaves_the_exits_kept() -> None:
    """A repeat waits for seconds; meanwhile a stop is moved and one that was lost is replaced."""
    async with lab() as it:
        await it.desk.set_limits(it.KEY, AccountLimits(repeat_seconds=20))
        await entered(it)
        it.signal(2)
        await asyncio.sleep(0.1)
        assert it.floor.true_net() == 1
        (stop,) = [row for row in it.floor.true_working() if row["orderType"] == "Stop"]
        it.floor.cancelled_by_broker(stop["id"])
        await asyncio.sleep(0.3)
        assert it.working() == [("Limit", 1, "25010"), ("Stop", 1, "24995")]
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0


async def test_an_entry_waits_for_an_account_that_is_on_its_way_up() -> None:
    async with lab() as it:
        await it.link()
        it.floor.go_away()
        it.signal(1)
        await asyncio.sleep(5)
        it.floor.come_up()
        await it.quiet()
        assert it.floor.true_net() == 1


async def test_an_entry_for_an_account_that_stays_away_is_parked_once_it_is_old() -> None:
    async with lab() as it:
        await it.link(stale_seconds=10)
        it.floor.go_away()
        it.signal(1)
        await asyncio.sleep(20)
        it.floor.come_up()
        await asyncio.sleep(1)
        assert it.floor.true_net() == 0
        assert it.decisions()[-1].verdict is Verdict.PARKED
