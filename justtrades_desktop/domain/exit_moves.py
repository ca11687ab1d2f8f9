"""From the exits that rest at the broker to those that should: one move after another. Pure.

At every moment in between neither the targets nor the stops that live are more than what is open,
and no contract is without its stop for longer than it takes to make room for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from justtrades_desktop.domain.exit_live import (
    Group,
    LiveExit,
    Resting,
    Sorting,
    is_targets,
    room_of,
    sort_exits,
)
from justtrades_desktop.domain.exit_set import Part, Stop
from justtrades_desktop.domain.orders import OrderKind, Purpose


class Modify(NamedTuple):
    """Change an order: ``quantity`` is what shall be open in it, without what has filled.

    A price that is None stays as it is; of a trailing stop nothing but the quantity can change.
    """

    order_id: int
    quantity: int
    price: Decimal | None = None
    stop_price: Decimal | None = None


class Cancel(NamedTuple):
    """Cancel an order; the broker cancels the other of its pair."""

    order_id: int


class Place(NamedTuple):
    """A new exit of a part; with both prices it is one pair, in which one cancels the other."""

    part: int
    quantity: int
    target: Decimal | None
    stop: Stop | None


class CloseNow(NamedTuple):
    """The market is at or beyond a stop or a target that does not rest there yet: leave at once.

    A target there would fill at once, and its stop, no pair of it, would rest on for a moment.
    ``quantity`` may still have exits that live: as with every close they are cancelled first.
    """

    quantity: int
    why: str


Move = Modify | Cancel | Place | CloseNow


def next_move(
    desired: Mapping[int, Part],
    live: Sequence[LiveExit],
    *,
    size: int,
    side: int,
    price: Decimal | None,
) -> Move | None:
    """The one next thing to do so that ``live`` becomes ``desired``; None where nothing is.

    A pair counts with its larger leg. An order under way is not touched, and while there is one
    nothing is raised or placed, because what it will be is not known yet. Room is made before
    anything is raised: a stop as soon as it fits, targets last. The stop of an add goes when all
    other room is made, right before the stops that take its contracts over.

    Args:
        desired: what should rest, by part; its quantities add up to ``size`` or it is empty.
        live: every exit order of ours in that contract that is not over.
        size: contracts open; with 0 all of them are cancelled.
        side: +1 long, -1 short.
        price: the last price, None where it is not known.
    """
    now = sort_exits(desired if size > 0 else {}, [leg for leg in live if leg.quantity > 0], side)
    return _closing(now, side, price) or next(_moves(now, size, side, price), None)


def _closing(now: Sorting, side: int, price: Decimal | None) -> CloseNow | None:
    """All parts whose stop or target the market has passed before it could be put there."""
    if price is None:
        return None
    reached = [keep for keep in now.kept if _is_reached(keep, side, price)]
    if reached:
        quantity = sum(keep.part.quantity for keep in reached)
        said = f"The market is at {price:f}, the target would be {reached[0].part.target:f}"
        return CloseNow(quantity, said)
    passed = [
        keep
        for keep in now.kept
        if keep.part.stop is not None
        and (price - keep.part.stop.price) * side <= 0
        and _is_to_move(keep.stop, keep.part.stop)
    ]
    if not passed:
        return None
    stop = passed[0].part.stop
    quantity = sum(keep.part.quantity for keep in passed)
    return CloseNow(
        quantity, f"The market is at {price:f}, the stop would be {stop and stop.price:f}"
    )


def _is_reached(keep: Resting, side: int, price: Decimal) -> bool:
    target = keep.part.target
    return keep.target is None and target is not None and (price - target) * side >= 0


def _is_to_move(leg: LiveExit | None, stop: Stop) -> bool:
    if leg is None:
        return True
    return not leg.changing and stop.kind is OrderKind.STOP and leg.stop_price != stop.price


def _moves(now: Sorting, size: int, side: int, price: Decimal | None) -> Iterator[Move]:
    """What could be done now, the most urgent first."""
    if now.is_settled:
        yield from _stops_up(now, size, side, price)
    yield from _targets_down(now)
    yield from _stops_down(now)
    yield from _stops_moved(now)
    if now.is_settled:
        yield from _cancels(now.of_adds)
        yield from _targets_up(now, size)
    yield from _targets_moved(now)


def _stops_up(now: Sorting, size: int, side: int, price: Decimal | None) -> Iterator[Move]:
    """Stops that are missing or too small, where there is room for all they want."""
    targets, stops = room_of(now, size)
    for keep in now.kept:
        wanted, stop = keep.part.quantity, keep.part.stop
        if stop is None:
            continue
        if keep.stop is not None and keep.stop.quantity < wanted:
            counted = max(leg.quantity for leg in keep.legs) if keep.is_pair else keep.stop.quantity
            if wanted - counted <= (min(targets, stops) if keep.is_pair else stops):
                yield _changed(keep.stop, keep.part)
        elif keep.stop is None:
            pair = keep.target is None and _can_pair(keep.part, side, price)
            if wanted <= (min(targets, stops) if pair else stops):
                yield Place(keep.index, wanted, keep.part.target if pair else None, stop)


def _can_pair(part: Part, side: int, price: Decimal | None) -> bool:
    """Whether the broker takes both as a pair: the legs must wait on both sides of the market."""
    return part.target is not None and (price is None or (part.target - price) * side > 0)


def _targets_down(now: Sorting) -> Iterator[Move]:
    yield from _cancels([group for group in now.unwanted if is_targets(group)])
    for keep in now.kept:
        if keep.target and keep.target.quantity > keep.part.quantity and not keep.target.changing:
            yield _changed(keep.target, keep.part)


def _stops_down(now: Sorting) -> Iterator[Move]:
    for keep in now.kept:
        if keep.stop and keep.stop.quantity > keep.part.quantity and not keep.stop.changing:
            yield _changed(keep.stop, keep.part)
    yield from _cancels([group for group in now.unwanted if not is_targets(group)])


def _stops_moved(now: Sorting) -> Iterator[Move]:
    for keep in now.kept:
        leg, stop = keep.stop, keep.part.stop
        if leg and stop and leg.quantity == keep.part.quantity and _is_to_move(leg, stop):
            yield _changed(leg, keep.part)


def _targets_up(now: Sorting, size: int) -> Iterator[Move]:
    """Targets that are missing or too small, where there is room for all they want."""
    room, _ = room_of(now, size)
    for keep in now.kept:
        wanted = keep.part.quantity
        if keep.part.target is None:
            continue
        if keep.target is None:
            if wanted <= room:
                yield Place(keep.index, wanted, keep.part.target, None)
        elif keep.target.quantity < wanted:
            counted = (
                max(leg.quantity for leg in keep.legs) if keep.is_pair else keep.target.quantity
            )
            if wanted - counted <= room:
                yield _changed(keep.target, keep.part)


def _targets_moved(now: Sorting) -> Iterator[Move]:
    for keep in now.kept:
        leg, price = keep.target, keep.part.target
        if leg and not leg.changing and leg.quantity == keep.part.quantity and leg.price != price:
            yield _changed(leg, keep.part)


def _changed(leg: LiveExit, part: Part) -> Modify:
    """``leg`` with the quantity and the price that are wanted."""
    if leg.purpose is Purpose.TARGET:
        return Modify(leg.order_id, part.quantity, price=part.target)
    if part.stop is None or part.stop.kind is OrderKind.TRAILING_STOP:
        return Modify(leg.order_id, part.quantity)
    return Modify(leg.order_id, part.quantity, stop_price=part.stop.price)


def _cancels(groups: Sequence[Group]) -> Iterator[Cancel]:
    for group in groups:
        if not any(leg.changing for leg in group):
            yield Cancel(group[0].order_id)
