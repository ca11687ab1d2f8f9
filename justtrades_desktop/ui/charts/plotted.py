"""A chart that is a plot: it is drawn only while somebody can see it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QShowEvent

from justtrades_desktop.ui.charts.axis import Labels
from justtrades_desktop.ui.charts.chart import Chart, ChartSetting
from justtrades_desktop.ui.charts.plot import Plot
from justtrades_desktop.ui.theme import Colours


class Plotted(Chart):
    """Holds a plot; what is in it is put there by :meth:`fill`."""

    def __init__(
        self,
        title: str,
        colours: Colours,
        setting: ChartSetting,
        *,
        labels: Callable[[float, float, int], Labels],
        definition: str = "",
    ) -> None:
        """``labels`` says what stands at the bottom axis between two values, at most so many."""
        super().__init__(title, colours, setting, definition=definition)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._plot = Plot(colours, labels=labels)
        self._drawings = 0
        self.put(self._plot)
        self._plot.resized.connect(self.redraw)

    def fill(self) -> None:
        """Put the picture into the plot."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw it as it is now; nothing while nobody can see it."""
        if self.isVisible():
            self._drawings += 1
            self.fill()

    @property
    def plot(self) -> Plot:
        """The plot inside the frame."""
        return self._plot

    @property
    def drawings(self) -> int:
        """How often it was drawn."""
        return self._drawings

    @property
    def said(self) -> str:
        """What the label at the pointer says; empty while nobody points."""
        return str(self._plot.said)

    @property
    def axis_labels(self) -> list[str]:
        """What stands at the bottom axis now."""
        return list(self._plot.bottom_labels)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.set_frame_colours(colours)
        self._plot.set_plot_colours(colours)
        self.redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()
