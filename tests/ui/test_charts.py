"""The charts record every open position, and draw the chosen one while somebody can see it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from justtrades_desktop.ui.charts.path import Path
from justtrades_desktop.ui.charts.plots import PositionCharts
from justtrades_desktop.ui.theme import light_colours
from tests.ui.conftest import OnStage
from tests.ui.stage import Stage, until


def shown_charts(stage: Stage) -> PositionCharts:
    charts = PositionCharts(stage.desk, stage.bridge, stage.colours)
    stage.show(charts, 900, 300)
    return charts


def test_a_path_is_bounded_and_keeps_its_peaks() -> None:
    path = Path()
    for second in range(10_000):
        value = {4_321: 1e6, 7_777: -1e6}.get(second, float(second % 7))
        path.add(float(second), value, -1e6 if second >= 7_777 else 0.0, 500)
    assert len(path) <= 500
    assert (max(path.values), min(path.values)) == (1e6, -1e6)
    assert (path.times[0], path.times[-1]) == (0.0, 9_999.0)
    assert list(path.times) == sorted(path.times)
    assert list(path.worst) == sorted(path.worst, reverse=True)


def test_a_level_stretch_takes_two_points() -> None:
    path = Path()
    for second in range(100):
        path.add(float(second), 5.0, 0.0, 500)
    assert list(path.times) == [0.0, 99.0]
    path.add(50.0, 6.0, 0.0, 500)  # the clock was set back
    assert list(path.times) == [0.0, 99.0, 99.0]


def test_draws_pnl_and_drawdown_from_the_opening(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        recorder = await stage.recorder("JADNQ")
        await stage.send(recorder, "buy", "25600", quantity=2)
        await stage.told()
        charts.show_position(recorder.id, "MNQ1!")
        for price in ("25590", "25610"):
            stage.tick("MNQ1!", price)
        path = charts.paths.path_of(1)
        assert path is not None
        assert path.values[0] == 0
        assert list(path.values)[-2:] == [-40, 40]
        assert list(path.worst)[-2:] == [-40, -40]
        await until(lambda: charts.profit.value_text == "▲ +40.00")
        await until(lambda: charts.profit.points == len(path))
        assert charts.drawdown.value_text == "▼ −40.00"
        assert charts.profit.note_text == "JADNQ · MNQ1!"
        assert charts.profit.points == len(path)
        assert [marker.entered for marker in path.markers] == [True]

    on_stage(play)


def test_a_closed_position_stays_until_another_is_chosen(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        recorder = await stage.recorder("JADNQ")
        await stage.send(recorder, "buy", "25600", quantity=1)
        await stage.told()
        charts.show_position(recorder.id, "MNQ1!", 1)
        stage.tick("MNQ1!", "25620")
        await stage.send(recorder, "sell", "25610", quantity=2)
        await stage.told()
        stage.tick("MNQ1!", "25500")
        await until(lambda: charts.profit.value_text == "▲ +20.00")
        assert "closed" in charts.profit.note_text
        charts.show_position(recorder.id, "MNQ1!")
        assert charts.profit.value_text == "▲ +220.00"
        charts.show_all()
        assert charts.profit.value_text == "▲ +220.00"
        assert charts.profit.note_text == "All positions"

    on_stage(play)


def test_says_in_words_what_cannot_be_drawn(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        assert charts.profit.note_text == "No open position"
        assert charts.profit.value_text == "0.00"
        recorder = await stage.recorder("ORB")
        charts.show_position(recorder.id, "ES1!")
        assert charts.profit.note_text == "ES1!: no open position"
        assert charts.profit.value_text == "–"
        charts.show_position(recorder.id, "ES1!", 77)
        assert charts.profit.note_text == "ES1!: closed before this window opened"
        await stage.send(recorder, "buy", ticker="ES1!", quantity=1)
        await stage.told()
        charts.show_position(recorder.id, "ES1!")
        assert charts.profit.note_text == "ORB · ES1! · waits for a price"
        charts.show_all()
        assert "1 of 1 not in it" in charts.profit.note_text

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
        await until(lambda: charts.profit.value_text == "▼ −52.00")
        assert "2 of 4 not in it" in charts.profit.note_text
        await stage.desk.set_tick_value("XYZ", Decimal(1), Decimal(3))
        await stage.told()
        await until(lambda: charts.profit.value_text == "▼ −55.00")

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
        assert charts.profit.note_text == "ORB · MNQ1! · price 3 min old"

    on_stage(play)


def test_draws_nothing_while_hidden_but_goes_on_recording(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        charts = shown_charts(stage)
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "100", quantity=1)
        await stage.told()
        drawn = charts.profit.points
        charts.hide()
        for price in range(101, 120):
            stage.tick("MNQ1!", str(price))
        assert charts.profit.points == drawn
        charts.show()
        assert charts.profit.points > drawn + 15
        charts.set_colours(light_colours())
        assert not charts.grab().isNull()

    on_stage(play)


def test_a_position_that_was_open_before_begins_where_it_is(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "100", quantity=1)
        stage.tick("MNQ1!", "90")
        stage.tick("MNQ1!", "105")
        charts = shown_charts(stage)
        charts.show_position(recorder.id, "MNQ1!")
        path = charts.paths.path_of(1)
        assert path is not None
        assert (list(path.values), list(path.worst)) == ([10.0], [-20.0])
        assert charts.drawdown.note_text.startswith("since ")

    on_stage(play)


@pytest.mark.parametrize(("count", "limit"), [(0, 20_000), (200, 10_000), (4_000, 1_000)])
def test_many_paths_share_the_room(on_stage: OnStage[None], count: int, limit: int) -> None:
    from tests.ui.test_models import opened

    async def play(stage: Stage) -> None:
        position = opened(0, "MNQ1!")
        held = [position._replace(id=n + 1, recorder_id=n) for n in range(count)]
        stage.desk.book.load([], held, [])
        charts = PositionCharts(stage.desk, stage.bridge, stage.colours)
        stage.widgets.append(charts)
        assert charts.paths.limit == limit

    on_stage(play)
