"""The day's P&L of a strategy at its own signal prices, one contract by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.routing import Step
from justtrades_desktop.domain.sessions import Calendar


class TriedDay:
    """Follows the signal position step by step; money as of each signal's own price."""

    def __init__(self, calendar: Calendar, product: Callable[[str], Product | None]) -> None:
        self._calendar = calendar
        self._product = product
        self._day: date | None = None
        self._realized = Decimal(0)
        self._last: dict[str, Decimal] = {}

    def before(self, step: Step) -> Decimal | None:
        """What the day has brought up to ``step``; None where a price is missing."""
        day = self._calendar.session_day(step.at)
        if day != self._day:
            self._day, self._realized = day, Decimal(0)
        product, last = self._product(step.symbol), self._last.get(step.symbol)
        if step.price is None or product is None:
            return None
        if last is not None:
            points = (step.price - last) * step.before
            self._realized += points / product.tick_size * product.tick_value
        self._last[step.symbol] = step.price
        return self._realized
