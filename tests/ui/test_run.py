"""The whole run in this process: the demo, errors that nobody caught, and a clean end."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from justtrades_desktop.app.serving import Config, Serving
from justtrades_desktop.execution.desk import ExecutionDesk
from justtrades_desktop.execution.house import House
from justtrades_desktop.ui import run as running
from justtrades_desktop.ui.shell import Shell
from justtrades_desktop.ui.top_bar import Banner
from tests.ui.stage import until


def test_the_demo_shows_positions_in_its_window(qapp: QApplication, tmp_path: Path) -> None:
    announced: list[Serving] = []
    pictures: list[int] = []
    hook = sys.excepthook

    async def meanwhile(shell: Shell) -> None:
        await until(lambda: shell.window.positions.model.rowCount() > 0, 20)
        pictures.append(shell.window.grab().width())

    config = Config(data_dir=tmp_path, port=0)
    code = running.run(config, demo=True, announce=announced.append, meanwhile=meanwhile)
    assert code == 0
    assert len(announced) == 1
    assert announced[0].desk.signals_stored > 0
    assert pictures[0] > 600
    assert sys.excepthook is hook
    assert not (tmp_path / "running.json").exists()


def test_an_error_in_a_slot_is_logged_and_shown(
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    said: list[str] = []
    monkeypatch.setattr(Banner, "say", lambda _banner, text: said.append(text))

    def fail() -> None:
        raise ZeroDivisionError("a bug")

    async def meanwhile(_: Shell) -> None:
        QTimer.singleShot(0, fail)
        await until(lambda: any("a bug" in text for text in said))

    with caplog.at_level(logging.CRITICAL):
        _run(tmp_path, meanwhile)
    assert any("a bug" in text and "still received" in text for text in said)
    assert "ZeroDivisionError" in caplog.text


def test_building_the_window_is_no_reason_to_stop_entries(
    qapp: QApplication, tmp_path: Path
) -> None:
    announced: list[Serving] = []

    async def meanwhile(shell: Shell) -> None:
        brokers = announced[0].brokers
        assert brokers is not None
        desk = await brokers.executions()
        assert isinstance(desk, ExecutionDesk)
        desk.safety.lag.limit = 5.0  # the machine may be as slow as it likes

        def is_late() -> bool:
            return any("ms late" in brake.said for brake in desk.state().brakes)

        desk.safety.lag.sample(60.0, House.now())
        assert not is_late()
        await until(lambda: not desk.safety.lag.is_spared, 8)
        assert not is_late()
        desk.safety.lag.sample(60.0, House.now())
        assert is_late()

    config = Config(data_dir=tmp_path, port=0)
    assert running.run(config, demo=False, announce=announced.append, meanwhile=meanwhile) == 0


def test_what_runs_meanwhile_may_fail_and_the_program_still_ends_cleanly(
    qapp: QApplication, tmp_path: Path
) -> None:
    async def meanwhile(_: Shell) -> None:
        raise ZeroDivisionError("it failed")

    with pytest.raises(ZeroDivisionError, match="it failed"):
        _run(tmp_path, meanwhile)
    assert not (tmp_path / "running.json").exists()


def test_quitting_ends_what_runs_meanwhile(qapp: QApplication, tmp_path: Path) -> None:
    ended: list[str] = []

    async def meanwhile(shell: Shell) -> None:
        shell.window.quit_wanted.emit()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    _run(tmp_path, meanwhile)
    assert ended == ["cancelled"]


def _run(folder: Path, meanwhile: running.Meanwhile) -> None:
    config = Config(data_dir=folder, port=0, brokers=False)
    running.run(config, demo=False, announce=lambda _: None, meanwhile=meanwhile)
