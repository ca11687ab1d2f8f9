"""A disk that is full when it is told to be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Engine, event

from justtrades_desktop.ledger.file import writing_engine


class SmallDisk:
    """Room for a number of pages: SQLite itself refuses to grow the file beyond."""

    def __init__(self, pages: int) -> None:
        self.pages = pages

    def engine(self, path: Path) -> Engine:
        """In place of ``writing_engine``."""
        engine = writing_engine(path)

        def limit(connection: sqlite3.Connection, _: object) -> None:
            connection.execute(f"PRAGMA max_page_count={self.pages}")

        event.listen(engine, "connect", limit)
        return engine
