"""The second ledger: what execution decides, sends and holds, written before it goes on.

It lies in the same file as the first one and is written by the same thread, in commits of its own:
nothing here can withdraw a signal, and no signal can withdraw an order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, func
from sqlalchemy.dialects.sqlite import insert

from justtrades_desktop.domain.execution_ledger import Entry, Kept
from justtrades_desktop.domain.links import AccountKey, AccountLimits, Link
from justtrades_desktop.domain.ports import Clock
from justtrades_desktop.ledger.execution_reader import (
    DECISIONS,
    EXECUTIONS,
    HELD,
    INTENTS,
    LIMITS,
    LINKS,
    MEMORIES,
    ExecutionReader,
)
from justtrades_desktop.ledger.execution_rows import (
    decision_row,
    execution_row,
    held_row,
    intent_row,
    keys_text,
    limits_row,
    link_row,
)
from justtrades_desktop.ledger.statements import Statement, driver, upsert
from justtrades_desktop.ledger.store import Store

_FILLS_KNOWN: Final = timedelta(days=10)
_CAUSE: Final = (
    *("client_id", "decision_id", "link_id", "signal_id", "purpose", "slippage", "delay"),
)


def _fills() -> Statement:
    """Insert fills, or overwrite known ones; but what caused one is never forgotten again.

    A broker tells old fills anew, long after the order that they are of has left memory.
    """
    made = insert(EXECUTIONS)
    columns = [column.name for column in EXECUTIONS.columns]
    once = ("connection", "fill_id")
    changed: dict[str, Any] = {c: made.excluded[c] for c in columns if c not in once}
    for name in _CAUSE:
        changed[name] = func.coalesce(made.excluded[name], EXECUTIONS.c[name])
    return Statement(
        made.on_conflict_do_update(index_elements=once, set_=changed),
        columns,
    )


_UPSERT_LINKS: Final = upsert(LINKS)
_UPSERT_LIMITS: Final = upsert(LIMITS)
_UPSERT_DECISIONS: Final = upsert(DECISIONS)
_UPSERT_INTENTS: Final = upsert(INTENTS)
_UPSERT_EXECUTIONS: Final = _fills()
_UPSERT_HELD: Final = upsert(HELD)
_UPSERT_MEMORIES: Final = upsert(MEMORIES)
_LET_GO: Final = "DELETE FROM held WHERE link_id = ? AND contract_id = ?"
_ROUTED: Final = "UPDATE execution_state SET last_routed = max(last_routed, ?)"
_LAST_LINK: Final = "UPDATE execution_state SET last_link = max(last_link, ?)"
_REMOVE_LINK: Final = "DELETE FROM links WHERE id = ?"
_FORGET: Final = "DELETE FROM link_memories WHERE link_id = ?"
_PAUSED: Final = "UPDATE execution_state SET paused = ?"
_FLATTENING: Final = "UPDATE execution_state SET flattening = ?"


def _now() -> datetime:
    return datetime.now(UTC)


class SecondLedger:
    """Writes by the ledger's thread; reads on a connection and a thread of its own."""

    def __init__(self, store: Store, path: Path, *, now: Clock = _now) -> None:
        """``store`` has opened the file at ``path``."""
        self._store = store
        self._path = path
        self._now = now

    async def write(self, entry: Entry) -> None:
        """Commit all of ``entry`` or nothing; returns once it is on disk.

        Raises:
            NotStored: it could not be written.
        """
        await self._store.share(partial(_write, entry))

    async def save_link(self, link: Link) -> None:
        """Add or replace a link; raises ``NotStored``."""
        await self._store.share(partial(_save_link, link))

    async def remove_link(self, link_id: int) -> None:
        """Forget a link, but never give its id to another; raises ``NotStored``."""
        await self._execute(_REMOVE_LINK, link_id)
        await self._execute(_FORGET, link_id)

    async def save_limits(self, key: AccountKey, limits: AccountLimits) -> None:
        """Set the caps of an account; raises ``NotStored``."""
        await self._store.share(partial(_save_limits, key, limits))

    async def save_paused(self, paused: bool) -> None:
        """Whether entries are paused by hand; raises ``NotStored``."""
        await self._execute(_PAUSED, paused)

    async def save_flattening(self, keys: Sequence[AccountKey]) -> None:
        """The accounts of a flatten all that is not over; raises ``NotStored``."""
        await self._execute(_FLATTENING, keys_text(keys))

    async def load(self) -> Kept:
        """What is on disk now.

        Raises:
            UserError: it cannot be read.
        """
        return await asyncio.to_thread(self._load)

    def _load(self) -> Kept:
        reader = ExecutionReader(self._path)
        try:
            return reader.kept(fills_since=self._now() - _FILLS_KNOWN)
        finally:
            reader.close()

    async def _execute(self, statement: str, value: object) -> None:
        await self._store.share(partial(_execute, statement, value))


def _write(entry: Entry, connection: Connection) -> None:
    _upsert(connection, _UPSERT_DECISIONS, decision_row, entry.decisions)
    _upsert(connection, _UPSERT_INTENTS, intent_row, entry.intents)
    _upsert(connection, _UPSERT_EXECUTIONS, execution_row, entry.executions)
    if entry.flat:
        driver(connection).executemany(_LET_GO, entry.flat)
    # Behind what is flat: a row too many is checked against the broker, one too few is not.
    _upsert(connection, _UPSERT_HELD, held_row, entry.held)
    _upsert(connection, _UPSERT_MEMORIES, _memory_row, entry.memories)
    if entry.routed is not None:
        _execute(_ROUTED, entry.routed, connection)


def _memory_row(memory: tuple[int, str, str]) -> dict[str, Any]:
    link_id, symbol, text = memory
    return {"link_id": link_id, "symbol": symbol, "memory": text}


def _upsert(
    connection: Connection,
    statement: Statement,
    row_of: Callable[[Any], Mapping[str, Any]],
    facts: Sequence[object],
) -> None:
    if facts:
        statement.run(connection, [row_of(fact) for fact in facts])


def _save_link(link: Link, connection: Connection) -> None:
    _UPSERT_LINKS.run(connection, [link_row(link)])
    _execute(_LAST_LINK, link.id, connection)


def _save_limits(key: AccountKey, limits: AccountLimits, connection: Connection) -> None:
    _UPSERT_LIMITS.run(connection, [limits_row(key, limits)])


def _execute(statement: str, value: object, connection: Connection) -> None:
    driver(connection).execute(statement, (value,))
