"""A table that draws only the cells that changed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QTableView

from justtrades_desktop.ui.bridge import Bridge

_Index = QModelIndex | QPersistentModelIndex


class LiveTable(QTableView):
    """Qt draws a whole table anew when two cells change: three times what a tick needs.

    What the bridge tells in several steps is drawn once, after the last of them.
    """

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        bridge.interrupted.connect(lambda: self.viewport().setUpdatesEnabled(False))
        bridge.told.connect(self._draw_again)

    def _draw_again(self) -> None:
        if not self.viewport().updatesEnabled():
            self.viewport().setUpdatesEnabled(True)

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
        changed = QRect()
        # The trader may have moved the columns: every one of them is looked up.
        for column in range(topLeft.column(), bottomRight.column() + 1):
            for row in (topLeft.row(), bottomRight.row()):
                changed |= self.visualRect(topLeft.sibling(row, column))
        viewport.update(changed & viewport.rect())
