"""``audit``: every call to the broker with its answer, and whether the record is untouched."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.remote import bring_up_to_date
from justtrades_desktop.cli.new_file import opened
from justtrades_desktop.cli.out import emit
from justtrades_desktop.domain.broker import AuditLine
from justtrades_desktop.ledger.audit import Audit
from justtrades_desktop.ledger.columns import utc_text
from justtrades_desktop.ledger.file import path_in

_NARROW: Final = (
    *("id", "at", "connection", "operation", "status", "outcome", "seconds", "order_id"),
    "reason",
)


def show(chosen: argparse.Namespace) -> int:
    """Print calls, newest first."""
    with _audit(chosen) as audit:
        found = audit.page(limit=chosen.limit, before=chosen.before, connection=chosen.connection)
    rows = [_row(line) for line in found]
    if not chosen.json:
        rows = [{name: row[name] for name in _NARROW} for row in rows]
    emit(rows, as_json=chosen.json)
    return 0


def verify(chosen: argparse.Namespace) -> int:
    """Compute the chain again; 1 when anything is wrong with it."""
    with _audit(chosen) as audit:
        found = audit.verify()
    said: dict[str, Any] = {
        "rows": found.rows,
        "newest": found.newest.id,
        "newest_hash": found.newest.hash,
    }
    if chosen.json:
        emit(said | {"faults": [fault._asdict() for fault in found.faults]}, as_json=True)
    elif found.faults:
        emit([{"row": fault.id, "fault": fault.said} for fault in found.faults], as_json=False)
    else:
        emit(said | {"faults": "none"}, as_json=False)
    return 1 if found.faults else 0


def export(chosen: argparse.Namespace) -> int:
    """Write the whole chain, oldest first, a row to a line."""
    count = 0
    with _audit(chosen) as audit, opened(chosen.file, force=chosen.force) as file:
        for row in audit.rows():
            file.write(json.dumps(row, ensure_ascii=False, default=repr) + "\n")
            count += 1
    if chosen.file != "-":
        told = {"export": str(Path(chosen.file).absolute()), "rows": count}
        emit(told, as_json=chosen.json)
    return 0


@contextmanager
def _audit(chosen: argparse.Namespace) -> Iterator[Audit]:
    """With what a running process has not written yet."""
    folder = data_dir(chosen.data_dir)
    bring_up_to_date(folder)
    audit = Audit(path_in(folder))
    try:
        yield audit
    finally:
        audit.close()


def _row(line: AuditLine) -> dict[str, Any]:
    call = line.call
    return {
        "id": line.id,
        "at": utc_text(call.at),
        "connection": call.connection,
        "operation": call.operation,
        "request": call.request,
        "status": call.status,
        "answer": call.answer,
        "seconds": call.seconds,
        "outcome": call.outcome.value,
        "reason": call.reason,
        "signal_id": call.signal_id,
        "order_id": call.order_id,
        "client_order_id": call.client_order_id,
        "hash": line.hash,
    }
