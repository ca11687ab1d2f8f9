"""The ledger's one writer: a thread that opens, uses and closes the connection."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.errors import AlreadyStored, NotStored, UserError
from justtrades_desktop.domain.events import PriceTicked
from justtrades_desktop.domain.paths import Path as PnlPath
from justtrades_desktop.domain.ports import AppendListener, Entry, Note
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.ledger import notes
from justtrades_desktop.ledger.batch import PATHS, POSITIONS, PRICES, SIGNALS, Batch
from justtrades_desktop.ledger.file import create_private, damaged, recognise, writing_engine
from justtrades_desktop.ledger.rows import OPEN, position_of, price_of, recorder_of
from justtrades_desktop.ledger.schema import REVISION, HeartbeatRow, RecorderRow, table_of
from justtrades_desktop.ledger.statements import driver

_LARGEST_BATCH: Final = 512

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the core needs of the ledger to go on where it stopped."""

    recorders: tuple[Recorder, ...]
    open_positions: tuple[Position, ...]
    paths: dict[int, PnlPath]
    prices: tuple[PriceTicked, ...]
    products: dict[str, Product]
    next_signal: int
    next_position: int
    last_signal_at: datetime | None
    last_beat_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Append:
    epoch: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class _Write:
    note: Note | None  # None writes nothing: it only waits for its turn
    stored: asyncio.Future[None]


_STOP: Final = None


class Store:
    """Appends and notes from the loop, commits on the thread, and word of them back on the loop.

    An *epoch* lasts until a commit fails. Then every append of that epoch is void: the thread
    skips those it still finds waiting, and the listener is told once that all are withdrawn.
    """

    def __init__(self, path: Path, listener: AppendListener | None = None) -> None:
        self._path = path
        self.listener = listener
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[Sequence[_Append | _Write | None]] = SimpleQueue()
        self._gathered: list[_Append] = []
        self._epoch = 0
        self._void_epoch = -1  # the thread's own
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._thread: threading.Thread | None = None
        self.last_commit_seconds: float | None = None

    async def open(self) -> Contents:
        """Open or create the file, migrate it, start the thread and read what it holds.

        Raises:
            UserError: the file is damaged, newer than this program, or cannot be written.
        """
        opened: asyncio.Future[Contents] = self._loop.create_future()
        self._thread = threading.Thread(
            target=self._run, args=(opened,), name="ledger", daemon=True
        )
        self._thread.start()
        return await opened

    async def close(self) -> None:
        """Commit what is waiting, then close the file."""
        if self._thread is not None:
            self._hand_over()
            self._waiting.put([_STOP])
            await asyncio.to_thread(self._thread.join)

    def append(self, entry: Entry) -> None:
        """Commit ``entry`` behind all earlier ones, and tell the listener.

        What one turn of the loop appends is handed over together at its end: the thread then
        finds a batch, and does not fight for the interpreter over each single entry.
        """
        if not self._gathered:
            self._loop.call_soon(self._hand_over)
        self._gathered.append(_Append(self._epoch, entry))

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        if gathered:
            self._waiting.put(gathered)

    def write(self, note: Note) -> asyncio.Future[None]:
        """Commit ``note`` by itself; the future fails with ``NotStored`` or ``UserError``."""
        return self._put(note)

    def flushed(self) -> asyncio.Future[None]:
        """Done once everything before it was committed or refused."""
        return self._put(None)

    def _put(self, note: Note | None) -> asyncio.Future[None]:
        stored: asyncio.Future[None] = self._loop.create_future()
        self._hand_over()  # what came before it is written before it
        self._waiting.put([_Write(note, stored)])
        return stored

    # On the loop

    def _committed(self, count: int, seconds: float) -> None:
        self.last_commit_seconds = seconds
        if self.listener is not None:
            self.listener.committed(count)

    def _withdrawn(self, error: NotStored | AlreadyStored) -> None:
        self._epoch += 1
        if self.listener is not None:
            self.listener.withdrawn(error)

    # On the thread

    def _run(self, opened: asyncio.Future[Contents]) -> None:
        try:
            contents = _open(self._path, self._connect())
        except Exception as error:  # noqa: BLE001 - whoever waits for the opening must be told
            self._tell(_fail, opened, _for_the_trader(self._path, error))
            self._disconnect()
            return
        self._tell(_succeed, opened, contents)
        going_on = True
        while going_on:
            going_on = self._work(self._next_run())
        self._disconnect()

    def _next_run(self) -> list[_Append | _Write | None]:
        """What is waiting now; blocks until there is something."""
        run = [*self._waiting.get()]
        try:
            while len(run) < _LARGEST_BATCH:
                run += self._waiting.get_nowait()
        except Empty:
            pass
        return run

    def _work(self, run: list[_Append | _Write | None]) -> bool:
        appends: list[Entry] = []
        for item in run:
            if isinstance(item, _Append):
                if item.epoch > self._void_epoch:
                    appends.append(item.entry)
                continue
            self._commit(appends)
            appends = []
            if item is _STOP:
                return False
            self._note(item)
        self._commit(appends)
        return True

    def _commit(self, entries: list[Entry]) -> None:
        if not entries:
            return
        started = time.perf_counter()

        def write(connection: Connection) -> None:
            batch = Batch()
            for entry in entries:
                batch.add(entry)
            batch.execute(connection)

        try:
            self._in_transaction(write)
        except (AlreadyStored, NotStored) as error:
            self._void_epoch += 1
            self._tell(self._withdrawn, error)
        else:
            self._tell(self._committed, len(entries), time.perf_counter() - started)

    def _note(self, item: _Write) -> None:
        note = item.note
        try:
            if note is not None:
                self._in_transaction(lambda connection: notes.write(connection, note))
        except (NotStored, UserError) as error:
            self._tell(_fail, item.stored, error)
        else:
            self._tell(_succeed, item.stored, None)

    def _in_transaction(self, work: Callable[[Connection], None]) -> None:
        try:
            _transact(self._connect(), work)
        except (AlreadyStored, UserError):
            raise
        except Exception as error:  # whatever it is: this thread must live, or nobody is answered
            expected = isinstance(error, (SQLAlchemyError, sqlite3.Error, OSError))
            log.log(logging.ERROR, "the ledger could not commit: %s", error, exc_info=not expected)
            self._disconnect()  # a connection that failed to write is not trusted with the next
            raise NotStored(in_words(error)) from error

    def _connect(self) -> Connection:
        if self._connection is None:
            create_private(self._path)
            self._engine = writing_engine(self._path)
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()  # closed as it is, whatever state it is in
            self._connection = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _tell(self, callback: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:  # the loop is closed: nobody is left to be told
            log.debug("no loop to tell")


def _transact(connection: Connection, work: Callable[[Connection], None]) -> None:
    raw = driver(connection)
    raw.execute("BEGIN IMMEDIATE")
    try:
        work(connection)
    except BaseException:
        if raw.in_transaction:  # a full disk has rolled back by itself
            raw.execute("ROLLBACK")
        raise
    raw.execute("COMMIT")
    if connection.in_transaction():  # SQLAlchemy's own idea of one, where work was its statements
        connection.rollback()


def in_words(error: Exception) -> str:
    """Why the ledger could not commit, for the trader and the sender."""
    text = str(error.orig if isinstance(error, DBAPIError) else error)
    for known, words in (
        ("disk is full", "the disk is full"),
        ("disk I/O error", "the disk refuses to write (full, or damaged)"),
        ("readonly", "the ledger's file is read-only"),
        ("locked", "another program holds the ledger's file"),
        ("malformed", "the ledger's file is damaged"),
    ):
        if known in text:
            return words
    return text


def _open(path: Path, connection: Connection) -> Contents:
    if recognise(path) != REVISION:
        # Alembic takes longer to import than all the rest takes to start.
        from justtrades_desktop.ledger.migrate import migrate

        with connection.begin():  # Alembic would commit a transaction it does not know of
            driver(connection).execute("BEGIN IMMEDIATE")
            migrate(connection)
    contents = _contents(connection)
    connection.rollback()
    return contents


def _contents(connection: Connection) -> Contents:
    recorders = connection.execute(select(table_of(RecorderRow))).mappings()
    positions = connection.execute(select(POSITIONS).where(POSITIONS.c.status == OPEN)).mappings()
    prices = connection.execute(select(PRICES)).mappings()
    last_signal = connection.execute(
        select(SIGNALS.c.id, SIGNALS.c.received_at).order_by(SIGNALS.c.id.desc()).limit(1)
    ).first()
    last_position = connection.execute(select(func.max(POSITIONS.c.id))).scalar()
    open_positions = tuple(map(position_of, positions))
    return Contents(
        recorders=tuple(map(recorder_of, recorders)),
        open_positions=open_positions,
        paths=_paths(connection),
        prices=tuple(map(price_of, prices)),
        products=notes.products(connection),
        next_signal=last_signal.id + 1 if last_signal else 1,
        next_position=(last_position or 0) + 1,
        last_signal_at=last_signal.received_at if last_signal else None,
        last_beat_at=connection.execute(select(table_of(HeartbeatRow).c.at)).scalar(),
    )


def _paths(connection: Connection) -> dict[int, PnlPath]:
    """The paths of open positions."""
    parts: defaultdict[int, dict[int, bytes]] = defaultdict(dict)
    query = select(PATHS).join(POSITIONS, POSITIONS.c.id == PATHS.c.position_id)
    for row in connection.execute(query.where(POSITIONS.c.status == OPEN)):
        parts[row.position_id][row.part] = row.points
    return {id_: PnlPath.of_parts(found) for id_, found in parts.items()}


def _for_the_trader(path: Path, error: Exception) -> Exception:
    if isinstance(error, UserError):
        return error
    if isinstance(error, OSError):
        return UserError(
            f"The ledger {path} cannot be written: {error.strerror}", "Check the folder."
        )
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        words = in_words(error)
        if "damaged" in words or "not a database" in words:
            return damaged(path, str(cause))
        return UserError(
            f"The ledger {path} cannot be opened: {words}", "Check the disk and the folder."
        )
    log.error("the ledger could not be opened", exc_info=error)
    return damaged(path, f"what it holds cannot be read ({error})")


def _succeed(future: asyncio.Future[object], result: object) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[object], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
