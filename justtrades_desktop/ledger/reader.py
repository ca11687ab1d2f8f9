"""Reading the ledger beside its writer: pages of signals, positions with their legs, a backup."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, select

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.ledger.batch import LEGS, POSITIONS, SIGNALS
from justtrades_desktop.ledger.copying import copy_ledger
from justtrades_desktop.ledger.file import in_words, reading_engine
from justtrades_desktop.ledger.rows import leg_of, position_of, recorder_of
from justtrades_desktop.ledger.schema import RecorderRow, table_of

_LINE = tuple(SIGNALS.c[field.name] for field in fields(SignalLine))


class Reader:
    """A read-only connection for one thread at a time."""

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

    def recorders(self) -> list[Recorder]:
        """All recorders, oldest first."""
        table = table_of(RecorderRow)
        return [recorder_of(row) for row in self._rows(select(table).order_by(table.c.id))]

    def positions(
        self, *, status: str | None = None, recorder_id: int | None = None
    ) -> list[Position]:
        """Positions in the order they were opened; ``status`` is open, closed, or None for both."""
        query = select(POSITIONS).order_by(POSITIONS.c.id)
        if status is not None:
            query = query.where(POSITIONS.c.status == status)
        if recorder_id is not None:
            query = query.where(POSITIONS.c.recorder_id == recorder_id)
        return [position_of(row) for row in self._rows(query)]

    def closed_positions(self, *, limit: int) -> list[Position]:
        """The positions that closed last, newest first."""
        query = select(POSITIONS).where(POSITIONS.c.closed_at.is_not(None))
        query = query.order_by(POSITIONS.c.closed_at.desc(), POSITIONS.c.id.desc()).limit(limit)
        return [position_of(row) for row in self._rows(query)]

    def legs(self, position_ids: Sequence[int]) -> dict[int, list[Leg]]:
        """Entries and exits by position id, in order."""
        found: defaultdict[int, list[Leg]] = defaultdict(list)
        for start in range(0, len(position_ids), 500):
            ids = position_ids[start : start + 500]
            for row in self._rows(
                select(LEGS).where(LEGS.c.position_id.in_(ids)).order_by(LEGS.c.id)
            ):
                found[row["position_id"]].append(leg_of(row))
        return found

    def signals(
        self,
        *,
        limit: int,
        before: int | None = None,
        outcome: str | None = None,
        ids: Sequence[int] | None = None,
    ) -> list[SignalLine]:
        """The newest signals first; ``before`` pages on below an id."""
        query = select(*_LINE).order_by(SIGNALS.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(SIGNALS.c.id < before)
        if outcome is not None:
            query = query.where(SIGNALS.c.outcome == outcome)
        if ids is not None:
            query = query.where(SIGNALS.c.id.in_(ids))
        return [SignalLine(**row) for row in self._rows(query)]

    def signal_count(self) -> int:
        """How many signals are stored."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.max(SIGNALS.c.id))).scalar() or 0)

    def backup(self, target: Path) -> None:
        """Copy the whole ledger to a new file while it is in use.

        Raises:
            UserError: ``target`` exists or cannot be written.
        """
        try:
            copy_ledger(self._path, target)
        except FileExistsError as error:
            raise UserError(
                f"{target} exists already", "A backup never overwrites: choose a new name."
            ) from error
        except OSError as error:
            raise UserError(
                f"{target} cannot be written: {error.strerror}", "Choose another place."
            ) from error
        except sqlite3.Error as error:
            raise UserError(
                f"The backup failed: {in_words(error, target)}", "Nothing was kept of it."
            ) from error

    def _rows(self, query: Select[Any]) -> Iterable[Any]:
        with self._engine.connect() as connection:
            return connection.execute(query).mappings().all()
