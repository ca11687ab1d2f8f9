"""Which trades of the journal are wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Origin


class Result(StrEnum):
    """How a trade ended; one whose profit nobody knows ended in none of these."""

    WIN = "win"
    LOSS = "loss"
    EVEN = "even"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a trade must be; None, and an empty ``text``, ask for nothing.

    ``first_day`` and ``last_day`` are session days of the close, both inclusive. ``hours`` are
    those of the opening on the exchange's clock, from inclusive to exclusive; ``(17, 2)`` goes over
    midnight. ``tag`` is one of the trade's tags in full. ``text`` is looked for in strategy,
    symbol, notes, tags and exit reason, whatever the case.
    """

    strategy: str | None = None
    symbol: str | None = None
    side: Side | None = None
    first_day: date | None = None
    last_day: date | None = None
    hours: tuple[int, int] | None = None
    result: Result | None = None
    tag: str | None = None
    text: str = ""
    origin: Origin | None = None

    def __bool__(self) -> bool:
        """Whether anything is asked for."""
        return self != ALL


ALL: Final = Wanted()
"""Every trade."""
