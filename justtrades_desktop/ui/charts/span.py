"""The stretch of time that charts under each other show, and the moment they point at."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal

from justtrades_desktop.ui.charts.pixels import SHORTEST, Range, room_in_time, time_fits

_CLOSEST: Final = 0.5  # seconds: nothing in a path is nearer together
_PAN: Final = 0.2  # of what is shown, with one key
_ZOOM: Final = 1.5


class Span(QObject):
    """Follows the newest point until somebody moves it, and again after :meth:`follow`."""

    changed = Signal()
    pointed = Signal(object)  # seconds since 1970, None when nobody points any more

    def __init__(self, parent: QObject | None = None, *, shortest: float = SHORTEST) -> None:
        super().__init__(parent)
        self._shortest = shortest
        self.shown = Range(0.0, shortest)
        self.covered = Range(0.0, 0.0)
        self.live = True

    def cover(self, first: float, last: float) -> None:
        """A path reaches from ``first`` to ``last``; what is shown changes only while live."""
        anew = last < self.covered.low or first > self.covered.high
        self.covered = Range(first, last)
        if anew:
            self.live = True  # another path: what was looked at is not in it
        if self.live and (anew or not time_fits(self.shown, first, last, self._shortest)):
            self._show(room_in_time(first, last, self._shortest))

    def follow(self) -> None:
        """Show all again, and the newest as it comes."""
        self.live = True
        self._show(room_in_time(self.covered.low, self.covered.high, self._shortest))

    def zoom(self, factor: float, at: float | None = None) -> None:
        """Show ``factor`` times as much time; ``at`` stays where it is."""
        shown = self.shown
        centre = (shown.low + shown.high) / 2 if at is None else at
        longest = room_in_time(self.covered.low, self.covered.high, self._shortest).size
        if shown.size * factor >= longest:
            self.follow()
            return
        factor = max(factor, _CLOSEST / shown.size)
        self._move(
            Range(
                centre - (centre - shown.low) * factor,
                centre + (shown.high - centre) * factor,
            )
        )

    def zoom_in(self) -> None:
        """Show less time."""
        self.zoom(1 / _ZOOM)

    def zoom_out(self) -> None:
        """Show more time."""
        self.zoom(_ZOOM)

    def pan(self, seconds: float) -> None:
        """Show what is later, or earlier; never past either end."""
        shown = self.shown
        whole = room_in_time(self.covered.low, self.covered.high, self._shortest)
        earliest, latest = min(0.0, whole.low - shown.low), max(0.0, whole.high - shown.high)
        seconds = min(max(seconds, earliest), latest)
        self._move(Range(shown.low + seconds, shown.high + seconds))

    def step(self, steps: int) -> None:
        """Pan by some steps, earlier where negative."""
        self.pan(self.shown.size * _PAN * steps)

    def point(self, at: float | None) -> None:
        """Point at a moment in all charts."""
        self.pointed.emit(at)

    def _move(self, shown: Range) -> None:
        if shown != self.shown:
            self.live = False
            self._show(shown)

    def _show(self, shown: Range) -> None:
        self.shown = shown
        self.changed.emit()
