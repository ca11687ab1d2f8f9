"""The main window: pages, keys, themes, layout, trouble, and the ways out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from justtrades_desktop.domain.events import LedgerFailed, LedgerRecovered
from justtrades_desktop.ui.dialogs.plain import KeySheet, Question
from justtrades_desktop.ui.dialogs.recorder import RecorderDialog
from justtrades_desktop.ui.memory import Look
from justtrades_desktop.ui.notices import Notice
from justtrades_desktop.ui.theme import dark_colours, light_colours
from justtrades_desktop.ui.tray import Tray
from tests.ui.program import Program, perform


def test_first_start_greets_and_a_recorder_opens_the_tables(
    qapp: QApplication, tmp_path: Path
) -> None:
    async def play(program: Program) -> None:
        window = program.window
        assert window.pages.currentWidget() is window.welcome
        assert not window.recorders_dock.isVisible()
        assert not window.charts_dock.isVisible()
        await program.recorder()
        await program.until(lambda: window.pages.currentWidget() is window.work)
        assert window.recorders_dock.isVisible()
        assert window.charts_dock.isVisible()

    perform(qapp, tmp_path, play)


def test_panels_by_key(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        window = program.window
        await program.recorder()
        await program.until(lambda: window.work.isVisible())
        _press(window, "Ctrl+2")
        assert window.work.currentWidget() is window.journal
        _press(window, "Ctrl+3")
        assert window.work.currentWidget() is window.signals
        _press(window, "Ctrl+1")
        assert window.work.currentWidget() is window.positions
        window.recorders_dock.hide()
        _press(window, "Ctrl+4")
        assert window.recorders_dock.isVisible()
        assert window.recorders.list.hasFocus() or not window.isActiveWindow()
        window.charts_dock.hide()
        _press(window, "Ctrl+5")
        assert window.charts_dock.isVisible()

    perform(qapp, tmp_path, play)


def test_the_sheet_lists_every_key(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        program.window.commands.show_keys()
        sheet = await program.dialog(KeySheet)
        listed = {label.text() for label in sheet.findChildren(QLabel)}
        panels = {f"Ctrl+{number}" for number in range(1, 6)}
        assert {"Ctrl+N", "Ctrl+T", "F1"} | panels <= listed
        sheet.reject()
        await program.gone(sheet)

    perform(qapp, tmp_path, play)


def test_the_theme_changes_at_once_and_is_remembered(qapp: QApplication, tmp_path: Path) -> None:
    async def choose(program: Program) -> None:
        assert program.window.theme.colours == dark_colours()
        program.window.look_chosen.emit(Look.LIGHT)
        assert program.window.theme.colours == light_colours()
        assert program.shell.memory.look is Look.LIGHT
        program.window.look_chosen.emit(Look.SYSTEM)

    perform(qapp, tmp_path, choose)


def test_the_layout_is_remembered_and_reset(qapp: QApplication, tmp_path: Path) -> None:
    async def hide(program: Program) -> None:
        await program.recorder()
        await program.until(lambda: program.window.charts_dock.isVisible())
        program.window.charts_dock.hide()

    async def find(program: Program) -> None:
        window = program.window
        assert window.recorders_dock.isVisible()
        assert not window.charts_dock.isVisible()
        window.commands.connect_alerts()
        window.show_work()
        assert not window.charts_dock.isVisible()
        window.reset_layout()
        assert window.charts_dock.isVisible()

    perform(qapp, tmp_path, hide)
    perform(qapp, tmp_path, find)


def test_a_ledger_that_fails_is_red_until_it_recovers(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        bus, banner = program.running.desk.bus, program.window.top_bar.ledger_banner
        bus.publish(LedgerFailed("the disk is full"))
        await program.until(banner.isVisible)
        assert "the disk is full" in banner.text.text()
        assert "503" in banner.text.text()
        assert "trouble" in program.shell.tray.tooltip()
        bus.publish(LedgerRecovered())
        await program.until(lambda: not banner.isVisible())
        assert "listening" in program.shell.tray.tooltip()

    perform(qapp, tmp_path, play)


def test_a_bug_is_shown_and_dismissed(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        banner = program.window.top_bar.error_banner
        program.shell.report(ValueError("<b>no</b>"), "flatten")
        assert banner.isVisible()
        assert "<b>no</b>" in banner.text.text()
        assert banner.text.textFormat() is Qt.TextFormat.PlainText
        banner.close_button.click()
        assert not banner.isVisible()

    perform(qapp, tmp_path, play)


def test_the_open_result_is_added_up(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        bar = program.window.top_bar
        recorder = await program.recorder()
        await program.alert(recorder, action="buy", ticker="MNQ1!", contracts=2, price="25600")
        await program.alert(recorder, action="sell", ticker="MES1!", contracts=1, price="6950")
        program.price("MNQ1!", "25601")
        program.price("MES1!", "6950.5")
        await program.until(lambda: bar.result.text() == "▲ +1.50")
        await program.alert(recorder, action="buy", ticker="ACME", contracts=1, price="3")
        await program.until(lambda: "tick value" in bar.result.toolTip())
        assert bar.result.text() == "▲ +1.50"

    perform(qapp, tmp_path, play)


def test_closing_hides_to_the_tray_and_says_so_once(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Notice] = []
    monkeypatch.setattr(Tray, "tell", lambda _tray, notice: told.append(notice))

    async def play(program: Program) -> None:
        for _ in range(2):
            program.window.close()
            assert not program.window.isVisible()
            program.shell.show()
            assert program.window.isVisible()
        assert ["tray" in notice.title for notice in told] == [True]
        assert not program.stop.is_set()

    perform(qapp, tmp_path, play, tray=True)


def test_without_a_tray_closing_quits(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        program.window.close()
        await program.until(program.stop.is_set)

    perform(qapp, tmp_path, play)


def test_quitting_with_an_open_position_asks(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        recorder = await program.recorder()
        await program.alert(recorder, action="buy", ticker="MNQ1!", price="25600")
        program.window.commands.quit()
        question = await program.dialog(Question)
        assert question.no.isDefault()
        question.no.click()
        await program.gone(question)
        assert not program.stop.is_set()
        program.window.commands.quit()
        (await program.dialog(Question)).yes.click()
        await program.until(program.stop.is_set)

    perform(qapp, tmp_path, play)


def test_the_demo_is_a_process_of_its_own(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []

    def start(_program: str, arguments: list[str]) -> bool:
        started.append(arguments)
        return len(started) == 1

    monkeypatch.setattr(QProcess, "startDetached", start)

    async def play(program: Program) -> None:
        program.window.welcome.demo_button.click()
        assert started == [["-m", "justtrades_desktop", "--demo", "--port", "0"]]
        assert not program.window.top_bar.error_banner.isVisible()
        program.window.commands.start_demo()
        assert program.window.top_bar.error_banner.isVisible()

    perform(qapp, tmp_path, play)


def test_everything_that_takes_the_keyboard_has_a_name(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        recorder = await program.recorder()
        await program.alert(recorder, action="buy", ticker="MNQ1!", price="25600")
        window = program.window
        await program.until(lambda: window.work.isVisible())
        nameless = _nameless(window)
        window.work.setCurrentWidget(window.signals)
        nameless += _nameless(window)
        window.commands.connect_alerts()
        nameless += _nameless(window)
        window.commands.new_recorder()
        await program.dialog(RecorderDialog)
        nameless += _nameless(window)
        assert nameless == []

    perform(qapp, tmp_path, play)


def test_the_keyboard_walks_in_reading_order(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        window = program.window
        await program.recorder()
        await program.until(lambda: window.work.isVisible())
        view = window.recorders
        walked = list(_focus_chain(window.top_bar.copy_button))
        order = [
            walked.index(widget)
            for widget in (
                window.top_bar.copy_button,
                view.new_button,
                view.list,
                view.copy_button,
                view.connect_button,
                view.test_button,
                view.edit_button,
                view.switch_button,
                view.rotate_button,
                window.positions,
                window.charts,
            )
        ]
        assert order == sorted(order)

    perform(qapp, tmp_path, play)


def test_ends_with_a_dialog_open(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        program.window.commands.new_recorder()
        await program.dialog(RecorderDialog)

    perform(qapp, tmp_path, play)


def _focus_chain(first: QWidget) -> Iterator[QWidget]:
    widget: QWidget | None = first
    while widget is not None:
        yield widget
        widget = widget.nextInFocusChain()
        if widget is first:
            return


def _nameless(window: QWidget) -> list[str]:
    """Widgets of ours that take the keyboard and have neither a name nor a text of their own."""
    found = []
    for widget in window.findChildren(QWidget):
        inner = widget.objectName().startswith("qt_") or not widget.parent()
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        if inner or not takes or not widget.isVisible() or widget.accessibleName():
            continue
        if not _inside_named(widget):
            found.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return found


def _inside_named(widget: QWidget) -> bool:
    # The parts of a composed Qt widget, such as a spin box's editor, speak through it.
    parent = widget.parentWidget()
    text = getattr(widget, "text", None)
    if callable(text) and text():
        return True
    return parent is not None and bool(parent.accessibleName())


def _press(window: QWidget, keys: str) -> None:
    QTest.keySequence(window, QKeySequence(keys))
