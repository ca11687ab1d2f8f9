"""Statements over many rows, compiled once by SQLAlchemy and run by the driver.

The listener's acknowledgement waits for them: building an execution context for each costs more
than SQLite's own work on a handful of rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from sqlalchemy import Connection, Insert, Table, UpdateBase
from sqlalchemy.dialects.sqlite import dialect, insert


class Statement:
    """An insert or update whose rows are dicts in Python's types."""

    def __init__(self, statement: UpdateBase, columns: Sequence[str] | None = None) -> None:
        """``columns`` are the row's keys where the statement does not name its own parameters."""
        self._statement = statement
        self._columns = columns

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry it out for each row."""
        sql, parameters = self._compiled
        values = [
            [row[name] if convert is None else convert(row[name]) for name, convert in parameters]
            for row in rows
        ]
        driver(connection).executemany(sql, values)

    @cached_property
    def _compiled(self) -> tuple[str, list[tuple[str, Any]]]:
        sqlite = dialect()
        compiled = self._statement.compile(dialect=sqlite, column_keys=self._columns)
        names = cast("list[str]", compiled.positiontup)
        parameters = []
        for name in names:
            type_ = compiled.binds[name].type
            parameters.append((name, type_.dialect_impl(sqlite).bind_processor(sqlite)))
        return compiled.string, parameters


def upsert(table: Table) -> Statement:
    """Insert each row, or overwrite the one with its primary key."""
    made: Any = insert(table)
    primary = {column.name for column in table.primary_key}
    changed = {c.name: made.excluded[c.name] for c in table.columns if c.name not in primary}
    return Statement(
        made.on_conflict_do_update(index_elements=sorted(primary), set_=changed),
        [column.name for column in table.columns],
    )


def insertion(table: Table, columns: Sequence[str]) -> Statement:
    """Insert each row, naming only ``columns``."""
    made: Insert = insert(table)
    return Statement(made, columns)


def driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection below SQLAlchemy's."""
    return cast("sqlite3.Connection", connection.connection.driver_connection)
