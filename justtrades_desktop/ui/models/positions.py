"""The positions table: what is open, kept current by ticks and signals, and what was closed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import QObject, Signal

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.trading.book import Holding
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.brokers import NOWHERE, Brokers
from justtrades_desktop.ui.models.position_row import LIVE, PositionRow, columns
from justtrades_desktop.ui.models.table import TableModel

CLOSED_KEPT: Final = 2_000


class Show(Enum):
    """Which positions the table holds."""

    OPEN = auto()
    CLOSED = auto()
    ALL = auto()


class PositionsModel(TableModel[PositionRow]):
    """Snapshots of the desk's positions; the closed ones come once ``load_closed`` was awaited."""

    counts_changed = Signal()

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        parent: QObject | None = None,
        *,
        brokers: Brokers | None = None,
    ) -> None:
        super().__init__(columns(), parent)
        self._desk = desk
        self._brokers = brokers
        self._show = Show.OPEN
        self._open: dict[int, PositionRow] = {}
        self._closed: dict[int, PositionRow] = {}
        self._places: dict[int, int] = {}
        for mark in desk.book.live():
            self._open[mark.position.id] = self._row(mark)
        self.set_rows(self._open.values())
        bridge.signals_recorded.connect(self._on_recorded)
        bridge.prices_moved.connect(self._on_moved)
        bridge.products_changed.connect(self._on_products)
        bridge.recorders_changed.connect(self._on_recorders)
        if brokers is not None:
            brokers.changed.connect(self._on_brokers)

    # What a view asks and does

    @property
    def showing(self) -> Show:
        """Which positions are in the table."""
        return self._show

    def show_only(self, show: Show) -> None:
        """Fill the table anew."""
        self._show = show
        opened = () if show is Show.CLOSED else self._open.values()
        closed = () if show is Show.OPEN else self._closed.values()
        self.set_rows([*opened, *closed])

    def count(self, show: Show) -> int:
        """How many positions there are of a kind."""
        opened = 0 if show is Show.CLOSED else len(self._open)
        return opened + (0 if show is Show.OPEN else len(self._closed))

    def place_of(self, position_id: int) -> int | None:
        """The row of a position, None while it is not in the table."""
        return self._places.get(position_id)

    def without_product(self) -> str | None:
        """The symbol of an open position nobody knows the tick value of, the first in the table."""
        for row in self._open.values():
            if row.position.product is None:
                return row.position.symbol
        return None

    def refresh_ages(self) -> None:
        """Let prices grow old on the screen."""
        now = self._desk.clock()
        aged = {id_: row.aged(now) for id_, row in self._open.items()}
        old = (row for id_, row in aged.items() if row is not self._open[id_])
        self._update(old)

    async def load_closed(self) -> None:
        """Read the positions that closed last from the ledger."""
        self._take_closed(await self._desk.closed_positions(limit=CLOSED_KEPT))

    # What the bridge tells

    def _on_moved(self, symbols: set[str]) -> None:
        book = self._desk.book
        marks = [mark for symbol in symbols for mark in book.live_in(symbol)]
        self._update(self._row(mark) for mark in marks if mark.position.id in self._open)

    def _on_recorded(self, events: Sequence[SignalRecorded]) -> None:
        touched: set[Holding] = set()
        rows: dict[int, PositionRow] = {}
        for event in events:
            if event.legs and event.signal.symbol is not None:
                touched.add(Holding(event.signal.recorder_id, event.signal.symbol))
            if event.closed is not None:
                rows[event.closed.id] = self._closed_row(event.closed)
        for holding in touched:
            # The book is ahead of the gathered events: what it holds now is what counts.
            mark = self._desk.book.live_mark(holding)
            if mark is not None:
                rows[mark.position.id] = self._row(mark)
        if rows:
            self._take(rows)

    def _on_products(self, symbols: set[str]) -> None:
        marks = [mark for symbol in symbols for mark in self._desk.book.live_in(symbol)]
        self._put({mark.position.id: self._row(mark) for mark in marks})
        self.counts_changed.emit()

    def _on_recorders(self) -> None:
        known = (*self._open.values(), *self._closed.values())
        named = ((row, self._name(row.position.recorder_id)) for row in known)
        self._put(
            {
                row.position.id: replace(row, recorder=name)
                for row, name in named
                if name != row.recorder
            }
        )

    def _on_brokers(self) -> None:
        book = self._desk.book
        marks = (mark for mark in book.live() if mark.position.id in self._open)
        self._update(self._row(mark) for mark in marks)

    # Rows

    def _take(self, rows: dict[int, PositionRow]) -> None:
        for id_, row in rows.items():
            if row.is_open:
                self._open[id_] = row
            else:
                self._open.pop(id_, None)
                self._closed[id_] = row
        self._show_rows(rows)
        self._let_go()
        self.counts_changed.emit()

    def _take_closed(self, positions: Iterable[Position]) -> None:
        # One that is still open here has its closing signal on the way.
        rows = {p.id: self._closed_row(p) for p in positions if p.id not in self._open}
        self._closed.update(rows)
        self._show_rows(rows)
        self.counts_changed.emit()

    def _put(self, rows: dict[int, PositionRow]) -> None:
        for id_, row in rows.items():
            (self._open if row.is_open else self._closed)[id_] = row
        self._show_rows(rows)

    def _update(self, rows: Iterable[PositionRow]) -> None:
        """Ticks, ages and the broker: no row comes, goes or moves."""
        changed: dict[int, PositionRow] = {}
        for row in rows:
            id_ = row.position.id
            self._open[id_] = row
            if id_ in self._places:
                changed[self._places[id_]] = row
        self.replace(changed, LIVE)

    def _show_rows(self, rows: dict[int, PositionRow]) -> None:
        seen = {id_: row for id_, row in rows.items() if self._belongs(row)}
        self.replace({self._places[id_]: row for id_, row in seen.items() if id_ in self._places})
        self.remove(self._places[id_] for id_ in rows if id_ not in seen and id_ in self._places)
        self.insert(len(self.rows), [row for id_, row in seen.items() if id_ not in self._places])
        self.sort_again()

    def _let_go(self) -> None:
        over = len(self._closed) - CLOSED_KEPT
        if over > 0:
            oldest = sorted(self._closed.values(), key=_closed_at)
            ids = [row.position.id for row in oldest[:over]]
            self.remove([self._places[id_] for id_ in ids if id_ in self._places])
            for id_ in ids:
                del self._closed[id_]

    def _belongs(self, row: PositionRow) -> bool:
        return self._show is Show.ALL or row.is_open == (self._show is Show.OPEN)

    def _moved(self) -> None:
        self._places = {row.position.id: place for place, row in enumerate(self.rows)}

    def _row(self, mark: Mark) -> PositionRow:
        ticked = self._desk.book.prices.get(mark.position.symbol)
        name = self._name(mark.position.recorder_id)
        position, beside = mark.position, NOWHERE
        if self._brokers is not None:
            beside = self._brokers.beside(position.symbol, position.recorder_id)
        return PositionRow.of(mark, name, ticked, self._desk.clock(), broker=beside)

    def _closed_row(self, position: Position) -> PositionRow:
        return PositionRow(position, self._name(position.recorder_id))

    def _name(self, recorder_id: int) -> str:
        recorder = self._desk.book.recorders.get(recorder_id)
        return recorder.name if recorder else str(recorder_id)


def _closed_at(row: PositionRow) -> datetime:
    return row.position.closed_at or row.position.opened_at
