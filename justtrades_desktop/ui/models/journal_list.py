"""Which trades the journal lists and in which order, with what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, overload

from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.journal.arrays import Rows
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.figures import Figures, figures
from justtrades_desktop.journal.wanted import Wanted
from justtrades_desktop.ui.models.journal_row import Field

KEYS: Final = {
    Field.OPENED: "opened_at",
    Field.CLOSED: "closed_at",
    Field.STRATEGY: "strategy",
    Field.SYMBOL: "symbol",
    Field.SIDE: "side",
    Field.SIZE: "size",
    Field.ENTRY: "entry",
    Field.EXIT: "exit",
    Field.PROFIT: "profit",
    Field.DRAWDOWN: "drawdown",
    Field.RUN_UP: "run_up",
    Field.DURATION: "duration",
    Field.ADDS: "adds",
    Field.REASON: "exit_reason",
    Field.ORIGIN: "origin",
    Field.TAGS: "tags",
    Field.NOTES: "notes",
}
"""What the columns are sorted by, in the words of ``Trades.ordered``."""


class TradeId(NamedTuple):
    """Which trade."""

    origin: Origin
    id: int

    @classmethod
    def of(cls, trade: Trade) -> TradeId:
        """What tells ``trade`` from all others."""
        return cls(trade.origin, trade.id)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for, and in which order."""

    wanted: Wanted = Wanted()  # noqa: RUF009 - frozen
    key: str = "closed_at"
    descending: bool = True


@dataclass(slots=True, eq=False)
class Listed(Sequence[Trade]):
    """The trades of a table from top to bottom: places in all of them, and their figures."""

    trades: Trades
    rows: Rows
    figures: Figures
    asked: Asked
    currencies: tuple[str, ...] = ()  # of the listed trades, most frequent first
    _seen: tuple[int, Trade] | None = field(default=None, init=False)

    @overload
    def __getitem__(self, place: int) -> Trade: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Trade]: ...
    def __getitem__(self, place: int | slice) -> Trade | Sequence[Trade]:
        if isinstance(place, slice):
            return [self.trades.trades[row] for row in self.rows[place]]
        # A table asks for one row cell by cell, and a trade is put together anew each time.
        if self._seen is None or self._seen[0] != place:
            self._seen = place, self.trades.trades[self.rows[place]]
        return self._seen[1]

    def __len__(self) -> int:
        return len(self.rows)

    def place_of(self, trade: Trade) -> int | None:
        """Where a trade is listed, None where it is not."""
        closed, at = self.trades.closed, trade.closed_at.timestamp()
        same_time = range(closed.searchsorted(at), closed.searchsorted(at, side="right"))
        for row in same_time:
            if TradeId.of(self.trades.trades[row]) == TradeId.of(trade):
                found = (self.rows == row).nonzero()[0]
                return int(found[0]) if len(found) else None
        return None


def listed(trades: Trades, asked: Asked) -> Listed:
    """Choose, sort and count up; a few milliseconds for 100,000, on any thread.

    Amounts in several currencies cannot be added up: the figures are those of the most frequent.
    """
    rows = trades.select(asked.wanted)
    currencies = sorted(
        trades.currencies(rows), key=lambda currency: -len(trades.known(rows, currency))
    )
    counted = figures(trades, rows, currency=currencies[0] if currencies else None)
    ordered = trades.ordered(rows, asked.key, descending=asked.descending)
    return Listed(trades, ordered, counted, asked, tuple(currencies))
