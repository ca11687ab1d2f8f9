"""Slots hand over coroutines and dialogs are awaited: nothing is lost and nothing stays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from justtrades_desktop.ui.loop import run
from justtrades_desktop.ui.tasks import Tasks, ask


class Errors(list[tuple[BaseException, str]]):
    def report(self, error: BaseException, name: str) -> None:
        self.append((error, name))


@pytest.fixture(autouse=True)
def stays_open(qapp: QApplication) -> Iterator[None]:
    """As in the program: closing the last window does not quit."""
    before = qapp.quitOnLastWindowClosed()
    qapp.setQuitOnLastWindowClosed(False)
    yield
    qapp.setQuitOnLastWindowClosed(before)


@pytest.fixture
def errors() -> Errors:
    return Errors()


@pytest.fixture
def tasks(errors: Errors) -> Tasks:
    return Tasks(errors.report)


def soon(action: Callable[[], object]) -> None:
    QTimer.singleShot(0, action)


def test_runs_a_named_coroutine(qapp: QApplication, tasks: Tasks, errors: Errors) -> None:
    async def name() -> str:
        task = asyncio.current_task()
        assert task is not None
        return task.get_name()

    async def main() -> str:
        return await tasks.start(name(), name="flatten all")

    assert run(main(), qapp) == "flatten all"
    assert errors == []


def test_reports_and_logs_an_error(
    qapp: QApplication, tasks: Tasks, errors: Errors, caplog: pytest.LogCaptureFixture
) -> None:
    problem = ValueError("no such contract")

    async def fail() -> None:
        raise problem

    async def main() -> None:
        await asyncio.wait([tasks.start(fail(), name="look up")])

    with caplog.at_level(logging.ERROR):
        run(main(), qapp)
    assert errors == [(problem, "look up")]
    assert "look up failed" in caplog.text


def test_close_cancels_and_waits(qapp: QApplication, tasks: Tasks, errors: Errors) -> None:
    events: list[str] = []

    async def linger() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0.01)
            events.append("cleaned up")

    async def main() -> None:
        task = tasks.start(linger(), name="linger")
        await asyncio.sleep(0)
        await tasks.close()
        assert task.cancelled()

    run(main(), qapp)
    assert events == ["cleaned up"]
    assert errors == []


def test_a_task_may_close_its_own_group(qapp: QApplication, tasks: Tasks) -> None:
    async def main() -> None:
        other = tasks.start(asyncio.sleep(3600), name="other")
        await tasks.start(tasks.close(), name="quit")
        assert other.cancelled()

    run(main(), qapp)


def test_starts_nothing_once_closed(qapp: QApplication, tasks: Tasks, errors: Errors) -> None:
    ran: list[int] = []

    async def late() -> None:
        ran.append(1)

    async def main() -> None:
        await tasks.close()
        task = tasks.start(late(), name="late")
        await asyncio.wait([task])
        assert task.cancelled()

    run(main(), qapp)
    assert (ran, errors) == ([], [])


@pytest.mark.parametrize("code", [QDialog.DialogCode.Accepted, QDialog.DialogCode.Rejected])
def test_ask_returns_the_result(qapp: QApplication, code: QDialog.DialogCode) -> None:
    dialog = QDialog()

    async def main() -> int:
        soon(lambda: dialog.done(code.value))
        return await ask(dialog)

    assert run(main(), qapp) == code.value
    assert not dialog.isVisible()


def test_other_tasks_run_while_a_dialog_is_open(qapp: QApplication) -> None:
    dialog = QDialog()

    async def accept_later() -> None:
        await asyncio.sleep(0.02)
        dialog.accept()

    async def main() -> int:
        async with asyncio.TaskGroup() as group:
            group.create_task(accept_later())
            answer = group.create_task(ask(dialog))
        return answer.result()

    assert run(main(), qapp) == QDialog.DialogCode.Accepted.value


def test_cancelling_closes_the_dialog(qapp: QApplication) -> None:
    dialog = QDialog()

    async def main() -> None:
        asking = asyncio.ensure_future(ask(dialog))
        await asyncio.sleep(0.01)
        assert dialog.isVisible()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not dialog.isVisible()

    run(main(), qapp)


@pytest.mark.parametrize("way", ["later", "now", "with its parent"])
def test_a_deleted_dialog_was_rejected(qapp: QApplication, way: str) -> None:
    parent = QWidget()
    dialog = QDialog(parent)
    delete = {
        "later": dialog.deleteLater,
        "now": lambda: shiboken6.delete(dialog),
        "with its parent": lambda: shiboken6.delete(parent),
    }[way]

    async def main() -> int:
        soon(delete)
        async with asyncio.timeout(5):
            return await ask(dialog)

    assert run(main(), qapp) == QDialog.DialogCode.Rejected.value


def test_a_dialog_can_be_asked_twice(qapp: QApplication) -> None:
    dialog = QDialog()

    async def main() -> list[int]:
        answers: list[int] = []
        for code in (1, 0):
            soon(partial(dialog.done, code))
            answers.append(await ask(dialog))
        return answers

    assert run(main(), qapp) == [1, 0]
