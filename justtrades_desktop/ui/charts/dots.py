"""One dot for each trade: what it lost or gained on its way against what it made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent

from justtrades_desktop.ui.charts.axis import pen
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.export import Data
from justtrades_desktop.ui.charts.numbers import number_labels
from justtrades_desktop.ui.charts.pixels import Floats, Range
from justtrades_desktop.ui.charts.plotted import Plotted
from justtrades_desktop.ui.theme import Colours

_SIZE: Final = 6
_REACH: Final = 10  # pixels: so near the pointer has to be
_ROOM: Final = 0.06


@dataclass(frozen=True, slots=True)
class Dots:
    """Places of the trades, in parallel; ``words`` and ``row`` tell of one when it is asked for."""

    x: Floats
    y: Floats
    trade: Callable[[int], tuple[str, int]]  # origin and id
    words: Callable[[int], str]
    row: Callable[[int], tuple[str | float | int, ...]]


class DotChart(Plotted):
    """A click on a dot, or Return on the one pointed at, opens its trade."""

    trade_clicked = Signal(str, int)  # origin, id

    def __init__(
        self,
        title: str,
        colours: Colours,
        setting: ChartSetting,
        *,
        columns: Sequence[str],
        definition: str = "",
    ) -> None:
        """``columns`` names what the rows of the dots hold."""
        super().__init__(title, colours, setting, labels=number_labels, definition=definition)
        self._columns = columns
        self._dots = _none()
        self._pointing: int | None = None
        self._make_items()
        self._plot.hovered.connect(lambda point: self.point(self._nearest(point)))
        self._plot.left.connect(lambda: self.point(None))
        self._plot.clicked.connect(self._on_click)
        self.set_colours(colours)

    def draw(self, dots: Dots) -> None:
        """Show these dots instead of the last ones."""
        self._dots = dots
        self.point(None)
        self.redraw()

    @property
    def points(self) -> int:
        """How many dots there are."""
        return len(self._dots.x)

    def set_axis_title(self, side: str, text: str) -> None:
        """What the ``left`` or the ``bottom`` axis counts."""
        self._plot.set_axis_title(side, text)

    def place_of(self, dot: int) -> QPointF:
        """Where in the plot's widget a dot is, in pixels."""
        return QPointF(self._plot.position_of(self._dots.x[dot], self._dots.y[dot]))

    def data(self) -> Data:
        """One row for each dot."""
        dots = self._dots
        return Data(self._columns, [dots.row(n) for n in range(len(dots.x))])

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        for item, colour in zip(
            self._groups, (colours.profit, colours.neutral, colours.loss), strict=True
        ):
            item.setBrush(pg.mkBrush(colour))
            item.setPen(pen(colours.background))
        for line in (*self._zeros, self._diagonal):
            line.setPen(pen(colours.grid))
        self._chosen.setPen(pen(colours.text))
        super().set_colours(colours)

    def fill(self) -> None:
        """Draw all dots: a group for each colour, since a brush for each dot is slow."""
        dots = self._dots
        for item, group in zip(self._groups, (dots.y > 0, dots.y == 0, dots.y < 0), strict=True):
            item.setData(dots.x[group], dots.y[group])
        if len(dots.x):
            self._plot.show_range(_around(dots.x), _around(dots.y))

    # Pointing

    def point(self, dot: int | None) -> None:
        """Say which trade this dot is; with None nothing."""
        self._pointing = dot
        dots = self._dots
        if dot is None:
            self._plot.unpoint()
            self._chosen.setData([], [])
            return
        x, y, words = float(dots.x[dot]), float(dots.y[dot]), dots.words(dot)
        self._chosen.setData([x], [y])
        self._plot.say_at(x, y, words)
        self.setAccessibleDescription(words)

    def _nearest(self, point: QPointF) -> int | None:
        dots = self._dots
        if not len(dots.x):
            return None
        pixel = self._plot.pixel_size()
        distance = np.hypot(
            (dots.x - point.x()) / pixel.width(), (dots.y - point.y()) / pixel.height()
        )
        nearest = int(np.argmin(distance))
        return nearest if distance[nearest] <= _REACH else None

    def _on_click(self, point: QPointF) -> None:
        self._open(self._nearest(point))

    def _open(self, dot: int | None) -> None:
        if dot is not None:
            self.trade_clicked.emit(*self._dots.trade(dot))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(key)
        if step is not None and len(self._dots.x):
            self._step(step)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self._pointing)
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        order = np.argsort(self._dots.x, kind="stable")
        now = -1 if self._pointing is None else int(np.flatnonzero(order == self._pointing)[0])
        self.point(int(order[min(max(now + step, 0), len(order) - 1)]))

    def _make_items(self) -> None:
        self._zeros = [self._plot.line(angle) for angle in (0, 90)]
        self._diagonal = self._plot.line(45)
        self._groups: list[Any] = [pg.ScatterPlotItem(size=_SIZE) for _ in range(3)]
        self._chosen = pg.ScatterPlotItem(size=2 * _SIZE, brush=None)
        for item in (*self._groups, self._chosen):
            self._plot.addItem(item)


def _none() -> Dots:
    return Dots(np.empty(0), np.empty(0), lambda _: ("", 0), lambda _: "", lambda _: ())


def _around(values: Floats) -> Range:
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    room = max((high - low) * _ROOM, 0.5)
    return Range(low - room, high + room)
