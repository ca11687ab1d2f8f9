"""The whole program but for the process: listener, ledger, window and tray on Qt's loop."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog

from justtrades_desktop.app.post import send_alert
from justtrades_desktop.app.serving import Config, Serving, serving
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.ui.loop import run
from justtrades_desktop.ui.memory import Look, Memory
from justtrades_desktop.ui.shell import Shell
from justtrades_desktop.ui.window import MainWindow
from tests.fakes.brokerage import FakeBrokerage
from tests.fakes.executions import FakeExecutions

DialogT = TypeVar("DialogT", bound=QDialog)

_PATIENCE = 10.0


@dataclass(frozen=True)
class Program:
    """A running program that a test acts upon."""

    app: QApplication
    running: Serving
    shell: Shell
    stop: asyncio.Event

    @property
    def window(self) -> MainWindow:
        return self.shell.window

    async def recorder(self, name: str = "Trend MNQ", **settings: object) -> Recorder:
        return await self.running.desk.add_recorder(name, **settings)

    async def alert(self, recorder: Recorder, **fields: object) -> tuple[int, str]:
        return await self.send(recorder, json.dumps(fields))

    async def send(self, recorder: Recorder, text: str) -> tuple[int, str]:
        return await send_alert(f"{self.running.url}/webhook/{recorder.token}", text)

    def price(self, symbol: str, price: str) -> None:
        self.running.desk.tick(symbol, Decimal(price))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so; a row that is not there yet makes it not so yet."""
        deadline = time.monotonic() + _PATIENCE
        while not _holds(condition):
            assert time.monotonic() < deadline, "it never came true"
            await asyncio.sleep(0.01)

    async def dialog(self, kind: type[DialogT]) -> DialogT:
        """The dialog that is open, once it is."""
        found: list[DialogT] = []

        def look() -> bool:
            found[:] = [d for d in self.window.findChildren(kind) if d.isVisible()]
            return bool(found)

        await self.until(look)
        return found[0]

    async def gone(self, dialog: QDialog) -> None:
        """Wait until a dialog was answered and its task is through."""
        await self.until(lambda: not self.window.decisions.busy)


def perform(
    app: QApplication,
    folder: Path,
    play: Callable[[Program], Awaitable[None]],
    *,
    tray: bool = False,
    look: Look = Look.DARK,
    brokerage: FakeBrokerage | None = None,
    executions: FakeExecutions | None = None,
) -> None:
    """Run ``play`` on a program with a data folder of its own; nothing of it is left over."""
    quitting = app.quitOnLastWindowClosed()
    app.setQuitOnLastWindowClosed(False)
    before = set(app.topLevelWidgets())
    try:
        playing = _perform(
            app, folder, play, tray=tray, look=look, brokerage=brokerage, executions=executions
        )
        run(playing, app)
    finally:
        app.setQuitOnLastWindowClosed(quitting)
    gc.collect()
    left = [widget for widget in app.topLevelWidgets() if widget not in before]
    assert left == []


async def _perform(
    app: QApplication,
    folder: Path,
    play: Callable[[Program], Awaitable[None]],
    *,
    tray: bool,
    look: Look,
    brokerage: FakeBrokerage | None,
    executions: FakeExecutions | None,
) -> None:
    memory = Memory(folder)
    memory.look = look
    memory.save()
    stop = asyncio.Event()
    async with serving(Config(data_dir=folder, port=0, brokers=False)) as running:
        if brokerage is not None:
            brokerage.bus = running.desk.bus
        if executions is not None:
            executions.bus = running.desk.bus
        shell = Shell(
            app,
            running,
            stop,
            tray_available=tray,
            brokerage=brokerage,
            executions=executions,
        )
        shell.show()
        await asyncio.sleep(0)
        try:
            await play(Program(app, running, shell, stop))
        finally:
            await shell.close()
            shell.deleteLater()
            app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except (IndexError, KeyError):
        return False
