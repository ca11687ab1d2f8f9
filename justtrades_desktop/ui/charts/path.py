"""How P&L went: a bounded record of one position, thinned out as it grows and never cut off."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.positions import Leg, LegKind, Position


@dataclass(frozen=True, slots=True)
class Marker:
    """An entry (+1 bought, -1 sold) or an exit at a moment."""

    at: float
    bought: bool
    entered: bool


class Path:
    """Seconds since 1970, P&L, and the worst P&L so far, point by point."""

    def __init__(self) -> None:
        self.times = array("d")
        self.values = array("d")
        self.worst = array("d")

    def __len__(self) -> int:
        return len(self.times)

    def add(self, at: float, value: float, worst: float, limit: int) -> None:
        """Add a point; where nothing changes, the last one is drawn out instead."""
        if self.times and at < self.times[-1]:
            at = self.times[-1]  # the clock was set back
        if self._is_level(value, worst):
            self.times[-1] = at
            return
        self.times.append(at)
        self.values.append(value)
        self.worst.append(worst)
        if len(self.times) > limit:
            self._thin_out()

    def _is_level(self, value: float, worst: float) -> bool:
        values, worsts = self.values, self.worst
        return (
            len(values) > 1
            and values[-1] == values[-2] == value
            and worsts[-1] == worsts[-2] == worst
        )

    def _thin_out(self) -> None:
        # Of every four points the highest and the lowest stay: no peak is lost, and half is free.
        values, last = self.values, len(self.values) - 1
        kept = [0]
        for start in range(1, last, 4):
            group = range(start, min(start + 4, last))
            low = min(group, key=values.__getitem__)
            high = max(group, key=values.__getitem__)
            kept += sorted({low, high})
        kept.append(last)
        self.times = _picked(self.times, kept)
        self.values = _picked(self.values, kept)
        self.worst = _picked(self.worst, kept)


class PositionPath(Path):
    """The path of a position that was seen open."""

    def __init__(self, position: Position, *, from_opening: bool) -> None:
        super().__init__()
        self.position = position
        self.markers: list[Marker] = []
        self.from_opening = from_opening
        self._take_sums(position)
        if from_opening:
            self.add(position.opened_at.timestamp(), 0.0, 0.0, 2)

    @property
    def counts(self) -> bool:
        """Whether it can be added to others: it has a price, and its P&L is in dollars."""
        product = self.position.product
        return bool(self) and self.position.priced and product is not None and in_dollars(product)

    def follow(self, mark: Mark, at: float, limit: int) -> None:
        """Add a point at the mark's last price; nothing while none is known."""
        if mark.position is not self.position:
            self._take_sums(mark.position)
        if not mark.position.priced or mark.last is None or mark.low is None or mark.high is None:
            return
        value = self._value(float(mark.last))
        worst = min(self._worst, self._value(float(mark.low)), self._value(float(mark.high)))
        self.add(at, value, worst, limit)

    def marked(self, legs: Sequence[Leg], most: int) -> None:
        """Remember entries and exits."""
        long = self.position.side.sign > 0
        for leg in legs:
            entered = leg.kind is LegKind.ENTRY
            self.markers.append(Marker(leg.at.timestamp(), entered == long, entered))
        del self.markers[:-most]

    def end(self, position: Position) -> None:
        """It was closed."""
        self.position = position

    def _take_sums(self, position: Position) -> None:
        points = float(position.point_value)
        self.position = position
        self._slope = position.signed * points
        self._cost = position.side.sign * float(position.open_cost) * points
        self._worst = float(position.worst) * points

    def _value(self, price: float) -> float:
        return price * self._slope - self._cost


def in_dollars(product: Product) -> bool:
    """Whether P&L in this product needs no rate of exchange here."""
    return product.currency == "USD"


def _picked(values: array[float], places: Sequence[int]) -> array[float]:
    return array("d", map(values.__getitem__, places))
