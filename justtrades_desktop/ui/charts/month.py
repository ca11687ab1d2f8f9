"""One month of session days: what each made, each week, and the month."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

WEEKDAYS: Final = 7
_WORKING: Final = 5
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Month:
    """``weeks`` hold the month's days in rows of five, or of seven where a weekend was traded."""

    first: date
    weeks: tuple[tuple[date | None, ...], ...]
    results: Mapping[date, float]

    @classmethod
    def of(cls, day: date, results: Mapping[date, float]) -> Month:
        """The month that ``day`` is in; ``results`` are those of all days."""
        first = day.replace(day=1)
        own = {d: made for d, made in results.items() if d.replace(day=1) == first}
        width = WEEKDAYS if any(d.weekday() >= _WORKING for d in own) else _WORKING
        rows = calendar.Calendar().monthdatescalendar(first.year, first.month)
        weeks = (tuple(d if d.month == first.month else None for d in row[:width]) for row in rows)
        return cls(first, tuple(week for week in weeks if any(week)), own)

    @property
    def days(self) -> int:
        """How many columns of days there are."""
        return len(self.weeks[0])

    @property
    def total(self) -> float | None:
        """What the month made; None where nothing was traded."""
        return sum(self.results.values()) if self.results else None

    def week_total(self, row: int) -> float | None:
        """What one week made within this month; None where nothing was traded."""
        days = [day for day in self.weeks[row] if day is not None and day in self.results]
        made = [self.results[day] for day in days]
        return sum(made) if made else None

    def before(self) -> date:
        """A day of the month before."""
        return self.first - _DAY

    def after(self) -> date:
        """A day of the month after."""
        return (self.first + 31 * _DAY).replace(day=1)
