"""The composition root: one core over one data folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from justtrades_desktop.app.history import LedgerHistory
from justtrades_desktop.app.places import calendar, products
from justtrades_desktop.app.upgrade import keep_before_upgrade
from justtrades_desktop.domain.contracts import Catalogue
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.ledger.days import realized_since
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.store import Store
from justtrades_desktop.trading.book import Book
from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.trading.days import Results
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.trading.intake import Intake


@dataclass(frozen=True, slots=True)
class Core:
    """The trading core with its ledger open. ``last_signal_at`` is as it was at the start."""

    desk: Desk
    store: Store
    last_signal_at: datetime | None
    load_results: Callable[[], Awaitable[None]]
    """Brings the results of the week from the ledger; reads on a thread of its own."""


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_core(data_dir: Path) -> AsyncIterator[Core]:
    """Open the ledger in ``data_dir`` and build the core on what it holds.

    A ledger of an older version is brought up to date, once a copy of the data is on the disk.

    Raises:
        UserError: the ledger cannot be opened, or not be copied first.
    """
    path = path_in(data_dir)
    await keep_before_upgrade(data_dir)
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
        intake.paths.load(contents.open_positions, contents.paths)
        store.listener = intake
        desk = Desk(
            book=book,
            intake=intake,
            store=store,
            history=history,
            bus=bus,
            clock=utc_now,
            calendar=calendar(),
        )
        if contents.last_beat_at is not None:
            desk.looked_at_sessions(until=contents.last_beat_at)
        load = partial(_load_results, desk.results, desk.calendar, path, contents.next_signal)
        yield Core(desk, store, contents.last_signal_at, load)
        desk.settle_marks()
    finally:
        await store.close()
        history.close()


async def _load_results(results: Results, calendar: Calendar, path: Path, next_signal: int) -> None:
    """From the first signal of this start on the results count by themselves."""
    first, _ = calendar.week(results.day)
    since = calendar.begins(first)
    reading = asyncio.ensure_future(
        asyncio.to_thread(realized_since, path, since, before_signal=next_signal)
    )
    try:
        results.load(await asyncio.shield(reading), since=first)
    finally:
        # Ended in the middle: a connection left open would keep the ledger from closing cleanly.
        await asyncio.wait([reading])
