"""The signals table: newest on top, older ones read from the ledger as the trader scrolls down."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, Signal

from justtrades_desktop.domain.events import SignalLine, SignalRecorded, SignalRepeated
from justtrades_desktop.domain.signals import Outcome
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.models.signal_line import ORDERS, RECORDER, columns, read_as
from justtrades_desktop.ui.models.signal_orders import SignalOrders, Story
from justtrades_desktop.ui.models.table import TableModel
from justtrades_desktop.ui.tasks import Tasks

PAGE: Final = 500
MOST: Final = 100_000  # lines in memory; older ones are a command line or a search away
LONGEST_BODY: Final = 1_000  # characters kept of each; the whole body is read when it is looked at
_NOWHERE: Final = QModelIndex()
_NONE: Final = 2**63  # above every id


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which signals are shown."""

    outcome: Outcome | None = None
    text: str = ""

    def __bool__(self) -> bool:
        return self.outcome is not None or bool(self.text)

    def fits(self, line: SignalLine, recorder: str) -> bool:
        """Whether a signal is wanted."""
        if self.outcome is not None and line.outcome != self.outcome.value:
            return False
        if not self.text:
            return True
        said = (recorder, line.symbol, line.outcome, line.reason, line.body, read_as(line))
        return any(self.text in part.casefold() for part in said if part)


class SignalsModel(TableModel[SignalLine]):
    """A window on the ledger that begins at the newest signal and grows downwards page by page."""

    fetching_changed = Signal(bool)

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        tasks: Tasks,
        parent: QObject | None = None,
        *,
        orders: SignalOrders | None = None,
    ) -> None:
        super().__init__(columns(self.recorder, self.orders), parent)
        self._orders = orders
        self._desk = desk
        self._tasks = tasks
        self._wanted = Wanted()
        self._newest = 0  # the highest id that was looked at
        self._below: int | None = None  # older ones than this were not looked at yet
        self._complete = False
        self._told_from = _NONE  # from this id on lines came from the bridge, not from a page
        self._uncertain: set[int] = set()  # signals whose repeats must be counted by the ledger
        self._fetch: asyncio.Task[None] | None = None
        bridge.signals_recorded.connect(self._on_recorded)
        bridge.signals_repeated.connect(self._on_repeated)
        bridge.recorders_changed.connect(self._on_recorders)
        if orders is not None:
            orders.changed.connect(self._on_orders)

    # What a view asks and does

    @property
    def wanted(self) -> Wanted:
        """What is searched for."""
        return self._wanted

    @property
    def is_fetching(self) -> bool:
        """Whether older signals are on their way."""
        return self._fetch is not None

    @property
    def is_full(self) -> bool:
        """Whether there are older signals than this table keeps."""
        return len(self.rows) >= MOST and not self._complete

    def search(self, wanted: Wanted) -> None:
        """Show only some signals; all of them are looked through, newest first."""
        wanted = Wanted(wanted.outcome, wanted.text.strip().casefold())
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if self._fetch is not None:
            self._fetch.cancel()
            self._fetch = None
        self._newest, self._below, self._complete = 0, None, False
        self._told_from = _NONE
        self.set_rows([])
        self.fetchMore()

    def canFetchMore(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> bool:
        return not (parent.isValid() or self._complete or self._fetch is not None or self.is_full)

    def fetchMore(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> None:
        if self.canFetchMore(parent):
            self._fetch = self._tasks.start(self._fetch_page(), name="older signals")
            self._fetch.add_done_callback(self._fetched)
            self.fetching_changed.emit(True)

    def is_cut(self, line: SignalLine) -> bool:
        """Whether only the beginning of its body is kept here."""
        return len(line.body) >= LONGEST_BODY

    async def whole(self, line: SignalLine) -> SignalLine:
        """The signal with its whole body."""
        found = await self._desk.signals(limit=1, before=line.id + 1)
        return found[0] if found and found[0].id == line.id else line

    # Reading backwards

    async def _fetch_page(self) -> None:
        """Read on until a page of wanted signals is found, or there are none left."""
        missing = PAGE
        while missing > 0 and not self._complete:
            page = await self._desk.signals(limit=PAGE, before=self._below)
            missing -= self._add_older(page)

    def _add_older(self, page: Sequence[SignalLine]) -> int:
        below = self._below
        # The first page may overlap with what the bridge told meanwhile.
        older = [line for line in page if below is None or line.id < below]
        if older:
            self._below = older[-1].id
            self._newest = max(self._newest, older[0].id)
        self._complete = len(page) < PAGE
        found = [_kept(line) for line in older if self._fits(line)]
        self.insert(len(self.rows), found)
        return len(found)

    def _fetched(self, task: asyncio.Task[None]) -> None:
        if task is self._fetch:
            self._fetch = None
            self._make_certain()
            self.fetching_changed.emit(False)

    # What the bridge tells

    def _on_recorded(self, events: Sequence[SignalRecorded]) -> None:
        lines = [SignalLine.of(event.signal) for event in reversed(events)]
        # A page that was just read may hold them already.
        newer = [line for line in lines if line.id > self._newest]
        if not newer:
            return
        self._newest = newer[0].id
        self._told_from = min(self._told_from, newer[-1].id)
        if self._below is None:
            self._below = newer[-1].id
        self.insert(0, [_kept(line) for line in newer if self._fits(line)])
        if len(self.rows) > MOST + PAGE:
            self.remove(range(MOST, len(self.rows)))
            self._below = self.rows[-1].id
            self._complete = False

    def _on_repeated(self, events: Sequence[SignalRepeated]) -> None:
        changed: dict[int, SignalLine] = {}
        for event in events:
            place = self.place_of(event.first_id)
            if place is None or event.first_id < self._told_from:
                # The page it stands on may have been read before or after this was stored.
                self._uncertain.add(event.first_id)
            else:
                line = changed.get(place, self.rows[place])
                changed[place] = replace(line, repeats=line.repeats + 1)
        self.replace(changed)
        self._make_certain()

    def _make_certain(self) -> None:
        known = {id_ for id_ in self._uncertain if self.place_of(id_) is not None}
        if self._fetch is None:
            self._uncertain.clear()
        else:
            self._uncertain -= known  # the others may be on the page that is under way
        if known:
            _ = self._tasks.start(self._read_again(known), name="repeated signals")

    async def _read_again(self, ids: Iterable[int]) -> None:
        await self._desk.flush()
        for id_ in ids:
            found = await self._desk.signals(limit=1, before=id_ + 1)
            place = self.place_of(id_)
            if found and place is not None and found[0].id == id_:
                self.replace({place: _kept(found[0])})

    def _on_recorders(self) -> None:
        if self.rows:
            # Only names can have changed: nothing is read or moved for it.
            last = self.index(len(self.rows) - 1, RECORDER)
            self.dataChanged.emit(self.index(0, RECORDER), last)

    def _on_orders(self, signals: Set[int]) -> None:
        for signal_id in signals:
            place = self.place_of(signal_id)
            if place is not None:
                cell = self.index(place, ORDERS)
                self.dataChanged.emit(cell, cell)

    def place_of(self, signal_id: int) -> int | None:
        """The row of a signal, None while it is not in the table."""
        place = bisect_left(self.rows, -signal_id, key=lambda line: -line.id)
        found = place < len(self.rows) and self.rows[place].id == signal_id
        return place if found else None

    def _fits(self, line: SignalLine) -> bool:
        return self._wanted.fits(line, self.recorder(line))

    def orders(self, line: SignalLine) -> Story:
        """What each of its links made of it."""
        return () if self._orders is None else self._orders.of(line.id)

    def recorder(self, line: SignalLine) -> str:
        """Whose webhook received it."""
        recorder = self._desk.book.recorders.get(line.recorder_id)
        return recorder.name if recorder else str(line.recorder_id)


def _kept(line: SignalLine) -> SignalLine:
    return line if len(line.body) <= LONGEST_BODY else replace(line, body=line.body[:LONGEST_BODY])
