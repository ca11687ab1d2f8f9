"""What a selection of trades comes to; the formulas are in docs/statistics.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from justtrades_desktop.journal.arrays import Numbers, Rows
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.equity import CENTS, cents, daily

_YEAR: Final = 252  # session days
_DAY: Final = 86_400.0
_FEWEST_DAYS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures of the trades whose profit is known; the others are counted in ``unknown``.

    Money is exact to the cent, in ``currency``. Ratios are fractions: a ``win_rate`` of 0.25 is
    25 %. What cannot be known is None, never 0. Losses and drawdowns are at most 0.
    """

    currency: str | None = None
    count: int = 0
    unknown: int = 0
    wins: int = 0
    losses: int = 0
    even: int = 0
    net_profit: Decimal | None = None
    gross_profit: Decimal | None = None
    gross_loss: Decimal | None = None
    fees: Decimal | None = None
    win_rate: float | None = None
    average_win: Decimal | None = None
    average_loss: Decimal | None = None
    profit_factor: float | None = None
    expectancy: Decimal | None = None
    expectancy_r: float | None = None
    largest_win: Decimal | None = None
    largest_loss: Decimal | None = None
    winning_streak: int | None = None
    losing_streak: int | None = None
    max_drawdown: Decimal | None = None
    max_drawdown_ratio: float | None = None
    max_drawdown_days: float | None = None
    drawdown_from: datetime | None = None
    drawdown_low: datetime | None = None
    drawdown_to: datetime | None = None
    sharpe: float | None = None
    sortino: float | None = None
    recovery_factor: float | None = None
    average_mae_winners: Decimal | None = None
    average_mfe_losers: Decimal | None = None
    efficiency: float | None = None
    average_duration: float | None = None
    average_adds: float | None = None
    contracts: int | None = None


def figures(
    trades: Trades, rows: Rows, *, capital: float | None = None, currency: str | None = None
) -> Figures:
    """The figures of ``rows``, of those in ``currency`` where it is given.

    ``capital`` is what the account held before the first of them; only the drawdown's ratio needs
    it.

    Raises:
        ValueError: the rows are of several currencies and none was chosen, or ``capital`` is not
            above 0.
    """
    if capital is not None and capital <= 0:
        raise ValueError("capital must be more than 0")
    known = np.sort(trades.one_currency(rows, currency))
    chosen = currency or next(iter(trades.currencies(known)), None)
    unknown = int(np.count_nonzero(np.isnan(trades.profit[rows])))
    if not len(known):
        return Figures(currency=chosen, unknown=unknown)
    made = cents(trades, known)
    return Figures(
        currency=chosen,
        unknown=unknown,
        **_results(made),
        **_streaks(made),
        **_drawdown(trades, known, made, capital),
        **_by_day(trades, known),
        **_path(trades, known, made),
        **_averages(trades, known, made),
    )


def _results(made: Numbers) -> dict[str, Any]:
    won, lost = made[made > 0], made[made < 0]
    return {
        "count": len(made),
        "wins": len(won),
        "losses": len(lost),
        "even": len(made) - len(won) - len(lost),
        "net_profit": _money(made.sum()),
        "gross_profit": _money(won.sum()),
        "gross_loss": _money(lost.sum()),
        "win_rate": len(won) / len(made),
        "average_win": _average_money(won),
        "average_loss": _average_money(lost),
        "profit_factor": float(won.sum() / -lost.sum()) if len(lost) else None,
        "expectancy": _average_money(made),
        "largest_win": _money(won.max()) if len(won) else None,
        "largest_loss": _money(lost.min()) if len(lost) else None,
    }


def _streaks(made: Numbers) -> dict[str, Any]:
    return {"winning_streak": _longest(made > 0), "losing_streak": _longest(made < 0)}


def _drawdown(trades: Trades, rows: Rows, made: Numbers, capital: float | None) -> dict[str, Any]:
    """The deepest fall of equity; it starts at 0 with the opening of the first trade."""
    equity = np.concatenate(([0.0], np.cumsum(made)))
    peak = np.maximum.accumulate(equity)
    fall = equity - peak
    found = {
        "max_drawdown": _money(fall.min()),
        "max_drawdown_ratio": _deepest(fall, peak + (capital or 0.0) * CENTS),
    }
    low = int(fall.argmin())
    if fall[low] == 0:
        return found
    begun = trades.opened[rows[0]]
    times = np.concatenate(
        ([trades.closed[rows[0]] if np.isnan(begun) else begun], trades.closed[rows])
    )
    top = int(np.flatnonzero(equity[: low + 1] == peak[low])[-1])
    back = np.flatnonzero(equity[low:] >= peak[low])
    end = low + int(back[0]) if len(back) else len(times) - 1
    return found | {
        "max_drawdown_days": float((times[end] - times[top]) / _DAY),
        "drawdown_from": _moment(times[top]),
        "drawdown_low": _moment(times[low]),
        "drawdown_to": _moment(times[end]) if len(back) else None,
        "recovery_factor": float(equity[-1] / -fall[low]),
    }


def _deepest(fall: Numbers, peak: Numbers) -> float | None:
    """The deepest fall as a part of the peak before it; unknown where one had no peak above 0."""
    fell = fall < 0
    if np.any(peak[fell] <= 0):
        return None
    return float(np.min(fall[fell] / peak[fell], initial=0.0))


def _by_day(trades: Trades, rows: Rows) -> dict[str, Any]:
    made = daily(trades, rows)[1]
    if len(made) < _FEWEST_DAYS:
        return {}
    mean, deviation = made.mean(), made.std(ddof=1)
    downside = np.sqrt(np.mean(np.minimum(made, 0) ** 2))
    year = np.sqrt(_YEAR)
    return {
        "sharpe": float(mean / deviation * year) if deviation > 0 else None,
        "sortino": float(mean / downside * year) if downside > 0 else None,
    }


def _path(trades: Trades, rows: Rows, made: Numbers) -> dict[str, Any]:
    """What was reached on the way: by winners against them, by losers in their favour."""
    worst, best = (np.rint(column[rows] * CENTS) for column in (trades.drawdown, trades.run_up))
    ran = (made > 0) & (best > 0)
    return {
        "average_mae_winners": _average_money(_finite(worst[made > 0])),
        "average_mfe_losers": _average_money(_finite(best[made < 0])),
        "efficiency": _average(made[ran] / best[ran]),
    }


def _averages(trades: Trades, rows: Rows, made: Numbers) -> dict[str, Any]:
    risk = trades.risk[rows] * CENTS
    risked = risk > 0
    return {
        "fees": _money(np.rint(trades.fees[rows] * CENTS).sum()),
        "expectancy_r": _average(made[risked] / risk[risked]),
        "average_duration": _average(_finite(trades.duration[rows])),
        "average_adds": _average(_finite(trades.adds[rows])),
        "contracts": int(trades.size[rows].sum()),
    }


def _longest(those: NDArray[np.bool_]) -> int:
    """The longest unbroken run."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], those, [False])).astype(np.int8)))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def _finite(values: Numbers) -> Numbers:
    return values[np.isfinite(values)]


def _average(values: Numbers) -> float | None:
    return float(values.mean()) if len(values) else None


def _average_money(values: Numbers) -> Decimal | None:
    """To the cent, half to even."""
    if not len(values):
        return None
    return Decimal(round(Fraction(int(values.sum()), len(values)))).scaleb(-2)


def _money(cents: np.floating) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)


def _moment(seconds: np.floating) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
