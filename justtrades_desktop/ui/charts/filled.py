"""A line with its fill towards zero, drawn from arrays.

pyqtgraph's own curves build a path of each line and look for its bounds with each frame, which
takes several times as long as drawing it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.Qt import internals
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from justtrades_desktop.ui.charts.pixels import Floats, Range
from justtrades_desktop.ui.delegates import mixed
from justtrades_desktop.ui.theme import Colours

_FILL: Final = 0.18  # of the line's colour


class FilledLine(pg.GraphicsObject):  # type: ignore[misc]
    """Above zero in the colour of profit, below in that of loss."""

    def __init__(self) -> None:
        super().__init__()
        self._signs = (_Side(), _Side())
        self._bounds = QRectF()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        for side, colour in zip(self._signs, (colours.profit, colours.loss), strict=True):
            side.set_colours(colour, mixed(colour, colours.background, _FILL))
        self.update()

    def draw(
        self, line: tuple[Floats, Floats], area: tuple[Floats, Floats], x: Range, y: Range
    ) -> None:
        """Draw ``line`` from point to point, and ``area`` from zero to its points.

        ``x`` and ``y`` are the part of the plane that is shown.
        """
        bounds = QRectF(x.low, y.low, x.size, y.size)
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds
        above, below = self._signs
        for side, part in ((above, np.maximum), (below, np.minimum)):
            side.take((line[0], part(line[1], 0.0)), (area[0], part(area[1], 0.0)))
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(self, painter: QPainter, _option: Any, _widget: Any = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for side in self._signs:
            side.paint(painter)


class _Side:
    """What of a line is on one side of zero; along zero there is nothing to see."""

    def __init__(self) -> None:
        self._lines = internals.PrimitiveArray(QLineF, 4)
        self._area = QPolygonF()
        self._pen = QPen()
        self._fill = QColor()

    def set_colours(self, line: QColor, fill: QColor) -> None:
        # Width 1 and no antialias: anything else costs thirteen times as much.
        self._pen = pg.mkPen(line, width=1)
        self._fill = fill

    def take(self, line: tuple[Floats, Floats], area: tuple[Floats, Floats]) -> None:
        at, values = line
        seen: NDArray[np.bool_] = (values[:-1] != 0) | (values[1:] != 0)
        self._lines.resize(int(np.count_nonzero(seen)))
        memory = self._lines.ndarray()
        for column, ends in enumerate((at[:-1], values[:-1], at[1:], values[1:])):
            memory[:, column] = ends[seen]
        self._area = _polygon(*area) if len(memory) else QPolygonF()

    def paint(self, painter: QPainter) -> None:
        if self._area.isEmpty():
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill)
        painter.drawPolygon(self._area)
        painter.setPen(self._pen)
        painter.drawLines(*self._lines.drawargs())


def _polygon(at: Floats, values: Floats) -> QPolygonF:
    """The area between a line and zero."""
    area: QPolygonF = pg.functions.create_qpolygonf(len(at) + 2)
    corners = pg.functions.ndarray_from_qpolygonf(area)
    corners[0], corners[-1] = (at[0], 0.0), (at[-1], 0.0)
    corners[1:-1, 0], corners[1:-1, 1] = at, values
    return area
