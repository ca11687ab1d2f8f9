"""Execution by chance: signals, prices, other people's trades, lost answers, kills and restarts.

Each schedule has a number from which everything follows. One that fails prints all of it; again:
``make test ARGS="tests/property/test_execution.py --first-schedule NUMBER --schedules 1"``.
"""

from __future__ import annotations

import random
from typing import Final

import pytest

from tests.fakes.execution_chance import Chance
from tests.fakes.execution_world import quickly

BATCH: Final = 20


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    first = metafunc.config.getoption("--first-schedule")
    ends = first + metafunc.config.getoption("--schedules")
    batches = [range(at, min(at + BATCH, ends)) for at in range(first, ends, BATCH)]
    metafunc.parametrize("numbers", batches, ids=[f"{b.start}-{b.stop - 1}" for b in batches])


def test_whatever_happens_it_ends_as_the_signals_say_or_says_why_not(numbers: range) -> None:
    failed = [text for number in numbers for text in schedule(number)]
    assert not failed, "\n".join(failed)


def schedule(number: int) -> list[str]:
    """Live through one; what was wrong with all that led there, or nothing."""
    chance = Chance(random.Random(number))
    try:
        found = quickly(chance.lived_through())
    except Exception as error:  # noqa: BLE001  (whatever it is, the schedule is to be seen)
        found = [f"{type(error).__name__}: {error}"]
    return [f"schedule {number}:", *chance.log, *found] if found else []
