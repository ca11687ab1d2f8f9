"""Bars of money or of counts: results by hour, by weekday, and how they are distributed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from justtrades_desktop.ui.charts.axis import TICK_WIDTH, Labels, pen
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.export import Data
from justtrades_desktop.ui.charts.pixels import Range
from justtrades_desktop.ui.charts.plotted import Plotted
from justtrades_desktop.ui.delegates import mixed, tone_colours
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.theme import Colours

_BODY: Final = 0.55  # how much of its colour a bar's inside takes
_LETTER: Final = 8  # pixels
_BETWEEN: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``label`` at the axis, ``words`` at the pointer, ``row`` as CSV."""

    height: float
    tone: Tone
    label: str
    words: str
    row: tuple[str | float | int, ...]


class BarChart(Plotted):
    """Bars side by side; the one under the pointer says what it is."""

    def __init__(
        self,
        title: str,
        colours: Colours,
        setting: ChartSetting,
        *,
        columns: Sequence[str],
        definition: str = "",
        touching: bool = False,
    ) -> None:
        """``columns`` names what the bars' rows hold. Bars that are ``touching`` are ranges: their
        labels stand at where they begin."""
        super().__init__(title, colours, setting, labels=self._labels, definition=definition)
        self._columns = columns
        self._wide, self._left = (1.0, 0.5) if touching else (0.8, 0.0)
        self._bars: Sequence[Bar] = ()
        self._pointing: int | None = None
        self._items = pg.BarGraphItem(x=[0.0], height=[0.0], width=self._wide)
        self._items.hide()
        self._plot.addItem(self._items)
        self._zero = self._plot.line(0)
        self._plot.hovered.connect(self._on_hover)
        self._plot.left.connect(lambda: self.point(None))
        self.set_colours(colours)

    def draw(self, bars: Sequence[Bar]) -> None:
        """Show these bars instead of the last ones."""
        self._bars = bars
        self.point(None)
        self.redraw()

    @property
    def bars(self) -> Sequence[Bar]:
        """What it shows."""
        return self._bars

    def set_axis_title(self, side: str, text: str) -> None:
        """What the ``left`` or the ``bottom`` axis counts."""
        self._plot.set_axis_title(side, text)

    def data(self) -> Data:
        """One row for each bar."""
        return Data(self._columns, [bar.row for bar in self._bars])

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self._zero.setPen(pen(colours.muted))
        super().set_colours(colours)

    def fill(self) -> None:
        """Draw all bars."""
        # pyqtgraph crashes when it paints none at all.
        self._items.setVisible(bool(self._bars))
        if not self._bars:
            return
        tones = tone_colours(self._colours)
        heights = [bar.height for bar in self._bars]
        self._items.setOpts(
            x=list(range(len(heights))),
            height=heights,
            width=self._wide,
            brushes=[mixed(tones[bar.tone], self._colours.background, _BODY) for bar in self._bars],
            pens=[pen(tones[bar.tone]) for bar in self._bars],
        )
        low, high = min([0.0, *heights]), max([0.0, *heights])
        room = max((high - low) * 0.08, 1e-9)
        self._plot.show_range(
            Range(-0.6, len(heights) - 0.4),
            Range(low - room if low < 0 else 0.0, high + room if high > 0 else room),
        )

    # Pointing

    def point(self, place: int | None) -> None:
        """Say what this bar is; with None nothing."""
        self._pointing = place
        if place is None:
            self._plot.unpoint()
            return
        bar = self._bars[place]
        self._plot.say_at(place, bar.height, bar.words)
        self.setAccessibleDescription(bar.words)

    def _on_hover(self, point: QPointF) -> None:
        place = round(point.x())
        self.point(place if 0 <= place < len(self._bars) else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._bars:
            super().keyPressEvent(event)
            return
        now = -1 if self._pointing is None else self._pointing
        self.point(min(max(now + step, 0), len(self._bars) - 1))

    def _labels(self, low: float, high: float, most: int) -> Labels:
        labels = [bar.label for bar in self._bars]
        longest = max(map(len, labels), default=0)
        room = max(1, most * TICK_WIDTH // (_LETTER * longest + _BETWEEN))
        step = max(1, -(-len(labels) // room))
        start = labels.index("0") % step if "0" in labels else 0
        places = [(n - self._left, labels[n]) for n in range(start, len(labels), step)]
        return [(place, label) for place, label in places if low <= place <= high]
