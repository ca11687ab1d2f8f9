"""A table of what the broker said: lines stay what they are while what they say changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject

from justtrades_desktop.ui.models.table import Column, TableModel


class Keyed(Protocol):
    """A line that is known again by its key."""

    @property
    def key(self) -> object:
        """What makes it the same line after a change."""


KeyedT = TypeVar("KeyedT", bound=Keyed)


class BrokerTable(TableModel[KeyedT]):
    """Takes whole lists; only what is different is told, so that a chosen line stays chosen."""

    def __init__(self, columns: Sequence[Column[KeyedT]], parent: QObject | None = None) -> None:
        super().__init__(columns, parent)

    def show(self, rows: Iterable[KeyedT]) -> None:
        """Show these lines instead of the last ones."""
        wanted = {row.key: row for row in rows}
        self.remove(at for at, row in enumerate(self.rows) if row.key not in wanted)
        here = [row.key for row in self.rows]
        newer = ((at, row, wanted[row.key]) for at, row in enumerate(self.rows))
        # Most lines are what they were: to compare them cell by cell takes fifty times as long.
        self.replace({at: after for at, before, after in newer if before != after})
        present = set(here)
        self.insert(len(self.rows), [row for key, row in wanted.items() if key not in present])
        self.sort_again()
