"""The ledger's file: durable, recognised, never overwritten."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest

from justtrades_desktop.app.wiring import Core, open_core
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.events import LedgerFailed, LedgerRecovered
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Outcome, Unreadable
from justtrades_desktop.ledger.audit import Audit
from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.file import in_words, path_in
from justtrades_desktop.ledger.migrate import migrate
from justtrades_desktop.ledger.reader import Reader
from justtrades_desktop.ledger.schema import REVISION, Table
from tests.fakes.alerts import alert, reading
from tests.fakes.calls import call
from tests.fakes.disk import SmallDisk


@asynccontextmanager
async def recording(folder: Path) -> AsyncIterator[tuple[Core, Recorder]]:
    async with open_core(folder) as core:
        recorders = core.desk.recorders
        yield core, recorders[0] if recorders else await core.desk.add_recorder("ORB")


async def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        for action, price in (("buy", "25600"), ("buy", "25598"), ("buy", "25594")):
            await core.desk.receive(recorder, alert(reading(action, price)))
        before = core.desk.open_positions()
    async with recording(tmp_path) as (core, recorder):
        (after,) = core.desk.open_positions()
        assert after._replace(product=None) == before[0]._replace(product=None)
        assert after.point_value == before[0].point_value == 2
        assert before[0].average_entry == Fraction(76792, 3)
        receipt = await core.desk.receive(recorder, alert(reading("close", "25600")))
        assert (receipt.signal_id, receipt.position) == (4, 0)
    assert check(path_in(tmp_path)) == (4, [])


@pytest.mark.parametrize(
    ("free", "words"),
    [(0, "the disk is full"), (10**9, "the disk refuses to write (full, or damaged)")],
)
def test_a_disk_without_room_is_named_even_where_sqlite_only_knows_of_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, words: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert in_words(sqlite3.OperationalError("disk I/O error"), path_in(tmp_path)) == words


async def test_a_repeat_is_known_after_a_restart_and_what_comes_behind_it_is_not_harmed(
    tmp_path: Path,
) -> None:
    async with recording(tmp_path) as (core, recorder):
        await core.desk.receive(recorder, alert(reading("buy", "100", sender_id="a")))
    async with recording(tmp_path) as (core, recorder):
        receipts = await asyncio.gather(
            *(
                core.desk.receive(recorder, alert(reading("buy", "100", sender_id=sender_id)))
                for sender_id in ("b", "a", "c", "a", "d")
            )
        )
        assert [receipt.signal_id for receipt in receipts] == [2, 1, 3, 1, 4]
        assert [receipt.outcome for receipt in receipts].count(Outcome.DUPLICATE) == 2
        assert core.desk.open_positions()[0].signed == 4
        await core.desk.flush()
    reader = Reader(path_in(tmp_path))
    assert [(line.id, line.repeats) for line in reader.signals(limit=9)][-1] == (1, 2)
    reader.close()
    assert check(path_in(tmp_path)) == (4, [])


async def test_an_entry_priced_by_a_tick_is_priced_in_the_ledger_too(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        await core.desk.receive(recorder, alert(reading("buy", quantity=2)))
        await core.desk.receive(recorder, alert(reading("sell", quantity=1)))
        core.desk.tick("MNQ1!", Decimal("25600.25"))
        await core.desk.receive(recorder, alert(reading("sell", "25601.25", quantity=3)))
        await core.desk.flush()
    reader = Reader(path_in(tmp_path))
    closed, opened = reader.positions()
    legs = reader.legs([closed.id])[closed.id]
    reader.close()
    assert [leg.price for leg in legs] == [Decimal("25600.25")] * 2 + [Decimal("25601.25")]
    assert [closed.realized, opened.signed] == [1, -2]
    assert check(path_in(tmp_path)) == (3, [])


async def test_a_flip_without_any_price_leaves_the_old_side_unknown(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        await core.desk.receive(recorder, alert(reading("buy", quantity=1)))
        await core.desk.receive(recorder, alert(reading("sell", quantity=3)))
        core.desk.tick("MNQ1!", Decimal(100))
        await core.desk.receive(recorder, alert(reading("close")))
    reader = Reader(path_in(tmp_path))
    first, second = reader.positions()
    reader.close()
    assert [first.realized, second.realized] == [None, 0]
    assert check(path_in(tmp_path)) == (3, [])


async def test_worst_and_best_survive_the_close_and_a_restart(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        await core.desk.receive(recorder, alert(reading("buy", "25600")))
        core.desk.tick("MNQ1!", Decimal(25598))
    async with recording(tmp_path) as (core, recorder):
        assert core.desk.open_positions()[0].worst == -2
        await core.desk.receive(recorder, alert(reading("sell", "25602")))
    reader = Reader(path_in(tmp_path))
    (position,) = reader.positions()
    reader.close()
    assert [position.in_money(position.worst), position.in_money(position.realized)] == [-4, 4]


async def test_after_a_crash_a_signal_without_a_price_takes_the_last_signals_price(
    tmp_path: Path,
) -> None:
    """No tick was settled: the price must have come to the disk with the signal itself."""
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    async with recording(tmp_path) as (core, recorder):
        await core.desk.receive(recorder, alert(reading("buy", "25600")))
        await asyncio.to_thread(_copy_ledger, tmp_path, crashed)
    async with recording(crashed) as (core, recorder):
        await core.desk.receive(recorder, alert(reading("buy")))
        assert core.desk.open_positions()[0].average_entry == 25600
        await core.desk.receive(recorder, alert(reading("close")))
    reader = Reader(path_in(crashed))
    (position,) = reader.positions()
    reader.close()
    assert [position.realized, position.exit_price] == [0, 25600]
    assert check(path_in(crashed)) == (3, [])


def _copy_ledger(source: Path, target: Path) -> None:
    for file in source.glob("ledger*"):
        shutil.copy(file, target)


async def test_two_changes_at_once_undo_neither(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        fresh, _ = await asyncio.gather(
            core.desk.rotate_token(recorder.id), core.desk.change_recorder(recorder.id, quantity=2)
        )
        assert core.desk.recorder_for(recorder.token) is None
        now = core.desk.recorder_for(fresh.token)
        assert now is not None
        assert now.quantity == 2


async def test_a_ledger_with_a_broken_value_does_not_hang_the_start(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        await core.desk.receive(recorder, alert(reading("buy", "100")))
    connection = sqlite3.connect(path_in(tmp_path))
    connection.execute("UPDATE recorder_positions SET current_price = 'abc'")
    connection.commit()
    connection.close()
    with pytest.raises(UserError, match="damaged"):
        async with asyncio.timeout(10), open_core(tmp_path):
            pass
    assert check(path_in(tmp_path))[1]


async def test_a_tick_value_that_is_entered_later_values_everything_anew(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        for action, price in (("buy", "600"), ("sell", "598"), ("buy", "600")):
            await core.desk.receive(recorder, alert(reading(action, price, ticker="SPY")))
        await core.desk.set_tick_value("SPY", Decimal("0.01"), Decimal("0.05"))
        core.desk.tick("SPY", Decimal(602))
        position = core.desk.open_positions()[0]
        assert position.in_money(position.unrealized(Decimal(602))) == 10
        with pytest.raises(UserError, match="product table"):
            await core.desk.set_tick_value("MNQ1!", Decimal(1), Decimal(1))
        await core.desk.flush()
    async with recording(tmp_path) as (core, recorder):
        assert core.desk.open_positions()[0].point_value == 5
    reader = Reader(path_in(tmp_path))
    closed = reader.positions(status="closed")[0]
    reader.close()
    assert [closed.in_money(closed.realized), closed.in_money(closed.worst)] == [-10, -10]
    assert check(path_in(tmp_path)) == (3, [])


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE recorder_positions SET entered_quantity = 9", "entered is 9"),
        ("UPDATE recorder_positions SET entry_value = '1'", "entry_units"),
        ("UPDATE position_legs SET price = '1'", "entries and exits"),
        ("DELETE FROM position_legs", "entries and exits"),
        ("UPDATE recorder_positions SET status = 'closed'", "status"),
        ("UPDATE recorder_positions SET realized_pnl = '999'", "realized_pnl"),
        ("DELETE FROM recorder_positions", "position 1 is missing"),
        ("UPDATE signals SET instruction_quantity = 7", "its signals make it"),
        ("DELETE FROM signals WHERE id = 1", "signal 1 is missing"),
        ("UPDATE recorder_positions SET worst_unrealized_pnl = '-1'", "drawdown"),
    ],
)
async def test_check_names_every_difference(tmp_path: Path, damage: str, words: str) -> None:
    async with recording(tmp_path) as (core, recorder):
        await core.desk.receive(recorder, alert(reading("buy", "100")))
        await core.desk.receive(recorder, alert(reading("price", "90")))
        await core.desk.receive(recorder, alert(reading("buy", "90")))
    assert check(path_in(tmp_path)) == (2, [])
    connection = sqlite3.connect(path_in(tmp_path))
    connection.execute(damage)
    connection.commit()
    connection.close()
    _, differences = check(path_in(tmp_path))
    assert any(words in difference for difference in differences), differences


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
async def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    async with recording(tmp_path / "new folder"):
        path = path_in(tmp_path / "new folder")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a database at all, but a text of some length", "damaged"),
        (b"SQLite format 3\x00" + b"\xff" * 5000, "damaged"),
    ],
)
async def test_a_damaged_file_is_named_and_not_touched(
    tmp_path: Path, content: bytes, words: str
) -> None:
    path_in(tmp_path).write_bytes(content)
    with pytest.raises(UserError, match=words):
        async with open_core(tmp_path):
            pass
    assert path_in(tmp_path).read_bytes() == content


async def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    async with recording(tmp_path):
        pass
    connection = sqlite3.connect(path_in(tmp_path))
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    before = path_in(tmp_path).read_bytes()
    with pytest.raises(UserError, match="newer version"):
        async with open_core(tmp_path):
            pass
    assert path_in(tmp_path).read_bytes() == before


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(path_in(tmp_path))
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(UserError, match="another program"):
        async with open_core(tmp_path):
            pass


async def test_a_full_disk_refuses_and_goes_on_by_itself_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SmallDisk(pages=60)
    monkeypatch.setattr("justtrades_desktop.ledger.store.writing_engine", disk.engine)
    async with recording(tmp_path) as (core, recorder):
        told: list[object] = []
        core.desk.bus.subscribe(LedgerFailed, told.append)
        core.desk.bus.subscribe(LedgerRecovered, told.append)
        with pytest.raises(NotStored, match="disk is full"):
            await _fill(core, recorder)
        stored = core.desk.signals_stored
        assert core.desk.open_positions()[0].signed == stored > 5
        disk.pages = 100_000
        await core.desk.flush()
        assert [type(event) for event in told] == [LedgerFailed, LedgerRecovered]
        receipt = await core.desk.receive(recorder, alert(reading("buy", "100")))
        assert (receipt.signal_id, receipt.position) == (stored + 1, stored + 1)
    assert check(path_in(tmp_path)) == (stored + 1, [])


async def _fill(core: Core, recorder: Recorder) -> None:
    for _ in range(200):
        await core.desk.receive(recorder, alert(reading("buy", "100"), body="x" * 3000))


async def test_what_no_database_takes_is_refused_and_stops_nobody(tmp_path: Path) -> None:
    """Half a character in a reason once ended the ledger's thread, and every sender waited."""
    async with recording(tmp_path) as (core, recorder):
        for unstorable in (
            alert(Unreadable("half a character: \ud800"), body="x"),
            alert(reading("buy", "100"), body="\ud800"),
            alert(reading("buy", "100", quantity=2**70)),
        ):
            with pytest.raises(NotStored):
                await core.desk.receive(recorder, unstorable)
        receipt = await core.desk.receive(recorder, alert(reading("buy", "100")))
        assert (receipt.signal_id, receipt.position) == (1, 1)
    assert check(path_in(tmp_path)) == (1, [])


async def test_the_migrations_make_the_tables_that_the_code_describes(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.sqlite3'}")
    with engine.begin() as connection:
        migrate(connection)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, Table.metadata)
        assert not [d for d in differences if "alembic_version" not in str(d)]
        assert context.get_current_revision() == REVISION
    engine.dispose()
    folder = (
        Path(sys.modules["justtrades_desktop.ledger.migrate"].__file__ or "").parent / "migrations"
    )
    assert ScriptDirectory(str(folder)).get_current_head() == REVISION


OLDER = Path(__file__).parents[2] / "data" / "ledger-0001.sql"
LATER = Path(__file__).parents[2] / "data" / "ledger-0002.sql"


async def test_a_filled_file_of_the_first_revision_is_brought_up_and_goes_on(
    tmp_path: Path,
) -> None:
    connection = sqlite3.connect(path_in(tmp_path))
    connection.executescript(OLDER.read_text())
    connection.close()
    with pytest.raises(UserError, match="older version"):
        Reader(path_in(tmp_path))
    async with recording(tmp_path) as (core, recorder):
        (position,) = core.desk.open_positions()
        assert position.signed == 3
        assert position.average_entry == 25598
        assert position.in_money(position.worst) == -40
        assert not recorder.exits
        core.desk.tick("MNQ1!", Decimal("25610"))
        receipt = await core.desk.receive(recorder, alert(reading("close", "25610")))
        assert (receipt.signal_id, receipt.position) == (6, 0)
    assert check(path_in(tmp_path)) == (6, [])


async def test_a_filled_file_of_the_second_revision_is_brought_up_and_keeps_an_audit(
    tmp_path: Path,
) -> None:
    connection = sqlite3.connect(path_in(tmp_path))
    connection.executescript(LATER.read_text())
    connection.close()
    with pytest.raises(UserError, match="older version"):
        Audit(path_in(tmp_path))
    async with recording(tmp_path) as (core, recorder):
        (position,) = core.desk.open_positions()
        assert position.signed == 2
        assert position.average_entry == 25597
        (trade,) = await core.desk.trades()
        assert (trade.notes, trade.tags) == ("too early", ("late",))
        core.store.record(call(1))
        receipt = await core.desk.receive(recorder, alert(reading("close", "25610")))
        assert (receipt.signal_id, receipt.position) == (5, 0)
    assert check(path_in(tmp_path)) == (5, [])
    audit = Audit(path_in(tmp_path))
    assert (audit.verify().rows, audit.verify().faults) == (1, [])
    audit.close()


async def test_a_backup_is_whole_and_never_overwrites(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        await core.desk.receive(recorder, alert(reading("buy", "100")))
        reader = Reader(path_in(tmp_path))
        (tmp_path / "copy").mkdir()
        target = path_in(tmp_path / "copy")
        reader.backup(target)
        with pytest.raises(UserError, match="exists already"):
            reader.backup(target)
        reader.close()
        await core.desk.receive(recorder, alert(reading("buy", "100")))
    assert check(target) == (1, [])
    assert os.stat(target).st_mode & 0o077 == 0


async def test_a_name_is_taken_only_once(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, _):
        with pytest.raises(UserError, match="already"):
            await core.desk.add_recorder("ORB")
        with pytest.raises(UserError, match="needs a name"):
            await core.desk.add_recorder("  ")


async def test_a_rotated_token_replaces_the_old_one_at_once(tmp_path: Path) -> None:
    async with recording(tmp_path) as (core, recorder):
        fresh = await core.desk.rotate_token(recorder.id)
        assert core.desk.recorder_for(recorder.token) is None
        assert core.desk.recorder_for(fresh.token) == fresh
        assert len(fresh.token) == 43
        assert fresh.token not in repr(fresh)
