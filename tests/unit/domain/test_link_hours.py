"""Time windows: midnight, both changes of the clock, CME sessions, and when they end."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.domain.links import LinkSettings, Window
from justtrades_desktop.domain.trading_hours import closes_between, is_open, must_be_flat
from tests.fakes.steps import CALENDAR

WEEKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))


def ny(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("America/New_York"))


def window(
    start: str,
    end: str,
    days: frozenset[int] = WEEKDAYS,
    *,
    zone: str = "America/New_York",
    by_session: bool = False,
) -> Window:
    return Window(days, time.fromisoformat(start), time.fromisoformat(end), zone, by_session)


def opened(at: str, *windows: Window) -> bool:
    return is_open(windows, ny(at), CALENDAR)


def test_without_windows_it_is_always_open() -> None:
    assert opened("2026-11-21T03:00")


@pytest.mark.parametrize(
    ("at", "is_so"),
    [
        ("2026-11-18T09:29:59", False),  # a Wednesday
        ("2026-11-18T09:30:00", True),
        ("2026-11-18T11:29:59", True),
        ("2026-11-18T11:30:00", False),
        ("2026-11-21T10:00:00", False),  # a Saturday
    ],
)
def test_a_window_is_open_from_its_start_up_to_its_end_on_its_days(at: str, is_so: bool) -> None:
    assert opened(at, window("09:30", "11:30")) is is_so


def test_any_of_several_windows_is_enough() -> None:
    two = (window("09:30", "11:30"), window("14:00", "15:00"))

    assert [opened(f"2026-11-18T{at}", *two) for at in ("10:00", "12:00", "14:30")] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("at", "is_so"),
    [
        ("2026-11-20T22:00", True),  # a Friday
        ("2026-11-21T01:59", True),  # still Friday's
        ("2026-11-21T02:00", False),
        ("2026-11-20T01:00", False),  # Thursday's, which is not chosen
        ("2026-11-21T22:00", False),
    ],
)
def test_past_midnight_it_belongs_to_the_day_it_started_on(at: str, is_so: bool) -> None:
    assert opened(at, window("20:00", "02:00", frozenset((4,)))) is is_so


def test_one_that_ends_when_it_starts_lasts_a_day() -> None:
    all_day = window("00:00", "00:00", frozenset((2,)))

    assert opened("2026-11-18T00:00", all_day)
    assert opened("2026-11-18T23:59:59", all_day)
    assert not opened("2026-11-19T00:00", all_day)


def test_a_window_has_the_clock_of_its_zone() -> None:
    london = window("08:00", "09:00", zone="Europe/London")

    assert opened("2026-11-18T03:30", london)
    # For two weeks in spring New York is on summer time and London is not.
    assert opened("2026-03-18T04:30", london)
    assert not opened("2026-03-18T03:30", london)


def test_in_a_zone_that_is_a_day_ahead_the_day_is_its_own() -> None:
    tokyo = window("08:00", "09:00", frozenset((3,)), zone="Asia/Tokyo")

    assert opened("2026-11-18T18:30", tokyo)  # Thursday morning in Tokyo
    assert not opened("2026-11-19T18:30", tokyo)


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_a_change_of_the_clock_moves_no_window(day: str) -> None:
    sunday = window("18:00", "20:00", frozenset((6,)))

    assert opened(f"{day}T18:00", sunday)
    assert opened(f"{day}T19:59", sunday)
    assert not opened(f"{day}T20:00", sunday)


def test_a_window_over_the_hour_that_comes_twice_stays_open_through_it() -> None:
    night = window("00:30", "03:00", frozenset((6,)))
    start = ny("2026-11-01T00:30").astimezone(UTC)

    for minutes in range(0, 210, 10):
        assert is_open((night,), start + timedelta(minutes=minutes), CALENDAR)
    assert not is_open((night,), start + timedelta(minutes=210), CALENDAR)


@pytest.mark.parametrize(
    ("at", "is_so"),
    [
        ("2026-11-15T18:00", True),  # Sunday evening is Monday's session
        ("2026-11-16T03:00", True),
        ("2026-11-16T16:59", True),
        ("2026-11-16T17:30", False),  # the break
        ("2026-11-16T18:00", False),  # Tuesday's session
        ("2026-11-14T12:00", False),  # Saturday
    ],
)
def test_by_session_mondays_begins_on_sunday_evening(at: str, is_so: bool) -> None:
    monday = window("18:00", "17:00", frozenset((0,)), by_session=True)

    assert opened(at, monday) is is_so


def test_by_session_a_day_window_is_closed_on_a_weekend_and_a_holiday() -> None:
    hours = window("09:30", "16:00", EVERY_DAY, by_session=True)

    assert opened("2026-11-18T10:00", hours)
    assert not opened("2026-11-21T10:00", hours)
    assert not opened("2026-12-25T10:00", hours)


def test_by_session_it_ends_with_an_early_close() -> None:
    hours = window("09:30", "16:00", by_session=True)
    early = ny("2026-11-27T13:15")  # the day after Thanksgiving
    close = CALENDAR.session_end(early - timedelta(hours=2))

    assert is_open((hours,), close - timedelta(seconds=1), CALENDAR)
    assert not is_open((hours,), close, CALENDAR)
    assert closes_between((hours,), close - timedelta(seconds=1), close, CALENDAR)


# Ends


def ends(since: str, until: str, *windows: Window) -> bool:
    return closes_between(windows, ny(since), ny(until), CALENDAR)


def test_an_end_counts_once_at_its_moment() -> None:
    hours = window("09:30", "11:30")

    assert ends("2026-11-18T11:29", "2026-11-18T11:30", hours)
    assert not ends("2026-11-18T11:30", "2026-11-18T11:31", hours)
    assert not ends("2026-11-18T10:00", "2026-11-18T11:29:59", hours)
    assert not ends("2026-11-18T08:00", "2026-11-18T10:00", hours)


def test_a_sleep_over_the_end_and_the_next_start_still_ends() -> None:
    assert ends("2026-11-18T10:00", "2026-11-19T10:00", window("09:30", "11:30"))
    assert ends("2026-11-02T10:00", "2026-11-30T10:00", window("09:30", "11:30"))


def test_where_the_next_window_begins_at_once_nothing_ends() -> None:
    two = (window("09:30", "11:30"), window("11:30", "12:00"))

    assert not ends("2026-11-18T11:00", "2026-11-18T11:45", *two)
    assert ends("2026-11-18T11:00", "2026-11-18T12:00", *two)


def test_without_windows_nothing_ends() -> None:
    assert not ends("2026-11-18T00:00", "2026-11-28T00:00")


def test_a_session_that_ends_over_a_sleep_is_due() -> None:
    flat = LinkSettings(flat_at_session_end=True)
    evening, morning = ny("2026-11-18T15:00"), ny("2026-11-19T08:00")

    assert must_be_flat(flat, evening, morning, CALENDAR) is not None
    assert must_be_flat(flat, morning, morning + timedelta(hours=1), CALENDAR) is None


moments = st.datetimes(
    datetime(2026, 1, 5),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2026, 12, 20),  # noqa: DTZ001
    timezones=st.just(UTC),
)
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
some_windows = st.lists(
    st.builds(
        Window,
        st.frozensets(st.integers(0, 6), min_size=1),
        clocks,
        clocks,
        st.sampled_from(["America/New_York", "Europe/Berlin", "Asia/Tokyo"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


@given(some_windows, moments, st.integers(1, 72))
def test_who_was_in_and_is_out_has_seen_an_end(
    windows: list[Window], at: datetime, half_hours: int
) -> None:
    until = at + timedelta(minutes=30 * half_hours)
    if is_open(windows, at, CALENDAR) and not is_open(windows, until, CALENDAR):
        assert closes_between(windows, at, until, CALENDAR)
