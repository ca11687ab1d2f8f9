"""Which prices count: one that is absurdly far from the last one waits until another confirms it.

One bad tick must not become a position's worst for good, nor take it out by its stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from justtrades_desktop.domain.contracts import Catalogue
from justtrades_desktop.domain.events import PriceTicked

_PART: Final = Decimal("0.1")  # of the price, where no tick size is known or the last one is old
_FRESH: Final = timedelta(minutes=15)


class PriceGate:
    """Holds back at most one price of each instrument; ``newest`` is what counted last."""

    def __init__(self, catalogue: Catalogue, newest: Mapping[str, PriceTicked]) -> None:
        self._catalogue = catalogue
        self._newest = newest
        self._held: dict[str, PriceTicked] = {}

    @property
    def held(self) -> list[PriceTicked]:
        """The prices that wait for another one to confirm them."""
        return [*self._held.values()]

    def let_through(self, ticked: PriceTicked) -> tuple[PriceTicked, ...]:
        """The prices that count now: this one, with the one it confirms before it, or none.

        Both count from now on: nothing happened at the moment of the first.
        """
        last = self._newest.get(ticked.symbol)
        if last is None or self._near(ticked, last):
            if self._held:
                self._held.pop(ticked.symbol, None)
            return (ticked,)
        held = self._held.get(ticked.symbol)
        if held is not None and self._near(ticked, held):
            del self._held[ticked.symbol]
            return (held._replace(at=ticked.at), ticked)
        self._held[ticked.symbol] = ticked
        return ()

    def _near(self, one: PriceTicked, other: PriceTicked) -> bool:
        """Within the product's limit; over a pause, a weekend say, a market may go further."""
        gone = abs(one.price - other.price)
        product = self._catalogue.instrument(one.symbol).product
        if product is not None and gone <= product.tick_size * product.jump_ticks:
            return True
        paused = one.at - other.at > _FRESH
        return (product is None or paused) and gone <= abs(other.price) * _PART
