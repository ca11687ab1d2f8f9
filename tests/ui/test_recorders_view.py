"""The recorders panel: what it shows, and what its buttons do to the chosen recorder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.dialogs.recorder import RecorderDialog
from tests.ui.program import Program, perform


def test_shows_what_each_recorder_holds(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        view = program.window.recorders
        QAbstractItemModelTester(
            view.model, QAbstractItemModelTester.FailureReportingMode.Fatal, view
        )
        trend = await program.recorder("Trend")
        fade = await program.recorder("Fade")
        await program.alert(trend, action="sell", ticker="MNQ1!", contracts=2, price="25600")
        await program.until(lambda: view.model.rows[0].in_words == "short 2 MNQ1!")
        spoken = view.model.at(fade.id).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == "Fade, flat"
        await program.alert(trend, action="close", ticker="MNQ1!", price="25600")
        await program.until(lambda: view.model.rows[0].in_words == "flat")

    perform(qapp, tmp_path, play)


def test_copies_the_whole_webhook_address(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        view = program.window.recorders
        recorder = await program.recorder()
        await program.until(lambda: view.chosen is not None)
        view.copy_button.click()
        clipboard = qapp.clipboard()
        assert clipboard.text() == f"{program.running.url}/webhook/{recorder.token}"
        program.window.connect_page.public.setText("alerts.example.com/")
        view.copy_button.click()
        assert clipboard.text() == f"https://alerts.example.com/webhook/{recorder.token}"

    perform(qapp, tmp_path, play)


def test_switches_off_and_on(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        view, desk = program.window.recorders, program.running.desk
        recorder = await program.recorder()
        await program.until(lambda: view.chosen is not None)
        view.switch_button.click()
        await program.until(lambda: not desk.book.recorders[recorder.id].enabled)
        await program.until(lambda: view.switch_button.text() == "Switch on")
        view.switch_button.click()
        await program.until(lambda: desk.book.recorders[recorder.id].enabled)

    perform(qapp, tmp_path, play)


def test_switching_off_with_an_open_position_asks(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        desk = program.running.desk
        recorder = await program.recorder()
        await program.alert(recorder, action="buy", ticker="MNQ1!", price="25600")
        await program.until(lambda: program.window.recorders.chosen is not None)
        program.window.recorders.switch_button.click()
        question = await program.dialog(Question)
        question.reject()
        await program.gone(question)
        assert desk.book.recorders[recorder.id].enabled

    perform(qapp, tmp_path, play)


def test_a_new_address_is_made_only_after_asking(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        view, desk = program.window.recorders, program.running.desk
        recorder = await program.recorder()
        await program.until(lambda: view.chosen is not None)
        view.rotate_button.click()
        question = await program.dialog(Question)
        question.no.click()
        await program.gone(question)
        assert desk.book.recorders[recorder.id].token == recorder.token
        view.rotate_button.click()
        (await program.dialog(Question)).yes.click()
        await program.until(lambda: desk.book.recorders[recorder.id].token != recorder.token)
        view.copy_button.click()
        assert desk.book.recorders[recorder.id].token in qapp.clipboard().text()

    perform(qapp, tmp_path, play)


def test_a_new_recorder_leads_to_its_connection(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        window = program.window
        await program.recorder("First")
        await program.until(lambda: window.recorders.chosen is not None)
        window.recorders.new_button.click()
        form = await program.dialog(RecorderDialog)
        form.name.setText("Second")
        form.do_button.click()
        await program.until(lambda: window.pages.currentWidget() is window.connect_page)
        assert "Second" in window.connect_page.title.text()
        chosen = window.recorders.chosen
        assert chosen is not None
        assert chosen.name == "Second"

    perform(qapp, tmp_path, play)
