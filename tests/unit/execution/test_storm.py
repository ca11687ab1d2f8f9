"""A thousand contradictory signals within a second: caps hold, and the last word counts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any, Final

import pytest

from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.links import AccountKey, AccountLimits
from justtrades_desktop.domain.orders import Verdict
from tests.fakes.execution_lab import SYMBOL
from tests.fakes.execution_world import World, quickly, world
from tests.fakes.fake_floor import FakeFloor

_SIGNALS: Final = 1000
_LINKS: Final = 10
_MOST: Final = 2
"""Contracts that the cap of an account allows."""
_A_MINUTE: Final = 12
"""Orders that open, of one account."""
_ANY: Final = range(-4, 5)


async def _storm(it: World, chance: Random, among: Sequence[int]) -> None:
    """A thousand signals of ten strategies, a millisecond apart."""
    for _ in range(_SIGNALS):
        recorder_id = chance.randint(1, _LINKS)
        before = it.signals.positions.get((recorder_id, SYMBOL), (0,))[0]
        to = chance.choice([each for each in among if each != before])
        it.signal(to, recorder_id=recorder_id)
        await asyncio.sleep(0.001)


async def _accounts(it: World, limits: AccountLimits, **settings: Any) -> list[FakeFloor]:
    """Ten accounts with a strategy each."""
    floors = []
    for recorder_id in range(1, _LINKS + 1):
        key = AccountKey("paper", f"STORM{recorder_id}")
        floors.append(it.account(key))
        await it.desk.set_limits(key, limits)
        await it.link(key=key, recorder_id=recorder_id, **settings)
    return floors


def _said(it: World) -> list[int]:
    """Where the last signals say that each strategy is."""
    return [
        it.signals.positions.get((recorder_id, SYMBOL), (0,))[0]
        for recorder_id in range(1, _LINKS + 1)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_storm_ends_where_the_last_signals_say(seed: int) -> None:
    async def story() -> None:
        free = AccountLimits(repeat_seconds=0, minute=None, day=None)
        async with world() as it:
            floors = await _accounts(it, free, own_exits=True, stop=level("20 ticks"))
            it.witness.most.update({floor.key: max(_ANY) for floor in floors})
            await _storm(it, Random(seed), _ANY)
            # The last word is an entry, so that no refused add before it changes what it means.
            for recorder_id in range(1, _LINKS + 1):
                it.signal(0, recorder_id=recorder_id)
                it.signal(1 if recorder_id % 2 else -2, recorder_id=recorder_id)
            await it.rest()
            assert it.witness.wrongs == []
            assert [floor.true_net() for floor in floors] == _said(it)
            _is_over(it)

    quickly(story())


@pytest.mark.parametrize("seed", range(3))
def test_no_cap_is_exceeded_in_a_storm(seed: int) -> None:
    async def story() -> None:
        tight = AccountLimits(order=_MOST, position=_MOST, minute=_A_MINUTE, repeat_seconds=0)
        async with world() as it:
            floors = await _accounts(it, tight)
            it.witness.most.update({floor.key: _MOST for floor in floors})
            await _storm(it, Random(seed), _ANY)
            await it.rest()
            assert it.witness.wrongs == []
            for floor in floors:
                assert abs(floor.true_net()) <= _MOST
                assert _opened(it, floor.key) <= _A_MINUTE
            _is_over(it)
            for recorder_id, at in enumerate(_said(it), start=1):
                if at:
                    it.signal(0, recorder_id=recorder_id)
            await it.rest()
            assert [floor.true_net() for floor in floors] == [0] * _LINKS

    quickly(story())


def test_strategies_of_one_account_do_not_exceed_its_caps_together() -> None:
    async def story() -> None:
        async with world() as it:
            await it.desk.set_limits(
                it.KEY, AccountLimits(account=_MOST, minute=_A_MINUTE, repeat_seconds=0)
            )
            it.witness.most[it.KEY] = _MOST
            for recorder_id in range(1, _LINKS + 1):
                await it.link(recorder_id=recorder_id)
            await _storm(it, Random(7), _ANY)
            await it.rest()
            assert it.witness.wrongs == []
            assert abs(it.floor.true_net()) <= _MOST
            assert _opened(it, it.KEY) <= _A_MINUTE
            _is_over(it)

    quickly(story())


def _opened(it: World, key: AccountKey) -> int:
    return sum(
        intent.purpose.opens and intent.order_id is not None
        for intent in it.pointed.intents.values()
        if intent.key == key
    )


def _is_over(it: World) -> None:
    """Every decision has come to its end, and says why where it came to nothing."""
    for decision in it.desk.records.decisions():
        assert decision.verdict not in (Verdict.WAITING, Verdict.SENT), decision
        if decision.verdict in (Verdict.REFUSED, Verdict.PARKED, Verdict.FAILED):
            assert decision.reason or decision.came, decision
