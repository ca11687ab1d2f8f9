"""Reading the second ledger beside its writer: what a start needs of it, and its past in pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Select, func, select, text, tuple_

from justtrades_desktop.domain.execution_ledger import Kept
from justtrades_desktop.domain.orders import Decision, Execution, IntentState
from justtrades_desktop.domain.steps import Step
from justtrades_desktop.ledger.execution_rows import (
    Row,
    decision_of,
    execution_of,
    held_of,
    intent_of,
    keys_of,
    limits_of,
    link_of,
)
from justtrades_desktop.ledger.execution_schema import (
    LIVING,
    PARKED,
    AccountLimitsRow,
    DecisionRow,
    ExecutionRow,
    ExecutionStateRow,
    HeldRow,
    IntentRow,
    LinkMemoryRow,
    LinkRow,
)
from justtrades_desktop.ledger.file import damaged, reading_engine
from justtrades_desktop.ledger.schema import table_of
from justtrades_desktop.ledger.statements import driver
from justtrades_desktop.ledger.steps import last_steps

LINKS: Final = table_of(LinkRow)
LIMITS: Final = table_of(AccountLimitsRow)
DECISIONS: Final = table_of(DecisionRow)
INTENTS: Final = table_of(IntentRow)
EXECUTIONS: Final = table_of(ExecutionRow)
HELD: Final = table_of(HeldRow)
MEMORIES: Final = table_of(LinkMemoryRow)
STATE: Final = table_of(ExecutionStateRow)

_DECISIONS_KEPT: Final = 500
_EXECUTIONS_KEPT: Final = 1000
_AGE: Final = (EXECUTIONS.c.at, EXECUTIONS.c.connection, EXECUTIONS.c.fill_id)
_NEWEST_DECISIONS: Final = select(DECISIONS).order_by(DECISIONS.c.id.desc())
_NEWEST_EXECUTIONS: Final = select(EXECUTIONS).order_by(*(column.desc() for column in _AGE))
_UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError)


class ExecutionReader:
    """A read-only connection for one thread at a time.

    Every method raises ``UserError`` where a row is not as this program writes it.
    """

    def __init__(self, path: Path) -> None:
        """Open the ledger at ``path``.

        Raises:
            UserError: there is none, or it cannot be read.
        """
        self._path = path
        self._engine = reading_engine(path)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def kept(self, *, fills_since: datetime) -> Kept:
        """All that a start needs, of one moment; ``known_fills`` are those from then on."""
        with self._snapshot() as connection:
            return _kept(connection, fills_since)

    def decisions(self, *, limit: int, before: int | None = None) -> list[Decision]:
        """The newest first; ``before`` pages on below an id."""
        query = _NEWEST_DECISIONS.limit(limit)
        if before is not None:
            query = query.where(DECISIONS.c.id < before)
        with self._snapshot() as connection:
            return [decision_of(row) for row in _rows(connection, query)]

    def decisions_of(self, signal_id: int) -> list[Decision]:
        """What the links made of one signal, in order."""
        query = select(DECISIONS).where(DECISIONS.c.signal_id == signal_id)
        with self._snapshot() as connection:
            rows = _rows(connection, query.order_by(DECISIONS.c.id))
            return [decision_of(row) for row in rows]

    def executions(self, *, limit: int, before: Execution | None = None) -> list[Execution]:
        """The newest first; ``before`` pages on behind the last one of a page."""
        query = _NEWEST_EXECUTIONS.limit(limit)
        if before is not None:
            last = tuple_(before.at, before.key.connection, before.fill_id, types=_AGE_TYPES)
            query = query.where(tuple_(*_AGE) < last)
        with self._snapshot() as connection:
            return [execution_of(row) for row in _rows(connection, query)]

    def last_steps(self, recorder_id: int, count: int, now: Mapping[str, int]) -> list[Step]:
        """What the last signals of a recorder did; see :func:`last_steps`."""
        with self._snapshot() as connection:
            return last_steps(connection, recorder_id, count, now)

    @contextmanager
    def _snapshot(self) -> Iterator[Connection]:
        """All that is read within is of one moment."""
        with self._engine.connect() as connection:
            raw = driver(connection)
            raw.execute("BEGIN")
            try:
                yield connection
            except _UNREADABLE as error:
                raise damaged(self._path, f"what it holds cannot be read ({error})") from error
            finally:
                raw.execute("ROLLBACK")


_AGE_TYPES: Final = [column.type for column in _AGE]


def _kept(connection: Connection, fills_since: datetime) -> Kept:
    state = connection.execute(select(STATE)).first()
    if state is None:
        raise ValueError("the row of execution's state is gone")
    newest = connection.execute(select(func.max(DECISIONS.c.id))).scalar()
    return Kept(
        links=[link_of(row) for row in _rows(connection, select(LINKS).order_by(LINKS.c.id))],
        limits=[limits_of(row) for row in _rows(connection, select(LIMITS))],
        decisions=_decisions(connection, _NEWEST_DECISIONS.limit(_DECISIONS_KEPT)),
        parked=_decisions(connection, _NEWEST_DECISIONS.where(PARKED)),
        intents=[intent_of(row) for row in _rows(connection, _LIVING_INTENTS)],
        absent=[intent_of(row) for row in _rows(connection, _ABSENT)],
        parents=[intent_of(row) for row in _rows(connection, _PARENTS)],
        held=[held_of(row) for row in _rows(connection, select(HELD).order_by(HELD.c.at))],
        executions=[
            execution_of(row)
            for row in _rows(connection, _NEWEST_EXECUTIONS.limit(_EXECUTIONS_KEPT))
        ],
        known_fills=_fills(connection, fills_since),
        memories=[
            (row["link_id"], row["symbol"], row["memory"])
            for row in _rows(connection, select(MEMORIES))
        ],
        next_decision=(newest or 0) + 1,
        next_link=state.last_link + 1,
        paused=state.paused,
        flattening=keys_of(state.flattening),
        last_routed=state.last_routed,
    )


# In the order in which they were first written.
_LIVING_INTENTS: Final = select(INTENTS).where(LIVING).order_by(text("rowid"))
_ABSENT: Final = (
    select(INTENTS)
    .where(INTENTS.c.state == IntentState.ABSENT.value)
    .order_by(text("rowid DESC"))
    .limit(100)
)
# What is held names the decision of its first entry; those of its adds are later.
_PARENTS: Final = (
    select(INTENTS)
    .join(
        HELD,
        (HELD.c.connection == INTENTS.c.connection)
        & (HELD.c.account == INTENTS.c.account)
        & (HELD.c.contract_id == INTENTS.c.contract_id)
        & (HELD.c.decision_id <= INTENTS.c.decision_id),
    )
    .where(
        INTENTS.c.state.in_([state.value for state in IntentState if state.is_over]),
        INTENTS.c.order_id.is_not(None),
        INTENTS.c.legs != "[]",
    )
    .order_by(text("intents.rowid"))
)


def _decisions(connection: Connection, query: Select[Any]) -> list[Decision]:
    return [decision_of(row) for row in _rows(connection, query)]


def _fills(connection: Connection, since: datetime) -> frozenset[tuple[str, int]]:
    query = select(EXECUTIONS.c.connection, EXECUTIONS.c.fill_id)
    found = connection.execute(query.where(EXECUTIONS.c.at >= since))
    return frozenset((row.connection, row.fill_id) for row in found)


def _rows(connection: Connection, query: Select[Any]) -> Sequence[Row]:
    return connection.execute(query).mappings().all()
