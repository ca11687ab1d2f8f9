"""When an order fills and at what price; pure, on one order and one market."""

from __future__ import annotations

from decimal import Decimal

from justtrades_desktop.simulator.orders import BUY, STOPS, LiveOrder, Terms
from justtrades_desktop.simulator.world import Mark

# Kinds that take what the market gives once nothing holds them.
_AT_MARKET = frozenset({"Market", "Stop", "MIT", "TrailingStop"})


def at_market(order: LiveOrder) -> bool:
    """Whether it fills at the market's price, and so may slip."""
    return order.terms.kind in _AT_MARKET


def followed(order: LiveOrder, last: Decimal) -> Decimal | None:
    """Where a stop stands after a trade at ``last``: a trailing one only ever moves closer."""
    trail = order.trail
    if trail is None or order.stop is None:
        return order.stop
    # A sell stop guards a long position and follows up, a buy stop follows down.
    up = -order.sign
    if trail.start is not None and (last - trail.start) * up < 0:
        return order.stop
    moved = (last - trail.distance * up - order.stop) * up
    if trail.step:
        moved = moved // trail.step * trail.step
    return order.stop + moved * up if moved > 0 else order.stop


def touched(order: LiveOrder, last: Decimal) -> bool:
    """Whether a trade at ``last`` sets off an order that waits for its price; others are free."""
    if order.triggered:
        return True
    if order.terms.kind in STOPS:
        return order.stop is not None and (last - order.stop) * order.sign >= 0
    if order.terms.kind == "MIT":
        at = trigger_of(order.terms)
        return at is not None and (last - at) * order.sign <= 0
    return True


def trigger_of(terms: Terms) -> Decimal | None:
    """Where a market-if-touched order waits: in ``stopPrice``, else in ``price``."""
    return terms.stop if terms.stop is not None else terms.price


def fill_price(
    order: LiveOrder, mark: Mark, *, arriving: bool, on_touch: bool = True
) -> Decimal | None:
    """What an order that is set off fills at, None if it does not.

    One that arrives takes the better side's price up to its limit; a limit that rests gets its own
    price, at a trade there (or through it, without ``on_touch``).
    """
    side = mark.offer if order.action == BUY else mark.bid
    if at_market(order):
        return side
    limit = order.terms.price
    if limit is None:
        return None
    if arriving and (side - limit) * order.sign <= 0:
        return side
    through = (limit - mark.last) * order.sign
    if not arriving and (through > 0 or (on_touch and through == 0)):
        return limit
    return None
