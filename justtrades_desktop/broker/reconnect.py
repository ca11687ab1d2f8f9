"""Who may connect to the broker, and when: one at a time, later and later, never in a lockout.

Sixteen sockets that come back at once are turned away at once, again and again; so everything that
connects waits in one line, and each try that fails makes the next one rarer and less predictable.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

FIRST_SECONDS: Final = 1.0
LONGEST_SECONDS: Final = 60.0
STEADY_SECONDS: Final = 30.0
"""A link that lived this long was well: its next trouble is a first one."""
EVICTED_SECONDS: Final = 300.0
"""How long to keep quiet after another program took our place, so as not to take it back."""
_APART: Final = 0.25
_LOOK_AGAIN: Final = 5.0

Now = Callable[[], float]
"""Seconds, from anywhere, never going back."""
Sleep = Callable[[float], Awaitable[None]]
Chance = Callable[[float, float], float]
"""A number between two, all equally likely."""


class Turn:
    """The right to connect; given back by :meth:`leave`, at the latest when its block ends."""

    def __init__(self, door: asyncio.Lock) -> None:
        self._door: asyncio.Lock | None = door

    def leave(self) -> None:
        """Connected: let the next one try."""
        if self._door is not None:
            self._door.release()
            self._door = None


class ConnectQueue:
    """The line in which all links of all connections wait; the first to come is the first in."""

    def __init__(
        self, *, now: Now = time.monotonic, sleep: Sleep = asyncio.sleep, apart: float = _APART
    ) -> None:
        """Two tries are at least ``apart`` seconds from each other."""
        self._now = now
        self._sleep = sleep
        self._apart = apart
        self._door = asyncio.Lock()
        self._next_at = now()

    @asynccontextmanager
    async def turn(self, wait_left: Callable[[], float]) -> AsyncIterator[Turn]:
        """Wait until ``wait_left`` says 0 and nobody else is connecting.

        Who still has seconds to wait stands beside the line and holds up nobody.
        """
        await self._admitted(wait_left)
        turn = Turn(self._door)
        try:
            yield turn
        finally:
            turn.leave()

    async def _admitted(self, wait_left: Callable[[], float]) -> None:
        while True:
            while (left := wait_left()) > 0:
                # In pieces: a lockout may be prolonged meanwhile, or end early.
                await self._sleep(min(left, _LOOK_AGAIN))
            await self._door.acquire()
            try:
                if (left := self._next_at - self._now()) > 0:
                    await self._sleep(left)
            except BaseException:
                self._door.release()
                raise
            if wait_left() <= 0:
                self._next_at = self._now() + self._apart
                return
            self._door.release()


class Holds:
    """What keeps all links of one login quiet: a lockout, an eviction, a refused password."""

    def __init__(
        self, *, now: Now = time.monotonic, locked: Callable[[], float] = lambda: 0.0
    ) -> None:
        """``locked`` says how many seconds of a lockout are left."""
        self._now = now
        self._locked = locked
        self._until = now()
        self._said = ""

    def hold(self, seconds: float, said: str) -> None:
        """Keep quiet for ``seconds`` from now, or longer if that was asked for before."""
        until = self._now() + seconds
        if until > self._until:
            self._until, self._said = until, said

    def release(self) -> None:
        """A person wants it now; a lockout still holds."""
        self._until, self._said = self._now(), ""

    @property
    def left(self) -> float:
        """Seconds until anything may connect."""
        return max(self._until - self._now(), self._locked(), 0.0)

    @property
    def said(self) -> str:
        """Why, in words; empty where nothing is held or the broker locked us out."""
        return self._said if self._until > self._now() else ""


class Backoff:
    """When one link may try again: after a random part of 1, 2, 4 … 60 seconds."""

    def __init__(self, *, now: Now = time.monotonic, chance: Chance | None = None) -> None:
        self._now = now
        # Which of a few seconds a link comes back in guards no secret.
        self._chance = chance or random.uniform
        self._until = now()
        self.failures = 0

    def fell(self, *, lived: float) -> None:
        """The link fell after it was up for ``lived`` seconds, 0 where it never was."""
        if lived >= STEADY_SECONDS:
            self.failures = 0
        longest = min(LONGEST_SECONDS, FIRST_SECONDS * 2 ** min(self.failures, 16))
        self.failures += 1
        self._until = self._now() + self._chance(0.0, longest)

    def forget(self) -> None:
        """A person wants it now."""
        self.failures, self._until = 0, self._now()

    @property
    def left(self) -> float:
        """Seconds until the next try."""
        return max(0.0, self._until - self._now())
