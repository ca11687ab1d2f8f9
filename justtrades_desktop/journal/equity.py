"""How a selection of trades went: equity over time, by day, weekday and hour, distribution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from justtrades_desktop.journal.arrays import UNKNOWN_HOUR, Numbers, Rows, hours
from justtrades_desktop.journal.columns import Trades

CENTS: Final = 100
_WEEKDAYS: Final = 7
_HOURS: Final = 24
_ROUND: Final = (1, 2, 5)  # times a power of ten: widths that a person would choose


@dataclass(frozen=True, slots=True)
class Equity:
    """Realized profit added up at each close.

    ``times`` are seconds since 1970; ``equity`` is money, counted from 0 before the first trade;
    ``underwater`` is how far it lies below its highest so far (at most 0, and 0 was the first).
    """

    times: Numbers
    equity: Numbers
    underwater: Numbers


@dataclass(frozen=True, slots=True)
class Bars:
    """Money by place: ``totals`` in sum, ``counts`` trades behind it."""

    totals: Numbers
    counts: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many trades ended between two neighbouring ``edges``; one more edge than ``counts``.

    The edges are round amounts of money and 0 is one of them. A bin holds its lower edge and not
    its upper one: a trade that ended even counts to the right of 0.
    """

    edges: Numbers
    counts: NDArray[np.intp]


def cents(trades: Trades, rows: Rows) -> Numbers:
    """The profits of ``rows`` in whole cents: sums of them are exact up to 90 million millions."""
    return np.rint(trades.profit[rows] * CENTS)


def equity(trades: Trades, rows: Rows) -> Equity:
    """The equity of ``rows``, in the order of their closes."""
    rows = np.sort(trades.known(rows))
    total = np.cumsum(cents(trades, rows))
    peak = np.maximum.accumulate(np.maximum(total, 0))
    return Equity(trades.closed[rows], total / CENTS, (total - peak) / CENTS)


def daily(trades: Trades, rows: Rows) -> tuple[NDArray[np.datetime64], Numbers]:
    """The session days on which a trade closed, ascending, and what each of them made."""
    rows = trades.known(rows)
    days, place = np.unique(trades.day[rows], return_inverse=True)
    made = np.bincount(place, weights=cents(trades, rows), minlength=len(days))
    return days, made / CENTS


def daily_results(trades: Trades, rows: Rows) -> dict[date, float]:
    """The same by day: money made on each session day on which a trade closed."""
    days, made = daily(trades, rows)
    return dict(zip(days.tolist(), made.tolist(), strict=True))


def by_weekday(trades: Trades, rows: Rows) -> Bars:
    """Seven bars from Monday on, by the session day of the close."""
    rows = trades.known(rows)
    # 1970 began on a Thursday.
    weekday = (trades.day[rows].astype(np.int64) + 3) % _WEEKDAYS
    return _bars(weekday, cents(trades, rows), _WEEKDAYS)


def by_hour(trades: Trades, rows: Rows, zone: tzinfo) -> Bars:
    """24 bars by the hour of the opening on the clock of ``zone``, where it is known."""
    rows = trades.known(rows)
    hour = hours(trades.opened[rows], zone)
    opened = hour != UNKNOWN_HOUR
    return _bars(hour[opened], cents(trades, rows[opened]), _HOURS)


def distribution(trades: Trades, rows: Rows, bins: int = 20) -> Distribution:
    """About ``bins`` bins of equal, round width over all results of ``rows``."""
    made = cents(trades, trades.known(rows))
    if not len(made):
        return Distribution(np.empty(0), np.empty(0, dtype=np.intp))
    low, high = min(0.0, float(made.min())), max(0.0, float(made.max()))
    width = _width((high - low) / bins)
    first, last = low // width, high // width + 1
    edges = np.arange(first, last + 1) * width / CENTS
    place = (made // width - first).astype(np.intp)
    return Distribution(edges, np.bincount(place, minlength=len(edges) - 1))


def _bars(place: NDArray[np.integer], made: Numbers, count: int) -> Bars:
    totals = np.bincount(place, weights=made, minlength=count) / CENTS
    return Bars(totals, np.bincount(place, minlength=count))


def _width(least: float) -> int:
    """The smallest round number of cents that is at least ``least``."""
    power = 1
    while True:
        for step in _ROUND:
            if step * power >= least:
                return step * power
        power *= 10
