"""P&L over its drawdown, on one axis of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from justtrades_desktop.domain.paths import Path
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.graph import Graph
from justtrades_desktop.ui.charts.marker import Marker
from justtrades_desktop.ui.charts.pixels import underwater
from justtrades_desktop.ui.charts.span import Span
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.pace import LONGEST, Pace
from justtrades_desktop.ui.theme import Colours


class PathCharts(QWidget):
    """What ``path`` and ``markers`` say, drawn at a pace, and only while somebody can see it."""

    def __init__(
        self,
        title: str,
        bridge: Bridge,
        colours: Colours,
        setting: ChartSetting,
        *,
        path: Callable[[], Path | None],
        markers: Callable[[], Sequence[Marker]] = tuple,
        live: bool = False,
    ) -> None:
        """With ``live`` the newest point is where the charts go back to."""
        super().__init__()
        self._path, self._markers = path, markers
        self.span = Span(self)
        self.profit = Graph(
            title,
            colours,
            setting,
            span=self.span,
            column="unrealized",
            definition=self.tr(
                "Unrealized P&L at each moment. A triangle up is a purchase, down a sale; filled "
                "for an entry or add, hollow for an exit."
            ),
        )
        self.drawdown = Graph(
            self.tr("Drawdown"),
            colours,
            setting,
            span=self.span,
            column="drawdown",
            definition=self.tr("The lowest unrealized P&L so far, at most 0."),
        )
        self.profit.hide_times()
        self.profit.name_back(self.tr("Back to live") if live else self.tr("Show all"))
        self.drawdown.name_back("")
        # Each at a pace of its own: together they would hold the loop up twice as long.
        self._paces = [
            Pace(draw, self, busy=lambda: bridge.busy, longest=2 * LONGEST)
            for draw in (self._draw_profit, self._draw_drawdown)
        ]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.profit, 4)
        layout.addWidget(self.drawdown, 3)

    def ask(self) -> None:
        """Draw again as soon as it may be."""
        if self.isVisible():
            for pace in self._paces:
                pace.ask()

    def draw(self) -> None:
        """Draw both at once."""
        self._draw_profit()
        self._draw_drawdown()

    def say(self, profit: tuple[str, Tone], drawdown: tuple[str, Tone]) -> None:
        """The figures of both."""
        self.profit.set_value(*profit)
        self.drawdown.set_value(*drawdown)

    def say_nothing(self, why: str) -> None:
        """No figure is known."""
        self.say((shown.UNKNOWN, Tone.MUTED), (shown.UNKNOWN, Tone.MUTED))
        self.profit.set_note(why)
        self.drawdown.set_note("")

    def say_empty(self, why: str) -> None:
        """Say why there is no picture; with no text there is one."""
        self.profit.set_empty(why)
        self.drawdown.set_empty(shown.UNKNOWN if why else "")

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.profit.set_colours(colours)
        self.drawdown.set_colours(colours)

    def _draw_profit(self) -> None:
        if self.isVisible():
            path = self._path() or Path()
            self.profit.draw(path.times, path.values, self._markers())

    def _draw_drawdown(self) -> None:
        if self.isVisible():
            path = self._path() or Path()
            self.drawdown.draw(path.times, underwater(np.array(path.values, dtype=float)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.draw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for pace in self._paces:
            pace.stop()
