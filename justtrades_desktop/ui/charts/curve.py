"""A curve of one figure over another: what a result would have been with another limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.charts.axis import pen
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.export import Data
from justtrades_desktop.ui.charts.numbers import number_labels, written
from justtrades_desktop.ui.charts.pixels import Range, room_in_value
from justtrades_desktop.ui.charts.plotted import Plotted
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import GRID, Colours


class Curve(Plotted):
    """Money (upwards) over a figure that the trader may choose, with a warning underneath."""

    def __init__(
        self,
        title: str,
        colours: Colours,
        setting: ChartSetting,
        *,
        x_title: str,
        y_title: str,
        definition: str = "",
        columns: Sequence[str] = ("x", "y"),
    ) -> None:
        """``x_title`` and ``y_title`` say what the axes count, with the unit."""
        super().__init__(title, colours, setting, labels=number_labels, definition=definition)
        self._columns = columns
        self._x_title = x_title
        self._x = self._y = np.empty(0)
        self._pointing: int | None = None
        self._warning = plain_label(wrap=True)
        self._warning.setContentsMargins(GRID, 0, GRID, GRID // 2)
        self._warning.hide()
        self.layout().addWidget(self._warning)  # type: ignore[union-attr]
        self._make_items()
        self._plot.set_axis_title("bottom", x_title)
        self._plot.set_axis_title("left", y_title)
        self._plot.hovered.connect(lambda point: self.point_at(point.x()))
        self._plot.left.connect(lambda: self.point(None))
        self.set_colours(colours)

    def draw(
        self,
        x: Sequence[float] | NDArray[Any],
        y: Sequence[float] | NDArray[Any],
        warning: str = "",
        *,
        now: float | None = None,
    ) -> None:
        """Show another curve; ``x`` rises. ``now`` is the choice in force, marked upright.

        Points whose ``y`` is NaN are left out.
        """
        x, y = np.array(x, dtype=float), np.array(y, dtype=float)
        known = np.isfinite(y)
        self._x, self._y = x[known], y[known]
        self._warning.setText(warning)
        self._warning.setVisible(bool(warning))
        self._now.setVisible(now is not None)
        self._now.setPos(now or 0.0)
        self.point(None)
        self.redraw()

    @property
    def warning(self) -> str:
        """What is to be known before anybody believes it."""
        return self._warning.text()

    def data(self) -> Data:
        """Every point of the curve."""
        return Data(self._columns, list(zip(self._x.tolist(), self._y.tolist(), strict=True)))

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._line.setPen(pen(colours.accent))
        self._zero.setPen(pen(colours.muted))
        self._now.setPen(pen(colours.warning))
        paint(self._warning, colours.warning)
        super().set_colours(colours)

    def fill(self) -> None:
        """Draw the curve."""
        self._line.setData(self._x, self._y)
        if len(self._x):
            room = max((self._x[-1] - self._x[0]) * 0.02, 1e-9)
            self._plot.show_range(
                Range(float(self._x[0]) - room, float(self._x[-1]) + room),
                room_in_value(float(self._y.min()), float(self._y.max())),
            )

    # Pointing

    def point_at(self, x: float) -> None:
        """Put the crosshair on the point nearest to ``x``."""
        if len(self._x):
            self.point(int(np.argmin(np.abs(self._x - x))))

    def point(self, place: int | None) -> None:
        """Put the crosshair on this point of the curve; with None nowhere."""
        self._pointing = place
        if place is None:
            self._plot.unpoint()
            return
        x, y = float(self._x[place]), float(self._y[place])
        words = f"{self._x_title} {written(x, 2)}: {shown.with_arrow(shown.amount(y))}"
        self._plot.point(x, y, words)
        self.setAccessibleDescription(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not len(self._x):
            super().keyPressEvent(event)
            return
        now = -1 if self._pointing is None else self._pointing
        self.point(min(max(now + step, 0), len(self._x) - 1))

    def _make_items(self) -> None:
        self._line: Any = pg.PlotCurveItem(antialias=False)
        self._plot.addItem(self._line)
        self._zero = self._plot.line(0)
        self._now = self._plot.line(90)
        self._now.hide()
