"""The journal's table: finished trades looked up by place, filtered, sorted and counted in arrays.

Whatever takes longer than a glance at one trade runs on another thread: reading, building the
columns, choosing, sorting and counting up. The loop only takes over what came of it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, Signal

from justtrades_desktop.domain.events import SignalRecorded, TradeNoted
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.figures import Figures
from justtrades_desktop.journal.wanted import Wanted
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.models.journal_list import KEYS, Asked, Listed, TradeId, listed
from justtrades_desktop.ui.models.journal_row import Field, columns
from justtrades_desktop.ui.models.table import Sheet
from justtrades_desktop.ui.tasks import Tasks

_MANY: Final = 500  # of more changes at once all is read anew: cheaper than one by one
_REST: Final = 4.0  # after taking changes in, so many times as long is left for everything else
_LONGEST_REST: Final = 2.0  # seconds


class JournalModel(Sheet[Trade]):
    """All finished trades once ``load`` was awaited; new ones come in as they close."""

    arranged = Signal()  # other rows, or in another order
    choices_changed = Signal()  # other strategies, symbols or tags
    loading_changed = Signal(bool)
    trade_changed = Signal(object)  # Trade, whose notes, or anything else of it, are new

    def __init__(
        self, desk: Desk, bridge: Bridge, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(columns(lambda symbol: desk.book.instrument(symbol).product), parent)
        self._desk = desk
        self._tasks = tasks
        self._asked = Asked()
        self._loaded = self._begun = self._watching = False
        self._changed: set[TradeId] = set()
        self._following: asyncio.Task[None] | None = None
        self._working = asyncio.Lock()  # of two changes at once, neither may undo the other
        self._names = self._recorder_names()
        self.rows: Listed = listed(Trades([], desk.calendar.session_day), self._asked)
        bridge.signals_recorded.connect(self._on_recorded)
        bridge.products_changed.connect(self._on_products)
        bridge.recorders_changed.connect(self._on_recorders)
        bridge.trades_noted.connect(self._on_noted)
        bridge.history_imported.connect(self._reload)

    # What a view asks and does

    @property
    def trades(self) -> Trades:
        """Every trade, whether it is listed or not."""
        return self.rows.trades

    @property
    def figures(self) -> Figures:
        """What the listed trades come to."""
        return self.rows.figures

    @property
    def wanted(self) -> Wanted:
        """What is searched for."""
        return self._asked.wanted

    @property
    def is_loaded(self) -> bool:
        """Whether the trades were read at all."""
        return self._loaded

    @property
    def is_arranged(self) -> bool:
        """Whether the rows are what was asked for last; they come a moment later."""
        return self._loaded and self.rows.asked == self._asked

    def today(self) -> date:
        """The session day now."""
        return self._desk.calendar.session_day(self._desk.clock())

    def watch(self, watching: bool) -> None:
        """Whether somebody looks: what changes meanwhile is read only then."""
        self._watching = watching
        self._follow_up()

    def place_of(self, trade: Trade) -> int | None:
        """The row of a trade, None while it is not in the table."""
        return self.rows.place_of(trade)

    def filter(self, wanted: Wanted) -> None:
        """List only some trades."""
        if wanted != self._asked.wanted:
            self._look(Asked(wanted, self._asked.key, self._asked.descending))

    def sort_again(self) -> None:
        if self._sorted_by is not None:
            column, descending = self._sorted_by
            self._look(Asked(self._asked.wanted, KEYS[Field(column)], descending))

    async def load(self) -> None:
        """Read every finished trade anew."""
        self._begun = True  # what closes from here on may come too late for the reading
        self.loading_changed.emit(True)
        try:
            async with self._working:
                read = await self._desk.trades()
                session_day = self._desk.calendar.session_day
                trades = await asyncio.to_thread(Trades, read, session_day)
                await self._arrange(lambda: trades)
        finally:
            self.loading_changed.emit(False)
        if not self.is_arranged:
            self._look(self._asked)  # something else was asked for while it was read
        self.choices_changed.emit()

    # Arranging

    def _look(self, asked: Asked) -> None:
        self._asked = asked
        if self._loaded:
            _ = self._tasks.start(self._look_again(asked), name="journal")

    async def _look_again(self, asked: Asked) -> None:
        async with self._working:
            if asked == self._asked:  # else a later one is on its way
                await self._arrange(lambda: self.trades)

    async def _arrange(self, made: Callable[[], Trades]) -> None:
        asked = self._asked
        found = await asyncio.to_thread(lambda: listed(made(), asked))
        self._show(found)
        self._loaded = True
        self.arranged.emit()

    def _show(self, rows: Listed) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    # What changes while one looks

    def _on_recorded(self, events: Sequence[SignalRecorded]) -> None:
        closed = {TradeId(Origin.SIGNALS, e.closed.id) for e in events if e.closed is not None}
        self._read_later(closed)

    def _on_noted(self, events: Sequence[TradeNoted]) -> None:
        self._read_later({TradeId(event.origin, event.trade_id) for event in events})

    def _read_later(self, which: set[TradeId]) -> None:
        if self._begun:
            self._changed |= which
            self._follow_up()

    def _follow_up(self) -> None:
        if self._changed and self._watching and self._following is None:
            self._following = self._tasks.start(self._follow(), name="journal follows")

    async def _follow(self) -> None:
        try:
            while self._changed and self._watching:
                began = time.monotonic()
                await self._catch_up()
                await asyncio.sleep(min(_LONGEST_REST, _REST * (time.monotonic() - began)))
        finally:
            self._following = None

    async def _catch_up(self) -> None:
        which, self._changed = self._changed, set()
        if len(which) > _MANY:
            await self.load()
            return
        async with self._working:
            if self._loaded:
                await self._take(which)

    async def _take(self, which: set[TradeId]) -> None:
        """Read some trades and put them where they belong."""
        read = [await self._desk.trade(*one) for one in sorted(which)]
        trades = [trade for trade in read if trade is not None]
        if not trades:
            return
        before, asked = self.rows, self._asked
        after = await asyncio.to_thread(lambda: listed(_with(before.trades, trades), asked))
        if len(trades) == 1:
            self._take_over(after, before.place_of(trades[0]), after.place_of(trades[0]))
        else:
            self._show(after)
        if _choices(before.trades) != _choices(after.trades):
            self.choices_changed.emit()
        self.arranged.emit()
        for trade in trades:
            self.trade_changed.emit(trade)

    def _take_over(self, after: Listed, before: int | None, now: int | None) -> None:
        """One trade is new or another: its row was ``before`` and is ``now``."""
        more = len(after) - len(self.rows)
        if more == 1 and now is not None:
            self.beginInsertRows(QModelIndex(), now, now)
            self.rows = after
            self.endInsertRows()
        elif more == 0 and before == now:
            self.rows = after
            if now is not None:
                self.dataChanged.emit(self.index(now, 0), self.index(now, len(self.columns) - 1))
        else:
            self._show(after)

    def _on_products(self, _symbols: set[str]) -> None:
        self._reload()  # all trades in them are worth something else

    def _on_recorders(self) -> None:
        names = self._recorder_names()
        if any(names.get(id_, name) != name for id_, name in self._names.items()):
            self._reload()
        self._names = names

    def _recorder_names(self) -> dict[int, str]:
        return {id_: recorder.name for id_, recorder in self._desk.book.recorders.items()}

    def _reload(self) -> None:
        if self._loaded:
            _ = self._tasks.start(self.load(), name="journal")


def _with(trades: Trades, more: Sequence[Trade]) -> Trades:
    for trade in more:
        trades = trades.with_trade(trade)
    return trades


def _choices(trades: Trades) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
    return trades.strategies, trades.symbols, trades.tags
