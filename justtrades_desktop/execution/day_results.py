"""Realized P&L of each link on the session day, from its executions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.orders import Execution
from justtrades_desktop.domain.sessions import Calendar

_NONE = Decimal(0)


@dataclass(slots=True)
class _Open:
    """What a link holds in a contract by its executions, at its average price."""

    signed: int = 0
    average: Decimal = _NONE


class DayResults:
    """Before fees; money is in the product's currency."""

    def __init__(self, calendar: Calendar, product: Callable[[str], Product | None]) -> None:
        self._calendar = calendar
        self._product = product
        self._open: defaultdict[tuple[int, int], _Open] = defaultdict(_Open)
        self._realized: defaultdict[tuple[int, date], Decimal] = defaultdict(Decimal)
        self._seen: set[tuple[str, int]] = set()

    def take(self, executions: Iterable[Execution]) -> None:
        """Work in fills, oldest first; those that are known already change nothing."""
        for execution in executions:
            key = execution.key.connection, execution.fill_id
            if key not in self._seen and execution.link_id is not None:
                self._seen.add(key)
                self._fill(execution, execution.link_id)

    def realized(self, link_id: int, day: date) -> Decimal:
        """What a link's exits have brought on a session day."""
        return self._realized.get((link_id, day), _NONE)

    def _fill(self, fill: Execution, link_id: int) -> None:
        held = self._open[link_id, fill.contract_id]
        signed = fill.way.sign * fill.quantity
        if held.signed * signed >= 0:
            cost = held.average * abs(held.signed) + fill.price * fill.quantity
            held.signed += signed
            held.average = cost / abs(held.signed)
            return
        closed = min(abs(signed), abs(held.signed))
        side = 1 if held.signed > 0 else -1
        product = self._product(fill.contract)
        if product is not None:
            points = (fill.price - held.average) * side * closed
            money = points / product.tick_size * product.tick_value
            self._realized[link_id, self._calendar.session_day(fill.at)] += money
        held.signed += signed
        if held.signed * side < 0:
            held.average = fill.price
