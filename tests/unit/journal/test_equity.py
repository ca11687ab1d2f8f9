"""How a selection went, by time and by size."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from justtrades_desktop.journal.equity import (
    by_hour,
    by_weekday,
    daily_results,
    distribution,
    equity,
)
from tests.fakes.trades import START, journal, results, trade


def test_equity_goes_from_close_to_close() -> None:
    trades = results("100", "-30", None, "-80", "50")
    curve = equity(trades, trades.all()[::-1])
    assert curve.times.tolist() == [
        (START + timedelta(hours=number)).timestamp() for number in (1, 2, 4, 5)
    ]
    assert curve.equity.tolist() == [100, 70, -10, 40]
    assert curve.underwater.tolist() == [0, -30, -110, -60]


def test_equity_is_under_water_from_the_first_loss() -> None:
    trades = results("-0.10", "-0.20")
    assert equity(trades, trades.all()).underwater.tolist() == [-0.1, -0.3]


def test_results_by_session_day_and_weekday() -> None:
    trades = journal(
        [
            trade("1", 1),
            trade("2", 2),
            trade("4", 3, closed_at=START + timedelta(hours=8)),  # the session of Tuesday
            trade("8", 4, closed_at=START + timedelta(days=4)),
            trade("16", 5, closed_at=START + timedelta(days=7)),
        ]
    )
    assert daily_results(trades, trades.all()) == {
        date(2026, 11, 16): 3,
        date(2026, 11, 17): 4,
        date(2026, 11, 20): 8,
        date(2026, 11, 23): 16,
    }
    bars = by_weekday(trades, trades.all())
    assert bars.totals.tolist() == [19, 4, 0, 0, 8, 0, 0]
    assert bars.counts.tolist() == [3, 1, 0, 0, 1, 0, 0]


def test_results_by_the_hour_of_the_opening_on_the_clock_asked_for() -> None:
    trades = journal([trade("5", 1), trade("-2", 2), trade("9", 3, opened_at=None)])
    bars = by_hour(trades, trades.all(), ZoneInfo("America/New_York"))
    assert (bars.totals[10], bars.totals[11], bars.counts.sum()) == (5, -2, 2)
    bars = by_hour(trades, trades.all(), ZoneInfo("Asia/Kolkata"))
    assert (bars.totals[20], bars.totals[21]) == (5, -2)


@pytest.mark.parametrize(
    ("profits", "width"),
    [
        (("-130", "55", "0", "240"), 20),
        (("0.30", "2"), 0.1),
        (("-1000000", "3"), 100_000),
        (("0", "0"), 0.01),
        (("-0.01",), 0.01),
    ],
)
def test_bins_are_round_with_an_edge_at_0(profits: tuple[str, ...], width: float) -> None:
    trades = results(*profits)
    found = distribution(trades, trades.all())
    assert found.counts.sum() == len(profits)
    assert 0 in found.edges
    assert found.edges[1] - found.edges[0] == pytest.approx(width)
    below = found.counts[found.edges[:-1] < 0].sum()
    assert below == sum(Decimal(profit) < 0 for profit in profits)


def test_of_nothing_there_is_no_curve() -> None:
    trades = results(None)
    assert len(equity(trades, trades.all()).times) == 0
    assert len(distribution(trades, trades.all()).edges) == 0
    assert daily_results(trades, trades.all()) == {}
    assert by_weekday(trades, trades.all()).totals.tolist() == [0] * 7
