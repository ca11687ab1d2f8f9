"""What a trader sees of the brokers: the panel, the column beside signals, the lights."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from justtrades_desktop.domain.broker import (
    BrokerState,
    BudgetState,
    Environment,
    Light,
    LinkState,
)
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ui import broker_words as words
from justtrades_desktop.ui.brokers import Brokers
from justtrades_desktop.ui.dialogs.passphrase import PassphraseDialog
from justtrades_desktop.ui.dialogs.plain import KeySheet, Question
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.models.position_row import Field
from justtrades_desktop.ui.models.positions import PositionsModel
from justtrades_desktop.ui.models.table import CellRole
from justtrades_desktop.ui.said import Level
from justtrades_desktop.ui.theme import light_colours
from justtrades_desktop.ui.views.accounts import AccountsView
from justtrades_desktop.ui.views.positions import PositionsView
from tests.fakes.brokerage import FakeBrokerage, account, holding, lost, off, order, up
from tests.ui.conftest import OnStage
from tests.ui.program import Program, perform
from tests.ui.stage import Stage

_NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def brokers_of(stage: Stage, fake: FakeBrokerage) -> Brokers:
    fake.bus = stage.desk.bus
    return Brokers(fake, stage.desk, stage.bridge)


def panel(stage: Stage, fake: FakeBrokerage) -> AccountsView:
    view = AccountsView(brokers_of(stage, fake), stage.bridge, stage.colours)
    for model in (view.accounts, view.held, view.orders, view.drifts):
        fatal = QAbstractItemModelTester.FailureReportingMode.Fatal
        QAbstractItemModelTester(model, fatal, view)
    stage.show(view)
    return view


def rows(model: QAbstractItemModel) -> list[list[str]]:
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def tones(model: QAbstractItemModel, row: int) -> set[Tone]:
    return {model.index(row, c).data(CellRole).tone for c in range(model.columnCount())}


def tell(stage: Stage, fake: FakeBrokerage, state: BrokerState) -> None:
    fake.tell(state)
    stage.bridge.tell()


# The panel


def test_without_a_connection_it_says_what_to_do(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        fake = FakeBrokerage()
        view = panel(stage, fake)
        wanted: list[bool] = []
        view.new_wanted.connect(lambda: wanted.append(True))
        assert "No broker is connected" in _said(view)
        assert not view.new_button.isVisible()
        view.empty_button.click()
        assert wanted == [True]
        tell(stage, fake, up())
        assert not view.empty_button.isVisible()
        assert view.new_button.isVisible()
        assert list(view.cards) == ["Demo"]

    on_stage(play)


def test_money_is_shown_and_the_unknown_is_a_dash(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        rich = account(
            1,
            "DEMO1",
            cash=Decimal("-50123.455"),
            open_pnl=Decimal("-12.5"),
            realized_pnl=Decimal(0),
            restriction="<b>Liquidation</b> only",
        )
        poor = account(2, "DEMO2", readonly=True)
        view = panel(stage, FakeBrokerage(replace(up(), accounts=(rich, poor))))
        first, second = rows(view.accounts)
        assert first[:2] == ["Demo", "DEMO1"]
        assert first[2] in ("−50,123.45", "−50,123.46")
        assert first[3:9] == ["–", "▼ −12.50", "0.00", "–", "–", "<b>Liquidation</b> only"]
        assert second[2:8] == ["–"] * 6
        assert second[8] == "read-only"
        tip = view.accounts.index(0, 8).data(Qt.ItemDataRole.ToolTipRole)
        assert "<b>" not in tip
        assert "&lt;b&gt;" in tip

    on_stage(play)


def test_positions_and_working_orders_are_listed(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        works = order(
            7,
            kind="Stop",
            stop_price=Decimal(25550),
            quantity=2,
            filled=1,
            time_in_force="GTC",
            parent_id=5,
            oco_id=6,
        )
        bare = order(8, status="PendingNew")
        state = replace(holding(up(), -2), working=(works, bare))
        view = panel(stage, FakeBrokerage(state))
        (held,) = rows(view.held)
        assert held[:5] == ["Demo", "DEMO1", "MNQZ6", "−2", "25600.25"]
        one, other = rows(view.orders)
        assert one[2:13] == [
            *("MNQZ6", "Buy", "Stop", "1 of 2", "–", "25550.00", "GTC", "Working"),
            *("7", "5", "6"),
        ]
        assert other[4:9] == ["–", "0 of –", "–", "–", "–"]
        assert [view.below.tabText(at) for at in range(3)] == [
            *("Positions 1", "Working orders 2", "Differences 1"),
        ]

    on_stage(play)


def test_what_is_stale_turns_grey_and_says_how_old_it_is(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        fake = FakeBrokerage(holding(up(), 1))
        view = panel(stage, fake)
        assert Tone.TEXT in tones(view.accounts, 0)
        tell(stage, fake, lost(holding(up(), 1), 90))
        for model in (view.accounts, view.held, view.drifts):
            assert tones(model, 0) == {Tone.MUTED}
        assert rows(view.accounts)[0][-1] == "90 s old"
        assert "last heard 90 s ago" in view.cards["Demo"].said
        tell(stage, fake, holding(up(), 1))
        assert Tone.TEXT in tones(view.accounts, 0)

    on_stage(play)


def test_a_chosen_line_stays_chosen_while_figures_change(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        accounts = (account(1, "DEMO1"), account(2, "DEMO2"), account(3, "DEMO3"))
        fake = FakeBrokerage(replace(up(), accounts=accounts))
        view = panel(stage, fake)
        view.accounts_table.selectRow(1)
        newer = (replace(accounts[1], cash=Decimal(5)), accounts[2], account(4, "DEMO4"))
        tell(stage, fake, replace(up(), accounts=newer))
        assert [row[1] for row in rows(view.accounts)] == ["DEMO2", "DEMO3", "DEMO4"]
        assert view.accounts_table.currentIndex().siblingAtColumn(1).data() == "DEMO2"
        assert rows(view.accounts)[0][2] == "5.00"

    on_stage(play)


def test_the_header_says_lockout_budget_expiry_and_error(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        now = stage.desk.clock()
        locked = BudgetState(
            used=3400,
            limit=5000,
            reserved=1500,
            locked_until=now + timedelta(minutes=5),
            why_locked="429",
        )
        state = replace(
            lost(up(), 3, said="Too many requests"),
            budget=locked,
            last_error="<i>Too many</i>\nrequests",
            last_error_at=now,
            password_expires=now + timedelta(days=3, hours=1),
            token_expires=now + timedelta(minutes=4, seconds=30),
        )
        card = panel(stage, FakeBrokerage(state)).cards["Demo"]
        assert card.badge.text() == "DEMO"
        assert "3,400 of 5,000 used, 100 left now, 1,500 kept for exits" in card.budget.text()
        assert card.lockout.text().startswith("Locked for 4:5")
        assert card.lockout.text().endswith(": 429")
        assert "expires in 3 d" in card.expiry.text()
        assert "The login ends in 4 min" in card.expiry.text()
        assert card.error.text().endswith("<i>Too many</i> requests")
        assert f"{now.astimezone():%H:%M:%S}" in card.error.text()
        plain = [label.textFormat() for label in card.findChildren(QLabel)]
        assert set(plain) == {Qt.TextFormat.PlainText}

    on_stage(play)


def test_buttons_ask_for_what_they_say_and_have_names(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        fake = FakeBrokerage(up("A"), off(up("B")))
        view = panel(stage, fake)
        asked: list[str] = []
        view.connect_wanted.connect(lambda name: asked.append(f"connect {name}"))
        view.disconnect_wanted.connect(lambda name: asked.append(f"disconnect {name}"))
        view.remove_wanted.connect(lambda name: asked.append(f"remove {name}"))
        for name in ("A", "B"):
            view.cards[name].switch.click()
        view.cards["B"].remove.click()
        assert asked == ["disconnect A", "connect B", "remove B"]
        named = {b.accessibleName() for b in view.findChildren(QPushButton) if b.isVisible()}
        assert {"Disconnect A", "Connect B", "Remove B", "Connect Tradovate"} <= named
        for table in view.tables:
            assert table.accessibleName()
        del fake.listed["A"]
        tell(stage, fake, up("B"))
        assert list(view.cards) == ["B"]
        assert view.cards["B"].switch.text() == "Disconnect"

    on_stage(play)


def test_the_theme_changes_headers_too(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = panel(stage, FakeBrokerage(up()))
        view.set_colours(light_colours())
        card = view.cards["Demo"]
        assert card.orders.dot.colour == light_colours().good

    on_stage(play)


def test_the_broker_is_asked_only_when_something_is_told(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        fake = FakeBrokerage(up())
        view = panel(stage, fake)
        before = fake.asked
        for _ in range(5):
            view.refresh()
        assert fake.asked == before
        for _ in range(3):
            fake.tell(up())  # gathered into one
        stage.bridge.tell()
        assert fake.asked == before + 1

    on_stage(play)


# Beside the signals


def test_the_broker_stands_beside_the_signals_and_a_difference_is_flagged(
    on_stage: OnStage[None],
) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "25600", quantity=2)
        await stage.send(recorder, "buy", "5000", quantity=1, ticker="MES1!")
        fake = FakeBrokerage(holding(up(), 2))
        view = _positions(stage, fake)
        await stage.told()
        assert _broker(view, "MNQ1!") == ("2", Tone.TEXT)
        assert _broker(view, "MES1!") == ("–", Tone.MUTED)  # nobody has resolved it
        assert view.drift_line is not None
        assert not view.drift_line.isVisible()
        tell(stage, fake, holding(up(), 1))
        assert _broker(view, "MNQ1!") == ("≠ 1", Tone.WARNING)
        assert view.drift_line.isVisible()
        said = view.drift_line.text.text()
        assert "signals say long 2, Demo DEMO1 holds long 1 MNQZ6. Seen since" in said
        tell(stage, fake, off(holding(up(), 1)))
        assert _broker(view, "MNQ1!") == ("–", Tone.MUTED)
        assert not view.drift_line.isVisible()

    on_stage(play)


def test_a_signal_alone_makes_and_ends_a_difference(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        view = _positions(stage, FakeBrokerage(holding(up(), 1)))
        assert view.drift_line is not None
        assert "signals say flat" in view.drift_line.text.text()
        await stage.send(recorder, "buy", "25600", quantity=1)
        await stage.told()
        assert not view.drift_line.isVisible()
        assert _broker(view, "MNQ1!") == ("1", Tone.TEXT)
        await stage.send(recorder, "buy", "25600", quantity=2)
        await stage.told()
        assert _broker(view, "MNQ1!") == ("≠ 1", Tone.WARNING)

    on_stage(play)


def test_play_money_and_real_money_are_never_in_one_sum(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "25600", quantity=2)
        live = holding(up("Live", Environment.LIVE), 1)
        view = _positions(stage, FakeBrokerage(holding(up(), 2), live))
        await stage.told()
        assert _broker(view, "MNQ1!") == ("≠ LIVE 1", Tone.WARNING)
        tip = _cell(view, "MNQ1!").data(Qt.ItemDataRole.ToolTipRole)
        assert "Demo DEMO1: 2 MNQZ6" in tip
        assert "Live DEMO1: 1 MNQZ6" in tip

    on_stage(play)


def test_behind_a_broken_link_the_column_is_grey_with_its_age(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        recorder = await stage.recorder()
        await stage.send(recorder, "buy", "25600", quantity=2)
        fake = FakeBrokerage(holding(up(), 2))
        view = _positions(stage, fake)
        await stage.told()
        tell(stage, fake, lost(holding(up(), 2), 90))
        assert _broker(view, "MNQ1!") == ("90 s · 2", Tone.MUTED)

    on_stage(play)


def test_without_a_brokerage_there_is_no_column(on_stage: OnStage[None]) -> None:
    async def play(stage: Stage) -> None:
        view = PositionsView(stage.desk, stage.bridge, stage.tasks, stage.colours)
        stage.show(view)
        assert view.table.isColumnHidden(Field.BROKER)
        model = PositionsModel(stage.desk, stage.bridge)
        assert model.rowCount() == 0

    on_stage(play)


# The lights


def _link(light: Light, seconds: float | None = 0.5, said: str = "") -> LinkState:
    at = None if seconds is None else _NOW - timedelta(seconds=seconds)
    return LinkState(light=light, progress_at=at, said=said)


def _state(light: Light, seconds: float | None = 0.5, name: str = "Demo") -> BrokerState:
    link = _link(light, seconds, "no answer" if light is Light.TROUBLE else "")
    return BrokerState(name=name, environment=Environment.DEMO, orders=link, market=link)


def test_no_connection_is_off() -> None:
    said = words.broker_said([], _NOW)
    assert (said.level, said.words) == (Level.QUIET, "Broker off")
    assert words.data_said([], _NOW).words == "Data off"


def test_the_worst_connection_gives_the_light_and_each_has_a_line() -> None:
    states = [
        _state(Light.UP),
        _state(Light.TROUBLE, 40, "Live"),
        _state(Light.OFF, None, "Spare"),
    ]
    said = words.broker_said(states, _NOW)
    assert (said.level, said.words) == (Level.BAD, "Broker trouble, last heard 40 s ago")
    assert said.more.split("\n") == [
        "Demo (DEMO): up, 0.5 s",
        "Live (DEMO): trouble, last heard 40 s ago. no answer",
        "Spare (DEMO): off",
    ]


def test_one_switched_off_by_choice_is_no_trouble() -> None:
    said = words.broker_said([_state(Light.UP), _state(Light.OFF)], _NOW)
    assert (said.level, said.words) == (Level.GOOD, "Broker up, 0.5 s")


def test_a_light_that_claims_to_be_up_but_says_nothing_is_not_believed() -> None:
    said = words.broker_said([_state(Light.UP, 30)], _NOW)
    assert (said.level, said.words) == (Level.LATE, "Broker silent for 30 s")
    assert words.data_said([_state(Light.UP, None)], _NOW).level is Level.LATE


def test_a_lockout_counts_down_and_ends() -> None:
    until = _NOW + timedelta(minutes=59, seconds=5)
    state = replace(_state(Light.TROUBLE), budget=BudgetState(locked_until=until))
    assert words.lockout(state, _NOW).startswith("Locked for 59:05 more")
    assert words.lockout(state, _NOW + timedelta(minutes=59)).startswith("Locked for 0:05 more")
    assert words.lockout(state, until) == ""
    assert words.broker_said([state], _NOW).words.startswith("Broker locked")


def test_the_mode_is_the_most_serious_that_is_connected() -> None:
    live = replace(_state(Light.UP), environment=Environment.LIVE)
    assert words.mode_said([]) == ("Signals only – no broker connected", None)
    assert words.mode_said([replace(live, orders=LinkState())])[1] is None
    said, environment = words.mode_said([live, _state(Light.UP)])
    assert said.startswith("DEMO · LIVE connected")
    assert environment is Environment.LIVE


# In the window


def test_a_heartbeat_that_nobody_tells_of_keeps_the_light_young(
    qapp: QApplication, tmp_path: Path
) -> None:
    old = up(at=datetime.now(UTC) - timedelta(seconds=60))
    fake = FakeBrokerage(old)

    async def play(program: Program) -> None:
        part = program.window.status.parts["broker"]
        await program.until(lambda: "silent" in part.label.text())
        fake.listed["Demo"] = up()  # without an event
        await program.until(lambda: "Broker up" in part.label.text())

    perform(qapp, tmp_path, play, brokerage=fake)


def test_the_panel_by_key_and_the_lights_below(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage(up())

    async def play(program: Program) -> None:
        window = program.window
        await program.recorder()
        await program.until(lambda: window.work.isVisible())
        for action in window.menus.findChildren(QAction):
            if action.shortcut() == QKeySequence("Ctrl+7"):
                action.trigger()
        assert window.work.currentWidget() is window.accounts
        window.commands.show_keys()
        sheet = await program.dialog(KeySheet)
        assert "Ctrl+7" in {label.text() for label in sheet.findChildren(QLabel)}
        sheet.reject()
        await program.gone(sheet)
        await program.until(lambda: "up" in window.status.parts["broker"].label.text())
        assert "DEMO connected" in window.top_bar.mode.text()
        fake.tell(lost(up(), 40, said="<b>gone</b>"))
        await program.until(lambda: "trouble" in window.status.parts["data"].label.text())
        assert "&lt;b&gt;" in window.status.parts["data"].toolTip()
        await program.until(lambda: "no broker" in window.top_bar.mode.text())

    perform(qapp, tmp_path, play, brokerage=fake)


def test_without_a_brokerage_everything_is_as_before(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        window = program.window
        assert window.accounts is None
        assert set(window.status.parts) == {"listener", "ledger", "loop", "prices"}
        listed = window.menus.keys()
        assert "Ctrl+7" not in dict(listed)
        assert "no broker" in window.top_bar.mode.text()

    perform(qapp, tmp_path, play)


def test_removing_asks_first_and_a_refusal_is_said(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage(up())

    async def play(program: Program) -> None:
        window = program.window
        assert window.accounts is not None
        window.show_accounts()
        window.accounts.cards["Demo"].remove.click()
        question = await program.dialog(Question)
        question.no.click()
        await program.gone(question)
        assert fake.calls == []
        fake.refusal = UserError("The vault cannot be written", "Make room.")
        window.accounts.cards["Demo"].remove.click()
        question = await program.dialog(Question)
        question.yes.click()
        await program.until(lambda: "cannot be written" in _banner(program))
        fake.refusal = None
        window.accounts.cards["Demo"].switch.click()
        await program.until(lambda: ("disconnect", "Demo") in fake.calls)

    perform(qapp, tmp_path, play, brokerage=fake)


def test_the_vault_is_opened_from_the_panel(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage(off(up("Paper", Environment.PAPER)), passphrase="open sesame")

    async def play(program: Program) -> None:
        window = program.window
        assert window.accounts is not None
        window.show_accounts()
        card = window.accounts.cards["Paper"]
        assert not card.remove.isVisible()
        card.switch.click()  # what is listed does not wait for the vault
        await program.until(lambda: fake.calls == [("connect", "Paper")])
        window.accounts.unlock_button.click()
        dialog = await program.dialog(PassphraseDialog)
        assert dialog.passphrase.echoMode() is dialog.passphrase.EchoMode.Password
        assert not dialog.do_button.isEnabled()
        QTest.keyClicks(dialog.passphrase, "open barley")
        dialog.do_button.click()
        await program.until(lambda: "does not fit" in dialog.problem.text())
        dialog.passphrase.setText("open sesame")
        dialog.do_button.click()
        unlock = window.accounts.unlock_button
        await program.until(lambda: not unlock.isVisible())

    perform(qapp, tmp_path, play, brokerage=fake)


def _positions(stage: Stage, fake: FakeBrokerage) -> PositionsView:
    brokers = brokers_of(stage, fake)
    view = PositionsView(stage.desk, stage.bridge, stage.tasks, stage.colours, brokers=brokers)
    stage.show(view)
    return view


def _cell(view: PositionsView, symbol: str) -> QModelIndex:
    model = view.model
    for row in range(model.rowCount()):
        if model.index(row, Field.SYMBOL).data() == symbol:
            return model.index(row, Field.BROKER)
    raise AssertionError(f"{symbol} is not listed")


def _broker(view: PositionsView, symbol: str) -> tuple[str, Tone]:
    cell = _cell(view, symbol).data(CellRole)
    return cell.text, cell.tone


def _said(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def _banner(program: Program) -> str:
    return program.window.top_bar.error_banner.text.text()
