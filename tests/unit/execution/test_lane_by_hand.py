"""Trades of a person at the broker: seen, shown and never corrected; exits fit what is open."""

from __future__ import annotations

from justtrades_desktop.domain.orders import Verdict, Way, Wish
from tests.fakes.execution_lab import lab
from tests.unit.execution.lane_scenes import EXITS, entered, sent, settled, told, verdicts


async def test_what_is_added_by_hand_is_protected_and_leaves_with_the_rest() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.by_hand(Way.BUY, 1)
        await settled(it)
        assert it.floor.true_net() == 2
        assert it.working() == [("Limit", 2, "25010"), ("Stop", 2, "24995")]
        assert it.decisions()[-1].wish is Wish.MANUAL
        assert "somebody else bought 1" in told(it)
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0


async def test_what_is_reduced_by_hand_stays_so_and_the_exits_follow() -> None:
    async with lab() as it:
        await entered(it, 3)
        it.floor.by_hand(Way.SELL, 1)
        await settled(it)
        assert it.working() == [("Limit", 2, "25010"), ("Stop", 2, "24995")]
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == 0
        assert sent(it)[-1] == ("Sell", 2, "Market")


async def test_what_is_closed_by_hand_is_over_for_the_link_until_its_next_entry() -> None:
    async with lab() as it:
        await entered(it, 2)
        it.floor.by_hand(Way.SELL, 2)
        await settled(it)
        assert it.floor.true_working() == []
        assert it.ledger.held == {}
        it.signal(3)
        it.signal(0)
        await it.quiet()
        assert len(sent(it)) == 1
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == 1


async def test_what_is_reversed_by_hand_is_left_alone() -> None:
    async with lab() as it:
        await entered(it)
        it.floor.by_hand(Way.SELL, 3)
        await settled(it)
        assert it.floor.true_working() == []
        it.signal(0)
        await it.quiet()
        assert it.floor.true_net() == -2
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == -2
        assert verdicts(it)[-1] is Verdict.REFUSED
        assert "no strategy traded" in it.decisions()[-1].reason


async def test_a_stop_of_ours_that_somebody_cancels_is_placed_anew() -> None:
    async with lab() as it:
        await entered(it)
        (stop,) = [row for row in it.floor.true_working() if row["orderType"] == "Stop"]
        it.floor.cancelled_by_broker(stop["id"])
        await settled(it)
        assert it.working() == [("Limit", 1, "25010"), ("Stop", 1, "24995")]


async def test_a_contract_that_a_person_holds_is_not_entered() -> None:
    async with lab() as it:
        it.floor.by_hand(Way.BUY, 1)
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == 1
        assert verdicts(it) == [Verdict.REFUSED]
        assert it.ledger.held == {}


async def test_orders_of_a_person_are_not_touched() -> None:
    async with lab() as it:
        theirs = it.floor.by_hand(Way.BUY, 1, "Limit", price=24000)
        await entered(it)
        it.signal(0)
        await it.quiet()
        assert [row["id"] for row in it.floor.true_working()] == [theirs]
