"""The charts of the analysis, and how each is filled from columns of trades."""

from __future__ import annotations

from datetime import tzinfo

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from justtrades_desktop.journal.arrays import Numbers, Rows
from justtrades_desktop.journal.equity import (
    by_hour,
    by_weekday,
    daily_results,
    distribution,
    equity,
)
from justtrades_desktop.ui.charts.bars import BarChart
from justtrades_desktop.ui.charts.calendar import CalendarChart
from justtrades_desktop.ui.charts.chart import Chart, ChartSetting
from justtrades_desktop.ui.charts.dots import DotChart, Dots
from justtrades_desktop.ui.charts.graph import Graph
from justtrades_desktop.ui.charts.span import Span
from justtrades_desktop.ui.format import amount, tone, with_arrow
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.views import analysis_bars as made
from justtrades_desktop.ui.views.analysis_rows import Chosen
from justtrades_desktop.ui.views.analysis_words import trade_words

_SHORTEST = 60.0  # seconds that a curve of equity covers at least


class AnalysisCharts(QObject):
    """All charts, filled together; each says what it shows in its title's tooltip."""

    trade_clicked = Signal(str, int)  # origin, id
    day_clicked = Signal(object)  # date

    def __init__(self, colours: Colours, setting: ChartSetting) -> None:
        super().__init__()
        self._setting = setting
        self._make_growth(colours, setting)
        self._make_dots(colours, setting)
        self._make_bars(colours, setting)
        self.calendar = CalendarChart(
            self.tr("Daily results"),
            colours,
            setting,
            definition=self.tr(
                "Results of the trades that closed on each session day (from 17:00 to 16:00 in "
                "Chicago). A click lists that day's trades in the journal."
            ),
        )
        self.calendar.day_clicked.connect(self.day_clicked)
        for dots in (self.worst, self.best):
            dots.trade_clicked.connect(self.trade_clicked)
        self.say_empty(self.tr("Loading…"))

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every chart, in reading order."""
        return (
            self.equity,
            self.underwater,
            self.calendar,
            self.worst,
            self.best,
            self.spread,
            self.hours,
            self.weekdays,
        )

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.equity.set_colours(colours)
        self.underwater.set_colours(colours)
        self.calendar.set_colours(colours)
        for dots in (self.worst, self.best):
            dots.set_colours(colours)
        for bars in (self.spread, self.hours, self.weekdays):
            bars.set_colours(colours)

    def say_empty(self, text: str) -> None:
        """Say in each chart why it has no picture; with no text each has one."""
        for chart in self.charts:
            chart.set_empty(text)
            chart.set_value("", tone(None))
            chart.set_note("")

    def draw(self, shown: Chosen, zone: tzinfo) -> None:
        """Show these trades; hours are those of ``zone``."""
        self.say_empty("" if len(shown.rows) else self.tr("No finished trade yet"))
        if not len(shown.rows):
            return
        self._draw_growth(shown)
        self.calendar.draw(daily_results(shown.trades, shown.rows))
        self._draw_dots(self.worst, shown, shown.trades.drawdown)
        self._draw_dots(self.best, shown, shown.trades.run_up)
        self._draw_bars(shown, zone)
        self._name_axes(shown.currency)

    # Equity

    def _make_growth(self, colours: Colours, setting: ChartSetting) -> None:
        span = Span(self, shortest=_SHORTEST)
        self.equity = Graph(
            self.tr("Equity"),
            colours,
            setting,
            span=span,
            column="equity",
            definition=self.tr(
                "Results added up in the order of the closes, from 0 before the first trade."
            ),
        )
        self.underwater = Graph(
            self.tr("Underwater"),
            colours,
            setting,
            span=span,
            column="underwater",
            definition=self.tr("How far equity lies below its highest so far; 0 at a new high."),
        )
        self.equity.hide_times()
        self.equity.name_back(self.tr("Show all"))
        self.underwater.name_back("")
        self.growth = QWidget()
        layout = QVBoxLayout(self.growth)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.equity, 3)
        layout.addWidget(self.underwater, 2)
        for graph in (self.equity, self.underwater):
            graph.wheel_zooms = False

    def _draw_growth(self, shown: Chosen) -> None:
        trades, grown = shown.trades, equity(shown.trades, shown.rows)
        first = trades.trades[int(shown.rows.min())]
        start = (first.opened_at or first.closed_at).timestamp()
        times = np.concatenate(([min(start, grown.times[0])], grown.times))
        self.equity.draw(times, np.concatenate(([0.0], grown.equity)))
        self.underwater.draw(times, np.concatenate(([0.0], grown.underwater)))
        last, worst = float(grown.equity[-1]), float(grown.underwater.min())
        self.equity.set_value(with_arrow(amount(last)), tone(last))
        self.underwater.set_value(with_arrow(amount(worst)), tone(worst))
        count = len(shown.rows)
        self.equity.set_note(
            self.tr("1 trade") if count == 1 else self.tr("%1 trades").replace("%1", f"{count:,}")
        )
        self.underwater.set_note(self.tr("largest drawdown"))

    # One dot a trade

    def _make_dots(self, colours: Colours, setting: ChartSetting) -> None:
        self.worst = DotChart(
            self.tr("MAE against result"),
            colours,
            setting,
            columns=("origin", "id", "mae", "result"),
            definition=self.tr(
                "Maximum adverse excursion: the worst unrealized P&L while a trade was open, "
                "against what it made. On the slanting line it was closed at its worst. A click "
                "opens the trade."
            ),
        )
        self.best = DotChart(
            self.tr("MFE against result"),
            colours,
            setting,
            columns=("origin", "id", "mfe", "result"),
            definition=self.tr(
                "Maximum favourable excursion: the best unrealized P&L while a trade was open, "
                "against what it made. On the slanting line nothing was given back. A click "
                "opens the trade."
            ),
        )

    def _draw_dots(self, chart: DotChart, shown: Chosen, excursion: Numbers) -> None:
        rows: Rows = shown.rows[np.isfinite(excursion[shown.rows])]
        missing = len(shown.rows) - len(rows)
        chart.set_note(
            self.tr("{} never measured").format(missing) if missing and len(rows) else ""
        )
        chart.set_empty("" if len(rows) else self.tr("Never measured for these trades"))
        trades, x, y = shown.trades.trades, excursion[rows], shown.trades.profit[rows]
        zone = self._setting.zones
        chart.draw(
            Dots(
                x,
                y,
                trade=lambda n: (trades[rows[n]].origin.value, trades[rows[n]].id),
                words=lambda n: trade_words(trades[rows[n]], zone.zone),
                row=lambda n: (
                    trades[rows[n]].origin.value,
                    trades[rows[n]].id,
                    float(x[n]),
                    float(y[n]),
                ),
            )
        )

    # Bars

    def _make_bars(self, colours: Colours, setting: ChartSetting) -> None:
        self.spread = BarChart(
            self.tr("Distribution of results"),
            colours,
            setting,
            columns=("from", "to", "trades"),
            definition=self.tr(
                "How many trades ended between two amounts; the lower one is included."
            ),
            touching=True,
        )
        self.hours = BarChart(
            self.tr("Result by hour"),
            colours,
            setting,
            columns=("hour", "result", "trades"),
            definition=self.tr(
                "Results by the hour in which a trade was opened, on the clock that all charts "
                "show (menu View)."
            ),
        )
        self.weekdays = BarChart(
            self.tr("Result by weekday"),
            colours,
            setting,
            columns=("weekday", "result", "trades"),
            definition=self.tr("Results by the session day on which a trade was closed."),
        )

    def _draw_bars(self, shown: Chosen, zone: tzinfo) -> None:
        trades, rows = shown.trades, shown.rows
        self.spread.draw(made.of_distribution(distribution(trades, rows)))
        self.hours.draw(made.of_hours(by_hour(trades, rows, zone)))
        self.weekdays.draw(made.of_weekdays(by_weekday(trades, rows)))

    def _name_axes(self, currency: str) -> None:
        result = self.tr("Result, {}").format(currency)
        self.worst.set_axis_title("bottom", self.tr("MAE, {}").format(currency))
        self.best.set_axis_title("bottom", self.tr("MFE, {}").format(currency))
        for chart in (self.worst, self.best, self.hours, self.weekdays):
            chart.set_axis_title("left", result)
        self.spread.set_axis_title("left", self.tr("Trades"))
        self.spread.set_axis_title("bottom", result)
