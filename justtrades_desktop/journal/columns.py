"""Finished trades in columns: chosen and sorted by arrays, in a few milliseconds for 100,000.

Floats serve choosing, sorting and pictures; what is counted up is counted in cents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from datetime import date, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from justtrades_desktop.domain.trade_list import TradeList
from justtrades_desktop.domain.trades import Trade
from justtrades_desktop.journal.arrays import (
    Labels,
    Numbers,
    Rows,
    days,
    hours,
    numbers,
    placed,
    seconds,
)
from justtrades_desktop.journal.view import View
from justtrades_desktop.journal.wanted import Result, Wanted

SessionDay = Callable[[datetime], date]
"""The session day that a moment belongs to."""

EXCHANGE_ZONE: Final = "America/Chicago"
_NUMBERS: Final = ("profit", "fees", "drawdown", "run_up", "risk", "adds", "entry", "exit")
_COLUMNS: Final = (*_NUMBERS, "size", "opened", "closed", "duration", "day", "hour", "_number")
_LABELS: Final = ("strategy", "symbol", "side", "origin", "currency", "reason", "notes", "tag_list")
_COLUMN_OF: Final = {"id": "_number", "opened_at": "opened", "closed_at": "closed"}
_LABELS_OF: Final = {"exit_reason": "reason", "tags": "tag_list"}


class Trades:
    """Finished trades, oldest close first, with a column for each figure; never changed.

    ``profit``, ``fees``, ``drawdown``, ``run_up`` and ``risk`` are money, ``opened`` and ``closed``
    seconds since 1970, ``duration`` seconds, ``day`` the session day of the close, ``hour`` the
    exchange's hour of the opening (-1 unknown). Every column has one element a trade.
    """

    def __init__(
        self, trades: Sequence[Trade], session_day: SessionDay, *, zone: tzinfo | None = None
    ) -> None:
        """``zone`` is the exchange's clock, Chicago's unless given.

        Takes about a second for 100,000 trades, and shares nothing: any thread may do it.
        """
        self._session_day = session_day
        self._zone = zone or ZoneInfo(EXCHANGE_ZONE)
        self._orders: dict[tuple[str, bool], Rows] = {}
        known = trades if isinstance(trades, TradeList) else TradeList(trades)
        closed = seconds(known.field("closed_at"))
        if np.all(closed[1:] >= closed[:-1]):
            self.trades = View(known, [], np.arange(len(known)))
        else:
            order = np.argsort(closed, kind="stable")
            known, closed = TradeList(known[int(row)] for row in order), closed[order]
            self.trades = View(known, [], np.arange(len(known)))
        self.closed = closed
        self.opened = seconds(known.field("opened_at"))
        self.duration = self.closed - self.opened
        self.profit = numbers(known.field("profit"))
        self.fees = numbers(known.field("fees"))
        self.drawdown = numbers(known.field("drawdown"))
        self.run_up = numbers(known.field("run_up"))
        self.risk = numbers(known.field("risk"))
        self.adds = numbers(known.field("adds"))
        self.entry = numbers(known.field("entry"))
        self.exit = numbers(known.field("exit"))
        self.size = np.fromiter(known.field("size"), dtype=np.int64)
        self._number = np.fromiter(known.field("id"), dtype=np.int64)
        self.day = days(self.closed, session_day)
        self.hour = hours(self.opened, self._zone)
        self.strategy = Labels(known.field("strategy"))
        self.symbol = Labels(known.field("symbol"))
        self.side = Labels(side.value for side in known.field("side"))
        self.origin = Labels(origin.value for origin in known.field("origin"))
        self.currency = Labels(known.field("currency"))
        self.reason = Labels(reason or "" for reason in known.field("exit_reason"))
        self.notes = Labels(known.field("notes"))
        self.tag_list = Labels(map(_listed, known.field("tags")))
        self._text = Labels(map(_searched, known))

    def __len__(self) -> int:
        return len(self.trades)

    @property
    def strategies(self) -> list[str]:
        """The strategies that occur, sorted."""
        return self.strategy.used()

    @property
    def symbols(self) -> list[str]:
        """The instruments that occur, sorted."""
        return self.symbol.used()

    @property
    def tags(self) -> list[str]:
        """The tags that occur, sorted."""
        return sorted({tag for tags in self.tag_list.used() for tag in tags.split(",")} - {""})

    def all(self) -> Rows:
        """Every row."""
        return np.arange(len(self), dtype=np.intp)

    def select(self, wanted: Wanted) -> Rows:
        """The rows that are ``wanted``, oldest close first."""
        found = np.ones(len(self), dtype=np.bool_)
        for condition in self._conditions(wanted):
            found &= condition
        return np.flatnonzero(found)

    def ordered(self, rows: Rows, key: str, *, descending: bool) -> Rows:
        """``rows`` by ``key``, a field of ``Trade`` or ``"duration"``; unknown ones come last.

        Equals stay as they closed. The first question for a key sorts all trades, later ones
        only pick.

        Raises:
            ValueError: there is no such key.
        """
        chosen = np.zeros(len(self), dtype=np.bool_)
        chosen[rows] = True
        order = self._order(key, descending)
        return order[chosen[order]]

    def known(self, rows: Rows, currency: str | None = None) -> Rows:
        """Those of ``rows`` whose profit is known, in ``currency`` where it is given."""
        found = np.isfinite(self.profit[rows])
        if currency is not None:
            found &= self.currency.are(currency)[rows]
        return rows[found]

    def currencies(self, rows: Rows) -> list[str]:
        """The currencies of the known profits in ``rows``, sorted."""
        return self.currency.used(self.known(rows))

    def one_currency(self, rows: Rows, currency: str | None = None) -> Rows:
        """Those of ``rows`` whose profit is known and can be added up.

        Raises:
            ValueError: they are of several currencies and none was chosen.
        """
        if currency is None and len(found := self.currencies(rows)) > 1:
            raise ValueError(f"amounts in {', '.join(found)} cannot be added up: choose one")
        return self.known(rows, currency)

    def with_trade(self, trade: Trade) -> Trades:
        """These with ``trade`` at its place, instead of the one with its origin and id if any."""
        one = Trades([trade], self._session_day, zone=self._zone)
        same = np.flatnonzero((self._number == trade.id) & self.origin.are(trade.origin.value))
        instead = int(same[0]) if len(same) else None
        if instead is not None and self.closed[instead] == one.closed[0]:
            return self._with(one, instead, instead=instead)
        rest = self.closed if instead is None else np.delete(self.closed, instead)
        row = int(np.searchsorted(rest, one.closed[0], side="right"))
        return self._with(one, row, instead=instead)

    def _with(self, one: Trades, row: int, *, instead: int | None) -> Trades:
        changed = copy(self)
        changed._orders = {}
        changed.trades = self.trades.placed(row, one.trades[0], instead=instead)
        for name in _COLUMNS:
            column = placed(getattr(self, name), row, getattr(one, name)[0], instead=instead)
            setattr(changed, name, column)
        for name in (*_LABELS, "_text"):
            labels: Labels = getattr(self, name)
            text = getattr(one, name).texts[0]
            setattr(changed, name, labels.placed(row, text, instead=instead))
        return changed

    def _conditions(self, wanted: Wanted) -> list[NDArray[np.bool_]]:
        asked = [
            None if wanted.strategy is None else self.strategy.are(wanted.strategy),
            None if wanted.symbol is None else self.symbol.are(wanted.symbol),
            None if wanted.side is None else self.side.are(wanted.side.value),
            None if wanted.origin is None else self.origin.are(wanted.origin.value),
            None if wanted.first_day is None else self.day >= np.datetime64(wanted.first_day),
            None if wanted.last_day is None else self.day <= np.datetime64(wanted.last_day),
            None if wanted.hours is None else self._opened_within(*wanted.hours),
            None if wanted.result is None else self._ended(wanted.result),
            None if wanted.tag is None else self.tag_list.hold(f",{wanted.tag.strip().lower()},"),
            self._text.hold(wanted.text.casefold()) if wanted.text else None,
        ]
        return [condition for condition in asked if condition is not None]

    def _opened_within(self, first: int, end: int) -> NDArray[np.bool_]:
        from_, before = self.hour >= first, self.hour < end
        inside: NDArray[np.bool_] = from_ & before if first <= end else from_ | before
        return inside & (self.hour >= 0)

    def _ended(self, result: Result) -> NDArray[np.bool_]:
        ended: NDArray[np.bool_]
        match result:
            case Result.WIN:
                ended = self.profit > 0
            case Result.LOSS:
                ended = self.profit < 0
            case Result.EVEN:
                ended = self.profit == 0
        return ended

    def _order(self, key: str, descending: bool) -> Rows:
        order = self._orders.get((key, descending))
        if order is None:
            values = self._sort_values(key)
            order = np.argsort(-values if descending else values, kind="stable")
            self._orders[key, descending] = order
        return order

    def _sort_values(self, key: str) -> Numbers:
        labels, column = _LABELS_OF.get(key, key), _COLUMN_OF.get(key, key)
        if labels in _LABELS:
            named: Labels = getattr(self, labels)
            return named.ranks()
        if column in (*_NUMBERS, "size", "opened", "closed", "duration", "_number"):
            return np.asarray(getattr(self, column), dtype=np.float64)
        raise ValueError(f"a trade has no {key!r} to sort by")


def _listed(tags: tuple[str, ...]) -> str:
    """Tags with a comma on either side of each, so that one is found in full."""
    return f",{','.join(tags)}," if tags else ""


def _searched(trade: Trade) -> str:
    return "\n".join(
        (trade.strategy, trade.symbol, trade.exit_reason or "", trade.notes, *trade.tags)
    ).casefold()
