"""What the listed trades come to: every figure with its formula, and the line of totals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from justtrades_desktop.journal.figures import Figures
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import tr
from justtrades_desktop.ui.models import journal_row as row
from justtrades_desktop.ui.views.facts import Fact


def facts_of(figures: Figures) -> list[Fact]:
    """Every figure from top to bottom; what cannot be known is a dash."""
    return [*_results(figures), *_per_trade(figures), *_falls(figures), *_on_the_way(figures)]


def totals(figures: Figures, listed: int) -> list[Fact]:
    """The few figures of the line below the table."""
    return [
        Fact(tr("Trades"), f"{listed:,}"),
        _net_profit(figures),
        _win_rate(figures),
        _profit_factor(figures),
        _average_trade(figures),
        _max_drawdown(figures),
    ]


def _net_profit(figures: Figures) -> Fact:
    return _money(figures, tr("Net profit"), figures.net_profit, tr("The sum of all results"))


def _win_rate(figures: Figures) -> Fact:
    return Fact(tr("Win rate"), _percent(figures.win_rate), hint=tr("Won trades ÷ counted trades"))


def _profit_factor(figures: Figures) -> Fact:
    hint = tr("Sum of all wins ÷ sum of all losses; a dash where nothing was lost")
    return Fact(tr("Profit factor"), _ratio(figures.profit_factor), hint=hint)


def _average_trade(figures: Figures) -> Fact:
    hint = tr("Expectancy: net profit ÷ counted trades")
    return _money(figures, tr("Average trade"), figures.expectancy, hint)


def _max_drawdown(figures: Figures) -> Fact:
    hint = tr("The deepest fall of the sum of results below its highest so far")
    return _money(figures, tr("Max drawdown"), figures.max_drawdown, hint)


def _results(figures: Figures) -> Iterator[Fact]:
    counted = f"{figures.count:,}"
    if figures.unknown:
        counted = tr("{} and {} of unknown profit").format(counted, f"{figures.unknown:,}")
    yield _net_profit(figures)
    yield Fact(tr("Counted"), counted, hint=tr("Trades whose profit is known"))
    yield Fact(
        tr("Won / lost / even"),
        f"{figures.wins:,} / {figures.losses:,} / {figures.even:,}",
        hint=tr("Trades that ended above, below and at 0"),
    )
    yield _win_rate(figures)
    yield _profit_factor(figures)
    yield _money(figures, tr("Sum of wins"), figures.gross_profit, tr("All results above 0"))
    yield _money(figures, tr("Sum of losses"), figures.gross_loss, tr("All results below 0"))
    yield Fact(
        tr("Fees"),
        shown.UNKNOWN if figures.fees is None else f"{figures.fees:,.2f}",
        hint=tr("The fees that came with the trades"),
    )


def _per_trade(figures: Figures) -> Iterator[Fact]:
    yield _average_trade(figures)
    yield Fact(
        tr("Average in R"),
        _signed(figures.expectancy_r),
        hint=tr("The average of profit ÷ risk, over trades whose first stop is known"),
    )
    yield _money(figures, tr("Average win"), figures.average_win, tr("Sum of wins ÷ wins"))
    yield _money(figures, tr("Average loss"), figures.average_loss, tr("Sum of losses ÷ losses"))
    yield _money(figures, tr("Largest win"), figures.largest_win, tr("The best single result"))
    yield _money(figures, tr("Largest loss"), figures.largest_loss, tr("The worst single result"))
    yield Fact(
        tr("Longest streaks"),
        f"{_count(figures.winning_streak)} / {_count(figures.losing_streak)}",
        hint=tr("The most wins, and the most losses, one after another"),
    )


def _falls(figures: Figures) -> Iterator[Fact]:
    yield _max_drawdown(figures)
    yield Fact(tr("Drawdown began"), _day(figures.drawdown_from), hint=tr("When the highest was"))
    yield Fact(tr("Drawdown lowest"), _day(figures.drawdown_low), hint=tr("When it was deepest"))
    yield Fact(
        tr("Drawdown made up"),
        _day(figures.drawdown_to),
        hint=tr("When the highest was reached again; a dash while it was not"),
    )
    yield Fact(
        tr("Drawdown lasted"),
        _days(figures.max_drawdown_days),
        hint=tr("From its beginning until it was made up, or until the last trade"),
    )
    yield Fact(
        tr("Recovery factor"),
        _ratio(figures.recovery_factor),
        hint=tr("Net profit ÷ max drawdown"),
    )
    yield Fact(
        tr("Sharpe ratio"),
        _signed(figures.sharpe),
        hint=tr("Average of the daily results ÷ their standard deviation × √252"),
    )
    yield Fact(
        tr("Sortino ratio"),
        _signed(figures.sortino),
        hint=tr("Average of the daily results ÷ the deviation of the losing days × √252"),
    )


def _on_the_way(figures: Figures) -> Iterator[Fact]:
    yield _money(
        figures,
        tr("Drawdown of winners"),
        figures.average_mae_winners,
        tr("How far winners went against the position on average (MAE)"),
    )
    yield _money(
        figures,
        tr("Run-up of losers"),
        figures.average_mfe_losers,
        tr("How far losers were in profit on average (MFE)"),
    )
    yield Fact(
        tr("Kept of run-up"),
        _percent(figures.efficiency),
        hint=tr("The average of profit ÷ run-up, over winners"),
    )
    yield Fact(tr("Average duration"), _time(figures.average_duration))
    yield Fact(
        tr("Average adds"),
        shown.UNKNOWN if figures.average_adds is None else f"{figures.average_adds:.1f}",
        hint=tr("Entries after the first, for each trade"),
    )
    yield Fact(tr("Contracts"), _count(figures.contracts), hint=tr("The sum of the sizes"))


def _money(figures: Figures, name: str, value: Decimal | None, hint: str) -> Fact:
    return Fact(name, row.cash(value, figures.currency or "USD"), row.money_tone(value), hint)


def _percent(part: float | None) -> str:
    return shown.UNKNOWN if part is None else tr("{} %").format(f"{100 * part:.1f}")


def _ratio(value: float | None) -> str:
    return shown.UNKNOWN if value is None else f"{value:,.2f}".replace("-", shown.MINUS)


def _signed(value: float | None) -> str:
    return shown.UNKNOWN if value is None else f"{value:+,.2f}".replace("-", shown.MINUS)


def _count(value: int | None) -> str:
    return shown.UNKNOWN if value is None else f"{value:,}"


def _day(at: datetime | None) -> str:
    return shown.UNKNOWN if at is None else f"{at.astimezone():%Y-%m-%d %H:%M}"


def _days(days: float | None) -> str:
    return shown.UNKNOWN if days is None else row.duration(timedelta(days=days))


def _time(seconds: float | None) -> str:
    return row.duration(None if seconds is None else timedelta(seconds=seconds))


def said_of_currencies(currencies: tuple[str, ...]) -> str:
    """Which currency the figures are in, where the trades are in several."""
    if len(currencies) < 2:
        return ""
    others = ", ".join(currencies[1:])
    return tr("Figures are of the trades in {} alone; there are others in {}.").format(
        currencies[0], others
    )
