"""The window as a trader opens it: from the menu, fed from outside, and opened once more."""

from __future__ import annotations

import json
import shlex
import signal
from pathlib import Path

import pytest

from tests.installed.machine import HOME, until
from tests.installed.screen import Screen
from tests.installed.test_package import menu_entry, read_entry
from tests.installed.trader import Running, Trader, buy

USUAL = "http://127.0.0.1:8787"


def test_an_alert_reaches_the_window_that_the_menu_opened(
    at_screen: Trader, shared_screen: Screen, pictures: Path
) -> None:
    webhook = at_screen.webhook()
    before = shared_screen.picture()
    with at_screen.running(command=shlex.split(menu_entry()["Exec"])) as process:
        assert process.card == {"listening": USUAL, "data_dir": str(at_screen.data_dir)}
        shared_screen.window(process.popen.pid)
        answer = process.alert(webhook, buy(2, "25600.25"))
        assert answer["outcome"] == "applied"
        assert at_screen.open_positions() == [("MNQ1!", "long", 2)]
        seen = shared_screen.drawn()
        assert seen.save(str(pictures / "window.png"))
        assert seen != before
        assert process.end() == 0
        assert process.complaint() == ""
    assert at_screen.open_positions() == [("MNQ1!", "long", 2)]


def test_a_second_start_brings_the_covered_window_to_the_front(
    at_screen: Trader, shared_screen: Screen
) -> None:
    with at_screen.running() as first:
        window = shared_screen.window(first.popen.pid)
        other = str(at_screen.folder / "other data")
        with at_screen.running("--data-dir", other) as cover:
            shared_screen.window(cover.popen.pid)
            until(
                lambda: shared_screen.active() == str(cover.popen.pid), "the other window in front"
            )
            _start_again(at_screen, first)
            until(lambda: shared_screen.active() == str(first.popen.pid), "the first in front")
            shared_screen.ask("windowminimize", "--sync", window)
            until(lambda: not shared_screen.windows(first.popen.pid), "the window to be minimised")
            _start_again(at_screen, first)
            until(
                lambda: shared_screen.active() == str(first.popen.pid), "the first in front again"
            )
            assert shared_screen.windows(first.popen.pid) == [window]
        assert first.end() == 0


def _start_again(trader: Trader, first: Running) -> None:
    """From the menu: nothing says which window, and where it listens is in nobody's way."""
    second = trader.run()
    assert (second.returncode, first.popen.poll()) == (0, None)
    said = json.loads(second.stdout.splitlines()[0])
    assert said == {
        "listening": first.url,
        "data_dir": str(trader.data_dir),
        "already_running": first.popen.pid,
    }
    assert first.url in second.stderr
    assert "runs already" in second.stderr


def test_started_with_the_computer_it_waits_in_the_tray(
    at_screen: Trader, shared_screen: Screen
) -> None:
    assert at_screen.told("autostart", "on")["autostart"] == "on"
    entry = at_screen.home / ".config/autostart/justtrades.desktop"
    command = shlex.split(read_entry(entry)["Exec"])
    assert command == [str(HOME / "justtrades"), "--in-tray"]
    with at_screen.running(command=[*command, "--port", "0"]) as process:
        with pytest.raises(pytest.fail.Exception):
            # Longer than it waits for a tray: without one it would show its window.
            until(lambda: shared_screen.windows(process.popen.pid, "JustTrades"), "", seconds=8)
        _start_again(at_screen, process)
        shared_screen.window(process.popen.pid)
        assert process.end(signal.SIGINT) == 0
    assert not (at_screen.data_dir / "running.json").exists()
    assert at_screen.told("autostart", "off")["autostart"] == "off"
    assert not entry.exists()
