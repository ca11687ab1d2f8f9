"""The signals panel: every alert with its story in a line, and the chosen one in full below."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.signals import Outcome
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.delegates import ChipDelegate, ToneDelegate, colour_table, set_up_table
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.models.signal_line import ORDERS, OUTCOME, outcome_words
from justtrades_desktop.ui.models.signal_orders import SignalOrders
from justtrades_desktop.ui.models.signals import MOST, SignalsModel, Wanted
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.views.live_table import LiveTable
from justtrades_desktop.ui.views.signal_details import SignalDetails

_WIDTHS: Final = (9, 11, 10, 29, 30, 20, 5, 11)
_AHEAD: Final = 200  # rows below the visible ones that are read before they are reached
_PAUSE_MS: Final = 300  # after the last key, before the search begins


class SignalsView(QWidget):
    """Every alert, newest first, and the whole story of the chosen one."""

    apply_by_hand_wanted = Signal(object)  # SignalLine

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        tasks: Tasks,
        colours: Colours,
        *,
        orders: OrderDesk | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("signals")
        self._tasks = tasks
        self._chosen: int | None = None
        self._orders = None if orders is None else SignalOrders(orders, self)
        self.model = SignalsModel(desk, bridge, tasks, self, orders=self._orders)
        self._delegates = (ToneDelegate(colours, self), ChipDelegate(colours, self))
        self.table = self._build_table(bridge)
        self.outcome = self._build_outcome()
        self.search = self._build_search()
        self._note = QLabel()
        self.details = SignalDetails(self.model.recorder, self.model.orders)
        self.details.apply_by_hand_wanted.connect(self.apply_by_hand_wanted)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._on_search)
        self._lay_out()
        self.model.fetching_changed.connect(self._on_rows)
        self.model.rowsInserted.connect(self._on_inserted)
        self.model.dataChanged.connect(self._on_changed)
        self.set_colours(colours)
        self._on_rows()

    # For the window

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        for delegate in self._delegates:
            delegate.set_colours(colours)
        colour_table(self.table, colours)

    def show_signal(self, signal_id: int) -> None:
        """Choose a signal, if it is in the table."""
        place = self.model.place_of(signal_id)
        if place is not None:
            self.table.selectRow(place)
            self.table.scrollTo(self.model.index(place, 0))

    # Building

    def _build_table(self, bridge: Bridge) -> QTableView:
        table = LiveTable(bridge)
        table.setAccessibleName(self.tr("Signals"))
        table.setModel(self.model)
        table.setItemDelegate(self._delegates[0])
        table.setItemDelegateForColumn(OUTCOME, self._delegates[1])
        set_up_table(table, _WIDTHS)
        table.setColumnHidden(ORDERS, self._orders is None or not self._orders.present)
        table.selectionModel().currentRowChanged.connect(self._on_current)
        table.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        return table

    def _build_outcome(self) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(self.tr("Outcome"))
        choice.addItem(self.tr("All outcomes"), None)
        for outcome, word in outcome_words().items():
            choice.addItem(word, outcome.value)
        choice.currentIndexChanged.connect(self._on_search)
        return choice

    def _build_search(self) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(self.tr("Search signals"))
        field.setPlaceholderText(self.tr("Search recorder, symbol, reason, alert…"))
        field.setClearButtonEnabled(True)
        field.textChanged.connect(lambda _: self._pause.start())
        return field

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        bar.setSpacing(GRID)
        bar.addWidget(self.outcome)
        bar.addWidget(self.search, 1)
        bar.addWidget(self._note)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(self.details)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(split, 1)

    # What happens

    def _on_search(self) -> None:
        self._pause.stop()
        chosen = self.outcome.currentData()
        outcome = None if chosen is None else Outcome(chosen)
        self.model.search(Wanted(outcome, self.search.text()))

    def _on_scrolled(self, top: int) -> None:
        visible = self.table.verticalScrollBar().pageStep()
        if top + visible + _AHEAD >= len(self.model.rows):
            self.model.fetchMore()

    def _on_inserted(self, _: QModelIndex, first: int, last: int) -> None:
        bar = self.table.verticalScrollBar()
        if first == 0 and bar.value() > 0:
            # Reading on below must not slide away under new signals.
            more = last - first + 1
            bar.setMaximum(bar.maximum() + more)  # the table itself gets round to it later
            bar.setValue(bar.value() + more)
        self._on_rows()

    def _on_current(self, current: QModelIndex) -> None:
        if not current.isValid():
            return
        line = self.model.rows[current.row()]
        self._chosen = line.id
        self.details.show_line(line)
        if self.model.is_cut(line):
            _ = self._tasks.start(self._show_whole(line), name="whole alert")

    async def _show_whole(self, line: SignalLine) -> None:
        whole = await self.model.whole(line)
        if self._chosen == whole.id:
            self.details.show_line(whole)

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        place = None if self._chosen is None else self.model.place_of(self._chosen)
        if place is not None and first.row() <= place <= last.row():
            self.details.refresh(self.model.rows[place])

    def _on_rows(self) -> None:
        self._note.setText(self.said())

    def said(self) -> str:
        """What the table cannot show by itself, in words."""
        if self.model.is_fetching:
            return self.tr("Searching…") if self.model.wanted else self.tr("Reading…")
        if self.model.is_full:
            return self.tr("The newest {} are listed").format(f"{MOST:,}")
        if self.model.rows:
            return ""
        if self.model.wanted:
            return self.tr("No signal fits")
        return self.tr("No alert has come yet")
