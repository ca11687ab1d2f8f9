"""Reading the audit beside its writer: pages, the whole of it, and whether it is untouched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import RowMapping, select

from justtrades_desktop.domain.broker import AuditedCall, AuditLine, Outcome
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ledger.audit_chain import (
    AUDIT,
    COLUMNS,
    SELECT_HEAD,
    START,
    Link,
    digest,
)
from justtrades_desktop.ledger.file import reading_engine
from justtrades_desktop.ledger.statements import driver

_STEP: Final = 500  # rows
_SELECT: Final = f"SELECT {', '.join(COLUMNS)} FROM audit ORDER BY id"  # noqa: S608

Row = dict[str, Any]
"""A row by its columns, as it stands in the file."""


class Fault(NamedTuple):
    """What is wrong with the chain at row ``id``, in a sentence."""

    id: int
    said: str


class Verified(NamedTuple):
    """How many rows were looked at, the newest of them, and all that is wrong, by id."""

    rows: int
    newest: Link
    faults: list[Fault]


class Audit:
    """A read-only connection for one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open the ledger at ``path``.

        Raises:
            UserError: there is none, or it cannot be read.
        """
        self._engine = reading_engine(path)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def page(
        self, *, limit: int, before: int | None = None, connection: str | None = None
    ) -> list[AuditLine]:
        """The newest calls first, of one ``connection`` or all; ``before`` pages on below an id.

        Raises:
            UserError: a row cannot be read, so it is not as it was written.
        """
        query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(AUDIT.c.id < before)
        if connection is not None:
            query = query.where(AUDIT.c.connection == connection)
        with self._engine.connect() as reading:
            return [_line(row) for row in reading.execute(query).mappings().all()]

    def rows(self) -> Iterator[Row]:
        """The whole chain as of now, oldest first."""
        with self._snapshot() as (rows, _):
            yield from rows

    def verify(self) -> Verified:
        """Compute the whole chain again and compare."""
        count, last, faults = 0, START, list[Fault]()
        with self._snapshot() as (rows, head):
            for row in rows:
                faults += _row_faults(row, last)
                last = Link(row["id"], row["hash"])
                count += 1
        return Verified(count, last, [*faults, *_end_faults(last, head)])

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[Iterator[Row], Link | None]]:
        """All rows and the head, of one moment."""
        with self._engine.connect() as connection:
            raw = driver(connection)
            raw.execute("BEGIN")
            try:
                head = raw.execute(SELECT_HEAD).fetchone()
                cursor = raw.execute(_SELECT)
                cursor.arraysize = _STEP
                rows = (dict(zip(COLUMNS, row, strict=True)) for row in cursor)
                yield rows, None if head is None else Link(*head)
            finally:
                raw.execute("ROLLBACK")


def _row_faults(row: Row, before: Link) -> Iterator[Fault]:
    """What is wrong with ``row``, or is seen from it about the one before."""
    id_ = row["id"]
    missing = id_ > before.id + 1
    if missing:
        yield Fault(before.id + 1, _missing(before.id + 1, id_ - 1))
    if digest(row) != row["hash"]:
        yield Fault(id_, f"row {id_} was altered: its hash does not fit what it says")
    elif not missing and row["previous"] != before.hash:
        said = f"row {before.id} was altered: row {id_} was written behind another one"
        yield Fault(before.id, said)


def _end_faults(last: Link, head: Link | None) -> Iterator[Fault]:
    if head is None:
        yield Fault(last.id, "the note of the newest row is gone: rows may be missing at the end")
    elif head.id > last.id:
        yield Fault(last.id + 1, f"{_missing(last.id + 1, head.id)} at the end")
    elif head.id < last.id:
        yield Fault(
            head.id + 1, f"the rows from {head.id + 1} on are later than the newest that was noted"
        )
    elif head.hash != last.hash:
        yield Fault(last.id, f"row {last.id} is not the newest that was noted: its hash differs")


def _missing(first: int, last: int) -> str:
    return f"row {first} is missing" if first == last else f"rows {first} to {last} are missing"


def _line(row: RowMapping) -> AuditLine:
    told = {name: row[name] for name in COLUMNS if name not in ("id", "previous", "hash")}
    try:
        told["at"] = datetime.fromisoformat(told["at"])
        told["seconds"] = None if told["seconds"] is None else float(told["seconds"])
        told["outcome"] = Outcome(told["outcome"])
    except (TypeError, ValueError) as error:
        raise UserError(
            f"Row {row['id']} of the audit is not as it was written",
            "`justtrades audit verify` says what was altered.",
        ) from error
    return AuditLine(row["id"], AuditedCall(**told), row["hash"])
