"""What other stops or targets would have made of trades whose P&L path is known.

A trade that reaches the level on its way ends there instead; whether it does shows in its path,
so a trade without one, or with one that has holes, keeps its own result and is counted apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.journal.arrays import Numbers, Rows
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.equity import CENTS, cents

POINTS_AN_HOUR: Final = 12
"""Fewer points in an hour than this are too few to say what a price reached."""
THINNED_POINTS: Final = 450
"""A path that was thinned out has at least these: what is missing between them is no hole."""
LONGEST_HOLE: Final = 3_900.0
"""Seconds between two different values: an hour's break at the exchange, and a little more."""

TickValue = Callable[[str], float | None]
"""What a tick of a symbol is worth for one contract, None where nobody knows."""


class Rule(StrEnum):
    """Which exit is tried."""

    STOP = "stop"
    TARGET = "target"


class Reach(NamedTuple):
    """How far a path went, and whether it is dense enough to be believed."""

    low: float
    high: float
    dense: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Results by distance: every array has one element for each of ``ticks``.

    ``net`` and ``drawdown`` (at most 0) are money, ``touched`` counts the trades that end at the
    level, ``wins`` those that end above 0. ``own`` is the net profit as it was. Of the ``decided``
    trades the path was known; the ``undecided`` ones are in ``net`` with their own result.
    """

    rule: Rule
    ticks: NDArray[np.int64]
    net: Numbers
    drawdown: Numbers
    touched: NDArray[np.int64]
    wins: NDArray[np.int64]
    own: float
    decided: int
    undecided: int

    @property
    def warning(self) -> str:
        """What must be said beside the curve, in plain words; empty where there is nothing."""
        if not self.undecided:
            return ""
        every = self.decided + self.undecided
        return (
            f"{self.undecided} of {every} trades keep their own result: "
            "no P&L path was recorded for them, or it has holes."
        )


def what_if(
    trades: Trades,
    rows: Rows,
    paths: Mapping[int, Path],
    *,
    rule: Rule,
    ticks: Sequence[int],
    tick_value: TickValue,
    currency: str | None = None,
) -> WhatIf:
    """What ``rule`` at each distance of ``ticks`` (above 0) would have made of ``rows``.

    ``paths`` are those of our own positions, by id. The level is filled at its own price, for the
    most contracts the trade ever held.

    Raises:
        ValueError: the rows are of several currencies and none was chosen, or a distance is not
            above 0.
    """
    distances = np.asarray(ticks, dtype=np.int64)
    if np.any(distances <= 0):
        raise ValueError("a distance is at least one tick")
    known = np.sort(trades.one_currency(rows, currency))
    own = cents(trades, known)
    a_tick, furthest = _scales(trades, known, paths, rule, tick_value)
    levels = np.rint(np.outer(distances * CENTS, a_tick))
    touched = np.rint(furthest * CENTS) >= levels  # NaN, an undecided trade, touches nothing
    made = np.where(touched, -levels if rule is Rule.STOP else levels, own)
    equity = np.cumsum(made, axis=1)
    peak = np.maximum.accumulate(np.maximum(equity, 0), axis=1)
    decided = int(np.count_nonzero(np.isfinite(furthest)))
    return WhatIf(
        rule=rule,
        ticks=distances,
        net=made.sum(axis=1) / CENTS,
        drawdown=np.min(equity - peak, axis=1, initial=0.0) / CENTS,
        touched=np.count_nonzero(touched, axis=1),
        wins=np.count_nonzero(made > 0, axis=1),
        own=float(own.sum() / CENTS),
        decided=decided,
        undecided=len(known) - decided,
    )


def reach(trade: Trade, path: Path) -> Reach:
    """How far ``trade`` went, by its path."""
    if not len(path):
        return Reach(0.0, 0.0, dense=False)
    times, values = np.frombuffer(path.times), np.frombuffer(path.values)
    return Reach(float(values.min()), float(values.max()), _is_dense(trade, times, values))


def _is_dense(trade: Trade, times: Numbers, values: Numbers) -> bool:
    """Whether the points are many enough and without holes from the opening to the close.

    Thinning does not count against it: it keeps the lowest and the highest of every stretch. But
    it hides the holes there were, so only those at the ends are looked for then.
    """
    if trade.opened_at is None:
        return False
    opened, closed = trade.opened_at.timestamp(), trade.closed_at.timestamp()
    if times[0] - opened > LONGEST_HOLE or closed - times[-1] > LONGEST_HOLE:
        return False
    if len(times) >= THINNED_POINTS:
        return True
    if len(times) < POINTS_AN_HOUR * (closed - opened) / 3600:
        return False
    holes = (np.diff(times) > LONGEST_HOLE) & (np.diff(values) != 0)
    return not np.any(holes)


def _scales(
    trades: Trades, rows: Rows, paths: Mapping[int, Path], rule: Rule, tick_value: TickValue
) -> tuple[Numbers, Numbers]:
    """Money of one tick of each trade, and how far it went towards the level; NaN undecided."""
    a_tick, furthest = np.zeros(len(rows)), np.full(len(rows), np.nan)
    for place, row in enumerate(rows):
        trade = trades.trades[row]
        path = paths.get(trade.id) if trade.origin is Origin.SIGNALS else None
        value = tick_value(trade.symbol)
        if path is None or not value:
            continue
        reached = reach(trade, path)
        if reached.dense:
            a_tick[place] = value * trade.size
            furthest[place] = -reached.low if rule is Rule.STOP else reached.high
    return a_tick, furthest
