"""Exits by rule in the window: the form, the words, the list and the notifications."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.events import Signal, SignalRecorded
from justtrades_desktop.domain.exits import ExitReason, ExitRules, Level, Unit, level
from justtrades_desktop.domain.instructions import Plan
from justtrades_desktop.domain.positions import Stamp, apply
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Action, Alert, Outcome, Reading, Source
from justtrades_desktop.ui.dialogs.exits import DistanceField
from justtrades_desktop.ui.dialogs.recorder import RecorderDialog
from justtrades_desktop.ui.exit_words import rules_in_words
from justtrades_desktop.ui.models.position_row import Field, PositionRow, columns
from justtrades_desktop.ui.notices import Notice, notice_of
from tests.ui.program import Program, perform

_AT = datetime(2026, 1, 2, 15, 31, 2, tzinfo=UTC)
_MNQ = Product("MNQ", Decimal("0.25"), Decimal("0.5"))
_ALL = ExitRules(
    take_profit=level("40 ticks"),
    stop=level("0.123456789 %"),
    trail=level("10 points"),
    trail_after=level("20 ticks"),
    break_even=level("20 ticks"),
    break_even_offset=level("2 ticks"),
    session_end=True,
)


# The form


def test_every_rule_is_kept_and_comes_back(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        desk = program.running.desk
        program.window.commands.new_recorder()
        form = await program.dialog(RecorderDialog)
        assert not form.exits.body.isVisible()
        short = form.height()
        form.exits.switch.click()
        assert form.exits.body.isVisible()
        assert form.height() > short
        form.name.setText("Trend")
        for name, field in form.exits.fields.items():
            _type(field, getattr(_ALL, name))
        form.exits.session_end.setChecked(True)
        form.do_button.click()
        await program.gone(form)
        recorder = desk.recorder_named("Trend")
        assert recorder.exits == _ALL
        program.window.commands.edit(recorder.id)
        form = await program.dialog(RecorderDialog)
        assert form.exits.body.isVisible()
        assert form.exits.told.text() == rules_in_words(_ALL)
        form.do_button.click()
        await program.gone(form)
        assert desk.recorder_named("Trend").exits == _ALL

    perform(qapp, tmp_path, play)


@pytest.mark.parametrize("name", [field.name for field in fields(ExitRules)])
def test_each_field_has_an_effect_of_its_own(qapp: QApplication, tmp_path: Path, name: str) -> None:
    async def play(program: Program) -> None:
        desk = program.running.desk
        # Distances that others need stand there already.
        base = ExitRules(trail=level("4t"), break_even=level("8t"))
        recorder = await program.recorder(exits=base)
        program.window.commands.edit(recorder.id)
        form = await program.dialog(RecorderDialog)
        before = form.exits.told.text()
        if name == "session_end":
            form.exits.session_end.click()
        else:
            _type(form.exits.fields[name], Level(Unit.POINTS, Decimal(3)))
        assert form.exits.told.text() != before
        form.do_button.click()
        await program.gone(form)
        changed = desk.book.recorders[recorder.id].exits
        assert [f.name for f in fields(base) if getattr(base, f.name) != getattr(changed, f.name)]
        assert getattr(changed, name) != getattr(base, name)

    perform(qapp, tmp_path, play)


def test_rules_are_switched_off_and_left_to_the_alert(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        recorder = await program.recorder(exits=_ALL)
        program.window.commands.edit(recorder.id)
        form = await program.dialog(RecorderDialog)
        for name, field in form.exits.fields.items():
            own = field.unit.findText("as the alert says")
            assert (own >= 0) == (name in ("take_profit", "stop")), name
            field.unit.setCurrentIndex(own if own >= 0 else 0)
            assert field.number.text() == ""
        form.exits.session_end.click()
        form.do_button.click()
        await program.gone(form)
        alert = Level(Unit.ALERT)
        exits = program.running.desk.book.recorders[recorder.id].exits
        assert exits == ExitRules(take_profit=alert, stop=alert)

    perform(qapp, tmp_path, play)


def test_typing_a_number_switches_the_rule_on_in_ticks(qapp: QApplication) -> None:
    field = DistanceField("Stop")
    assert field.chosen is None
    field.number.setText("20")
    assert field.chosen == level("20 ticks")
    field.unit.setCurrentIndex(0)
    assert (field.chosen, field.number.text()) == (None, "")
    field.deleteLater()


def test_what_makes_no_sense_is_said_at_once_and_not_saved(
    qapp: QApplication, tmp_path: Path
) -> None:
    async def play(program: Program) -> None:
        recorder = await program.recorder()
        program.window.commands.edit(recorder.id)
        form = await program.dialog(RecorderDialog)
        form.exits.switch.click()
        stop = form.exits.fields["stop"]
        stop.unit.setCurrentIndex(1)
        assert "Stop has no number" in form.exits.told.text()
        stop.number.setText("many")
        assert "not a positive number" in form.exits.told.text()
        form.do_button.click()
        await program.until(lambda: "not a positive number" in form.problem.text())
        stop.unit.setCurrentIndex(0)
        form.exits.fields["trail_after"].number.setText("4")
        assert "has a start but no distance" in form.exits.told.text()
        form.do_button.click()
        await program.until(lambda: "has a start but no distance" in form.problem.text())
        form.reject()
        await program.gone(form)
        assert not program.running.desk.book.recorders[recorder.id].exits

    perform(qapp, tmp_path, play)


def test_ticks_of_an_unknown_product_are_warned_about(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        recorder = await program.recorder(exits=ExitRules(stop=level("4t")))
        program.window.commands.edit(recorder.id)
        form = await program.dialog(RecorderDialog)
        assert not form.exits.warning.isVisible()
        form.symbol.setText("XYZ")
        assert form.exits.warning.isVisible()
        form.exits.fields["stop"].unit.setCurrentIndex(2)
        assert not form.exits.warning.isVisible()
        form.exits.fields["stop"].unit.setCurrentIndex(1)
        form.symbol.setText("MNQ1!")
        assert not form.exits.warning.isVisible()
        form.symbol.clear()
        form.reject()
        await program.gone(form)
        # Without an instrument of its own, what is held tells.
        await program.alert(recorder, action="buy", ticker="XYZ", price="5")
        program.window.commands.edit(recorder.id)
        form = await program.dialog(RecorderDialog)
        assert form.exits.warning.isVisible()
        form.reject()
        await program.gone(form)

    perform(qapp, tmp_path, play)


def test_the_rules_are_reached_by_key_in_their_order(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        recorder = await program.recorder(exits=_ALL)
        program.window.commands.edit(recorder.id)
        form = await program.dialog(RecorderDialog)
        names = _tab_order(form.exits.switch, form.do_button)
        assert names == [
            *("Take-profit, number", "Take-profit, unit", "Stop, number", "Stop, unit"),
            *("Trailing stop, number", "Trailing stop, unit"),
            *("Start of the trailing stop, number", "Start of the trailing stop, unit"),
            *("Break-even, number", "Break-even, unit"),
            *("Break-even offset, number", "Break-even offset, unit"),
            "Flat at the end of the session",
        ]
        form.reject()
        await program.gone(form)

    perform(qapp, tmp_path, play)


# Words


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (ExitRules(), "Positions close by alerts and by hand only."),
        (
            ExitRules(take_profit=level("40t"), stop=level("20t"), break_even=level("20 ticks")),
            "Closes at 40 ticks profit or 20 ticks loss. "
            "After 20 ticks in favour the stop moves to the entry.",
        ),
        (ExitRules(stop=level("1 tick")), "Closes at 1 tick loss."),
        (
            ExitRules(take_profit=level("alert"), stop=level("0.5%")),
            "Closes at the take-profit that the alert names or 0.5 % loss.",
        ),
        (
            ExitRules(trail=level("1 point"), session_end=True),
            "A stop follows the best price 1 point behind. "
            "What is open when the session ends is closed.",
        ),
        (
            ExitRules(
                trail=level("4t"),
                trail_after=level("8t"),
                break_even=level("6t"),
                break_even_offset=level("2t"),
            ),
            "After 8 ticks in favour a stop follows the best price 4 ticks behind. "
            "After 6 ticks in favour the stop moves 2 ticks past the entry.",
        ),
    ],
)
def test_rules_in_words(rules: ExitRules, words: str) -> None:
    assert rules_in_words(rules) == words


def test_the_list_says_that_rules_are_on(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        view = program.window.recorders
        bare, ruled = (
            await program.recorder("A"),
            await program.recorder("B", exits=ExitRules(stop=level("20t"))),
        )
        await program.until(lambda: len(view.model.rows) == 2)
        tip, spoken = Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole
        assert view.model.at(ruled.id).data(tip) == "Closes at 20 ticks loss."
        assert view.model.at(ruled.id).data(spoken) == "B, flat, exits by rule"
        assert view.model.at(bare.id).data(tip) is None
        assert view.model.at(bare.id).data(spoken) == "A, flat"

    perform(qapp, tmp_path, play)


@pytest.mark.parametrize(
    ("reason", "status", "told"),
    [
        (ExitReason.TARGET, "Closed by target ", "closed by its target"),
        (ExitReason.STOP, "Closed by stop ", "closed by its stop"),
        (ExitReason.TRAIL, "Closed by trailing stop ", "closed by its trailing stop"),
        (ExitReason.BREAK_EVEN, "Closed at break-even ", "closed at break-even"),
        (ExitReason.SESSION, "Closed at session end ", "closed at the session end"),
        ("hand", "Closed by hand ", "closed by hand"),
        ("signal", "Closed ", "closed"),
    ],
)
def test_why_a_position_was_closed(qapp: QApplication, reason: str, status: str, told: str) -> None:
    recorded = _closed(reason)
    closed = recorded.closed
    assert closed is not None
    column = columns()[Field.STATUS]
    text = column.text(PositionRow(closed, "Trend"))
    assert text.startswith(status)
    assert len(text.removeprefix(status)) > 4, "the time is missing"
    notice = notice_of([recorded], {1: Recorder(id=1, name="Trend", token="t")})
    assert notice == Notice(f"Trend: MNQ1! {told}", "Result ▼ −20.00, drawdown ▼ −25.00")


def _closed(reason: str) -> SignalRecorded:
    stamp = Stamp(1, 1, 1, "MNQ1!", _AT, exit_reason=reason, product=_MNQ)
    held = apply(None, Plan(enter=1, side=1), Decimal(25600), stamp).open
    assert held is not None
    held = held.marked(Decimal("25587.5"))
    change = apply(held, Plan(exit=1), Decimal(25590), stamp)
    reading = Reading(action=Action.CLOSE)
    alert = Alert(text="", fingerprint=b"", reading=reading, received_at=_AT, source=Source.RULE)
    signal = Signal(id=1, recorder_id=1, alert=alert, outcome=Outcome.APPLIED)
    return SignalRecorded(signal, change.closed, None, change.legs)


def _type(field: DistanceField, chosen: Level) -> None:
    """As a person does: the number, then its unit."""
    number, unit = str(chosen).split(" ", 1)
    field.number.setText(number)
    field.unit.setCurrentIndex(field.unit.findText(unit))


def _tab_order(first: QWidget, last: QWidget) -> list[str]:
    names = []
    widget = first.nextInFocusChain()
    while widget is not None and widget is not last:
        part_of_another = widget.focusProxy() is not None
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not part_of_another:
            names.append(widget.accessibleName())
        widget = widget.nextInFocusChain()
    return names
