"""When a link trades: whether entries are allowed now, and when it has to be flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from justtrades_desktop.domain.links import LinkSettings, Outside, Window
from justtrades_desktop.domain.sessions import Calendar

_DAY: Final = timedelta(days=1)
_INSTANT: Final = timedelta(microseconds=1)
LAST_MINUTE: Final = timedelta(minutes=1)
"""Who is to be flat at the session's end leaves so long before it, and no longer enters."""


def is_open(windows: Sequence[Window], at: datetime, calendar: Calendar) -> bool:
    """Whether ``at`` lies in one of ``windows``; without any it always does."""
    return not windows or any(_covers(window, at, calendar) for window in windows)


def closes_between(
    windows: Sequence[Window], since: datetime, until: datetime, calendar: Calendar
) -> bool:
    """Whether all windows were left at some moment after ``since``, up to ``until``.

    A gap between two of them counts, however long nobody looked.
    """
    return any(
        is_open(windows, end - _INSTANT, calendar) and not is_open(windows, end, calendar)
        for window in windows
        for end in _ends(window, since, until, calendar)
        if since < end <= until
    )


def must_be_flat(
    settings: LinkSettings, since: datetime, until: datetime, calendar: Calendar
) -> str | None:
    """Why what is open has to be closed, where that became due after ``since``, up to ``until``."""
    if settings.flat_at_session_end:
        due = calendar.session_end(since + LAST_MINUTE) - LAST_MINUTE
        if since < due <= until:
            return "the session ends, and the link is to be flat at its end"
    if settings.outside is Outside.FLAT and closes_between(
        settings.windows, since, until, calendar
    ):
        return "the time window ends, and the link is to be flat outside it"
    return None


def _covers(window: Window, at: datetime, calendar: Calendar) -> bool:
    return _in_session(window, at, calendar) if window.by_session else _on_day(window, at)


def _on_day(window: Window, at: datetime) -> bool:
    """Its own day or the one before: it may run past midnight."""
    today = at.astimezone(ZoneInfo(window.zone)).date()
    return any(
        day.weekday() in window.days and _start(window, day) <= at < _end(window, day)
        for day in (today, today - _DAY)
    )


def _in_session(window: Window, at: datetime, calendar: Calendar) -> bool:
    """Each moment counts for the session it lies in; between two sessions nothing is open."""
    session = calendar.session(calendar.session_day(at))
    if session is None or not session.open <= at < session.close:
        return False
    if session.day.weekday() not in window.days:
        return False
    clock = at.astimezone(ZoneInfo(window.zone)).time()
    if window.start < window.end:
        return window.start <= clock < window.end
    return clock >= window.start or clock < window.end


def _start(window: Window, day: date) -> datetime:
    return datetime.combine(day, window.start, ZoneInfo(window.zone)).astimezone(UTC)


def _end(window: Window, day: date) -> datetime:
    """One that ends when it starts lasts a whole day: no clock says 24:00."""
    last = day if window.start < window.end else day + _DAY
    return datetime.combine(last, window.end, ZoneInfo(window.zone)).astimezone(UTC)


def _ends(
    window: Window, since: datetime, until: datetime, calendar: Calendar
) -> Iterator[datetime]:
    """Every moment at which ``window`` may end; a few too many do no harm."""
    day = since.astimezone(ZoneInfo(window.zone)).date() - 2 * _DAY
    last = until.astimezone(ZoneInfo(window.zone)).date() + _DAY
    while day <= last:
        yield _end(window, day)
        session = calendar.session(day) if window.by_session else None
        if session is not None:
            yield session.close
        day += _DAY
