"""Realized P&L by session day: started from the ledger, carried on by every signal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.events import ProductSaved, SignalRecorded
from justtrades_desktop.domain.ports import Clock
from justtrades_desktop.domain.positions import LegKind, Position
from justtrades_desktop.domain.results import Realized, Result, realized_between
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.domain.values import from_units
from justtrades_desktop.trading.bus import Bus


class _Key(NamedTuple):
    day: date
    recorder_id: int
    symbol: str
    product: Product | None


class _Sum(NamedTuple):
    units: int = 0
    exits: int = 0
    unpriced: int = 0

    def and_(self, other: _Sum) -> _Sum:
        return _Sum(*(a + b for a, b in zip(self, other, strict=True)))


class Results:
    """What was realized on which session day, by recorder and in all.

    Nothing is known until :meth:`load` brought what the ledger holds of the week: None till then,
    and for days before that week.
    """

    def __init__(
        self, *, calendar: Calendar, clock: Clock, bus: Bus, opened: Iterable[Position]
    ) -> None:
        """``opened`` are the open positions as the ledger had them at the start."""
        self._calendar = calendar
        self._clock = clock
        self._sums: defaultdict[_Key, _Sum] = defaultdict(_Sum)
        self._realized = {position.id: position.realized_units or 0 for position in opened}
        self._entered: dict[str, Product] = {}  # tick values that came after the start
        self._known_from: date | None = None
        bus.subscribe(SignalRecorded, self._on_recorded)
        bus.subscribe(ProductSaved, self._on_product)

    @property
    def day(self) -> date:
        """The session day of now."""
        return self._calendar.session_day(self._clock())

    @property
    def today(self) -> Result | None:
        """Realized on the session day of now, in all."""
        return self.of_day(self.day)

    @property
    def week(self) -> Result | None:
        """Realized in the trading week of now, in all."""
        return self.of_week(self.day)

    def of_day(self, day: date, recorder_id: int | None = None) -> Result | None:
        """Realized on one session day; of one recorder where it is named."""
        return self._between(day, day, recorder_id)

    def of_week(self, day: date, recorder_id: int | None = None) -> Result | None:
        """Realized in the week of ``day``; of one recorder where it is named."""
        return self._between(*self._calendar.week(day), recorder_id)

    def load(self, realized: Iterable[Realized], *, since: date) -> None:
        """Add what was realized from the session day ``since`` on, before this program started."""
        for each in realized:
            self._add(each)
        self._known_from = since

    def _between(self, first: date, last: date, recorder_id: int | None) -> Result | None:
        if self._known_from is None or first < self._known_from:
            return None
        money: defaultdict[str, Fraction] = defaultdict(Fraction)
        left_out = 0
        for key, sum_ in self._of(first, last, recorder_id):
            if key.product is None:
                left_out += sum_.exits
            else:
                left_out += sum_.unpriced
                worth = from_units(sum_.units) * key.product.point_value
                money[key.product.currency] += worth
        return Result(dict(money), left_out)

    def _of(self, first: date, last: date, recorder_id: int | None) -> Iterator[tuple[_Key, _Sum]]:
        for key, sum_ in self._sums.items():
            if first <= key.day <= last and recorder_id in (None, key.recorder_id):
                yield key, sum_

    def _add(self, realized: Realized) -> None:
        day = self._calendar.session_day(realized.at)
        product = self._entered.get(realized.symbol, realized.product)
        key = _Key(day, realized.recorder_id, realized.symbol, product)
        one = _Sum(realized.units or 0, 1, int(realized.units is None))
        self._sums[key] = self._sums[key].and_(one)

    def _on_recorded(self, event: SignalRecorded) -> None:
        for position in (event.closed, event.open):
            if position is None:
                continue
            before = self._realized.pop(position.id, 0)
            if position is event.open:
                self._realized[position.id] = position.realized_units or 0
            for leg in event.legs:
                if leg.position_id == position.id and leg.kind is LegKind.EXIT:
                    self._add(realized_between(before, position, leg.at))

    def _on_product(self, saved: ProductSaved) -> None:
        """The ledger values every position in the symbol anew, and so does this."""
        self._entered[saved.symbol] = saved.product
        for key in [key for key in self._sums if key.symbol == saved.symbol]:
            moved = key._replace(product=saved.product)
            sum_ = self._sums.pop(key)
            self._sums[moved] = self._sums[moved].and_(sum_)
