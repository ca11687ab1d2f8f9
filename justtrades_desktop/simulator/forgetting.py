"""Letting go of what is over: a broker shows days of orders and fills, not years."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from justtrades_desktop.simulator.orders import LiveOrder
from justtrades_desktop.simulator.pit import Pit

_OF_ORDERS: Final = (
    "command",
    "orderVersion",
    "executionReport",
    "fill",
    "orderStrategyLink",
)


def forget(pit: Pit) -> None:
    """Drop orders finished more than ``keep_days`` ago with all their paper, untold.

    What is still needed stays: the orders of open fills, and those that a living order hangs on.
    """
    before = pit.day() - timedelta(days=pit.settings.keep_days)
    _drop(pit, {each.id for each in _finished(pit) if each.ended and each.ended < before})


def forget_many(pit: Pit) -> None:
    """Where more than ``keep_finished`` have gathered, drop the oldest ones in the same way.

    It is done a quarter of them at a time, since it looks at everything.
    """
    keep = pit.settings.keep_finished
    if keep is None or _finished_count(pit) <= max(keep, pit.kept) + keep // 4:
        return
    finished = _finished(pit)
    _drop(pit, {each.id for each in finished[: max(0, len(finished) - keep)]})
    pit.kept = _finished_count(pit)  # needed ones may be more: not looked at again for nothing


def _finished(pit: Pit) -> list[LiveOrder]:
    """Those that nothing needs any more, the oldest first."""
    needed = _needed(pit)
    return [
        order
        for order in pit.world.orders.values()
        if order.ended is not None and order.id not in needed
    ]


def _finished_count(pit: Pit) -> int:
    return len(pit.world.orders) - sum(map(len, pit.world.working.values()))


def _drop(pit: Pit, gone: set[int]) -> None:
    if not gone:
        return
    commands = {each["id"] for each in pit.books.of("command") if each["orderId"] in gone}
    fills = {each["id"] for each in pit.books.of("fill") if each["orderId"] in gone}
    for order_id in gone:
        del pit.world.orders[order_id]
    pit.books.drop("order", "id", gone)
    for kind in _OF_ORDERS:
        pit.books.drop(kind, "orderId", gone)
    pit.books.drop("commandReport", "commandId", commands)
    pit.books.drop("fillFee", "id", fills)
    pit.books.drop("fillPair", "buyFillId", fills)
    pit.books.drop("fillPair", "sellFillId", fills)
    pit.books.drop("cashBalanceLog", "fillId", fills)
    linked = {each["orderStrategyId"] for each in pit.books.of("orderStrategyLink")}
    strategies = {each["id"] for each in pit.books.of("orderStrategy")}
    pit.books.drop("orderStrategy", "id", strategies - linked - set(pit.world.strategies))


def _needed(pit: Pit) -> set[int]:
    needed: set[int] = set()
    for order in pit.world.orders.values():
        if order.alive or order.pending is not None:
            needed |= _hangs_on(order)
    for state in pit.world.strategies.values():
        needed |= {state.entry_id, *state.children}
    for fills in pit.world.open_fills.values():
        needed |= {pit.books.get("fill", each.fill_id)["orderId"] for each in fills}
    return needed


def _hangs_on(order: LiveOrder) -> set[int]:
    return {each for each in (order.id, order.parent_id, order.oco_id) if each is not None}
