"""Where the docks are: kept over a restart, put aside while another page is shown, and reset."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow

from justtrades_desktop.ui.memory import Memory
from justtrades_desktop.ui.theme import GRID

SIZE: Final = QSize(1280, 800)
_LEFT_WIDTH: Final = 30 * GRID
_CHARTS_HEIGHT: Final = 34 * GRID


class Layout(QObject):
    """The docks of the main window, as they are beside the tables."""

    def __init__(
        self, window: QMainWindow, memory: Memory, left: QDockWidget, below: QDockWidget
    ) -> None:
        super().__init__(window)
        self._window = window
        self._memory = memory
        self._left, self._below = left, below
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, left)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, below)
        # The list of recorders keeps its height beside tables and charts.
        window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        window.resize(SIZE)
        self._first = self._beside_tables = window.saveState()
        kept = memory.layout()
        self._unsized = kept is None
        if kept is not None:
            window.restoreGeometry(kept[0])
            window.restoreState(kept[1])

    def put_aside(self) -> None:
        """Another page comes: remember how it was beside the tables."""
        self._beside_tables = self._window.saveState()

    def bring_back(self) -> None:
        """The tables come back."""
        self._window.restoreState(self._beside_tables)

    def settle(self) -> None:
        """Give the docks their first sizes, which they take only once they are shown."""
        if self._unsized and self._window.isVisible():
            self._unsized = False
            QTimer.singleShot(0, self, self._size_docks)

    def reset(self) -> None:
        """Put every panel back to where it was at the first start."""
        self._window.restoreState(self._first)
        self._size_docks()

    def keep(self, *, beside_tables: bool) -> None:
        """Remember where everything is, for the next start."""
        if beside_tables:
            self.put_aside()
        self._memory.keep_layout(self._window.saveGeometry(), self._beside_tables)
        self._memory.save()

    def _size_docks(self) -> None:
        self._window.resizeDocks([self._left], [_LEFT_WIDTH], Qt.Orientation.Horizontal)
        self._window.resizeDocks([self._below], [_CHARTS_HEIGHT], Qt.Orientation.Vertical)
