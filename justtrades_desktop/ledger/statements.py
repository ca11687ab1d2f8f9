"""Statements over many rows, compiled once by SQLAlchemy and run by the driver.

The listener's acknowledgement waits for them: building an execution context for each costs more
than SQLite's own work on a handful of rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Final, cast

from sqlalchemy import Connection, Insert, Table, UpdateBase
from sqlalchemy.dialects.sqlite import dialect, insert

_ROWS_A_STEP: Final = 32


class Statement:
    """An insert or update whose rows are dicts in Python's types."""

    def __init__(self, statement: UpdateBase, columns: Sequence[str] | None = None) -> None:
        """``columns`` are the row's keys where the statement does not name its own parameters."""
        self._statement = statement
        self._columns = columns
        self._by_count: dict[int, str] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Carry it out for each row.

        The driver gives the interpreter away at each step and has to win it back from a busy
        loop, which can take milliseconds. So rows that can go together go in one step.
        """
        values = [self._values(row) for row in rows]
        if self._columns is None:
            driver(connection).executemany(self._compiled[0], values)
            return
        for start in range(0, len(values), _ROWS_A_STEP):
            together = values[start : start + _ROWS_A_STEP]
            driver(connection).execute(self._for_rows(len(together)), list(chain(*together)))

    def _for_rows(self, count: int) -> str:
        """The insert with ``count`` groups of values instead of one."""
        sql = self._by_count.get(count)
        if sql is None:
            single, names, _ = self._compiled
            group = f"({', '.join('?' * len(names))})"
            before, values, after = single.partition(f"VALUES {group}")
            if not values:
                raise ValueError(f"not an insert of one row: {single}")
            sql = self._by_count[count] = f"{before}VALUES {', '.join([group] * count)}{after}"
        return sql

    def _values(self, row: Mapping[str, Any]) -> list[Any]:
        _, names, texts = self._compiled
        values = [row[name] for name in names]
        for place, to_text in texts:
            value = values[place]
            if value is not None:
                values[place] = to_text(value)
        return values

    @cached_property
    def _compiled(self) -> tuple[str, list[str], list[tuple[int, Callable[[Any], str]]]]:
        """The SQL, the row's keys in its order, and the places whose values become text."""
        compiled = self._statement.compile(dialect=dialect(), column_keys=self._columns)
        names = cast("list[str]", compiled.positiontup)
        types = [compiled.binds[name].type for name in names]
        texts = [(n, type_.to_text) for n, type_ in enumerate(types) if hasattr(type_, "to_text")]
        return compiled.string, names, texts


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
