"""Run the program with its window: one loop, one stop event, and a clean end on every way out."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from justtrades_desktop import __version__
from justtrades_desktop.app.demo import demo as demo_feed
from justtrades_desktop.app.serving import Config, Serving, serving
from justtrades_desktop.domain.broker import Brokerage
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Executions
from justtrades_desktop.ui import loop as qt_loop
from justtrades_desktop.ui.icon import app_icon
from justtrades_desktop.ui.loop import DesktopLoop
from justtrades_desktop.ui.shell import Shell

_PICTURE_SECONDS: Final = 8.0

log = logging.getLogger(__name__)


def run(
    config: Config,
    *,
    demo: bool,
    announce: Callable[[Serving], None],
    pictures: Path | None = None,
) -> int:
    """Listen and show the window until it is quit; the exit code.

    With ``pictures`` it shows itself for some seconds, leaves a picture there and quits.

    Raises:
        Occupied: another process runs on this folder.
        UserError: the ledger or the address cannot be had.
    """
    app = application()
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
    with _crashes_written(config.data_dir), _errors_shown() as errors:
        qt_loop.run(
            _show(app, config, errors, demo=demo, announce=announce, pictures=pictures), app
        )
    return 0


def application() -> QApplication:
    """Qt's application, made where there is none yet."""
    present = QApplication.instance()
    app = present if isinstance(present, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("JustTrades")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("justtrades")
    app.setQuitOnLastWindowClosed(False)
    app.setWindowIcon(app_icon())
    return app


class _Errors:
    """Where errors that nobody caught go: the log, and the window's banner once there is one."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Only log from now on: there is no window yet, or no longer."""
        self.report: Callable[[BaseException, str], None] = lambda _error, _name: None

    def hook(
        self,
        kind: type[BaseException],
        error: BaseException,
        traceback: TracebackType | None,
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, traceback)
            return
        log.critical("an error in the window", exc_info=(kind, error, traceback))
        self.report(error, "window")

    def from_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        loop.default_exception_handler(context)
        if isinstance(error, BaseException):
            self.report(error, "task")


@contextmanager
def _errors_shown() -> Iterator[_Errors]:
    errors = _Errors()
    hook, sys.excepthook = sys.excepthook, errors.hook
    before = qInstallMessageHandler(_log_qt)
    try:
        yield errors
    finally:
        sys.excepthook = hook
        qInstallMessageHandler(before)


@contextmanager
def _crashes_written(data_dir: Path) -> Iterator[None]:
    """A crash inside Qt or SQLite leaves a trace; a bundle without a console has no stderr."""
    try:
        file = (data_dir / "logs" / "crash.log").open("a", encoding="utf-8")
    except OSError:
        yield
        return
    with file:
        faulthandler.enable(file)
        try:
            yield
        finally:
            faulthandler.disable()


async def _show(
    app: QApplication,
    config: Config,
    errors: _Errors,
    *,
    demo: bool,
    announce: Callable[[Serving], None],
    pictures: Path | None,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(errors.from_loop)
    _end_on_signals(loop, stop)
    if isinstance(loop, DesktopLoop):
        loop.on_quit(stop.set)  # the session ends
    shells: list[Shell] = []

    def show() -> bool:
        for shell in shells:
            shell.show()
        return bool(shells)

    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(serving(config, show=show))
        brokerage, executions = await _brokerage(running)
        announce(running)
        if demo:
            await stack.enter_async_context(demo_feed(running))
        shell = Shell(app, running, stop, demo=demo, brokerage=brokerage, executions=executions)
        stack.push_async_callback(shell.close)
        errors.report = shell.report
        stack.callback(errors.forget)
        shells.append(shell)
        shell.show()
        if pictures is not None:
            _ = shell.tasks.start(_picture(shell, pictures, stop), name="picture")
        await stop.wait()
        shells.clear()


async def _brokerage(running: Serving) -> tuple[Brokerage | None, Executions | None]:
    """Brokers and execution, None where they do not start: all else works all the same."""
    if running.brokers is None:
        return None, None
    try:
        return await running.brokers.get(), await running.brokers.executions()
    except UserError as error:
        log.warning("the window opens without brokers: %s", error)
        return None, None


async def _picture(shell: Shell, folder: Path, stop: asyncio.Event) -> None:
    await asyncio.sleep(_PICTURE_SECONDS)
    shell.window.grab().save(str(folder / "window.png"))
    stop.set()


def _end_on_signals(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:  # Windows: Ctrl-C comes as KeyboardInterrupt
            return


def _log_qt(kind: QtMsgType, _context: object, message: str) -> None:
    level = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
        QtMsgType.QtCriticalMsg: logging.ERROR,
        QtMsgType.QtFatalMsg: logging.CRITICAL,
    }.get(kind, logging.WARNING)
    logging.getLogger("qt").log(level, "%s", message)
