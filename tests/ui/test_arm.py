"""Arming a LIVE account: only by its exact name, typed by hand, and disarmed by one click."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QKeySequence, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.links import LinkMode
from justtrades_desktop.ui.dialogs.arm import ArmDialog, TypedLine
from justtrades_desktop.ui.views.accounts import AccountsView
from tests.fakes.brokerage import FakeBrokerage, account, up
from tests.fakes.executions import DEMO, LIVE, FakeExecutions, account_state, link_of
from tests.ui.conftest import OnStage
from tests.ui.program import Program, perform
from tests.ui.stage import Stage


def _live() -> FakeBrokerage:
    demo, live = up("Demo"), up("Live", Environment.LIVE)
    return FakeBrokerage(demo, replace(live, accounts=(account(1, "LIVE1"),)))


def _accounts(program: Program) -> AccountsView:
    view = program.window.accounts
    assert view is not None
    return view


@pytest.mark.parametrize("typed", ["", "LIVE", "live1", "LIVE1 ", " LIVE1", "LIVE11", "Live/LIVE1"])
def test_any_other_name_does_not_arm(qapp: QApplication, tmp_path: Path, typed: str) -> None:
    executions = FakeExecutions(accounts=(account_state(LIVE),))

    async def play(program: Program) -> None:
        program.window.safety.arm(LIVE)
        dialog = await program.dialog(ArmDialog)
        QTest.keyClicks(dialog.typed, typed)
        assert not dialog.do_button.isEnabled()
        QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
        dialog.do_button.click()
        assert not await dialog.carry_out()
        assert executions.named("arm") == []
        assert dialog.isVisible()
        dialog.reject()
        await program.gone(dialog)

    perform(qapp, tmp_path, play, executions=executions)


def test_the_exact_name_arms_once(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(LIVE),))

    async def play(program: Program) -> None:
        recorder = await program.recorder("Trend")
        executions.tell(links=(link_of(1, recorder.id, LIVE), link_of(2, recorder.id, DEMO)))
        await program.until(lambda: program.window.order_desk.link(1) is not None)
        program.window.safety.arm(LIVE)
        dialog = await program.dialog(ArmDialog)
        words = dialog._said(["Trend"])
        assert "after every start it is disarmed again" in words
        assert "Armed links on it: Trend." in words
        QTest.keyClicks(dialog.typed, "LIVE1")
        QTest.keyClick(dialog.typed, Qt.Key.Key_Return)
        await program.gone(dialog)
        assert executions.named("arm") == [(LIVE, "LIVE1")]
        await program.until(lambda: program.window.top_bar.badge.text() == "LIVE")
        await program.until(lambda: not program.window.findChildren(ArmDialog))

    perform(qapp, tmp_path, play, executions=executions)


def test_what_cannot_be_armed_says_why_and_can_be_tried_again(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions(accounts=(account_state(LIVE),))
    executions.refusal = UserError("The account is read-only", "Nothing was armed.")

    async def play(program: Program) -> None:
        program.window.safety.arm(LIVE)
        dialog = await program.dialog(ArmDialog)
        QTest.keyClicks(dialog.typed, "LIVE1")
        dialog.do_button.click()
        await program.until(lambda: "read-only" in dialog.problem.text())
        assert dialog.do_button.isEnabled()
        dialog.reject()
        await program.gone(dialog)

    perform(qapp, tmp_path, play, executions=executions)


def test_nothing_is_pasted_or_dropped(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        line = TypedLine()
        stage.show(line, 200, 30)
        clipboard = QApplication.clipboard()
        clipboard.setText("LIVE1")
        line.setFocus()
        for key in QKeySequence.keyBindings(QKeySequence.StandardKey.Paste):
            QTest.keySequence(line, key)
        centre = QPointF(line.rect().center())
        middle = Qt.MouseButton.MiddleButton
        none = Qt.KeyboardModifier.NoModifier
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            QApplication.sendEvent(
                line, QMouseEvent(kind, centre, line.mapToGlobal(centre), middle, middle, none)
            )
        data = QMimeData()
        data.setText("LIVE1")
        copying = Qt.DropAction.CopyAction
        left = Qt.MouseButton.LeftButton
        QApplication.sendEvent(line, QDropEvent(QPointF(QPoint(5, 5)), copying, data, left, none))
        assert line.text() == ""
        assert line.contextMenuPolicy() is Qt.ContextMenuPolicy.NoContextMenu
        QTest.keyClicks(line, "LIVE1")
        assert line.text() == "LIVE1"

    on_stage(play)


def test_the_chosen_account_is_armed_and_disarmed_with_one_click(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO), account_state(LIVE)))

    async def play(program: Program) -> None:
        program.window.show_accounts()
        view = _accounts(program)
        await program.until(lambda: len(view.accounts.rows) == 2)
        names = [row.account.name for row in view.accounts.rows]
        view.accounts_table.selectRow(names.index("DEMO1"))
        assert view.of_account.badge.text() == "DEMO"
        assert not view.of_account.switch.isVisible()
        view.accounts_table.selectRow(names.index("LIVE1"))
        assert "not armed" in view.of_account.said.text()
        assert view.of_account.switch.text() == "Arm…"
        view.of_account.switch.click()
        dialog = await program.dialog(ArmDialog)
        QTest.keyClicks(dialog.typed, "LIVE1")
        dialog.do_button.click()
        await program.gone(dialog)
        await program.until(lambda: view.of_account.switch.text() == "Disarm")
        assert "ARMED" in view.of_account.said.text()
        view.of_account.switch.click()
        await program.until(lambda: view.of_account.switch.text() == "Arm…")
        assert executions.named("disarm") == [(LIVE,)]
        assert program.window.top_bar.badge.text() == "DEMO"

    perform(qapp, tmp_path, play, executions=executions, brokerage=_live())


def test_an_armed_link_on_an_unarmed_account_is_named(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(LIVE),))

    async def play(program: Program) -> None:
        recorder = await program.recorder("Trend")
        executions.tell(links=(link_of(1, recorder.id, LIVE, mode=LinkMode.ARMED),))
        window = program.window
        parts = window.links.parts
        await program.until(lambda: recorder.id in parts and bool(parts[recorder.id].rows))
        row = parts[recorder.id].rows[1]
        assert row.trouble.text() == "The LIVE account is not armed: nothing is sent until it is."
        assert window.top_bar.badge.text() == "LIVE, not armed"
        await executions.arm(LIVE, "LIVE1")
        await program.until(lambda: not row.trouble.text())

    perform(qapp, tmp_path, play, executions=executions, brokerage=_live())
