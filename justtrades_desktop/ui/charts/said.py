"""The label beside the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from justtrades_desktop.ui.delegates import tabular
from justtrades_desktop.ui.theme import GRID, Colours


class Said(QLabel):
    """The label at the crosshair; it stays within the plot and beside the pointer."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._plot = parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFont(tabular(self.font()))
        self.hide()

    def say(self, text: str, at: QPoint) -> None:
        self.setText(text)
        self.adjustSize()
        room = self._plot.rect()
        x = at.x() + GRID
        if x + self.width() > room.width():
            x = at.x() - GRID - self.width()
        y = min(max(at.y() - self.height() - GRID, 0), room.height() - self.height())
        self.move(max(0, x), y)
        self.show()
        self.raise_()

    def set_colours(self, colours: Colours) -> None:
        self.setStyleSheet(
            f"background: {colours.surface.name()}; color: {colours.text.name()};"
            f" border: 1px solid {colours.muted.name()}; padding: 2px {GRID // 2}px;"
        )
