"""The links panel: every link by its strategy, with its mode as a switch."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtWidgets import QApplication

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.links import DEFAULTS, LinkMode
from justtrades_desktop.domain.orders import Held
from justtrades_desktop.ui.dialogs.link import LinkDialog
from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.link_summary import in_a_sentence
from justtrades_desktop.ui.views.links import StrategyPart
from tests.fakes.brokerage import MNQ, FakeBrokerage, up
from tests.fakes.executions import (
    DEMO,
    LIVE,
    PAPER,
    FakeExecutions,
    account_state,
    link_of,
    now_less,
)
from tests.ui.program import Program, perform

_HELD = Held(
    link_id=1, key=DEMO, contract_id=MNQ, contract="MNQZ6", symbol="MNQ1!", own=-2, at=now_less(5)
)


async def _part(program: Program, recorder_id: int) -> StrategyPart:
    parts = program.window.links.parts
    await program.until(lambda: recorder_id in parts)
    return parts[recorder_id]


def test_links_stand_by_their_strategy(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO), account_state(PAPER)))

    async def play(program: Program) -> None:
        trend = await program.recorder("Trend <b>")
        fade = await program.recorder("Fade")
        settings = replace(
            DEFAULTS, own_exits=True, stop=Level(Unit.TICKS, Decimal(60)), max_contracts=4
        )
        links = (
            link_of(3, fade.id, LIVE),
            link_of(2, trend.id, PAPER, mode=LinkMode.SHADOW),
            link_of(1, trend.id, DEMO, settings=settings),
        )
        executions.tell(links=links, held=(_HELD,))
        part = await _part(program, trend.id)
        await program.until(lambda: len(part.rows) == 2)
        assert part.name.text() == "Trend <b>"
        demo, paper = part.rows[1], part.rows[2]
        assert (demo.badge.text(), demo.account.text()) == ("DEMO", "Demo/DEMO1")
        assert demo.switch.mode is LinkMode.ARMED
        assert demo.holds.text() == "short 2 MNQZ6"
        assert "at a loss of 60 ticks" in demo.told.text()
        assert "at most 4 contracts" in demo.told.text()
        assert paper.switch.mode is LinkMode.SHADOW
        assert paper.holds.text() == "holds nothing"
        assert "no exit at the broker" in paper.wrong.text()
        other = await _part(program, fade.id)
        assert other.rows[3].trouble.text() == "The account is not connected: nothing is sent."

    perform(qapp, tmp_path, play, executions=executions)


def test_a_strategy_without_a_link_and_a_window_without_accounts_say_so(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions()

    async def play(program: Program) -> None:
        window = program.window
        assert "name a recorder" in window.links.hint.text()
        recorder = await program.recorder()
        part = await _part(program, recorder.id)
        window.show_links(recorder.id)
        assert part.none.isVisible()
        assert "No account is connected yet" in window.links.hint.text()
        part.add_button.click()
        banner = window.top_bar.error_banner
        await program.until(lambda: "No account is connected" in banner.text.text())
        executions.tell(accounts=(account_state(DEMO),), links=(link_of(1, recorder.id),))
        await program.until(lambda: not part.none.isVisible())
        assert "without sending it" in window.links.hint.text()

    perform(qapp, tmp_path, play, executions=executions)


def test_the_switch_moves_only_once_it_has_happened(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        recorder = await program.recorder("Trend")
        executions.tell(links=(link_of(1, recorder.id, mode=LinkMode.SHADOW),))
        part = await _part(program, recorder.id)
        await program.until(lambda: 1 in part.rows)
        switch = part.rows[1].switch
        switch.buttons[LinkMode.ARMED].click()
        question = await program.dialog(Question)
        assert switch.buttons[LinkMode.SHADOW].isChecked()
        question.no.click()
        await program.gone(question)
        assert switch.mode is LinkMode.SHADOW
        switch.buttons[LinkMode.OFF].click()
        await program.until(lambda: switch.mode is LinkMode.OFF)
        assert switch.buttons[LinkMode.OFF].isChecked()
        assert switch.buttons[LinkMode.OFF].accessibleName() == (
            "Mode of Trend, Demo/DEMO1: Off, chosen"
        )
        executions.refusal = UserError("The account is gone")
        switch.buttons[LinkMode.SHADOW].click()
        banner = program.window.top_bar.error_banner
        await program.until(lambda: "The account is gone" in banner.text.text())
        assert switch.buttons[LinkMode.OFF].isChecked()

    perform(qapp, tmp_path, play, executions=executions)


def test_leaving_armed_with_a_position_asks(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        recorder = await program.recorder("Trend")
        executions.tell(links=(link_of(1, recorder.id),), held=(_HELD,))
        part = await _part(program, recorder.id)
        await program.until(lambda: 1 in part.rows)
        part.rows[1].switch.buttons[LinkMode.OFF].click()
        question = await program.dialog(Question)
        assert "while it holds a position" in question.windowTitle()
        question.no.click()
        await program.gone(question)
        assert executions.named("change_link") == []

    perform(qapp, tmp_path, play, executions=executions)


def test_a_link_is_removed_after_asking(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        recorder = await program.recorder("Trend")
        executions.tell(links=(link_of(1, recorder.id),))
        part = await _part(program, recorder.id)
        await program.until(lambda: 1 in part.rows)
        part.rows[1].remove.click()
        question = await program.dialog(Question)
        assert question.windowTitle() == "Remove “Trend” from Demo/DEMO1?"
        question.yes.click()
        await program.gone(question)
        await program.until(lambda: not part.rows)
        assert part.none.text().startswith("On no account")

    perform(qapp, tmp_path, play, executions=executions)


def test_an_account_is_offered_once_for_a_strategy(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(PAPER), account_state(DEMO)))

    async def play(program: Program) -> None:
        recorder = await program.recorder("Trend")
        executions.tell(links=(link_of(1, recorder.id, PAPER),))
        await program.until(lambda: program.window.order_desk.link(1) is not None)
        program.window.link_commands.add(recorder.id)
        dialog = await program.dialog(LinkDialog)
        offered = [dialog.account.itemText(at) for at in range(dialog.account.count())]
        assert offered == ["DEMO  Demo/DEMO1"]
        dialog.reject()
        await program.gone(dialog)

    perform(qapp, tmp_path, play, executions=executions)


def test_a_recorder_leads_to_its_accounts(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        window = program.window
        await program.recorder("Trend")
        await program.until(lambda: window.recorders.chosen is not None)
        window.recorders.accounts_button.click()
        assert window.work.currentWidget() is window.links

    perform(qapp, tmp_path, play, executions=executions, brokerage=FakeBrokerage(up()))


def test_without_brokers_there_is_no_page_of_links(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        window = program.window
        assert not window.work.isTabVisible(window.work.indexOf(window.links))
        assert window.top_bar.badge.text() == ""
        assert window.mode_edge.width == 0
        assert not window.top_bar.pause_button.isVisible()
        assert window.top_bar.flatten_button.isEnabled()

    perform(qapp, tmp_path, play)


def test_the_summary_names_what_is_not_as_at_the_start() -> None:
    assert in_a_sentence(DEFAULTS) == (
        "An entry is as large as the signal's position. The recorder's exits rest at the broker."
    )
    assert in_a_sentence(replace(DEFAULTS, adds=False)).endswith(
        "Adds are not taken: the link stays with its entry."
    )
    assert len(in_a_sentence(replace(DEFAULTS, contract="M" * 400))) <= 321
