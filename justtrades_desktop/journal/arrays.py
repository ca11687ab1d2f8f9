"""Columns of numbers and texts, and how one row is put into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
"""Which trades: places in the columns."""
Numbers = NDArray[np.float64]
"""One number a trade, NaN where it is unknown."""

QUARTER: Final = 900
"""Seconds; sessions begin, and clocks differ, by quarters of an hour."""
UNKNOWN_HOUR: Final = -1
_DAY_0: Final = date(1970, 1, 1).toordinal()

T = TypeVar("T", bound=np.generic)


def numbers(values: Iterable[Decimal | float | None]) -> Numbers:
    """A column of ``values``."""
    return np.fromiter(
        (np.nan if value is None else float(value) for value in values), dtype=np.float64
    )


def seconds(moments: Iterable[datetime | None]) -> Numbers:
    """A column of moments, as seconds since 1970."""
    return numbers(None if moment is None else moment.timestamp() for moment in moments)


def by_quarter(
    moments: Numbers, answer: Callable[[datetime], int], *, unknown: int, dtype: str
) -> NDArray[Any]:
    """``answer`` for each moment, asked once for each quarter of an hour that occurs."""
    known = np.isfinite(moments)
    quarters, place = np.unique(np.floor(moments[known] / QUARTER), return_inverse=True)
    answers = np.fromiter(
        (
            answer(datetime.fromtimestamp(quarter * QUARTER, UTC))
            for quarter in map(float, quarters)
        ),
        dtype=dtype,
        count=len(quarters),
    )
    column = np.full(len(moments), unknown, dtype=dtype)
    column[known] = answers[place]
    return column


def hours(moments: Numbers, zone: tzinfo) -> NDArray[np.int8]:
    """The hour of each moment on the clock of ``zone``, -1 where it is unknown."""
    return by_quarter(
        moments, lambda at: at.astimezone(zone).hour, unknown=UNKNOWN_HOUR, dtype="int8"
    )


def days(moments: Numbers, day: Callable[[datetime], date]) -> NDArray[np.datetime64]:
    """The ``day`` that each moment belongs to; all moments are known."""
    ordinals = by_quarter(moments, lambda at: day(at).toordinal() - _DAY_0, unknown=0, dtype="i8")
    return ordinals.astype("datetime64[D]")


def placed(column: NDArray[T], row: int, value: Any, *, instead: int | None) -> NDArray[T]:
    """A copy of ``column`` without the row ``instead``, and then with ``value`` at ``row``."""
    if instead == row:
        changed = column.copy()
        changed[row] = value
        return changed
    return np.insert(column if instead is None else np.delete(column, instead), row, value)


class Labels:
    """One text a trade, kept as a number that stands for it: there are few different ones."""

    __slots__ = ("_code_of", "codes", "texts")

    def __init__(self, texts: Iterable[str]) -> None:
        code_of: dict[str, int] = {}
        self.codes = np.fromiter(
            (code_of.setdefault(text, len(code_of)) for text in texts), dtype=np.int32
        )
        self._code_of = code_of
        self.texts = list(code_of)

    def are(self, text: str) -> NDArray[np.bool_]:
        """Which trades have exactly ``text``."""
        return np.equal(self.codes, self._code_of.get(text, -1))

    def hold(self, part: str) -> NDArray[np.bool_]:
        """Which trades' text has ``part`` in it; looked for once in each different text."""
        held = np.fromiter((part in text for text in self.texts), dtype=np.bool_)
        found: NDArray[np.bool_] = held[self.codes]
        return found

    def ranks(self) -> Numbers:
        """The alphabetic place of each trade's text, NaN for an empty one."""
        folded = [text.casefold() for text in self.texts]
        place = {text: float(rank) for rank, text in enumerate(sorted(set(folded)))}
        place[""] = np.nan
        ranks = np.fromiter(map(place.__getitem__, folded), dtype=np.float64)
        return np.take(ranks, self.codes)

    def used(self, rows: Rows | None = None) -> list[str]:
        """The different texts that some trade has, of ``rows`` where they are given, sorted."""
        codes = self.codes if rows is None else self.codes[rows]
        return sorted(self.texts[code] for code in np.flatnonzero(np.bincount(codes)))

    def placed(self, row: int, text: str, *, instead: int | None) -> Labels:
        """As :func:`placed`."""
        changed = Labels(())
        changed._code_of = dict(self._code_of)
        code = changed._code_of.setdefault(text, len(changed._code_of))
        changed.texts = list(changed._code_of)
        changed.codes = placed(self.codes, row, code, instead=instead)
        return changed
