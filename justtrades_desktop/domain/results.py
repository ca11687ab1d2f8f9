"""Realized P&L exit by exit: what the results of a day and a week are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.instructions import Plan
from justtrades_desktop.domain.positions import Leg, LegKind, Position, Stamp, apply


class Realized(NamedTuple):
    """What the exits of one signal have realized: ``units`` of points x contracts.

    ``units`` is None where nobody knows a price; ``product`` None where no tick value is known.
    """

    at: datetime
    recorder_id: int
    symbol: str
    product: Product | None
    units: int | None


class Result(NamedTuple):
    """Realized P&L, exactly, by currency; ``left_out`` exits have no price or no tick value."""

    money: Mapping[str, Fraction]
    left_out: int = 0


def realized_between(before: int, after: Position, at: datetime) -> Realized:
    """What exits at ``at`` have added to the ``before`` units that were realized until then."""
    units = after.realized_units
    return Realized(
        at=at,
        recorder_id=after.recorder_id,
        symbol=after.symbol,
        product=after.product,
        units=None if units is None else units - before,
    )


def realized_by_leg(position: Position, legs: Iterable[Leg]) -> Iterator[tuple[Leg, Realized]]:
    """Each exit of ``position`` with what it realized, by folding all its ``legs`` again."""
    held: Position | None = None
    for leg in legs:
        before = held.realized_units if held else 0
        held = _after(held, position, leg)
        if leg.kind is LegKind.EXIT:
            yield leg, realized_between(before or 0, held, leg.at)


def _after(held: Position | None, position: Position, leg: Leg) -> Position:
    stamp = Stamp(
        signal_id=leg.signal_id,
        new_position_id=position.id,
        recorder_id=position.recorder_id,
        symbol=position.symbol,
        at=leg.at,
        product=position.product,
    )
    if leg.kind is LegKind.EXIT:
        change = apply(held, Plan(exit=leg.quantity), leg.price, stamp)
    else:
        entry = Plan(enter=leg.quantity, side=position.side.sign)
        change = apply(held, entry, leg.price, stamp)
    left = change.closed or change.open
    if left is None:
        raise ValueError(f"position {position.id} begins with an exit")
    return left
