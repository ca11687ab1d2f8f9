"""What of a long path can be seen: at most two points for each column of pixels, peaks included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHORTEST: Final = 30.0  # seconds: a path of a few ticks is not blown up to the whole width
_BEFORE: Final = 0.01  # the first marker stands at the very beginning
_AHEAD: Final = 0.1  # free room on the right, so that the axis need not move with every tick
_ROOM: Final = 0.1  # above and below
_LOOSE: Final = 0.6  # the frame is drawn in once less of it than this is used


@dataclass(frozen=True, slots=True)
class Frame:
    """A stretch of time and a range of values; zero is always in it."""

    start: float
    end: float
    low: float
    high: float

    def fits(self, path: Frame) -> bool:
        """Whether ``path`` lies in this frame and fills it well enough."""
        low, high = min(0.0, path.low), max(0.0, path.high)
        return (
            path.start >= self.start
            and path.end <= self.end
            and max(path.end - path.start, SHORTEST) >= _LOOSE * (self.end - self.start)
            and self.low <= low
            and high <= self.high
            and high - low >= _LOOSE * (self.high - self.low)
        )

    def with_room(self) -> Frame:
        """A frame for this path that lasts for a while."""
        seconds = max(self.end - self.start, SHORTEST)
        low, high = min(0.0, self.low), max(0.0, self.high)
        room = max((high - low) * _ROOM, 0.5)
        # A drawdown hangs from the zero line; nothing is ever above it.
        above = room if self.high > 0 or self.low == 0 else room / 2
        start = self.start - seconds * _BEFORE
        return Frame(start, self.start + seconds * (1 + _AHEAD), low - room, high + above)


def per_pixel(x: Floats, y: Floats, frame: Frame, width: int) -> tuple[Floats, Floats]:
    """The path itself, or the lowest and highest value of each column where it has too many."""
    if len(x) <= 2 * width:
        return x, y
    column = ((x - frame.start) / (frame.end - frame.start) * width).astype(np.int64)
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    extremes = np.empty(2 * len(starts))
    extremes[0::2] = np.minimum.reduceat(y, starts)
    extremes[1::2] = np.maximum.reduceat(y, starts)
    return np.repeat(x[starts], 2), extremes


def columns(x: Floats, y: Floats, frame: Frame, width: int) -> tuple[Floats, Floats]:
    """Pairs of points, zero and value, for a line in each column of pixels."""
    if not len(x):
        return x, y
    span = frame.end - frame.start
    count = max(1, int((x[-1] - x[0]) / span * width * 1.2))  # a few more, so that none is missed
    at = np.linspace(x[0], x[-1], count)
    values = np.zeros(2 * count)
    values[1::2] = np.interp(at, x, y)
    return np.repeat(at, 2), values
