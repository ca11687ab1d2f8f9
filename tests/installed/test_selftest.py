"""The installed program tests itself, without a screen and on one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.installed.screen import Screen, colours
from tests.installed.trader import COMMAND, Trader

SECONDS = 200


@pytest.mark.timeout(240)
def test_without_a_screen(trader: Trader, pictures: Path) -> None:
    steps = _selftest(trader, pictures / "selftest-offscreen")
    assert "shown on offscreen" in steps["window"]
    assert steps["tray"] == "no tray here"


@pytest.mark.timeout(240)
def test_on_a_screen_with_a_window_manager_and_a_tray(
    at_screen: Trader, shared_screen: Screen, pictures: Path
) -> None:
    at_screen.more["QT_QPA_PLATFORM"] = "xcb"
    steps = _selftest(at_screen, pictures / "selftest-xcb")
    assert "shown on xcb" in steps["window"]
    assert steps["tray"].startswith("icon shown")


def _selftest(trader: Trader, pictures: Path) -> dict[str, str]:
    """What each step said; all have passed and every panel is drawn."""
    process = trader.popen([COMMAND, "--selftest", "--json", "--pictures", str(pictures)])
    try:
        code = process.popen.wait(SECONDS)
    finally:
        process.kill()
    assert (code, process.complaint()) == (0, ""), process.out.read_text("utf-8")
    told = json.loads(process.out.read_text("utf-8"))
    assert told["result"] == "ok"
    steps = {step["step"]: step["said"] for step in told["steps"]}
    assert " frozen, " in steps["program"]
    assert {step["result"] for step in told["steps"]} == {"ok"}
    drawn = {path.stem: QImage(str(path)) for path in pictures.glob("*.png")}
    assert {"tab-positions-dark", "tab-positions-light", "dock-doctor-dark"} <= set(drawn)
    assert [name for name, picture in drawn.items() if colours(picture) < 2] == []
    assert not trader.data_dir.exists(), "it is the trader's own"
    return steps
