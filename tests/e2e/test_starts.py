"""What a start must survive: no streams, no display, no room, a second start, and every ending."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from justtrades_desktop.app.instance import Card, read_card
from justtrades_desktop.ledger.file import path_in
from tests.e2e.at_broker import SECRETS, Simulator, Trader
from tests.e2e.conftest import COMMAND, ROOT, Start, add_recorder, body, told

T = TypeVar("T")

_SECONDS = 20.0

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="tried with Linux's own means")


# No streams


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_hindrance(tmp_path: Path, closed: str) -> None:
    path = add_recorder(tmp_path)
    with _started(tmp_path, "serve", closed=closed) as process:
        card = _card(tmp_path, process)
        assert _post(card.listening + path, action="buy", ticker="MNQ1!")["outcome"] == "applied"
        # Otherwise the ledger would have their numbers, and be written into.
        open_files = [os.readlink(f"/proc/{card.pid}/fd/{number}") for number in range(3)]
        assert not [name for name in open_files if str(tmp_path) in name]
        assert _end(process) == 0
    assert told(tmp_path, "check") == {"signals": 1, "differences": []}


def test_a_window_without_streams_listens(tmp_path: Path) -> None:
    with _started(tmp_path, closed="<&- >&- 2>&-") as process:
        assert _health(_card(tmp_path, process).listening) == "ok"
        assert _end(process) == 0


def test_what_nobody_could_read_is_in_the_log(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with _started(tmp_path, "serve", "--port", port, closed="2>&-") as process:
            assert process.wait(_SECONDS) == 1
    assert port in _log(tmp_path).splitlines()[-1]
    assert "Traceback" not in _log(tmp_path)


# No display


@pytest.mark.parametrize(
    ("variable", "value"), [("DISPLAY", ":7919"), ("WAYLAND_DISPLAY", "nobody-7919")]
)
def test_a_dead_display_is_as_none(tmp_path: Path, variable: str, value: str) -> None:
    with _started(tmp_path, environment={variable: value}, seen=False) as process:
        assert _health(_card(tmp_path, process).listening) == "ok"
        process.terminate()
        _, complaint = process.communicate(timeout=_SECONDS)
    assert process.returncode == 0
    assert f"display {value} does not answer" in complaint
    assert "`justtrades serve`" in complaint
    assert "listens without a window" in _log(tmp_path)


def test_a_display_that_is_silent_or_chosen_by_name_holds_no_start_up(tmp_path: Path) -> None:
    """It accepts and never answers, as one that is forwarded from a sleeping machine may."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        number = silent.getsockname()[1] - 6000
        shown = {"DISPLAY": f"127.0.0.1:{number}", "QT_QPA_PLATFORM": "xcb"}
        with _started(tmp_path, environment=shown, seen=False) as process:
            assert _health(_card(tmp_path, process).listening) == "ok"
            process.terminate()
            _, complaint = process.communicate(timeout=_SECONDS)
    assert f"display 127.0.0.1:{number} does not answer" in complaint


# No room


def test_a_home_with_spaces_and_umlauts(tmp_path: Path) -> None:
    home = tmp_path / "Jörg O'Müller Straße"
    home.mkdir()
    environment = {"HOME": str(home), "LC_ALL": "C", "XDG_DATA_HOME": "relative"}
    data = home / ".local" / "share" / "JustTrades"
    with _started(None, environment=environment) as process:
        path = add_recorder(data)
        answer = _post(_card(data, process).listening + path, action="buy", ticker="MNQ1!")
        assert answer["outcome"] == "applied"
        assert _end(process) == 0
    assert len(told(data, "signals")) == 1


def test_a_folder_that_is_none_cannot_be_had(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert _refused(file) == (
        f"justtrades: The data folder {file} cannot be used: it is not a folder. "
        "Give a folder with --data-dir.\n"
    )
    deep = tmp_path.joinpath(*["a-long-name-of-a-folder" * 3] * 8)
    assert "its path is too long" in _refused(deep)
    assert list(tmp_path.iterdir()) == [file]


def test_a_read_only_folder_is_one_clear_line(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o500)
    complaint = _refused(folder, *_powerless())
    assert complaint == (
        f"justtrades: The data folder {folder} cannot be used: Permission denied. "
        "Give a folder you can write to with --data-dir.\n"
    )


def test_a_full_disk_at_the_first_start_leaves_nothing_half_made(tmp_path: Path) -> None:
    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))

    with _started(tmp_path, "serve", before=no_room) as process:
        _, complaint = process.communicate(timeout=_SECONDS)
        assert process.returncode == 1
    assert complaint.count("\n") == 1
    assert "disk" in complaint
    with _started(tmp_path, "serve") as process:
        assert _health(_card(tmp_path, process).listening) == "ok"
        assert _end(process) == 0


# A second start


def test_two_starts_at_once_make_one_window(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    data = tmp_path / "data"
    with _started(data) as one, _started(data, cwd=elsewhere) as other:
        assert _until(lambda: one.poll() is not None or other.poll() is not None)
        ended, running = (one, other) if one.poll() is not None else (other, one)
        out, complaint = ended.communicate(timeout=_SECONDS)
        assert ended.returncode == 0, complaint
        assert json.loads(out)["already_running"] == running.pid
        assert "asked to show its window" in complaint
        assert running.poll() is None


# Endings


def test_the_end_of_the_terminal_ends_it_cleanly(tmp_path: Path) -> None:
    with _started(tmp_path) as process:
        _card(tmp_path, process)
        process.send_signal(signal.SIGHUP)
        assert process.wait(_SECONDS) == 0
    assert read_card(tmp_path) is None


def test_nohup_outlives_the_terminal(tmp_path: Path) -> None:
    def ignored() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with _started(tmp_path, "serve", before=ignored) as process:
        _card(tmp_path, process)
        status = Path(f"/proc/{process.pid}/status").read_text()
        (ignored_signals,) = (line for line in status.splitlines() if line.startswith("SigIgn"))
        assert int(ignored_signals.split()[1], 16) & 1 << (signal.SIGHUP - 1)


def test_a_logout_under_a_stream_of_alerts_loses_nothing(tmp_path: Path) -> None:
    path = add_recorder(tmp_path)
    with _started(tmp_path) as process:
        senders = [_Sender(_card(tmp_path, process).listening + path, f"s{n}") for n in range(4)]
        for sender in senders:
            sender.start()
        _until(lambda: sum(len(sender.acknowledged) for sender in senders) > 100)
        assert _end(process) == 0
        for sender in senders:
            sender.join(_SECONDS)
    acknowledged = {name for sender in senders for name in sender.acknowledged}
    assert len(acknowledged) > 100
    assert acknowledged <= _stored(tmp_path)
    before = told(tmp_path, "positions", "--status", "open")
    assert before
    with _started(tmp_path, "serve") as process:
        _card(tmp_path, process)
        assert told(tmp_path, "positions", "--status", "open") == before
        assert _end(process) == 0
    assert told(tmp_path, "check")["differences"] == []


def test_the_end_of_the_desktop_s_session_needs_no_answer(tmp_path: Path) -> None:
    """Qt asks every window to close, and ours asks back where positions are open."""
    now = tmp_path / "now"
    ending = f"""
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from justtrades_desktop.cli.main import main
from justtrades_desktop.ui.application import application

def end_once():
    if Path({str(now)!r}).exists() and any(w.isVisible() for w in app.topLevelWidgets()):
        look.stop()
        app.quit()

app, look = application(), QTimer()
look.timeout.connect(end_once)
look.start(50)
sys.exit(main(["--port", "0", "--data-dir", {str(tmp_path)!r}]))
"""
    path = add_recorder(tmp_path)
    with _process([sys.executable, "-c", ending]) as process:
        _post(
            _card(tmp_path, process).listening + path, action="buy", ticker="MNQ1!", price="25600"
        )
        now.touch()
        assert process.wait(_SECONDS) == 0
    assert len(told(tmp_path, "positions", "--status", "open")) == 1


def test_sigterm_ends_it_while_a_call_to_the_broker_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Start
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    simulator = Simulator("ada", "--still")
    try:
        trader = Trader(tmp_path, start)
        simulator.trade("25600")
        trader.log_in(simulator, "demo")
        trader.link("ORB", "demo/ADA1")
        simulator.fault("slow", "order/place*", seconds=60)
        trader.alert("ORB", "buy", "25600", 1)
        _until(simulator.struck)
        simulator.popen.send_signal(signal.SIGSTOP)  # and nothing else is answered from now on
        assert trader.process.stop() == 0
    finally:
        simulator.popen.send_signal(signal.SIGCONT)
        simulator.end()
    assert len(told(tmp_path, "positions", "--status", "open")) == 1


# On a screen; more of it in tests/installed


@pytest.fixture
def screen() -> Iterator[str]:
    """A screen of our own with a window manager; its name."""
    if not (shutil.which("Xvfb") and shutil.which("openbox") and shutil.which("xdotool")):
        pytest.skip("needs Xvfb, openbox and xdotool")
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with open(reading) as told_there:
        display = f":{told_there.readline().strip()}"
    manager = subprocess.Popen(
        ["openbox"], env=os.environ | {"DISPLAY": display}, stderr=subprocess.DEVNULL
    )
    yield display
    for started in (manager, server):
        started.terminate()
        started.wait(_SECONDS)


def test_it_starts_in_the_tray_and_a_second_start_shows_it(tmp_path: Path, screen: str) -> None:
    if not (shutil.which("trayer") and shutil.which("xwininfo")):
        pytest.skip("needs trayer and xwininfo")
    shown = {"DISPLAY": screen}
    tray = subprocess.Popen(["trayer"], env=os.environ | shown, stderr=subprocess.DEVNULL)
    try:
        with _started(tmp_path, "--in-tray", environment=shown, seen=False) as process:
            _until(lambda: '"JustTrades")' in _tree(shown))  # its icon
            assert _health(_card(tmp_path, process).listening) == "ok"
            assert _windows("JustTrades", shown, process.pid) == []
            with _started(tmp_path, "--in-tray", environment=shown, seen=False) as second:
                assert second.wait(_SECONDS) == 0
            (window,) = _until(lambda: _windows("JustTrades", shown, process.pid))
            _until(lambda: _xdotool(shown, "getactivewindow") == window)
    finally:
        tray.terminate()
        tray.wait(_SECONDS)


# Means


class _Sender(threading.Thread):
    """Posts alerts until nobody takes them any more."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(name=name)
        self._url = url
        self.acknowledged: set[str] = set()

    def run(self) -> None:
        number = 0
        while True:
            number += 1
            name = f"{self.name}-{number}"
            price = str(25_600 + number % 40)
            try:
                _post(self._url, id=name, action="buy", ticker="MNQ1!", quantity=1, price=price)
            except OSError:
                return
            self.acknowledged.add(name)


@contextmanager
def _started(
    data_dir: Path | None,
    *arguments: str,
    closed: str = "",
    environment: dict[str, str] | None = None,
    seen: bool = True,
    cwd: Path = ROOT,
    before: Callable[[], None] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    """A start with streams ``closed`` as a shell does it; ``seen`` has Qt draw offscreen."""
    port = () if "--port" in arguments else ("--port", "0")
    folder = () if data_dir is None else ("--data-dir", str(data_dir))
    words = [*COMMAND, *arguments, *port, *folder]
    if closed:
        words = ["sh", "-c", f'exec "$@" {closed}', "sh", *words]
    with _process(words, environment, seen=seen, cwd=cwd, before=before) as process:
        yield process


@contextmanager
def _process(
    words: list[str],
    environment: dict[str, str] | None = None,
    *,
    seen: bool = True,
    cwd: Path = ROOT,
    before: Callable[[], None] | None = None,
) -> Iterator[subprocess.Popen[str]]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "JUSTTRADES_DATA_DIR")
    inherited = {name: value for name, value in os.environ.items() if name not in hidden}
    platform = {"QT_QPA_PLATFORM": "offscreen"} if seen else {}
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=inherited | platform | {"PYTHONPATH": str(ROOT)} | (environment or {}),
        preexec_fn=before,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _refused(folder: Path, *prefix: str) -> str:
    """What a start on ``folder`` that ends with 1 says."""
    done = subprocess.run(
        [*prefix, *COMMAND, "serve", "--port", "0", "--data-dir", str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    return done.stderr


def _powerless() -> list[str]:
    """What takes from root the power to write everywhere."""
    if os.geteuid() != 0:
        return []
    without = "-dac_override,-dac_read_search,-fowner"
    return ["setpriv", f"--bounding-set={without}", f"--inh-caps={without}"]


def _card(data_dir: Path, process: subprocess.Popen[str]) -> Card:
    """The card of this very process: one that was killed leaves its own."""

    def left() -> Card | None:
        card = read_card(data_dir)
        return card if card is not None and card.pid == process.pid else None

    return _until(left)


def _end(process: subprocess.Popen[str]) -> int:
    process.terminate()
    return process.wait(_SECONDS)


def _health(url: str) -> str:
    with urllib.request.urlopen(f"{url}/health", timeout=_SECONDS) as answer:  # noqa: S310
        return str(json.load(answer)["status"])


def _post(url: str, **fields: object) -> Any:
    with urllib.request.urlopen(url, body(**fields).encode(), timeout=_SECONDS) as answer:  # noqa: S310
        return json.load(answer)


def _log(data_dir: Path) -> str:
    return (data_dir / "logs" / "justtrades.log").read_text(encoding="utf-8")


def _stored(data_dir: Path) -> set[str]:
    uri = f"{path_in(data_dir).as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        bodies = connection.execute("SELECT body FROM signals").fetchall()
    return {json.loads(text)["id"] for (text,) in bodies}


def _until(holds: Callable[[], T | None]) -> T:
    ends = time.monotonic() + _SECONDS
    while not (found := holds()):
        assert time.monotonic() < ends, "it never came true"
        time.sleep(0.05)
    return found


def _windows(name: str, shown: dict[str, str], pid: int) -> list[str]:
    """Those of a process that can be seen; its icon in a tray is the tray's."""
    of_it = ("--all", "--pid", str(pid), "--name", f"^{name}$")
    return _xdotool(shown, "search", "--onlyvisible", *of_it).split()


def _tree(shown: dict[str, str]) -> str:
    """All windows, with their classes."""
    asked = ["xwininfo", "-root", "-tree"]
    done = subprocess.run(asked, capture_output=True, text=True, env=os.environ | shown, check=True)
    return done.stdout


def _xdotool(shown: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        ["xdotool", *words],
        capture_output=True,
        text=True,
        env=os.environ | shown,
        timeout=_SECONDS,
        check=False,
    )
    return done.stdout.strip()
