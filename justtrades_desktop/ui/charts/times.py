"""Time on a chart: whose clock it shows, where its axis is marked, and what stands there."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QLocale, QObject, Signal

from justtrades_desktop.ui.format import tr
from justtrades_desktop.ui.memory import Zone

EXCHANGE: Final = "America/Chicago"  # the clock of CME, which its trading days go by

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS: Final = (
    *(1, 2, 5, 10, 15, 30),
    *(step * _MINUTE for step in (1, 2, 5, 10, 15, 30)),
    *(step * _HOUR for step in (1, 2, 3, 6, 12)),
    *(step * _DAY for step in (1, 2, 7, 14)),
)
_MONTH_DAYS: Final = 30.4
_MONTHS: Final = (1, 3, 6, 12, 24, 60, 120)
_MONDAY: Final = datetime(1, 1, 1)  # noqa: DTZ001 - a clock on the wall has no zone
_LATEST: Final = 200 * 365 * _DAY  # seconds since 1970: beyond it no clock of ours is right


class Zones(QObject):
    """The one choice of a clock that all charts follow."""

    changed = Signal(Zone)

    def __init__(self, zone: Zone = Zone.LOCAL, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone = zone

    @property
    def zone(self) -> Zone:
        """The clock that is shown now."""
        return self._zone

    def choose(self, zone: Zone, _ticked: bool = True) -> None:
        """Show another clock."""
        if zone is not self._zone:
            self._zone = zone
            self.changed.emit(zone)


class _Local(tzinfo):
    """The system's clock with all its changes: a fixed offset would be wrong half the year."""

    def fromutc(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=UTC).astimezone().replace(tzinfo=self)

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        return None if moment is None else moment.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, _moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, _moment: datetime | None) -> str | None:
        return None


def zone_name(zone: Zone) -> str:
    """What a trader calls it."""
    return {
        Zone.LOCAL: tr("Local time"),
        Zone.EXCHANGE: tr("Exchange time (Chicago)"),
        Zone.UTC: tr("UTC"),
    }[zone]


def zone_tag(zone: Zone) -> str:
    """The same where there is little room."""
    return {Zone.LOCAL: tr("local"), Zone.EXCHANGE: tr("Chicago"), Zone.UTC: tr("UTC")}[zone]


def at_clock(at: float, zone: Zone) -> datetime:
    """Seconds since 1970 on this clock."""
    utc = datetime.fromtimestamp(min(max(at, 0.0), _LATEST), UTC)
    return utc.astimezone(None if zone is Zone.LOCAL else tz_of(zone))


def tz_of(zone: Zone) -> tzinfo:
    """The clock itself, for arithmetic; of the local one the rules of its place."""
    match zone:
        case Zone.LOCAL:
            return _Local()
        case Zone.EXCHANGE:
            return ZoneInfo(EXCHANGE)
        case Zone.UTC:
            return UTC


def iso_utc(at: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def in_full(at: float, zone: Zone) -> str:
    """Day and time of one point, with the clock they are of; the year where it is another one."""
    then, now = at_clock(at, zone), at_clock(time.time(), zone)
    year = "" if then.year == now.year else f" {then.year}"
    return f"{_day(then)}{year} {then:%H:%M:%S} {zone_tag(zone)}"


def ticks(start: float, end: float, most: int, zone: Zone) -> list[tuple[float, str]]:
    """At most ``most`` round moments between two, each with its label."""
    least = (end - start) / max(1, most)
    label: Callable[[datetime], str]
    place = bisect_left(_STEPS, least)
    if place < len(_STEPS):
        step = _STEPS[place]
        moments, label = _round_moments(start, end, step, zone), partial(_label, step)
    else:
        months = next((m for m in _MONTHS if m * _MONTH_DAYS * _DAY >= least), _MONTHS[-1])
        moments, label = _first_days(start, end, months, zone), _month_label
    found = ((_seconds(moment, zone), label(moment)) for moment in moments)
    return [(at, text) for at, text in found if start <= at <= end][: most + 1]


def time_labels(zone: Callable[[], Zone]) -> Callable[[float, float, int], list[tuple[float, str]]]:
    """Labels of time on the clock that ``zone`` says."""
    return lambda start, end, most: ticks(start, end, most, zone())


def _round_moments(start: float, end: float, step: int, zone: Zone) -> Iterator[datetime]:
    """Moments as the clock on the wall shows them, so that noon stays noon when it is changed."""
    moment = at_clock(start, zone).replace(tzinfo=None)
    last = at_clock(end, zone).replace(tzinfo=None)
    since = (moment - _MONDAY).total_seconds()
    moment = _MONDAY + timedelta(seconds=(since // step) * step)
    while moment <= last:
        yield moment
        moment += timedelta(seconds=step)


def _first_days(start: float, end: float, months: int, zone: Zone) -> Iterator[datetime]:
    first, last = at_clock(start, zone), at_clock(end, zone)
    month = (first.year * 12 + first.month - 1) // months * months
    while month <= last.year * 12 + last.month - 1:
        yield datetime(month // 12, month % 12 + 1, 1)  # noqa: DTZ001
        month += months


def _seconds(moment: datetime, zone: Zone) -> float:
    match zone:
        case Zone.LOCAL:
            return moment.astimezone().timestamp()
        case Zone.EXCHANGE:
            return moment.replace(tzinfo=ZoneInfo(EXCHANGE)).timestamp()
        case Zone.UTC:
            return moment.replace(tzinfo=UTC).timestamp()


def _label(step: int, moment: datetime) -> str:
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return _day(moment)
    return f"{moment:%H:%M:%S}" if step < _MINUTE else f"{moment:%H:%M}"


def _month_label(moment: datetime) -> str:
    if moment.month == 1:
        return str(moment.year)
    return QLocale().toString(qt_day(moment), "MMM")


def qt_day(day: date) -> QDate:
    """A day as Qt has it."""
    return QDate(day.year, day.month, day.day)


def _day(moment: datetime) -> str:
    return QLocale().toString(qt_day(moment), "d MMM")
