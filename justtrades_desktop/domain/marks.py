"""A live mark on an open position: a tick costs two comparisons, the money is worked out on demand.

Between two signals unrealized P&L is a straight line in the price, so the highest and the lowest
price since the last signal hold its extremes exactly.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from justtrades_desktop.domain.exits import NO_EXITS, Exit, ExitRules, Levels, levels, touched
from justtrades_desktop.domain.positions import Position, Side


class Mark:
    """An open ``position``, the prices seen since its last signal, and its exits by rule."""

    __slots__ = (
        *("_before", "_follows", "_levels", "_rules", "at", "guarded", "high", "last", "low"),
        "position",
    )

    def __init__(self, position: Position, rules: ExitRules = NO_EXITS) -> None:
        self.position = position
        self.last: Decimal | None = position.last_price
        self.low: Decimal | None = position.last_price
        self.high: Decimal | None = position.last_price
        self.at: datetime | None = None
        self._before: Decimal | None = position.last_price
        self._levels: Levels | None = None
        self.guard(rules)

    def tick(self, price: Decimal, at: datetime) -> None:
        """Take a price of this position's instrument, at the UTC time ``at``."""
        self._before, self.last = self.last, price
        self.at = at
        if self.low is None or self.high is None:
            self.low = self.high = price
        elif price < self.low:
            self.low = price
        elif price > self.high:
            self.high = price
        else:
            return
        if self._follows:
            self._levels = None  # a stop may trail the new extreme

    def settled(self) -> Position:
        """The position with all ticks so far worked in; an unpriced one stays as it is."""
        if self.low is None or self.high is None:
            return self.position
        return self.position.marked(self.low, self.high, last=self.last)

    def replace(self, position: Position) -> None:
        """The same position, told differently: priced by a first tick, or valued anew."""
        self.position = position
        self._levels = None

    @property
    def unrealized(self) -> Fraction | None:
        """P&L of the open contracts at the last price, points x contracts; None where unknown."""
        return self.position.unrealized(self.last)

    # Exits by rule

    def guard(self, rules: ExitRules) -> None:
        """Leave by ``rules`` from now on; ``guarded`` says whether any price can take it out."""
        self._rules = rules
        self._follows = rules.trail is not None or rules.break_even is not None
        self.guarded = self._follows or rules.take_profit is not None or rules.stop is not None
        self._levels = None

    @property
    def leaves_at_session_end(self) -> bool:
        """Whether it is closed when its session ends."""
        return self._rules.session_end

    @property
    def levels(self) -> Levels:
        """The prices at which it leaves now."""
        known = self._levels
        if known is None:
            known = self._levels = levels(self.position, self._rules, self._favourable())
        return known

    def exit_at(self, price: Decimal) -> Exit | None:
        """The exit that ``price`` brings; to be asked once the price was taken."""
        if not self.guarded:
            return None
        return touched(self.levels, self.position.side.sign, price, self._before)

    def _favourable(self) -> Decimal | None:
        seen = self.high if self.position.side is Side.LONG else self.low
        return self.position.favourable if seen is None else self.position.favoured(seen)
