"""The price of a level for a position that is held at a broker; the same as the recorder's. Pure.

The safe side is the one that ``exits`` rounds to, since a rule's exit of the signal position and
the order that rests at the broker are one and the same exit: away from the entry, so that a target
never brings less than was asked for, and neither it nor a stop is touched before its distance.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from typing import Final, NamedTuple, assert_never

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.exits import Level, Unit

_DIGITS: Final = Context(prec=60)


class Basis(NamedTuple):
    """What levels are counted from: the ``average`` entry on ``side`` (+1 long, -1 short).

    ``whole`` is how many contracts money is shared by.
    """

    side: int
    average: Fraction
    whole: Fraction
    product: Product


def price_of(basis: Basis, rule: Level | None, own: Level | None, *, away: int) -> Decimal | None:
    """The price of a target (``away`` +1) or a stop (-1); ``own`` is what the alert names.

    None where there is none, also where it lies on the wrong side of the entry: it would fill at
    once, whatever was meant.
    """
    wanted = own if rule is not None and rule.unit is Unit.ALERT else rule
    if wanted is None:
        return None
    direction = basis.side * away
    if wanted.unit is Unit.PRICE:
        right = (Fraction(wanted.value) - basis.average) * direction > 0
        return on_grid(basis.product, Fraction(wanted.value), direction) if right else None
    distance = distance_of(basis, wanted)
    if not distance:
        return None
    return on_grid(basis.product, basis.average + direction * distance, direction)


def distance_of(basis: Basis, wanted: Level | None) -> Fraction | None:
    """In points; None where it cannot be known."""
    if wanted is None:
        return None
    value = Fraction(wanted.value)
    match wanted.unit:
        case Unit.POINTS:
            return value
        case Unit.PERCENT:
            return abs(basis.average) * value / 100
        case Unit.TICKS:
            return value * Fraction(basis.product.tick_size)
        case Unit.MONEY:
            return value / (basis.product.point_value * basis.whole)
        case Unit.PRICE | Unit.ALERT:
            return None
        case _:
            assert_never(wanted.unit)


def on_grid(product: Product, price: Fraction, direction: int) -> Decimal:
    """``price`` moved to the next tick in ``direction`` where it lies between two."""
    ticks = price / Fraction(product.tick_size)
    whole = -(-ticks.numerator // ticks.denominator) if direction > 0 else ticks.__floor__()
    return _DIGITS.multiply(Decimal(whole), product.tick_size)
