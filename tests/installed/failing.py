"""A start at a screen that fails: the dialog that says why, read and closed."""

from __future__ import annotations

from pathlib import Path

from tests.installed.machine import until
from tests.installed.screen import Screen
from tests.installed.trader import COMMAND, Running, Trader

TITLE = "JustTrades did not start"


def fails_to_start(trader: Trader, shown: Screen, picture: Path) -> str:
    """Start it where it must fail and show why; what it wrote to stderr."""
    process = trader.popen([COMMAND, "--port", "0"])
    close_dialog(process, shown, picture)
    assert process.out.read_text("utf-8") == ""
    return process.complaint()


def close_dialog(process: Running, shown: Screen, picture: Path) -> None:
    """Wait for the dialog, keep a picture of it, and close it."""
    try:
        shown.window(process.popen.pid, TITLE)
        until(lambda: shown.active() == str(process.popen.pid), "the dialog in front")
        assert shown.drawn().save(str(picture))
        shown.press("Escape")
        assert process.popen.wait(30) == 1
    finally:
        process.kill()
