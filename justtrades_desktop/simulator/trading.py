"""Orders meet prices, and what follows from it: the other leg goes, the children begin."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from decimal import Decimal

from justtrades_desktop.simulator import lifecycle, linked, matching, money, strategies
from justtrades_desktop.simulator.filling import fill
from justtrades_desktop.simulator.orders import AT_ONCE, WAITING, LiveOrder
from justtrades_desktop.simulator.pit import Arrived, Ended, Filled, Pit
from justtrades_desktop.simulator.prices import nearest_tick


def on_print(pit: Pit, contract_id: int, size: int | None) -> None:
    """A trade in a contract: every order there gets its chance, the oldest first."""
    if not pit.is_open():
        return
    left = size if pit.settings.print_size_limits else None
    for order_id in tuple(pit.world.working.get(contract_id, ())):
        order = pit.order(order_id)
        if order.tradable:
            taken = attempt(pit, order, arriving=False, available=left)
            left = None if left is None else left - taken
            settle(pit)


def concerned(pit: Pit, contract_id: int, prices: Sequence[Decimal]) -> bool:
    """Whether any order there may feel that trades were at ``prices``, not only at the last one."""
    mark = pit.world.marks.get(contract_id)
    seen = [*prices, mark.last] if mark is not None else prices
    tick = pit.product(contract_id).tick_size
    low, high = nearest_tick(min(seen), tick), nearest_tick(max(seen), tick)
    orders = map(pit.order, pit.world.working.get(contract_id, ()))
    return any(_feels(order, low, high) for order in orders)


def _feels(order: LiveOrder, low: Decimal, high: Decimal) -> bool:
    if order.trail is not None or order.triggered:
        return True
    waits = [at for at in (order.terms.price, order.stop, order.terms.stop) if at is not None]
    return not waits or any(low <= at <= high for at in waits)


def attempt(pit: Pit, order: LiveOrder, *, arriving: bool, available: int | None = None) -> int:
    """Fill what the market allows of ``order`` now; returns how many contracts."""
    price = _price(pit, order, arriving=arriving)
    quantity = 0 if price is None else _portion(pit, order, available)
    if order.terms.time_in_force == "FOK" and quantity < order.remaining:
        quantity = 0
    if price is not None and quantity:
        fill(pit, order, quantity, price + _slippage(pit, order))
    if order.terms.time_in_force in AT_ONCE and order.alive:
        lifecycle.cancel(pit, order, text=f"{order.terms.time_in_force}: not all could be filled")
    return quantity


def _price(pit: Pit, order: LiveOrder, *, arriving: bool) -> Decimal | None:
    """What ``order`` fills at now, None if it does not; a stop may move or go off here."""
    mark = pit.world.marks.get(order.contract_id)
    if mark is None:
        return None
    order.stop = matching.followed(order, mark.last)
    if not matching.touched(order, mark.last):
        return None
    if order.terms.kind in WAITING and not order.triggered:
        order.triggered = arriving = True
    return matching.fill_price(order, mark, arriving=arriving, on_touch=pit.settings.fill_on_touch)


def settle(pit: Pit) -> None:
    """Carry out what has followed, until nothing more follows."""
    touched: list[int] = []
    while pit.consequences:
        what = _next(pit.consequences)
        order = pit.order(what.order_id)
        touched.append(order.account_id)
        if isinstance(what, Arrived):
            if order.tradable:
                attempt(pit, order, arriving=True)
        elif isinstance(what, Filled):
            linked.filled(pit, order, what.quantity)
            strategies.filled(pit, order, quantity=what.quantity, price=what.price)
        elif isinstance(what, Ended):
            linked.ended(pit, order)
            strategies.ended(pit, order)
    for account_id in dict.fromkeys(touched):
        money.remargin(pit, account_id)


def _portion(pit: Pit, order: LiveOrder, available: int | None) -> int:
    """How much of ``order`` one print fills."""
    quantity = order.remaining
    if available is not None:
        quantity = min(quantity, available)
    if pit.settings.max_fill is not None:
        quantity = min(quantity, pit.settings.max_fill)
    if quantity > 1 and pit.dice.random() < pit.settings.partial_chance:
        quantity = pit.dice.randint(1, quantity - 1)
    return max(0, quantity)


def _slippage(pit: Pit, order: LiveOrder) -> Decimal:
    """What a fill at the market's price is worse by, in points with the order's sign."""
    ticks = pit.settings.slippage_ticks
    if not ticks or not matching.at_market(order):
        return Decimal(0)
    if pit.settings.slippage_varies:
        ticks = pit.dice.randint(0, ticks)
    return order.sign * ticks * pit.product(order.contract_id).tick_size


def _next(waiting: deque[Arrived | Filled | Ended]) -> Arrived | Filled | Ended:
    """Fills and ends before arrivals: of a pair that arrives together only one may fill."""
    for place, what in enumerate(waiting):
        if not isinstance(what, Arrived):
            del waiting[place]
            return what
    return waiting.popleft()
