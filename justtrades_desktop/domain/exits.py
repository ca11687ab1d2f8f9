"""Exits by rule: where a position's target and stop lie, and which of them a price touches. Pure.

A rule is a setting of the recorder; the exit it causes is a signal like any other, so that the
position stays the fold of its signals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from justtrades_desktop.domain.values import plain

if TYPE_CHECKING:
    from justtrades_desktop.domain.positions import Position

_DIGITS: Final = Context(prec=60)
_TEXT: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})\s*([a-z%]+)")
_PERCENT: Final = Fraction(1, 100)


class Unit(StrEnum):
    """What the number of a level counts; always away from the average entry, save ``PRICE``."""

    TICKS = "ticks"
    POINTS = "points"
    PERCENT = "%"
    MONEY = "money"  # of the whole position, in its currency
    PRICE = "price"
    ALERT = "alert"  # whatever the alert itself names


class ExitReason(StrEnum):
    """Which rule closed a position."""

    TARGET = "target"
    STOP = "stop"
    TRAIL = "trail"
    BREAK_EVEN = "breakeven"
    SESSION = "session"


class Level(NamedTuple):
    """A distance or a price: ``Level(Unit.TICKS, Decimal(40))`` is ``'40 ticks'``."""

    unit: Unit
    value: Decimal = Decimal(0)

    def __str__(self) -> str:
        return self.unit.value if self.unit is Unit.ALERT else f"{plain(self.value)} {self.unit}"


def level(text: str) -> Level:
    """The inverse of ``str(level)``; also ``40t``, ``40 tick``, ``10pt``, ``0.5%``.

    Raises:
        ValueError: it is no level.
    """
    said = text.strip().lower()
    if said == Unit.ALERT:
        return Level(Unit.ALERT)
    found = _TEXT.fullmatch(said)
    unit = _UNITS.get(found[2]) if found else None
    if found is None or unit is None:
        raise ValueError(f"{text!r} is no distance (40 ticks, 10 points, 0.5 %, alert)")
    return Level(unit, Decimal(found[1]))


_UNITS: Final = {
    **{name: Unit.TICKS for name in ("t", "tick", "ticks")},
    **{name: Unit.POINTS for name in ("pt", "point", "points")},
    **{name: Unit.PERCENT for name in ("%", "percent")},
    "money": Unit.MONEY,
    "price": Unit.PRICE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRules:
    """The rules of a recorder; each is off while None.

    ``trail`` follows the most favourable price since the last entry at that distance, once the
    price has gone ``trail_after`` in favour (at once where that is None). ``break_even`` moves the
    stop to the average entry, ``break_even_offset`` better, once the price has gone that far in
    favour. ``session_end`` closes what is open when the session ends.
    """

    take_profit: Level | None = None
    stop: Level | None = None
    trail: Level | None = None
    trail_after: Level | None = None
    break_even: Level | None = None
    break_even_offset: Level | None = None
    session_end: bool = False

    def __bool__(self) -> bool:
        return self != NO_EXITS


NO_EXITS: Final = ExitRules()
"""Nothing leaves by rule."""


class Exit(NamedTuple):
    """A rule's exit: why, and at what price it fills."""

    reason: ExitReason
    price: Decimal | None  # None only where none is known when the session ends


class Levels(NamedTuple):
    """The prices at which a position leaves now; None where there is no such rule."""

    target: Decimal | None = None
    stop: Decimal | None = None
    stop_reason: ExitReason = ExitReason.STOP


def levels(position: Position, rules: ExitRules, favourable: Decimal | None) -> Levels:
    """Target and stop of ``position``; ``favourable`` is the best price since its last entry.

    Of several stops the nearest to the market counts. Levels lie on the tick grid: a target is
    rounded away from the entry and a stop too, so that neither is touched before its distance.
    """
    entry = position.average_entry
    if entry is None or not position.open:
        return Levels()
    side = position.side.sign
    target = _price(position, rules.take_profit, position.take_profit, entry, side, away=1)
    stop = _price(position, rules.stop, position.stop_loss, entry, side, away=-1)
    reason = ExitReason.STOP
    for moved, why in (
        (_trail(position, rules, entry, favourable), ExitReason.TRAIL),
        (_break_even(position, rules, entry, favourable), ExitReason.BREAK_EVEN),
    ):
        if moved is not None and (stop is None or (moved - stop) * side > 0):
            stop, reason = moved, why
    return Levels(target, stop, reason)


def touched(at: Levels, side: int, price: Decimal, before: Decimal | None = None) -> Exit | None:
    """The exit that ``price`` brings for a position on ``side`` (+1 long, -1 short).

    A stop fills at the price that reached or jumped over it, a target at its own; but where the
    price ``before`` lay beyond the target already, because the rule is younger, at the price: its
    own never traded since.
    """
    if at.stop is not None and (price - at.stop) * side <= 0:
        return Exit(at.stop_reason, price)
    if at.target is not None and (price - at.target) * side >= 0:
        beyond = before is not None and (before - at.target) * side > 0
        return Exit(ExitReason.TARGET, price if beyond else at.target)
    return None


def _trail(
    position: Position, rules: ExitRules, entry: Fraction, favourable: Decimal | None
) -> Decimal | None:
    if rules.trail is None or favourable is None:
        return None
    side = position.side.sign
    if not _gone(position, rules.trail_after, entry, favourable):
        return None
    distance = _distance(position, rules.trail, entry)
    return (
        None
        if distance is None
        else _on_grid(position, Fraction(favourable) - side * distance, -side)
    )


def _break_even(
    position: Position, rules: ExitRules, entry: Fraction, favourable: Decimal | None
) -> Decimal | None:
    if rules.break_even is None or favourable is None:
        return None
    if not _gone(position, rules.break_even, entry, favourable):
        return None
    offset = _distance(position, rules.break_even_offset, entry) or Fraction(0)
    side = position.side.sign
    moved = _on_grid(position, entry + side * offset, side)
    # Further than the market ever went it would close at once, at a price that never was.
    return moved if (favourable - moved) * side > 0 else None


def _gone(position: Position, trigger: Level | None, entry: Fraction, favourable: Decimal) -> bool:
    if trigger is None:
        return True
    distance = _distance(position, trigger, entry)
    return distance is not None and (Fraction(favourable) - entry) * position.side.sign >= distance


def _price(
    position: Position,
    rule: Level | None,
    own: Level | None,
    entry: Fraction,
    side: int,
    *,
    away: int,
) -> Decimal | None:
    """The price of a target (``away`` +1) or a stop (-1)."""
    wanted = own if rule is not None and rule.unit is Unit.ALERT else rule
    if wanted is None:
        return None
    if wanted.unit is Unit.PRICE:
        # On the wrong side of the entry it would close at once whatever was meant.
        right = (Fraction(wanted.value) - entry) * side * away > 0
        return _on_grid(position, Fraction(wanted.value), side * away) if right else None
    distance = _distance(position, wanted, entry)
    if not distance:
        return None
    return _on_grid(position, entry + side * away * distance, side * away)


def _distance(position: Position, wanted: Level | None, entry: Fraction) -> Fraction | None:
    """In points, above 0; None where it cannot be known."""
    if wanted is None:
        return None
    value, product = Fraction(wanted.value), position.product
    match wanted.unit:
        case Unit.POINTS:
            return value
        case Unit.PERCENT:
            return abs(entry) * value * _PERCENT
        case Unit.TICKS:
            return value * Fraction(product.tick_size) if product else None
        case Unit.MONEY:
            return value / (product.point_value * position.open) if product else None
        case Unit.PRICE | Unit.ALERT:
            return None
        case _:
            assert_never(wanted.unit)


def _on_grid(position: Position, price: Fraction, direction: int) -> Decimal:
    """``price`` moved to the next tick in ``direction`` where it lies between two."""
    size = position.product.tick_size if position.product else Decimal("1e-10")
    ticks = price / Fraction(size)
    whole = -(-ticks.numerator // ticks.denominator) if direction > 0 else ticks.__floor__()
    return _DIGITS.multiply(Decimal(whole), size)
