"""What came of the steps: one row each, as a table for people and as JSON for programs."""

from __future__ import annotations

import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.selftest.checking import Wrong


class Result(StrEnum):
    """How a step ended."""

    OK = "ok"
    FAILED = "failed"
    NOT_RUN = "not run"


class Row(NamedTuple):
    """One step; ``seconds`` None where it was not run, ``said`` what was checked or is wrong."""

    step: str
    result: Result = Result.NOT_RUN
    seconds: float | None = None
    said: str = ""


class Report:
    """Takes the steps in their order; after the first failure none is begun any more.

    A step's time counts from the end of the one before: the start of the window belongs to the
    step that finds it standing.
    """

    def __init__(self, steps: Sequence[str]) -> None:
        self.rows = [Row(step) for step in steps]
        self._next = 0
        self._since = time.perf_counter()

    @property
    def goes_on(self) -> bool:
        """Whether no step has failed so far."""
        return self.failure is None

    @property
    def failure(self) -> Row | None:
        """The step that failed, None where none did."""
        return next((row for row in self.rows if row.result is Result.FAILED), None)

    @property
    def next_step(self) -> str:
        """The step that comes next, empty after the last."""
        return self.rows[self._next].step if self._next < len(self.rows) else ""

    @property
    def is_well(self) -> bool:
        """Whether every step was run and is well."""
        return all(row.result is Result.OK for row in self.rows)

    async def take(self, play: Callable[[], Awaitable[str]]) -> None:
        """Run the next step; ``play`` says what it checked, or raises."""
        if not self.goes_on:
            return
        try:
            self.passed(await play())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this test is for
            self.failed(error)

    def passed(self, said: str) -> None:
        """The next step is well."""
        self._end(Result.OK, said)

    def failed(self, error: BaseException) -> None:
        """Whatever step comes next has failed, unless one before it has."""
        if self.goes_on and self._next < len(self.rows):
            self._end(Result.FAILED, words_of(error))

    def _end(self, result: Result, said: str) -> None:
        now = time.perf_counter()
        step = self.rows[self._next].step
        self.rows[self._next] = Row(step, result, now - self._since, said)
        self._next += 1
        self._since = now

    def as_json(self) -> dict[str, Any]:
        """All of it, for ``--json``."""
        return {
            "result": "ok" if self.is_well else "failed",
            "seconds": round(sum(row.seconds or 0 for row in self.rows), 2),
            "steps": [
                {
                    "step": row.step,
                    "result": row.result.value,
                    "seconds": None if row.seconds is None else round(row.seconds, 2),
                    "said": row.said,
                }
                for row in self.rows
            ],
        }


def words_of(error: BaseException) -> str:
    """What went wrong; where it is not one of our own sentences, its kind and its place too."""
    if isinstance(error, Wrong | UserError):
        return str(error)
    where = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(where[-1].filename).name}:{where[-1].lineno})" if where else ""
    return f"{type(error).__name__}: {error}{place}"
