"""The loop's own pulse: how late it wakes, kept over the last minute."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

BEAT_SECONDS: Final = 0.1
_KEPT: Final = 600  # beats: one minute


class Pulse:
    """Measures loop lag: how much later than asked a sleeping task wakes up, in seconds."""

    def __init__(self) -> None:
        self._lags: deque[float] = deque([0.0], maxlen=_KEPT)
        self.started = asyncio.get_running_loop().time()

    async def beat(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            self._lags.append(max(0.0, loop.time() - due))

    @property
    def worst(self) -> float:
        """The worst lag of the last minute, in seconds."""
        return max(self._lags)

    @property
    def latest(self) -> float:
        """The lag of the last beat, in seconds."""
        return self._lags[-1]

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return asyncio.get_running_loop().time() - self.started
