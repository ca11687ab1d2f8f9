"""The signal position: a fold over one recorder's signals in one instrument, never over fills.

P&L inside is in points x contracts; money is that times the instrument's point value. The total
(realized + unrealized) never depends on how entries are averaged:
``side * (exits + price * open - entries)``, sums of price x quantity; only its split does.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.exits import Level
from justtrades_desktop.domain.instructions import Plan
from justtrades_desktop.domain.values import from_units, share, to_units

_ONE: Final = Fraction(1)


class Side(StrEnum):
    """The side of a position."""

    LONG = "LONG"
    SHORT = "SHORT"

    @property
    def sign(self) -> int:
        """+1 or -1."""
        return 1 if self is Side.LONG else -1


class LegKind(StrEnum):
    """Whether a leg opened contracts or closed them."""

    ENTRY = "entry"
    EXIT = "exit"


class Leg(NamedTuple):
    """One entry or exit; ``price`` None until a tick prices it."""

    position_id: int
    kind: LegKind
    quantity: int
    price: Decimal | None
    at: datetime
    signal_id: int


class Position(NamedTuple):
    """One recorder's holding in one instrument, from the signal that opened it until it is flat.

    ``entered`` and ``exited`` count contracts over its whole life, ``most`` is the largest number
    held. ``entry_units`` and ``exit_units`` are sums of price x quantity; ``cost_units`` is what
    the open contracts cost at the average entry. All three are meaningless while ``priced`` is
    False: then no price was known yet and the first tick will price every leg so far.
    ``worst_units`` and ``best_units`` are the extremes of unrealized P&L (worst <= 0 <= best).
    Units are those of :mod:`~justtrades_desktop.domain.values`. ``product`` is pinned at the
    opening; None while nobody knows what a tick is worth. ``favourable`` is the best price for this
    side since the last entry, ``take_profit`` and ``stop_loss`` the exits that the alert of the
    last entry named, ``risk_units`` what the first stop would have lost (above 0).

    A tuple with names, since each alert replaces it: a frozen dataclass takes six times as long.
    """

    id: int
    recorder_id: int
    symbol: str
    side: Side
    opened_at: datetime
    updated_at: datetime
    entered: int = 0
    exited: int = 0
    most: int = 0
    priced: bool = True
    entry_units: int = 0
    exit_units: int = 0
    cost_units: int = 0
    worst_units: int = 0
    best_units: int = 0
    last_price: Decimal | None = None
    closed_at: datetime | None = None
    exit_reason: str | None = None
    product: Product | None = None
    favourable: Decimal | None = None
    take_profit: Level | None = None
    stop_loss: Level | None = None
    risk_units: int | None = None

    @property
    def point_value(self) -> Fraction:
        """Money per point and contract; 1 where no tick value is known: P&L is in points then."""
        return self.product.point_value if self.product else _ONE

    def in_money(self, points: Fraction | None) -> Fraction | None:
        """P&L in points x contracts as money; None stays None."""
        return None if points is None else points * self.point_value

    def money_units(self, units: int | None) -> int | None:
        """The same for units; to a unit where the point value is no whole number."""
        if units is None:
            return None
        value = self.point_value
        return share(units, value.numerator, value.denominator)

    @property
    def open(self) -> int:
        """Contracts open now, unsigned."""
        return self.entered - self.exited

    @property
    def signed(self) -> int:
        """Contracts open now, short negative."""
        return self.side.sign * (self.entered - self.exited)

    @property
    def open_cost(self) -> Fraction:
        """What the open contracts cost at the average entry, points x contracts."""
        return from_units(self.cost_units)

    @property
    def worst(self) -> Fraction:
        """The lowest unrealized P&L since the opening, points x contracts, at most 0."""
        return from_units(self.worst_units)

    @property
    def best(self) -> Fraction:
        """The highest unrealized P&L since the opening, points x contracts, at least 0."""
        return from_units(self.best_units)

    @property
    def average_entry(self) -> Fraction | None:
        """Average price of the open contracts; of all entries once closed; None while unpriced."""
        if not self.priced:
            return None
        if self.open:
            return from_units(self.cost_units) / self.open
        return from_units(self.entry_units) / self.entered

    @property
    def exit_price(self) -> Fraction | None:
        """Quantity-weighted average of the exits so far; None without one."""
        if not self.priced or not self.exited:
            return None
        return from_units(self.exit_units) / self.exited

    @property
    def realized_units(self) -> int | None:
        """P&L of the closed contracts; None while unpriced."""
        if not self.priced:
            return None
        return self.side.sign * (self.exit_units - self.entry_units + self.cost_units)

    @property
    def realized(self) -> Fraction | None:
        """P&L of the closed contracts, points x contracts; None while unpriced."""
        units = self.realized_units
        return None if units is None else from_units(units)

    def unrealized_units(self, price: Decimal | None) -> int | None:
        """P&L of the open contracts at ``price``; None where unknown."""
        if self.entered == self.exited:
            return 0
        if not self.priced or price is None:
            return None
        return self.side.sign * (to_units(price) * (self.entered - self.exited) - self.cost_units)

    def unrealized(self, price: Decimal | None) -> Fraction | None:
        """P&L of the open contracts at ``price``, points x contracts; None where unknown."""
        units = self.unrealized_units(price)
        return None if units is None else from_units(units)

    def extremes(self, *prices: Decimal) -> tuple[int, int]:
        """Worst and best, widened to what ``prices`` make of the position."""
        worst, best = self.worst_units, self.best_units
        for price in prices:
            units = self.unrealized_units(price)
            if units is not None:
                if units < worst:
                    worst = units
                elif units > best:
                    best = units
        return worst, best

    def marked(self, *prices: Decimal, last: Decimal | None = None) -> Position:
        """This position with its extremes widened to what ``prices`` make of it."""
        worst, best = self.extremes(*prices)
        last = self.last_price if last is None else last
        favourable = self.favoured(*prices)
        if (
            worst == self.worst_units
            and best == self.best_units
            and last == self.last_price
            and favourable == self.favourable
        ):
            return self
        return self._replace(
            worst_units=worst, best_units=best, last_price=last, favourable=favourable
        )

    def favoured(self, *prices: Decimal) -> Decimal | None:
        """The best price for this side since the last entry, ``prices`` among them."""
        if self.favourable is None or not prices:
            return self.favourable
        if self.side is Side.LONG:
            return max(self.favourable, *prices)
        return min(self.favourable, *prices)

    def priced_at(self, price: Decimal) -> Position:
        """Every leg so far takes ``price``: none was known before."""
        if self.priced:
            return self
        units = to_units(price)
        return self._replace(
            priced=True,
            entry_units=units * self.entered,
            exit_units=units * self.exited,
            cost_units=units * self.open,
            last_price=price,
            favourable=price,
        )


class Change(NamedTuple):
    """What one signal did: the position it closed, the one it left open, and their new legs."""

    closed: Position | None
    open: Position | None
    legs: tuple[Leg, ...]


class Stamp(NamedTuple):
    """Who changes a position and when: the signal, the id a newly opened position would get."""

    signal_id: int
    new_position_id: int
    recorder_id: int
    symbol: str
    at: datetime
    exit_reason: str = "signal"
    product: Product | None = None
    take_profit: Level | None = None
    stop_loss: Level | None = None


def apply(position: Position | None, plan: Plan, price: Decimal | None, stamp: Stamp) -> Change:
    """Carry out ``plan`` on ``position`` (None when flat) at ``price`` (None while none is known).

    The price is a tick too: it prices legs that waited for one and widens the extremes before
    anything is closed, so that a loss realized by this signal counts as drawdown.
    """
    if position is not None and price is not None and price != position.last_price:
        position = position.priced_at(price).marked(price, last=price)
    legs: list[Leg] = []
    closed: Position | None = None
    if plan.exit and position is not None:
        position = _exit(position, plan.exit, price, stamp)
        legs.append(Leg(position.id, LegKind.EXIT, plan.exit, price, stamp.at, stamp.signal_id))
        if not position.open:
            closed, position = position, None
    if plan.enter:
        position = _enter(position or _fresh(plan.side, price, stamp), plan.enter, price, stamp)
        legs.append(Leg(position.id, LegKind.ENTRY, plan.enter, price, stamp.at, stamp.signal_id))
    return Change(closed, position, tuple(legs))


def _fresh(side: int, price: Decimal | None, stamp: Stamp) -> Position:
    return Position(
        id=stamp.new_position_id,
        recorder_id=stamp.recorder_id,
        symbol=stamp.symbol,
        side=Side.LONG if side > 0 else Side.SHORT,
        opened_at=stamp.at,
        updated_at=stamp.at,
        priced=price is not None,
        last_price=price,
        product=stamp.product,
    )


def _value(position: Position, quantity: int, price: Decimal | None) -> int:
    """Price x quantity in units; nothing yet for a position that waits for its first price."""
    if not position.priced:
        return 0
    if price is None:
        raise ValueError(f"position {position.id} has a price, so its next leg needs one")
    return to_units(price) * quantity


def _enter(position: Position, quantity: int, price: Decimal | None, stamp: Stamp) -> Position:
    cost = _value(position, quantity, price)
    return position._replace(
        entered=position.entered + quantity,
        most=max(position.most, position.open + quantity),
        entry_units=position.entry_units + cost,
        cost_units=position.cost_units + cost,
        updated_at=stamp.at,
        favourable=price,
        take_profit=stamp.take_profit or position.take_profit,
        stop_loss=stamp.stop_loss or position.stop_loss,
    )


def _exit(position: Position, quantity: int, price: Decimal | None, stamp: Stamp) -> Position:
    left = position.open - quantity
    flat = left == 0
    value = _value(position, quantity, price)
    return position._replace(
        exited=position.exited + quantity,
        exit_units=position.exit_units + value,
        cost_units=share(position.cost_units, left, position.open),
        updated_at=stamp.at,
        closed_at=stamp.at if flat else None,
        exit_reason=stamp.exit_reason if flat else None,
    )
