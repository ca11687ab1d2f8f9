"""An older ledger is kept before it is brought up to date, and a newer one is left alone."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import shutil
import sqlite3
import stat
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from justtrades_desktop.app import upgrade
from justtrades_desktop.app.upgrade import BACKUP, FOLDER, keep
from justtrades_desktop.app.wiring import open_core
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ledger import copying
from justtrades_desktop.ledger.check import check
from justtrades_desktop.ledger.copying import copy_ledger
from justtrades_desktop.ledger.file import path_in, recognise
from justtrades_desktop.ledger.reader import Reader
from justtrades_desktop.ledger.schema import REVISION

DATA = Path(__file__).parents[2] / "data"
REVISIONS = ("0001", "0002", "0003")
BESIDE = {"vault.json": '{"format": 1}', "paper.json": "{}", "window.ini": "[General]\nlook=dark\n"}


def older(folder: Path, revision: str = "0003") -> list[str]:
    """A filled ledger of ``revision`` in ``folder``; all it holds, as SQL."""
    with closing(sqlite3.connect(path_in(folder))) as connection:
        connection.executescript((DATA / f"ledger-{revision}.sql").read_text())
    return content(path_in(folder))


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def backups(folder: Path) -> list[Path]:
    """All that lies among the backups, unfinished ones too."""
    return sorted((folder / FOLDER).iterdir()) if (folder / FOLDER).exists() else []


class Clock:
    """Goes on by a minute each time."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 21, 21, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


async def started(folder: Path) -> None:
    async with open_core(folder):
        pass


@pytest.mark.parametrize("revision", REVISIONS)
async def test_what_lay_there_is_kept_before_the_ledger_is_brought_up(
    tmp_path: Path, revision: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = older(tmp_path, revision)
    for name, text in BESIDE.items():
        (tmp_path / name).write_text(text)
    with caplog.at_level(logging.INFO):
        await started(tmp_path)
    (kept,) = backups(tmp_path)
    found = BACKUP.fullmatch(kept.name)
    assert found is not None
    assert found[1] == revision
    assert content(path_in(kept)) == before
    assert recognise(path_in(kept)) == revision
    assert recognise(path_in(tmp_path)) == REVISION
    assert check(path_in(tmp_path))[1] == []
    assert {name: (kept / name).read_text() for name in BESIDE} == BESIDE
    assert str(kept) in caplog.text


async def test_the_copy_put_back_is_the_ledger_again(tmp_path: Path) -> None:
    before = older(tmp_path)
    await started(tmp_path)
    (kept,) = backups(tmp_path)
    path_in(tmp_path).unlink()
    shutil.copy(path_in(kept), path_in(tmp_path))
    assert content(path_in(tmp_path)) == before
    await started(tmp_path)
    assert check(path_in(tmp_path))[1] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
def test_the_copies_are_their_owners_only(tmp_path: Path) -> None:
    older(tmp_path)
    for name, text in BESIDE.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o644)
    kept = keep(tmp_path)
    assert kept is not None
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert {path.name for path in kept.iterdir()} == {*BESIDE, "ledger.sqlite3"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}


def test_what_a_kill_left_in_the_log_is_in_the_copy(tmp_path: Path) -> None:
    older(tmp_path)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with closing(sqlite3.connect(path_in(tmp_path))) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE late (x)")
        connection.commit()
        for suffix in ("", "-wal"):
            name = f"ledger.sqlite3{suffix}"
            shutil.copy(tmp_path / name, crashed / name)
    assert (crashed / "ledger.sqlite3-wal").stat().st_size
    kept = keep(crashed)
    assert kept is not None
    assert any("late" in line for line in content(path_in(kept)))


async def test_a_ledger_of_today_or_none_is_not_copied(tmp_path: Path) -> None:
    await started(tmp_path)
    await started(tmp_path)
    assert backups(tmp_path) == []
    assert keep(tmp_path / "nowhere") is None


async def test_a_start_that_ends_between_copy_and_migration_is_made_good_by_the_next(
    tmp_path: Path,
) -> None:
    before = older(tmp_path)
    first = keep(tmp_path)
    left = tmp_path / FOLDER / ".ledger-0003-20260101T000000Z.unfinished"
    left.mkdir()
    (left / "ledger.sqlite3").write_text("half")
    foreign = tmp_path / FOLDER / ".photos.unfinished"
    foreign.mkdir()
    await started(tmp_path)
    assert foreign.is_dir(), "only what is ours is tidied up"
    foreign.rmdir()
    assert len(backups(tmp_path)) == 2
    assert first in backups(tmp_path)
    assert not left.exists()
    assert all(content(path_in(kept)) == before for kept in backups(tmp_path))
    assert recognise(path_in(tmp_path)) == REVISION


def test_the_newest_three_of_each_revision_stay(tmp_path: Path) -> None:
    older(tmp_path, "0002")
    clock = Clock()
    early = keep(tmp_path, clock=clock)
    assert early is not None
    path_in(tmp_path).unlink()
    older(tmp_path, "0003")
    theirs = tmp_path / FOLDER / "by hand"
    theirs.mkdir()
    made = [keep(tmp_path, clock=clock) for _ in range(5)]
    assert len(set(made)) == 5
    assert set(backups(tmp_path)) == {early, theirs, *made[-3:]}
    clock.now = datetime(2025, 1, 1, tzinfo=UTC)  # it was set back
    newest = keep(tmp_path, clock=clock)
    assert set(backups(tmp_path)) == {early, theirs, newest, *made[-2:]}


def _no_room(*_: object) -> NoReturn:
    raise sqlite3.OperationalError("database or disk is full")


def _full_at_fsync(_: int) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("where", "fault", "words"),
    [
        ("justtrades_desktop.ledger.copying._fill", _no_room, "the disk is full"),
        ("os.fsync", _full_at_fsync, "No space left on device"),
        (
            "shutil.disk_usage",
            lambda _: SimpleNamespace(free=1000),
            "the disk has too little room",
        ),
    ],
    ids=["copy", "fsync", "room"],
)
async def test_without_a_copy_nothing_is_brought_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, fault: object, words: str
) -> None:
    before = older(tmp_path)
    (tmp_path / "vault.json").write_text("{}")
    bytes_before = path_in(tmp_path).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(where, fault)
        with pytest.raises(UserError, match=words) as told:
            await started(tmp_path)
    assert "that failed" in told.value.title
    assert "1 MB" in told.value.hint
    assert "Nothing was changed" in told.value.hint
    assert path_in(tmp_path).read_bytes() == bytes_before
    assert content(path_in(tmp_path)) == before
    assert not (tmp_path / FOLDER).exists()
    await started(tmp_path)
    assert len(backups(tmp_path)) == 1


def test_a_copy_that_does_not_hold_together_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older(tmp_path)
    fill = copying._fill

    def torn(path: Path, target: Path) -> None:
        fill(path, target)
        whole = target.read_bytes()
        target.write_bytes(whole[:4096] + b"\xff" * 4096 + whole[8192:])

    monkeypatch.setattr(copying, "_fill", torn)
    with pytest.raises(UserError, match="is damaged: a copy of it does not hold together"):
        keep(tmp_path)
    assert backups(tmp_path) == []


async def test_one_that_is_cancelled_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next owner of the folder would meet a copy under way."""
    older(tmp_path)
    loop = asyncio.get_running_loop()
    begun = asyncio.Event()

    def slow(path: Path, target: Path) -> None:
        loop.call_soon_threadsafe(begun.set)
        copy_ledger(path, target)

    monkeypatch.setattr(upgrade, "copy_ledger", slow)
    starting = asyncio.create_task(started(tmp_path))
    await begun.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert [BACKUP.fullmatch(path.name) is not None for path in backups(tmp_path)] == [True]


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
@pytest.mark.parametrize("version", ["0005", "9999"])
async def test_a_newer_ledger_is_refused_by_all_and_not_touched(
    tmp_path: Path, mode: str, version: str
) -> None:
    await started(tmp_path)
    with closing(sqlite3.connect(path_in(tmp_path))) as connection:
        connection.execute(f"PRAGMA journal_mode={mode}")
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        connection.commit()
    before = path_in(tmp_path).read_bytes()
    said = (
        f"The ledger {path_in(tmp_path)} was written by a newer version of JustTrades (ledger "
        f"revision {version}; this one knows {REVISION})"
    )
    with pytest.raises(UserError) as told:
        await started(tmp_path)
    assert told.value.title == said
    with pytest.raises(UserError) as told:
        Reader(path_in(tmp_path))
    assert told.value.title == said
    assert told.value.hint == "Update JustTrades. The file was not touched."
    assert path_in(tmp_path).read_bytes() == before
    assert not (tmp_path / FOLDER).exists()


async def test_a_first_start_that_was_killed_half_way_is_no_obstacle(tmp_path: Path) -> None:
    """Before the file has its log, a kill leaves a journal that only a writer may roll back."""
    await started(tmp_path)
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    with closing(sqlite3.connect(path_in(tmp_path), isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA cache_size=1")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE half (x)")
        connection.executemany("INSERT INTO half VALUES (?)", [("x" * 500,)] * 2000)
        for suffix in ("", "-journal"):
            name = f"ledger.sqlite3{suffix}"
            shutil.copy(tmp_path / name, crashed / name)
        connection.execute("ROLLBACK")
    await started(crashed)
    assert check(path_in(crashed)) == (0, [])
