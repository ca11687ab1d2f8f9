"""Trading sessions: days, closes and weeks, across holidays and both changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.app.places import calendar

CALENDAR = calendar()
CHICAGO = ZoneInfo("America/Chicago")

moments = st.datetimes(
    datetime(2020, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2030, 12, 20),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def chicago(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-11-18T08:30", "2026-11-18"),  # a Wednesday
        ("2026-11-18T16:59:59", "2026-11-18"),  # the hour of the break
        ("2026-11-18T17:00", "2026-11-19"),
        ("2026-11-20T15:59:59", "2026-11-20"),  # a Friday
        ("2026-11-20T16:00", "2026-11-23"),
        ("2026-11-20T17:00", "2026-11-23"),
        ("2026-11-21T12:00", "2026-11-23"),
        ("2026-11-22T16:00", "2026-11-23"),
        ("2026-11-22T17:00", "2026-11-23"),
        ("2026-11-26T12:30", "2026-11-26"),  # Thanksgiving closes at noon and opens at 17:00
        ("2026-11-26T17:00", "2026-11-27"),
        ("2026-11-27T12:14", "2026-11-27"),
        ("2026-11-27T12:15", "2026-11-30"),
        ("2026-12-24T12:14", "2026-12-24"),
        ("2026-12-24T12:15", "2026-12-28"),  # Christmas is a Friday
        ("2026-12-25T10:00", "2026-12-28"),
        ("2025-12-24T18:00", "2025-12-26"),  # Christmas is a Thursday
        ("2025-12-25T18:00", "2025-12-26"),
        ("2025-01-01T16:59", "2025-01-02"),
        ("2026-04-03T08:14", "2026-04-03"),  # Good Friday trades until 8:15
        ("2026-04-03T08:15", "2026-04-06"),
    ],
)
def test_a_moment_belongs_to_its_trade_date(at: str, day: str) -> None:
    assert CALENDAR.session_day(chicago(at)) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "opened", "closed"),
    [
        ("2026-03-06", "2026-03-05T23:00", "2026-03-06T22:00"),  # winter time
        ("2026-03-09", "2026-03-08T22:00", "2026-03-09T21:00"),  # the Sunday of the change
        ("2026-10-30", "2026-10-29T22:00", "2026-10-30T21:00"),
        ("2026-11-02", "2026-11-01T23:00", "2026-11-02T22:00"),
        ("2026-11-26", "2026-11-25T23:00", "2026-11-26T18:00"),
        ("2026-11-27", "2026-11-26T23:00", "2026-11-27T18:15"),
    ],
)
def test_sessions_follow_chicagos_clock(day: str, opened: str, closed: str) -> None:
    session = CALENDAR.session(date.fromisoformat(day))
    assert session is not None
    assert (session.open, session.close) == (utc(opened), utc(closed))
    assert session.open.tzinfo is UTC
    assert session.close.tzinfo is UTC


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-22", "2026-12-25", "2026-01-01"])
def test_weekends_and_full_holidays_have_no_session(day: str) -> None:
    assert CALENDAR.session(date.fromisoformat(day)) is None


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-11-18T08:30", "2026-11-18T16:00"),
        ("2026-11-18T16:00", "2026-11-19T16:00"),  # closed at 16:00 sharp: the next one's
        ("2026-11-18T17:00", "2026-11-19T16:00"),
        ("2026-11-20T16:30", "2026-11-23T16:00"),
        ("2026-11-22T18:00", "2026-11-23T16:00"),
        ("2026-11-26T13:00", "2026-11-27T12:15"),
        ("2026-12-25T09:00", "2026-12-28T16:00"),
        ("2026-03-08T17:30", "2026-03-09T16:00"),
    ],
)
def test_the_session_under_way_or_the_next_one_ends(at: str, end: str) -> None:
    assert CALENDAR.session_end(chicago(at)) == chicago(end)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-11-18", "2026-11-16", "2026-11-20"),
        ("2026-11-21", "2026-11-23", "2026-11-27"),  # a Saturday counts as Monday
        ("2026-12-24", "2026-12-21", "2026-12-24"),
        ("2026-12-25", "2026-12-28", "2026-12-31"),  # and New Year's Day is closed
        ("2023-01-02", "2023-01-03", "2023-01-06"),
    ],
)
def test_a_week_is_its_first_and_last_trade_date(day: str, first: str, last: str) -> None:
    week = CALENDAR.week(date.fromisoformat(day))
    assert week == (date.fromisoformat(first), date.fromisoformat(last))


@given(moments, st.timedeltas(timedelta(0), timedelta(days=9)))
def test_a_later_moment_never_has_an_earlier_day(at: datetime, later: timedelta) -> None:
    assert CALENDAR.session_day(at) <= CALENDAR.session_day(at + later)


@given(st.dates(date(2020, 1, 2), date(2030, 12, 20)), st.integers(0, 1_000_000))
def test_every_moment_of_a_session_belongs_to_its_day(day: date, millionths: int) -> None:
    session = CALENDAR.session(CALENDAR.next_day(day))
    assert session is not None
    at = session.open + (session.close - session.open) * min(millionths, 999_999) / 1_000_000
    assert CALENDAR.session_day(at) == session.day
    assert CALENDAR.session_end(at) == session.close
    # Whatever zone the moment is written in.
    assert CALENDAR.session_day(at.astimezone(ZoneInfo("Asia/Tokyo"))) == session.day


@given(moments)
def test_the_end_is_ahead_and_the_day_is_traded(at: datetime) -> None:
    assert CALENDAR.session_end(at) > at
    day = CALENDAR.session_day(at)
    first, last = CALENDAR.week(day)
    assert first <= day <= last
    assert CALENDAR.session(day) is not None


@given(st.dates(date(2020, 1, 3), date(2030, 12, 20)))
def test_a_day_begins_with_its_first_moment(day: date) -> None:
    traded = CALENDAR.next_day(day)
    begins = CALENDAR.begins(traded)
    assert CALENDAR.session_day(begins) == traded
    assert CALENDAR.session_day(begins - timedelta(microseconds=1)) < traded
    session = CALENDAR.session(traded)
    assert session is not None
    assert begins <= session.open


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 18, 8)  # noqa: DTZ001 - that is the fault
    with pytest.raises(ValueError, match="without a time zone"):
        CALENDAR.session_day(naive)
    with pytest.raises(ValueError, match="without a time zone"):
        CALENDAR.session_end(naive)
