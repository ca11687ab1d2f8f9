"""What of a long path can be seen: at most two points for each column of pixels, peaks included."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHORTEST: Final = 30.0  # seconds: a path of a few ticks is not blown up to the whole width
_BEFORE: Final = 0.01  # the first marker stands at the very beginning
_AHEAD: Final = 0.1  # free room on the right, so that the axis need not move with every tick
_ROOM: Final = 0.1  # above and below
_LOOSE: Final = 0.6  # a range is left once less of it than this is used


@dataclass(frozen=True, slots=True)
class Range:
    """From ``low`` to ``high`` on one axis."""

    low: float
    high: float

    @property
    def size(self) -> float:
        """How far it reaches."""
        return self.high - self.low


class Kept:
    """A copy of numbers that grow: while somebody looks into an array it could not.

    Of an array that was copied before only what came after is copied; its last number may have
    changed, too.
    """

    def __init__(self) -> None:
        self._room = np.empty(0)
        self._of: object = None
        self._count = 0

    def copy_of(self, numbers: Sequence[float] | Floats) -> Floats:
        """All ``numbers``; the next copy goes to the same place."""
        count = len(numbers)
        known = self._count if numbers is self._of and isinstance(numbers, array) else 0
        if count > len(self._room):
            before, self._room = self._room, np.empty(count + count // 4)
            self._room[:known] = before[:known]
        start = max(0, known - 1) if count >= known else 0
        self._room[start:count] = numbers[start:]
        self._of, self._count = numbers, count
        return self._room[:count]


def room_in_time(first: float, last: float, shortest: float = SHORTEST) -> Range:
    """A stretch of time for a path that lasts for a while."""
    seconds = max(last - first, shortest)
    start = first - seconds * _BEFORE
    return Range(start, first + seconds * (1 + _AHEAD))


def time_fits(shown: Range, first: float, last: float, shortest: float = SHORTEST) -> bool:
    """Whether a path from ``first`` to ``last`` lies in what is shown and fills it well enough."""
    inside = shown.low <= first and last <= shown.high
    return inside and max(last - first, shortest) >= _LOOSE * shown.size


def room_in_value(low: float, high: float) -> Range:
    """A range of values for a path that lasts for a while; zero is always in it."""
    with_zero = Range(min(0.0, low), max(0.0, high))
    room = max(with_zero.size * _ROOM, 0.5)
    # A drawdown hangs from the zero line; nothing is ever above it.
    above = room if high > 0 or low == 0 else room / 2
    return Range(with_zero.low - room, with_zero.high + above)


def value_fits(shown: Range, low: float, high: float) -> bool:
    """Whether these values lie in what is shown and fill it well enough."""
    with_zero = Range(min(0.0, low), max(0.0, high))
    inside = shown.low <= with_zero.low and with_zero.high <= shown.high
    return inside and with_zero.size >= _LOOSE * (shown.size - 1.0)


def clipped(x: Floats, y: Floats, shown: Range) -> tuple[Floats, Floats]:
    """The part of a path within ``shown``, with the neighbours that its ends lead to."""
    if not len(x) or (shown.low <= x[0] and x[-1] <= shown.high):
        return x, y
    first = max(0, int(np.searchsorted(x, shown.low)) - 1)
    last = int(np.searchsorted(x, shown.high, side="right")) + 1
    return x[first:last], y[first:last]


def per_pixel(x: Floats, y: Floats, shown: Range, width: int) -> tuple[Floats, Floats]:
    """The path itself, or the lowest and highest value of each column where it has too many.

    ``x`` never falls. What comes back belongs to the caller.
    """
    if len(x) <= 2 * width:
        return x.copy(), y.copy()
    edges = np.searchsorted(x, np.linspace(shown.low, shown.high, width + 1)[1:])
    edges = np.concatenate(([0], edges[edges < len(x)]))
    starts = edges[np.flatnonzero(np.diff(edges, prepend=-1))]
    extremes = np.empty(2 * len(starts))
    np.minimum.reduceat(y, starts, out=extremes[0::2])
    np.maximum.reduceat(y, starts, out=extremes[1::2])
    return np.repeat(x[starts], 2), extremes


def per_column(x: Floats, y: Floats, shown: Range, width: int) -> tuple[Floats, Floats]:
    """One point of the path for each column of pixels at most, for its fill.

    An area with a corner at every peak takes ten times as long to fill.
    """
    if len(x) <= width:
        return x, y
    first, last = float(x[0]), float(x[-1])
    count = max(2, int((last - first) / shown.size * width))
    at = np.linspace(first, last, count)
    return at, np.interp(at, x, y)


def underwater(values: Floats) -> Floats:
    """The worst P&L so far at each point, at most 0."""
    return np.minimum.accumulate(np.minimum(values, 0.0)) if len(values) else values
