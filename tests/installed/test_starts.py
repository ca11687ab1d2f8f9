"""Starts where something is missing: what works all the same, and what the trader reads if not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.installed.failing import close_dialog, fails_to_start
from tests.installed.machine import mounted, remounted, until
from tests.installed.screen import Screen
from tests.installed.trader import COMMAND, Prepared, Running, Trader, alert, buy, post

NO_SUCH_DISPLAY = ":4071"
WITHOUT_WINDOW = (
    "so it listens without a window. `justtrades serve` does so without this message.\n"
)
LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def test_without_a_network_the_window_opens_and_listens(
    at_screen: Trader, shared_screen: Screen, prepared: Prepared
) -> None:
    path = at_screen.take(prepared)
    with at_screen.running(command=[*_alone(), COMMAND, "--port", "0"]) as process:
        interfaces = Path(f"/proc/{process.popen.pid}/net/dev").read_text().splitlines()[2:]
        assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]
        shared_screen.window(process.popen.pid)
        inside = ["nsenter", "--target", str(process.popen.pid), *_spaces()]
        assert process.alert(path, buy(), before=inside)["outcome"] == "applied"
        assert process.end() == 0
        assert process.complaint() == ""


@pytest.mark.parametrize(
    ("display", "words"),
    [
        (None, "justtrades: there is no display, "),
        (
            NO_SUCH_DISPLAY,
            f"justtrades: the display {NO_SUCH_DISPLAY} does not answer or refuses access, ",
        ),
    ],
)
def test_without_a_display_it_says_so_and_listens(
    tmp_path: Path, prepared: Prepared, display: str | None, words: str
) -> None:
    trader = Trader(tmp_path, display=display)
    path = trader.take(prepared)
    with trader.running() as process:
        assert process.alert(path, buy())["outcome"] == "applied"
        assert process.end() == 0
        assert process.complaint() == words + WITHOUT_WINDOW


def test_serve_needs_no_display_and_says_nothing_of_it(trader: Trader, prepared: Prepared) -> None:
    path = trader.take(prepared)
    with trader.running(command=[COMMAND, "serve", "--port", "0"]) as process:
        assert process.alert(path, buy())["outcome"] == "applied"
        loaded = Path(f"/proc/{process.popen.pid}/maps").read_text()
        assert "libcrypto" in loaded
        assert "Qt" not in loaded
        assert process.end() == 0
        assert process.complaint() == ""


@pytest.mark.parametrize("is_first_start", [True, False])
def test_a_read_only_data_folder_is_named(
    at_screen: Trader,
    shared_screen: Screen,
    pictures: Path,
    prepared: Prepared,
    is_first_start: bool,
) -> None:
    folder = at_screen.data_dir
    at_screen.home.mkdir()
    with mounted(folder, "size=16m"):
        if not is_first_start:
            at_screen.take(prepared)
        before = sorted(path.name for path in folder.iterdir())
        remounted(folder, "ro")
        picture = pictures / f"read-only-{'first' if is_first_start else 'later'}.png"
        said = fails_to_start(at_screen, shared_screen, picture)
        _assert_line(said, f"The data folder {folder} cannot be used: Read-only file system. ")
        assert "Give a folder you can write to with --data-dir." in said
        served = at_screen.run("serve", "--port", "0")
        assert (served.returncode, served.stdout, served.stderr) == (1, "", said)
        assert sorted(path.name for path in folder.iterdir()) == before


def test_a_file_in_place_of_the_data_folder_is_named(
    at_screen: Trader, shared_screen: Screen, pictures: Path
) -> None:
    at_screen.home.mkdir()
    at_screen.data_dir.parent.mkdir(parents=True)
    at_screen.data_dir.write_text("the trader's own")
    said = fails_to_start(at_screen, shared_screen, pictures / "a-file.png")
    _assert_line(said, f"The data folder {at_screen.data_dir} cannot be used: it is not a folder. ")
    assert at_screen.data_dir.read_text() == "the trader's own"


@pytest.mark.parametrize("is_first_start", [True, False])
def test_a_full_data_folder_is_named(
    at_screen: Trader,
    shared_screen: Screen,
    pictures: Path,
    prepared: Prepared,
    is_first_start: bool,
) -> None:
    at_screen.home.mkdir()
    with mounted(at_screen.data_dir, "size=8m"):
        if not is_first_start:
            at_screen.take(prepared)
        filler = _fill(at_screen.data_dir)
        picture = pictures / f"full-{'first' if is_first_start else 'later'}.png"
        said = fails_to_start(at_screen, shared_screen, picture)
        _assert_line(said, "")
        assert str(at_screen.data_dir) in said
        assert "the disk is full" in said
        filler.unlink()
        with at_screen.running() as process:
            assert process.end() == 0


def test_a_data_folder_that_fills_up_refuses_alerts_until_there_is_room(
    at_screen: Trader, prepared: Prepared
) -> None:
    at_screen.home.mkdir()
    with mounted(at_screen.data_dir, "size=8m"):
        path = at_screen.take(prepared)
        with at_screen.running() as process:
            assert process.alert(path, buy())["outcome"] == "applied"
            filler = _fill(at_screen.data_dir)
            tried = [post(process.url + path, buy() | {"comment": "x" * 9_000}) for _ in range(6)]
            assert tried[-1][0] == 503
            assert tried[-1][1]["error"].startswith("not stored")
            filler.unlink()
            stored = 2 + [status for status, _ in tried].count(200)
            assert process.alert(path, buy())["position"] == stored
            assert process.end() == 0
        assert at_screen.told("check") == {"signals": stored, "differences": []}


@pytest.mark.parametrize("locale", ["C.UTF-8", "POSIX"])
def test_a_home_folder_may_have_spaces_and_umlauts(
    tmp_path: Path, shared_screen: Screen, locale: str
) -> None:
    more = {"LC_ALL": locale}
    trader = Trader(tmp_path, "Jürgen Groß – Büro 2", display=shared_screen.name, more=more)
    path = trader.webhook("Öl & Gas")
    with trader.running() as process:
        assert process.card["data_dir"] == str(trader.data_dir)
        shared_screen.window(process.popen.pid)
        assert process.alert(path, buy())["outcome"] == "applied"
        assert process.end() == 0
        assert "justtrades:" not in process.complaint()  # Qt may speak about the locale
    (position,) = trader.told("positions")
    assert (position["recorder"], position["quantity"]) == ("Öl & Gas", 1)
    assert (trader.data_dir / "ledger.sqlite3").is_file()


@pytest.mark.parametrize("closing", ["2>&-", "<&- >&- 2>&-", "2>/dev/full"])
def test_without_standard_streams_the_window_opens_and_listens(
    at_screen: Trader, shared_screen: Screen, prepared: Prepared, closing: str
) -> None:
    path = at_screen.take(prepared)
    process = at_screen.popen(_without_streams(closing))
    try:
        url = until(lambda: _listening(at_screen, process), "the program to listen")
        shared_screen.window(process.popen.pid)
        assert alert(url + path, buy())["outcome"] == "applied"
        assert process.end() == 0
    finally:
        process.kill()
    assert at_screen.told("check") == {"signals": 1, "differences": []}
    assert "Traceback" not in (at_screen.data_dir / "logs/justtrades.log").read_text("utf-8")


def test_without_standard_streams_a_failed_start_is_shown(
    at_screen: Trader, shared_screen: Screen, pictures: Path
) -> None:
    at_screen.home.mkdir()
    at_screen.data_dir.parent.mkdir(parents=True)
    at_screen.data_dir.write_text("the trader's own")
    process = at_screen.popen(_without_streams("<&- >&- 2>&-"))
    close_dialog(process, shared_screen, pictures / "without-streams.png")


def _alone() -> Sequence[str]:
    """What to put before a command so that it has no network but its own loopback."""
    command = ["unshare", *_spaces(), sys.executable, "-c", LOOPBACK_UP]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no network can be kept from a program here: {tried.stderr.strip()}")
    return command


def _spaces() -> list[str]:
    return ["--net"] if os.geteuid() == 0 else ["--user", "--net"]


def _assert_line(said: str, begin: str) -> None:
    """One line in words, and no more."""
    assert said.startswith(f"justtrades: {begin}")
    assert said.count("\n") == 1


def _fill(folder: Path) -> Path:
    """Take all the room there is; the file that holds it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return filler


def _without_streams(closing: str) -> list[str]:
    return ["sh", "-c", f'exec "$@" {closing}', "sh", COMMAND, "--port", "0"]


def _listening(trader: Trader, process: Running) -> str:
    """Where it listens, from the card that it leaves in its folder."""
    assert process.popen.poll() is None
    try:
        return str(json.loads((trader.data_dir / "running.json").read_text("utf-8"))["listening"])
    except FileNotFoundError:
        return ""
