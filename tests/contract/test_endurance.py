"""Links that break every few seconds, for longer than anybody's patience: nothing grows.

The clock is virtual, so that ten seconds hold some hours of it; ``--endurance`` says how many real
ones. It breaks as links do: cut, half open, shut down by the broker, one of them or both.
"""

from __future__ import annotations

import asyncio
import gc
import random
import time
import tracemalloc
from dataclasses import dataclass
from typing import Final

import aiohttp.connector
import pytest

from justtrades_desktop.simulator.exchange import ExchangeSettings
from justtrades_desktop.simulator.faults import Fault, FaultKind
from tests.contract.both_sides import PRODUCTS, Both, CountingPlan, both_sides
from tests.contract.files import open_files
from tests.contract.truth import mirror_differs
from tests.contract.virtual_loop import here, run

_LEAST_BREAKS: Final = 400  # twice as many as in ten minutes with one every three seconds
_WARM: Final = 60  # breaks after which everything is as large as it should ever be
_MOST_BYTES: Final = 1_000_000
_WAYS: Final = (FaultKind.CUT, FaultKind.CUT, FaultKind.SHUTDOWN, FaultKind.HALF_OPEN)


@dataclass(frozen=True, slots=True)
class Held:
    """What a program holds that could grow."""

    tasks: int
    files: int
    memory: int


def test_b1_links_that_break_all_the_time_leave_nothing_behind(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Idle connections end by the clock that everything else lives by, not by the wall's.
    monkeypatch.setattr(aiohttp.connector, "monotonic", lambda: here().time())
    seconds = request.config.getoption("--endurance")
    files = open_files()
    tracemalloc.start()
    try:
        run(_broken_again_and_again(seconds))
    finally:
        tracemalloc.stop()
    assert open_files() == files


async def _broken_again_and_again(seconds: float) -> None:
    chance = random.Random(4)
    plan = CountingPlan()
    rules = ExchangeSettings(products=PRODUCTS)
    async with both_sides(plan, beat=5, exchange=rules) as both:
        await _well(both)
        ends, breaks = time.monotonic() + seconds, 0
        warm: Held | None = None
        while breaks < _LEAST_BREAKS or time.monotonic() < ends:
            breaks += await _break(both, chance)
            await _well(both)
            if warm is None and breaks >= _WARM:
                warm = await _held(both)
        assert warm is not None
        now = await _held(both)
        hours = both.loop.time() / 3600
    print(f"{breaks} breaks in {hours:.1f} hours of the clock: {warm} became {now}")
    assert (now.tasks, now.files) == (warm.tasks, warm.files)
    assert now.memory - warm.memory < _MOST_BYTES


async def _break(both: Both, chance: random.Random) -> int:
    """Break links every few seconds, up or on their way up; how many times."""
    times = chance.choice((1, 1, 2, 5, 20))
    for _ in range(times):
        await asyncio.sleep(chance.uniform(0.1, 5))
        kind, socket = chance.choice(_WAYS), chance.choice(("", "user", "market"))
        both.server.add_fault(Fault(kind=kind, socket=socket))
    return times


async def _well(both: Both) -> None:
    """Both links are up, and the client knows the truth; that also ends what was half open."""
    mute = 25.0  # seconds after which silence has been noticed
    await asyncio.sleep(mute)
    ok = await both.until(lambda: both.is_up and not mirror_differs(both), 300)
    assert ok, both.connection.state()
    assert len(both.server._links()) == 2


async def _held(both: Both) -> Held:
    """The least of several looks: a call that goes on just now is no leak."""
    looks = []
    for _ in range(5):
        await asyncio.sleep(20)
        both.kept.calls.clear()  # the test's own lists
        both.plan.log.clear()
        both.plan.struck.clear()
        both.prices.clear()
        gc.collect()
        memory = tracemalloc.get_traced_memory()[0]
        looks.append(Held(len(asyncio.all_tasks()), open_files(), memory))
    return Held(
        min(look.tasks for look in looks),
        min(look.files for look in looks),
        min(look.memory for look in looks),
    )
