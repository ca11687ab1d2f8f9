"""A script: at a time or before a call, a fault or a price; one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from justtrades_desktop.simulator.faults import Fault, fault_from

_NAMES = ("at", "call", "fault", "tick", "price")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A trade; without a size the exchange chooses."""

    symbol: str
    price: Decimal
    size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What to do ``at`` so many seconds after the start, or before the ``call`` of that number."""

    at: float | None = None
    call: int | None = None
    fault: Fault | None = None
    ticks: tuple[Tick, ...] = ()


class Script:
    """The steps still to be done."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self._steps = list(steps)

    @classmethod
    def read(cls, text: str) -> Script:
        """A script from its text; empty lines and those that begin with # say nothing.

        Raises:
            ValueError: says which line and what is wrong with it.
        """
        steps = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                steps.append(step_from(json.loads(line, parse_float=Decimal)))
            except (ValueError, TypeError) as error:
                raise ValueError(f"line {number}: {error}") from error
        return cls(steps)

    @property
    def left(self) -> int:
        """How many steps are to come."""
        return len(self._steps)

    def due(self, elapsed: float, call: int) -> list[Step]:
        """The steps whose turn it is after ``elapsed`` seconds, before call ``call``; once each."""
        due = [step for step in self._steps if _is_due(step, elapsed, call)]
        self._steps = [step for step in self._steps if step not in due]
        return due


def step_from(told: Any) -> Step:
    """One line.

    Raises:
        ValueError: says what is wrong with it.
    """
    if not isinstance(told, dict) or (set(told) - set(_NAMES)):
        raise ValueError(f"an object with {', '.join(_NAMES)} is expected")
    if ("at" in told) == ("call" in told):
        raise ValueError("either at (seconds) or call (a number) says when")
    ticks = [tick_from(told["tick"])] if "tick" in told else []
    if "price" in told:
        if not isinstance(told["price"], dict):
            raise ValueError("price is an object: a price for each symbol")
        ticks += [tick_from({"symbol": s, "price": p}) for s, p in told["price"].items()]
    fault = fault_from(told["fault"]) if "fault" in told else None
    if fault is None and not ticks:
        raise ValueError("there is nothing to do: no fault, tick or price")
    at, call = told.get("at"), told.get("call")
    return Step(
        at=None if at is None else float(at),
        call=None if call is None else int(call),
        fault=fault,
        ticks=tuple(ticks),
    )


def tick_from(told: Mapping[str, Any]) -> Tick:
    """A trade from JSON ``{symbol, price, size?}``.

    Raises:
        ValueError: says what is wrong with it.
    """
    if not isinstance(told, dict) or not isinstance(told.get("symbol"), str):
        raise ValueError("a tick is {symbol, price, size?}")  # noqa: TRY004
    size = told.get("size")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or size < 1):
        raise ValueError("size is a whole number from 1 on")
    try:
        price = Decimal(str(told.get("price")))
    except InvalidOperation as error:
        raise ValueError(f"{told.get('price')!r} is no price") from error
    if not price.is_finite():
        raise ValueError(f"{price} is no price")
    return Tick(symbol=told["symbol"], price=price, size=size)


def _is_due(step: Step, elapsed: float, call: int) -> bool:
    if step.at is not None:
        return elapsed >= step.at
    return step.call is not None and call >= step.call
