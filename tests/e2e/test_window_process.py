"""The real process with its window, offscreen: started, fed, started again, ended."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_START_SECONDS = 30.0
_END_SECONDS = 15.0
_SECOND_SECONDS = 10.0

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ends a process there")


@posix_only
def test_an_alert_reaches_the_ledger_and_sigterm_ends_cleanly(tmp_path: Path) -> None:
    made = _command(tmp_path, "recorder", "add", "Trend", "--json")
    with _window(tmp_path) as (process, told):
        assert told["data_dir"] == str(tmp_path)
        body = {"action": "buy", "ticker": "MNQ1!", "contracts": 2, "price": "25600.25"}
        answer = _post(told["listening"] + made["path"], json.dumps(body))
        assert answer["outcome"] == "applied"
        (position,) = _command(tmp_path, "positions", "--json", "--status", "open")
        assert position["symbol"] == "MNQ1!"
        process.send_signal(signal.SIGTERM)
        assert process.wait(_END_SECONDS) == 0
    assert not (tmp_path / "running.json").exists()


@posix_only
def test_a_second_start_brings_up_the_first_window(tmp_path: Path) -> None:
    with _window(tmp_path) as (first, told):
        started = time.monotonic()
        second = _run(tmp_path, "--port", "0")
        assert time.monotonic() - started < _SECOND_SECONDS
        assert second.returncode == 0, second.stderr
        said = json.loads(second.stdout.splitlines()[0])
        assert said["listening"] == told["listening"]
        assert said["already_running"] == first.pid
        assert told["listening"] in second.stderr
        assert first.poll() is None


@posix_only
def test_a_card_left_by_a_killed_process_is_no_hindrance(tmp_path: Path) -> None:
    with _window(tmp_path) as (process, _):
        process.kill()
        process.wait(_END_SECONDS)
    with _window(tmp_path) as (process, told):
        assert told["listening"]
        assert process.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_it_listens_all_the_same(tmp_path: Path) -> None:
    with _window(tmp_path, display=False) as (process, told):
        with urllib.request.urlopen(told["listening"] + "/health", timeout=5) as health:  # noqa: S310
            assert json.load(health)["status"] == "ok"
        process.send_signal(signal.SIGTERM)
        _, complaint = process.communicate(timeout=_END_SECONDS)
        assert process.returncode == 0
        assert "no display" in complaint


@contextmanager
def _window(
    folder: Path, *, display: bool = True
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "justtrades_desktop", "--port", "0", "--data-dir", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(display=display),
    )
    try:
        yield process, json.loads(_first_line(process))
    finally:
        process.kill()
        process.communicate()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        _, complaint = process.communicate(timeout=_START_SECONDS)
        pytest.fail(complaint)
    return line


def _command(folder: Path, *arguments: str) -> Any:
    done = _run(folder, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # Options before a command's name would be the window's own.
    return subprocess.run(
        [sys.executable, "-m", "justtrades_desktop", *arguments, "--data-dir", str(folder)],
        capture_output=True,
        text=True,
        timeout=_START_SECONDS,
        env=_environment(),
        check=False,
    )


def _environment(*, display: bool = True) -> dict[str, str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    if display:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    return environment


def _post(url: str, body: str) -> Any:
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
        return json.load(answer)
