"""A table that draws only the cells that changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QTableView

from justtrades_desktop.ui.bridge import Bridge

_Index = QModelIndex | QPersistentModelIndex


class LiveTable(QTableView):
    """Qt draws a whole table anew when two cells change: many times what a tick needs.

    What the bridge tells in several steps is drawn once, after the last of them.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._waits = False
        self._changed = QRect()
        bridge.interrupted.connect(self._wait)
        bridge.told.connect(self._draw_again)

    def setModel(self, model: QAbstractItemModel | None, /) -> None:
        super().setModel(model)
        if model is not None:
            for moved in (model.rowsInserted, model.rowsRemoved, model.layoutChanged):
                moved.connect(self._on_moved)
            model.modelReset.connect(self._on_moved)

    def dataChanged(
        self, topLeft: _Index, bottomRight: _Index, /, roles: Sequence[int] = ()
    ) -> None:
        if QAccessible.isActive():
            super().dataChanged(topLeft, bottomRight, roles)  # it tells the screen reader
            return
        viewport = self.viewport()
        top, bottom = self.rowAt(0), self.rowAt(viewport.height() - 1)
        hidden = bottomRight.row() < top or 0 <= bottom < topLeft.row()
        if hidden or not viewport.updatesEnabled():
            return
        changed = self._area(topLeft, bottomRight) & viewport.rect()
        if self._waits:
            self._changed |= changed
        else:
            viewport.update(changed)

    def _area(self, first: _Index, last: _Index) -> QRect:
        area = QRect()
        # The trader may have moved the columns: every one of them is looked up.
        for column in range(first.column(), last.column() + 1):
            for row in (first.row(), last.row()):
                area |= self.visualRect(first.sibling(row, column))
        return area

    def _wait(self) -> None:
        self._waits = True

    def _on_moved(self) -> None:
        if self._waits:
            self.viewport().setUpdatesEnabled(False)

    def _draw_again(self) -> None:
        self._waits = False
        changed, self._changed = self._changed, QRect()
        if not self.viewport().updatesEnabled():
            self.viewport().setUpdatesEnabled(True)  # and with it all of it is drawn
        elif not changed.isEmpty():
            self.viewport().update(changed)
