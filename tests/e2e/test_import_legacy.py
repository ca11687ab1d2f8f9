"""``import-legacy``, as a person types it, beside a running process and without one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import Start, run, told
from tests.fakes.legacy import EARLY_POSITIONS, SIGNALS, TRADES, OldFile, early_open


@pytest.fixture
def old(tmp_path: Path) -> OldFile:
    made = OldFile(tmp_path / "old.db", TRADES, SIGNALS, EARLY_POSITIONS)
    made.trade(pnl=102.4)
    made.trade(pnl=-12.15, max_favorable=0.0, max_adverse=0.0)
    made.trade(side="UP")
    early_open(made)
    return made


def profits(folder: Path) -> list[str]:
    ledger = f"{(folder / 'ledger.sqlite3').as_uri()}?mode=ro"
    with closing(sqlite3.connect(ledger, uri=True)) as connection:
        rows = connection.execute("SELECT profit FROM imported_trades WHERE in_journal")
        return [profit for (profit,) in rows]


def test_a_history_comes_into_a_running_process(old: OldFile, tmp_path: Path, start: Start) -> None:
    folder = tmp_path / "data"
    process = start(data_dir=folder)
    before = (old.path.read_bytes(), old.path.stat().st_mtime_ns)
    report = told(folder, "import-legacy", str(old.path))
    assert report["trades"] == {"found": 3, "imported": 2, "already_there": 0}
    assert report["pnl"] == "90.25"
    assert [(row["table"], row["id"]) for row in report["unreadable"]] == [("recorded_trades", "3")]
    assert profits(folder) == ["102.4", "-12.15"]
    opened = told(folder, "import-legacy", str(old.path), "--open-positions")
    assert (opened["opened"], opened["trades"]["imported"]) == (1, 0)
    assert told(folder, "import-legacy", str(old.path), "--open-positions")["opened"] == 0
    assert process.stop() == 0
    (held,) = told(folder, "positions")
    assert (held["recorder"], held["quantity"], held["avg_entry_price"]) == ("ORB", 2, "25740.125")
    assert (old.path.read_bytes(), old.path.stat().st_mtime_ns) == before


def test_without_a_running_process(old: OldFile, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    dump = old.text(tmp_path / "old.sql")
    assert told(folder, "import-legacy", str(dump), "--dry-run")["trades"]["imported"] == 2
    assert not folder.exists()
    printed = run(folder, "import-legacy", str(dump))
    assert printed.returncode == 0, printed.stderr.decode()
    assert "3 found, 2 imported, 0 already there" in printed.stdout.decode()
    assert "its side is unknown" in printed.stdout.decode()
    ledger = (folder / "ledger.sqlite3").read_bytes()
    rehearsed = told(folder, "import-legacy", str(dump), "--dry-run", "--open-positions")
    assert (rehearsed["trades"]["already_there"], rehearsed["opened"]) == (2, 1)
    assert (folder / "ledger.sqlite3").read_bytes() == ledger


def test_another_file_is_refused_in_one_line(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear broker")
    done = run(tmp_path / "data", "import-legacy", str(letter))
    assert (done.returncode, done.stdout) == (1, b"")
    (line,) = done.stderr.decode().splitlines()
    assert "neither a SQLite database nor the SQL text of one" in line
