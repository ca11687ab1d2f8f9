"""Old trades and signals in the ledger: written once, and known again in any later copy."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, literal_column
from sqlalchemy.dialects.sqlite import insert

from justtrades_desktop.domain.legacy import (
    Imported,
    LegacyImported,
    OldSignal,
    OldTrade,
    opening_key,
    opening_text,
)
from justtrades_desktop.domain.signals import Outcome, Source
from justtrades_desktop.ledger.rows import CLOSED, OPEN
from justtrades_desktop.ledger.schema import ImportedSignalRow, ImportedTradeRow, table_of
from justtrades_desktop.ledger.statements import Statement

_TRADES: Final = table_of(ImportedTradeRow)
_SIGNALS: Final = table_of(ImportedSignalRow)
_NEWER: Final = (
    "imported_trades.status = 'open' AND excluded.status = 'closed' "
    "OR imported_trades.in_journal AND excluded.status = 'closed' AND NOT excluded.in_journal"
)
"""When a row that is there takes over what a later copy says: it was open and is closed now, or
it told a trade alone until this copy brought the trade itself."""


def write_imported(connection: Connection, note: LegacyImported) -> None:
    """Add what is not there yet, within the caller's transaction."""
    made: Any = insert(_TRADES)
    columns = _columns(_TRADES)
    changed = {name: made.excluded[name] for name in columns if name != "key"}
    newer = made.on_conflict_do_update(
        index_elements=["key"], set_=changed, where=literal_column(_NEWER)
    )
    Statement(newer, columns).run(connection, [_trade_row(old, note.file) for old in note.trades])
    once = insert(_SIGNALS).on_conflict_do_nothing(index_elements=["key"])
    rows = [_signal_row(old, note.file) for old in note.signals]
    Statement(once, _columns(_SIGNALS)).run(connection, rows)


def imported(path: Path) -> Imported:
    """What the ledger at ``path`` holds of old histories; for the process that writes it.

    It opens the file through SQLite alone: a file that this process opened and closed by itself
    would take the writer's locks along.
    """
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        keys = connection.execute(
            "SELECT key FROM imported_trades UNION ALL SELECT key FROM imported_signals"
        ).fetchall()
        openings = connection.execute(
            "SELECT body FROM signals WHERE source = ? AND outcome = ? AND body LIKE ?",
            (Source.HAND.value, Outcome.APPLIED.value, f"{opening_text(b'')}%"),
        ).fetchall()
    opened = (opening_key(body) for (body,) in openings)
    return Imported(
        frozenset(key for (key,) in keys), frozenset(key for key in opened if key is not None)
    )


def _columns(table: Table) -> list[str]:
    return [column.name for column in table.columns if not column.primary_key]


def _trade_row(old: OldTrade, file: str) -> dict[str, Any]:
    return {
        "key": old.key,
        "file": file,
        "source_table": old.table,
        "source_id": old.id,
        "in_journal": old.in_journal,
        "recorder": old.recorder,
        "symbol": old.symbol,
        "side": old.side.value,
        "status": OPEN if old.open else CLOSED,
        "quantity": old.quantity,
        "entry_price": old.entry_price,
        "exit_price": old.exit_price,
        "opened_at": old.opened_at,
        "closed_at": old.closed_at,
        "profit": old.profit,
        "fees": old.fees,
        "drawdown": old.drawdown,
        "run_up": old.run_up,
        "adds": old.adds,
        "exit_reason": old.exit_reason,
        "notes": old.notes,
        "row": old.row,
    }


def _signal_row(old: OldSignal, file: str) -> dict[str, Any]:
    return {
        "key": old.key,
        "file": file,
        "source_id": old.id,
        "recorder": old.recorder,
        "received_at": old.received_at,
        "action": old.action,
        "symbol": old.symbol,
        "price": old.price,
        "row": old.row,
    }
