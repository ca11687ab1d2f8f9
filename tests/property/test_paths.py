"""The path of a position's P&L, whatever comes: bounded, in order, never without its extremes."""

from __future__ import annotations

from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st

from justtrades_desktop.domain.paths import MOST, PAST_PART, TAIL_PART, Path

VALUES = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-1e9, 1e9, allow_nan=False),
)
STEPS = st.lists(st.tuples(st.floats(-5, 1000, allow_nan=False), VALUES), max_size=60)


COUNTS = st.integers(0, 40) | st.integers(MOST - 200, 3 * MOST)


def points(steps: list[tuple[float, float]], count: int) -> list[tuple[float, float]]:
    """The steps over and over, the values wider now and then: long paths, but short examples."""
    at, made = 1e9, []
    for number, (step, value) in zip(range(count), cycle(steps), strict=False):
        at += step
        made.append((at, value * (2 if number % 97 == 50 else 1)))
    return made


@settings(max_examples=60, deadline=None)
@given(STEPS, COUNTS)
def test_a_path_is_bounded_in_order_and_keeps_its_extremes(
    steps: list[tuple[float, float]], count: int
) -> None:
    told = points(steps, count)
    path = Path(told)
    assert len(path) <= MOST
    assert list(path.times) == sorted(path.times)
    assert set(zip(path.times, path.values, strict=True)) <= _told(told)
    if told:
        assert min(path.values) == path.low == min(value for _, value in told)
        assert max(path.values) == path.high == max(value for _, value in told)
        assert (path.values[0], path.values[-1]) == (told[0][1], told[-1][1])
        assert path.times[-1] == max(at for at, _ in told)


def _told(told: list[tuple[float, float]]) -> set[tuple[float, float]]:
    """The points as a clock that never goes back would have told them."""
    latest = float("-inf")
    made = set()
    for at, value in told:
        latest = max(latest, at)
        made.add((latest, value))
    return made


@settings(max_examples=60, deadline=None)
@given(STEPS, COUNTS, st.lists(st.integers(1, 400), max_size=20))
def test_saving_what_changed_from_time_to_time_keeps_the_whole(
    steps: list[tuple[float, float]], count: int, pauses: list[int]
) -> None:
    path, disk, waited = Path(), dict[int, bytes](), 0
    turns = iter(pauses)
    pause = next(turns, 50)
    for at, value in points(steps, count):
        path.add(at, value)
        waited += 1
        if waited >= pause:
            disk |= dict(path.changed_parts())
            waited, pause = 0, next(turns, 50)
    disk |= dict(path.changed_parts())
    assert disk.keys() <= {PAST_PART, TAIL_PART}
    assert list(path.changed_parts()) == []
    again = Path.of_parts(disk)
    assert (again.times, again.values) == (path.times, path.values)
    # And it goes on as the one that was never closed would.
    for at, value in points(steps, 300):
        path.add(at + 1e9, value)
        again.add(at + 1e9, value)
    assert (again.times, again.values) == (path.times, path.values)
