"""The plot inside a chart: axes, mouse and crosshair.

Only this file, axis.py and those that draw into a plot (graph.py, filled.py, bars.py, dots.py,
curve.py) know pyqtgraph, which has no types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QSizeF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QPushButton

from justtrades_desktop.ui.charts.axis import TICK_HEIGHT, TICK_WIDTH, Axis, Grid, Labeller, pen
from justtrades_desktop.ui.charts.numbers import number_labels
from justtrades_desktop.ui.charts.pixels import Range
from justtrades_desktop.ui.charts.said import Said
from justtrades_desktop.ui.delegates import mixed
from justtrades_desktop.ui.parts import plain_label
from justtrades_desktop.ui.theme import GRID, Colours

_AXIS_WIDTH: Final = 72
_GRID: Final = 0.6  # of the colour of lines: what is drawn on it comes first
_CLICK: Final = 4  # pixels: a press that moves less is a click
_NOTCH: Final = 120  # Qt's unit of a wheel's step
_WHEEL: Final = 1.25


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """A plane with a scale below and to the left, which zooms and pans only as it is told."""

    hovered = Signal(QPointF)  # in the plane's own units
    left = Signal()
    clicked = Signal(QPointF)
    wheeled = Signal(float, float)  # how much more is to be shown, and around which x
    dragged = Signal(float)  # to the right by so much of x
    back_wanted = Signal()
    resized = Signal()

    def __init__(self, colours: Colours, *, labels: Labeller) -> None:
        super().__init__(
            axisItems={
                "bottom": Axis("bottom", labels, TICK_WIDTH),
                "left": Axis("left", number_labels, TICK_HEIGHT),
            }
        )
        self._shown: tuple[Range, Range] | None = None
        self._pressed: QPoint | None = None
        self._dragged_to: QPoint | None = None
        self.takes_wheel: Callable[[], bool] = lambda: False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.disableAutoRange()
        self.getAxis("left").setWidth(_AXIS_WIDTH)
        self.getAxis("left").enableAutoSIPrefix(False)
        self._grid = Grid()
        self.addItem(self._grid)
        self._unit = plain_label()
        self._unit.setParent(self)
        self._said = Said(self)
        self.back = QPushButton(self)
        self.back.hide()
        self.back.clicked.connect(self.back_wanted)
        self._cross = [self.line(angle) for angle in (90, 0)]
        for line in self._cross:
            line.setZValue(8)
            line.hide()
        self.set_plot_colours(colours)

    # What is shown

    def show_range(self, x: Range, y: Range) -> None:
        """Show this part of the plane."""
        if (x, y) != self._shown:
            self._shown = (x, y)
            self.setRange(xRange=(x.low, x.high), yRange=(y.low, y.high), padding=0)
            height = int(self.getViewBox().height())
            self._grid.show_range(x, y, max(1, height // TICK_HEIGHT))

    def line(self, angle: int) -> Any:
        """A line through zero: 0 is level, 90 upright, 45 where both figures are the same."""
        line = pg.InfiniteLine(pos=(0.0, 0.0), angle=angle)
        self.addItem(line)
        return line

    def set_plot_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.setBackground(colours.background)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(colours.grid))
            axis.setTextPen(pg.mkPen(colours.muted))
        self._grid.set_colour(mixed(colours.grid, colours.background, _GRID))
        for line in self._cross:
            line.setPen(pen(colours.muted))
        self._unit.setStyleSheet(f"color: {colours.muted.name()}; background: transparent;")
        self._said.set_colours(colours)

    def set_unit(self, text: str) -> None:
        """What the bottom axis is in, in its corner."""
        self._unit.setText(text)
        self._place()

    def set_axis_title(self, side: str, text: str) -> None:
        """What ``left`` or ``bottom`` counts, and its unit."""
        self.getAxis(side).setLabel(text)
        if side == "left":
            self.getAxis("left").setWidth(_AXIS_WIDTH + 2 * GRID)

    def hide_bottom(self) -> None:
        """No labels below: another plot underneath has the same."""
        self.getAxis("bottom").setStyle(showValues=False)
        self.getAxis("bottom").setHeight(GRID // 2)
        self._unit.hide()

    def relabel(self) -> None:
        """The labels below have other texts now."""
        axis = self.getAxis("bottom")
        axis.picture = None
        axis.update()

    @property
    def bottom_labels(self) -> list[str]:
        """What stands below, from left to right."""
        texts: list[str] = self.getAxis("bottom").texts()
        return texts

    @property
    def inner_width(self) -> int:
        """Columns of pixels in the plane."""
        return max(1, int(self.getViewBox().width()))

    # Pointing

    @property
    def said(self) -> str:
        """What the label at the crosshair says; empty while it is hidden."""
        return "" if self._said.isHidden() else self._said.text()

    def point(self, x: float, y: float, text: str) -> None:
        """Put the crosshair there, with this label."""
        for line, at in zip(self._cross, (x, y), strict=True):
            line.setPos(at)
            line.show()
        self.say_at(x, y, text)

    def say_at(self, x: float, y: float, text: str) -> None:
        """Put only the label there."""
        self._said.say(text, self.position_of(x, y))

    def unpoint(self) -> None:
        """Hide crosshair and label."""
        self._said.hide()
        for line in self._cross:
            line.hide()

    def position_of(self, x: float, y: float) -> QPoint:
        """Where in the widget this point of the plane is."""
        scene = self.getViewBox().mapViewToScene(QPointF(x, y))
        at: QPoint = self.mapFromScene(scene)
        return at

    def pixel_size(self) -> QSizeF:
        """What one pixel is in the plane's own units."""
        width, height = self.getViewBox().viewPixelSize()
        return QSizeF(width, height)

    def point_at(self, position: QPoint) -> QPointF:
        """The point of the plane at this place of the widget."""
        point: QPointF = self.getViewBox().mapSceneToView(self.mapToScene(position))
        return point

    # Mouse: pyqtgraph's own would move the axes apart from each other

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._dragged_to = event.position().toPoint()
        event.ignore()  # the chart takes the keyboard

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        if self._pressed is None or self._dragged_to is None:
            self.hovered.emit(self.point_at(here))
            return
        if self._is_drag(here):
            self.dragged.emit(self.point_at(self._dragged_to).x() - self.point_at(here).x())
            self._dragged_to = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        if self._pressed is not None and not self._is_drag(here):
            self.clicked.emit(self.point_at(here))
        self._pressed = self._dragged_to = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.back_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not self.takes_wheel():
            event.ignore()
            return
        notches = event.angleDelta().y() / _NOTCH
        if notches:
            at = self.point_at(event.position().toPoint()).x()
            self.wheeled.emit(_WHEEL**-notches, at)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def _is_drag(self, here: QPoint) -> bool:
        return self._pressed is not None and (
            self._dragged_to != self._pressed or (here - self._pressed).manhattanLength() > _CLICK
        )

    # Placing

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        # Qt lays a plot out while it is made, before its own parts are.
        if hasattr(self, "_cross"):
            self._place()
            self.resized.emit()

    def show_back(self, visible: bool) -> None:
        """Offer the way back to where the plot follows again."""
        if visible != (not self.back.isHidden()):
            self.back.setVisible(visible)
            self._place()

    def _place(self) -> None:
        self.back.adjustSize()
        self.back.move(self.width() - self.back.width() - GRID, GRID // 2)
        self._unit.adjustSize()
        self._unit.move(GRID, self.height() - self._unit.height() - 2)
