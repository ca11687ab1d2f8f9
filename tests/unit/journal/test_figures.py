"""The figures of the journal, worked by hand and held against another library."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.journal.figures import Figures, figures
from tests.fakes.trades import START, journal, results, trade

DATA = Path(__file__).parents[2] / "data"


def of(*profits: str | None, **fields: Any) -> Figures:
    trades = results(*profits, **fields)
    return figures(trades, trades.all())


def test_money_and_counts() -> None:
    found = of("100.10", "-40.05", "0", "60", "-20", None, fees="1.24")
    assert (found.count, found.unknown) == (5, 1)
    assert (found.wins, found.losses, found.even) == (2, 2, 1)
    assert found.net_profit == Decimal("100.05")
    assert (found.gross_profit, found.gross_loss) == (Decimal("160.10"), Decimal("-60.05"))
    assert found.fees == Decimal("6.20")
    assert found.win_rate == 2 / 5
    assert found.average_win == Decimal("80.05")
    assert found.average_loss == Decimal("-30.02")  # -30.025, half to even
    assert found.profit_factor == pytest.approx(160.10 / 60.05)
    assert found.expectancy == Decimal("20.01")
    assert (found.largest_win, found.largest_loss) == (Decimal("100.10"), Decimal("-40.05"))
    assert found.currency == "USD"


def test_cents_are_added_up_exactly() -> None:
    found = of(*["0.10", "0.20"] * 50_000)
    assert str(found.net_profit) == "15000.00"


def test_what_cannot_be_known_is_none_and_never_0() -> None:
    nothing = of()
    known = {"count", "unknown", "wins", "losses", "even"}
    assert all(getattr(nothing, name) is None for name in Figures.__slots__ if name not in known)
    assert of(None) == Figures(unknown=1)
    won = of("10")
    assert (won.profit_factor, won.average_loss, won.largest_loss) == (None, None, None)
    assert (won.recovery_factor, won.max_drawdown_days, won.sharpe) == (None, None, None)
    assert (won.expectancy_r, won.average_adds, won.average_mae_winners) == (None, None, None)
    assert (won.gross_loss, won.max_drawdown) == (Decimal(0), Decimal(0))
    assert won.losing_streak == 0
    assert of("5", opened_at=None).average_duration is None


def test_streaks_end_with_an_even_trade_and_skip_an_unknown_one() -> None:
    found = of("1", "1", "0", "1", None, "1", "1", "-1", "-1")
    assert (found.winning_streak, found.losing_streak) == (3, 2)


def test_r_counts_only_trades_whose_risk_is_known() -> None:
    trades = journal(
        [
            trade("100", 1, risk="50"),
            trade("-50", 2, risk="50"),
            trade("1000", 3),
            trade("30", 4, risk="0"),
        ]
    )
    assert figures(trades, trades.all()).expectancy_r == pytest.approx((2 - 1) / 2)


def test_the_deepest_fall_with_its_length() -> None:
    # Equity: 100, 40, 90, 10, 60, 130, 120: the peak of 100 was lost until the sixth close.
    found = of("100", "-60", "50", "-80", "50", "70", "-10")
    assert found.max_drawdown == Decimal("-90.00")
    assert found.max_drawdown_ratio == pytest.approx(-0.9)
    assert found.drawdown_from == START + timedelta(hours=1)
    assert found.drawdown_low == START + timedelta(hours=4)
    assert found.drawdown_to == START + timedelta(hours=6)
    assert found.max_drawdown_days == pytest.approx(5 / 24)
    assert found.recovery_factor == pytest.approx(120 / 90)


def test_a_fall_from_the_start_has_no_percent_without_capital_and_may_never_recover() -> None:
    trades = results("-50", "20", "-70", "10")
    found = figures(trades, trades.all())
    assert (found.max_drawdown, found.max_drawdown_ratio) == (Decimal("-100.00"), None)
    assert found.drawdown_from == START  # the first trade's opening
    assert found.drawdown_to is None
    assert found.max_drawdown_days == pytest.approx(4 / 24)  # up to the end
    assert figures(trades, trades.all(), capital=1000).max_drawdown_ratio == pytest.approx(-0.1)


def test_the_percent_is_of_the_deepest_relative_fall() -> None:
    # 100 of 1,100 is 9.1 %; later 150 of 2,100 is more money and only 7.1 %.
    trades = results("100", "-100", "1100", "-150")
    found = figures(trades, trades.all(), capital=1000)
    assert found.max_drawdown == Decimal("-150.00")
    assert found.max_drawdown_ratio == pytest.approx(-100 / 1100)


def test_what_was_reached_on_the_way() -> None:
    trades = journal(
        [
            trade("50", 1, drawdown="-10", run_up="100", adds=0, size=2),
            trade("30", 2, drawdown="-20.01", run_up="40", adds=3, size=3),
            trade("25", 3),
            trade("-40", 4, drawdown="-60", run_up="15"),
            trade("-40", 5, drawdown="-60", run_up="0"),
        ]
    )
    found = figures(trades, trades.all())
    assert found.average_mae_winners == Decimal("-15.00")  # -15.005, half to even
    assert found.average_mfe_losers == Decimal("7.50")
    assert found.efficiency == pytest.approx((0.5 + 0.75) / 2)  # winners with a known run-up
    assert found.average_adds == 1.5
    assert found.contracts == 8
    assert found.average_duration == 3600


def test_sharpe_and_sortino_count_session_days_with_trades_only() -> None:
    # Two trades on Monday, one on Tuesday, none on Wednesday, one on Thursday.
    closes = (1, 2, 26, 74)
    profits = ("100", "50", "-50", "80")
    trades = journal(
        trade(profit, number, closed_at=START + timedelta(hours=hours))
        for number, (hours, profit) in enumerate(zip(closes, profits, strict=True))
    )
    found = figures(trades, trades.all())
    mean, deviation = 60, sqrt(((150 - 60) ** 2 + (-50 - 60) ** 2 + (80 - 60) ** 2) / 2)
    assert found.sharpe == pytest.approx(mean / deviation * sqrt(252))
    assert found.sortino == pytest.approx(mean / sqrt(50**2 / 3) * sqrt(252))


def test_a_session_day_begins_in_the_evening() -> None:
    late = START.replace(hour=23)  # 17:00 in Chicago: the next session
    trades = journal([trade("10", 1), trade("20", 2, closed_at=late)])
    assert figures(trades, trades.all()).sharpe is not None
    assert of("10", "20").sharpe is None  # one day
    trades = journal([trade("10", 1), trade("10", 2, closed_at=late)])
    found = figures(trades, trades.all())
    assert (found.sharpe, found.sortino) == (None, None)  # no deviation, no losing day


def test_currencies_are_never_added_up() -> None:
    trades = journal([trade("10", 1), trade("20", 2, currency="EUR"), trade(None, 3)])
    with pytest.raises(ValueError, match="EUR, USD"):
        figures(trades, trades.all())
    assert figures(trades, trades.all(), currency="EUR").net_profit == 20
    one = trades.all()[:1]
    assert figures(trades, one).currency == "USD"
    trades = journal([trade("10", 1), trade(None, 2, currency="EUR")])
    assert figures(trades, trades.all()).net_profit == 10  # nothing is added to it


def test_capital_must_be_more_than_nothing() -> None:
    with pytest.raises(ValueError, match="capital"):
        figures(results("1"), results("1").all(), capital=0)


@pytest.mark.parametrize("number", range(12))
def test_the_ratios_are_those_of_another_library(number: int) -> None:
    """``data/empyrical.json`` holds what empyrical-reloaded 0.7.1 makes of daily results.

    Its Sharpe and Sortino ratios are of each day's result over a fixed capital, its drawdown of
    each day's result over what the account held then.
    """
    expected = json.loads((DATA / "empyrical.json").read_text())["series"][number]
    trades = journal(
        trade(str(Decimal(cents).scaleb(-2)), day, closed_at=START + timedelta(days=day))
        for day, cents in enumerate(expected["daily_cents"])
    )
    found = figures(trades, trades.all(), capital=expected["capital_cents"] / 100)
    assert found.sharpe == pytest.approx(expected["sharpe"], rel=1e-9)
    assert (found.sortino or float("inf")) == pytest.approx(expected["sortino"], rel=1e-9)
    assert found.max_drawdown_ratio == pytest.approx(expected["max_drawdown"], rel=1e-9, abs=1e-12)
