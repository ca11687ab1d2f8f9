"""A loop on which waiting costs nothing: real sockets, but time that jumps to whoever is next.

All that asks the loop for the time (sleeps, deadlines, heartbeats, penalties, lockouts) lives by
its clock. The clock goes on only when no socket has anything to say, and then at once.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import time
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

T = TypeVar("T")
START: Final = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
_STUCK: Final = 10.0  # real seconds without anything to wait for


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop with a clock of its own that begins at 0."""

    def __init__(self) -> None:
        self._virtual = 0.0
        self.jumps = 0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        """Virtual seconds."""
        return self._virtual

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._virtual += seconds
        self.jumps += 1

    def clock(self) -> datetime:
        """The virtual time of day: a Monday on which the market is open, at first."""
        return START + timedelta(seconds=self._virtual)


class _Jumping(selectors.DefaultSelector):
    """Says that the time is over as soon as there is nothing to read or write."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            ready = super().select(_STUCK)
            if not ready:
                raise RuntimeError("everybody waits for ever")
            return ready
        os.sched_yield() if hasattr(os, "sched_yield") else time.sleep(0)
        ready = super().select(0)
        if not ready:
            self._loop.jump(timeout)
        return ready


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` on a loop of its own, and close it."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def here() -> VirtualLoop:
    """The loop that runs."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop
