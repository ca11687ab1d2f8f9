"""Run the program with its window: one loop, one stop event, and a clean end on every way out."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from justtrades_desktop.app.demo import demo as demo_feed
from justtrades_desktop.app.ending import end_on_signals
from justtrades_desktop.app.serving import Config, Serving, serving
from justtrades_desktop.domain.broker import Brokerage
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Executions
from justtrades_desktop.ui import loop as qt_loop
from justtrades_desktop.ui.application import application, told_to_quit
from justtrades_desktop.ui.front import Front
from justtrades_desktop.ui.loop import DesktopLoop
from justtrades_desktop.ui.shell import Shell

_DRAWN_SECONDS: Final = 1.0  # after that the window has been drawn for the first time
Meanwhile = Callable[[Shell], Awaitable[None]]

log = logging.getLogger(__name__)


def run(
    config: Config,
    *,
    demo: bool,
    announce: Callable[[Serving], None],
    meanwhile: Meanwhile | None = None,
    in_tray: bool = False,
) -> int:
    """Listen and show the window until it is quit; the exit code.

    ``meanwhile`` begins once the window stands. When it returns the program ends as if quit;
    what it raises comes out of here after that; when the program is quit first, it is cancelled.
    ``in_tray`` starts without showing the window, where there is a tray.

    Raises:
        Occupied: another process runs on this folder.
        UserError: the ledger or the address cannot be had.
    """
    app = application()
    with _crashes_written(config.data_dir), _errors_shown() as errors:
        qt_loop.run(
            _show(
                app,
                config,
                errors,
                demo=demo,
                announce=announce,
                meanwhile=meanwhile,
                front=Front(in_tray=in_tray),
            ),
            app,
        )
    return 0


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
    meanwhile: Meanwhile | None,
    front: Front,
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(errors.from_loop)
    end_on_signals(loop, stop.set)
    if isinstance(loop, DesktopLoop):
        loop.on_quit(stop.set)
    async with AsyncExitStack() as stack:
        stack.enter_context(told_to_quit(app, stop.set))
        running = await stack.enter_async_context(serving(config, show=front.show))
        brokerage, executions = await _brokerage(running)
        announce(running)
        if demo:
            await stack.enter_async_context(demo_feed(running))
        await front.tray_there(stop)
        if executions is not None:
            executions.window_rises()
        shell = Shell(app, running, stop, demo=demo, brokerage=brokerage, executions=executions)
        stack.push_async_callback(shell.close)
        errors.report = shell.report
        stack.callback(errors.forget)
        stack.callback(front.end)
        front.stand(shell)
        if executions is not None:
            drawn = loop.call_later(_DRAWN_SECONDS, executions.window_stands)
            stack.callback(drawn.cancel)
        await _until_quit(stop, None if meanwhile is None else meanwhile(shell))


async def _brokerage(running: Serving) -> tuple[Brokerage | None, Executions | None]:
    """Brokers and execution, None where they do not start: all else works all the same."""
    if running.brokers is None:
        return None, None
    try:
        return await running.brokers.get(), await running.brokers.executions()
    except UserError as error:
        log.warning("the window opens without brokers: %s", error)
        return None, None


async def _until_quit(stop: asyncio.Event, meanwhile: Awaitable[None] | None) -> None:
    """Wait for the stop, or for the end of ``meanwhile`` where that comes first."""
    quitting = asyncio.ensure_future(stop.wait())
    tasks: list[asyncio.Future[Any]] = [quitting]
    if meanwhile is not None:
        tasks.append(asyncio.ensure_future(meanwhile))
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        _ = await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()


def _log_qt(kind: QtMsgType, _context: object, message: str) -> None:
    level = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
        QtMsgType.QtCriticalMsg: logging.ERROR,
        QtMsgType.QtFatalMsg: logging.CRITICAL,
    }.get(kind, logging.WARNING)
    logging.getLogger("qt").log(level, "%s", message)
