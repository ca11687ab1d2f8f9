"""Flatten all: never disabled, never one step, from wherever it is asked for; pause and resume."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Brake, ExecutionState, Flattened
from justtrades_desktop.domain.links import LinkMode
from justtrades_desktop.domain.orders import Verdict, Wish
from justtrades_desktop.ui import flatten as flattening
from justtrades_desktop.ui.dialogs.recorder import RecorderDialog
from justtrades_desktop.ui.execution_news import ExecutionNews, gathered, with_signals
from justtrades_desktop.ui.flatten import KEY, FlattenButton, FlattenQuestion
from justtrades_desktop.ui.mode import brakes_said, mode_of
from justtrades_desktop.ui.notices import Notice
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.tray import Tray
from tests.fakes.brokerage import FakeBrokerage, up
from tests.fakes.executions import (
    DEMO,
    LIVE,
    PAPER,
    FakeExecutions,
    account_state,
    decision,
    link_of,
)
from tests.ui.conftest import OnStage
from tests.ui.program import Program, perform
from tests.ui.stage import Stage, until

_LEFT = Qt.MouseButton.LeftButton
_CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def _button(stage: Stage, colours: Colours) -> tuple[FlattenButton, list[bool]]:
    button, asked = FlattenButton(colours), list[bool]()
    button.flatten_wanted.connect(lambda: asked.append(True))
    stage.show(button, 200, 40)
    return button, asked


# The button


def test_one_press_flattens_nothing_and_two_do(on_stage: OnStage[None], colours: Colours) -> None:
    async def play(stage: Stage) -> None:
        button, asked = _button(stage, colours)
        QTest.mouseClick(button, _LEFT)
        assert asked == []
        assert button.text() == "Press again to flatten"
        await asyncio.sleep(flattening._ONE_PRESS_SECONDS)
        QTest.mouseClick(button, _LEFT)
        assert asked == [True]
        assert button.text() == "Flatten all"
        await asyncio.sleep(0.1)
        assert asked == [True]

    on_stage(play)


def test_a_double_click_is_one_press(
    on_stage: OnStage[None], colours: Colours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flattening, "_ONE_PRESS_SECONDS", 60.0)  # however slow this machine is

    async def play(stage: Stage) -> None:
        button, asked = _button(stage, colours)
        QTest.mouseClick(button, _LEFT)
        QTest.mouseDClick(button, _LEFT)
        assert asked == []
        assert button.is_waiting

    on_stage(play)


def test_a_second_press_that_comes_too_late_is_a_first_one(
    on_stage: OnStage[None], colours: Colours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flattening, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(flattening, "_ONE_PRESS_SECONDS", 0.0)

    async def play(stage: Stage) -> None:
        button, asked = _button(stage, colours)
        QTest.mouseClick(button, _LEFT)
        await until(lambda: not button.is_waiting)
        assert button.text() == "Flatten all"
        QTest.mouseClick(button, _LEFT)
        assert asked == []

    on_stage(play)


def test_holding_it_for_a_second_flattens_once(
    on_stage: OnStage[None], colours: Colours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flattening, "HOLD_SECONDS", 0.2)

    async def play(stage: Stage) -> None:
        button, asked = _button(stage, colours)
        QTest.mousePress(button, _LEFT)
        assert button.text() == "Keep holding…"
        assert asked == []
        await until(lambda: bool(asked))
        QTest.mouseRelease(button, _LEFT)
        assert asked == [True]
        assert not button.is_waiting

    on_stage(play)


def test_letting_go_outside_is_no_press(on_stage: OnStage[None], colours: Colours) -> None:
    async def play(stage: Stage) -> None:
        button, asked = _button(stage, colours)
        QTest.mousePress(button, _LEFT)
        QTest.mouseMove(button, QPoint(900, 900))
        QTest.mouseRelease(button, _LEFT, pos=QPoint(900, 900))
        assert not button.is_waiting
        assert asked == []

    on_stage(play)


def test_the_keyboard_holds_it_too(
    on_stage: OnStage[None], colours: Colours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flattening, "HOLD_SECONDS", 0.05)

    async def play(stage: Stage) -> None:
        button, asked = _button(stage, colours)
        button.setFocus()
        QTest.keyPress(button, Qt.Key.Key_Space)
        await until(lambda: bool(asked))
        QTest.keyRelease(button, Qt.Key.Key_Space)
        assert asked == [True]

    on_stage(play)


# In the window


def test_without_a_broker_it_can_be_pressed_and_says_that_nothing_is_there(
    qapp: QApplication, tmp_path: Path
) -> None:
    async def play(program: Program) -> None:
        bar = program.window.top_bar
        assert bar.flatten_button.isEnabled()
        assert bar.flatten_button.isVisible()
        bar.flatten_button.flatten_wanted.emit()
        await program.until(lambda: "nothing to flatten" in bar.error_banner.text.text())
        bar.error_banner.close_button.click()
        program.window.safety.ask_to_flatten()
        assert "nothing to flatten" in bar.error_banner.text.text()

    perform(qapp, tmp_path, play)


def test_the_key_asks_and_the_key_again_flattens(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO, held=2),))

    async def play(program: Program) -> None:
        window = program.window
        await program.until(lambda: QApplication.activeWindow() is window)
        QTest.keySequence(window, QKeySequence(KEY))
        question = await program.dialog(FlattenQuestion)
        assert executions.named("flatten_all") == []
        assert question.no.isDefault()
        assert "DEMO Demo/DEMO1: contracts held: 2" in _text(question)
        question.activateWindow()
        QTest.keyClick(question, Qt.Key.Key_F, _CTRL_SHIFT)
        await program.until(lambda: bool(executions.named("flatten_all")))
        assert executions.named("flatten_all") == [(None,)]
        report = window.top_bar.flattening
        await program.until(report.isVisible)

    perform(qapp, tmp_path, play, executions=executions)


def test_saying_no_flattens_nothing(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        program.window.safety.ask_to_flatten()
        question = await program.dialog(FlattenQuestion)
        QTest.keyClick(question, Qt.Key.Key_Return)
        await program.until(lambda: not program.window.findChildren(FlattenQuestion))
        assert executions.named("flatten_all") == []

    perform(qapp, tmp_path, play, executions=executions)


def test_it_works_over_a_form_that_is_open(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        window = program.window
        window.commands.new_recorder()
        form = await program.dialog(RecorderDialog)
        form.activateWindow()
        QTest.keyClick(form, Qt.Key.Key_F, _CTRL_SHIFT)
        question = await program.dialog(FlattenQuestion)
        question.yes.click()
        await program.until(lambda: bool(executions.named("flatten_all")))
        assert form.isVisible()
        form.reject()
        await program.gone(form)

    perform(qapp, tmp_path, play, executions=executions)


def test_it_reports_account_by_account_until_it_is_dismissed(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions(accounts=(account_state(PAPER), account_state(DEMO)))

    async def play(program: Program) -> None:
        bar = program.window.top_bar
        report = bar.flattening
        assert not report.isVisible()
        bar.flatten_button.flatten_wanted.emit()
        await program.until(report.isVisible)
        assert report.lines == [
            "Paper/PAPER1: Cancelling working orders",
            "Demo/DEMO1: Cancelling working orders",
        ]
        assert not report.close_button.isEnabled()
        executions.flattened(PAPER)
        executions.flattened(DEMO, "The broker does not answer", flat=False)
        await program.until(report.close_button.isEnabled)
        assert "NOT all is flat" in report.title.text()
        assert report.lines[1] == "Demo/DEMO1: The broker does not answer"
        report.close_button.click()
        executions.tell()
        program.shell.bridge.tell()
        assert not report.isVisible()
        bar.flatten_button.flatten_wanted.emit()
        await program.until(report.isVisible)

    perform(qapp, tmp_path, play, executions=executions)


def test_what_the_broker_refuses_is_said(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO),))
    executions.refusal = UserError("The ledger cannot write", "Flatten at the broker itself.")

    async def play(program: Program) -> None:
        bar = program.window.top_bar
        bar.flatten_button.flatten_wanted.emit()
        await program.until(lambda: "at the broker itself" in bar.error_banner.text.text())
        assert bar.flatten_button.isEnabled()

    perform(qapp, tmp_path, play, executions=executions)


def test_the_tray_asks_in_the_window(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        program.window.close()
        assert not program.window.isVisible()
        program.shell.tray.flattening.trigger()
        question = await program.dialog(FlattenQuestion)
        assert program.window.isVisible()
        assert executions.named("flatten_all") == []
        question.yes.click()
        await program.until(lambda: bool(executions.named("flatten_all")))

    perform(qapp, tmp_path, play, executions=executions, tray=True)


def test_the_key_is_on_the_sheet(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        keys = dict(program.window.menus.keys()[::-1])
        assert keys[QKeySequence(KEY).toString()] == "Flatten all"

    perform(qapp, tmp_path, play)


# Pause and brakes


def test_entries_are_paused_and_resumed_from_each_place(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        bar, tray = program.window.top_bar, program.shell.tray
        assert not bar.brake_banner.isVisible()
        bar.pause_button.click()
        await program.until(bar.brake_banner.isVisible)
        assert bar.brake_banner.text.text().startswith("Entries are paused by hand.")
        assert bar.pause_button.text() == "Resume entries"
        assert tray.pausing.text() == "Resume entries"
        assert "Entries are paused" in tray.tooltip()
        bar.brake_banner.resume_button.click()
        await program.until(lambda: not bar.brake_banner.isVisible())
        tray.pausing.trigger()
        await program.until(bar.brake_banner.isVisible)
        tray.pausing.trigger()
        await program.until(lambda: not bar.brake_banner.isVisible())
        assert [call[0] for call in executions.calls] == ["pause", "resume"] * 2

    perform(qapp, tmp_path, play, executions=executions, tray=True)


def test_brakes_are_words_and_only_a_persons_own_can_be_resumed(
    qapp: QApplication, tmp_path: Path
) -> None:
    brake = Brake(said="The daily loss limit of 500 is reached.", key=DEMO)
    executions = FakeExecutions(accounts=(account_state(DEMO),), brakes=(brake,))

    async def play(program: Program) -> None:
        banner = program.window.top_bar.brake_banner
        assert banner.isVisible()
        assert banner.text.text() == (
            "Demo/DEMO1: The daily loss limit of 500 is reached. Exits still go out."
        )
        assert not banner.resume_button.isVisible()

    perform(qapp, tmp_path, play, executions=executions)


def test_a_pause_is_said_once() -> None:
    brake = Brake(said="Entries are paused", by_hand=True)
    said = brakes_said(ExecutionState(paused=True, brakes=(brake,)))
    assert said == "Entries are paused by hand. Exits still go out."


def test_each_brake_is_a_sentence_and_names_its_account_once() -> None:
    brakes = (
        Brake(said="The daily loss is reached", key=DEMO),
        Brake(said="Demo/DEMO1 has no market data: gone.", key=DEMO),
    )
    assert brakes_said(ExecutionState(brakes=brakes)) == (
        "Demo/DEMO1: The daily loss is reached. Demo/DEMO1 has no market data: gone. "
        "Exits still go out."
    )


def test_a_brake_that_only_time_takes_off_leaves_the_banner(
    qapp: QApplication, tmp_path: Path
) -> None:
    late = Brake(said="The program was up to 300 ms late.")
    executions = FakeExecutions(accounts=(account_state(PAPER),), brakes=(late,))

    async def play(program: Program) -> None:
        banner = program.window.top_bar.brake_banner
        assert banner.isVisible()
        executions.now = replace(executions.now, brakes=())  # and nobody tells
        await program.until(lambda: not banner.isVisible())

    perform(qapp, tmp_path, play, executions=executions)


# The mode


def test_the_mode_is_the_most_serious_that_orders_can_reach() -> None:
    live = account_state(LIVE)
    assert mode_of(ExecutionState(ready=True)).word == ""
    paper = ExecutionState(ready=True, accounts=(account_state(PAPER),))
    assert mode_of(paper).word == "PAPER"
    unarmed = ExecutionState(ready=True, accounts=(live,), links=(link_of(key=LIVE),))
    assert mode_of(unarmed).word == "LIVE, not armed"
    both = ExecutionState(ready=True, accounts=(live, account_state(DEMO)))
    assert mode_of(both).word == "DEMO"
    assert "LIVE not armed" in mode_of(both).said
    armed = ExecutionState(ready=True, accounts=(account_state(LIVE, armed=True),))
    assert mode_of(armed).word == "LIVE"
    assert "LIVE not armed" not in mode_of(armed).said


def test_the_mode_is_on_the_edge_the_top_bar_and_the_tray(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions(accounts=(account_state(PAPER), account_state(LIVE)))

    async def play(program: Program) -> None:
        window, tray = program.window, program.shell.tray
        colours = window.theme.colours
        assert window.top_bar.badge.text() == "PAPER"
        assert window.grab().toImage().pixelColor(1, 300) == colours.paper
        assert tray.tooltip().startswith("JustTrades: PAPER, listening")
        before = tray.icon.icon().pixmap(64, 64).toImage()
        thin = window.mode_edge.width
        await executions.arm(LIVE, "LIVE1")
        await program.until(lambda: window.top_bar.badge.text() == "LIVE")
        assert window.mode_edge.width > thin
        assert window.grab().toImage().pixelColor(1, 300) == colours.live
        assert tray.tooltip().startswith("JustTrades: LIVE, listening")
        assert tray.icon.icon().pixmap(64, 64).toImage() != before

    perform(qapp, tmp_path, play, executions=executions, brokerage=FakeBrokerage(up()), tray=True)


# News


def test_news_is_what_a_person_must_hear_of() -> None:
    news = ExecutionNews()
    parked = decision(5, verdict=Verdict.PARKED, reason="It is 95 s old")
    old = ExecutionState(ready=True, parked=(parked,))
    assert news.of(old) == ()  # it was there when the program started
    doubt = decision(6, verdict=Verdict.PERSON, came="No answer for 30 s")
    failed = decision(7, verdict=Verdict.FAILED, came="Rejected: margin")
    fine = decision(8, verdict=Verdict.DONE)
    new = decision(9, verdict=Verdict.PARKED, reason="It is 31 s old")
    state = ExecutionState(
        ready=True,
        parked=(new, parked),
        decisions=(fine, failed, doubt),
        brakes=(Brake(said="Too many orders", key=DEMO), Brake(said="Paused", by_hand=True)),
    )
    told = news.of(state)
    assert [notice.title for notice in told] == [
        "MNQZ6 Demo/DEMO1: an entry waits for you",
        "MNQZ6 Demo/DEMO1: an order failed",
        "MNQZ6 Demo/DEMO1: an order needs you",
        "Demo/DEMO1: entries are stopped",
    ]
    assert told[0].text == "It is 31 s old"
    assert all(notice.serious for notice in told)
    assert news.of(state) == []


def test_what_the_engine_has_to_say_is_told_with_its_own_words() -> None:
    news = ExecutionNews()
    news.of(ExecutionState(ready=True))
    known = {
        "wish": Wish.HOLD,
        "verdict": Verdict.PERSON,
        "link_id": None,
        "signal_id": None,
        "symbol": "",
        "contract": "",
    }
    word = decision(6, reason="Demo/DEMO1 is not flat after 30 s: 2 orders to cancel.", **known)
    other = decision(7, reason="Demo/DEMO1: the exit of MNQZ6 is refused: margin", **known)
    told = news.of(ExecutionState(ready=True, decisions=(other, word)))
    assert [(notice.title, notice.text) for notice in told] == [
        ("Demo/DEMO1: look at this", "the exit of MNQZ6 is refused: margin"),
        ("Demo/DEMO1: look at this", "Demo/DEMO1 is not flat after 30 s: 2 orders to cancel."),
    ]
    assert all(notice.serious for notice in told)


def test_a_failed_order_is_told_once_though_the_engine_says_it_as_well() -> None:
    news = ExecutionNews()
    news.of(ExecutionState(ready=True))
    failed = decision(6, verdict=Verdict.FAILED, came="nothing was traded.", reason="no margin")
    word = decision(
        7,
        wish=Wish.HOLD,
        verdict=Verdict.PERSON,
        link_id=None,
        signal_id=None,
        reason="Demo/DEMO1: nothing was traded. no margin",
    )
    (notice,) = news.of(ExecutionState(ready=True, decisions=(word, failed)))
    assert notice.title == "MNQZ6 Demo/DEMO1: an order failed"


def test_the_end_of_a_flatten_all_is_told_once() -> None:
    news = ExecutionNews()
    begun = ExecutionState(ready=True, flattening=(Flattened(key=DEMO, said="Closing"),))
    over = ExecutionState(
        ready=True, flattening=(Flattened(key=DEMO, said="Verified flat", over=True, flat=True),)
    )
    left = ExecutionState(ready=True, flattening=(Flattened(key=DEMO, said="Gave up", over=True),))
    assert news.of(begun) == ()
    assert [notice.title for notice in news.of(over)] == ["Flatten all is done: all is flat"]
    assert news.of(over) == []
    assert news.of(begun) == []
    (bad,) = news.of(left)
    assert bad.serious
    assert "NOT all is flat" in bad.title


def test_many_news_become_one_and_come_before_signals() -> None:
    one, two = Notice("A", "a", serious=True), Notice("B", "b")
    assert gathered([]) is None
    assert gathered([one]) == one
    both = gathered([one, two])
    assert both == Notice("2 messages about orders", "A\nB", serious=True)
    assert with_signals(both, Notice("3 signals", "x")) == Notice(
        "2 messages about orders", "A\nB\n3 signals", serious=True
    )
    assert with_signals(None, two) == two


def test_the_tray_tells_of_a_parked_entry(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Notice] = []
    monkeypatch.setattr(Tray, "tell", lambda _tray, notice: told.append(notice))
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        executions.tell(parked=(decision(5, verdict=Verdict.PARKED, reason="It is 95 s old"),))
        await program.until(lambda: bool(told))
        (notice,) = told
        assert notice.title == "MNQZ6 Demo/DEMO1: an entry waits for you"

    perform(qapp, tmp_path, play, executions=executions, tray=True)


def test_links_are_counted_beside_the_mode() -> None:
    links = (link_of(1), link_of(2, mode=LinkMode.SHADOW))
    state = ExecutionState(ready=True, accounts=(account_state(DEMO),), links=links)
    assert mode_of(state).said == "links armed: 1 of 2"
    waiting = ExecutionState(accounts=(account_state(DEMO),), links=links)
    assert "orders wait" in mode_of(waiting).said


def _text(question: FlattenQuestion) -> str:
    return "\n".join(label.text() for label in question.findChildren(QLabel))
