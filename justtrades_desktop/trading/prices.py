"""Which prices count: one that is absurdly far from the last one waits until another confirms it.

One bad tick must not become a position's worst for good, nor take it out by its stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from justtrades_desktop.domain.contracts import Catalogue
from justtrades_desktop.domain.events import PriceTicked

_PART_OF_PRICE: Final = Decimal("0.1")  # where no tick size is known


class PriceGate:
    """Holds back at most one price of each instrument; ``newest`` is what counted last."""

    def __init__(self, catalogue: Catalogue, newest: Mapping[str, PriceTicked]) -> None:
        self._catalogue = catalogue
        self._newest = newest
        self._held: dict[str, PriceTicked] = {}
        self._limits: dict[str, Decimal] = {}

    @property
    def held(self) -> list[PriceTicked]:
        """The prices that wait for another one to confirm them."""
        return [*self._held.values()]

    def let_through(self, ticked: PriceTicked) -> tuple[PriceTicked, ...]:
        """The prices that count now: this one, with the one it confirms before it, or none."""
        last = self._newest.get(ticked.symbol)
        if last is None or self._near(ticked, last):
            if self._held:
                self._held.pop(ticked.symbol, None)
            return (ticked,)
        held = self._held.get(ticked.symbol)
        if held is not None and self._near(ticked, held):
            del self._held[ticked.symbol]
            return (held, ticked)
        self._held[ticked.symbol] = ticked
        return ()

    def _near(self, one: PriceTicked, other: PriceTicked) -> bool:
        limit = self._limits.get(one.symbol)
        if limit is None:
            product = self._catalogue.instrument(one.symbol).product
            if product is None:
                return abs(one.price - other.price) <= abs(other.price) * _PART_OF_PRICE
            limit = self._limits[one.symbol] = product.tick_size * product.jump_ticks
        return abs(one.price - other.price) <= limit
