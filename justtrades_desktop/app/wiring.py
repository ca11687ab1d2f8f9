"""The composition root: one core over one data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from justtrades_desktop.app.history import LedgerHistory
from justtrades_desktop.app.places import products
from justtrades_desktop.domain.contracts import Catalogue
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.store import Store
from justtrades_desktop.trading.book import Book
from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.trading.intake import Intake


@dataclass(frozen=True, slots=True)
class Core:
    """The trading core with its ledger open. ``last_signal_at`` is as it was at the start."""

    desk: Desk
    store: Store
    last_signal_at: datetime | None


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_core(data_dir: Path) -> AsyncIterator[Core]:
    """Open the ledger in ``data_dir`` and build the core on what it holds.

    Raises:
        UserError: the ledger cannot be opened.
    """
    path = path_in(data_dir)
    store = Store(path)
    history = LedgerHistory(path)
    try:
        contents = await store.open()
        bus = Bus()
        book = Book(Catalogue(products(), contents.products))
        book.load(contents.recorders, contents.open_positions, contents.prices)
        intake = Intake(
            book,
            store,
            bus,
            next_signal=contents.next_signal,
            next_position=contents.next_position,
        )
        store.listener = intake
        desk = Desk(book=book, intake=intake, store=store, history=history, bus=bus, clock=utc_now)
        yield Core(desk, store, contents.last_signal_at)
        desk.settle_marks()
    finally:
        await store.close()
        history.close()
