"""The journal: every finished trade, filtered, counted up, exported, and opened one by one."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.journal.wanted import Wanted
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.delegates import ToneDelegate, colour_table, set_up_table
from justtrades_desktop.ui.models.journal import JournalModel
from justtrades_desktop.ui.models.journal_list import TradeId
from justtrades_desktop.ui.models.journal_row import Field
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.views.facts import Facts
from justtrades_desktop.ui.views.journal_export import ExportButton
from justtrades_desktop.ui.views.journal_figures import facts_of, said_of_currencies
from justtrades_desktop.ui.views.journal_filter import JournalFilter
from justtrades_desktop.ui.views.journal_parts import Empty, Totals
from justtrades_desktop.ui.views.journal_what_if import WhatIfPanel
from justtrades_desktop.ui.views.live_table import LiveTable
from justtrades_desktop.ui.views.trade import TradePage

_WIDTHS: Final = (12, 12, 13, 8, 5, 4, 10, 10, 12, 11, 11, 11, 5, 13, 9, 16, 20)
_SIDE: Final = 36 * GRID


class JournalView(QWidget):
    """The list of trades with its figures, or one trade in full."""

    trade_chosen = Signal(object, int)  # origin, id of the trade that is opened
    import_wanted = Signal()
    trouble = Signal(str)

    def __init__(self, desk: Desk, bridge: Bridge, colours: Colours, setting: ChartSetting) -> None:
        super().__init__()
        self.setObjectName("journal")
        self._desk = desk
        self._tasks = setting.tasks
        self._asked = False
        self._chosen: Trade | None = None
        self.model = JournalModel(desk, bridge, setting.tasks, self)
        self.filter = JournalFilter(self.model.today)
        self._delegate = ToneDelegate(colours, self)
        self.table = self._build_table(bridge)
        self.export = ExportButton(lambda: self.model.rows, setting.tasks)
        self.totals = Totals(colours)
        self.figures = Facts(colours)
        self.what_if = WhatIfPanel(desk, colours, setting, lambda: self.model.rows)
        self.empty = Empty(colours)
        self.trade_page = TradePage(desk, bridge, colours, setting)
        self.aside = QTabWidget()
        self.aside.hide()
        # A turn of the loop after the table was drawn: each of the two takes long enough.
        self._after_table = QTimer(self)
        self._after_table.setSingleShot(True)
        self._after_table.timeout.connect(self._show_figures)
        self.pages = QStackedWidget()
        self._lists = QStackedWidget()
        self._lay_out()
        self._connect()
        self.set_colours(colours)
        self._on_arranged()

    # For the window

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._delegate.set_colours(colours)
        colour_table(self.table, colours)
        for part in (self.totals, self.figures, self.what_if, self.empty, self.trade_page):
            part.set_colours(colours)

    def open_trade(self, origin: Origin, id_: int) -> None:
        """Show one trade in full, wherever it was chosen."""
        _ = self._tasks.start(self._open(TradeId(origin, id_)), name="trade")

    def reload(self) -> None:
        """Read all trades anew: an import has brought others."""
        self._asked = True
        _ = self._tasks.start(self.model.load(), name="journal")

    def show_list(self) -> None:
        """Leave the trade that is open."""
        self.pages.setCurrentIndex(0)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.watch(True)
        self._after_table.start()
        if not self._asked:
            self.reload()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.model.watch(False)
        self._after_table.stop()

    # What happens

    async def _open(self, which: TradeId) -> None:
        trade = await self._desk.trade(which.origin, which.id)
        if trade is not None:
            self._show(trade)

    def _show(self, trade: Trade) -> None:
        self._chosen = trade
        self._choose_again()
        self.trade_page.show_trade(trade)
        self._show_neighbours()
        self.pages.setCurrentWidget(self.trade_page)
        self.trade_chosen.emit(trade.origin, trade.id)

    def _on_activated(self, index: QModelIndex) -> None:
        if index.isValid():
            self._show(self.model.rows[index.row()])

    def _on_current(self, current: QModelIndex) -> None:
        if current.isValid():
            self._chosen = self.model.rows[current.row()]

    def _on_step(self, step: int) -> None:
        place = self._place()
        if place is not None and 0 <= place + step < len(self.model.rows):
            self._show(self.model.rows[place + step])

    def _on_arranged(self) -> None:
        figures, count = self.model.figures, len(self.model.rows)
        self.totals.show_totals(figures, count)
        self.totals.say(said_of_currencies(self.model.rows.currencies))
        if self.isVisible():
            self._after_table.start()
        self.export.setEnabled(count > 0)
        self._lists.setCurrentIndex(0 if count else 1)
        self.empty.say(reading=not self.model.is_loaded, filtered=len(self.model.trades) > 0)
        self._choose_again()
        self._show_neighbours()

    def _show_figures(self) -> None:
        self.figures.show_facts(facts_of(self.model.figures))
        self.aside.setVisible(len(self.model.trades) > 0)
        self.what_if.ask()

    def _on_choices(self) -> None:
        trades = self.model.trades
        self.filter.set_choices(
            strategies=trades.strategies, symbols=trades.symbols, tags=trades.tags
        )

    def _place(self) -> int | None:
        return None if self._chosen is None else self.model.place_of(self._chosen)

    def _show_neighbours(self) -> None:
        place = self._place()
        last = len(self.model.rows) - 1
        self.trade_page.show_neighbours(
            before=place is not None and place > 0, after=place is not None and place < last
        )

    def _choose_again(self) -> None:
        place = self._place()
        if place is None or place == self.table.currentIndex().row():
            return
        flags = QItemSelectionModel.SelectionFlag
        index = self.model.index(place, 0)
        self.table.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.table.scrollTo(index)

    # Building

    def _build_table(self, bridge: Bridge) -> QTableView:
        table = LiveTable(bridge)
        table.setAccessibleName(self.tr("Finished trades"))
        table.setModel(self.model)
        table.setItemDelegate(self._delegate)
        set_up_table(table, _WIDTHS)
        table.setSortingEnabled(True)
        table.sortByColumn(Field.CLOSED, Qt.SortOrder.DescendingOrder)
        table.selectionModel().currentRowChanged.connect(self._on_current)
        table.doubleClicked.connect(self._on_activated)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QShortcut(
                QKeySequence(key),
                table,
                lambda: self._on_activated(table.currentIndex()),
                context=Qt.ShortcutContext.WidgetShortcut,
            )
        return table

    def _connect(self) -> None:
        self.filter.changed.connect(lambda: self.model.filter(self.filter.wanted()))
        self.model.arranged.connect(self._on_arranged)
        self.model.choices_changed.connect(self._on_choices)
        self.model.trade_changed.connect(self.trade_page.refresh)
        self.empty.import_wanted.connect(self.import_wanted)
        self.empty.clear_wanted.connect(lambda: self.filter.ask_for(Wanted()))
        self.trade_page.back_wanted.connect(self.show_list)
        self.trade_page.step_wanted.connect(self._on_step)
        self.trade_page.trouble.connect(self.trouble)

    def _lay_out(self) -> None:
        self._lists.addWidget(self.table)
        self._lists.addWidget(self.empty)
        self.aside.setDocumentMode(True)
        self.aside.addTab(_scrolled(self.figures), self.tr("Figures"))
        self.aside.addTab(self.what_if, self.tr("What if"))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._lists)
        split.addWidget(self.aside)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 1)
        split.setSizes([4 * _SIDE, _SIDE])
        bottom = QHBoxLayout()
        bottom.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        bottom.addWidget(self.totals, 1)
        bottom.addWidget(self.export)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filter)
        column.addWidget(split, 1)
        column.addLayout(bottom)
        self.pages.addWidget(page)
        self.pages.addWidget(self.trade_page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pages)


def _scrolled(inside: QWidget) -> QScrollArea:
    inside.setContentsMargins(GRID, GRID, GRID, GRID)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
