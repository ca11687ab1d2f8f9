"""A live mark on an open position: a tick costs two comparisons, the money is worked out on demand.

Between two signals unrealized P&L is a straight line in the price, so the highest and the lowest
price since the last signal hold its extremes exactly.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from justtrades_desktop.domain.positions import Position


class Mark:
    """An open ``position`` and the prices seen since its last signal."""

    __slots__ = ("at", "high", "last", "low", "position")

    def __init__(self, position: Position) -> None:
        self.position = position
        self.last: Decimal | None = position.last_price
        self.low: Decimal | None = position.last_price
        self.high: Decimal | None = position.last_price
        self.at: datetime | None = None

    def tick(self, price: Decimal, at: datetime) -> None:
        """Take a price of this position's instrument, at the UTC time ``at``."""
        self.last = price
        self.at = at
        if self.low is None or self.high is None:
            self.low = self.high = price
        elif price < self.low:
            self.low = price
        elif price > self.high:
            self.high = price

    def settled(self) -> Position:
        """The position with all ticks so far worked in; an unpriced one stays as it is."""
        if self.low is None or self.high is None:
            return self.position
        return self.position.marked(self.low, self.high, last=self.last)

    @property
    def unrealized(self) -> Fraction | None:
        """P&L of the open contracts at the last price, points x contracts; None where unknown."""
        return self.position.unrealized(self.last)
