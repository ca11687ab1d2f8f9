"""What a step says when something is not as it should be, and how it waits until it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE: Final = 60.0  # seconds; a slow machine is no failure
_LOOK_SECONDS: Final = 0.02


class Wrong(Exception):
    """Something was not as expected; its text says what was, and what was found instead."""


def same(what: str, found: T, expected: T) -> None:
    """See that ``what`` is as expected.

    Raises:
        Wrong: it is not.
    """
    if found != expected:
        raise Wrong(f"{what}: expected {_said(expected)}, found {_said(found)}")


def is_so(holds: object, what: str, found: object = "that it is not so") -> None:
    """See that something holds; ``what`` says so, and ``found`` how it is instead.

    Raises:
        Wrong: it does not.
    """
    if not holds:
        raise Wrong(f"expected {what}, found {_said(found)}")


async def until(
    found: Callable[[], T | None], what: str, *, how_it_is: Callable[[], object] | None = None
) -> T:
    """What ``found`` gives once it gives something true.

    Raises:
        Wrong: it did not within a minute; ``how_it_is`` says what there was instead.
    """
    ends = time.monotonic() + PATIENCE
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > ends:
            instead = f"; it is {_said(how_it_is())}" if how_it_is is not None else ""
            raise Wrong(f"waited {PATIENCE:.0f} s for {what}{instead}")
        await asyncio.sleep(_LOOK_SECONDS)


def _said(value: object) -> str:
    return value if isinstance(value, str) else repr(value)
