"""Reading a history of the old Just.Trades program, in whatever shape its tables are.

Nothing is recomputed: prices, P&L, fees and drawdown are the old figures to the last digit. A row
that cannot be read is listed with its reason, and the rest comes along.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.legacy import POSITIONS, SIGNALS, TRADES, OldHistory, Unread
from justtrades_desktop.ledger.legacy_excursions import recorders_in_points
from justtrades_desktop.ledger.legacy_rows import Context, position_of, signal_of, trade_of
from justtrades_desktop.ledger.legacy_source import opened
from justtrades_desktop.ledger.legacy_values import Odd, OldRow, text

_LONGEST_NAME: Final = 80

ReadT = TypeVar("ReadT")


class _Tables(NamedTuple):
    names: Mapping[str | None, str]
    trades: list[OldRow]
    positions: list[OldRow]
    signals: list[OldRow]


def read(
    path: Path, *, spelled: Callable[[str], str] = str, masked: Callable[[str], str] = str
) -> OldHistory:
    """All that ``path`` holds; blocking.

    ``spelled`` turns a symbol into this program's spelling, ``masked`` hides the secrets that may
    stand in a signal's text.

    Raises:
        UserError: it cannot be read, or holds no history of the old program.
    """
    with opened(path) as connection:
        tables = _tables(connection, path)
    context = Context(
        names=tables.names,
        with_trades=frozenset(text(row, "recorder_id") for row in tables.trades),
        in_points=recorders_in_points(tables.trades),
        spelled=spelled,
        masked=masked,
    )
    unread: list[Unread] = []
    return OldHistory(
        file=path.name,
        trades=tuple(_readable(TRADES, tables.trades, context, trade_of, unread)),
        positions=tuple(_readable(POSITIONS, tables.positions, context, position_of, unread)),
        signals=tuple(_readable(SIGNALS, tables.signals, context, signal_of, unread)),
        recorders=_recorders(tables, context),
        unreadable=tuple(unread),
    )


def _readable(
    table: str,
    rows: Iterable[OldRow],
    context: Context,
    read_row: Callable[[OldRow, Context], ReadT],
    unread: list[Unread],
) -> Iterator[ReadT]:
    for row in rows:
        try:
            yield read_row(row, context)
        except Odd as odd:
            unread.append(Unread(table, str(row["id"]), str(odd)))


def _tables(connection: sqlite3.Connection, path: Path) -> _Tables:
    query = "SELECT lower(name) FROM sqlite_master WHERE type IN ('table', 'view')"
    there = {name for (name,) in connection.execute(query)}
    if {"position_legs", "imported_trades"} <= there:
        raise UserError(
            f"{path} is a ledger of this program, not an old history",
            "The manual says how to go back to a backup.",
        )
    if not there & {TRADES, POSITIONS, SIGNALS}:
        raise UserError(
            f"{path} holds no history of Just.Trades",
            f"It has none of the tables {TRADES}, {POSITIONS} and {SIGNALS}.",
        )

    def rows(table: str) -> list[OldRow]:
        return list(_rows(connection, table)) if table in there else []

    names = {text(row, "id"): _name(row) for row in rows("recorders")}
    return _Tables(names, rows(TRADES), rows(POSITIONS), rows(SIGNALS))


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[OldRow]:
    cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - one of our constants
    columns = [str(column[0]).lower() for column in cursor.description]
    for place, row in enumerate(cursor, 1):
        told = dict(zip(columns, row, strict=True))
        if told.get("id") is None:  # rows are only ever added at the end
            told["id"] = f"row {place}"
        yield told


def _name(row: OldRow) -> str:
    """A recorder's name as this program allows it; by its number where it has none."""
    told = "".join(c for c in text(row, "name") or "" if c.isprintable()).strip()
    return told[:_LONGEST_NAME].strip() or f"Recorder {row['id']}"


def _recorders(tables: _Tables, context: Context) -> tuple[str, ...]:
    """The recorders that are listed, and those that are only spoken of, each once."""
    rows = (*tables.trades, *tables.positions, *tables.signals)
    return tuple(dict.fromkeys((*tables.names.values(), *map(context.recorder, rows))))
