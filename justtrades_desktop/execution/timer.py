"""When a lane has to look again by itself, though nothing has happened."""

from __future__ import annotations

from collections.abc import Callable


class Timer:
    """The earliest of all moments that were asked for; times are the loop's."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._due: float | None = None

    def later(self, seconds: float) -> None:
        """Look again in so many seconds, or earlier."""
        self.at(self._now() + seconds)

    def at(self, moment: float) -> None:
        """Look again at that time, or earlier."""
        self._due = moment if self._due is None else min(self._due, moment)

    @property
    def left(self) -> float | None:
        """Seconds until then; None where nobody asked."""
        return None if self._due is None else max(0.0, self._due - self._now())

    def clear(self) -> None:
        """It was looked."""
        self._due = None
