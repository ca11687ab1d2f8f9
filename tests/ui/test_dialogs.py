"""The dialogs: what they do, and what they say when it cannot be done."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.signals import Opposite
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.dialogs.by_hand import ByHandDialog
from justtrades_desktop.ui.dialogs.recorder import RecorderDialog
from justtrades_desktop.ui.dialogs.tick_value import TickValueDialog
from justtrades_desktop.ui.dialogs.trial import TrialDialog, answer_in_words
from tests.ui.program import Program, perform


def test_every_setting_of_a_recorder_is_kept(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        program.window.commands.new_recorder()
        form = await program.dialog(RecorderDialog)
        form.name.setText("Trend")
        form.quantity.setValue(3)
        form.multiplier.setValue(2)
        form.symbol.setText("cme_mini:mnq1!")
        form.opposite.setCurrentIndex(2)
        form.follow.setChecked(False)
        form.do_button.click()
        await program.gone(form)
        recorder = program.running.desk.recorder_named("Trend")
        assert (recorder.quantity, recorder.multiplier) == (3, 2)
        assert recorder.symbol == "MNQ1!"
        assert recorder.opposite is Opposite.REVERSE
        assert not recorder.follow_position
        program.window.recorders.edit_wanted.emit(recorder.id)
        form = await program.dialog(RecorderDialog)
        assert form.symbol.text() == "MNQ1!"
        assert form.opposite.currentData() == Opposite.REVERSE
        form.symbol.clear()
        form.do_button.click()
        await program.gone(form)
        assert program.running.desk.book.recorders[recorder.id].symbol is None

    perform(qapp, tmp_path, play)


def test_a_refusal_is_said_in_the_dialog(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def play(program: Program) -> None:
        program.window.commands.new_recorder()
        form = await program.dialog(RecorderDialog)
        form.do_button.click()
        await program.until(lambda: "needs a name" in form.problem.text())
        monkeypatch.setattr(Desk, "add_recorder", _full)
        form.name.setText("Trend")
        form.do_button.click()
        await program.until(lambda: "disk is full" in form.problem.text())
        assert "Nothing was changed" in form.problem.text()
        assert form.isVisible()
        form.reject()
        await program.gone(form)

    perform(qapp, tmp_path, play)


def test_test_alerts_are_applied_one_after_the_other(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        await program.recorder(symbol="MNQ1!")
        program.price("MNQ1!", "25600.25")
        await program.until(lambda: program.window.recorders.chosen is not None)
        program.window.commands.test_alert()
        dialog = await program.dialog(TrialDialog)
        assert '"price": "25600.25"' in dialog.text.toPlainText()
        for size in (1, 2):
            dialog.do_button.click()
            await program.until(partial(_says, dialog, f"MNQ1! is now long {size}"))
        dialog.text.setPlainText("good morning")
        dialog.do_button.click()
        await program.until(lambda: "cannot be read" in dialog.problem.text())
        dialog.reject()
        await program.gone(dialog)

    perform(qapp, tmp_path, play)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, '{"outcome": "ignored", "reason": "it is off"}', "changes nothing: it is off."),
        (200, '{"outcome": "duplicate"}', "A repeat"),
        (503, '{"error": "not stored: disk full"}', "nothing was stored: not stored: disk full"),
        (502, "<html>", "Answer 502: <html>"),
        (200, '{"outcome": "applied", "symbol": "MNQ1!", "position": 0}', "MNQ1! is now flat"),
    ],
)
def test_answers_in_words(status: int, body: str, words: str) -> None:
    assert words in answer_in_words(status, body)


def test_an_unreadable_alert_is_applied_by_hand(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        desk = program.running.desk
        recorder = await program.recorder()
        await program.send(recorder, "<b>short</b> two micros")
        line = (await desk.signals(limit=1))[0]
        program.window.signals.apply_by_hand_wanted.emit(line)
        dialog = await program.dialog(ByHandDialog)
        assert dialog.text.toPlainText() == "<b>short</b> two micros"
        dialog.do_button.click()
        await program.until(lambda: "instrument is missing" in dialog.problem.text())
        dialog.symbol.setText("MNQ1!")
        dialog.price.setText("many")
        dialog.do_button.click()
        await program.until(lambda: "positive number" in dialog.problem.text())
        dialog.action.setCurrentIndex(1)
        dialog.quantity.setValue(2)
        dialog.price.setText("25600.25")
        dialog.do_button.click()
        await program.gone(dialog)
        (position,) = desk.open_positions()
        assert (position.signed, position.last_price) == (-2, Decimal("25600.25"))

    perform(qapp, tmp_path, play)


def test_by_hand_says_when_nothing_changed(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        recorder = await program.recorder(symbol="MNQ1!")
        await program.send(recorder, "out")
        line = (await program.running.desk.signals(limit=1))[0]
        program.window.signals.apply_by_hand_wanted.emit(line)
        dialog = await program.dialog(ByHandDialog)
        assert dialog.symbol.text() == "MNQ1!"
        dialog.action.setCurrentIndex(3)
        assert not dialog.quantity.isEnabled()
        dialog.do_button.click()
        await program.until(lambda: "no open position" in dialog.problem.text())
        dialog.reject()
        await program.gone(dialog)

    perform(qapp, tmp_path, play)


def test_a_tick_value_turns_points_into_money(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        desk = program.running.desk
        recorder = await program.recorder()
        await program.alert(recorder, action="buy", ticker="ACME", contracts=1, price="10")
        program.price("ACME", "11")
        program.window.positions.tick_value_wanted.emit("ACME")
        dialog = await program.dialog(TickValueDialog)
        dialog.do_button.click()
        await program.until(lambda: "Both numbers" in dialog.problem.text())
        dialog.tick_size.setText("0.5")
        dialog.tick_value.setText("5")
        dialog.do_button.click()
        await program.gone(dialog)
        assert desk.open_positions()[0].point_value == 10
        await program.until(lambda: program.window.top_bar.result.text() == "▲ +10.00")

    perform(qapp, tmp_path, play)


def test_a_second_question_waits_for_no_one(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        program.window.commands.new_recorder()
        form = await program.dialog(RecorderDialog)
        program.window.commands.new_recorder()
        program.window.commands.show_keys()
        await program.until(lambda: len(program.window.findChildren(RecorderDialog)) == 1)
        assert form.windowModality() is Qt.WindowModality.WindowModal
        form.reject()
        await program.gone(form)

    perform(qapp, tmp_path, play)


def _says(dialog: TrialDialog, words: str) -> bool:
    return words in dialog.problem.text()


async def _full(_desk: Desk, _name: str, **_settings: object) -> None:
    raise NotStored("the disk is full")
