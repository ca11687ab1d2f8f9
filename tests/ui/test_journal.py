"""The journal as a trader uses it: filtered, sorted, counted up, noted, and opened."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from justtrades_desktop.domain.legacy import TRADES, LegacyImported, OldTrade
from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.wanted import Result, Wanted
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.times import Zones
from justtrades_desktop.ui.dialogs.import_legacy import ImportDialog
from justtrades_desktop.ui.format import UNKNOWN
from justtrades_desktop.ui.models.journal_list import KEYS, Asked, Listed, listed
from justtrades_desktop.ui.models.journal_row import Field
from justtrades_desktop.ui.views.journal import JournalView
from justtrades_desktop.ui.views.journal_export import as_json, as_table
from tests.fakes.legacy import TRADES as TRADE_TABLE
from tests.fakes.legacy import OldFile
from tests.ui.conftest import OnStage
from tests.ui.stage import Stage, until
from tests.ui.test_models import checked, column_of, text

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)


async def shown_view(stage: Stage) -> JournalView:
    """The journal once it has read what there is."""
    view = JournalView(stage.desk, stage.bridge, stage.colours, ChartSetting(stage.tasks, Zones()))
    stage.show(view, 1400, 800)
    await until(lambda: view.model.is_loaded)
    return view


async def trade(
    stage: Stage, recorder: Recorder, entry: str, close: str, *, symbol: str = "MNQ1!"
) -> None:
    """Buy one and close it again."""
    await stage.send(recorder, "buy", entry, quantity=1, ticker=symbol)
    await stage.send(recorder, "close", close, ticker=symbol)


def old_trade(number: int, **fields: object) -> OldTrade:
    """A trade of the old program that won 25 with 30 minutes of patience."""
    plain = OldTrade(
        key=number.to_bytes(16, "big"),
        table=TRADES,
        id=str(number),
        in_journal=True,
        recorder="OLD ORB",
        symbol="NQ1!",
        side=Side.SHORT,
        open=False,
        quantity=1,
        entry_price=Decimal("21000.25"),
        exit_price=Decimal("20999"),
        opened_at=START,
        closed_at=START + 30 * MINUTE,
        profit=Decimal("25.00"),
        fees=None,
        drawdown=None,
        run_up=None,
        adds=None,
        exit_reason=None,
        notes=None,
        row='{"ticker": "NQ1!", "note": "<b>bold</b>"}',
    )
    return replace(plain, **fields)  # type: ignore[arg-type]


async def bring(stage: Stage, *trades: OldTrade) -> None:
    await stage.desk.import_old(LegacyImported("old.db", trades, ()))


async def filtered(view: JournalView, wanted: Wanted) -> None:
    view.filter.ask_for(wanted)
    await arranged(view)


async def arranged(view: JournalView) -> None:
    """Until the table shows what is asked for, in the order that is asked for."""
    model = view.model
    await until(lambda: model.wanted == view.filter.wanted() and model.is_arranged)


def strategies(view: JournalView) -> list[str]:
    return column_of(view.model, Field.STRATEGY)


# What is listed


def test_own_and_old_trades_stand_in_one_table(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        await trade(stage, recorder, "25600", "25610.25")
        await bring(stage, old_trade(1))
        view = await shown_view(stage)
        tester = checked(view.model)
        assert strategies(view) == ["ORB", "OLD ORB"]  # the newest close on top
        assert column_of(view.model, Field.ORIGIN) == ["Signals", "Imported"]
        assert column_of(view.model, Field.PROFIT) == ["▲ +20.50", "▲ +25.00"]
        assert column_of(view.model, Field.REASON) == ["Signal", UNKNOWN]
        assert column_of(view.model, Field.SIDE) == ["Long", "Short"]
        assert text(view.model, 1, Field.DURATION) == "30 min"
        tester.deleteLater()

    on_stage(play)


def test_the_unknown_is_a_dash_and_never_zero(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        await bring(stage, old_trade(1, opened_at=None, profit=None, entry_price=None))
        view = await shown_view(stage)
        for field in (
            Field.OPENED,
            Field.ENTRY,
            Field.PROFIT,
            Field.DRAWDOWN,
            Field.RUN_UP,
            Field.DURATION,
            Field.ADDS,
        ):
            assert text(view.model, 0, field) == UNKNOWN, field.name
        assert view.totals.text_of("Net profit") == UNKNOWN
        assert view.totals.text_of("Trades") == "1"
        await until(view.aside.isVisible)
        assert "1 of unknown profit" in view.figures.text_of("Counted")

    on_stage(play)


def test_an_empty_journal_says_what_to_do(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = await shown_view(stage)
        asked: list[bool] = []
        view.import_wanted.connect(lambda: asked.append(True))
        await until(lambda: view.empty.isVisible())
        assert "No trade has finished yet" in view.empty.text
        view.empty.import_old.click()
        assert asked == [True]
        assert not view.export.isEnabled()
        await bring(stage, old_trade(1))
        await until(lambda: view.table.isVisible())
        assert strategies(view) == ["OLD ORB"]

    on_stage(play)


# Filter, order, figures


def test_filters_leave_what_they_name(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        await trade(stage, recorder, "25600", "25610")
        await bring(
            stage,
            old_trade(1),
            old_trade(2, recorder="OLD FADE", profit=Decimal(-40), side=Side.LONG),
            old_trade(3, notes="late after the NEWS", closed_at=START + timedelta(days=3)),
        )
        view = await shown_view(stage)
        march = START.date()
        for wanted, found in (
            (Wanted(strategy="OLD FADE"), ["OLD FADE"]),
            (Wanted(symbol="MNQ1!"), ["ORB"]),
            (Wanted(result=Result.LOSS), ["OLD FADE"]),
            (Wanted(origin=Origin.SIGNALS), ["ORB"]),
            (Wanted(text="news"), ["OLD ORB"]),
            (Wanted(side=Side.SHORT), ["OLD ORB", "OLD ORB"]),
            (Wanted(first_day=march, last_day=march, side=Side.SHORT), ["OLD ORB"]),
            (Wanted(), ["ORB", "OLD ORB", "OLD ORB", "OLD FADE"]),
        ):
            await filtered(view, wanted)
            assert sorted(strategies(view)) == sorted(found), wanted
        await filtered(view, Wanted(text="nowhere"))
        assert view.empty.isVisible()
        view.empty.clear.click()
        await arranged(view)
        assert len(strategies(view)) == 4
        assert not view.filter.clear.isEnabled()

    on_stage(play)


def test_a_typed_search_waits_for_the_last_key(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        await bring(stage, old_trade(1), old_trade(2, recorder="FADE"))
        view = await shown_view(stage)
        told: list[Wanted] = []
        view.filter.changed.connect(lambda: told.append(view.filter.wanted()))
        QTest.keyClicks(view.filter.search, "fade")
        assert told == []
        await until(lambda: strategies(view) == ["FADE"])
        assert [wanted.text for wanted in told] == ["fade"]

    on_stage(play)


def test_totals_are_the_sums_of_what_is_listed(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        chance = random.Random(5)
        profits = [Decimal(chance.randint(-20_000, 20_000)) / 100 for _ in range(60)]
        await bring(
            stage,
            *(
                old_trade(
                    n,
                    profit=profit,
                    recorder=f"S{n % 3}",
                    closed_at=START + n * 60 * MINUTE,
                )
                for n, profit in enumerate(profits)
            ),
        )
        view = await shown_view(stage)
        for name, mine in (("", profits), ("S1", profits[1::3])):
            await filtered(view, Wanted(strategy=name or None))
            won = [p for p in mine if p > 0]
            lost = [p for p in mine if p < 0]
            assert view.model.figures.net_profit == sum(mine)
            assert f"{abs(sum(mine)):,.2f}" in view.totals.text_of("Net profit")
            assert view.totals.text_of("Trades") == str(len(mine))
            assert view.totals.text_of("Win rate") == f"{100 * len(won) / len(mine):.1f} %"
            assert view.totals.text_of("Profit factor") == f"{sum(won) / -sum(lost):.2f}"

    on_stage(play)


def test_every_column_sorts_and_the_unknown_comes_last(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        await bring(
            stage,
            old_trade(1, profit=Decimal(5), drawdown=Decimal(-9)),
            old_trade(2, profit=None, drawdown=Decimal(-100)),
            old_trade(3, profit=Decimal(-7), drawdown=None),
        )
        view = await shown_view(stage)
        assert set(KEYS) == set(Field)
        for field in Field:
            for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
                view.table.sortByColumn(field, order)
                await arranged(view)
        for field, order, found in (
            (Field.PROFIT, Qt.SortOrder.AscendingOrder, ["▼ −7.00", "▲ +5.00", UNKNOWN]),
            (Field.PROFIT, Qt.SortOrder.DescendingOrder, ["▲ +5.00", "▼ −7.00", UNKNOWN]),
            (Field.DRAWDOWN, Qt.SortOrder.AscendingOrder, ["▼ −100.00", "▼ −9.00", UNKNOWN]),
        ):
            view.table.sortByColumn(field, order)
            await arranged(view)
            assert column_of(view.model, field) == found

    on_stage(play)


def test_the_chosen_trade_stays_chosen(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        await bring(stage, *(old_trade(n, profit=Decimal(n)) for n in range(1, 9)))
        view = await shown_view(stage)
        view.table.selectRow(2)
        chosen = view.model.rows[2]
        view.table.sortByColumn(Field.PROFIT, Qt.SortOrder.DescendingOrder)
        await arranged(view)
        place = view.table.currentIndex().row()
        assert view.model.rows[place] == chosen
        assert view.table.selectionModel().isRowSelected(place)

    on_stage(play)


# While one looks


def test_a_closing_comes_in_by_itself(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        await trade(stage, recorder, "25600", "25610")
        view = await shown_view(stage)
        tester = checked(view.model)
        resets: list[bool] = []
        view.model.modelReset.connect(lambda: resets.append(True))
        await trade(stage, recorder, "25600", "25595")
        await stage.told()
        await until(lambda: len(view.model.rows) == 2)
        assert column_of(view.model, Field.PROFIT) == ["▼ −10.00", "▲ +20.00"]
        assert view.totals.text_of("Net profit") == "▲ +10.00"
        assert resets == []
        tester.deleteLater()

    on_stage(play)


def test_what_closes_while_it_is_read_or_hidden_is_not_lost(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        view = JournalView(
            stage.desk, stage.bridge, stage.colours, ChartSetting(stage.tasks, Zones())
        )
        stage.show(view)
        await trade(stage, recorder, "25600", "25610")
        await stage.told()
        await until(lambda: len(view.model.rows) == 1)
        view.hide()
        await trade(stage, recorder, "25600", "25620")
        await stage.told()
        view.show()
        await until(lambda: len(view.model.rows) == 2)

    on_stage(play)


def test_a_closing_that_does_not_fit_stays_out(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        await trade(stage, recorder, "25600", "25610")
        view = await shown_view(stage)
        await filtered(view, Wanted(result=Result.WIN))
        await trade(stage, recorder, "25600", "25595")
        await stage.told()
        await until(lambda: len(view.model.trades) == 2)
        assert column_of(view.model, Field.PROFIT) == ["▲ +20.00"]
        assert view.totals.text_of("Net profit") == "▲ +20.00"

    on_stage(play)


# What if


def test_another_stop_is_tried_on_what_is_listed(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        await stage.send(recorder, "buy", "25600", quantity=1, ticker="MNQ1!")
        stage.tick("MNQ1!", "25590")  # 40 ticks against it
        stage.tick("MNQ1!", "25610")
        await stage.send(recorder, "close", "25610", ticker="MNQ1!")
        await stage.told()
        await bring(stage, old_trade(1))
        view = await shown_view(stage)
        await until(view.aside.isVisible)
        panel = view.what_if
        panel.first.setValue(40)
        panel.last.setValue(41)
        view.aside.setCurrentWidget(panel)
        await until(lambda: panel.said.text())
        assert panel.curve.data().rows == [(40.0, 5.0), (41.0, 45.0)]
        assert "As it was: ▲ +45.00" in panel.said.text()
        assert "▲ +45.00 at 41 ticks, where 0 of 1 trades" in panel.said.text()
        assert "1 of 2 trades keep their own result" in panel.curve.warning
        panel.said.clear()
        await filtered(view, Wanted(origin=Origin.IMPORTED))
        await until(lambda: panel.curve.empty_text)
        view.hide()

    on_stage(play)


# One trade


async def opened(view: JournalView, origin: Origin, id_: int) -> None:
    view.open_trade(origin, id_)
    page = view.trade_page
    await until(lambda: page.is_loaded and page.trade is not None and page.trade.id == id_)


def test_a_trade_opens_with_its_signals_and_its_path(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        await stage.send(
            recorder, "buy", "25600", quantity=2, ticker="MNQ1!", body="<b>buy</b> 2 MNQ"
        )
        stage.tick("MNQ1!", "25590")
        stage.tick("MNQ1!", "25640")
        await stage.send(recorder, "close", "25610", ticker="MNQ1!")
        await stage.told()
        view = await shown_view(stage)
        chosen: list[tuple[Origin, int]] = []
        view.trade_chosen.connect(lambda origin, id_: chosen.append((origin, id_)))
        view.table.setCurrentIndex(view.model.index(0, 0))
        QTest.keyClick(view.table, Qt.Key.Key_Return)
        page = view.trade_page
        await until(lambda: page.isVisible() and page.is_loaded)
        assert chosen == [(Origin.SIGNALS, view.model.rows[0].id)]
        assert "ORB" in page.title.text()
        assert page.facts.text_of("P&L") == "▲ +40.00  ·  +40 ticks"
        assert page.facts.text_of("Drawdown") == "▼ −40.00  ·  −40 ticks"
        assert page.facts.text_of("Run-up") == "▲ +160.00  ·  +160 ticks"
        assert column_of(page.steps.model, 2) == ["entered 2 at 25600.00", "exited 2 at 25610.00"]
        assert page.steps.body.toPlainText() == "<b>buy</b> 2 MNQ"
        assert page.charts.profit.points > 2
        page.back.click()
        assert view.table.isVisible()

    on_stage(play)


def test_an_old_trade_shows_the_row_it_came_from(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        await bring(stage, old_trade(1))
        view = await shown_view(stage)
        await opened(view, Origin.IMPORTED, view.model.rows[0].id)
        assert "<b>bold</b>" in view.trade_page.steps.body.toPlainText()
        assert view.trade_page.facts.text_of("Drawdown") == UNKNOWN
        assert not view.trade_page.charts.isVisible()

    on_stage(play)


def test_next_and_previous_follow_the_list(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        await bring(stage, *(old_trade(n, closed_at=START + n * 60 * MINUTE) for n in range(1, 4)))
        view = await shown_view(stage)
        page, ids = view.trade_page, [trade.id for trade in view.model.rows]
        await opened(view, Origin.IMPORTED, ids[0])
        assert not page.before.isEnabled()
        page.after.click()
        page.after.click()
        assert page.trade is not None
        assert page.trade.id == ids[2]
        assert not page.after.isEnabled()
        page.before.click()
        assert page.trade.id == ids[1]

    on_stage(play)


def test_notes_and_tags_are_found_again(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        await trade(stage, recorder, "25600", "25610")
        await trade(stage, recorder, "25600", "25595")
        view = await shown_view(stage)
        id_ = view.model.rows[0].id
        await opened(view, Origin.SIGNALS, id_)
        notes = view.trade_page.notes
        assert not notes.save.isEnabled()
        notes.notes.setPlainText("held through <i>the</i> pullback")
        notes.tags.setText("A Setup, news , news")
        notes.save.click()
        await until(lambda: notes.said.text() == "Saved")
        assert notes.tags.text() == "a setup, news"
        stage.bridge.tell()
        await until(lambda: view.model.trades.tags == ["a setup", "news"])
        assert notes.said.text() == "Saved"  # the news of it is no reason to take that back
        view.show_list()
        assert text(view.model, 0, Field.TAGS) == "a setup, news"
        assert view.filter.tag.findData("news") > 0
        await filtered(view, Wanted(tag="news"))
        assert [trade.id for trade in view.model.rows] == [id_]
        again = await shown_view(stage)
        assert text(again.model, 0, Field.NOTES) == "held through <i>the</i> pullback"

    on_stage(play)


def test_leaving_a_trade_saves_its_notes(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        await bring(stage, old_trade(1), old_trade(2))
        view = await shown_view(stage)
        first = view.model.rows[0]
        await opened(view, Origin.IMPORTED, first.id)
        view.trade_page.notes.notes.setPlainText("typed and left")
        view.trade_page.after.click()
        assert view.trade_page.notes.notes.toPlainText() == ""
        await until(partial(_has_note, view, first, "typed and left", stage))

    on_stage(play)


def _has_note(view: JournalView, trade: Trade, notes: str, stage: Stage) -> bool:
    stage.bridge.tell()
    place = view.model.place_of(trade)
    return place is not None and view.model.rows[place].notes == notes


def test_notes_that_cannot_be_saved_are_told_and_kept(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        await bring(stage, old_trade(1), old_trade(2))
        view = await shown_view(stage)
        said: list[str] = []
        view.trouble.connect(said.append)
        first, second = view.model.rows[0], view.model.rows[1]
        await opened(view, Origin.IMPORTED, first.id)
        view.trade_page.notes.tags.setText("x" * 500)
        await opened(view, Origin.IMPORTED, second.id)
        await until(lambda: said)
        assert "is no tag" in said[0]
        await opened(view, Origin.IMPORTED, first.id)
        assert view.trade_page.notes.tags.text() == "x" * 500
        view.trade_page.notes.tags.clear()

    on_stage(play)


# Many


def many(count: int) -> list[Trade]:
    chance = random.Random(11)
    return [
        Trade(
            Origin.SIGNALS if n % 4 else Origin.IMPORTED,
            n,
            f"S{chance.randint(0, 9)}",
            chance.choice(("MNQ1!", "MES1!", "MGC1!")),
            chance.choice((Side.LONG, Side.SHORT)),
            chance.randint(1, 5),
            START + n * MINUTE,
            START + n * MINUTE + timedelta(seconds=chance.randint(1, 5000)),
            profit=None if n % 50 == 0 else Decimal(chance.randint(-50_000, 50_000)) / 100,
            currency="EUR" if n % 1000 == 7 else "USD",
        )
        for n in range(1, count + 1)
    ]


def test_a_hundred_thousand_are_chosen_and_sorted_rightly(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        trades = many(100_000)
        columns = Trades(trades, stage.desk.calendar.session_day)
        wanted = Wanted(strategy="S3", side=Side.LONG, result=Result.WIN)
        found = listed(columns, Asked(wanted, "profit", descending=True))
        right = [
            trade
            for trade in trades
            if trade.strategy == "S3" and trade.side is Side.LONG and (trade.profit or 0) > 0
        ]
        assert _ids(found) == _ids(
            sorted(right, key=lambda trade: (-(trade.profit or 0), trade.closed_at))
        )
        assert found.figures.net_profit == sum(
            (trade.profit or Decimal(0) for trade in right if trade.currency == "USD"), Decimal(0)
        )
        assert found.currencies == ("USD", "EUR")

    on_stage(play)


def _ids(trades: Sequence[Trade] | Listed) -> list[tuple[Origin, int]]:
    return [(trade.origin, trade.id) for trade in trades]


def test_several_currencies_are_told_and_not_added_up(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        await trade(stage, recorder, "25600", "25610")
        await trade(stage, recorder, "25600", "25610")
        await trade(stage, recorder, "18000", "18010", symbol="FDAX1!")
        view = await shown_view(stage)
        assert view.totals.text_of("Net profit") == "▲ +40.00"
        assert "USD alone; there are others in EUR" in view.totals.note
        await filtered(view, Wanted(symbol="FDAX1!"))
        assert view.totals.text_of("Net profit").endswith(" EUR")
        assert view.totals.note == ""

    on_stage(play)


# Ways in and out


def test_an_import_shows_what_it_would_bring_first(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        old = OldFile(tmp_path / "old.db", TRADE_TABLE)
        for number, pnl in ((1, 40.5), (2, -10.25)):
            old.add(
                "recorded_trades",
                id=number,
                recorder_id=1,
                ticker="MNQ1!",
                action="BUY",
                side="LONG",
                entry_price=25600,
                entry_time="2025-11-03 15:00:00",
                exit_price=25610,
                exit_time="2025-11-03 15:30:00",
                pnl=pnl,
                status="closed",
            )
        old.add("recorded_trades", id=3, recorder_id=1, ticker="MNQ1!", status="closed")
        view = await shown_view(stage)
        dialog = ImportDialog(stage.desk, old.path, stage.tasks, stage.colours, view)
        dialog.open()
        assert not dialog.do_button.isEnabled()
        await until(dialog.do_button.isEnabled)
        assert dialog.facts.text_of("Trades") == "3 in the file, 2 new"
        assert dialog.facts.text_of("Sum of P&L") == "▲ +30.25"
        assert dialog.unreadable.toPlainText().startswith("recorded_trades 3: ")
        assert len(view.model.trades) == 0
        dialog.do_button.click()
        await until(lambda: dialog.imported is not None)
        stage.bridge.tell()
        await until(lambda: len(view.model.rows) == 2)
        assert sorted(column_of(view.model, Field.PROFIT)) == ["▲ +40.50", "▼ −10.25"]
        assert dialog.isVisible()
        assert not dialog.do_button.isVisible()
        dialog.reject()

    on_stage(play)


def test_a_file_that_is_no_history_is_refused_in_words(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        file = tmp_path / "holiday.db"
        file.write_text("a letter")
        view = await shown_view(stage)
        dialog = ImportDialog(stage.desk, file, stage.tasks, stage.colours, view)
        dialog.open()
        await until(lambda: dialog.problem.text())
        assert not dialog.do_button.isEnabled()
        dialog.reject()

    on_stage(play)


def test_what_is_listed_is_exported_in_its_order() -> None:
    trades = [replace_notes(trade) for trade in many(3)]
    rows = list(csv.DictReader(io.StringIO(as_table(trades).decode(), newline="")))
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["notes"] == "'=1+1"  # no formula for a spreadsheet
    assert rows[0]["drawdown"] == ""
    assert rows[0]["tags"] == "a, b"
    told = json.loads(as_json(trades))
    assert told[0]["tags"] == ["a", "b"]
    assert Decimal(told[0]["profit"]) == trades[0].profit
    assert told[0]["drawdown"] is None
    assert told[0]["closed_at"] == trades[0].closed_at.isoformat()


def replace_notes(trade: Trade) -> Trade:
    return trade._replace(notes="=1+1", tags=("a", "b"))
