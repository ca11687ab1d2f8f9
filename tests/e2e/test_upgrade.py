"""A newer program over older data, an older one over newer data, and a data folder that is left."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from justtrades_desktop.ledger.file import path_in, recognise
from justtrades_desktop.ledger.schema import REVISION
from tests.e2e.conftest import ROOT, SECONDS, Start, add_recorder, body, run, told

DATA = Path(__file__).parents[1] / "data"
ENDED_BY_KILL = -9

KILLED_IN_BETWEEN = """
import os, signal
from justtrades_desktop.app import wiring
keep = wiring.keep_before_upgrade
async def keep_and_die(folder):
    await keep(folder)
    os.kill(os.getpid(), signal.SIGKILL)
wiring.keep_before_upgrade = keep_and_die
"""
KILLED_WHILE_COPYING = """
import os, signal
from justtrades_desktop.app import upgrade
upgrade._copy_file = lambda source, target: os.kill(os.getpid(), signal.SIGKILL)
"""
KILLED_WHILE_MIGRATING = """
import os, signal
from justtrades_desktop.ledger import migrate
migrate_all = migrate.migrate
def migrate_and_die(connection):
    migrate_all(connection)
    os.kill(os.getpid(), signal.SIGKILL)
migrate.migrate = migrate_and_die
"""
SMALL_DISK = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (40_960, resource.RLIM_INFINITY))
"""


def older(folder: Path, revision: str = "0003") -> list[str]:
    with closing(sqlite3.connect(path_in(folder))) as connection:
        connection.executescript((DATA / f"ledger-{revision}.sql").read_text())
    return content(folder)


def content(folder: Path) -> list[str]:
    with closing(sqlite3.connect(f"{path_in(folder).as_uri()}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def backups(folder: Path) -> list[Path]:
    return sorted((folder / "backups").iterdir())


def serve_after(folder: Path, first: str) -> subprocess.CompletedProcess[bytes]:
    """``serve`` in a process of its own that does ``first`` before; to its end."""
    lines = "from justtrades_desktop.cli.main import main\nraise SystemExit(main())"
    arguments = ["serve", "--port", "0", "--data-dir", str(folder)]
    return subprocess.run(
        [sys.executable, "-c", f"{first}\n{lines}", *arguments],
        capture_output=True,
        cwd=ROOT,
        timeout=SECONDS,
        check=False,
    )


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_a_start_over_older_data_keeps_it_and_goes_on(
    tmp_path: Path, start: Start, revision: str
) -> None:
    before = older(tmp_path, revision)
    refused = run(tmp_path, "positions")
    assert (refused.returncode, content(tmp_path)) == (1, before)
    assert b"older version of JustTrades. Start `justtrades` once" in refused.stderr
    process = start()
    (kept,) = backups(tmp_path)
    assert content(kept) == before
    assert recognise(path_in(kept)) == revision
    (recorder, *_) = told(tmp_path, "recorder", "list")
    status, _ = process.post(recorder["path"], body(action="close", ticker="MNQ1!", price="25610"))
    assert status == 200
    assert process.stop() == 0
    assert told(tmp_path, "check")["differences"] == []
    start().stop()
    assert backups(tmp_path) == [kept], "nothing is left to keep"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    "killed", [KILLED_WHILE_COPYING, KILLED_IN_BETWEEN, KILLED_WHILE_MIGRATING]
)
def test_a_kill_during_the_upgrade_loses_nothing(tmp_path: Path, start: Start, killed: str) -> None:
    before = older(tmp_path)
    (tmp_path / "window.ini").write_text("[General]\nlook=dark\n")
    for _ in range(2):
        assert serve_after(tmp_path, killed).returncode == ENDED_BY_KILL
        assert content(tmp_path) == before
        assert recognise(path_in(tmp_path)) == "0003"
    process = start()
    assert recognise(path_in(tmp_path)) == REVISION
    assert len(backups(tmp_path)) == (1 if killed == KILLED_WHILE_COPYING else 3)
    for kept in backups(tmp_path):
        assert content(kept) == before
        assert (kept / "window.ini").read_text() == "[General]\nlook=dark\n"
    assert process.stop() == 0
    assert told(tmp_path, "check")["differences"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file size limit for a process")
def test_without_room_for_the_copy_nothing_is_changed(tmp_path: Path, start: Start) -> None:
    before, size = older(tmp_path), path_in(tmp_path).stat().st_size
    assert size > 40_960
    ended = serve_after(tmp_path, SMALL_DISK)
    said = ended.stderr.decode()
    assert ended.returncode == 1
    assert "must be copied before it is brought up to date, and that failed: the disk" in said
    assert f"Nothing was changed. The copy takes 1 MB in {tmp_path / 'backups'}: make room" in said
    assert content(tmp_path) == before
    assert not (tmp_path / "backups").exists()
    start().stop()
    assert len(backups(tmp_path)) == 1


def test_a_newer_ledger_is_refused_by_every_command_and_by_the_window(tmp_path: Path) -> None:
    add_recorder(tmp_path)
    with closing(sqlite3.connect(path_in(tmp_path))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = path_in(tmp_path).read_bytes()
    words = (
        f"The ledger {path_in(tmp_path)} was written by a newer version of JustTrades (ledger "
        f"revision 9999; this one knows {REVISION}). Update JustTrades. The file was not touched."
    ).encode()
    for command in (
        *(("positions",), ("signals",), ("check",), ("trades",), ("recorder", "list")),
        *(("recorder", "add", "Other"), ("backup", str(tmp_path / "copy")), ("audit", "verify")),
        ("serve", "--port", "0"),
    ):
        ended = run(tmp_path, *command)
        assert (ended.returncode, ended.stdout) == (1, b""), command
        assert words in ended.stderr, command
    window = subprocess.run(
        [sys.executable, "-m", "justtrades_desktop", "--port", "0", "--data-dir", str(tmp_path)],
        capture_output=True,
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        timeout=SECONDS,
        check=False,
    )
    assert (window.returncode, window.stdout) == (1, b"")
    assert words in window.stderr
    assert path_in(tmp_path).read_bytes() == before
    assert not (tmp_path / "copy").exists()
    assert not (tmp_path / "backups").exists()


def test_what_a_newer_version_kept_beside_the_ledger_is_said_and_not_touched(
    tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alerts are stored all the same."""
    monkeypatch.setenv("JUSTTRADES_PASSPHRASE", "nine brown foxes")
    path = add_recorder(tmp_path)
    newer = {"format": 2, "future": True}
    for name in ("vault.json", "paper.json"):
        (tmp_path / name).write_text(json.dumps(newer))
    process = start()
    assert process.post(path, body(action="buy", ticker="MNQ1!", price="100"))[0] == 200
    unlocked = run(tmp_path, "broker", "unlock")  # waits until the vault was tried
    assert unlocked.returncode == 1
    assert b"newer version of JustTrades" in unlocked.stderr
    assert process.stop() == 0
    log = (tmp_path / "logs" / "justtrades.log").read_text()
    for name, what in (("vault.json", "The vault"), ("paper.json", "The paper account")):
        assert f"{what} {tmp_path / name} was written by a newer version of JustTrades" in log
        assert json.loads((tmp_path / name).read_text()) == newer
        assert list(tmp_path.glob(f"*{name.split('.')[0]}*")) == [tmp_path / name]


def test_a_purge_leaves_nothing_behind(tmp_path: Path, start: Start) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    older(folder)
    process = start(data_dir=folder)
    refused = run(folder, "purge", "--yes")
    assert refused.returncode == 1
    assert b"already running" in refused.stderr
    assert process.post("/nowhere", "x")[0] == 404, "it goes on"
    assert process.stop() == 0
    listed = run(folder, "purge")
    assert listed.returncode == 1
    assert b"/ledger.sqlite3 " in listed.stdout
    assert path_in(folder).exists()
    assert run(folder, "purge", "--yes").returncode == 0
    assert not folder.exists()
