"""The tray and its notifications; a system without a tray misses nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from justtrades_desktop.domain.contracts import Catalogue, Product
from justtrades_desktop.domain.events import Signal, SignalRecorded
from justtrades_desktop.domain.instructions import Plan
from justtrades_desktop.domain.positions import Position, Stamp, apply
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Action, Alert, Outcome, Reading, Unreadable
from justtrades_desktop.ui.icon import picture
from justtrades_desktop.ui.notices import Notice, notice_of
from justtrades_desktop.ui.theme import dark_colours
from justtrades_desktop.ui.tray import Tray
from tests.ui.program import Program, perform

_AT = datetime(2026, 1, 2, 15, 4, 5, tzinfo=UTC)
_MNQ = Product("MNQ", Decimal("0.25"), Decimal("0.5"))
_RECORDERS = {1: Recorder(id=1, name="Trend", token="t")}


def test_a_position_that_opens() -> None:
    notice = notice_of([_traded(None, Plan(enter=2, side=1), "25600.25")], _RECORDERS)
    assert notice == Notice("Trend: MNQ1! opened", "Now long 2 @ 25600.25")


def test_a_position_that_grows_and_shrinks() -> None:
    held = _traded(None, Plan(enter=2, side=-1), "25600").open
    added = notice_of([_traded(held, Plan(enter=1, side=-1), "25590")], _RECORDERS)
    assert added is not None
    assert added.title == "Trend: MNQ1! added"
    assert added.text.startswith("Now short 3 @ ")
    reduced = notice_of([_traded(held, Plan(exit=1), "25590")], _RECORDERS)
    assert reduced == Notice("Trend: MNQ1! reduced", "Now short 1 @ 25600.00")


def test_a_close_tells_result_and_drawdown() -> None:
    held = _traded(None, Plan(enter=2, side=1), "25600").open
    assert held is not None
    notice = notice_of([_traded(held.marked(Decimal(25590)), Plan(exit=2), "25610")], _RECORDERS)
    assert notice == Notice("Trend: MNQ1! closed", "Result ▲ +40.00, drawdown ▼ −40.00")


def test_a_reversal_tells_both() -> None:
    held = _traded(None, Plan(enter=1, side=1), "25600").open
    notice = notice_of([_traded(held, Plan(exit=1, enter=1, side=-1), "25610")], _RECORDERS)
    assert notice is not None
    assert notice.title == "Trend: MNQ1! reversed"
    assert notice.text == "Result ▲ +20.00, drawdown 0.00\nNow short 1 @ 25610.00"


def test_an_unreadable_alert_is_serious() -> None:
    notice = notice_of([_unreadable()], _RECORDERS)
    assert notice is not None
    assert notice.serious
    assert "it is a plain text" in notice.text


def test_a_burst_becomes_one_sentence() -> None:
    opened = _traded(None, Plan(enter=1, side=1), "25600")
    closed = _traded(opened.open, Plan(exit=1), "25601")
    notice = notice_of([opened, opened, opened, *[closed] * 4], _RECORDERS)
    assert notice == Notice("7 signals", "3 opened, 4 closed")


def test_what_changes_nothing_is_not_told() -> None:
    ignored = SignalRecorded(_signal(Outcome.IGNORED))
    assert notice_of([ignored], _RECORDERS) is None
    assert notice_of([], _RECORDERS) is None


def test_bursts_are_gathered(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Notice] = []
    monkeypatch.setattr(Tray, "tell", lambda _tray, notice: told.append(notice))

    async def play(program: Program) -> None:
        recorder = await program.recorder()
        for size in (1, 2, 3):
            await program.alert(
                recorder, action="buy", ticker="MNQ1!", contracts=1, price="25600", id=str(size)
            )
        await program.until(lambda: bool(told))
        assert told == [Notice("3 signals", "1 opened, 2 added")]

    perform(qapp, tmp_path, play, tray=True)


def test_the_menu_copies_each_address(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        tray = program.shell.tray
        await program.recorder("A & B")
        second = await program.recorder("C")
        copying = tray.copying
        await program.until(lambda: len(copying.actions()) == 2)
        assert [action.text() for action in copying.actions()] == ["A && B", "C"]
        copying.actions()[1].trigger()
        assert qapp.clipboard().text() == program.window.webhook_address(second)

    perform(qapp, tmp_path, play, tray=True)


def test_quitting_from_the_tray_shows_the_question(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        program.window.close()
        assert not program.window.isVisible()
        program.shell.tray.quit_wanted.emit()
        await program.until(program.stop.is_set)

    perform(qapp, tmp_path, play, tray=True)


def test_the_icon_is_drawn_with_and_without_a_state(qapp: QApplication) -> None:
    plain, marked = picture(32), picture(32, dark_colours().danger)
    assert plain.toImage().pixelColor(27, 27) != marked.toImage().pixelColor(27, 27)
    assert marked.toImage().pixelColor(25, 25) == dark_colours().danger


def _traded(position: Position | None, plan: Plan, price: str) -> SignalRecorded:
    instrument = Catalogue([_MNQ]).instrument("MNQ1!")
    stamp = Stamp(
        signal_id=1,
        new_position_id=1,
        recorder_id=1,
        symbol=instrument.symbol,
        at=_AT,
        product=instrument.product,
    )
    change = apply(position, plan, Decimal(price), stamp)
    return SignalRecorded(_signal(Outcome.APPLIED), change.closed, change.open, change.legs)


def _signal(outcome: Outcome, reason: str | None = None) -> Signal:
    reading = Reading(action=Action.BUY) if reason is None else Unreadable(reason)
    alert = Alert(text="", fingerprint=b"", reading=reading, received_at=_AT)
    return Signal(id=1, recorder_id=1, alert=alert, outcome=outcome, reason=reason)


def _unreadable() -> SignalRecorded:
    return SignalRecorded(_signal(Outcome.UNREADABLE, "it is a plain text"))
