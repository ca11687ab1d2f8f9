"""Order strategies of type 2: an entry whose brackets are put out as it fills."""

from __future__ import annotations

from decimal import Decimal

from justtrades_desktop.simulator import lifecycle
from justtrades_desktop.simulator.lifecycle import Draft
from justtrades_desktop.simulator.orders import BUY, SELL, LiveOrder, Terms, Trail
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.prices import nearest_tick
from justtrades_desktop.simulator.world import Bracket, StrategyState

ACTIVE = "ActiveStrategy"


def link(pit: Pit, strategy_id: int, order: LiveOrder, label: str) -> None:
    """Show that an order belongs to a strategy."""
    pit.books.create(
        "orderStrategyLink",
        {"orderStrategyId": strategy_id, "orderId": order.id, "label": label},
        owner=order.user_id,
    )


def filled(pit: Pit, order: LiveOrder, *, quantity: int, price: Decimal) -> None:
    """Put out exits for what the entry of a strategy has just filled, bracket after bracket."""
    state = _state(pit, order)
    if state is None or state.entry_id != order.id:
        return
    for number, bracket in enumerate(state.brackets):
        part = min(quantity, bracket.quantity - state.used[number])
        if part > 0:
            state.used[number] += part
            quantity -= part
            _put_out(pit, order, state, bracket, quantity=part, price=price)


def ended(pit: Pit, order: LiveOrder) -> None:
    """Close the strategy with its last order."""
    state = _state(pit, order)
    strategy_id = order.strategy_id
    if state is None or strategy_id is None:
        return
    if any(pit.order(each).alive for each in (state.entry_id, *state.children)):
        return
    if pit.books.get("orderStrategy", strategy_id)["status"] == ACTIVE:
        failed = pit.order(state.entry_id).status == "Rejected"
        status = "ExecutionFailed" if failed else "ExecutionFinished"
        pit.books.update("orderStrategy", strategy_id, status=status)
    del pit.world.strategies[strategy_id]


def interrupt(pit: Pit, strategy_id: int) -> None:
    """Stop a strategy by a user's wish: its orders go, the position stays."""
    pit.books.update("orderStrategy", strategy_id, status="StoppedByUser")
    state = pit.world.strategies[strategy_id]
    for order in [pit.order(each) for each in (state.entry_id, *state.children)]:
        if order.alive:
            lifecycle.cancel(pit, order, text="its strategy was stopped")


def _state(pit: Pit, order: LiveOrder) -> StrategyState | None:
    return None if order.strategy_id is None else pit.world.strategies.get(order.strategy_id)


def _put_out(
    pit: Pit,
    entry: LiveOrder,
    state: StrategyState,
    bracket: Bracket,
    *,
    quantity: int,
    price: Decimal,
) -> None:
    made = []
    for label, terms in _legs(pit, entry, bracket, quantity=quantity, price=price):
        action = SELL if entry.action == BUY else BUY
        draft = Draft(
            entry.account_id, entry.contract_id, action, terms, strategy_id=entry.strategy_id
        )
        order = lifecycle.make(pit, draft)
        if label == "StopLoss":
            order.trail = order.trail or _auto_trail(entry, bracket, price)
        state.children.append(order.id)
        if entry.strategy_id is not None:
            link(pit, entry.strategy_id, order, label)
        made.append(order)
    if len(made) == 2:
        lifecycle.pair(pit, made[0], made[1])
    for order in made:
        lifecycle.start(pit, order)


def _legs(
    pit: Pit, entry: LiveOrder, bracket: Bracket, *, quantity: int, price: Decimal
) -> list[tuple[str, Terms]]:
    tick = pit.product(entry.contract_id).tick_size
    legs = []
    if bracket.target is not None:
        at = nearest_tick(price + bracket.target, tick)
        legs.append(
            ("ProfitTarget", Terms(quantity=quantity, kind="Limit", price=at, time_in_force="GTC"))
        )
    if bracket.stop is not None:
        terms = Terms(
            quantity=quantity,
            kind="TrailingStop" if bracket.trailing else "Stop",
            stop=nearest_tick(price + bracket.stop, tick),
            peg=abs(bracket.stop) if bracket.trailing else None,
            time_in_force="GTC",
        )
        legs.append(("StopLoss", terms))
    return legs


def _auto_trail(entry: LiveOrder, bracket: Bracket, price: Decimal) -> Trail | None:
    auto = bracket.auto
    if auto is None or auto.start is None:
        return None
    return Trail(distance=auto.distance, start=price + entry.sign * abs(auto.start), step=auto.step)
