"""The one line in which everything that connects waits, on a virtual clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from justtrades_desktop.broker.reconnect import Backoff, ConnectQueue, Holds
from tests.unit.broker.virtual_time import VirtualTime


@asynccontextmanager
async def _running(*works: asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)


async def test_b1_sixteen_links_that_fall_at_once_come_back_one_at_a_time() -> None:
    time = VirtualTime()
    queue = ConnectQueue(now=time.now, sleep=time.sleep)
    chance = random.Random(7)
    tries: list[float] = []
    connecting = most = 0

    async def link() -> None:
        nonlocal connecting, most
        backoff = Backoff(now=time.now, chance=chance.uniform)
        backoff.fell(lived=3600)
        while True:
            async with queue.turn(lambda: backoff.left):
                connecting += 1
                most = max(most, connecting)
                tries.append(time.now())
                await time.sleep(0.1)
                connecting -= 1
                backoff.fell(lived=0)

    links = [asyncio.create_task(link()) for _ in range(16)]
    async with _running(*links):
        await time.run(600)

    assert most == 1
    assert all(later - earlier > 0.249 for earlier, later in pairwise(tries))
    # At 60 s in the mean half a minute each: far below the 80 a minute that users live on.
    assert len([at for at in tries if at >= 300]) <= 16 * 300 / 30 * 1.5
    in_a_minute = [len([at for at in tries if start <= at < start + 60]) for start in range(540)]
    assert max(in_a_minute) <= 16 * 8
    assert max(in_a_minute[60:]) <= 80


async def test_b1_each_failure_makes_the_next_try_rarer_up_to_a_minute() -> None:
    time = VirtualTime()
    backoff = Backoff(now=time.now, chance=lambda _low, high: high)
    waits = []
    for _ in range(9):
        backoff.fell(lived=0)
        waits.append(backoff.left)

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]

    backoff.fell(lived=2)
    assert backoff.left == 60, "a link that falls at once again was not well"
    backoff.fell(lived=31)
    assert backoff.left == 1


async def test_b2_nobody_connects_during_a_lockout_however_often_it_is_prolonged() -> None:
    time = VirtualTime()
    queue = ConnectQueue(now=time.now, sleep=time.sleep)
    locked_until = 3600.0
    holds = Holds(now=time.now, locked=lambda: locked_until - time.now())
    tries: list[float] = []

    async def link() -> None:
        while True:
            async with queue.turn(lambda: holds.left):
                tries.append(time.now())
                await time.sleep(1)

    links = [asyncio.create_task(link()) for _ in range(3)]
    async with _running(*links):
        await time.run(3500)
        locked_until = 7200.0
        await time.run(3699)
        assert tries == []
        await time.run(10)

    assert tries
    assert min(tries) >= 7200


async def test_b2_a_lockout_that_begins_while_one_waits_its_turn_counts() -> None:
    time = VirtualTime()
    queue = ConnectQueue(now=time.now, sleep=time.sleep)
    holds = Holds(now=time.now)
    tries: list[tuple[str, float]] = []

    async def link(name: str) -> None:
        async with queue.turn(lambda: holds.left):
            tries.append((name, time.now()))
            await time.sleep(4)
            holds.hold(300, "the first was told to go away")

    links = [asyncio.create_task(link(name)) for name in ("first", "second")]
    async with _running(*links):
        await time.run(303)
        assert tries == [("first", 0.0)]
        await time.run(10)

    assert [name for name, _ in tries] == ["first", "second"]


async def test_b5_who_waits_long_holds_up_nobody() -> None:
    time = VirtualTime()
    queue = ConnectQueue(now=time.now, sleep=time.sleep)
    tries: list[str] = []

    async def link(name: str, until: float) -> None:
        async with queue.turn(lambda: until - time.now()):
            tries.append(name)

    links = [asyncio.create_task(link(name, at)) for name, at in (("late", 60.0), ("soon", 1.0))]
    async with _running(*links):
        await time.run(3)
        assert tries == ["soon"]
        await time.run(60)
    assert tries == ["soon", "late"]


async def test_b8_after_an_eviction_all_links_keep_quiet_for_five_minutes() -> None:
    time = VirtualTime()
    holds = Holds(now=time.now)

    holds.hold(300, "another program took this login's place")
    holds.hold(10, "something shorter")

    assert holds.left == 300
    assert holds.said == "another program took this login's place"
    await time.run(299)
    assert holds.left == 1
    await time.run(1)
    assert holds.left == 0
    assert holds.said == ""


async def test_the_turn_is_given_back_early_or_at_the_end_but_once() -> None:
    time = VirtualTime()
    queue = ConnectQueue(now=time.now, sleep=time.sleep, apart=0)
    async with queue.turn(lambda: 0) as first:
        first.leave()
        async with queue.turn(lambda: 0) as second:
            first.leave()
            other = asyncio.create_task(_pass_through(queue))
            await time.run(1)
            assert not other.done(), "two had the turn at once"
            second.leave()
            await time.run(1)
            assert other.done()


async def test_a_cancelled_wait_leaves_the_door_open() -> None:
    time = VirtualTime()
    queue = ConnectQueue(now=time.now, sleep=time.sleep, apart=5)
    await _pass_through(queue)
    spaced = asyncio.create_task(_pass_through(queue))
    await time.run(1)
    spaced.cancel()
    with pytest.raises(asyncio.CancelledError):
        await spaced

    other = asyncio.create_task(_pass_through(queue))
    await time.run(5)
    assert other.done()


async def _pass_through(queue: ConnectQueue) -> None:
    async with queue.turn(lambda: 0):
        pass


def test_b1_links_that_fall_together_do_not_come_back_in_step() -> None:
    """Without a word of ours about chance, as the program makes it."""
    time = VirtualTime()
    waits = []
    for _ in range(16):
        backoff = Backoff(now=time.now)
        for _ in range(7):
            backoff.fell(lived=0)
        waits.append(backoff.left)
    assert max(waits) <= 60
    assert max(waits) - min(waits) > 10, "all would knock at once, again and again"
