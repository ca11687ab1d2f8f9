"""What the tables say, and that they say no more than what changed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.positions import Position, Side
from justtrades_desktop.domain.signals import Outcome
from justtrades_desktop.domain.values import UNITS
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.models.position_row import Field, PositionRow
from justtrades_desktop.ui.models.positions import PositionsModel, Show
from justtrades_desktop.ui.models.signal_line import AGAIN, BODY, OUTCOME, READ_AS, REASON
from justtrades_desktop.ui.models.signals import MOST, PAGE, SignalsModel, Wanted
from justtrades_desktop.ui.models.table import CellRole, runs
from tests.fakes.alerts import START
from tests.ui.conftest import OnStage
from tests.ui.stage import Stage, until

MNQ = Product("MNQ", Decimal("0.25"), Decimal("0.5"))
Change = tuple[int, int, int, int]


def checked(model: QAbstractItemModel) -> QAbstractItemModelTester:
    fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
    return QAbstractItemModelTester(model, fatal)


def changes_of(model: QAbstractItemModel) -> list[Change]:
    """First row, last row, first column, last column of every change from now on."""
    changes: list[Change] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        changes.append((first.row(), last.row(), first.column(), last.column()))

    model.dataChanged.connect(note)
    return changes


def text(model: QAbstractItemModel, row: int, column: int) -> str:
    return str(model.index(row, column).data())


def column_of(model: QAbstractItemModel, column: int) -> list[str]:
    return [text(model, row, column) for row in range(model.rowCount())]


# Figures


def test_money_has_sign_arrow_and_true_minus() -> None:
    assert shown.money(Fraction(625, 2), MNQ) == "▲ +312.50"
    assert shown.money(Fraction(-77, 2), MNQ) == "▼ −38.50"
    assert shown.money(Fraction(1234567), MNQ) == "▲ +1,234,567.00"
    assert shown.money(Fraction(0), MNQ) == "0.00"
    assert shown.money(Fraction(-1, 1000), MNQ) == "0.00"
    assert shown.money(None, MNQ) == "–"
    assert shown.money(Fraction(12), None) == "▲ +12.00 pts"
    assert shown.money(Fraction(12), replace(MNQ, currency="EUR")) == "▲ +12.00 EUR"
    assert shown.spoken(Fraction(-77, 2), MNQ) == "minus 38.50 USD"


def test_the_colour_says_what_the_figure_says() -> None:
    assert shown.tone(Fraction(-1, 1000)) is Tone.NEUTRAL
    assert shown.tone(Fraction(-1, 100)) is Tone.LOSS
    assert shown.tone(Fraction(1)) is Tone.PROFIT
    assert shown.tone(None) is Tone.MUTED


def test_prices_have_the_decimals_of_their_tick() -> None:
    assert shown.price(Decimal("25600.5"), MNQ) == "25600.50"
    assert shown.price(Fraction(76792, 3), MNQ) == "25597.3333"
    assert shown.price(Decimal(44120), Product("YM", Decimal(1), Decimal(5))) == "44120"
    assert shown.price(Decimal("-37.63"), Product("CL", Decimal("0.01"), Decimal(10))) == "−37.63"
    assert shown.price(Decimal("101.5"), None) == "101.5"
    assert shown.price(None, MNQ) == "–"


def test_ages() -> None:
    seconds = (61, 119, 180, 7300, 200_000)
    assert [shown.age(age) for age in seconds] == ["61 s", "119 s", "3 min", "2 h", "2 d"]


def test_text_from_outside_cannot_turn_or_break_the_line() -> None:
    assert shown.one_line("  buy\n\tMNQ1!  ") == "buy MNQ1!"
    assert "\u202e" not in shown.one_line("buy \u202e1 2")
    assert len(shown.one_line("x" * 100_000)) < 1_000
    assert shown.several_lines("a\r\n\tb\x00") == "a\n\tb\N{REPLACEMENT CHARACTER}"


def test_runs_of_neighbours() -> None:
    assert list(runs([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 7), (9, 10)]
    assert list(runs([])) == []


# Positions


def test_a_tick_changes_only_the_live_cells_of_its_instrument(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorders = [await stage.recorder(name) for name in ("A", "B", "C")]
        for recorder in recorders:
            await stage.send(recorder, "buy", "25600.25", quantity=1)
        await stage.send(recorders[0], "sell", "6700", ticker="ES1!", quantity=1)
        await stage.told()  # else what is told of the signals changes rows as well
        model = PositionsModel(stage.desk, stage.bridge)
        tester = checked(model)
        changes = changes_of(model)
        stage.tick("MNQ1!", "25610.25")
        assert column_of(model, Field.PROFIT) == ["▲ +20.00"] * 3 + ["0.00"]
        # One message for the run of three; the drawdown between P&L and run-up is not left out of
        # the rectangle, but nothing left or right of it is touched.
        assert changes == [(0, 2, Field.LAST, Field.RUN_UP)]
        changes.clear()
        stage.tick("MNQ1!", "25605.25")  # no new extreme
        assert changes == [(0, 2, Field.LAST, Field.PROFIT)]
        changes.clear()
        stage.tick("MNQ1!", "25605.25")
        stage.tick("CL1!", "58")
        assert changes == []
        assert column_of(model, Field.RUN_UP)[0] == "▲ +20.00"
        del tester

    on_stage(play)


def test_follows_signals_from_entry_to_close(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("JADNQ")
        model = PositionsModel(stage.desk, stage.bridge)
        tester = checked(model)
        await stage.send(recorder, "buy", "25600", quantity=2)
        await stage.send(recorder, "buy", "25601", quantity=1)
        await stage.told()
        row = [text(model, 0, column) for column in Field][:11]
        assert row == [
            *("JADNQ", "MNQ1!", "Long", "3", "–", "25600.3333", "25601.00"),
            *("▲ +4.00", "0.00", "▲ +4.00", "0.00"),
        ]
        await stage.send(recorder, "sell", "25590", quantity=4)  # closes and turns
        await stage.told()
        assert column_of(model, Field.SIDE) == ["Short"]
        model.show_only(Show.CLOSED)
        assert column_of(model, Field.PROFIT) == ["▼ −62.00"]
        assert column_of(model, Field.SIZE) == ["3"]
        model.show_only(Show.ALL)
        assert sorted(column_of(model, Field.SIDE)) == ["Long", "Short"]
        await stage.send(recorder, "close", "25580")
        await stage.told()
        assert all(said.startswith("Closed") for said in column_of(model, Field.STATUS))
        assert [model.count(show) for show in Show] == [0, 2, 2]
        del tester

    on_stage(play)


def test_reads_closed_positions_from_the_ledger(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        for _ in range(3):
            await stage.send(recorder, "buy", "25600", quantity=1)
            await stage.send(recorder, "close", "25601")
        await stage.told()
        model = PositionsModel(stage.desk, stage.bridge)
        tester = checked(model)
        model.show_only(Show.ALL)
        assert model.rowCount() == 0
        await model.load_closed()
        await model.load_closed()
        assert column_of(model, Field.PROFIT) == ["▲ +2.00"] * 3
        del tester

    on_stage(play)


def test_unknown_is_a_dash_and_says_why(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", ticker="XYZ", quantity=1)
        model = PositionsModel(stage.desk, stage.bridge)
        tester = checked(model)
        assert text(model, 0, Field.PROFIT) == text(model, 0, Field.DRAWDOWN) == "–"
        assert text(model, 0, Field.STATUS) == "Waits for a price"
        stage.tick("XYZ", "100")
        stage.tick("XYZ", "101.5")
        assert text(model, 0, Field.PROFIT) == "▲ +1.50 pts"
        assert text(model, 0, Field.STATUS) == "Open"
        tip = model.index(0, Field.PROFIT).data(Qt.ItemDataRole.ToolTipRole)
        assert "no tick value" in tip
        assert model.without_product() == "XYZ"
        await stage.desk.set_tick_value("XYZ", Decimal("0.5"), Decimal(5))
        await stage.told()
        assert text(model, 0, Field.PROFIT) == "▲ +15.00"
        assert model.without_product() is None
        del tester

    on_stage(play)


def test_an_old_price_turns_grey_and_says_how_old(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "25600", quantity=1)
        stage.tick("MNQ1!", "25610")
        model = PositionsModel(stage.desk, stage.bridge)
        changes = changes_of(model)
        profit = model.index(0, Field.PROFIT)
        model.refresh_ages()
        assert profit.data(CellRole).tone is Tone.PROFIT
        assert changes == []
        now = stage.desk.clock()
        stage.desk.clock = lambda: now + timedelta(minutes=3)
        model.refresh_ages()
        assert profit.data(CellRole).tone is Tone.MUTED
        assert text(model, 0, Field.LAST) == "3 min · 25610.00"
        assert "3 min old" in profit.data(Qt.ItemDataRole.AccessibleTextRole)
        stage.tick("MNQ1!", "25611")
        assert profit.data(CellRole).tone is Tone.PROFIT

    on_stage(play)


def test_sorts_pnl_as_numbers_with_the_unknown_below(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        for symbol, price in (("MNQ1!", "100"), ("ES1!", "100"), ("CL1!", "100"), ("GC1!", "100")):
            await stage.send(recorder, "buy", price, ticker=symbol, quantity=1)
        await stage.send(recorder, "buy", ticker="RTY1!", quantity=1)
        for symbol, price in (("MNQ1!", "109"), ("ES1!", "98"), ("CL1!", "100.1")):
            stage.tick(symbol, price)
        model = PositionsModel(stage.desk, stage.bridge)
        tester = checked(model)
        followed = model.index(0, 0)
        model.sort(Field.PROFIT, Qt.SortOrder.DescendingOrder)
        symbols = column_of(model, Field.SYMBOL)
        assert symbols == ["CL1!", "MNQ1!", "GC1!", "ES1!", "RTY1!"]
        model.sort(Field.PROFIT, Qt.SortOrder.AscendingOrder)
        assert column_of(model, Field.SYMBOL) == ["ES1!", "GC1!", "MNQ1!", "CL1!", "RTY1!"]
        assert followed.isValid()
        stage.tick("ES1!", "200")
        assert column_of(model, Field.SYMBOL)[0] == "ES1!"  # no row jumps under the mouse
        model.sort_again()
        assert column_of(model, Field.SYMBOL)[3] == "ES1!"
        del tester

    on_stage(play)


def test_a_renamed_recorder(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder("ORB")
        await stage.send(recorder, "buy", "25600", quantity=1)
        model = PositionsModel(stage.desk, stage.bridge)
        await stage.desk.change_recorder(recorder.id, name="Opening range")
        await stage.told()
        assert text(model, 0, Field.STRATEGY) == "Opening range"

    on_stage(play)


def test_two_thousand_positions_cost_one_message(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        held = [opened(number, "MNQ1!" if number % 2 else "ES1!") for number in range(2_000)]
        stage.desk.book.load([], held, [])
        model = PositionsModel(stage.desk, stage.bridge)
        model.sort(Field.SYMBOL)
        changes = changes_of(model)
        stage.tick("MNQ1!", "101")
        assert changes == [(1_000, 1_999, Field.LAST, Field.RUN_UP)]
        # Nobody looked: no sum was worked out.
        assert not any("profit" in vars(row) or "settled" in vars(row) for row in model.rows)

    on_stage(play)


def opened(number: int, symbol: str) -> Position:
    return Position(
        id=number + 1,
        recorder_id=number,
        symbol=symbol,
        side=Side.LONG,
        opened_at=START,
        updated_at=START,
        entered=1,
        most=1,
        entry_units=100 * UNITS,
        cost_units=100 * UNITS,
        last_price=Decimal(100),
        product=MNQ,
    )


def test_a_row_ages_only_while_open() -> None:
    position = opened(1, "MNQ1!")._replace(exited=1, closed_at=START)
    row = PositionRow(position, "ORB", at=START)
    assert row.aged(START + timedelta(days=1)) is row


# Signals


def lines(newest: int, count: int) -> list[SignalLine]:
    return [
        SignalLine(
            id=id_,
            recorder_id=1,
            received_at=START + timedelta(seconds=id_),
            source="alert",
            outcome="unreadable" if id_ % 1_000 == 0 else "applied",
            reason=None,
            action="buy",
            symbol="MNQ1!",
            quantity=1,
            price=None,
            target=None,
            body=f"body {id_}",
            content_type="",
        )
        for id_ in range(newest, max(0, newest - count), -1)
    ]


class Pages:
    """A ledger with very many signals that counts how often it is asked."""

    def __init__(self, stored: int) -> None:
        self.stored = stored
        self.asked = 0

    async def signals(self, *, limit: int, before: int | None = None) -> Sequence[SignalLine]:
        self.asked += 1
        await asyncio.sleep(0)
        return lines(self.stored if before is None else before - 1, limit)


def paged(stage: Stage, stored: int) -> tuple[SignalsModel, Pages]:
    pages = Pages(stored)
    stage.desk.signals = pages.signals  # type: ignore[method-assign]
    return SignalsModel(stage.desk, stage.bridge, stage.tasks), pages


async def fetched(model: SignalsModel) -> None:
    model.fetchMore()
    await until(lambda: not model.is_fetching)


def test_tells_each_alert_in_one_line(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        model = SignalsModel(stage.desk, stage.bridge, stage.tasks)
        tester = checked(model)
        await stage.send(recorder, "buy", "25600.25", quantity=2, target=3, sender_id="a")
        await stage.send(recorder, "buy", "25600.25", quantity=2, target=3, sender_id="a")
        await stage.send(recorder, "close", ticker="ES1!")
        await stage.send_unreadable(recorder, "it is a plain text", "<b>buy</b>\nnow")
        await stage.told()
        assert column_of(model, OUTCOME) == ["unreadable", "ignored", "applied"]
        assert column_of(model, READ_AS) == [
            "–",
            "close ES1!",
            "buy 2 MNQ1! @ 25600.25 → long 3",
        ]
        # Counted once, whether the page was read before the repeat or after it.
        await until(lambda: column_of(model, AGAIN) == ["", "", "×1"])
        assert text(model, 0, REASON) == "it is a plain text"
        assert text(model, 0, BODY) == "<b>buy</b> now"
        assert "was never received" in text(model, 2, REASON)
        del tester

    on_stage(play)


def test_live_lines_and_pages_never_overlap(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        for _ in range(5):
            await stage.send(recorder, "buy", "25600", quantity=1)
        model = SignalsModel(stage.desk, stage.bridge, stage.tasks)
        tester = checked(model)
        model.fetchMore()
        await stage.send(recorder, "buy", "25600", quantity=1)  # told while the page is read
        await until(lambda: not model.is_fetching)
        await stage.send(recorder, "buy", "25600", quantity=1)
        await stage.told()
        assert [line.id for line in model.rows] == [7, 6, 5, 4, 3, 2, 1]
        assert not model.canFetchMore()
        del tester

    on_stage(play)


def test_older_signals_come_page_by_page(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        model, pages = paged(stage, PAGE + 20)
        tester = checked(model)
        await until(lambda: not model.is_fetching)
        await fetched(model)
        await fetched(model)
        assert model.rowCount() == PAGE + 20
        assert not model.canFetchMore()
        assert pages.asked == 2
        del tester

    on_stage(play)


def test_a_hundred_thousand_signals(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        model, pages = paged(stage, MOST + 10 * PAGE)
        while model.canFetchMore():
            await fetched(model)
        assert model.rowCount() == MOST
        assert pages.asked == MOST // PAGE
        assert model.is_full
        assert model.place_of(MOST + 10 * PAGE - 7) == 7
        assert model.place_of(1) is None

    on_stage(play)


def test_search_looks_through_all_of_them(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        model, pages = paged(stage, 20_000)
        await fetched(model)
        model.search(Wanted(Outcome.UNREADABLE))
        await until(lambda: not model.is_fetching)
        assert [line.id for line in model.rows] == list(range(20_000, 0, -1_000))
        assert pages.asked == 1 + 20_000 // PAGE + 1
        model.search(Wanted(text="BODY 19999 "))
        model.search(Wanted(text="body 777"))  # the first search is given up
        await until(lambda: not model.is_fetching)
        assert [line.id for line in model.rows] == [*range(7779, 7769, -1), 777]

    on_stage(play)


def test_long_bodies_are_read_when_they_are_looked_at(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send_unreadable(recorder, "too long", "x" * 5_000)
        model = SignalsModel(stage.desk, stage.bridge, stage.tasks)
        await fetched(model)
        line = model.rows[0]
        assert model.is_cut(line)
        assert len(line.body) < len((await model.whole(line)).body) == 5_000

    on_stage(play)
