"""The audit's hash chain: what a row holds, its hash, and the appending of more."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from justtrades_desktop.domain.broker import AuditedCall, Outcome
from justtrades_desktop.ledger.columns import utc_text
from justtrades_desktop.ledger.schema import AuditHeadRow, AuditRow, table_of
from justtrades_desktop.ledger.statements import driver, insertion, upsert

AUDIT: Final = table_of(AuditRow)
COLUMNS: Final = tuple(column.name for column in AUDIT.columns)
SELECT_HEAD: Final = "SELECT audit_id, hash FROM audit_head WHERE id = 1"

_INSERT: Final = insertion(AUDIT, COLUMNS)
_MOVE_HEAD: Final = upsert(table_of(AuditHeadRow))
_SELECT_LAST: Final = "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1"
_JSON: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=repr)
_LONGEST: Final = 256 * 1024  # characters of a request or an answer
_LARGEST: Final = 2**63 - 1  # what SQLite takes for a whole number

log = logging.getLogger(__name__)


class Link(NamedTuple):
    """A row's place in the chain."""

    id: int
    hash: str


START: Final = Link(0, "0" * 64)


def digest(row: Mapping[str, Any]) -> str:
    """SHA-256 over all columns but ``hash``, as JSON with sorted names, no blanks and ASCII only.

    What the ledger never writes, such as bytes, makes some digest too: one that does not fit.
    """
    told = {name: row[name] for name in COLUMNS if name != "hash"}
    return sha256(_JSON.encode(told).encode("ascii")).hexdigest()


def append(connection: Connection, calls: Sequence[AuditedCall]) -> None:
    """Add ``calls`` to the chain within the caller's transaction."""
    end, odd = _end(driver(connection))
    if odd:
        calls = [remark(odd), *calls]
    rows = []
    for call in calls:
        row = _row(call) | {"id": end.id + 1, "previous": end.hash}
        end = Link(end.id + 1, digest(row))
        rows.append(row | {"hash": end.hash})
    _INSERT.run(connection, rows)
    _MOVE_HEAD.run(connection, [{"id": 1, "audit_id": end.id, "hash": end.hash}])


def remark(said: str) -> AuditedCall:
    """What the audit has to say of itself: a row that is no call."""
    return AuditedCall(
        at=datetime.now(UTC), connection="", operation="audit", request="", reason=said
    )


def _end(raw: sqlite3.Connection) -> tuple[Link, str]:
    """What the next row follows, and what is odd about it.

    In a file that was tampered with the head may lie behind the rows, or before them. The chain
    goes on behind both: what is wrong stays wrong, for ``verify`` to find.
    """
    found = raw.execute(SELECT_HEAD).fetchone()
    newest = raw.execute(_SELECT_LAST).fetchone()
    last = START if newest is None else Link(*newest)
    if found is None:
        return last, "the note of the newest row was gone; later rows may be, too"
    head = Link(*found)
    if head != last:
        end = head if head.id >= last.id else last
        return end, f"row {head.id} was the newest, but row {last.id} stood last"
    return last, ""


def _row(call: AuditedCall) -> dict[str, Any]:
    """The columns of a call, but for its place in the chain."""
    try:
        return _columns(call)
    except Exception as error:  # one odd call may not hold up all behind it
        log.exception("a call could not be written down")
        return _columns(remark(f"a call could not be written down: {type(error).__name__}"))


def _columns(call: AuditedCall) -> dict[str, Any]:
    return {
        "at": utc_text(call.at),
        "connection": _text(call.connection),
        "operation": _text(call.operation),
        "request": _text(call.request),
        "status": _number(call.status),
        "answer": _text(call.answer),
        "seconds": None if call.seconds is None else f"{call.seconds:.6f}",
        "outcome": Outcome(call.outcome).value,
        "reason": _text(call.reason),
        "signal_id": _number(call.signal_id),
        "order_id": _number(call.order_id),
        "client_order_id": None if call.client_order_id is None else _text(call.client_order_id),
    }


def _text(text: str) -> str:
    """What SQLite takes as text: without half characters, cut where it is far too long."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]}… ({len(whole):,} characters)"


def _number(number: int | None) -> int | None:
    if number is not None and not -_LARGEST <= number <= _LARGEST:
        raise OverflowError(number)
    return number
