"""The form of a link: every setting can be edited, is explained, and contradictions are shown."""

from __future__ import annotations

import asyncio
from dataclasses import fields, replace
from datetime import time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox, QWidget

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import DryRun
from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.link_words import sentences
from justtrades_desktop.domain.links import (
    DEFAULTS,
    AccountLimits,
    AtLimit,
    Direction,
    EntryKind,
    LimitEnd,
    LinkMode,
    LinkSettings,
    OtherWay,
    Outside,
    SameWay,
    Target,
    Window,
)
from justtrades_desktop.domain.orders import Verdict, Wish
from justtrades_desktop.ui.dialogs.limits import LimitsDialog
from justtrades_desktop.ui.dialogs.link import LinkDialog
from justtrades_desktop.ui.dialogs.link_fields import Choice, Distance, MaybeNumber, Switch
from justtrades_desktop.ui.dialogs.link_form import LinkForm
from justtrades_desktop.ui.dialogs.link_rows import Ladder, StepRow, WindowRow, Windows
from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.theme import Colours
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

_TICKS = Level(Unit.TICKS, Decimal(40))
_MONEY = Level(Unit.MONEY, Decimal("12.5"))
_NIGHT = Window(frozenset((0, 6)), time(18), time(2, 30, 15), "Asia/Tokyo", by_session=True)
_SAMPLES: dict[str, tuple[Any, ...]] = {
    "initial": (0, 3),
    "add": (0, 2),
    "multiplier": (0, 5),
    "max_contracts": (0, 12),
    "own_exits": (True,),
    "targets": (
        (Target(_TICKS, Decimal(50)), Target(_MONEY, Decimal(2), percent=False)),
        (Target(Level(Unit.ALERT), Decimal(100)),),
    ),
    "stop": (_TICKS, _MONEY, Level(Unit.ALERT), Level(Unit.PERCENT, Decimal("0.25"))),
    "trail": (_TICKS, _MONEY, Level(Unit.POINTS, Decimal(10))),
    "trail_after": (_TICKS, Level(Unit.TICKS, Decimal(0))),
    "trail_step": (_TICKS, _MONEY),
    "break_even": (_TICKS, _MONEY),
    "break_even_offset": (_TICKS, Level(Unit.MONEY, Decimal(0))),
    "adds": (False,),
    "add_every": (3,),
    "add_apart_ticks": (8,),
    "adds_most": (0, 4),
    "direction": (Direction.LONG, Direction.SHORT, Direction.INVERSE),
    "same_way": (SameWay.IGNORE,),
    "other_way": (OtherWay.CLOSE, OtherWay.IGNORE),
    "windows": ((Window(frozenset(range(5)), time(9, 30), time(16)), _NIGHT),),
    "outside": (Outside.FLAT,),
    "flat_at_session_end": (True,),
    "stale_seconds": (0, 90),
    "cooldown_seconds": (120,),
    "trades_most": (0, 6),
    "daily_loss": (Decimal("500.50"), Decimal(0)),
    "daily_loss_does": (AtLimit.STOP, AtLimit.FLATTEN),
    "daily_profit": (Decimal(1000),),
    "daily_profit_does": (AtLimit.FLATTEN, AtLimit.BOTH),
    "contract": ("MNQZ6",),
    "slippage_ticks": (0, 4),
    "entry": (EntryKind.LIMIT,),
    "limit_ticks": (2,),
    "limit_seconds": (5,),
    "limit_end": (LimitEnd.MARKET,),
    "expiry_days": (0, 4),
}
_ALL = [(name, value) for name, values in _SAMPLES.items() for value in values]


# Every field


def test_there_is_a_sample_of_every_setting_and_of_each_choice() -> None:
    assert set(_SAMPLES) == {field.name for field in fields(LinkSettings)}
    for name, samples in _SAMPLES.items():
        default = getattr(DEFAULTS, name)
        assert default not in samples, name
        if isinstance(default, StrEnum):
            assert {default, *samples} == set(type(default)), name


def test_every_setting_has_an_editor_and_a_sentence(
    on_stage: OnStage[None], colours: Colours
) -> None:
    async def play(stage: Stage) -> None:
        form = LinkForm(colours)
        stage.show(form)
        names = {field.name for field in fields(LinkSettings)}
        assert set(form.editors) == names
        said = sentences(DEFAULTS)
        form.tell(said)
        for name in names:
            form.reveal(name)
            assert form.editors[name].isVisible(), name
            assert form.told[name].text() == said[name], name

    on_stage(play)


def test_every_setting_survives_the_form(on_stage: OnStage[None], colours: Colours) -> None:
    async def play(stage: Stage) -> None:
        form = LinkForm(colours)
        stage.show(form)
        lost = []
        for name, value in _ALL:
            wanted = replace(DEFAULTS, **{name: value})
            form.fill(wanted)
            if form.settings != wanted:
                lost.append((name, value))
            form.fill(DEFAULTS)
            if form.settings != DEFAULTS:
                lost.append((name, getattr(DEFAULTS, name)))
        assert lost == []

    on_stage(play)


def test_what_a_person_does_to_a_field_changes_that_setting_alone(
    on_stage: OnStage[None], colours: Colours
) -> None:
    async def play(stage: Stage) -> None:
        form = LinkForm(colours)
        stage.show(form)
        told: list[bool] = []
        form.changed.connect(lambda: told.append(True))
        for name in _SAMPLES:
            form.fill(replace(DEFAULTS, own_exits=True))
            before = form.settings
            told.clear()
            _touch(form.editors[name])
            after = form.settings
            changed = [
                field.name
                for field in fields(after)
                if getattr(after, field.name) != getattr(before, field.name)
            ]
            assert changed == [name]
            assert told, name

    on_stage(play)


def _touch(editor: QWidget) -> None:
    match editor:
        case Switch():
            editor.box.click()
        case Choice():
            editor.box.setCurrentIndex((editor.box.currentIndex() + 1) % editor.box.count())
        case Distance():
            editor.field.number.setText("7")
        case MaybeNumber():
            editor.line.setText("7")
        case Ladder() | Windows():
            editor.add_button.click()
        case _:
            inside = editor.focusProxy()
            if isinstance(inside, QSpinBox):
                inside.setValue(inside.value() + 3)
            else:
                assert isinstance(inside, QLineEdit)
                inside.setText("MNQZ6")


def test_nothing_is_not_nought(on_stage: OnStage[None], colours: Colours) -> None:
    async def play(stage: Stage) -> None:
        form = LinkForm(colours)
        stage.show(form)
        first = cast(MaybeNumber, form.editors["initial"])
        first.line.setText("0")
        assert form.settings.initial == 0
        first.line.clear()
        assert form.settings.initial is None
        for wrong in ("-1", "1.5", "many", "NaN"):
            first.line.setText(wrong)
            with pytest.raises(UserError, match="First entry"):
                _ = form.settings

    on_stage(play)


def test_exits_of_its_own_can_be_edited_only_while_they_count(
    on_stage: OnStage[None], colours: Colours
) -> None:
    async def play(stage: Stage) -> None:
        form = LinkForm(colours)
        stage.show(form)
        form.fill(replace(DEFAULTS, stop=_TICKS))
        assert not form.editors["stop"].isEnabled()
        cast(Switch, form.editors["own_exits"]).box.click()
        assert form.editors["stop"].isEnabled()
        assert form.settings.stop == _TICKS

    on_stage(play)


# Lists


def test_steps_of_the_ladder_come_and_go(on_stage: OnStage[None], colours: Colours) -> None:
    async def play(stage: Stage) -> None:
        form = LinkForm(colours)
        stage.show(form)
        form.fill(replace(DEFAULTS, own_exits=True))
        ladder = cast(Ladder, form.editors["targets"])
        for _ in range(3):
            ladder.add_button.click()
        middle = cast(StepRow, ladder.rows[1])
        middle.level.number.setText("80")
        middle.part.setText("2")
        middle.unit.setCurrentIndex(1)
        ladder.rows[0].remove.click()
        assert form.settings.targets == (
            Target(Level(Unit.TICKS, Decimal(80)), Decimal(2), percent=False),
            Target(_TICKS, Decimal(100)),
        )
        assert middle.part.accessibleName() == "How much leaves at target 1"
        middle.part.clear()
        with pytest.raises(UserError, match="Target 1 is not complete"):
            _ = form.settings

    on_stage(play)


def test_a_window_is_edited(on_stage: OnStage[None], colours: Colours) -> None:
    async def play(stage: Stage) -> None:
        form = LinkForm(colours)
        stage.show(form)
        windows = cast(Windows, form.editors["windows"])
        windows.add_button.click()
        row = cast(WindowRow, windows.rows[0])
        row.days[0].click()
        row.days[6].click()
        row.zone.setCurrentText("Europe/Berlin")
        row.by_session.click()
        (window,) = form.settings.windows
        assert window == Window(
            frozenset((1, 2, 3, 4, 6)), time(9, 30), time(16), "Europe/Berlin", by_session=True
        )

    on_stage(play)


# The dialog


def test_sentences_and_contradictions_follow_every_change(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions(accounts=(account_state(),))

    async def play(program: Program) -> None:
        dialog = await _new(program, executions)
        assert "no exit at the broker" in dialog.warning.text()
        first = cast(MaybeNumber, dialog.form.editors["initial"])
        first.line.setText("3")
        assert dialog.form.told["initial"].text() == "An entry has 3 contracts."
        most = cast(MaybeNumber, dialog.form.editors["max_contracts"])
        most.line.setText("2")
        assert "An entry has 3 contracts, but 2 are the most" in dialog.warning.text()
        first.line.setText("three")
        assert "First entry" in dialog.warning.text()
        dialog.do_button.click()
        await program.until(lambda: bool(dialog.problem.text()))
        assert executions.named("add_link") == []
        dialog.reject()
        await program.gone(dialog)

    perform(qapp, tmp_path, play, executions=executions)


def test_a_new_link_starts_in_shadow_on_play_money(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(PAPER), account_state(LIVE)))

    async def play(program: Program) -> None:
        dialog = await _new(program, executions)
        assert "PAPER" in dialog.account.currentText()
        assert "no order is sent" in dialog.account.accessibleDescription()
        cast(MaybeNumber, dialog.form.editors["initial"]).line.setText("2")
        dialog.do_button.click()
        await program.gone(dialog)
        recorder = program.running.desk.recorders[0]
        wanted = (recorder.id, PAPER, replace(DEFAULTS, initial=2), LinkMode.SHADOW)
        assert executions.named("add_link") == [wanted]
        await program.until(lambda: not program.window.findChildren(LinkDialog))

    perform(qapp, tmp_path, play, executions=executions)


def test_settings_of_a_link_are_changed_and_a_refusal_is_shown(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions(accounts=(account_state(),))

    async def play(program: Program) -> None:
        recorder = await program.recorder()
        settings = replace(DEFAULTS, multiplier=2)
        executions.tell(links=(link_of(7, recorder.id, settings=settings),))
        await program.until(lambda: program.window.order_desk.link(7) is not None)
        program.window.link_commands.edit(7)
        dialog = await program.dialog(LinkDialog)
        assert not dialog.account.isVisible()
        cast(Switch, dialog.form.editors["adds"]).box.click()
        executions.refusal = UserError("It holds a position", "Close it first.")
        dialog.do_button.click()
        await program.until(lambda: "It holds a position" in dialog.problem.text())
        executions.refusal = None
        dialog.do_button.click()
        await program.gone(dialog)
        assert executions.named("change_link")[-1] == (7, replace(settings, adds=False), None)

    perform(qapp, tmp_path, play, executions=executions)


def test_the_last_signals_are_tried_before_anything_is_saved(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions(accounts=(account_state(),))
    lines = (
        decision(1, verdict=Verdict.REFUSED, wish=Wish.HOLD, reason="Outside the windows"),
        decision(2, verdict=Verdict.SHADOW),
    )
    executions.dry = DryRun(lines=lines, said="1 of the last 2 signals would have traded.")

    async def play(program: Program) -> None:
        dialog = await _new(program, executions)
        assert not dialog.dry.table.isVisible()
        dialog.dry.button.click()
        await until(dialog.dry.table.isVisible)
        assert dialog.dry.said.text() == executions.dry.said
        model = dialog.dry.model
        rows = [[model.index(row, c).data() for c in (2, 4, 6)] for row in range(2)]
        assert rows == [["enter", "long 2", ""], ["refused", "long 2", "Outside the windows"]]
        assert executions.named("add_link") == []
        cast(Switch, dialog.form.editors["adds"]).box.click()
        assert dialog.dry.said.text() == "Changed since: ask again."
        executions.refusal = UserError("The ledger is busy")
        dialog.dry.button.click()
        await until(lambda: "The ledger is busy" in dialog.dry.said.text())
        dialog.reject()
        await program.gone(dialog)

    perform(qapp, tmp_path, play, executions=executions)


def test_closing_the_form_leaves_no_question_behind(qapp: QApplication, tmp_path: Path) -> None:
    executions = FakeExecutions(accounts=(account_state(),))

    async def play(program: Program) -> None:
        dialog = await _new(program, executions)
        executions.gate = asyncio.Event()
        dialog.dry.button.click()
        await program.until(lambda: bool(executions.named("dry_run")))
        dialog.reject()
        await program.gone(dialog)
        executions.gate.set()
        await program.until(lambda: not program.window.findChildren(LinkDialog))

    perform(qapp, tmp_path, play, executions=executions)


# Arming a link


def test_arming_asks_with_account_and_strategy_and_means_no_by_default(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions(accounts=(account_state(LIVE),))

    async def play(program: Program) -> None:
        recorder = await program.recorder("Trend")
        executions.tell(links=(link_of(7, recorder.id, LIVE, mode=LinkMode.SHADOW),))
        await program.until(lambda: program.window.order_desk.link(7) is not None)
        program.window.link_commands.set_mode(7, LinkMode.ARMED)
        question = await program.dialog(Question)
        assert question.windowTitle() == "Arm “Trend” on Live/LIVE1?"
        assert question.no.isDefault()
        question.no.click()
        await program.gone(question)
        assert executions.named("change_link") == []
        program.window.link_commands.set_mode(7, LinkMode.ARMED)
        question = await program.dialog(Question)
        question.yes.click()
        await program.gone(question)
        assert executions.named("change_link") == [(7, None, LinkMode.ARMED)]

    perform(qapp, tmp_path, play, executions=executions)


# Limits of an account


def test_every_limit_is_edited(qapp: QApplication, tmp_path: Path) -> None:
    limits = AccountLimits(
        order=0,
        position=4,
        account=6,
        minute=None,
        day=20,
        repeat_seconds=0,
        daily_loss_at_broker=Decimal("500.50"),
    )
    executions = FakeExecutions(accounts=(account_state(DEMO),))

    async def play(program: Program) -> None:
        program.window.safety.limits(DEMO)
        dialog = await program.dialog(LimitsDialog)
        assert set(dialog.editors) == {field.name for field in fields(AccountLimits)}
        assert dialog.limits == AccountLimits()
        dialog.fill(limits)
        dialog.do_button.click()
        await program.gone(dialog)
        assert executions.named("set_limits") == [(DEMO, limits)]

    perform(qapp, tmp_path, play, executions=executions)


def test_a_loss_limit_that_the_broker_does_not_take_says_so(
    qapp: QApplication, tmp_path: Path
) -> None:
    why = "the broker allows it for evaluation accounts only"
    executions = FakeExecutions(accounts=(account_state(DEMO, loss_at_broker_said=why),))

    async def play(program: Program) -> None:
        program.window.safety.limits(DEMO)
        dialog = await program.dialog(LimitsDialog)
        editor = dialog.editors["daily_loss_at_broker"]
        assert not editor.isEnabled()
        inside = editor.focusProxy()
        assert inside is not None
        assert inside.accessibleDescription() == f"Cannot be set here: {why}"
        dialog.reject()
        await program.gone(dialog)

    perform(qapp, tmp_path, play, executions=executions)


async def _new(program: Program, executions: FakeExecutions) -> LinkDialog:
    recorder = await program.recorder()
    await program.until(lambda: recorder.id in program.window.links.parts)
    program.window.links.parts[recorder.id].add_button.click()
    return await program.dialog(LinkDialog)
