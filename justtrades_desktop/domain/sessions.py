"""Trading sessions: the Globex day from 17:00 Chicago, with its holidays and early closes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

_OPEN: Final = time(17)
_CLOSE: Final = time(16)
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class Session(NamedTuple):
    """One session of trade date ``day``: from ``open`` up to, not including, ``close``, in UTC."""

    day: date
    open: datetime
    close: datetime


def _chicago() -> ZoneInfo:
    return ZoneInfo("America/Chicago")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are traded and when they end; a weekday not listed is a full session.

    ``closed`` are weekdays without a session of their own; ``early`` maps a day to its close in
    Chicago's time. Moments must be aware: a naive one raises ``ValueError``.
    """

    closed: frozenset[date] = frozenset()
    early: Mapping[date, time] = field(default_factory=dict)
    zone: ZoneInfo = field(default_factory=_chicago)

    def session(self, day: date) -> Session | None:
        """The session of a trade date, None where ``day`` is not one."""
        if not self._traded(day):
            return None
        return Session(day, self._utc(day - _DAY, _OPEN), self._close(day))

    def session_day(self, at: datetime) -> date:
        """The trade date that a moment belongs to.

        The hour between a close and the next open at 17:00 still belongs to the day that closed;
        before a weekend or a holiday what follows the close belongs to the next trade date.
        """
        local = self._local(at)
        today = local.date()
        if local.time() >= _OPEN:
            return self.next_day(today + _DAY)
        if self._traded(today) and not self._traded(today + _DAY):
            over = local.time() >= self.early.get(today, _CLOSE)
            return self.next_day(today + _DAY) if over else today
        return self.next_day(today)

    def begins(self, day: date) -> datetime:
        """The first moment (UTC) that belongs to the trade date ``day``.

        That is before its session opens where a weekend or a holiday lies in between.
        """
        before = day - _DAY
        if self._traded(before):
            return self._utc(before, _OPEN)
        while not self._traded(before):
            before -= _DAY
        return self._close(before)

    def session_end(self, at: datetime) -> datetime:
        """The close (UTC) of the session under way at ``at``, or of the next while it is closed."""
        today = self._local(at).date()
        close = self._close(self.next_day(today))
        return close if at < close else self._close(self.next_day(today + _DAY))

    def week(self, day: date) -> tuple[date, date]:
        """The first and last trade date of the week; a day without trade date counts as the next.

        A week runs from Monday to Friday: what trades on Sunday evening is Monday's.
        """
        traded = self.next_day(day)
        monday = traded - traded.weekday() * _DAY
        days = [each for n in range(5) if self._traded(each := monday + n * _DAY)]
        return days[0], days[-1]

    def next_day(self, day: date) -> date:
        """``day`` if it is a trade date, else the first one after it."""
        while not self._traded(day):
            day += _DAY
        return day

    def _traded(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.closed

    def _close(self, day: date) -> datetime:
        return self._utc(day, self.early.get(day, _CLOSE))

    def _local(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError(f"a moment without a time zone: {at}")
        return at.astimezone(self.zone)

    def _utc(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)
