"""What a trader sees of orders: whose each is, what rests for what, and the story of decisions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import ExecutionState
from justtrades_desktop.domain.orders import Purpose, Verdict, Wish
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.models.held_rows import PNL
from justtrades_desktop.ui.models.table import CellRole
from justtrades_desktop.ui.models.working_rows import Field
from justtrades_desktop.ui.theme import light_colours
from justtrades_desktop.ui.views.order_page import OrderPage
from justtrades_desktop.ui.views.orders import OrdersView
from tests.fakes.brokerage import MNQ, lost
from tests.fakes.executions import DEMO, LIVE, PAPER, decision, execution, now_less
from tests.ui.conftest import OnStage
from tests.ui.order_bench import OrderBench, checked_by_qt, order_bench, rows, with_orders
from tests.ui.order_scene import brokers_at_work, state_at_work
from tests.ui.stage import Stage, until


async def at_work(stage: Stage, folder: Path) -> tuple[OrderBench, OrdersView]:
    await stage.recorder("Trend MNQ")
    await stage.recorder("Fade MNQ")
    bench = order_bench(stage, folder, *brokers_at_work(), **state_at_work())
    return bench, shown(stage, bench)


def shown(stage: Stage, bench: OrderBench) -> OrdersView:
    view = OrdersView(bench.desk, bench.commands, stage.bridge, stage.tasks, stage.colours)
    for page in view.pages:
        checked_by_qt(page.model, view)
    stage.show(view, 1130, 520)
    return view


def tone(model: QAbstractItemModel, row: int, column: int) -> Tone:
    found: Tone = model.index(row, column).data(CellRole).tone
    return found


def choose(view: OrdersView, page: OrderPage, text: str) -> None:  # type: ignore[type-arg]
    """Choose the first row of a page that has a cell which says ``text``."""
    view.sections.setCurrentWidget(page)
    at = next(at for at, row in enumerate(rows(page.model)) if text in row)
    page.table.selectRow(at)


async def edit(view: OrdersView, order_row: int, field: Field, text: str) -> None:
    """Type into a cell and press Return."""
    table = view.working.table
    index = view.working.model.index(order_row, field)
    table.setCurrentIndex(index)
    table.edit(index)
    editor = table.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    await until(lambda: table.findChild(QLineEdit) is None)


def place_of(view: OrdersView, order_id: int) -> int:
    return [row.order.id for row in view.working.model.rows].index(order_id)


# Working orders


def test_every_working_order_says_whose_it_is(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        _, view = await at_work(stage, tmp_path)
        found = {
            row.order.id: (row.owner.said, row.owner.purpose) for row in view.working.model.rows
        }
        assert found == {
            11: ("Trend MNQ", "target"),
            12: ("Trend MNQ", "stop"),
            21: ("Fade MNQ", ""),  # ours by its id, and the link that holds the contract
            22: ("not ours", ""),
            31: ("by hand", ""),
        }
        stranger = place_of(view, 22)
        assert tone(view.working.model, stranger, Field.OWNER) is Tone.WARNING
        cells = rows(view.working.model)[place_of(view, 12)]
        assert cells[: Field.AGE] == [
            *("PAPER", "PAPER1", "Trend MNQ", "stop", "MNQZ6", "Sell", "2", "0"),
            *("Stop", "–", "25550.00", "Working"),
        ]
        assert cells[Field.UNTIL] == "GTC"
        assert cells[Field.AGE] in ("95 s", "96 s")
        assert view.sections.tabText(0) == "Working orders 5"

    on_stage(play)


def test_editing_a_price_in_place_modifies_the_order(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        await edit(view, place_of(view, 11), Field.LIMIT, "25660.50")
        await until(lambda: bench.fake.named("modify"))
        assert bench.fake.named("modify") == [(PAPER, 11, {"price": Decimal("25660.50")})]
        (asked,) = bench.questions
        assert asked.asked.title == "Change the order: Sell 2 MNQZ6 on PAPER PAPER1?"
        assert asked.facts.text_of("New limit") == "25650.00 → 25660.50"
        # Until the broker says otherwise, the order is what it was.
        assert rows(view.working.model)[place_of(view, 11)][Field.LIMIT] == "25650.00"
        await edit(view, place_of(view, 21), Field.STOP, "25545")
        await edit(view, place_of(view, 21), Field.QUANTITY, "3")
        await until(lambda: len(bench.fake.named("modify")) == 3)
        assert bench.fake.named("modify")[1:] == [
            (DEMO, 21, {"stop_price": Decimal(25545)}),
            (DEMO, 21, {"quantity": 3}),
        ]

    on_stage(play)


def test_what_cannot_stand_in_a_cell_is_said_and_not_sent(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        for typed, said in (
            ("25660.30", "between two ticks"),
            ("-5", "not a positive number"),
            ("abc", "not a positive number"),
        ):
            await edit(view, place_of(view, 11), Field.LIMIT, typed)
            assert said in view.result.text()
        await edit(view, place_of(view, 11), Field.QUANTITY, "1.5")
        assert "not a number of contracts" in view.result.text()
        await edit(view, place_of(view, 11), Field.LIMIT, "25650.00")  # what it is already
        assert bench.questions == []
        flags = view.working.model.index(place_of(view, 11), Field.STOP).flags()
        assert not flags & Qt.ItemFlag.ItemIsEditable  # a limit has no stop price

    on_stage(play)


def test_a_no_changes_nothing_and_is_the_default(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        bench.answer = False
        await edit(view, place_of(view, 11), Field.LIMIT, "25660")
        choose(view, view.working, "25650.00")
        view.cancel.click()
        view.cancel_all.click()
        choose(view, view.held, "PAPER1")
        view.close_button.click()
        view.reverse.click()
        view.flatten.click()
        choose(view, view.parked, "Fade MNQ")
        view.send_now.click()
        await until(lambda: len(bench.questions) == 7)
        for asked in bench.questions:
            assert asked.no.isDefault()
            assert not asked.yes.isDefault()
            assert asked.asked.title.endswith(("on PAPER PAPER1?", "on DEMO DEMO1?"))
        assert bench.fake.calls == []

    on_stage(play)


def test_orders_are_cancelled_one_by_one_or_all_of_an_account(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        assert not view.cancel.isEnabled()
        choose(view, view.working, "25540.25")
        view.cancel.click()
        await until(lambda: view.result.text() == bench.fake.said)
        assert bench.fake.named("cancel") == [(DEMO, 21)]
        assert view.cancel_all.text() == "Cancel all on DEMO1…"
        view.cancel_all.click()
        await until(lambda: bench.fake.named("cancel_all"))
        assert bench.fake.named("cancel_all") == [(DEMO,)]
        assert "Cancel all working orders (2)" in bench.questions[-1].asked.title

    on_stage(play)


def test_a_refusal_of_the_broker_is_said(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        bench.fake.refusal = UserError("Too late to cancel", "It has filled.")
        choose(view, view.working, "25540.25")
        view.cancel.click()
        await until(lambda: "Too late to cancel" in view.result.text())
        palette = view.result.palette()
        assert palette.color(view.result.foregroundRole()) == stage.colours.danger

    on_stage(play)


def test_a_chosen_order_stays_chosen_while_others_come_and_go(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        choose(view, view.working, "25650.00")
        before = next(s for s in brokers_at_work() if s.name == "Paper")
        kept = next(o for o in before.working if o.id == 11)
        bench.tell_broker(with_orders(PAPER, replace(kept, filled=1), net=2))
        chosen = view.working.chosen
        assert chosen is not None
        assert (chosen.order.id, chosen.order.filled) == (11, 1)
        bench.tell_broker(with_orders(PAPER, net=2))
        assert view.working.chosen is None
        assert not view.cancel.isEnabled()

    on_stage(play)


# Broker positions


def test_a_position_says_who_holds_it_and_what_rests_for_it(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        _, view = await at_work(stage, tmp_path)
        stage.tick("MNQ1!", "25612.50")
        model = view.held.model
        by_account = {row[1]: row for row in rows(model)}
        assert by_account["PAPER1"] == [
            *("PAPER", "PAPER1", "MNQZ6", "2", "25600.25", "25612.50", "▲ +49.00"),
            *("Trend MNQ", "long 2", "2 of 2", "2 of 2"),
        ]
        assert by_account["DEMO1"][7:] == ["Fade MNQ, 1 by hand", "long 2", "–", "1 of 3"]
        demo = [row[1] for row in rows(model)].index("DEMO1")
        assert tone(model, demo, 10) is Tone.WARNING
        assert tone(model, 1 - demo, 10) is Tone.TEXT
        tip = model.index(demo, 10).data(Qt.ItemDataRole.ToolTipRole)
        assert "Stops rest for 1 contracts, 3 are open." in tip

    on_stage(play)


def test_exits_of_an_entry_that_has_not_filled_protect_nothing(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        before = next(s for s in brokers_at_work() if s.name == "Paper")
        waiting = [replace(o, status="Suspended") for o in before.working]
        bench.tell_broker(with_orders(PAPER, *waiting, net=2))
        (paper,) = [row for row in rows(view.held.model) if row[1] == "PAPER1"]
        assert paper[-2:] == ["–", "–"]

    on_stage(play)


def test_without_a_price_the_open_result_is_a_dash_and_an_old_link_is_grey(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        assert {row[PNL] for row in rows(view.held.model)} == {"–"}
        bench.tell_broker(lost(next(s for s in brokers_at_work() if s.name == "Paper"), 90))
        old = [row[1] for row in rows(view.held.model)].index("PAPER1")
        assert tone(view.held.model, old, 3) is Tone.MUTED
        assert rows(view.working.model)[place_of(view, 11)][Field.AGE] == "told 90 s ago"

    on_stage(play)


def test_positions_are_closed_reversed_and_flattened(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        choose(view, view.held, "DEMO1")
        assert view.flatten.text() == "Flatten DEMO1…"
        view.close_button.click()
        await until(lambda: bench.fake.named("close_position"))
        view.reverse.click()
        await until(lambda: bench.fake.named("reverse_position"))
        view.flatten.click()
        await until(lambda: bench.fake.named("flatten_all"))
        assert bench.fake.named("close_position") == [(DEMO, MNQ)]
        assert bench.fake.named("reverse_position") == [(DEMO, MNQ)]
        assert bench.fake.named("flatten_all") == [((DEMO,),)]
        titles = [asked.asked.title for asked in bench.questions]
        assert titles == [
            "Close long 3 MNQZ6 on DEMO DEMO1?",
            "Reverse long 3 MNQZ6 to short 3 on DEMO DEMO1?",
            "Flatten the account on DEMO DEMO1?",
        ]
        assert bench.questions[0].facts.text_of("Side") == "Sell"
        assert bench.questions[1].facts.text_of("Quantity") == "6"

    on_stage(play)


# Executions


def test_fills_name_their_strategy_their_slippage_and_their_delay(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        await stage.recorder("Trend MNQ")
        bench = order_bench(stage, tmp_path, **state_at_work())
        fills = [
            execution(1, key=PAPER, at=now_less(30)),
            execution(2, key=DEMO, link_id=None, purpose=Purpose.HAND, slippage=None, delay=None),
            execution(3, key=LIVE, link_id=None, purpose=None, slippage=None, delay=None),
            execution(4, key=PAPER, link_id=99, slippage=Decimal("-1.5"), delay=0.0, quantity=1),
        ]
        bench.tell(executions=fills)
        view = shown(stage, bench)
        found = {row[-1]: row[1:-1] for row in rows(view.executions.model)}
        assert found["71"] == [
            *("PAPER", "PAPER1", "Buy", "2", "MNQZ6", "25600.50", "+1", "0.41 s"),
            *("Trend MNQ", "entry"),
        ]
        assert found["72"][6:] == ["–", "–", "by hand", "–"]
        assert found["73"][6:] == ["–", "–", "not ours", "–"]
        assert found["74"][6:9] == ["−1.5", "0.00 s", "link 99"]
        assert rows(view.executions.model)[0][-1] == "71"  # the newest first

    on_stage(play)


def test_the_least_needed_columns_give_way_before_anything_scrolls(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        _, view = await at_work(stage, tmp_path)
        table = view.working.table
        assert not any(table.isColumnHidden(column) for column in Field)
        view.resize(860, 520)
        await until(lambda: table.horizontalScrollBar().maximum() == 0)
        hidden = {column for column in Field if table.isColumnHidden(column)}
        assert Field.UNTIL in hidden
        assert not hidden & {Field.ACCOUNT, Field.QUANTITY, Field.LIMIT, Field.STOP, Field.STATUS}
        view.resize(1300, 520)
        await until(lambda: not any(table.isColumnHidden(column) for column in Field))

    on_stage(play)


# Decisions and parked


def test_decisions_are_filtered_by_strategy_and_tell_their_story(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        _, view = await at_work(stage, tmp_path)
        page = view.decisions
        view.sections.setCurrentWidget(page)
        assert page.model.rowCount() == 6
        page.strategy.setCurrentIndex(page.strategy.findData("Fade MNQ"))
        assert {row[1] for row in rows(page.model)} == {"Fade MNQ"}
        verdicts = [row.decision.verdict for row in page.model.rows]
        assert verdicts == [Verdict.PARKED, Verdict.FAILED, Verdict.REFUSED]
        assert tone(page.model, 1, 6) is Tone.DANGER
        choose(view, page, "failed")
        assert "Insufficient margin: 1,980.00 needed" in page.story.text_of("Sent")
        assert page.story.text_of("Came") == "Rejected: Insufficient margin"
        page.strategy.setCurrentIndex(0)
        at = [row.decision.id for row in page.model.rows].index(1)
        page.table.selectRow(at)
        said = page.story.text_of("Sent")
        assert "entry: Buy 2, filled" in said
        assert "target Limit 25650.00" in said
        assert "stop Stop 25550.00" in said
        assert page.story.text_of("Filled") == "Buy 2 @ 25600.50, slippage +1 ticks, 0.41 s"

    on_stage(play)


def test_what_the_engine_has_to_say_reads_as_a_sentence_of_its_own(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        said = "Demo/DEMO1: MNQZ6 is closed: its stop was refused"
        word = decision(
            1,
            wish=Wish.HOLD,
            verdict=Verdict.PERSON,
            link_id=None,
            signal_id=None,
            symbol="",
            contract="",
            wanted=0,
            reason=said,
        )
        view = shown(stage, order_bench(stage, tmp_path, decisions=[word]))
        (row,) = rows(view.decisions.model)
        assert row[1:] == [
            "JustTrades",
            "–",
            "DEMO",
            "DEMO1",
            "–",
            "needs a person",
            "–",
            "–",
            "MNQZ6 is closed: its stop was refused",
        ]
        choose(view, view.decisions, "JustTrades")
        assert view.decisions.story.text_of("Wanted") == "–"
        assert view.decisions.story.text_of("Why") == said

    on_stage(play)


def test_a_parked_entry_is_sent_or_dismissed(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        assert view.sections.tabText(4) == "Parked 1"
        choose(view, view.parked, "Fade MNQ")
        view.send_now.click()
        await until(lambda: bench.fake.named("send_parked"))
        assert bench.questions[-1].asked.title == "Buy 2 MNQZ6 on DEMO DEMO1?"
        assert "94 s old" in bench.questions[-1].facts.text_of("Parked")
        bench.tell(parked=[decision(8, link_id=2, verdict=Verdict.PARKED)])
        choose(view, view.parked, "Fade MNQ")
        view.dismiss.click()
        await until(lambda: bench.fake.named("dismiss_parked"))
        assert (bench.fake.named("send_parked"), bench.fake.named("dismiss_parked")) == (
            [(7,)],
            [(8,)],
        )
        assert len(bench.questions) == 1

    on_stage(play)


# All of it


def test_empty_tables_say_what_to_do_next(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        view = shown(stage, order_bench(stage, tmp_path))
        for page in view.pages:
            view.sections.setCurrentWidget(page)
            assert page.empty.isVisible()
            assert len(page.empty.text()) > 40
            assert page.empty.textFormat() is Qt.TextFormat.PlainText
        view.set_colours(light_colours())

    on_stage(play)


def test_everything_has_a_name_and_nothing_is_asked_while_it_is_hidden(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        for page in view.pages:
            assert page.table.accessibleName()
        assert all(b.accessibleName() for b in view.findChildren(QPushButton) if b.text())
        view.hide()
        before = rows(view.working.model)
        bench.tell_broker(with_orders(PAPER))
        assert rows(view.working.model) == before
        view.show()
        assert rows(view.working.model) != before

    on_stage(play)


def test_execution_may_come_after_the_window(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path, **state_at_work())
        door = bench.desk.executions
        bench.desk.executions, bench.desk.state = None, ExecutionState()
        view = shown(stage, bench)
        assert view.decisions.model.rowCount() == 0
        assert door is not None
        bench.desk.come(door)
        assert view.decisions.model.rowCount() == 6

    on_stage(play)


def test_text_of_a_broker_is_plain_text(
    on_stage: OnStage[None], tmp_path: Path, qapp: QApplication
) -> None:
    async def play(stage: Stage) -> None:
        bench, view = await at_work(stage, tmp_path)
        bad = decision(20, reason="<b>bold</b>\u202egnp", came="<img src=x>")
        bench.tell(decisions=[bad])
        cells = rows(view.decisions.model)[0]
        assert "\u202e" not in "".join(cells)
        view.sections.setCurrentWidget(view.decisions)
        view.decisions.table.selectRow(0)
        assert view.decisions.story.text_of("Came") == "<img src=x>"

    on_stage(play)
