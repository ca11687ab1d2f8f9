"""Hand coroutines over from Qt's slots, and await dialogs instead of blocking on them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from PySide6.QtWidgets import QDialog
from shiboken6 import isValid

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Tasks:
    """The coroutines that a window's slots have started, until they end or the window closes."""

    def __init__(self, on_error: Callable[[BaseException, str], None]) -> None:
        self._on_error = on_error
        # asyncio itself holds tasks weakly: without this set one could vanish half-way.
        self._running: set[asyncio.Task[Any]] = set()
        self._closing = False

    def start(self, coro: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        task = asyncio.get_running_loop().create_task(coro, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        if self._closing:
            task.cancel()  # before its first step: a late click is no error, and does nothing
        return task

    async def close(self) -> None:
        """Cancel every coroutine and wait until each has cleaned up."""
        self._closing = True
        while others := self._running - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        # These two end the program: the loop itself carries them out.
        if error is None or isinstance(error, (SystemExit, KeyboardInterrupt)):
            return
        name = task.get_name()
        logger.error("%s failed", name, exc_info=error)
        self._on_error(error, name)


async def ask(dialog: QDialog) -> int:
    """Show a dialog and await its result; a dialog that is deleted unanswered was rejected."""
    answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def settle(result: int) -> None:
        if not answer.done():
            answer.set_result(result)

    def settle_deleted() -> None:
        settle(QDialog.DialogCode.Rejected.value)

    dialog.finished.connect(settle)
    dialog.destroyed.connect(settle_deleted)
    dialog.open()
    try:
        return await answer
    finally:
        _dismiss(dialog, settle, settle_deleted)


def _dismiss(dialog: QDialog, settle: Callable[[int], None], deleted: Callable[[], None]) -> None:
    if not isValid(dialog):
        return
    dialog.finished.disconnect(settle)
    dialog.destroyed.disconnect(deleted)
    if dialog.isVisible():
        # Only when the waiting task was cancelled; close() would let the dialog refuse.
        dialog.done(QDialog.DialogCode.Rejected.value)
