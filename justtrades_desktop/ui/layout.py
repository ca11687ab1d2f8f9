"""Where the docks are: kept over a restart, put aside while another page is shown, and reset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QChildEvent, QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

from justtrades_desktop.ui.memory import Memory
from justtrades_desktop.ui.theme import GRID

SIZE: Final = QSize(1280, 800)
_LEFT_WIDTH: Final = 30 * GRID
_CHARTS_HEIGHT: Final = 34 * GRID
_RIGHT_WIDTH: Final = 39 * GRID


class Layout(QObject):
    """The docks of the main window, as they are beside the tables."""

    def __init__(
        self,
        window: QMainWindow,
        memory: Memory,
        left: QDockWidget,
        below: QDockWidget,
        right: Sequence[QDockWidget] = (),
    ) -> None:
        super().__init__(window)
        self._window = window
        self._memory = memory
        self._left, self._below, self._right = left, below, right
        window.installEventFilter(self)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, left)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, below)
        # The list of recorders keeps its height beside tables and charts.
        window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self._add_right()
        window.resize(SIZE)
        self._first = self._beside_tables = window.saveState()
        kept = memory.layout()
        self._unsized = kept is None
        if kept is not None:
            window.restoreGeometry(kept[0])
            window.restoreState(kept[1])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Qt makes the bar of docks that lie behind each other, and gives it no name."""
        bar = event.child() if isinstance(event, QChildEvent) else None
        if isinstance(bar, QTabBar) and not bar.accessibleName():
            bar.setAccessibleName(self.tr("Panels behind each other"))
        return super().eventFilter(watched, event)

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

    def _add_right(self) -> None:
        """One behind the other, the first in front."""
        for dock in self._right:
            self._window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        for before, after in zip(self._right, self._right[1:], strict=False):
            self._window.tabifyDockWidget(before, after)
        if self._right:
            self._right[0].raise_()

    def _size_docks(self) -> None:
        sides = [self._left, *self._right[:1]]
        widths = [_LEFT_WIDTH, _RIGHT_WIDTH][: len(sides)]
        self._window.resizeDocks(sides, widths, Qt.Orientation.Horizontal)
        self._window.resizeDocks([self._below], [_CHARTS_HEIGHT], Qt.Orientation.Vertical)
