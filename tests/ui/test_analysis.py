"""The analysis shows the trades it is given: dots open trades, days ask for theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.wanted import Result, Wanted
from justtrades_desktop.ui.charts.chart import ChartSetting, ZoneMenu
from justtrades_desktop.ui.charts.export import as_csv
from justtrades_desktop.ui.charts.month import Month
from justtrades_desktop.ui.charts.times import Zones
from justtrades_desktop.ui.memory import Zone
from justtrades_desktop.ui.theme import light_colours
from justtrades_desktop.ui.views.analysis import AnalysisView
from tests.ui.conftest import OnStage
from tests.ui.program import Program, perform
from tests.ui.stage import Stage, until

MONDAY = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)  # 09:00 in Chicago


def trade(number: int, profit: str | None, at: datetime, **fields: Any) -> Trade:
    known = Trade(
        origin=Origin.SIGNALS,
        id=number,
        strategy="ORB",
        symbol="MNQ1!",
        side=Side.LONG,
        size=2,
        opened_at=at - timedelta(minutes=30),
        closed_at=at,
        profit=None if profit is None else Decimal(profit),
        drawdown=Decimal(-20 * number),
        run_up=Decimal(30 * number),
    )
    return known._replace(**fields)


def a_week() -> list[Trade]:
    return [
        trade(1, "50.25", MONDAY),
        trade(2, "-80", MONDAY + timedelta(hours=2)),
        trade(3, "120.5", MONDAY + timedelta(days=1)),
        trade(4, "-10", MONDAY + timedelta(days=3, hours=4)),
    ]


def shown_analysis(stage: Stage, zones: Zones | None = None) -> AnalysisView:
    setting = ChartSetting(stage.tasks, zones or Zones(Zone.EXCHANGE))
    view = AnalysisView(stage.desk, stage.bridge, stage.colours, setting)
    stage.show(view, 1400, 1200)
    return view


def give(stage: Stage, view: AnalysisView, trades: Sequence[Trade]) -> Trades:
    columns = Trades(trades, stage.desk.calendar.session_day)
    view.show_trades(columns, columns.all())
    return columns


def test_says_calmly_that_there_is_nothing_yet(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = shown_analysis(stage)
        charts = view.charts.charts
        await until(lambda: {chart.empty_text for chart in charts} == {"No finished trade yet"})
        assert all(chart.definition for chart in charts)

    on_stage(play)


def test_reads_all_finished_trades_by_itself(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("JADNQ")
        for price in ("25600", "25700"):
            await stage.send(recorder, "buy", price, quantity=1)
            await stage.send(recorder, "sell", "25650", quantity=1)
        await stage.told()
        view = shown_analysis(stage)
        await until(lambda: view.charts.equity.value_text == "0.00")
        assert view.charts.equity.note_text == "2 trades"
        assert view.charts.underwater.value_text == "▼ −100.00"

    on_stage(play)


def test_what_the_journal_shows_is_not_replaced(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("JADNQ")
        await stage.send(recorder, "buy", "25600", quantity=1)
        await stage.send(recorder, "sell", "25650", quantity=1)
        await stage.told()
        view = shown_analysis(stage)  # reads by itself
        give(stage, view, a_week())  # but the journal is faster
        assert view.charts.equity.note_text == "4 trades"
        await asyncio.sleep(0.3)
        assert view.charts.equity.note_text == "4 trades"

    on_stage(play)


def test_equity_and_underwater_follow_the_closes(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = shown_analysis(stage)
        give(stage, view, a_week())
        charts = view.charts
        assert _column(charts.equity.data().rows) == [0.0, 50.25, -29.75, 90.75, 80.75]
        assert _column(charts.underwater.data().rows) == [0.0, 0.0, -80.0, 0.0, -10.0]
        assert charts.equity.value_text == "▲ +80.75"
        assert charts.underwater.value_text == "▼ −80.00"
        charts.equity.span.zoom_in()
        assert charts.equity.back_offered

    on_stage(play)


def test_a_click_on_a_dot_opens_its_trade(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = shown_analysis(stage)
        friday = MONDAY + timedelta(days=4)
        old = trade(9, "5", friday, origin=Origin.IMPORTED, run_up=None)
        give(stage, view, [*a_week(), old])
        opened: list[tuple[str, int]] = []
        view.trade_clicked.connect(lambda origin, id_: opened.append((origin, id_)))
        dots = view.charts.worst
        rows = [tuple(row) for row in dots.data().rows]
        place = rows.index(("signals", 3, -60.0, 120.5))
        QTest.mouseClick(
            dots.plot.viewport(), Qt.MouseButton.LeftButton, pos=dots.place_of(place).toPoint()
        )
        assert opened == [("signals", 3)]
        assert "ORB · MNQ1! · long 2" in _hover(dots, place)
        assert "result ▲ +120.50  MAE ▼ −60.00  MFE ▲ +90.00" in dots.said
        QTest.keyClick(dots, Qt.Key.Key_Return)
        assert opened == [("signals", 3)] * 2
        assert view.charts.best.points == 4  # one was never measured
        assert view.charts.best.note_text == "1 never measured"

    on_stage(play)


def _hover(dots: object, place: int) -> str:
    from justtrades_desktop.ui.charts.dots import DotChart

    assert isinstance(dots, DotChart)
    dots.point(place)
    return dots.said


def test_the_calendar_sums_each_session_day(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = shown_analysis(stage)
        evening = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)  # 17:30 in Chicago: the next session
        give(stage, view, [*a_week(), trade(5, "7.5", evening)])
        calendar = view.charts.calendar
        rows = [tuple(row) for row in calendar.data().rows]
        assert rows == [
            ("2026-11-16", -29.75),
            ("2026-11-17", 120.5),
            ("2026-11-18", 7.5),
            ("2026-11-19", -10.0),
        ]
        assert calendar.month_text == "November 2026"
        assert calendar.days.text_of(date(2026, 11, 16)) == "−29.75"
        assert calendar.days.text_of(date(2026, 11, 20)) == ""
        assert calendar.value_text == "▲ +88.25"
        asked: list[date] = []
        view.day_clicked.connect(asked.append)
        for day in (date(2026, 11, 17), date(2026, 11, 20)):  # nothing was traded on the second
            cell = calendar.days.place_of(day).center()
            QTest.mouseClick(calendar.days, Qt.MouseButton.LeftButton, pos=cell)
        assert asked == [date(2026, 11, 17)]

    on_stage(play)


def test_the_calendar_turns_by_key_within_what_was_traded(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = shown_analysis(stage)
        give(stage, view, [trade(1, "5", MONDAY - timedelta(days=35)), trade(2, "6", MONDAY)])
        calendar = view.charts.calendar
        asked: list[date] = []
        view.day_clicked.connect(asked.append)
        for key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageUp):
            QTest.keyClick(calendar.days, key)
        assert calendar.month_text == "October 2026"
        assert not calendar.earlier.isEnabled()
        QTest.keyClick(calendar.days, Qt.Key.Key_PageDown)
        assert calendar.month_text == "November 2026"
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Return):
            QTest.keyClick(calendar.days, key)
        assert asked == [date(2026, 11, 16)]

    on_stage(play)


def test_a_month_has_weekends_only_where_they_were_traded() -> None:
    monday = date(2026, 11, 16)
    assert Month.of(monday, {monday: 5.0}).days == 5
    assert Month.of(monday, {date(2026, 11, 14): 5.0}).days == 7
    assert Month.of(monday, {monday: 5.0, date(2026, 11, 17): -2.0}).week_total(2) == 3.0
    assert Month.of(monday, {}).total is None


def test_bars_by_weekday_hour_and_size(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        zones = Zones(Zone.EXCHANGE)
        view = shown_analysis(stage, zones)
        give(stage, view, a_week())
        charts = view.charts
        assert [bar.height for bar in charts.weekdays.bars] == [-29.75, 120.5, 0, -10, 0]
        assert charts.hours.bars[8].words == "08:00 – 09:00: ▲ +170.75, 2 trades"
        zones.choose(Zone.UTC)
        assert charts.hours.bars[14].words == "14:00 – 15:00: ▲ +170.75, 2 trades"
        spread = charts.spread.bars
        assert sum(bar.height for bar in spread) == 4
        assert _csv(charts.weekdays)[1] == "Monday,-29.75,2"
        charts.weekdays.point(1)
        assert charts.weekdays.said == "Tuesday: ▲ +120.50, 1 trade"

    on_stage(play)


def test_says_what_is_left_out_and_what_is_filtered(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = shown_analysis(stage)
        more = [trade(5, None, MONDAY), trade(6, "9", MONDAY, currency="EUR")]
        columns = give(stage, view, [*a_week(), *more])
        assert "1 in another currency than USD, 1 whose result is unknown" in view.note
        assert view.charts.equity.value_text == "▲ +80.75"
        view.show_trades(columns, np.flatnonzero(columns.profit > 0))
        assert "Filtered in the journal: 3 of 6 trades" in view.note
        asked: list[bool] = []
        view.all_wanted.connect(lambda: asked.append(True))
        view.all_button.click()
        assert asked == [True]

    on_stage(play)


def test_hidden_nothing_is_drawn(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = shown_analysis(stage)
        give(stage, view, a_week())
        await until(lambda: view.charts.calendar.days.drawings > 0)
        view.hide()
        plotted = (
            view.charts.equity,
            view.charts.underwater,
            view.charts.worst,
            view.charts.best,
            view.charts.spread,
            view.charts.hours,
            view.charts.weekdays,
        )
        before = [chart.drawings for chart in plotted], view.charts.calendar.days.drawings
        give(stage, view, a_week()[:2])
        view.set_colours(light_colours())
        await until(lambda: True)
        after = [chart.drawings for chart in plotted], view.charts.calendar.days.drawings
        assert after == before
        assert view.charts.equity.value_text == "▲ +80.75"  # not even counted up
        view.show()
        assert view.charts.equity.value_text == "▼ −29.75"

    on_stage(play)


@pytest.mark.parametrize("count", [1, 3000])
def test_draws_one_trade_and_thousands(on_stage: OnStage[None], count: int) -> None:
    async def play(stage: Stage) -> None:
        view = shown_analysis(stage)
        some = [
            trade(n + 1, str((n * 37) % 200 - 90), MONDAY + timedelta(minutes=7 * n))
            for n in range(count)
        ]
        give(stage, view, some)
        assert view.charts.worst.points == count
        assert not view.grab().isNull()

    on_stage(play)


def test_leads_into_the_journal_and_follows_its_filter(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        window = program.window
        recorder = await program.recorder("ORB")
        for price in ("100", "105"):
            await program.alert(recorder, action="buy", ticker="MNQ1!", contracts=1, price=price)
            await program.alert(recorder, action="sell", ticker="MNQ1!", contracts=1, price="103")
        window.work.setCurrentWidget(window.analysis)
        equity = window.analysis.charts.equity
        await program.until(lambda: equity.note_text == "2 trades")
        window.analysis.trade_clicked.emit("signals", 1)
        assert window.work.currentWidget() is window.journal
        await program.until(lambda: window.journal.trade_page.isVisible())
        today = program.running.desk.calendar.session_day(program.running.desk.clock())
        window.analysis.day_clicked.emit(today)
        assert not window.journal.trade_page.isVisible()
        assert window.journal.filter.wanted().first_day == today
        await program.until(lambda: len(window.journal.model.rows) == 2)
        window.journal.filter.ask_for(Wanted(result=Result.WIN))
        window.work.setCurrentWidget(window.analysis)
        await program.until(lambda: equity.note_text == "1 trade")
        assert "1 of 2" in window.analysis.note
        window.analysis.all_button.click()
        await program.until(lambda: equity.note_text == "2 trades")
        assert window.analysis.note == ""

    perform(qapp, tmp_path, play)


def test_the_clock_is_chosen_in_the_menu(qapp: QApplication, tmp_path: Path) -> None:
    async def choose(program: Program) -> None:
        window = program.window
        menu = next(menu for menu in window.findChildren(ZoneMenu) if menu.parent() is not None)
        exchange = menu.actions()[list(Zone).index(Zone.EXCHANGE)]
        exchange.trigger()
        assert window.zones.zone is Zone.EXCHANGE
        ticked = [m.actions()[1].isChecked() for m in window.findChildren(ZoneMenu)]
        assert all(ticked)

    async def find(program: Program) -> None:
        assert program.window.zones.zone is Zone.EXCHANGE

    perform(qapp, tmp_path, choose)
    perform(qapp, tmp_path, find)


def _column(rows: Iterable[Sequence[str | float | int | None]]) -> list[float]:
    return [float(row[1] or 0) for row in rows]


def _csv(chart: object) -> list[str]:
    from justtrades_desktop.ui.charts.bars import BarChart

    assert isinstance(chart, BarChart)
    return as_csv(chart.data()).decode().splitlines()
