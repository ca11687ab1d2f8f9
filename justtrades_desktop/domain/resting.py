"""Exits that rest at the broker: how much of a position they close, and which are too many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from justtrades_desktop.domain.orders import Purpose, Way

EXITS: Final = (Purpose.STOP, Purpose.TARGET)


class Resting(NamedTuple):
    """One of our exits that lives at the broker. ``quantity`` is what is left of it in contracts,
    ``oco_id`` the other order of its pair.

    A leg that still hangs on an unfilled entry does not rest yet: it is left out.
    """

    order_id: int
    purpose: Purpose
    way: Way
    quantity: int
    oco_id: int | None = None


def closing(exits: Iterable[Resting], purpose: Purpose, net: int) -> int:
    """Contracts of the exits that lead from ``net`` towards flat."""
    return sum(e.quantity for e in exits if e.purpose is purpose and e.way.sign * net < 0)


def unfit(exits: Sequence[Resting], net: int) -> tuple[int, ...]:
    """Which exits must go so that the others together cannot do more than flatten ``net``.

    Pairs go or stay together, because the broker cancels the other one too. Those with a stop
    stay first, and of them the newest: it was made for what is open now.
    """
    pairs: defaultdict[int, list[Resting]] = defaultdict(list)
    for each in exits:
        pairs[min(each.order_id, each.oco_id or each.order_id)].append(each)
    kept: list[Resting] = []
    for pair in sorted(pairs.values(), key=_worth, reverse=True):
        if _fits([*kept, *pair], net):
            kept += pair
    return tuple(sorted(set(ids_of(exits)) - set(ids_of(kept))))


def _worth(pair: Sequence[Resting]) -> tuple[bool, int]:
    has_stop = any(each.purpose is Purpose.STOP for each in pair)
    return has_stop, max(each.order_id for each in pair)


def _fits(exits: Sequence[Resting], net: int) -> bool:
    if any(each.way.sign * net >= 0 for each in exits):
        return False
    return all(closing(exits, purpose, net) <= abs(net) for purpose in EXITS)


def ids_of(exits: Iterable[Resting]) -> tuple[int, ...]:
    return tuple(sorted(each.order_id for each in exits))
