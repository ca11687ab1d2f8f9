"""What a trader sees of the ticket: whose money, what is at stake, and what came of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QTabBar

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Preview, Ticket
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import OrderKind, Way
from justtrades_desktop.ui.dialogs.arm import ArmDialog
from justtrades_desktop.ui.dialogs.confirm_order import ConfirmOrder
from justtrades_desktop.ui.views.ticket import TicketView
from justtrades_desktop.ui.views.ticket_bracket import Leg, Unit
from tests.fakes.brokerage import FakeBrokerage
from tests.fakes.executions import DEMO, LIVE, PAPER, FakeExecutions, account_state
from tests.ui.conftest import OnStage
from tests.ui.order_bench import OrderBench, all_three, order_bench
from tests.ui.program import Program, perform
from tests.ui.stage import Stage, until


def ticket_of(stage: Stage, bench: OrderBench) -> TicketView:
    view = TicketView(bench.desk, bench.commands, stage.bridge, stage.tasks, stage.colours)
    stage.show(view, 320, 820)
    stage.tick("MNQ1!", "25600.00")
    return view


def kind(view: TicketView, kind: OrderKind) -> None:
    view.form.kind.setCurrentIndex(view.form.kind.findData(kind))


def type_in(leg: Leg, unit: Unit, text: str) -> None:
    leg.fields[unit].clear()
    QTest.keyClicks(leg.fields[unit], text)


def texts(leg: Leg) -> list[str]:
    return [field.text() for field in leg.fields]


async def press(view: TicketView, bench: OrderBench, way: Way) -> None:
    view.form.result.clear()
    view.form.buttons[way].click()
    await until(lambda: view.form.result.text())


def test_both_buttons_say_what_they_would_do_and_where(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        view.form.quantity.setValue(2)
        buy, sell = view.form.buttons[Way.BUY], view.form.buttons[Way.SELL]
        assert (buy.text(), sell.text()) == ("Buy 2 MNQZ6 on PAPER", "Sell 2 MNQZ6 on PAPER")
        assert "PAPER" in view.form.mode.text()
        view.show_account(DEMO)
        assert buy.text() == "Buy 2 MNQZ6 on DEMO"
        assert "DEMO" in view.form.mode.text()
        assert buy.accessibleName() == buy.text()

    on_stage(play)


def test_each_name_of_an_account_is_said_once(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        inside = account_state(AccountKey("PAPER", "PAPER"), environment=Environment.PAPER)
        bench = order_bench(stage, tmp_path, accounts=[inside, account_state(DEMO)])
        choice = ticket_of(stage, bench).form.account
        listed = {choice.itemText(at) for at in range(choice.count())}
        assert listed == {"PAPER", "DEMO1 · DEMO · Demo"}

    on_stage(play)


def test_an_order_is_previewed_asked_and_only_then_sent(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        bench.fake.previewed = Preview(
            contract="MNQZ6", stop_money=Decimal(125), target_money=Decimal(250)
        )
        view = ticket_of(stage, bench)
        view.show_account(DEMO)
        view.form.quantity.setValue(2)
        await press(view, bench, Way.BUY)
        assert [call[0] for call in bench.fake.calls][-2:] == ["preview", "place"]
        (asked,) = bench.questions
        assert asked.asked.title == "Buy 2 MNQZ6 on DEMO DEMO1?"
        assert asked.said.text() == "Risks 125.00, aims for 250.00."
        facts = {name: asked.facts.text_of(name) for name in ("Account", "Side", "Quantity")}
        assert facts == {"Account": "Demo / DEMO1", "Side": "Buy", "Quantity": "2"}
        assert asked.facts.text_of("Contract") == "MNQZ6"
        assert bench.fake.named("place") == [
            (Ticket(key=DEMO, symbol="MNQZ6", way=Way.BUY, quantity=2),)
        ]
        assert view.form.result.text() == bench.fake.said

    on_stage(play)


def test_no_is_the_default_and_sends_nothing(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        bench.answer = False
        view = ticket_of(stage, bench)
        await press(view, bench, Way.SELL)
        (asked,) = bench.questions
        assert asked.no.isDefault()
        assert not asked.yes.isDefault()
        assert not asked.yes.autoDefault()
        assert bench.fake.named("place") == []
        assert view.form.result.text() == "Nothing was sent."

    on_stage(play)


def test_what_is_at_stake_is_said_before_anything_is_pressed(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        bench.fake.previewed = Preview(stop_money=Decimal(125), target_money=Decimal(250))
        view = ticket_of(stage, bench)
        type_in(view.form.bracket.stop, Unit.TICKS, "40")
        await until(lambda: view.form.stakes.text() == "Risks 125.00, aims for 250.00.")
        (asked,) = bench.fake.named("preview")[-1:]
        assert asked[0].stop_loss == Decimal("25590.00")
        bench.fake.previewed = Preview(refused="At most 1 contract per order on PAPER1.")
        view.form.quantity.setValue(5)
        await until(lambda: "At most 1 contract" in view.form.stakes.text())

    on_stage(play)


def test_the_buttons_follow_each_letter_of_the_contract(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        line = view.form.contract.lineEdit()
        assert line is not None
        line.selectAll()
        QTest.keyClicks(line, "mesz")
        assert view.form.buttons[Way.BUY].text() == "Buy 1 MESZ on PAPER"
        QTest.keyClicks(line, "6")
        assert view.form.buttons[Way.SELL].text() == "Sell 1 MESZ6 on PAPER"
        line.selectAll()
        QTest.keyClicks(line, "mnq1!")
        assert view.form.buttons[Way.BUY].text() == "Buy 1 MNQZ6 on PAPER"

    on_stage(play)


def test_a_preview_is_asked_again_when_execution_may_say_something_else(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        await until(lambda: bench.fake.named("preview"))
        asked = len(bench.fake.named("preview"))
        for _ in range(3):
            bench.tell(executions=())  # nothing that a ticket depends on
        bench.fake.previewed = Preview(refused="Entries are paused by hand.")
        bench.tell(paused=True)
        await until(lambda: "paused by hand" in view.form.stakes.text())
        assert len(bench.fake.named("preview")) == asked + 1

    on_stage(play)


def test_live_that_is_not_armed_cannot_send_and_says_how_to_arm(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        wanted: list[object] = []
        view.arm_wanted.connect(wanted.append)
        assert not view.form.arm.isVisible()
        view.show_account(LIVE)
        for button in view.form.buttons.values():
            assert not button.isEnabled()
            button.click()
        assert "type the account's name" in view.form.note.text()
        view.form.arm.click()
        assert wanted == [LIVE]
        bench.tell(accounts=[account_state(LIVE, armed=True)])
        assert view.form.buttons[Way.BUY].isEnabled()
        assert not view.form.note.isVisible()
        await press(view, bench, Way.BUY)
        assert [call[0].key for call in bench.fake.named("place")] == [LIVE]

    on_stage(play)


def test_nothing_is_sent_before_everything_is_compared(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path, ready=False)
        view = ticket_of(stage, bench)
        assert not view.form.buttons[Way.BUY].isEnabled()
        assert "Still comparing" in view.form.note.text()
        bench.tell(ready=True)
        assert view.form.buttons[Way.BUY].isEnabled()

    on_stage(play)


def test_each_kind_shows_only_what_it_needs(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)

        def there() -> set[str]:
            return {n for n, field in view.form.prices.items() if field.field.isVisible()}

        wanted = {
            OrderKind.MARKET: set(),
            OrderKind.LIMIT: {"price"},
            OrderKind.STOP: {"stop_price"},
            OrderKind.STOP_LIMIT: {"price", "stop_price"},
            OrderKind.TRAILING_STOP: {"distance"},
        }
        for each, fields in wanted.items():
            kind(view, each)
            assert there() == fields

    on_stage(play)


def test_a_stop_limit_is_sent_with_both_prices_and_its_time(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        kind(view, OrderKind.STOP_LIMIT)
        QTest.keyClicks(view.form.prices["stop_price"].field, "25610.25")
        QTest.keyClicks(view.form.prices["price"].field, "25611")
        view.form.until.setCurrentIndex(view.form.until.findData("GTC"))
        await press(view, bench, Way.BUY)
        ((sent,),) = bench.fake.named("place")
        assert (sent.kind, sent.price, sent.stop_price, sent.time_in_force) == (
            OrderKind.STOP_LIMIT,
            Decimal(25611),
            Decimal("25610.25"),
            "GTC",
        )

    on_stage(play)


def test_bad_input_is_said_beside_its_field_and_not_sent(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        kind(view, OrderKind.LIMIT)
        field = view.form.prices["price"]
        assert field.trouble.text() == ""  # nothing is typed yet: that is no mistake
        QTest.keyClicks(field.field, "25600.30")
        assert field.trouble.text() == "Limit: between two ticks; a tick is 0.25."
        field.field.clear()
        QTest.keyClicks(field.field, "abc")
        assert "not a positive number" in field.trouble.text()
        await press(view, bench, Way.BUY)
        assert "Nothing was sent" in view.form.result.text()
        assert bench.fake.named("place") == []
        assert bench.questions == []

    on_stage(play)


def test_editing_one_field_of_the_bracket_updates_the_others(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        view.form.quantity.setValue(2)
        target, stop = view.form.bracket.legs
        type_in(target, Unit.TICKS, "40")
        assert texts(target) == ["25610.00", "40", "40.00"]
        type_in(stop, Unit.MONEY, "20")
        assert texts(stop) == ["25595.00", "20", "20"]
        view.form.quantity.setValue(1)  # what was typed stays: money buys twice the ticks
        assert texts(stop) == ["25590.00", "40", "20"]
        type_in(target, Unit.PRICE, "25605")
        assert texts(target) == ["25605", "20", "10.00"]
        stage.tick("MNQ1!", "25601.00")  # the price stays, its distance does not
        assert texts(target) == ["25605", "16", "8.00"]
        assert texts(stop) == ["25591.00", "40", "20"]
        view.form.bracket.side.setCurrentIndex(1)
        assert texts(stop) == ["25611.00", "40", "20"]

    on_stage(play)


def test_a_bracket_goes_to_the_side_that_is_pressed(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        type_in(view.form.bracket.target, Unit.TICKS, "40")
        type_in(view.form.bracket.stop, Unit.TICKS, "20")
        await press(view, bench, Way.SELL)
        ((sent,),) = bench.fake.named("place")
        assert (sent.target, sent.stop_loss) == (Decimal("25590.00"), Decimal("25605.00"))
        type_in(view.form.bracket.target, Unit.PRICE, "25620")
        await press(view, bench, Way.SELL)  # a target above is none of a sell
        assert len(bench.fake.named("place")) == 1
        assert "above the price" in view.form.result.text()

    on_stage(play)


def test_a_typed_price_says_itself_for_which_side_it_is(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        view = ticket_of(stage, order_bench(stage, tmp_path))
        type_in(view.form.bracket.stop, Unit.PRICE, "25610")
        assert view.form.bracket.way is Way.SELL
        assert texts(view.form.bracket.stop) == ["25610", "40", "20.00"]

    on_stage(play)


def test_a_repeat_within_the_limit_is_asked_again(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        bench.not_again = True
        view = ticket_of(stage, bench)
        await press(view, bench, Way.BUY)
        assert len(bench.questions) == 1
        await press(view, bench, Way.BUY)  # not to be asked again, but this is a repeat
        assert len(bench.questions) == 2
        again = bench.questions[1]
        assert "the same order" in again.warning.text()
        assert again.not_again.isHidden()
        assert [sent.confirmed for (sent,) in bench.fake.named("place")] == [False, True]
        await press(view, bench, Way.SELL)
        assert len(bench.questions) == 2

    on_stage(play)


def test_a_refusal_that_a_confirmation_lifts_is_asked_with_its_words(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        plain = bench.fake.preview

        async def preview(ticket: Ticket) -> Preview:
            seen = await plain(ticket)
            repeat = "" if ticket.confirmed else "An identical entry was sent 3 s ago."
            return replace(seen, refused=repeat)

        bench.fake.preview = preview  # type: ignore[method-assign]
        view = ticket_of(stage, bench)
        await press(view, bench, Way.BUY)
        assert bench.questions[0].warning.text() == "An identical entry was sent 3 s ago."
        assert [sent.confirmed for (sent,) in bench.fake.named("place")] == [True]

    on_stage(play)


def test_only_paper_may_leave_the_question_out(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        bench.not_again = True
        view = ticket_of(stage, bench)
        await press(view, bench, Way.BUY)
        assert "PAPER" in bench.questions[0].not_again.text()
        assert not bench.questions[0].not_again.isHidden()
        await press(view, bench, Way.SELL)
        assert len(bench.questions) == 1
        view.show_account(DEMO)
        await press(view, bench, Way.BUY)
        await press(view, bench, Way.SELL)
        assert len(bench.questions) == 3
        assert all(asked.not_again.isHidden() for asked in bench.questions[1:])
        bench.memory.ask_on_paper_again()
        view.show_account(PAPER)
        view.form.quantity.setValue(3)
        await press(view, bench, Way.BUY)
        assert len(bench.questions) == 4

    on_stage(play)


def test_a_refusal_is_shown_in_its_words(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        bench.fake.previewed = Preview(refused="Entries are paused by hand.")
        await press(view, bench, Way.BUY)
        assert view.form.result.text() == "Entries are paused by hand."
        assert bench.questions == []
        bench.fake.previewed = Preview()
        bench.fake.refusal = UserError("The broker is away", "Nothing was sent.")
        await press(view, bench, Way.BUY)
        assert "The broker is away" in view.form.result.text()

    on_stage(play)


def test_without_an_account_it_says_what_to_do(on_stage: OnStage[None], tmp_path: Path) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path, accounts=())
        view = ticket_of(stage, bench)
        wanted: list[bool] = []
        view.connect_wanted.connect(lambda: wanted.append(True))
        assert "No account can be traded yet" in view.form.empty.text()
        view.form.connect_button.click()
        assert wanted == [True]
        bench.tell(accounts=[account_state(PAPER)])
        assert view.form.buttons[Way.BUY].isVisible()

    on_stage(play)


def test_the_keyboard_reaches_everything_and_no_key_sends(
    on_stage: OnStage[None], tmp_path: Path
) -> None:
    async def play(stage: Stage) -> None:
        bench = order_bench(stage, tmp_path)
        view = ticket_of(stage, bench)
        kind(view, OrderKind.LIMIT)
        view.activateWindow()
        view.form.account.setFocus()
        reached = []
        for _ in range(30):
            focused = view.focusWidget()
            assert focused is not None
            reached.append(focused.accessibleName() or focused.objectName())
            QTest.keyClick(focused, Qt.Key.Key_Tab)
        wanted = ["Account", "Contract", "Quantity", "Order", "Limit", "Until", "Stop, money"]
        places = [reached.index(name) for name in wanted]
        assert places == sorted(places)
        assert "Buy 1 MNQZ6 on PAPER" in reached
        assert "Sell 1 MNQZ6 on PAPER" in reached
        for button in view.findChildren(QPushButton):
            assert button.shortcut().isEmpty()
        QTest.keyClick(view.form.quantity, Qt.Key.Key_Return)
        assert bench.questions == []

    on_stage(play)


# In the window


def test_in_the_window_no_sends_nothing_and_yes_sends_once(
    qapp: QApplication, tmp_path: Path
) -> None:
    executions = FakeExecutions(accounts=[account_state(key) for key in (PAPER, LIVE)])

    async def play(program: Program) -> None:
        await program.recorder()
        ticket = program.window.order_panels.ticket
        await program.until(ticket.isVisible)
        ticket.form.buttons[Way.BUY].click()
        ticket.form.buttons[Way.BUY].click()  # a second press asks nothing more
        asked = await program.dialog(ConfirmOrder)
        QTest.keyClick(asked, Qt.Key.Key_Return)
        await program.gone(asked)
        assert executions.named("place") == []
        await program.until(lambda: ticket.form.result.text() == "Nothing was sent.")
        ticket.form.buttons[Way.BUY].click()
        again = await program.dialog(ConfirmOrder)
        again.yes.click()
        await program.until(lambda: ticket.form.result.text() == executions.said)
        assert len(executions.named("place")) == 1
        ticket.show_account(LIVE)
        ticket.form.arm.click()
        arm: QDialog = await program.dialog(ArmDialog)
        arm.reject()
        await program.gone(arm)

    brokers = FakeBrokerage(*all_three())
    perform(qapp, tmp_path, play, brokerage=brokers, executions=executions)


def test_without_brokers_there_is_no_ticket(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        await program.recorder()
        window = program.window
        await program.until(window.work.isVisible)
        assert not window.order_panels.ticket_dock.isVisible()
        assert not window.order_panels.doctor_dock.isVisible()
        tabs = [at for at in range(window.work.count()) if window.work.isTabVisible(at)]
        assert "Orders" not in [window.work.tabText(at) for at in tabs]

    perform(qapp, tmp_path, play)


def test_the_docks_come_back_after_another_page_and_have_names(
    qapp: QApplication, tmp_path: Path
) -> None:
    async def play(program: Program) -> None:
        await program.recorder()
        window = program.window
        panels = window.order_panels
        await program.until(panels.ticket.isVisible)
        window.commands.connect_alerts()
        await program.until(lambda: not panels.ticket_dock.isVisible())
        window.show_work()
        await program.until(panels.ticket.isVisible)
        bars = [bar for bar in window.findChildren(QTabBar) if bar.parent() is window]
        assert bars
        assert all(bar.accessibleName() for bar in bars)
        window.reset_layout()
        await program.until(panels.ticket.isVisible)

    brokers = FakeBrokerage(*all_three())
    executions = FakeExecutions(accounts=[account_state(PAPER)])
    perform(qapp, tmp_path, play, brokerage=brokers, executions=executions)
