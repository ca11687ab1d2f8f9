"""The positions panel as a trader uses it."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QWidget

from justtrades_desktop.ui.delegates import tabular
from justtrades_desktop.ui.models.position_row import Field
from justtrades_desktop.ui.models.positions import Show
from justtrades_desktop.ui.theme import light_colours
from justtrades_desktop.ui.views.positions import PositionsView
from tests.ui.conftest import OnStage
from tests.ui.stage import Stage, until


def shown_view(stage: Stage) -> PositionsView:
    view = PositionsView(stage.desk, stage.bridge, stage.tasks, stage.colours)
    stage.show(view)
    return view


def buttons(view: QWidget) -> dict[str, QAbstractButton]:
    return {b.text(): b for b in view.findChildren(QAbstractButton) if b.isVisible() and b.text()}


def said(view: QWidget) -> str:
    return " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def test_an_empty_table_says_what_to_do_next(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = shown_view(stage)
        wanted: list[bool] = []
        view.connect_alerts_wanted.connect(lambda: wanted.append(True))
        assert "No alert has come yet" in said(view)
        buttons(view)["Connect my alerts"].click()
        assert wanted
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "25600", quantity=1)
        await stage.told()
        assert view.table.isVisible()
        await stage.send(recorder, "close", "25600")
        await stage.told()
        assert "Everything is flat" in said(view)
        assert "Connect my alerts" not in buttons(view)

    on_stage(play)


def test_choosing_a_row_by_key_tells_which_position(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        for symbol in ("MNQ1!", "ES1!"):
            await stage.send(recorder, "buy", "100", ticker=symbol, quantity=1)
        view = shown_view(stage)
        chosen: list[tuple[int, str, int]] = []
        cleared: list[bool] = []
        view.position_selected.connect(lambda *which: chosen.append(which))
        view.selection_cleared.connect(lambda: cleared.append(True))
        QTest.keyClick(view.table, Qt.Key.Key_Down)
        QTest.keyClick(view.table, Qt.Key.Key_Down)
        assert [symbol for _, symbol, _ in chosen] == ["ES1!", "MNQ1!"]
        assert chosen[0][0] == recorder.id
        view.clear_selection()
        assert cleared == [True]
        assert not view.table.selectionModel().hasSelection()

    on_stage(play)


def test_a_position_that_closes_hands_its_place_to_no_other(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        for symbol in ("MNQ1!", "ES1!", "CL1!"):
            await stage.send(recorder, "buy", "100", ticker=symbol, quantity=1)
        view = shown_view(stage)
        chosen: list[str] = []
        view.position_selected.connect(lambda _, symbol, __: chosen.append(symbol))
        view.selection_cleared.connect(lambda: chosen.append("cleared"))
        view.table.selectRow(1)
        await stage.send(recorder, "close", "101", ticker="ES1!")
        await stage.told()
        assert chosen == ["ES1!"]
        assert not view.table.selectionModel().hasSelection()
        view.show_only(Show.ALL)  # it is in this list: it is still the chosen one
        assert view.table.currentIndex().siblingAtColumn(Field.SYMBOL).data() == "ES1!"
        assert chosen == ["ES1!"]

    on_stage(play)


def test_a_tick_draws_only_the_cells_it_changed(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        for symbol in ("MNQ1!", "ES1!"):
            await stage.send(recorder, "buy", "100", ticker=symbol, quantity=1)
        view = shown_view(stage)
        await until(lambda: view.model.rowCount() == 2)
        await asyncio.sleep(0.1)
        drawn = Drawn()
        view.table.viewport().installEventFilter(drawn)
        stage.tick("MNQ1!", "101")
        await until(lambda: drawn.areas)
        view.table.viewport().removeEventFilter(drawn)
        row = view.model.place_of(1)
        assert row is not None
        (area,) = drawn.areas
        cell = view.table.visualRect(view.model.index(row, Field.PROFIT))
        assert area.contains(cell)
        assert area.height() == cell.height()
        assert not area.contains(view.table.visualRect(view.model.index(row, Field.ENTRY)))

    on_stage(play)


class Drawn(QObject):
    """The areas that were drawn anew."""

    def __init__(self) -> None:
        super().__init__()
        self.areas: list[QRect] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.areas.append(event.rect())
        return False


def test_filters_count_and_choose(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "100", quantity=1)
        await stage.send(recorder, "sell", "101", quantity=2)
        await stage.told()
        view = shown_view(stage)
        await until(lambda: "Closed 1" in buttons(view))
        buttons(view)["All 2"].click()
        assert view.model.rowCount() == 2
        buttons(view)["Closed 1"].click()
        assert view.model.index(0, Field.PROFIT).data() == "▲ +2.00"
        buttons(view)["Open 1"].click()
        assert view.model.index(0, Field.SIDE).data() == "Short"

    on_stage(play)


def test_asks_for_an_unknown_tick_value(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        view = shown_view(stage)
        assert not [label for label in buttons(view) if "tick value" in label]
        await stage.send(recorder, "buy", "100", ticker="A&B", quantity=1)
        await stage.send(recorder, "close", "101", ticker="A&B")
        await stage.send(recorder, "buy", "100", ticker="A&B", quantity=1)
        await stage.told()
        wanted: list[str] = []
        view.tick_value_wanted.connect(wanted.append)
        buttons(view)["Enter tick value of A&&B…"].click()
        assert wanted == ["A&B"]
        await stage.desk.set_tick_value("A&B", Decimal(1), Decimal(7))
        await stage.told()
        assert not [label for label in buttons(view) if "tick value" in label]
        view.show_only(Show.CLOSED)
        await until(lambda: view.model.index(0, Field.PROFIT).data() == "▲ +7.00")

    on_stage(play)


def test_rests_while_hidden_and_can_be_read_aloud(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "sell", "100", quantity=1)
        view = shown_view(stage)
        stage.tick("MNQ1!", "110")
        spoken = view.model.index(0, Field.PROFIT).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == "P&L: minus 20.00 USD"
        for widget in view.findChildren(QWidget):
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
                named = widget.accessibleName() or isinstance(widget, QAbstractButton)
                assert named or isinstance(widget.parent(), QAbstractItemView), widget
        assert view.table.font() == tabular(view.table.font())
        view.set_colours(light_colours())
        assert not view.grab().isNull()
        view.hide()
        assert not [timer for timer in (view._clock,) if timer.isActive()]

    on_stage(play)
