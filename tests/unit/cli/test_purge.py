"""``purge``: everything of ours goes, nothing of anybody else's does."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from justtrades_desktop.app import purging
from justtrades_desktop.app.instance import owning
from justtrades_desktop.app.wiring import open_core
from justtrades_desktop.broker.vault import Vault
from justtrades_desktop.domain.broker import Credentials, Environment
from justtrades_desktop.ledger.file import path_in
from tests.fakes.alerts import alert, reading
from tests.fakes.command_line import CommandLine
from tests.fakes.keyring import FakeKeyring, Refusing

SYSTEM = "justtrades_desktop.broker.vault_key.system_keyring"
DATA = Path(__file__).parents[2] / "data"
OURS = (
    *("paper.json", "paper.unreadable", ".paper.json.x1.unfinished", "window.ini"),
    *("vault.damaged-20260101T000000000000.json", ".vault.json.unfinished", "running.json"),
    *("logs/justtrades.log", "logs/justtrades.log.3", "logs/crash.log"),
    *("backups/ledger-0003-20261121T210000Z/vault.json",),
    *("backups/ledger-0003-20261121T210000Z/ledger.sqlite3",),
    *("backups/.ledger-0003-20261121T220000Z.unfinished/ledger.sqlite3-journal",),
)
THEIRS = (
    *("notes.txt", "ledger.sqlite3.mine", "logs/other.log", "backups/photos/a.png"),
    *("backups/ledger-0003-20261121T210000Z/notes.txt", "vault.json.bak", "mine/window.ini"),
)


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def lying(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> FakeKeyring:
    found = FakeKeyring()
    monkeypatch.setattr(SYSTEM, lambda: found)
    return found


@pytest.fixture
def shell(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    keyring: FakeKeyring,
) -> CommandLine:
    return CommandLine(tmp_path / "data", monkeypatch, capsys)


async def fill(folder: Path, keyring: FakeKeyring) -> None:
    """Two signals, one open position, and a vault with its key in the keyring."""
    async with open_core(folder) as core:
        recorder = await core.desk.add_recorder("ORB")
        for symbol in ("MNQ1!", "MES1!"):
            await core.desk.receive(recorder, alert(reading("buy", "100", ticker=symbol)))
        await core.desk.receive(recorder, alert(reading("close", "100", ticker="MES1!")))
    vault = Vault.open(folder, keyring=keyring)
    vault.put("Demo", Environment.DEMO, Credentials(user="u", password="p"), None)
    put(folder, *OURS)


async def test_without_yes_it_says_what_would_go_and_changes_nothing(
    shell: CommandLine, keyring: FakeKeyring
) -> None:
    await fill(shell.folder, keyring)
    put(shell.folder, *THEIRS)
    before = lying(shell.folder)
    code, out = shell.run("purge", "--json")
    told = json.loads(out)
    assert code == 1
    assert "Nothing was removed. `justtrades purge --yes` removes" in shell.err
    assert (told["signals"], told["open_positions"], told["removed"]) == (3, 1, False)
    named = {row["file"]: row["bytes"] for row in told["files"]}
    assert named.keys() >= {*OURS, "ledger.sqlite3", "vault.json"}
    assert not named.keys() & {*THEIRS}
    assert named["paper.json"] == 1
    assert told["bytes"] == sum(named.values())
    assert lying(shell.folder) >= before
    assert len(keyring.passwords) == 1
    code, out = shell.run("purge")
    assert code == 1
    assert "paper.json" in out
    assert "notes.txt" in out


async def test_with_yes_all_of_ours_goes_and_the_key_with_it(
    shell: CommandLine, keyring: FakeKeyring
) -> None:
    await fill(shell.folder, keyring)
    keyring.set_password("Another program", "me", "secret")
    code, _ = shell.run("purge", "--yes")
    assert (code, shell.err) == (0, "")
    assert not shell.folder.exists()
    assert keyring.passwords == {("Another program", "me"): "secret"}
    assert shell.run("purge", "--yes")[0] == 0, "once more does no harm"
    assert not shell.folder.exists()


async def test_purging_a_copy_leaves_the_key_to_the_vault_in_the_usual_place(
    shell: CommandLine,
    keyring: FakeKeyring,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await fill(shell.folder, keyring)
    usual = tmp_path / "usual"
    usual.mkdir()
    shutil.copy(shell.folder / "vault.json", usual)
    monkeypatch.setattr("justtrades_desktop.app.purging.usual_data_dir", lambda: usual)
    kept = dict(keyring.passwords)
    assert shell.run("purge", "--yes")[0] == 0
    assert not shell.folder.exists()
    assert keyring.passwords == kept
    assert not Vault.open(usual, keyring=keyring).is_locked


async def test_what_is_not_ours_stays_and_is_named(
    shell: CommandLine, keyring: FakeKeyring
) -> None:
    await fill(shell.folder, keyring)
    put(shell.folder, *THEIRS)
    told = shell.told("purge", "--yes")
    assert lying(shell.folder) == {*THEIRS}
    assert set(told["left"]) == {
        *("notes.txt", "ledger.sqlite3.mine", "logs/other.log", "backups/photos", "mine"),
        *("backups/ledger-0003-20261121T210000Z/notes.txt", "vault.json.bak"),
    }


def test_a_folder_of_somebody_elses_is_not_even_locked(shell: CommandLine) -> None:
    put(shell.folder, "letter.txt", "logs/system.log", "backups/2025.tar")
    (shell.folder / "empty").mkdir()
    told = shell.told("purge", "--yes")
    assert (told["files"], told["removed"]) == ([], False)
    assert lying(shell.folder) == {"letter.txt", "logs/system.log", "backups/2025.tar"}
    assert (shell.folder / "empty").is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right of their own there")
def test_no_link_is_followed(shell: CommandLine, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    put(elsewhere, "justtrades.log", "vault.json", "ledger-0003-20261121T210000Z/ledger.sqlite3")
    put(shell.folder, "window.ini")
    (shell.folder / "logs").symlink_to(elsewhere)
    (shell.folder / "backups").symlink_to(elsewhere)
    (shell.folder / "vault.json").symlink_to(elsewhere / "vault.json")
    (shell.folder / "ledger.sqlite3").symlink_to(elsewhere / "nothing")
    before = lying(elsewhere)
    told = shell.told("purge", "--yes")
    assert lying(elsewhere) == before
    assert told["left"] == ["backups", "ledger.sqlite3", "logs", "vault.json"]
    assert sorted(os.listdir(shell.folder)) == told["left"]
    put(elsewhere, "window.ini")
    (tmp_path / "link").symlink_to(elsewhere)
    shell.folder = tmp_path / "link"
    code, _ = shell.run("purge", "--yes")
    assert code == 1
    assert "is a link to" in shell.err
    assert (elsewhere / "window.ini").exists()


def test_it_is_refused_while_a_process_runs_there(shell: CommandLine) -> None:
    put(shell.folder, *OURS)
    with owning(shell.folder):
        before = lying(shell.folder)
        code, out = shell.run("purge", "--yes")
        assert (code, out) == (1, "")
        assert "already running" in shell.err
        assert "Quit it first. Nothing was removed." in shell.err
        assert lying(shell.folder) == before
    assert shell.run("purge", "--yes")[0] == 0
    assert not shell.folder.exists()


@pytest.mark.parametrize("text", [b"", b"no database", (DATA / "ledger-0001.sql").read_bytes()])
def test_a_ledger_that_cannot_be_read_goes_uncounted(shell: CommandLine, text: bytes) -> None:
    shell.folder.mkdir()
    if text.startswith(b"BEGIN"):
        with closing(sqlite3.connect(path_in(shell.folder))) as connection:
            connection.executescript(text.decode())
    else:
        path_in(shell.folder).write_bytes(text)
    told = shell.told("purge", "--yes")
    assert (told["signals"], told["open_positions"]) == (None, None)
    assert not shell.folder.exists()


class Silent(FakeKeyring):
    """Asks its owner for a password, who is not there."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.answered.wait()
        return super().get_password(service, username)


@pytest.fixture
def silent() -> Iterator[Silent]:
    keyring = Silent()
    yield keyring
    keyring.answered.set()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("refuses", "it does not answer (RuntimeError)"),
        ("gone", "there is none to ask now"),
        ("silent", "it does not answer"),
    ],
)
async def test_a_keyring_that_does_not_let_go_is_said_and_holds_nothing_up(
    shell: CommandLine,
    keyring: FakeKeyring,
    silent: Silent,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    words: str,
) -> None:
    await fill(shell.folder, keyring)
    ((_, key),) = keyring.passwords
    asked = {"refuses": Refusing(), "gone": None, "silent": silent}[state]
    monkeypatch.setattr(SYSTEM, lambda: asked)
    monkeypatch.setattr(purging, "_KEYRING_SECONDS", 0.1)
    code, out = shell.run("purge", "--yes", "--json")
    assert code == 1
    assert not shell.folder.exists()
    (trouble,) = json.loads(out)["troubles"]
    assert words in trouble
    assert repr(key) in trouble
    assert "Not everything could be removed" in shell.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions elsewhere")
def test_a_file_that_stays_is_named_and_the_rest_goes(
    shell: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shell.folder, *OURS)
    unlink = Path.unlink

    def stubborn(path: Path, missing_ok: bool = False) -> None:
        if path.name == "crash.log":
            raise PermissionError(1, "Operation not permitted")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", stubborn)
    code, _ = shell.run("purge", "--yes")
    assert code == 1
    assert "crash.log cannot be removed: Operation not permitted" in shell.err
    assert lying(shell.folder) == {"logs/crash.log"}
