"""The window's edge: a frame in the colour of the mode, which no panel can cover."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QMainWindow

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.ui.mode import Mode, mode_ground
from justtrades_desktop.ui.theme import Colours

_WIDTHS: Final = {Environment.PAPER: 3, Environment.DEMO: 3, Environment.LIVE: 6}
_HATCH: Final = 12  # pixels of colour and of none, where LIVE is there but not armed


class ModeEdge:
    """Keeps a margin around everything in a window, and draws in it."""

    def __init__(self, window: QMainWindow, colours: Colours) -> None:
        self._window = window
        self._colours = colours
        self._mode = Mode()

    @property
    def width(self) -> int:
        """In pixels; real money is wider."""
        if self._mode.environment is not None:
            return _WIDTHS[self._mode.environment]
        return _WIDTHS[Environment.PAPER] if self._mode.unarmed else 0

    def show(self, mode: Mode, colours: Colours) -> None:
        """Follow the mode, or a change of the theme."""
        if (mode, colours) == (self._mode, self._colours):
            return
        self._mode, self._colours = mode, colours
        width = self.width
        self._window.setContentsMargins(width, width, width, width)
        self._window.update()

    def draw(self) -> None:
        """Draw it; for the window's own paint event."""
        width, mode = self.width, self._mode
        if not width:
            return
        painter = QPainter(self._window)
        colour = mode_ground(mode, self._colours)
        for side in self._sides(width):
            for part in [side] if mode.environment is not None else _dashes(side):
                painter.fillRect(part, colour)
        painter.end()

    def _sides(self, width: int) -> tuple[QRect, ...]:
        right, below = self._window.width() - width, self._window.height() - width
        return (
            QRect(0, 0, self._window.width(), width),
            QRect(0, below, self._window.width(), width),
            QRect(0, 0, width, self._window.height()),
            QRect(right, 0, width, self._window.height()),
        )


def _dashes(side: QRect) -> list[QRect]:
    steps = range(0, max(side.width(), side.height()), 2 * _HATCH)
    if side.width() > side.height():
        return [QRect(at, side.top(), _HATCH, side.height()) for at in steps]
    return [QRect(side.left(), at, side.width(), _HATCH) for at in steps]
