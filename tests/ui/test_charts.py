"""The live charts follow the chosen position and all of them, while somebody can see it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np
from PySide6.QtWidgets import QApplication

from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.pixels import underwater
from justtrades_desktop.ui.charts.plots import PositionCharts
from justtrades_desktop.ui.charts.times import Zones
from justtrades_desktop.ui.theme import light_colours
from tests.ui.conftest import OnStage
from tests.ui.stage import Stage, until


def shown_charts(stage: Stage) -> PositionCharts:
    setting = ChartSetting(stage.tasks, Zones())
    charts = PositionCharts(stage.desk, stage.bridge, stage.colours, setting)
    stage.show(charts, 900, 400)
    return charts


def test_draws_pnl_and_drawdown_from_the_opening(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        recorder = await stage.recorder("JADNQ")
        await stage.send(recorder, "buy", "25600", quantity=2)
        await stage.told()
        charts.show_position(recorder.id, "MNQ1!")
        for price in ("25590", "25610"):
            stage.tick("MNQ1!", price)
        profit, drawdown = charts.position.profit, charts.position.drawdown
        await until(lambda: profit.value_text == "▲ +40.00")
        await until(lambda: _values(charts.position.profit)[-1] == 40)
        assert _values(profit)[0] == 0
        assert -40 in _values(profit)
        await until(lambda: _values(drawdown)[-1] == -40)
        assert drawdown.value_text == "▼ −40.00"
        assert profit.note_text == "JADNQ · MNQ1!"

    on_stage(play)


def test_underwater_is_the_running_minimum() -> None:
    values = np.array([5.0, -3.0, 2.0, -1.0, -7.0, 4.0])
    assert underwater(values).tolist() == [0, -3, -3, -3, -7, -7]
    assert underwater(np.empty(0)).tolist() == []


def test_entries_adds_and_exits_are_marked(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        recorder = await stage.recorder("JADNQ")
        await stage.send(recorder, "buy", "100", quantity=1)
        await stage.told()
        charts.show_position(recorder.id, "MNQ1!")
        await until(lambda: not charts.followed.loading)
        await stage.send(recorder, "buy", "101", quantity=2)
        await stage.send(recorder, "sell", "103.5", quantity=1)
        await stage.told()
        marks = charts.followed.markers
        assert [(mark.bought, mark.entered) for mark in marks] == [
            (True, True),
            (True, True),
            (False, False),
        ]
        assert [mark.text for mark in marks] == [
            "Entry: bought 1 @ 100.00",
            "Add: bought 2 @ 101.00",
            "Exit: sold 1 @ 103.50",
        ]
        graph = charts.position.profit
        await until(lambda: len(graph.marks) == 3)
        assert [mark.shape for mark in graph.marks] == ["up", "up", "down"]
        assert [mark.filled for mark in graph.marks] == [True, True, False]
        graph.point_at(marks[0].at)
        assert any(mark.text in graph.said for mark in marks)

    on_stage(play)


def test_a_closed_position_shows_its_whole_path_from_disk(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("JADNQ")
        await stage.send(recorder, "buy", "25600", quantity=1)
        stage.tick("MNQ1!", "25620")
        await stage.send(recorder, "sell", "25610", quantity=1)
        await stage.told()
        stage.desk.paths._closed.clear()  # so long ago that only the ledger knows
        charts = shown_charts(stage)
        charts.show_position(recorder.id, "MNQ1!", 1)
        profit = charts.position.profit
        await until(lambda: profit.value_text == "▲ +20.00")
        assert "closed" in profit.note_text
        assert 40 in _values(profit)
        assert [mark.entered for mark in charts.followed.markers] == [True, False]
        charts.show_all()
        assert not charts.position.isVisible()
        assert charts.total.profit.note_text == "No open position"

    on_stage(play)


def test_another_position_is_shown_in_full_again(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        recorder = await stage.recorder("JADNQ")
        for symbol in ("MNQ1!", "MES1!"):
            await stage.send(recorder, "buy", "100", ticker=symbol, quantity=1)
        await stage.told()
        charts.show_position(recorder.id, "MNQ1!")
        charts.position.span.zoom_in()
        assert charts.position.profit.back_offered
        charts.show_position(recorder.id, "MES1!")
        assert not charts.position.profit.back_offered

    on_stage(play)


def test_says_in_words_what_cannot_be_drawn(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        profit = charts.position.profit
        assert charts.total.profit.note_text == "No open position"
        assert charts.total.profit.value_text == "0.00"
        assert "No open position" in charts.total.profit.empty_text
        recorder = await stage.recorder("ORB")
        charts.show_position(recorder.id, "ES1!")
        assert profit.note_text == "ES1!: no open position"
        assert profit.value_text == "–"
        charts.show_position(recorder.id, "ES1!", 77)
        assert profit.note_text == "ES1!: loading…"
        await until(lambda: profit.note_text == "ES1!: nothing is kept of this position")
        await stage.send(recorder, "buy", ticker="ES1!", quantity=1)
        await stage.told()
        charts.show_position(recorder.id, "ES1!")
        assert profit.note_text == "ORB · ES1! · waits for a price"
        assert "1 of 1 not in it" in charts.total.profit.note_text

    on_stage(play)


def test_the_sum_leaves_out_what_cannot_be_added(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        recorder = await stage.recorder()
        for symbol in ("MNQ1!", "ES1!", "XYZ", "FDAX1!"):
            await stage.send(recorder, "buy", "100", ticker=symbol, quantity=1)
        await stage.told()
        for symbol in ("MNQ1!", "ES1!", "XYZ", "FDAX1!"):
            stage.tick(symbol, "99")
        total = charts.total.profit
        await until(lambda: total.value_text == "▼ −52.00")
        assert "2 of 4 not in it" in total.note_text
        assert charts.total.drawdown.value_text == "▼ −52.00"
        await stage.desk.set_tick_value("XYZ", Decimal(1), Decimal(3))
        await stage.told()
        stage.tick("XYZ", "99")
        await until(lambda: total.value_text == "▼ −55.00")

    on_stage(play)


def test_an_old_price_makes_the_figure_grey(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        recorder = await stage.recorder("ORB")
        await stage.send(recorder, "buy", "100", quantity=1)
        await stage.told()
        charts.show_position(recorder.id, "MNQ1!")
        now = stage.desk.clock()
        stage.desk.clock = lambda: now + timedelta(minutes=3)
        charts.say()
        assert charts.position.profit.note_text == "ORB · MNQ1! · price 3 min old"

    on_stage(play)


def test_draws_nothing_while_hidden(on_stage: OnStage[None], qapp: QApplication) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "100", quantity=1)
        await stage.told()
        charts.show_position(recorder.id, "MNQ1!")
        await until(lambda: not charts.followed.loading)
        graphs = [
            graph
            for pair in (charts.position, charts.total)
            for graph in (pair.profit, pair.drawdown)
        ]
        charts.hide()
        drawn = [graph.drawings for graph in graphs]
        for price in range(101, 120):
            stage.tick("MNQ1!", str(price))
            stage.desk.draw_paths()
            for graph in graphs:
                graph.draw([1.0, 2.0], [3.0, 4.0])  # not even when somebody insists
        assert [graph.drawings for graph in graphs] == drawn
        charts.show()
        await until(lambda: _values(charts.position.profit)[-1] == 38)
        assert all(graph.drawings > before for graph, before in zip(graphs, drawn, strict=True))
        charts.set_colours(light_colours())
        assert not charts.grab().isNull()

    on_stage(play)


def _values(graph: object) -> list[float]:
    from justtrades_desktop.ui.charts.graph import Graph

    assert isinstance(graph, Graph)
    return [float(row[1] or 0) for row in graph.data().rows]
