"""The scales of a plot and the lines of its grid, drawn without pyqtgraph's recordings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPen, QPicture, QStaticText

from justtrades_desktop.ui.charts.numbers import number_labels
from justtrades_desktop.ui.charts.pixels import Range
from justtrades_desktop.ui.delegates import tabular

TICK_HEIGHT: Final = 28  # pixels for each number
TICK_WIDTH: Final = 80  # pixels a label of time needs

Labels = Sequence[tuple[float, str]]
Labeller = Callable[[float, float, int], Labels]
"""What stands at an axis between two values, at most about so many."""


def pen(colour: QColor) -> Any:
    """Width 1 and no antialias: anything else costs thirteen times as much."""
    return pg.mkPen(colour, width=1)


class Axis(pg.AxisItem):  # type: ignore[misc]
    """Labels that somebody works out for what is shown.

    Its texts are laid out once: pyqtgraph's own recording of them takes longer to replay than the
    lines of a long path.
    """

    def __init__(self, side: str, labels: Labeller, room: int) -> None:
        """Each label has ``room`` pixels."""
        super().__init__(side)
        self._labels, self._room = labels, room
        self._labelled: dict[float, str] = {}
        self._lines: list[Any] = []
        self._texts: list[tuple[QPointF, QStaticText]] = []
        self.picture: QPicture | None = None

    def texts(self) -> list[str]:
        """The labels, from one end to the other."""
        size = self.width() if self.orientation == "bottom" else self.height()
        low, high = self.range
        return [text for _, text in self._labels(low, high, self._most(size))]

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[Any]:
        self._labelled = dict(self._labels(minVal, maxVal, self._most(size)))
        return [(max(1e-9, maxVal - minVal), list(self._labelled))]

    def tickStrings(self, values: Any, _scale: float, _spacing: float) -> list[str]:
        return [self._labelled.get(value, "") for value in values]

    def paint(self, painter: QPainter, _option: Any, _widget: Any = None) -> None:
        if self.picture is None:
            self._lay_out(painter)
            self.picture = QPicture()  # taken away whenever something changes
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for ink, start, end in self._lines:
            painter.setPen(ink)
            painter.drawLine(start, end)
        painter.setFont(_font())
        painter.setPen(self.textPen())
        for place, text in self._texts:
            painter.drawStaticText(place, text)

    def _most(self, size: float) -> int:
        return max(1, int(size) // self._room)

    def _lay_out(self, painter: QPainter) -> None:
        painter.setFont(_font())
        drawn = self.generateDrawSpecs(painter)
        line, marks, texts = drawn if drawn is not None else (None, [], [])
        self._lines = [*marks] if line is None else [line, *marks]
        room = self.rect() if self.orientation == "left" else self.rect().adjusted(-99, 0, 99, 0)
        self._texts = [
            _set(QRectF(area), flags, text)
            for area, flags, text in texts
            if room.top() <= QRectF(area).top() and QRectF(area).bottom() <= room.bottom()
        ]


def _font() -> QFont:
    return tabular(QGuiApplication.font())


def _set(area: QRectF, flags: int, text: str) -> tuple[QPointF, QStaticText]:
    laid = QStaticText(text)
    laid.setTextFormat(Qt.TextFormat.PlainText)
    laid.prepare(font=_font())
    x, y = area.left(), area.top()
    if flags & Qt.AlignmentFlag.AlignRight:
        x = area.right() - laid.size().width()
    elif flags & Qt.AlignmentFlag.AlignHCenter:
        x = area.center().x() - laid.size().width() / 2
    if flags & Qt.AlignmentFlag.AlignVCenter:
        y = area.center().y() - laid.size().height() / 2
    return QPointF(x, y), laid


class Grid(pg.GraphicsObject):  # type: ignore[misc]
    """Level lines at the labels of the axis to the left, under everything else."""

    def __init__(self) -> None:
        super().__init__()
        self._bounds = QRectF()
        self._places: list[float] = []
        self._pen = QPen()
        self.setZValue(-1)

    def set_colour(self, colour: QColor) -> None:
        self._pen = pen(colour)
        self.update()

    def show_range(self, x: Range, y: Range, most: int) -> None:
        self.prepareGeometryChange()
        self._bounds = QRectF(x.low, y.low, x.size, y.size)
        self._places = [place for place, _ in number_labels(y.low, y.high, most)]

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, _option: Any, _widget: Any = None) -> None:
        painter.setPen(self._pen)
        left, right = self._bounds.left(), self._bounds.right()
        for place in self._places:
            painter.drawLine(QPointF(left, place), QPointF(right, place))
