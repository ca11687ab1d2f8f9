"""The signal position: a fold over one recorder's signals in one instrument, never over fills.

P&L inside is in points x contracts; money is that times the instrument's point value. The total
(realized + unrealized) never depends on how entries are averaged:
``side * (exit_value + price * open - entry_value)``; only its split does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.instructions import Plan

# Each partial exit multiplies the open cost's denominator by the contracts held, so it would grow
# without end on a position that is never flat. Past this it is rounded at 30 decimals of a point:
# after 100,000 exits that is still 24 digits away from a cent, and it vanishes when flat.
_WIDEST_DENOMINATOR: Final = 10**40
_DECIMALS: Final = 10**30

_ZERO: Final = Fraction(0)
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


@dataclass(frozen=True, slots=True)
class Leg:
    """One entry or exit; ``price`` None until a tick prices it."""

    position_id: int
    kind: LegKind
    quantity: int
    price: Decimal | None
    at: datetime
    signal_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One recorder's holding in one instrument, from the signal that opened it until it is flat.

    ``entered`` and ``exited`` count contracts over its whole life, ``most`` is the largest number
    held. ``entry_value`` and ``exit_value`` are sums of price x quantity; ``open_cost`` is what
    the open contracts cost at the average entry. All three are meaningless while ``priced`` is
    False: then no price was known yet and the first tick will price every leg so far. ``worst``
    and ``best`` are the extremes of unrealized P&L (worst <= 0 <= best), in points x contracts.
    ``product`` is pinned at the opening; None while nobody knows what a tick is worth.
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
    entry_value: Fraction = _ZERO
    exit_value: Fraction = _ZERO
    open_cost: Fraction = _ZERO
    worst: Fraction = _ZERO
    best: Fraction = _ZERO
    last_price: Decimal | None = None
    closed_at: datetime | None = None
    exit_reason: str | None = None
    product: Product | None = None

    @property
    def point_value(self) -> Fraction:
        """Money per point and contract; 1 where no tick value is known: P&L is in points then."""
        return self.product.point_value if self.product else _ONE

    def in_money(self, points: Fraction | None) -> Fraction | None:
        """P&L in points x contracts as money; None stays None."""
        return None if points is None else points * self.point_value

    @property
    def open(self) -> int:
        """Contracts open now, unsigned."""
        return self.entered - self.exited

    @property
    def signed(self) -> int:
        """Contracts open now, short negative."""
        return self.side.sign * (self.entered - self.exited)

    @property
    def average_entry(self) -> Fraction | None:
        """Average price of the open contracts; of all entries once closed; None while unpriced."""
        if not self.priced:
            return None
        if self.open:
            return self.open_cost / self.open
        return self.entry_value / self.entered

    @property
    def exit_price(self) -> Fraction | None:
        """Quantity-weighted average of the exits so far; None without one."""
        if not self.priced or not self.exited:
            return None
        return self.exit_value / self.exited

    @property
    def realized(self) -> Fraction | None:
        """P&L of the closed contracts, points x contracts; None while unpriced."""
        if not self.priced:
            return None
        return self.side.sign * (self.exit_value - self.entry_value + self.open_cost)

    def unrealized(self, price: Decimal | None) -> Fraction | None:
        """P&L of the open contracts at ``price``, points x contracts; None where unknown."""
        if not self.open:
            return _ZERO
        if not self.priced or price is None:
            return None
        return self.side.sign * (Fraction(price) * self.open - self.open_cost)

    def marked(self, *prices: Decimal, last: Decimal | None = None) -> Position:
        """This position with its extremes widened to what ``prices`` make of it."""
        worst, best = self.worst, self.best
        for price in prices:
            unrealized = self.unrealized(price)
            if unrealized is not None:
                worst = min(worst, unrealized)
                best = max(best, unrealized)
        last = self.last_price if last is None else last
        if worst == self.worst and best == self.best and last == self.last_price:
            return self
        return replace(self, worst=worst, best=best, last_price=last)

    def priced_at(self, price: Decimal) -> Position:
        """Every leg so far takes ``price``: none was known before."""
        if self.priced:
            return self
        exact = Fraction(price)
        return replace(
            self,
            priced=True,
            entry_value=exact * self.entered,
            exit_value=exact * self.exited,
            open_cost=exact * self.open,
            last_price=price,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What one signal did: the position it left closed, the one it left open, and their new legs."""

    closed: Position | None
    open: Position | None
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who changes a position and when: the signal, the id a newly opened position would get."""

    signal_id: int
    new_position_id: int
    recorder_id: int
    symbol: str
    at: datetime
    exit_reason: str = "signal"
    product: Product | None = None


def apply(position: Position | None, plan: Plan, price: Decimal | None, stamp: Stamp) -> Change:
    """Carry out ``plan`` on ``position`` (None when flat) at ``price`` (None while none is known).

    The price is a tick too: it prices legs that waited for one and widens the extremes before
    anything is closed, so that a loss realized by this signal counts as drawdown.
    """
    if position is not None and price is not None:
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


def _enter(position: Position, quantity: int, price: Decimal | None, stamp: Stamp) -> Position:
    cost = Fraction(price) * quantity if price is not None and position.priced else _ZERO
    return replace(
        position,
        entered=position.entered + quantity,
        most=max(position.most, position.open + quantity),
        entry_value=position.entry_value + cost,
        open_cost=position.open_cost + cost,
        updated_at=stamp.at,
    )


def _exit(position: Position, quantity: int, price: Decimal | None, stamp: Stamp) -> Position:
    left = position.open - quantity
    flat = left == 0
    value = Fraction(price) * quantity if price is not None and position.priced else _ZERO
    return replace(
        position,
        exited=position.exited + quantity,
        exit_value=position.exit_value + value,
        open_cost=_bounded(position.open_cost * left / position.open),
        updated_at=stamp.at,
        closed_at=stamp.at if flat else None,
        exit_reason=stamp.exit_reason if flat else None,
    )


def _bounded(cost: Fraction) -> Fraction:
    if cost.denominator <= _WIDEST_DENOMINATOR:
        return cost
    return Fraction(round(cost * _DECIMALS), _DECIMALS)
