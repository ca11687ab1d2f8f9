"""A random walk on the tick grid: the demo's market."""

from __future__ import annotations

import random
from decimal import Decimal


class Walk:
    """The price of ``symbol``, drawn a little towards where it began.

    ``ticks`` is about three times the usual step; the same ``chance`` gives the same walk.
    """

    def __init__(
        self,
        symbol: str,
        start: str,
        *,
        ticks: float,
        chance: random.Random,
        tick_size: Decimal = Decimal("0.25"),
    ) -> None:
        self.symbol = symbol
        self.price = self._start = Decimal(start)
        self._ticks = ticks
        self._chance = chance
        self._tick_size = tick_size

    def step(self) -> Decimal:
        """The next price."""
        pull = float((self._start - self.price) / self._tick_size) / 400
        steps = round(self._chance.gauss(pull, self._ticks / 3))
        self.price += steps * self._tick_size
        return self.price
