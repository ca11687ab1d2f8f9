"""The five checks of a link's whole way: enter, protect, leave, add, be refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.exits import ExitRules, level
from justtrades_desktop.domain.links import Target
from justtrades_desktop.domain.orders import Verdict
from tests.fakes.execution_lab import lab

EXITS: dict[str, Any] = {
    "own_exits": True,
    "targets": (Target(level("40 ticks"), Decimal(100)),),
    "stop": level("20 ticks"),
}


async def test_a_long_entry_rests_its_target_which_fills_and_leaves_nothing() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        assert it.floor.true_net() == 1
        assert it.working() == [("Limit", 1, "25010"), ("Stop", 1, "24995")]
        it.tick("25010")
        await it.quiet()
        assert it.floor.true_net() == 0
        assert it.working() == []
        assert it.ledger.held == {}


async def test_a_short_entry_does_the_same_the_other_way_round() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(-1)
        await it.quiet()
        assert it.floor.true_net() == -1
        assert it.working() == [("Limit", 1, "24990"), ("Stop", 1, "25005")]
        it.tick("24990")
        await it.quiet()
        assert it.floor.true_net() == 0
        assert it.working() == []


async def test_an_add_moves_the_one_exit_set_to_the_new_average() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.signal(1)
        await it.quiet()
        it.tick("24998")
        it.signal(2, price="24998")
        await it.quiet()
        assert it.floor.true_net() == 2
        assert it.working() == [("Limit", 2, "25009"), ("Stop", 2, "24994")]


async def test_a_refused_entry_is_no_trade_and_says_why() -> None:
    async with lab() as it:
        await it.link(**EXITS)
        it.floor.restrict()
        it.signal(1)
        await it.quiet()
        (decision,) = it.decisions()
        assert decision.verdict is Verdict.FAILED
        assert "Liquidat" in decision.reason
        assert not it.ledger.executions
        assert it.floor.true_working() == []


async def test_a_filled_target_is_followed_by_no_second_close() -> None:
    async with lab() as it:
        it.signals.exits = ExitRules(take_profit=level("40 ticks"))
        await it.link()
        it.signal(1)
        await it.quiet()
        it.tick("25010")
        it.signal(0, price="25010", source="rule", exit_reason="target")
        await it.quiet()
        assert it.floor.true_net() == 0
        assert len(it.floor.made("place")) == 1
