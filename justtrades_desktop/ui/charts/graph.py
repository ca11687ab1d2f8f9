"""One chart of money over time, filled from zero in the colours of profit and loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent

from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.charts.axis import pen
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.export import Data
from justtrades_desktop.ui.charts.filled import FilledLine
from justtrades_desktop.ui.charts.marker import Marker
from justtrades_desktop.ui.charts.pixels import (
    Floats,
    Kept,
    Range,
    clipped,
    per_column,
    per_pixel,
    room_in_value,
    value_fits,
)
from justtrades_desktop.ui.charts.plotted import Plotted
from justtrades_desktop.ui.charts.span import Span
from justtrades_desktop.ui.charts.times import in_full, iso_utc, time_labels, zone_tag
from justtrades_desktop.ui.memory import Zone
from justtrades_desktop.ui.theme import Colours

_NEAR: Final = 8  # pixels: a marker so near to the pointer is the one that is meant
_MARKER: Final = 10


_SYMBOLS: Final = {"up": "t1", "down": "t"}


class Mark(NamedTuple):
    """A triangle on the path."""

    shape: str  # up or down
    filled: bool


_Given = tuple[Sequence[float] | Floats, Sequence[float] | Floats, Sequence[Marker]]


class Graph(Plotted):
    """A path over time. It shows what its span shows, and moves with all others on that span."""

    def __init__(
        self,
        title: str,
        colours: Colours,
        setting: ChartSetting,
        *,
        span: Span | None = None,
        definition: str = "",
        column: str = "value",
    ) -> None:
        """``span`` is shared by charts of the same time; ``column`` names the values as CSV."""
        labels = time_labels(lambda: setting.zones.zone)
        super().__init__(title, colours, setting, labels=labels, definition=definition)
        self.span = span or Span()
        if span is None:
            self.span.setParent(self)
        self._column = column
        self.wheel_zooms = True  # else only once it was clicked: the page around it scrolls
        self._given: _Given | None = None
        self._kept_x, self._kept_y = Kept(), Kept()
        self._x = self._y = np.empty(0)
        self._markers: Sequence[Marker] = ()
        self._pointing: int | None = None
        self._points = 0
        self._is_marked = False
        self._values = Range(-1.0, 1.0)
        self._offers_back = True
        self._build()
        self._connect()
        self.set_colours(colours)

    # What it shows

    @property
    def points(self) -> int:
        """How many points were given last."""
        return self._points

    def draw(
        self,
        times: Sequence[float] | Floats,
        values: Sequence[float] | Floats,
        markers: Sequence[Marker] = (),
    ) -> None:
        """Draw this path instead of the last one."""
        self._given = (times, values, markers)
        if self.isVisible():
            self._take()
            self.redraw()

    @property
    def marks(self) -> list[Mark]:
        """How entries and exits are marked, in order."""
        self._take()
        return [Mark("up" if marker.bought else "down", marker.entered) for marker in self._markers]

    def data(self) -> Data:
        """Every point, with its time in UTC."""
        self._take()
        rows = ((iso_utc(at), float(value)) for at, value in zip(self._x, self._y, strict=True))
        return Data(("time_utc", self._column), rows)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        super().set_colours(colours)
        self._zero.setPen(pen(colours.muted))
        self._line.set_colours(colours)
        self._ink, self._ground = pg.mkBrush(colours.text), pg.mkBrush(colours.background)
        self._marker_pen = pen(colours.text)
        self._draw_markers()

    def hide_times(self) -> None:
        """The chart underneath has the labels of time for both."""
        self._plot.hide_bottom()

    def name_back(self, words: str) -> None:
        """What the button says that leads back; with no words another chart has it."""
        self._plot.back.setText(words)
        self._offers_back = bool(words)

    def _take(self) -> None:
        """Take over what was given last: not earlier than somebody asks for it."""
        if self._given is None:
            return
        times, values, self._markers = self._given
        self._given = None
        self._x, self._y = self._kept_x.copy_of(times), self._kept_y.copy_of(values)
        self._points = len(self._x)
        if self._points:
            self.span.cover(float(self._x[0]), float(self._x[-1]))
        self._draw_markers()

    # Pointing

    def point_at(self, at: float) -> None:
        """Put the crosshair on the point nearest to ``at``, in all charts of this span."""
        self.span.point(at)

    def place_of(self, at: float, value: float) -> QPoint:
        """Where in the plot's widget this point is, in pixels."""
        place: QPoint = self._plot.position_of(at, value)
        return place

    @property
    def back_offered(self) -> bool:
        """Whether there is a button that leads back to the newest."""
        return not self._plot.back.isHidden()

    def _show_point(self, at: float | None) -> None:
        if at is None or not len(self._x):
            self._pointing = None
            self._plot.unpoint()
            return
        place = int(np.searchsorted(self._x, at))
        if place and (place == len(self._x) or at - self._x[place - 1] < self._x[place] - at):
            place -= 1
        self._pointing = place
        moment, value = float(self._x[place]), float(self._y[place])
        self._plot.point(moment, value, self._words(at, moment, value))

    def _words(self, at: float, moment: float, value: float) -> str:
        zone = self._setting.zones.zone
        text = f"{shown.with_arrow(shown.amount(value))}  {in_full(moment, zone)}"
        near = self._marker_near(at)
        return f"{near.text}\n{text}" if near is not None and near.text else text

    def _marker_near(self, at: float) -> Marker | None:
        reach = self.span.shown.size / self._plot.inner_width * _NEAR
        near = [marker for marker in self._markers if abs(marker.at - at) <= reach]
        return min(near, key=lambda marker: abs(marker.at - at), default=None)

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = self._keys().get(event.key())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if shift and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._step_pointer(1 if event.key() == Qt.Key.Key_Right else -1)
        elif key is not None:
            key()
        else:
            super().keyPressEvent(event)

    def _keys(self) -> dict[int, Callable[[], object]]:
        return {
            Qt.Key.Key_Plus: self.span.zoom_in,
            Qt.Key.Key_Equal: self.span.zoom_in,
            Qt.Key.Key_Minus: self.span.zoom_out,
            Qt.Key.Key_Left: lambda: self.span.step(-1),
            Qt.Key.Key_Right: lambda: self.span.step(1),
            Qt.Key.Key_Home: self.span.follow,
            Qt.Key.Key_End: self.span.follow,
            Qt.Key.Key_Escape: lambda: self.span.point(None),
        }

    def _step_pointer(self, steps: int) -> None:
        if not len(self._x):
            return
        now = len(self._x) - 1 if self._pointing is None else self._pointing + steps
        self.point_at(float(self._x[min(max(now, 0), len(self._x) - 1)]))

    # Drawing

    def fill(self) -> None:
        """Draw the part that is shown."""
        self._take()
        shown_, width = self.span.shown, self._plot.inner_width
        x, y = clipped(self._x, self._y, shown_)
        line_x, line_y = per_pixel(x, y, shown_, width)
        if len(line_y):
            low, high = float(line_y.min()), float(line_y.max())
            if not value_fits(self._values, low, high):
                self._values = room_in_value(low, high)
        self._plot.show_range(shown_, self._values)
        self._plot.show_back(self._offers_back and not self.span.live)
        area = per_column(line_x, line_y, shown_, width)
        self._line.draw((line_x, line_y), area, shown_, self._values)

    def _draw_markers(self) -> None:
        markers = self._markers if self._points else ()
        if not markers:
            if self._is_marked:  # else it would cost as much as the line
                self._marks.setData([], [])
            self._is_marked = False
            return
        self._is_marked = True
        at = np.array([marker.at for marker in markers])
        marks = self.marks
        self._marks.setData(
            at,
            np.interp(at, self._x, self._y),
            symbol=[_SYMBOLS[mark.shape] for mark in marks],
            brush=[self._ink if mark.filled else self._ground for mark in marks],
            pen=self._marker_pen,
        )

    # Building

    def _build(self) -> None:
        self._line = FilledLine()
        self._plot.addItem(self._line)
        self._zero = self._plot.line(0)
        self._zero.setZValue(5)
        self._marks = pg.ScatterPlotItem(size=_MARKER)
        self._marks.setZValue(6)
        self._plot.addItem(self._marks)
        self._plot.back.setText(self.tr("Show all"))
        self._plot.back.setAccessibleName(self.tr("Show all of {}").format(self.title))
        self._plot.set_unit(zone_tag(self._setting.zones.zone))
        self._plot.takes_wheel = lambda: self.wheel_zooms or self.hasFocus()

    def _connect(self) -> None:
        span, plot = self.span, self._plot
        span.changed.connect(self.redraw)
        span.pointed.connect(self._show_point)
        plot.hovered.connect(self._on_hover)
        plot.left.connect(lambda: span.point(None))
        plot.wheeled.connect(span.zoom)
        plot.dragged.connect(span.pan)
        plot.back_wanted.connect(span.follow)
        self._setting.zones.changed.connect(self._on_zone)

    def _on_hover(self, point: QPointF) -> None:
        self.span.point(point.x())

    def _on_zone(self, zone: Zone) -> None:
        self._plot.set_unit(zone_tag(zone))
        self._plot.relabel()
        self.span.point(None)
