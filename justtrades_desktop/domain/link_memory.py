"""What a link remembers of its own in one symbol: a pure fold over what it decided."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple


class Memory(NamedTuple):
    """``wanted`` is what the link shall hold (signed, its own sizes), ``signal`` what the signal
    position holds (signed, as this link sees it: mirrored where it trades inversely).

    ``base`` contracts stood for ``base_signal`` ones of the signal when either of them last
    changed by anything but a trim: trims are parts of that, so rounding never piles up. ``adds``
    were taken and ``adds_seen`` came since the entry, ``last_price`` is that of the last entry or
    add, ``entries`` were taken on the session day ``day``. ``Memory()`` is flat.
    """

    wanted: int = 0
    signal: int = 0
    base: int = 0
    base_signal: int = 0
    adds: int = 0
    adds_seen: int = 0
    last_price: Decimal | None = None
    last_exit: datetime | None = None
    entries: int = 0
    day: date | None = None

    @property
    def is_in(self) -> bool:
        """Whether the link is in the position at all."""
        return self.wanted != 0

    @property
    def side(self) -> int:
        """+1 long, -1 short, 0 flat."""
        return (self.wanted > 0) - (self.wanted < 0)

    def entries_on(self, day: date) -> int:
        """Entries taken on that session day."""
        return self.entries if self.day == day else 0

    def seeing(self, signal: int) -> Memory:
        """The signal position is ``signal`` now, and this link did nothing about it."""
        return self._replace(signal=signal, base=abs(self.wanted), base_signal=abs(signal))

    def entered(
        self, wanted: int, signal: int, *, price: Decimal | None, day: date | None
    ) -> Memory:
        """Into a new position."""
        return Memory(
            wanted=wanted,
            signal=signal,
            base=abs(wanted),
            base_signal=abs(signal),
            last_price=price,
            last_exit=self.last_exit,
            entries=(self.entries if self.day == day else 0) + 1,
            day=day,
        )

    def added(self, wanted: int, signal: int, price: Decimal | None) -> Memory:
        """To a larger position."""
        return self._replace(wanted=wanted, adds=self.adds + 1, last_price=price).seeing(signal)

    def left(self, at: datetime | None, signal: int = 0) -> Memory:
        """Out of the position; ``at`` is when, None where nobody saw it."""
        return Memory(
            signal=signal,
            last_exit=self.last_exit if at is None else at,
            entries=self.entries,
            day=self.day,
        )
