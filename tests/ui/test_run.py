"""The whole run in this process: the demo, errors that nobody caught, and a clean end."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from justtrades_desktop.app.serving import Config, Serving
from justtrades_desktop.ui import run as running
from justtrades_desktop.ui.top_bar import Banner


def test_the_demo_shows_positions_and_a_picture_of_itself(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_PICTURE_SECONDS", 2.0)
    announced: list[Serving] = []
    hook = sys.excepthook
    config = Config(data_dir=tmp_path, port=0)
    code = running.run(config, demo=True, announce=announced.append, pictures=tmp_path / "p")
    assert code == 0
    assert len(announced) == 1
    assert announced[0].desk.signals_stored > 0
    assert (tmp_path / "p" / "window.png").stat().st_size > 10_000
    assert sys.excepthook is hook


def test_an_error_in_a_slot_is_logged_and_shown(
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(running, "_PICTURE_SECONDS", 1.5)
    said: list[str] = []
    monkeypatch.setattr(Banner, "say", lambda _banner, text: said.append(text))

    def fail() -> None:
        raise ZeroDivisionError("a bug")

    def announce(_: Serving) -> None:
        QTimer.singleShot(1000, fail)

    with caplog.at_level(logging.CRITICAL):
        running.run(
            Config(data_dir=tmp_path, port=0), demo=False, announce=announce, pictures=tmp_path
        )
    assert any("a bug" in text and "still received" in text for text in said)
    assert "ZeroDivisionError" in caplog.text
