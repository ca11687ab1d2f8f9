"""The program's icon, and its small forms for the tray, with a dot that tells the state."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer

from justtrades_desktop.app.places import resources

_SIZES: Final = (16, 22, 24, 32, 48, 64, 128, 256)


def app_icon() -> QIcon:
    """The icon of window and task bar."""
    return _icon(None)


def state_icon(state: QColor, mode: QColor | None = None) -> QIcon:
    """The icon with a dot of the state's colour in its corner, and a frame of the mode's."""
    return _icon(state, mode)


def picture(size: int, state: QColor | None = None, mode: QColor | None = None) -> QPixmap:
    """The icon as a square of ``size`` pixels."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(resources() / "icon.svg")).render(painter, QRectF(0, 0, size, size))
    if mode is not None:
        wide = max(2.0, size * 0.11)
        painter.setPen(QPen(mode, wide))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        inner = QRectF(wide / 2, wide / 2, size - wide, size - wide)
        painter.drawRoundedRect(inner, size * 0.18, size * 0.18)
    if state is not None:
        dot = size * 0.42
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#0e1217"))
        painter.drawEllipse(QRectF(size - dot, size - dot, dot, dot))
        painter.setBrush(state)
        rim = size * 0.05
        painter.drawEllipse(
            QRectF(size - dot + rim, size - dot + rim, dot - 2 * rim, dot - 2 * rim)
        )
    painter.end()
    return pixmap


def _icon(state: QColor | None, mode: QColor | None = None) -> QIcon:
    icon = QIcon()
    for size in _SIZES:
        icon.addPixmap(picture(size, state, mode))
    return icon
