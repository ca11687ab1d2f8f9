"""One chart of P&L over local time: everything that touches pyqtgraph, which has no types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.charts.path import Marker
from justtrades_desktop.ui.charts.pixels import SHORTEST, Frame, columns, per_pixel
from justtrades_desktop.ui.delegates import mixed, tabular, tone_colours
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.theme import GRID, Colours

_AXIS_WIDTH: Final = 72
_FILL: Final = 0.18


class _MoneyAxis(pg.AxisItem):  # type: ignore[misc]
    """Figures with a true minus, as everywhere else."""

    def tickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:
        places = max(0, -int(np.floor(np.log10(spacing * scale)))) if spacing else 0
        texts = (f"{value * scale:,.{places}f}" for value in values)
        return [text.replace("-", shown.MINUS) for text in texts]


class Graph(QWidget):
    """A titled curve, filled down or up to zero in the colours of loss and profit."""

    def __init__(self, title: str, colours: Colours) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._title = QLabel(title)
        self._value = QLabel()
        self._note = QLabel()
        self._plot = pg.PlotWidget(
            axisItems={"bottom": pg.DateAxisItem(), "left": _MoneyAxis("left")}
        )
        self._build_plot()
        self._lay_out()
        self.set_colours(colours)

    # What it shows

    def set_value(self, text: str, tone: Tone) -> None:
        """The last value, in words beside the title."""
        self._value.setText(text)
        self._tint(self._value, self._tones[tone])
        self._tone = tone
        self.setAccessibleDescription(text)

    def set_note(self, text: str) -> None:
        """What there is to know about it, in words."""
        self._note.setText(text)

    @property
    def value_text(self) -> str:
        """What stands beside the title."""
        return self._value.text()

    @property
    def note_text(self) -> str:
        """What stands under the title."""
        return self._note.text()

    @property
    def points(self) -> int:
        """How many points were drawn last."""
        return self._points

    def draw(
        self, times: Sequence[float], values: Sequence[float], markers: Sequence[Marker] = ()
    ) -> None:
        """Draw this path instead of the last one."""
        # Copies: while somebody looks into it, an array cannot grow.
        x, y = np.array(times, dtype=float), np.array(values, dtype=float)
        self._points = len(x)
        if len(x):
            self._fit(x, y)
        self._draw_markers(x, y, markers)
        width = max(1, int(self._plot.getViewBox().width()))
        line_x, line_y = per_pixel(x, y, self._frame, width)
        fill_x, fill_y = columns(x, y, self._frame, width)
        for part, curve, fill in (
            (np.maximum, self._above, self._above_fill),
            (np.minimum, self._below, self._below_fill),
        ):
            curve.setData(line_x, part(line_y, 0.0))
            fill.setData(fill_x, part(fill_y, 0.0))

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._tones = tone_colours(colours)
        self._plot.setBackground(colours.background)
        self._zero.setPen(pg.mkPen(colours.muted, width=1))
        for curve, fill, colour in (
            (self._above, self._above_fill, colours.profit),
            (self._below, self._below_fill, colours.loss),
        ):
            curve.setPen(pg.mkPen(colour, width=1))
            fill.setPen(pg.mkPen(mixed(colour, colours.background, _FILL), width=1))
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(colours.grid))
            axis.setTextPen(pg.mkPen(colours.muted))
        self._markers.setPen(pg.mkPen(colours.background))
        self._markers.setBrush(pg.mkBrush(colours.text))
        self._tint(self._title, colours.text)
        self._tint(self._note, colours.muted)
        self._tint(self._value, self._tones[self._tone])

    # Building

    def _build_plot(self) -> None:
        self._tone = Tone.MUTED
        self._points = 0
        plot = self._plot
        plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        # No zooming: a chart that stands still by mistake is worse than one that cannot.
        plot.setMouseEnabled(x=False, y=False)
        plot.getAxis("left").setWidth(_AXIS_WIDTH)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.showGrid(x=False, y=True, alpha=0.3)
        self._frame = Frame(0.0, SHORTEST, -1.0, 1.0)
        # A filled polygon costs several times as much as a line for each column of pixels.
        self._above_fill, self._below_fill = self._curve("pairs"), self._curve("pairs")
        self._above, self._below = self._curve("all"), self._curve("all")
        self._zero = pg.InfiniteLine(pos=0.0, angle=0)
        self._zero.setZValue(5)
        self._markers = pg.ScatterPlotItem(size=9)
        self._markers.setZValue(6)
        plot.addItem(self._zero)
        plot.addItem(self._markers)

    def _curve(self, connect: str) -> Any:
        # Width 1 and no antialias: anything else costs thirteen times as much.
        curve = pg.PlotCurveItem(connect=connect, antialias=False)
        self._plot.addItem(curve)
        return curve

    def _fit(self, x: Any, y: Any) -> None:
        frame = Frame(float(x[0]), float(x[-1]), float(y.min()), float(y.max()))
        if self._points == 1 or not self._frame.fits(frame):
            self._frame = frame.with_room()
            self._plot.setXRange(self._frame.start, self._frame.end, padding=0)
            self._plot.setYRange(self._frame.low, self._frame.high, padding=0)

    def _draw_markers(self, x: Any, y: Any, markers: Sequence[Marker]) -> None:
        if not markers or not len(x):
            self._markers.setData([], [])
            return
        at = np.array([marker.at for marker in markers])
        symbols = [_symbol(marker) for marker in markers]
        self._markers.setData(at, np.interp(at, x, y), symbol=symbols)

    def _lay_out(self) -> None:
        for label in (self._title, self._value, self._note):
            label.setTextFormat(Qt.TextFormat.PlainText)
        bold = self._value.font()
        bold.setBold(True)
        self._value.setFont(tabular(bold))
        top = QHBoxLayout()
        top.setContentsMargins(GRID, GRID // 2, GRID, 0)
        top.setSpacing(GRID)
        top.addWidget(self._title)
        top.addWidget(self._note, 1)
        top.addWidget(self._value)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._plot, 1)

    @staticmethod
    def _tint(label: QLabel, colour: QColor) -> None:
        palette = label.palette()
        palette.setColor(label.foregroundRole(), colour)
        label.setPalette(palette)


def _symbol(marker: Marker) -> str:
    if not marker.entered:
        return "o"
    return "t1" if marker.bought else "t"
