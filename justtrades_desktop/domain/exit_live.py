"""The exits of ours that rest at the broker, and what of them can become what should. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from justtrades_desktop.domain.exit_set import Part, Stop
from justtrades_desktop.domain.orders import OrderKind, Purpose


class LiveExit(NamedTuple):
    """An exit order of ours that lives at the broker.

    ``purpose`` is ``TARGET`` or ``STOP``, ``part`` its place in the ladder, None for one that hung
    on an add. ``quantity`` is what is still open in it. For a trailing stop ``stop_price`` is where
    it began. ``oco_id`` is the same for both legs of a pair. ``changing``: a command is under way.
    """

    order_id: int
    purpose: Purpose
    part: int | None
    quantity: int
    kind: OrderKind
    price: Decimal | None = None
    stop_price: Decimal | None = None
    distance: Decimal | None = None
    oco_id: int | None = None
    changing: bool = False


@dataclass(frozen=True, slots=True)
class Resting:
    """What rests of one part that is wanted; None is missing."""

    index: int
    part: Part
    target: LiveExit | None
    stop: LiveExit | None

    @property
    def is_pair(self) -> bool:
        """Whether one of them cancels the other."""
        return (
            self.target is not None
            and self.stop is not None
            and self.stop.oco_id is not None
            and self.target.oco_id == self.stop.oco_id
        )

    @property
    def legs(self) -> tuple[LiveExit, ...]:
        """Those that live."""
        return tuple(leg for leg in (self.target, self.stop) if leg is not None)


Group = tuple[LiveExit, ...]
"""A pair or a single order."""


@dataclass(frozen=True, slots=True)
class Sorting:
    """Every living exit by what is to become of it: kept (perhaps changed), cancelled, or cancelled
    once its contracts can be taken over, as the stops of adds."""

    kept: Sequence[Resting]
    unwanted: Sequence[Group]
    of_adds: Sequence[Group]

    @property
    def is_settled(self) -> bool:
        """Whether no command is under way."""
        groups = (*(keep.legs for keep in self.kept), *self.unwanted, *self.of_adds)
        return not any(leg.changing for group in groups for leg in group)


def sort_exits(desired: Mapping[int, Part], live: Sequence[LiveExit], side: int) -> Sorting:
    """Which orders stay, which go, and which stops of adds go last."""
    groups = _groups(live)
    kept = []
    taken: set[int] = set()
    for index, part in desired.items():
        fit = [group for group in groups if _fits(group, index, part, side)]
        keep = _best(index, part, fit)
        taken |= {leg.order_id for leg in keep.legs}
        kept.append(keep)
    others = [group for group in groups if group[0].order_id not in taken]
    of_adds = [group for group in others if desired and _is_of_add(group)]
    return Sorting(kept, [group for group in others if group not in of_adds], of_adds)


def _groups(live: Sequence[LiveExit]) -> list[Group]:
    """Pairs and single orders, oldest first; the target of a pair is its first."""
    found: dict[tuple[str, int], list[LiveExit]] = {}
    for leg in sorted(live, key=lambda leg: (leg.purpose is not Purpose.TARGET, leg.order_id)):
        key = ("order", leg.order_id) if leg.oco_id is None else ("oco", leg.oco_id)
        found.setdefault(key, []).append(leg)
    groups = [tuple(legs) for legs in found.values()]
    return sorted(groups, key=lambda group: min(leg.order_id for leg in group))


def _is_of_add(group: Group) -> bool:
    return any(leg.part is None and leg.purpose is Purpose.STOP for leg in group)


def _fits(group: Group, index: int, part: Part, side: int) -> bool:
    """Whether every order of it can become what ``part`` wants by changing it."""
    if any(leg.part != index for leg in group) or len({leg.purpose for leg in group}) < len(group):
        return False
    return all(
        _fits_stop(leg, part.stop, side)
        if leg.purpose is Purpose.STOP
        else part.target is not None and leg.kind is OrderKind.LIMIT
        for leg in group
    )


def _fits_stop(leg: LiveExit, stop: Stop | None, side: int) -> bool:
    if stop is None or leg.kind is not stop.kind:
        return False
    if stop.kind is not OrderKind.TRAILING_STOP:
        return True
    if leg.distance is None or stop.distance is None or abs(leg.distance) != abs(stop.distance):
        return False
    # One that began behind a fixed price has passed it only if the best price less its distance
    # has: then that is the price wanted now, not the fixed one.
    behind = (
        stop.floor is not None
        and leg.stop_price is not None
        and (stop.floor - leg.stop_price) * side > 0
    )
    return not (behind and stop.price == stop.floor)


def _best(index: int, part: Part, fit: Sequence[Group]) -> Resting:
    """A pair before single orders, the largest stop before others, then the oldest."""

    def worth(group: Group) -> int:
        return min(group[-1].quantity, part.quantity)

    pairs = [group for group in fit if len(group) == 2]
    if pairs:
        target, stop = max(pairs, key=worth)
        return Resting(index, part, target, stop)
    targets = [group for group in fit if group[0].purpose is Purpose.TARGET]
    stops = [group for group in fit if group[0].purpose is Purpose.STOP]
    return Resting(
        index,
        part,
        max(targets, key=worth)[0] if targets else None,
        max(stops, key=worth)[0] if stops else None,
    )


def is_targets(group: Group) -> bool:
    """Whether cancelling it takes no stop away."""
    return all(leg.purpose is Purpose.TARGET for leg in group)


def room_of(now: Sorting, size: int) -> tuple[int, int]:
    """How many contracts more targets and stops may live."""
    legs = [leg for group in (*now.unwanted, *now.of_adds) for leg in group]
    legs += [leg for keep in now.kept for leg in keep.legs]
    targets = stops = 0
    for group in _groups(legs):
        most = max(leg.quantity for leg in group)
        targets += most if len(group) > 1 or group[0].purpose is Purpose.TARGET else 0
        stops += most if len(group) > 1 or group[0].purpose is Purpose.STOP else 0
    return size - targets, size - stops
