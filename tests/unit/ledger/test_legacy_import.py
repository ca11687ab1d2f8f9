"""Importing an old history into a ledger: all of it, once, and nothing else moves."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from contextlib import closing
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from justtrades_desktop.app.legacy import Report, import_legacy
from justtrades_desktop.app.wiring import open_core
from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.legacy import LegacyImported
from justtrades_desktop.domain.signals import Outcome
from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.legacy_write import write_imported
from tests.fakes.alerts import alert, reading
from tests.fakes.legacy import EARLY_POSITIONS, SIGNALS, TRADES, OldFile, early_open

_REAL = "JUSTTRADES_LEGACY_SQL"


@pytest.fixture
def old(tmp_path: Path) -> OldFile:
    return OldFile(tmp_path / "old.db", TRADES, SIGNALS, EARLY_POSITIONS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


async def bring(folder: Path, path: Path, **options: bool) -> Report:
    async with open_core(folder) as core:
        return await import_legacy(core.desk, path, **options)


def stored(folder: Path, table: str = "imported_trades") -> list[dict[str, Any]]:
    with closing(sqlite3.connect(f"{path_in(folder).as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        rows = connection.execute(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
        return [dict(row) for row in rows]


async def test_everything_comes_along_once(old: OldFile, folder: Path) -> None:
    old.trade(pnl=0.1, max_favorable=0.0, max_adverse=0.0)
    old.trade(pnl=0.2, entry_price=25748.75, fees=1.24)
    old.trade(ticker=None)
    early_open(old)
    old.add("recorded_signals", recorder_id=1, action="buy", price=25735.5)
    first = await bring(folder, old.path)
    assert first.json() == {
        "file": str(old.path),
        "dry_run": False,
        "recorders": 1,
        "trades": {"found": 3, "imported": 2, "already_there": 0},
        "positions": {"found": 1, "imported": 1, "already_there": 0},
        "signals": {"found": 1, "imported": 1, "already_there": 0},
        "pnl": "0.3",
        "opened": 0,
        "unreadable": [{"table": "recorded_trades", "id": "3", "reason": "it names no symbol"}],
    }
    rows = stored(folder)
    second = await bring(folder, old.path)
    assert (second.trades.imported, second.positions.imported, second.signals.imported) == (0, 0, 0)
    assert (second.trades.already_there, second.pnl) == (2, Decimal("0.3"))
    assert stored(folder) == rows
    unmeasured, measured, position = rows
    assert (unmeasured["drawdown"], unmeasured["run_up"]) == (None, None)
    assert (measured["entry_price"], measured["fees"]) == ("25748.75", "1.24")
    assert (measured["drawdown"], measured["run_up"]) == ("-7.5", "22.5")
    assert measured["closed_at"] == "2025-12-29T21:52:55.000000Z"
    assert (measured["file"], measured["source_id"]) == ("old.db", "2")
    assert json.loads(measured["row"])["fees"] == 1.24
    assert (position["status"], position["closed_at"], position["in_journal"]) == ("open", None, 0)
    assert stored(folder, "imported_signals")[0]["price"] == "25735.5"


async def test_a_later_copy_adds_what_is_new_and_closes_what_was_open(
    old: OldFile, folder: Path, tmp_path: Path
) -> None:
    old.trade(id=1, status="open", exit_time=None, exit_price=None, pnl=0.0)
    early_open(old, id=1)
    await bring(folder, old.path)
    old.run(
        "UPDATE recorded_trades SET status = 'closed', exit_time = '2025-12-30 10:00:00', pnl = 7.5"
    )
    old.trade(id=2, pnl=-2.5)
    grown = await bring(folder, old.text(tmp_path / "grown.sql"))
    assert (grown.trades.imported, grown.trades.already_there, grown.pnl) == (1, 1, Decimal(5))
    closed, position, new = stored(folder)
    assert (closed["status"], closed["profit"], closed["in_journal"]) == ("closed", "7.5", 1)
    assert (closed["id"], position["status"], new["profit"]) == (1, "open", "-2.5")


async def test_an_earlier_copy_takes_nothing_back(
    old: OldFile, folder: Path, tmp_path: Path
) -> None:
    old.trade(status="open", exit_time=None, pnl=0.0)
    earlier = old.text(tmp_path / "earlier.sql")
    old.run("UPDATE recorded_trades SET status = 'closed', exit_time = '2025-12-30', pnl = 7.5")
    await bring(folder, old.path)
    await bring(folder, earlier)
    assert [(row["status"], row["profit"]) for row in stored(folder)] == [("closed", "7.5")]


async def test_a_position_leaves_the_journal_when_its_trades_come(
    old: OldFile, folder: Path
) -> None:
    early_open(old, status="closed", exit_time="2025-12-29 22:53:13", realized_pnl=27.5)
    assert (await bring(folder, old.path)).pnl == Decimal("27.5")
    old.trade(pnl=27.5)
    assert (await bring(folder, old.path)).pnl == Decimal("27.5")
    assert [(row["source_table"], row["in_journal"]) for row in stored(folder)] == [
        ("recorder_positions", 0),
        ("recorded_trades", 1),
    ]


async def test_a_dry_run_reports_the_same_and_writes_nothing(old: OldFile, folder: Path) -> None:
    old.trade()
    early_open(old)
    async with open_core(folder):
        pass
    before = path_in(folder).read_bytes()
    rehearsed = await bring(folder, old.path, dry_run=True, open_positions=True)
    assert path_in(folder).read_bytes() == before
    done = await bring(folder, old.path, open_positions=True)
    assert rehearsed.json() | {"dry_run": False} == done.json()
    assert (done.opened, done.trades.imported) == (1, 1)


async def test_the_window_hears_of_it_once_it_is_on_disk(old: OldFile, folder: Path) -> None:
    old.trade()
    async with open_core(folder) as core:
        heard: list[list[dict[str, Any]]] = []
        core.desk.bus.subscribe(LegacyImported, lambda _: heard.append(stored(folder)))
        await import_legacy(core.desk, old.path)
        assert [len(rows) for rows in heard] == [1]


async def test_a_failing_write_leaves_nothing_of_it(
    old: OldFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old.trade()
    old.add("recorded_signals", recorder_id=1)

    def torn(connection: Connection, note: LegacyImported) -> None:
        write_imported(connection, note)
        raise OSError("the disk is gone")

    monkeypatch.setattr("justtrades_desktop.ledger.notes.write_imported", torn)
    with pytest.raises(NotStored):
        await bring(folder, old.path)
    assert stored(folder) == stored(folder, "imported_signals") == []
    monkeypatch.undo()
    assert (await bring(folder, old.path)).trades.imported == 1


async def test_secrets_of_old_alerts_are_not_kept(old: OldFile, folder: Path) -> None:
    old.add("recorded_signals", recorder_id=1, raw_signal='{"action": "buy", "token": "s3cret"}')
    await bring(folder, old.path)
    (row,) = stored(folder, "imported_signals")
    assert "s3cret" not in row["row"]
    assert "buy" in row["row"]


# Open positions


async def test_an_open_position_is_opened_when_asked_and_only_once(
    old: OldFile, folder: Path
) -> None:
    early_open(old)
    assert (await bring(folder, old.path)).opened == 0
    async with open_core(folder) as core:
        assert core.desk.recorders == []
        assert (await import_legacy(core.desk, old.path, open_positions=True)).opened == 1
        (recorder,) = core.desk.recorders
        assert (recorder.name, len(recorder.token) > 20) == ("ORB", True)
        (held,) = core.desk.open_positions()
        assert (held.signed, held.average_entry) == (2, Fraction("25740.125"))
        assert (await import_legacy(core.desk, old.path, open_positions=True)).opened == 0
        await core.desk.receive(recorder, alert(reading("close", "25750")))
        # Renamed and closed, it is still the one that was opened before.
        await core.desk.change_recorder(recorder.id, name="ORB 2")
    again = await bring(folder, old.path, open_positions=True)
    assert (again.opened, again.unreadable) == (0, ())
    assert check(path_in(folder)) == (2, [])


async def test_an_old_entry_price_moves_no_other_position(old: OldFile, folder: Path) -> None:
    early_open(old, side="SHORT")
    async with open_core(folder) as core:
        other = await core.desk.add_recorder("Other")
        await core.desk.receive(other, alert(reading("buy", "25800")))
        await import_legacy(core.desk, old.path, open_positions=True)
        first, brought = core.desk.open_positions()
        assert first.worst == 0
        assert first.last_price == Decimal(25800)
        assert (brought.signed, brought.last_price) == (-2, Decimal("25740.125"))
        assert core.desk.book.last_price("MNQ1!") == Decimal(25800)
        await core.desk.flush()
    async with open_core(folder) as core:
        assert core.desk.book.last_price("MNQ1!") == Decimal(25800)
    assert check(path_in(folder)) == (2, [])


async def test_the_size_is_the_old_one_whatever_the_recorder_multiplies(
    old: OldFile, folder: Path
) -> None:
    early_open(old)
    async with open_core(folder) as core:
        recorder = await core.desk.add_recorder("ORB", multiplier=3)
        await import_legacy(core.desk, old.path, open_positions=True)
        assert [p.signed for p in core.desk.open_positions()] == [2]
        receipt = await core.desk.receive(recorder, alert(reading("buy", "25750", quantity=1)))
        assert (receipt.outcome, receipt.position) == (Outcome.APPLIED, 5)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"avg_entry_price": None}, "its entry price is not known"),
        ({"total_quantity": 0, "fills": None}, "it holds no contracts"),
        ({"ticker": "NQ1!"}, "the recorder ORB holds a position in NQ1! already"),
    ],
)
async def test_what_cannot_be_opened_is_history_and_named(
    old: OldFile, folder: Path, columns: dict[str, Any], words: str
) -> None:
    early_open(old, **columns)
    async with open_core(folder) as core:
        recorder = await core.desk.add_recorder("ORB")
        await core.desk.receive(recorder, alert(reading("buy", "26000", ticker="NQ1!")))
        report = await import_legacy(core.desk, old.path, open_positions=True)
        assert (report.opened, report.positions.imported) == (0, 1)
        ((_, _, why),) = report.unreadable
        assert why == f"imported as history, but not opened: {words}"
        assert [p.signed for p in core.desk.open_positions()] == [1]


async def test_nothing_is_opened_for_a_recorder_that_is_off(old: OldFile, folder: Path) -> None:
    early_open(old)
    async with open_core(folder) as core:
        recorder = await core.desk.add_recorder("ORB", enabled=False)
        report = await import_legacy(core.desk, old.path, open_positions=True)
        assert "the recorder ORB is switched off" in report.unreadable[0].reason
        await core.desk.change_recorder(recorder.id, enabled=True)
        assert (await import_legacy(core.desk, old.path, open_positions=True)).opened == 1


async def test_open_trades_count_where_no_positions_are_kept(tmp_path: Path, folder: Path) -> None:
    old = OldFile(tmp_path / "trades.db", TRADES)
    still_open = {"status": "open", "exit_time": None, "exit_price": None, "pnl": 0.0}
    old.trade(**still_open)
    old.trade(**still_open, entry_price=25745.0, quantity=3)
    old.trade(**still_open, side="SHORT")
    async with open_core(folder) as core:
        report = await import_legacy(core.desk, old.path, open_positions=True)
        assert (report.opened, [p.signed for p in core.desk.open_positions()]) == (2, [4])
        assert [row.id for row in report.unreadable] == ["3"]
        assert "both sides" in report.unreadable[0].reason


async def test_alerts_are_taken_while_a_history_is_read(old: OldFile, folder: Path) -> None:
    for _ in range(20):
        old.trade()
    async with open_core(folder) as core:
        recorder = await core.desk.add_recorder("Live")
        importing = asyncio.ensure_future(import_legacy(core.desk, old.path))
        await asyncio.sleep(0)
        receipt = await core.desk.receive(recorder, alert(reading("buy", "25600")))
        assert receipt.outcome is Outcome.APPLIED
        assert (await importing).trades.imported == 20


async def test_a_real_history(folder: Path) -> None:
    given = os.environ.get(_REAL)
    if given is None:
        pytest.skip(f"{_REAL} names no SQL text of a real history")
    with closing(sqlite3.connect(":memory:")) as source:
        source.executescript(await asyncio.to_thread(Path(given).read_text, encoding="utf-8"))
        pnls = [pnl for (pnl,) in source.execute("SELECT pnl FROM recorded_trades")]
        adverse = dict(source.execute("SELECT id, max_adverse FROM recorded_trades").fetchall())
    first = await bring(folder, Path(given))
    assert first.trades.imported == len(pnls)
    assert first.pnl == sum(Decimal(repr(pnl)) for pnl in pnls)
    assert first.unreadable == ()
    rows = [row for row in stored(folder) if row["source_table"] == "recorded_trades"]
    for row in rows:
        expected = -Decimal(repr(adverse[int(row["source_id"])])) or None
        assert (row["drawdown"] and Decimal(row["drawdown"])) == expected
    second = await bring(folder, Path(given))
    assert (second.trades.imported, second.positions.imported, second.signals.imported) == (0, 0, 0)
    assert len(stored(folder)) == first.trades.imported + first.positions.imported
