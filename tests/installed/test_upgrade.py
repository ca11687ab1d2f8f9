"""The installed program over the data of another version."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.installed.failing import fails_to_start
from tests.installed.screen import Screen
from tests.installed.trader import Prepared, Trader, buy

DATA = Path(__file__).parents[1] / "data"
NAME = "ledger.sqlite3"
COLUMNS = "id, symbol, side, quantity, max_quantity, avg_entry_price, status, opened_at"


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_data_of_an_older_version_is_kept_and_goes_on(at_screen: Trader, revision: str) -> None:
    before = older(at_screen, revision)
    content = _content(at_screen.data_dir)
    with at_screen.running() as process:
        (kept,) = (at_screen.data_dir / "backups").iterdir()
        assert kept.name.startswith(f"ledger-{revision}-")
        assert _content(kept) == content
        assert _positions(at_screen) == before
        answer = process.alert(_webhook(at_screen), buy())
        assert answer["outcome"] == "applied"
        assert process.end() == 0
        assert process.complaint() == ""
    assert at_screen.told("check")["differences"] == []
    assert [*(at_screen.data_dir / "backups").iterdir()] == [kept]


def test_data_of_a_newer_version_is_refused_and_left_alone(
    at_screen: Trader, shared_screen: Screen, pictures: Path, prepared: Prepared
) -> None:
    at_screen.take(prepared)
    ledger = at_screen.data_dir / NAME
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = ledger.read_bytes()
    for command in (["positions"], ["serve", "--port", "0"]):
        refused = at_screen.run(*command)
        assert (refused.returncode, refused.stdout) == (1, "")
        _assert_refused(refused.stderr, ledger)
    said = fails_to_start(at_screen, shared_screen, pictures / "newer-data.png")
    _assert_refused(said, ledger)
    assert ledger.read_bytes() == before
    assert not (at_screen.data_dir / "backups").exists()


def older(trader: Trader, revision: str) -> list[dict[str, Any]]:
    """Lay the data of an older version; the positions in it."""
    trader.data_dir.mkdir(parents=True)
    with closing(sqlite3.connect(trader.data_dir / NAME)) as connection:
        connection.executescript((DATA / f"ledger-{revision}.sql").read_text("utf-8"))
        connection.row_factory = sqlite3.Row
        asked = f"SELECT {COLUMNS} FROM recorder_positions ORDER BY id"  # noqa: S608 - our words
        rows = [dict(row) for row in connection.execute(asked)]
    return _comparable(rows)


def _webhook(trader: Trader) -> str:
    """The old one, which goes on."""
    ledger = trader.data_dir / NAME
    with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as connection:
        (token,) = connection.execute("SELECT token FROM recorders").fetchone()
    return f"/webhook/{token}"


def _positions(trader: Trader) -> list[dict[str, Any]]:
    return _comparable(trader.told("positions"))


def _comparable(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = [name.strip() for name in COLUMNS.split(",")]
    wanted = [{name: row[name] for name in names} for row in rows]
    for row in wanted:
        row["side"] = row["side"].lower()
        row["avg_entry_price"] = Decimal(row["avg_entry_price"])
    return sorted(wanted, key=lambda row: int(row["id"]))


def _content(folder: Path) -> list[str]:
    ledger = folder / NAME
    with closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def _assert_refused(said: str, ledger: Path) -> None:
    assert f"{ledger} was written by a newer version of JustTrades" in said
    assert "Update JustTrades. The file was not touched." in said
    assert "Traceback" not in said
