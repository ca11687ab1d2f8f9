"""A player of recorded prices: play, pause, step and speed take effect at once."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from justtrades_desktop.domain.feeds import REPLAY
from justtrades_desktop.domain.ports import PriceSink
from justtrades_desktop.market.replay_file import Part, Place, Recorded, read_part

_LINES: Final = 1000  # read at a time, off the loop
_BUSY_SECONDS: Final = 0.002  # then everyone else has a turn
_REST_SECONDS: Final = 0.001
_BY_MISTAKE: Final = "the replay broke off by a fault of the program; the log has the details"


class State(StrEnum):
    """What a replay is doing."""

    PLAYING = "playing"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Progress(NamedTuple):
    """How far a replay is. ``speed`` is times real time, None as fast as possible.

    ``line`` and ``file_time`` are the last price's; ``ticks`` were played; ``part`` is 0 to 1.
    """

    path: Path
    state: State
    speed: float | None
    line: int
    ticks: int
    part: float
    file_time: datetime | None
    trouble: str | None


class Watch(Protocol):
    """The time that a replay keeps."""

    def now(self) -> float:
        """Seconds, from anywhere, never going back."""

    async def wait(self, woken: asyncio.Event, seconds: float | None) -> None:
        """Return after ``seconds`` (None: never), or as soon as ``woken`` is set."""


class WallWatch:
    """Real time."""

    def now(self) -> float:
        return time.monotonic()

    async def wait(self, woken: asyncio.Event, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            return


Read = Callable[[Path, Place, int], Awaitable[Part]]


async def read_beside(path: Path, place: Place, lines: int) -> Part:
    """Read on a thread: the loop waits for no disk."""
    return await asyncio.to_thread(read_part, path, place, lines)


class Replay:
    """Plays a file into ``take``, whose prices are of now; a price at its distance to the last."""

    def __init__(
        self,
        path: Path,
        take: PriceSink,
        *,
        speed: float | None = 1.0,
        paused: bool = False,
        watch: Watch | None = None,
        read: Read = read_beside,
    ) -> None:
        """``speed`` is times real time, None as fast as possible.

        Raises:
            ValueError: ``speed`` is not more than 0.
        """
        self.path = path
        self._take = take
        self._watch = watch or WallWatch()
        self._read = read
        self._woken = asyncio.Event()
        self._place = Place()
        self._waiting: deque[Recorded] = deque()
        self._last_part = False
        self._size = 0
        self._state = State.PAUSED if paused else State.PLAYING
        self._trouble: str | None = None
        self._steps = 0
        self._ticks = 0
        self._newest: Recorded | None = None
        # Where the file's clock stands: its time at the moment ``_since``.
        self._file_time: datetime | None = None
        self._since = self._watch.now()
        self._busy_since = self._since
        self._speed = _checked(speed)

    # What a person does

    def play(self) -> None:
        """Go on."""
        self._change(State.PLAYING)

    def pause(self) -> None:
        """Hold before the next price."""
        self._change(State.PAUSED)

    def step(self, count: int = 1) -> None:
        """Play the next ``count`` prices at once, and pause."""
        self._steps += max(count, 0)
        self._change(State.PAUSED)

    def set_speed(self, speed: float | None) -> None:
        """Play at ``speed`` times real time from now on; None is as fast as possible.

        Raises:
            ValueError: ``speed`` is not more than 0.
        """
        checked = _checked(speed)
        self._keep_clock()
        self._speed = checked
        self._woken.set()

    def stop(self) -> None:
        """End it here."""
        self._change(State.STOPPED)

    @property
    def over(self) -> bool:
        """Whether no more prices will come."""
        return self._state not in (State.PLAYING, State.PAUSED)

    @property
    def progress(self) -> Progress:
        """How far it is."""
        newest = self._newest
        return Progress(
            path=self.path,
            state=self._state,
            speed=self._speed,
            line=newest.line if newest else 0,
            ticks=self._ticks,
            part=self._part(),
            file_time=newest.at if newest else None,
            trouble=self._trouble,
        )

    # Playing

    async def run(self) -> None:
        """Play until the end of the file, a line that cannot be read, or :meth:`stop`."""
        try:
            while not self.over and await self._fill():
                await self._play(self._waiting[0])
            if not self.over:
                self._state = State.FAILED if self._trouble else State.DONE
        finally:
            if not self.over:  # an error of ours, or the program ends
                self._state, self._trouble = State.FAILED, _BY_MISTAKE

    async def _fill(self) -> bool:
        """Whether there is a price to play; reads on where none is left."""
        while not self._waiting and not self._last_part:
            part = await self._read(self.path, self._place, _LINES)
            self._waiting.extend(part.prices)
            self._place = part.place
            self._last_part = part.ended
            if part.trouble is not None:
                self._trouble = str(part.trouble)
            self._size = max(self._size, part.place.offset, await self._length())
        return bool(self._waiting)

    async def _length(self) -> int:
        return self._size or await asyncio.to_thread(_size_of, self.path)

    async def _play(self, price: Recorded) -> None:
        """Wait until ``price`` is due, and tell it; returns early when it was stopped."""
        while not self.over:
            self._woken.clear()
            seconds = self._seconds_until(price)
            if seconds is not None and seconds <= 0:
                self._tell(self._waiting.popleft())
                await self._rest()
                return
            await self._watch.wait(self._woken, seconds)
            self._busy_since = self._watch.now()

    def _seconds_until(self, price: Recorded) -> float | None:
        """How long to wait for ``price``; None while nothing lets it come."""
        if self._steps:
            return 0.0
        if self._state is State.PAUSED:
            return None
        if self._speed is None or self._file_time is None:
            return 0.0
        apart = (price.at - self._file_time).total_seconds() / self._speed
        return self._since + apart - self._watch.now()

    def _tell(self, price: Recorded) -> None:
        self._newest = price
        self._ticks += 1
        if self._file_time is None or price.at >= self._file_time:
            # From when it was due, not from when it came: else each delay would add to the last.
            self._since = self._watch.now() + (self._seconds_until(price) or 0.0)
            self._file_time = price.at
        self._steps = max(self._steps - 1, 0)
        self._take(price.symbol, price.price, source=REPLAY)

    async def _rest(self) -> None:
        if self._watch.now() - self._busy_since >= _BUSY_SECONDS:
            await asyncio.sleep(_REST_SECONDS)
            self._busy_since = self._watch.now()

    def _change(self, state: State) -> None:
        if self.over:
            return
        self._keep_clock()
        self._state = state
        self._woken.set()

    def _keep_clock(self) -> None:
        """Move the file's clock on to now, before it runs at another speed or halts."""
        now = self._watch.now()
        if self._state is State.PLAYING and self._speed and self._file_time is not None:
            self._file_time += timedelta(seconds=(now - self._since) * self._speed)
            if self._waiting:
                self._file_time = min(self._file_time, self._waiting[0].at)
        self._since = now

    def _part(self) -> float:
        if self._state is State.DONE:
            return 1.0
        # What waits has been read, but not played.
        done = self._newest.line if self._newest else 0
        read = max(self._place.line, 1)
        return self._place.offset / self._size * min(done / read, 1.0) if self._size else 0.0


def _checked(speed: float | None) -> float | None:
    if speed is not None and not 0 < speed < float("inf"):
        raise ValueError(f"a speed of {speed} makes no sense")
    return speed


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
