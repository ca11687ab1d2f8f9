"""A table that is told in steps shows all of it in the end, and draws no more than changed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QPaintEvent, QStandardItem, QStandardItemModel
from pytestqt.qtbot import QtBot

from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.views.live_table import LiveTable

ROWS, COLUMNS = 10, 6


class Painted(QObject):
    """Notes what of a widget was painted."""

    def __init__(self, table: LiveTable) -> None:
        super().__init__(table)
        self.area = QRect()
        table.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.area |= event.rect()
        return False


class Shown:
    """A table of numbers on the screen, everything painted once."""

    def __init__(self, qtbot: QtBot) -> None:
        self.bridge = Bridge(Bus())
        self.table = LiveTable(self.bridge)
        qtbot.addWidget(self.table)
        self.model = QStandardItemModel(ROWS, COLUMNS, self.table)
        self.table.setModel(self.model)
        self.table.resize(900, 400)
        self.table.show()
        qtbot.waitExposed(self.table)
        QCoreApplication.sendPostedEvents()
        self.painted = Painted(self.table)

    def change(self, row: int, column: int) -> QModelIndex:
        index = self.model.index(row, column)
        self.model.setData(index, "25,601.25", Qt.ItemDataRole.DisplayRole)
        return index

    def drawn(self, qtbot: QtBot) -> QRect:
        qtbot.wait(20)
        area, self.painted.area = self.painted.area, QRect()
        return area


def test_only_what_changed_is_drawn_once_all_is_told(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    _ = shown.drawn(qtbot)
    first = shown.change(1, 2)
    assert shown.drawn(qtbot) == shown.table.visualRect(first)
    shown.bridge.interrupted.emit()
    first, second = shown.change(1, 1), shown.change(3, 4)
    assert shown.drawn(qtbot).isEmpty()
    shown.bridge.told.emit()
    both = shown.table.visualRect(first) | shown.table.visualRect(second)
    assert shown.drawn(qtbot) == both


def test_rows_that_came_meanwhile_are_drawn_too(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    _ = shown.drawn(qtbot)
    shown.bridge.interrupted.emit()
    shown.model.insertRow(0, [QStandardItem("new")])
    shown.bridge.told.emit()
    assert shown.drawn(qtbot) == shown.table.viewport().rect()
