"""Every test of the window leaves nothing behind: no widget, no running timer, no thread."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

from justtrades_desktop.app.wiring import open_core
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.loop import run
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours, dark_colours
from tests.ui.stage import Stage

T = TypeVar("T")
OnStage = Callable[[Callable[[Stage], Awaitable[T]]], T]


@pytest.fixture
def colours() -> Colours:
    return dark_colours()


@pytest.fixture
def on_stage(qapp: QApplication, tmp_path: Path, colours: Colours) -> Iterator[OnStage[object]]:
    """Run a coroutine on Qt's loop with a real desk; its widgets are gone when it ends."""
    threads = threading.active_count()
    before = set(qapp.topLevelWidgets())
    qapp.setQuitOnLastWindowClosed(False)

    def perform(play: Callable[[Stage], Awaitable[object]]) -> object:
        return run(_play(play, tmp_path, colours, qapp), qapp)

    yield perform
    gc.collect()
    left = [widget for widget in qapp.topLevelWidgets() if widget not in before]
    assert left == []
    assert threading.active_count() == threads


async def _play(
    play: Callable[[Stage], Awaitable[object]], folder: Path, colours: Colours, app: QApplication
) -> object:
    errors: list[tuple[BaseException, str]] = []
    tasks = Tasks(lambda error, name: errors.append((error, name)))
    async with open_core(folder) as core:
        bridge = Bridge(core.desk.bus)
        stage = Stage(core, bridge, tasks, colours, errors)
        try:
            result = await play(stage)
        finally:
            await tasks.close()
            for widget in stage.widgets:
                widget.close()
                assert not [timer for timer in widget.findChildren(QTimer) if timer.isActive()]
                widget.deleteLater()
            stage.widgets.clear()
            bridge.close()
            bridge.deleteLater()
            await asyncio.sleep(0)
            app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert errors == []
    return result
