"""Orders that depend on each other: one cancels other, and children that follow their parent.

What was chosen where the broker's rules are not known:

- A fill of one leg, even in part, takes as much off the other, so both together never fill more
  than one of them asked for. The end of a leg, by fill, cancel, expiry or rejection, cancels the
  other.
- Children are worth as much as their parent has filled: they begin with its first fill and grow
  with the next ones. If all of a child is filled while its parent still works, the rest of the
  parent is cancelled: the trade is over.
- A parent that ends without a fill takes its children along.
"""

from __future__ import annotations

from justtrades_desktop.simulator import lifecycle
from justtrades_desktop.simulator.orders import LiveOrder
from justtrades_desktop.simulator.pit import Pit


def filled(pit: Pit, order: LiveOrder, quantity: int) -> None:
    """``order`` has filled ``quantity`` contracts."""
    other = _other(pit, order)
    if other is not None:
        _reduce(pit, other, quantity)
    for child in _children(pit, order):
        _grow(pit, child, order, quantity)
    # Together, not one after the other: the first must not fill before the second is there.
    for child in _children(pit, order):
        if child.held:
            child.held = False
            lifecycle.revive(pit, child)


def ended(pit: Pit, order: LiveOrder) -> None:
    """``order`` is finished."""
    other = _other(pit, order)
    if other is not None:
        lifecycle.cancel(pit, other, text="the other leg is done")
    if order.parent_id is not None and order.status == "Filled":
        parent = pit.order(order.parent_id)
        if parent.alive:
            lifecycle.cancel(pit, parent, text="its exit is filled")
    for child in _children(pit, order):
        if not order.filled:
            _drop(pit, child, order)


def _other(pit: Pit, order: LiveOrder) -> LiveOrder | None:
    if order.oco_id is None:
        return None
    other = pit.order(order.oco_id)
    return other if other.alive else None


def _children(pit: Pit, parent: LiveOrder) -> list[LiveOrder]:
    ids = pit.world.working.get(parent.contract_id, ())
    return [order for order in map(pit.order, ids) if order.parent_id == parent.id]


def _reduce(pit: Pit, order: LiveOrder, quantity: int) -> None:
    if quantity < order.remaining:
        lifecycle.resize(pit, order, order.terms.quantity - quantity)
    else:
        lifecycle.cancel(pit, order, text="the other leg is filled")


def _grow(pit: Pit, child: LiveOrder, parent: LiveOrder, quantity: int) -> None:
    first = child.held
    lifecycle.resize(pit, child, quantity if first else child.terms.quantity + quantity)


def _drop(pit: Pit, child: LiveOrder, parent: LiveOrder) -> None:
    if parent.status == "Rejected":
        lifecycle.reject(pit, child, "ParentRejected", "its entry was rejected")
    else:
        lifecycle.cancel(pit, child, text="its entry is gone")
