"""The ledger's one writer: a thread that opens, uses and closes the connection."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from justtrades_desktop.domain.broker import AuditedCall
from justtrades_desktop.domain.errors import AlreadyStored, NotStored, UserError
from justtrades_desktop.domain.ports import AppendListener, Entry, Note
from justtrades_desktop.ledger import audit_chain, notes
from justtrades_desktop.ledger.audit_queue import CallQueue
from justtrades_desktop.ledger.batch import Batch
from justtrades_desktop.ledger.contents import Contents, contents_of
from justtrades_desktop.ledger.file import (
    create_private,
    damaged,
    in_words,
    recognise,
    writing_engine,
)
from justtrades_desktop.ledger.schema import REVISION
from justtrades_desktop.ledger.statements import driver

_LARGEST_BATCH: Final = 512
_CALLS_ALONG: Final = 8  # with signals: under a millisecond that a sender's answer waits for
_CALLS_ALONE: Final = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Append:
    epoch: int
    entry: Entry


@dataclass(frozen=True, slots=True)
class _Write:
    note: Note | None  # None writes nothing: it only waits for its turn
    stored: asyncio.Future[None]


@dataclass(frozen=True, slots=True)
class _Shared:
    work: Callable[[Connection], None]
    stored: asyncio.Future[None]


_STOP: Final = None

_Item = _Append | _Write | _Shared | None


class Store:
    """Appends and notes from the loop, commits on the thread, and word of them back on the loop.

    An *epoch* lasts until a commit fails. Then every append of that epoch is void: the thread
    skips those it still finds waiting, and the listener is told once that all are withdrawn.
    """

    def __init__(self, path: Path, listener: AppendListener | None = None) -> None:
        self._path = path
        self.listener = listener
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[Sequence[_Item]] = SimpleQueue()
        self._gathered: list[_Append | _Shared] = []
        self._calls = CallQueue()
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
        self._gather(_Append(self._epoch, entry))

    def share(self, work: Callable[[Connection], None]) -> asyncio.Future[None]:
        """Commit what ``work`` writes on the thread, all of it or nothing.

        What waits at the same moment shares a commit, but never one with appends: neither can be
        what the other fails by. The future fails with ``NotStored``.
        """
        stored: asyncio.Future[None] = self._loop.create_future()
        self._gather(_Shared(work, stored))
        return stored

    def _gather(self, item: _Append | _Shared) -> None:
        if not self._gathered:
            self._loop.call_soon(self._hand_over)
        self._gathered.append(item)

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

    def record(self, call: AuditedCall) -> None:
        """Add ``call`` to the audit: with the next commit, at most a quarter second later.

        Returns at once and never fails. While the ledger cannot be written, calls wait in memory;
        what does not fit is counted in :attr:`calls_missed`.
        """
        if self._calls.put(call):
            self._waiting.put(())

    @property
    def calls_waiting(self) -> int:
        """Calls to the broker that are not in the audit yet."""
        return self._calls.waiting

    @property
    def calls_missed(self) -> int:
        """Calls to the broker since the start that never came into the audit."""
        return self._calls.missed

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
            outdated = recognise(self._path) != REVISION  # before a connection that may write
            contents = _open(self._connect(), outdated=outdated)
        except Exception as error:  # noqa: BLE001 - whoever waits for the opening must be told
            self._tell(_fail, opened, _for_the_trader(self._path, error))
            self._disconnect()
            return
        self._tell(_succeed, opened, contents)
        going_on = True
        while going_on:
            run = self._next_run()
            if run is None:
                self._write_calls()
            else:
                going_on = self._work(run)
        self._disconnect()

    def _next_run(self) -> list[_Item] | None:
        """What is waiting now; blocks until there is something. None: it is the calls' turn."""
        try:
            run = [*self._waiting.get(timeout=self._calls.patience())]
        except Empty:
            return None
        try:
            while len(run) < _LARGEST_BATCH:
                run += self._waiting.get_nowait()
        except Empty:
            pass
        return run

    def _work(self, run: list[_Item]) -> bool:
        appends: list[Entry] = []
        shared: list[_Shared] = []
        for item in run:
            if isinstance(item, _Append):
                if item.epoch > self._void_epoch:
                    appends.append(item.entry)
                continue
            if isinstance(item, _Shared):
                shared.append(item)
                continue
            self._commit_all(appends, shared)
            appends, shared = [], []
            if item is _STOP:
                self._write_all_calls()
                return False
            self._note(item)
        self._commit_all(appends, shared)
        return True

    def _commit_all(self, appends: list[Entry], shared: list[_Shared]) -> None:
        self._commit(appends)  # first: a sender waits for them
        self._commit_shared(shared)

    def _commit(self, entries: list[Entry]) -> None:
        if not entries:
            return
        started = time.perf_counter()
        calls = self._calls.offer(_CALLS_ALONG)
        try:
            self._commit_along(partial(_append, entries), calls)
        except (AlreadyStored, NotStored) as error:
            self._void_epoch += 1
            self._tell(self._withdrawn, error)
        else:
            self._tell(self._committed, len(entries), time.perf_counter() - started)

    def _commit_shared(self, shared: list[_Shared]) -> None:
        if not shared:
            return
        # An order waits for this: calls come along only where they have waited long enough.
        calls = self._calls.offer(_CALLS_ALONG) if self._calls.patience() == 0 else []
        try:
            self._commit_along(partial(_work_off, shared), calls)
        except (NotStored, UserError) as error:
            if len(shared) == 1:
                self._tell(_fail, shared[0].stored, error)
                return
            for single in shared:  # one of them may be the cause: the others go without it
                self._commit_shared([single])
        else:
            self._tell(_succeed_all, [item.stored for item in shared])

    def _commit_along(self, work: Callable[[Connection], None], calls: list[AuditedCall]) -> None:
        if not (calls and self._commit_together(work, calls)):
            self._in_transaction(work)

    def _commit_together(
        self, work: Callable[[Connection], None], calls: list[AuditedCall]
    ) -> bool:
        """False where the calls may be what could not be written: they hold nothing back."""
        work_fits = False

        def write(connection: Connection) -> None:
            nonlocal work_fits
            work(connection)
            work_fits = True
            audit_chain.append(connection, calls)

        try:
            self._in_transaction(write)
        except NotStored:
            if not work_fits:
                raise
            self._calls.failed()
            return False
        self._calls.written()
        return True

    def _write_calls(self) -> bool:
        """Write the calls that wait, a step of them; False where that was not possible."""
        calls = self._calls.offer(_CALLS_ALONE)
        if not calls:
            return False
        try:
            self._in_transaction(lambda connection: audit_chain.append(connection, calls))
        except NotStored:
            self._calls.failed()
            return False
        self._calls.written()
        return True

    def _write_all_calls(self) -> None:
        self._calls.wake()
        while self._write_calls():
            pass
        if self._calls.waiting:
            log.error("%d calls to the broker are in no audit", self._calls.waiting)

    def _note(self, item: _Write) -> None:
        note = item.note
        if note is None and self._write_calls() and self._calls.waiting:
            self._waiting.put([item])  # its turn comes again, behind what has come meanwhile
            return
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
            raise NotStored(in_words(error, self._path)) from error

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


def _append(entries: list[Entry], connection: Connection) -> None:
    batch = Batch()
    for entry in entries:
        batch.add(entry)
    batch.execute(connection)


def _work_off(shared: list[_Shared], connection: Connection) -> None:
    for item in shared:
        item.work(connection)


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


def _open(connection: Connection, *, outdated: bool) -> Contents:
    if outdated:
        # Alembic takes longer to import than all the rest takes to start.
        from justtrades_desktop.ledger.migrate import migrate

        with connection.begin():  # Alembic would commit a transaction it does not know of
            driver(connection).execute("BEGIN IMMEDIATE")
            migrate(connection)
    contents = contents_of(connection)
    connection.rollback()
    return contents


def _for_the_trader(path: Path, error: Exception) -> Exception:
    if isinstance(error, UserError):
        return error
    if isinstance(error, OSError):
        return UserError(
            f"The ledger {path} cannot be written: {error.strerror}", "Check the folder."
        )
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        words = in_words(error, path)
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


def _succeed_all(futures: list[asyncio.Future[object]]) -> None:
    for future in futures:
        _succeed(future, None)


def _fail(future: asyncio.Future[object], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
