"""Work on the screen, no more often than it can be afforded: the listener shares the loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL: Final = 0.05
# Working and painting may take this part of the time at most; and this one while events come in by
# the thousand a second: then the window follows a few times a second, and alerts come first.
_SHARE: Final = 0.2
_SHARE_WHEN_BUSY: Final = 0.01
_HOLD: Final = 0.025  # an alert's orders go out before the picture of it is painted
_REST: Final = 1.0  # after each step of a long work the listener has as much time for itself
LONGEST: Final = 1.5  # seconds: nobody should trade on an older picture
BUSY: Final = 500  # events a second


class Pace(QObject):
    """Runs ``work`` at most 20 times a second, however often it is asked for, and less often the
    longer it takes: it is timed to the end of the painting that it causes.

    ``work`` may take several steps: while it says True there is more of it, and the loop has its
    turn in between."""

    def __init__(
        self,
        work: Callable[[], bool | None],
        parent: QObject,
        *,
        busy: Callable[[], bool] | None = None,
        longest: float = LONGEST,
    ) -> None:
        """``busy`` says whether to hold back; without it, how often :meth:`ask` is called does.
        ``longest`` seconds may pass between two times, however long the work takes."""
        super().__init__(parent)
        self._work = work
        self._told_busy = busy
        self._longest = longest
        self._asked = 0
        self.busy = False
        self._waiting = False
        self._ready_at = 0.0
        self._began = self._step_began = 0.0
        self._took = 0.0
        self._more = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._run)
        # A timer of no time comes after the repaint that the work has asked for.
        self._painted = QTimer(self)
        self._painted.setSingleShot(True)
        self._painted.timeout.connect(self._on_painted)

    def ask(self) -> None:
        """Have the work done as soon as it may be."""
        self._asked += 1
        if not self._waiting:
            self._waiting = True
            if not (self._more or self._painted.isActive()):  # else nobody knows how long it takes
                self._wait()

    def stop(self) -> None:
        """Do nothing until it is asked for again."""
        self._timer.stop()
        self._painted.stop()
        self._waiting = self._more = False

    def _wait(self) -> None:
        rest = self._ready_at - time.monotonic()
        # Rounded up: a millisecond early would be a twenty-first time.
        self._timer.start(int(max(rest, _HOLD) * 1000) + 1)

    def _run(self) -> None:
        now = time.monotonic()
        if not self._more:
            self._waiting = False
            rate = self._asked / max(now - self._began, INTERVAL)
            self.busy = self._told_busy() if self._told_busy else rate > BUSY
            self._asked = 0
            self._began = now
            self._took = 0.0
        self._step_began = now
        self._more = bool(self._work())
        self._painted.start(0)

    def _on_painted(self) -> None:
        took = time.monotonic() - self._step_began
        self._took += took
        if self._more:
            self._timer.start(int(took * 1000 * _REST))
            return
        share = _SHARE_WHEN_BUSY if self.busy else _SHARE
        self._ready_at = self._began + min(max(INTERVAL, self._took / share), self._longest)
        if self._waiting:
            self._wait()
