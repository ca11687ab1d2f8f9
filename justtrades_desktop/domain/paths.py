"""How a position's P&L went: a bounded record that is thinned out as it grows and never cut off.

The numbers are floats, for pictures and for what-if questions. Worst and best are exact in the
position itself.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

MOST: Final = 2_000
"""Points that a path has at most."""
_TAIL: Final = 64  # points that are written anew with each saving; the thinned past is not
PAST_PART: Final = 0
TAIL_PART: Final = 1


class Path:
    """Seconds since 1970 and unrealized P&L in money (points where no tick value is known).

    Times never fall. Of every stretch that is thinned out the lowest and the highest point stay.
    """

    __slots__ = ("_past_changed", "_points", "_tail_changed", "_tail_from")

    def __init__(self, points: Iterable[tuple[float, float]] = ()) -> None:
        self._points = array("d")  # time, value, time, value, ...: as they lie on the disk
        self._tail_from = 0  # its index in that
        self._past_changed = self._tail_changed = False
        for at, value in points:
            self.add(at, value)

    def __len__(self) -> int:
        return len(self._points) // 2

    @property
    def times(self) -> array[float]:
        """Seconds since 1970, never falling."""
        return self._points[0::2]

    @property
    def values(self) -> array[float]:
        """The P&L at each of the times."""
        return self._points[1::2]

    @property
    def low(self) -> float:
        """The lowest value, 0 where there is none."""
        return min(self.values, default=0.0)

    @property
    def high(self) -> float:
        """The highest value, 0 where there is none."""
        return max(self.values, default=0.0)

    def add(self, at: float, value: float) -> None:
        """Add a point; while the value stays the last one is drawn out instead."""
        points = self._points
        length = len(points)
        if length:
            if at < points[-2]:
                at = points[-2]  # the clock was set back
            if value == points[-1]:
                if at == points[-2]:
                    return
                if length - self._tail_from > 2 and value == points[-3]:
                    points[-2] = at
                    self._tail_changed = True
                    return
        points.append(at)
        points.append(value)
        self._tail_changed = True
        if length - self._tail_from >= 2 * _TAIL:
            self._settle_tail()

    # On the disk

    def changed_parts(self) -> Iterator[tuple[int, bytes]]:
        """The parts that changed since they were last asked for, as they are kept on disk."""
        if self._past_changed:
            self._past_changed = False
            yield PAST_PART, self._packed(0, self._tail_from)
        if self._tail_changed:
            self._tail_changed = False
            yield TAIL_PART, self._packed(self._tail_from, len(self._points))

    def all_changed(self) -> None:
        """Nothing of it is on disk: its parts are all to be written."""
        self._past_changed = self._tail_changed = True

    @classmethod
    def of_parts(cls, parts: Mapping[int, bytes]) -> Path:
        """The path that was kept as ``parts``; a part that is missing is taken as empty."""
        path = cls()
        path._points = _unpacked(parts.get(PAST_PART, b""))
        path._tail_from = len(path._points)
        path._points += _unpacked(parts.get(TAIL_PART, b""))
        return path

    def _packed(self, start: int, end: int) -> bytes:
        points = self._points[start:end]
        if sys.byteorder == "big":
            points.byteswap()
        return points.tobytes()

    # Thinning

    def _settle_tail(self) -> None:
        """The tail becomes part of the past; the past is thinned until another tail has room."""
        while len(self) > MOST - _TAIL - 1:
            self._thin_out()
        self._tail_from = len(self._points)
        self._past_changed = True

    def _thin_out(self) -> None:
        times, values = self.times, self.values
        last = len(values) - 1
        kept = [0]
        for start in range(1, last, 4):
            stretch = range(start, min(start + 4, last))
            low = min(stretch, key=values.__getitem__)
            high = max(stretch, key=values.__getitem__)
            kept += sorted({low, high})
        kept.append(last)
        self._points = array("d", (n for at in kept for n in (times[at], values[at])))


def _unpacked(packed: bytes) -> array[float]:
    points = array("d")
    points.frombytes(packed[: len(packed) // 16 * 16])
    if sys.byteorder == "big":
        points.byteswap()
    return points
