"""The positions panel: what is open with its live P&L, and what was closed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.brokers import Brokers
from justtrades_desktop.ui.delegates import ToneDelegate, colour_table, set_up_table
from justtrades_desktop.ui.models.position_row import Field
from justtrades_desktop.ui.models.positions import PositionsModel, Show
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.views.drift_line import DriftLine
from justtrades_desktop.ui.views.live_table import LiveTable

_WIDTHS: Final = (12, 8, 6, 4, 10, 10, 14, 10, 10, 10, 10, 7, 9)
_TICK_MS: Final = 1000  # how often prices grow older, and rows move to where their P&L belongs


class PositionsView(QWidget):
    """Open and closed positions in one table."""

    position_selected = Signal(int, str, int)  # recorder id, symbol, position id
    selection_cleared = Signal()
    tick_value_wanted = Signal(str)  # symbol
    connect_alerts_wanted = Signal()
    accounts_wanted = Signal()

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        tasks: Tasks,
        colours: Colours,
        *,
        brokers: Brokers | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("positions")
        self._desk = desk
        self._tasks = tasks
        self._loaded = False
        self._chosen: int | None = None
        self.model = PositionsModel(desk, bridge, self, brokers=brokers)
        self.model.counts_changed.connect(self._on_counts)
        # Before the table hears of it.
        self.model.rowsAboutToBeRemoved.connect(self._on_removing)
        bridge.products_changed.connect(self._load_closed)
        self._delegate = ToneDelegate(colours, self)
        self.table = self._build_table(bridge)
        self.drift_line: DriftLine | None = None
        if brokers is not None and brokers.present:
            self.drift_line = DriftLine(brokers, colours, leads_on=True)
            self.drift_line.more_wanted.connect(self.accounts_wanted)
        self.table.setColumnHidden(Field.BROKER, self.drift_line is None)
        self._filters = self._build_filters()
        self._tick_value = QPushButton()
        self._tick_value.clicked.connect(self._ask_tick_value)
        self._empty_text = QLabel()
        self._connect = QPushButton(self.tr("Connect my alerts"))
        self._connect.clicked.connect(self.connect_alerts_wanted)
        self._pages = QStackedWidget()
        self._lay_out()
        self._clock = QTimer(self)
        self._clock.setInterval(_TICK_MS)
        self._clock.timeout.connect(self._on_second)
        self.set_colours(colours)
        self._on_counts()

    # For the window

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._delegate.set_colours(colours)
        colour_table(self.table, colours)
        if self.drift_line is not None:
            self.drift_line.set_colours(colours)
        for button in self._filters.values():
            button.setStyleSheet(_filter_style(colours))

    def show_only(self, show: Show) -> None:
        """Choose which positions are listed."""
        self._filters[show].setChecked(True)
        self.model.show_only(show)
        self._choose_again()
        self._on_counts()

    def clear_selection(self) -> None:
        """Choose no position: the charts show all of them."""
        self._let_go()
        if self._chosen is not None:
            self._chosen = None
            self.selection_cleared.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._loaded:
            self._loaded = True
            self._load_closed()
        self._on_second()
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    # Building

    def _build_table(self, bridge: Bridge) -> QTableView:
        table = LiveTable(bridge)
        table.setAccessibleName(self.tr("Positions"))
        table.setModel(self.model)
        table.setItemDelegate(self._delegate)
        set_up_table(table, _WIDTHS)
        table.setSortingEnabled(True)
        table.sortByColumn(Field.OPENED, Qt.SortOrder.DescendingOrder)
        table.selectionModel().currentRowChanged.connect(self._on_current)
        QShortcut(
            QKeySequence(Qt.Key.Key_Escape),
            table,
            self.clear_selection,
            context=Qt.ShortcutContext.WidgetShortcut,
        )
        return table

    def _build_filters(self) -> dict[Show, QToolButton]:
        self._group = QButtonGroup(self)
        buttons: dict[Show, QToolButton] = {}
        for show in Show:
            button = QToolButton()
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda _=False, show=show: self.show_only(show))
            self._group.addButton(button)
            buttons[show] = button
        buttons[Show.OPEN].setChecked(True)
        return buttons

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        for button in self._filters.values():
            bar.addWidget(button)
        bar.addStretch()
        bar.addWidget(self._tick_value)
        self._pages.addWidget(self.table)
        self._pages.addWidget(self._build_empty())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        if self.drift_line is not None:
            layout.addWidget(self.drift_line)
        layout.addWidget(self._pages)

    def _build_empty(self) -> QWidget:
        page = QWidget()
        self._empty_text.setTextFormat(Qt.TextFormat.PlainText)
        self._empty_text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty_text.setWordWrap(True)
        layout = QVBoxLayout(page)
        layout.setSpacing(2 * GRID)
        layout.addStretch()
        layout.addWidget(self._empty_text)
        layout.addWidget(self._connect, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        return page

    # What happens

    def _load_closed(self) -> None:
        if self._loaded:
            _ = self._tasks.start(self.model.load_closed(), name="closed positions")

    def _on_second(self) -> None:
        self.model.refresh_ages()
        # Not with every tick: a row that jumps away is a row one cannot click.
        self.model.sort_again()

    def _on_current(self, current: QModelIndex) -> None:
        if not current.isValid():
            return
        position = self.model.rows[current.row()].position
        if position.id != self._chosen:
            self._chosen = position.id
            self.position_selected.emit(position.recorder_id, position.symbol, position.id)

    def _on_removing(self, _: QModelIndex, first: int, last: int) -> None:
        # Qt would choose the neighbour: a chart must not turn to another position by itself.
        if first <= self.table.currentIndex().row() <= last:
            self._let_go()

    def _let_go(self) -> None:
        self.table.clearSelection()
        self.table.setCurrentIndex(QModelIndex())

    def _choose_again(self) -> None:
        place = None if self._chosen is None else self.model.place_of(self._chosen)
        if place is None:
            return
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().setCurrentIndex(
            self.model.index(place, 0), flags.ClearAndSelect | flags.Rows
        )

    def _ask_tick_value(self) -> None:
        symbol = self.model.without_product()
        if symbol is not None:
            self.tick_value_wanted.emit(symbol)

    def _on_counts(self) -> None:
        count = self.model.count
        for show, words in (
            (Show.OPEN, self.tr("Open {}")),
            (Show.CLOSED, self.tr("Closed {}")),
            (Show.ALL, self.tr("All {}")),
        ):
            self._filters[show].setText(words.format(count(show)))
        unknown = self.model.without_product()
        self._tick_value.setVisible(unknown is not None)
        if unknown is not None:
            named = unknown.replace("&", "&&")  # one alone would underline a letter
            self._tick_value.setText(self.tr("Enter tick value of {}…").format(named))
        self._empty_text.setText(self._what_next())
        self._connect.setVisible(not self._desk.signals_stored)
        self._pages.setCurrentIndex(0 if self.model.rows else 1)

    def _what_next(self) -> str:
        if not self._desk.signals_stored:
            return self.tr("No alert has come yet. The first entry opens a position here.")
        if self.model.showing is Show.CLOSED:
            return self.tr("No position was closed yet.")
        return self.tr("Everything is flat. The next entry opens a position here.")


def _filter_style(colours: Colours) -> str:
    # Fusion shows a chosen flat button hardly at all.
    return f"""
        QToolButton {{ border: none; border-bottom: 2px solid transparent;
            padding: {GRID // 2}px {GRID}px; color: {colours.muted.name()}; }}
        QToolButton:hover, QToolButton:focus {{ color: {colours.text.name()};
            background: {colours.grid.name()}; }}
        QToolButton:checked {{ color: {colours.text.name()};
            border-bottom-color: {colours.accent.name()}; }}
    """
