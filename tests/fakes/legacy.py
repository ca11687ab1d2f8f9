"""Small databases of the old program, in the shapes that its versions left behind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

RECORDERS = """
CREATE TABLE recorders (id INTEGER PRIMARY KEY, name TEXT UNIQUE, webhook_token TEXT);
"""
TRADES = """
CREATE TABLE recorded_trades (
    id INTEGER PRIMARY KEY AUTOINCREMENT, recorder_id INTEGER, signal_id INTEGER, ticker TEXT,
    action TEXT, side TEXT, entry_price REAL, entry_time TEXT, exit_price REAL, exit_time TEXT,
    quantity INTEGER DEFAULT 1, pnl REAL DEFAULT 0, fees REAL DEFAULT 0,
    status TEXT DEFAULT 'open', exit_reason TEXT, notes TEXT,
    max_favorable REAL DEFAULT 0, max_adverse REAL DEFAULT 0, updated_at TEXT
);
"""
SIGNALS = """
CREATE TABLE recorded_signals (
    id INTEGER PRIMARY KEY AUTOINCREMENT, recorder_id INTEGER, signal_type TEXT, ticker TEXT,
    action TEXT, price REAL, raw_signal TEXT, created_at TEXT
);
"""
EARLY_POSITIONS = """
CREATE TABLE recorder_positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, recorder_id INTEGER, ticker TEXT, side TEXT,
    total_quantity INTEGER DEFAULT 0, fills TEXT, avg_entry_price REAL,
    realized_pnl REAL DEFAULT 0, unrealized_pnl REAL DEFAULT 0,
    worst_unrealized_pnl REAL DEFAULT 0, exit_price REAL, exit_time TEXT,
    status TEXT DEFAULT 'open', created_at TEXT, closed_at TEXT, updated_at TEXT
);
"""
LATE_POSITIONS = """
CREATE TABLE recorder_positions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, recorder_id INTEGER NOT NULL, symbol TEXT NOT NULL,
    side TEXT NOT NULL, total_quantity INTEGER DEFAULT 0, avg_entry_price REAL, entries TEXT,
    current_price REAL, unrealized_pnl REAL DEFAULT 0, worst_unrealized_pnl REAL DEFAULT 0,
    best_unrealized_pnl REAL DEFAULT 0, exit_price REAL, realized_pnl REAL,
    status TEXT DEFAULT 'open', opened_at DATETIME, closed_at DATETIME, updated_at DATETIME
);
"""


class OldFile:
    """A database at ``path`` with these tables and one recorder called ``ORB``."""

    def __init__(self, path: Path, *tables: str) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript("".join((RECORDERS, *tables)))
        self.add("recorders", id=1, name="ORB", webhook_token="old-token")

    def add(self, table: str, **columns: Any) -> None:
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", *columns.values())  # noqa: S608

    def run(self, sql: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(sql, values)

    def trade(self, **columns: Any) -> None:
        """A closed long of one MNQ that won 20.00, unless ``columns`` say otherwise."""
        usual = {
            "recorder_id": 1,
            "ticker": "MNQ1!",
            "side": "LONG",
            "entry_price": 25735.0,
            "entry_time": "2025-12-29 21:43:42",
            "exit_price": 25745.0,
            "exit_time": "2025-12-29 21:52:55",
            "pnl": 20.0,
            "status": "closed",
            "max_favorable": 22.5,
            "max_adverse": 7.5,
        }
        self.add("recorded_trades", **usual | columns)

    def text(self, path: Path) -> Path:
        """The SQL text of it, at ``path``."""
        with closing(sqlite3.connect(self.path)) as connection:
            path.write_text("\n".join(connection.iterdump()), encoding="utf-8")
        return path


def early_open(old: OldFile, **columns: Any) -> None:
    """An open long of two MNQ in the early shape."""
    usual = {
        "recorder_id": 1,
        "ticker": "MNQ1!",
        "side": "LONG",
        "total_quantity": 2,
        "avg_entry_price": 25740.125,
        "fills": '[{"price": 25740, "qty": 1}, {"price": 25740.25, "qty": 1}]',
        "worst_unrealized_pnl": -0.5,
        "status": "open",
        "created_at": "2025-12-29 22:29:59",
    }
    old.add("recorder_positions", **usual | columns)
