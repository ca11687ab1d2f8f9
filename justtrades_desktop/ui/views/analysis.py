"""The analysis panel: how the finished trades went, in pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.trades import Trade
from justtrades_desktop.journal.arrays import Rows
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.times import tz_of
from justtrades_desktop.ui.memory import Zone
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.views.analysis_charts import AnalysisCharts
from justtrades_desktop.ui.views.analysis_rows import Chosen, chosen, said_of_filter

_RELOAD_MS: Final = 2000  # after a trade was closed; several at once are read together
_HIGH: Final = 40 * GRID
_LOW: Final = 30 * GRID


class AnalysisView(QWidget):
    """Shows what :meth:`show_trades` was given; until then all finished trades, which it reads."""

    trade_clicked = Signal(str, int)  # origin, id
    day_clicked = Signal(object)  # date, a session day
    all_wanted = Signal()  # no filter any more

    def __init__(self, desk: Desk, bridge: Bridge, colours: Colours, setting: ChartSetting) -> None:
        super().__init__()
        self.setObjectName("analysis")
        self._desk = desk
        self._setting = setting
        self._given = False
        self._trades: Trades | None = None
        self._rows: Rows | None = None
        self._is_drawn = False
        self._colours = colours
        self._charts: AnalysisCharts | None = None
        self._filtered = plain_label()
        self.all_button = QPushButton(self.tr("Show all trades"))
        self.all_button.clicked.connect(self.all_wanted)
        self._note = plain_label(wrap=True)
        self._reload = QTimer(self)
        self._reload.setSingleShot(True)
        self._reload.setInterval(_RELOAD_MS)
        self._reload.timeout.connect(self.load)
        self._lay_out()
        bridge.signals_recorded.connect(self._on_recorded)
        setting.zones.changed.connect(self._on_zone)
        self.set_colours(colours)

    @property
    def charts(self) -> AnalysisCharts:
        """All pictures; made when they are first wanted, for they take a third of a second."""
        if self._charts is None:
            self._charts = AnalysisCharts(self._colours, self._setting)
            self._charts.trade_clicked.connect(self.trade_clicked)
            self._charts.day_clicked.connect(self.day_clicked)
            self._lay_out_charts(self._charts)
        return self._charts

    # For the window

    def show_trades(self, trades: Trades, rows: Rows) -> None:
        """Show ``rows`` of ``trades``; from now on somebody else says what is shown."""
        self._given = True
        self._reload.stop()
        self._take(trades, rows)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        if self._charts is not None:
            self._charts.set_colours(colours)
        paint(self._note, colours.muted)
        paint(self._filtered, colours.text)

    @property
    def note(self) -> str:
        """What is not in the pictures, in words."""
        return " ".join(filter(None, (self._filtered.text(), self._note.text())))

    def load(self) -> None:
        """Read all finished trades."""
        _ = self._setting.tasks.start(self._load(), name="analysis")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        _ = self.charts
        if self._trades is None and not self._given:
            self.load()
        elif not self._is_drawn:
            self._draw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._reload.isActive():
            self._reload.stop()
            self._trades = None  # read anew when it is looked at again

    # What happens

    async def _load(self) -> None:
        trades: Sequence[Trade] = await self._desk.trades()
        columns = await asyncio.to_thread(Trades, trades, self._desk.calendar.session_day)
        if not self._given:
            self._take(columns, columns.all())

    def _take(self, trades: Trades, rows: Rows) -> None:
        self._trades, self._rows = trades, rows
        self._is_drawn = False
        if self.isVisible():
            self._draw()

    def _draw(self) -> None:
        if self._trades is None or self._rows is None:
            return
        self._is_drawn = True
        shown: Chosen = chosen(self._trades, self._rows)
        self._note.setText(shown.note)
        self._filtered.setText(said_of_filter(self._trades, self._rows))
        self._bar.setVisible(bool(self.note))
        self.all_button.setVisible(bool(self._filtered.text()))
        self.charts.draw(shown, tz_of(self._setting.zones.zone))

    def _on_zone(self, _: Zone) -> None:
        self._is_drawn = False  # results by hour go by the clock that is shown
        if self.isVisible():
            self._draw()

    def _on_recorded(self, events: Sequence[SignalRecorded]) -> None:
        if self._given or not any(event.closed is not None for event in events):
            return
        if self.isVisible():
            self._reload.start()
        else:
            self._trades = None

    # Building

    def _lay_out(self) -> None:
        self._grid = QGridLayout()
        page = QWidget()
        page.setLayout(self._grid)
        self._grid.setContentsMargins(GRID, GRID, GRID, GRID)
        self._grid.setSpacing(GRID)
        for column in range(12):
            self._grid.setColumnStretch(column, 1)
        for row, height in enumerate((_HIGH, _LOW, _LOW)):
            self._grid.setRowMinimumHeight(row, height)
            self._grid.setRowStretch(row, height)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        self._bar = QWidget()
        self._bar.hide()
        bar = QHBoxLayout(self._bar)
        bar.setContentsMargins(GRID, GRID // 2, GRID, 0)
        bar.addWidget(self._filtered)
        bar.addWidget(self.all_button)
        bar.addWidget(self._note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addWidget(scroll, 1)

    def _lay_out_charts(self, charts: AnalysisCharts) -> None:
        for widget, row, column, width in (
            (charts.growth, 0, 0, 7),
            (charts.calendar, 0, 7, 5),
            (charts.worst, 1, 0, 6),
            (charts.best, 1, 6, 6),
            (charts.spread, 2, 0, 4),
            (charts.hours, 2, 4, 5),
            (charts.weekdays, 2, 9, 3),
        ):
            self._grid.addWidget(widget, row, column, 1, width)
            widget.show()  # a layout on a page that is visible would do it a turn later
