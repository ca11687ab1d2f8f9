"""How a position's P&L went: a bounded record that is thinned out as it grows and never cut off.

The numbers are floats, for pictures and for what-if questions. Worst and best are exact in the
position itself.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

MOST: Final = 2_000
"""Points that a path has at most."""
_TAIL: Final = 128  # points that are written anew with each saving; the thinned past is not
PAST_PART: Final = 0
TAIL_PART: Final = 1


class Path:
    """Seconds since 1970 and unrealized P&L in money (points where no tick value is known).

    Times never fall. Of every stretch that is thinned out the lowest and the highest point stay.
    """

    __slots__ = ("_past_changed", "_tail_changed", "_tail_from", "times", "values")

    def __init__(self, points: Iterable[tuple[float, float]] = ()) -> None:
        self.times = array("d")
        self.values = array("d")
        self._tail_from = 0
        self._past_changed = self._tail_changed = False
        for at, value in points:
            self.add(at, value)

    def __len__(self) -> int:
        return len(self.times)

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
        times, values = self.times, self.values
        if times and at < times[-1]:
            at = times[-1]  # the clock was set back
        self._tail_changed = True
        count = len(times)
        if count - self._tail_from > 1 and values[-1] == values[-2] == value:
            times[-1] = at
            return
        times.append(at)
        values.append(value)
        if count - self._tail_from >= _TAIL:
            self._settle_tail()

    # On the disk

    def changed_parts(self) -> Iterator[tuple[int, bytes]]:
        """The parts that changed since they were last asked for, as they are kept on disk."""
        if self._past_changed:
            self._past_changed = False
            yield PAST_PART, self._packed(0, self._tail_from)
        if self._tail_changed:
            self._tail_changed = False
            yield TAIL_PART, self._packed(self._tail_from, len(self.times))

    def all_changed(self) -> None:
        """Nothing of it is on disk: its parts are all to be written."""
        self._past_changed = self._tail_changed = True

    @classmethod
    def of_parts(cls, parts: Mapping[int, bytes]) -> Path:
        """The path that was kept as ``parts``; a part that is missing is taken as empty."""
        path = cls()
        for part in (PAST_PART, TAIL_PART):
            times, values = _unpacked(parts.get(part, b""))
            path.times.extend(times)
            path.values.extend(values)
            if part == PAST_PART:
                path._tail_from = len(path.times)
        return path

    def _packed(self, start: int, end: int) -> bytes:
        pairs = array(
            "d",
            chain.from_iterable(zip(self.times[start:end], self.values[start:end], strict=True)),
        )
        if sys.byteorder == "big":
            pairs.byteswap()
        return pairs.tobytes()

    # Thinning

    def _settle_tail(self) -> None:
        """The tail becomes part of the past; the past is thinned until another tail has room."""
        while len(self.times) > MOST - _TAIL - 1:
            self._thin_out()
        self._tail_from = len(self.times)
        self._past_changed = True

    def _thin_out(self) -> None:
        values, last = self.values, len(self.values) - 1
        kept = [0]
        for start in range(1, last, 4):
            stretch = range(start, min(start + 4, last))
            low = min(stretch, key=values.__getitem__)
            high = max(stretch, key=values.__getitem__)
            kept += sorted({low, high})
        kept.append(last)
        self.times = array("d", map(self.times.__getitem__, kept))
        self.values = array("d", map(values.__getitem__, kept))


def _unpacked(packed: bytes) -> tuple[array[float], array[float]]:
    pairs = array("d")
    pairs.frombytes(packed[: len(packed) // 16 * 16])
    if sys.byteorder == "big":
        pairs.byteswap()
    return pairs[0::2], pairs[1::2]
