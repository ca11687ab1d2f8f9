"""A clock whose time passes only when a test says so, with the sleep that goes by it."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count


class VirtualTime:
    """``now`` and ``sleep`` for what is tested; :meth:`run` lets seconds pass."""

    def __init__(self) -> None:
        self._time = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> float:
        return self._time

    async def sleep(self, seconds: float) -> None:
        done = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._time + seconds, next(self._numbers), done))
        await done

    async def run(self, seconds: float) -> None:
        """Let ``seconds`` pass; whoever's time comes meanwhile runs at his moment."""
        end = self._time + seconds
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self._time, _, done = heapq.heappop(self._sleepers)
            if not done.done():
                done.set_result(None)
            await _settle()
        self._time = end


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
