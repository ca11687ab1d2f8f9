"""Every screen in both themes as a picture: written where asked, and never empty."""

from __future__ import annotations

import asyncio
from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.execution import DryRun, Preview
from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.links import LinkMode, LinkSettings, Target, Window
from justtrades_desktop.domain.orders import Verdict, Way
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.ui.dialogs.arm import ArmDialog
from justtrades_desktop.ui.dialogs.by_hand import ByHandDialog
from justtrades_desktop.ui.dialogs.confirm_order import ConfirmOrder
from justtrades_desktop.ui.dialogs.connection import ConnectionDialog
from justtrades_desktop.ui.dialogs.import_legacy import ImportDialog
from justtrades_desktop.ui.dialogs.limits import LimitsDialog
from justtrades_desktop.ui.dialogs.link import LinkDialog
from justtrades_desktop.ui.dialogs.passphrase import PassphraseDialog
from justtrades_desktop.ui.dialogs.plain import KeySheet, Question
from justtrades_desktop.ui.dialogs.recorder import RecorderDialog
from justtrades_desktop.ui.dialogs.tick_value import TickValueDialog
from justtrades_desktop.ui.dialogs.trial import TrialDialog
from justtrades_desktop.ui.flatten import FlattenQuestion
from justtrades_desktop.ui.memory import Look
from justtrades_desktop.ui.views.ticket_bracket import Unit
from tests.fakes.brokerage import FakeBrokerage, holding, locked, off, up
from tests.fakes.executions import (
    DEMO,
    LIVE,
    PAPER,
    FakeExecutions,
    account_state,
    decision,
    link_of,
)
from tests.fakes.finished import many_trades
from tests.fakes.legacy import TRADES, OldFile
from tests.ui.order_scene import brokers_at_work, state_at_work
from tests.ui.program import Program, perform

_SETTLE = 0.15
_FEWEST_COLOURS = 12
_ORDER_PAGES = ("working", "positions", "executions", "decisions", "parked")
_LISTS = ("held", "decisions", "parked", "executions", "findings")


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where pictures are written; where nobody asked for any, a folder that is not there."""
    asked = request.config.getoption("--pictures")
    if asked is None:
        return tmp_path / "pictures"
    folder = Path(asked)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_first_start(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    async def play(program: Program) -> None:
        window = program.window
        await _take(window, folder, "welcome", look)
        window.welcome.ask_name()
        window.welcome.name.setText("Trend MNQ")
        await _take(window, folder, "name", look)
        window.welcome.go_on.click()
        await program.until(lambda: window.pages.currentWidget() is window.connect_page)
        await _take(window, folder, "connect", look)
        window.connect_page.ways.setCurrentIndex(1)
        window.connect_page.public.setText("https://alerts.example.com")
        recorder = program.running.desk.recorders[0]
        await program.alert(recorder, action="buy", ticker="MNQ1!", price="25600.25")
        await program.until(lambda: "connected" in window.connect_page.arrival.text())
        await _take(window, folder, "connected", look)

    perform(qapp, tmp_path / "data", play, look=look)


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_at_work(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    async def play(program: Program) -> None:
        await _trade(program)
        window = program.window
        await program.until(lambda: window.pages.currentWidget() is window.work)
        await _take(window, folder, "positions", look)
        window.work.setCurrentWidget(window.signals)
        await _take(window, folder, "signals", look)
        window.work.setCurrentWidget(window.positions)
        window.top_bar.ledger_banner.say("The ledger cannot write: the disk is full.")
        window.report("Something went wrong in JustTrades (a test). Alerts are still received.")
        await _take(window, folder, "banners", look)

    perform(qapp, tmp_path / "data", play, look=look)


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_dialogs(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    async def play(program: Program) -> None:
        await _trade(program)
        window, desk = program.window, program.running.desk
        recorder = desk.recorders[0]
        await program.until(lambda: window.recorders.chosen is not None)
        window.commands.new_recorder()
        form = await program.dialog(RecorderDialog)
        await _take_dialog(program, form, folder, "recorder-form", look)
        window.commands.test_alert()
        trial = await program.dialog(TrialDialog)
        trial.do_button.click()
        await program.until(lambda: bool(trial.problem.text()))
        await _take_dialog(program, trial, folder, "test-alert", look)
        line = next(s for s in await desk.signals(limit=9) if s.outcome == "unreadable")
        window.signals.apply_by_hand_wanted.emit(line)
        by_hand = await program.dialog(ByHandDialog)
        await _take_dialog(program, by_hand, folder, "apply-by-hand", look)
        window.positions.tick_value_wanted.emit("ACME1!")
        tick_value = await program.dialog(TickValueDialog)
        tick_value.do_button.click()
        await program.until(lambda: bool(tick_value.problem.text()))
        await _take_dialog(program, tick_value, folder, "tick-value", look)
        window.recorders.rotate_wanted.emit(recorder.id)
        await _take_dialog(program, await program.dialog(Question), folder, "rotate", look)
        window.commands.show_keys()
        await _take_dialog(program, await program.dialog(KeySheet), folder, "keys", look)

    perform(qapp, tmp_path / "data", play, look=look)


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_charts(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    async def play(program: Program) -> None:
        await _trade(program)
        window, desk = program.window, program.running.desk
        window.resize(1400, 900)
        await program.until(lambda: window.pages.currentWidget() is window.work)
        window.charts.show_position(desk.recorders[0].id, "MNQ1!")
        await asyncio.sleep(_SETTLE)
        followed = window.charts.position
        followed.profit.point_at(followed.span.covered.high)
        await _take(window, folder, "charts", look)
        window.charts_dock.hide()
        window.work.setCurrentWidget(window.analysis)
        await program.until(lambda: bool(window.analysis.charts.equity.empty_text))
        await _take(window, folder, "analysis-empty", look)
        trades = Trades(many_trades(140), desk.calendar.session_day)
        window.analysis.show_trades(trades, trades.all())
        window.analysis.charts.worst.point(70)
        await _take(window, folder, "analysis", look)

    perform(qapp, tmp_path / "data", play, look=look)


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_journal(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    async def play(program: Program) -> None:
        window, desk = program.window, program.running.desk
        journal = window.journal
        window.resize(1400, 900)
        trend = await program.recorder("Trend MNQ")
        await program.until(lambda: window.work.isVisible())
        window.work.setCurrentWidget(journal)
        await program.until(lambda: journal.model.is_loaded)
        await _take(window, folder, "journal-empty", look)
        for step in (12, -7, 30, -15, 22, 4):
            await _there_and_back(program, trend, step)
        trade = (await desk.trades())[-1]
        await desk.note_trade(trade.origin, trade.id, notes="Late, after the news", tags=["news"])
        await program.until(lambda: len(journal.model.rows) == 6)
        await _take(window, folder, "journal", look)
        journal.aside.setCurrentWidget(journal.what_if)
        await program.until(lambda: bool(journal.what_if.said.text()))
        await _take(window, folder, "what-if", look)
        journal.open_trade(trade.origin, trade.id)
        await program.until(lambda: journal.trade_page.is_loaded)
        await _take(window, folder, "trade", look)
        old = OldFile(tmp_path / "old.db", TRADES)
        old.add("recorded_trades", id=1, recorder_id=1, ticker="MNQ1!", status="closed")
        importing = ImportDialog(desk, old.path, program.shell.tasks, window.theme.colours, window)
        importing.open()
        await program.until(importing.unreadable.isVisible)
        await _take_dialog(program, importing, folder, "import", look)
        importing.deleteLater()

    perform(qapp, tmp_path / "data", play, look=look)


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_brokers(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    fake = FakeBrokerage(holding(up("Paper", Environment.PAPER), 2))

    async def play(program: Program) -> None:
        await _trade(program)
        window = program.window
        window.resize(1400, 900)
        await program.until(lambda: window.positions.model.rowCount() > 0)
        fake.tell(holding(locked(up("Tradovate demo")), 1))
        fake.tell(off(up("Tradovate live", Environment.LIVE)))
        await _take(window, folder, "broker-beside-signals", look)
        window.show_accounts()
        await _take(window, folder, "accounts", look)
        assert window.broker_commands is not None
        window.broker_commands.add()
        wizard = await program.dialog(ConnectionDialog)
        wizard.environment.setCurrentIndex(1)
        wizard.own.fold.click()
        wizard.real_money.setChecked(True)
        wizard.test_button.click()
        await program.until(lambda: bool(wizard.problem.text()))
        await _take_dialog(program, wizard, folder, "connect-broker", look)
        fake.passphrase = "a passphrase"
        for name in [*fake.listed]:
            await fake.remove(name)
        assert window.accounts is not None
        await program.until(window.accounts.empty_button.isVisible)
        await _take(window, folder, "accounts-empty", look)
        window.broker_commands.unlock()
        passphrase = await program.dialog(PassphraseDialog)
        await _take_dialog(program, passphrase, folder, "passphrase", look)

    perform(qapp, tmp_path / "data", play, look=look, brokerage=fake)


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_orders(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    brokers = FakeBrokerage(*brokers_at_work())
    executions = FakeExecutions(**state_at_work())
    executions.previewed = Preview(stop_money=Decimal(125), target_money=Decimal(250))

    async def play(program: Program) -> None:
        await _trade(program)
        window = program.window
        window.resize(1440, 860)
        await program.until(lambda: window.positions.model.rowCount() > 0)
        panels = window.order_panels
        panels.ticket.form.quantity.setValue(2)
        for leg, ticks in zip(panels.ticket.form.bracket.legs, ("250", "125"), strict=True):
            QTest.keyClicks(leg.fields[Unit.TICKS], ticks)
        window.work.setCurrentWidget(panels.orders)
        for page, name in zip(panels.orders.pages, _ORDER_PAGES, strict=True):
            panels.orders.sections.setCurrentWidget(page)
            page.table.selectRow(page.model.rowCount() - 1)
            await _take(window, folder, f"orders-{name}", look)
        panels.ticket.show_account(LIVE)
        panels.orders.sections.setCurrentIndex(0)
        await _take(window, folder, "ticket-live-unarmed", look)
        executions.tell(accounts=[account_state(LIVE, armed=True)])
        await _take(window, folder, "ticket-live", look)
        panels.doctor_dock.raise_()
        await _take(window, folder, "doctor", look)
        executions.tell(accounts=[account_state(PAPER)], **dict.fromkeys(_LISTS, ()))
        for name in [*brokers.listed]:
            await brokers.remove(name)
        await _take(window, folder, "doctor-well", look)
        executions.tell(accounts=())
        panels.ticket_dock.raise_()
        await _take(window, folder, "orders-empty", look)

    perform(qapp, tmp_path / "data", play, look=look, brokerage=brokers, executions=executions)


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_order_questions(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    executions = FakeExecutions(accounts=[account_state(PAPER), account_state(LIVE, armed=True)])
    executions.previewed = Preview(stop_money=Decimal(125), target_money=Decimal(250))
    brokers = FakeBrokerage(*brokers_at_work())

    async def play(program: Program) -> None:
        await _trade(program)
        ticket = program.window.order_panels.ticket
        await program.until(ticket.isVisible)
        for key in (PAPER, LIVE):
            ticket.show_account(key)
            ticket.form.buttons[Way.BUY].click()
            asked = await program.dialog(ConfirmOrder)
            name = f"confirm-{asked.badge.text().lower()}"
            await _take_dialog(program, asked, folder, name, look)
            await program.until(lambda: "Nothing was sent" in ticket.form.result.text())

    perform(qapp, tmp_path / "data", play, look=look, brokerage=brokers, executions=executions)


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_safety(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    fake = FakeBrokerage(up("Paper", Environment.PAPER), up("Demo"))
    executions = FakeExecutions(accounts=(account_state(PAPER, held=2),))

    async def play(program: Program) -> None:
        window = program.window
        window.resize(1400, 900)
        trend = await program.recorder("Trend MNQ")
        _ = await program.recorder("Gold swing")
        shadow = link_of(2, trend.id, mode=LinkMode.SHADOW, settings=LinkSettings(initial=2))
        executions.tell(links=(link_of(1, trend.id, PAPER), shadow, link_of(3, trend.id, LIVE)))
        window.show_links(trend.id)
        await program.until(lambda: trend.id in window.links.parts)
        await program.until(lambda: len(window.links.parts[trend.id].rows) == 3)
        await _take(window, folder, "links-paper", look)
        everybody = (account_state(PAPER), account_state(DEMO), account_state(LIVE, armed=True))
        executions.tell(accounts=everybody)
        await program.until(lambda: window.top_bar.badge.text() == "LIVE")
        await _take(window, folder, "links-live", look)
        window.safety.ask_to_flatten()
        question = await program.dialog(FlattenQuestion)
        await _take(question, folder, "flatten-question", look)
        question.accept()
        await program.until(window.top_bar.flattening.isVisible)
        executions.flattened(PAPER)
        executions.flattened(LIVE, "Gave up: the broker does not answer", flat=False)
        window.top_bar.flatten_button.press_first()
        await _take(window, folder, "flattening", look)

    perform(qapp, tmp_path / "data", play, look=look, brokerage=fake, executions=executions)


@pytest.mark.parametrize("look", [Look.DARK, Look.LIGHT])
def test_settings_of_orders(qapp: QApplication, tmp_path: Path, folder: Path, look: Look) -> None:
    executions = FakeExecutions(accounts=(account_state(DEMO), account_state(LIVE)))
    tick = level("40 ticks")
    settings = LinkSettings(
        initial=2,
        max_contracts=2,
        own_exits=True,
        targets=(Target(tick, Decimal(50)), Target(tick, Decimal(50))),
        windows=(Window(frozenset(range(5)), time(9, 30), time(16)),),
    )
    lines = tuple(decision(n, verdict=list(Verdict)[n % 4], reason="Late") for n in range(9))
    executions.dry = DryRun(lines=lines, said="4 of the last 9 signals would have traded.")

    async def play(program: Program) -> None:
        window = program.window
        trend = await program.recorder("Trend MNQ")
        executions.tell(links=(link_of(1, trend.id, settings=settings),))
        await program.until(lambda: window.order_desk.link(1) is not None)
        window.link_commands.edit(1)
        form = await program.dialog(LinkDialog)
        for page in range(form.form.count()):
            form.form.setCurrentIndex(page)
            await _take(form, folder, f"link-{page}", look)
        form.dry.button.click()
        await program.until(form.dry.table.isVisible)
        await _take_dialog(program, form, folder, "link-dry-run", look)
        window.safety.limits(DEMO)
        await _take_dialog(program, await program.dialog(LimitsDialog), folder, "limits", look)
        window.safety.arm(LIVE)
        await _take_dialog(program, await program.dialog(ArmDialog), folder, "arm", look)

    perform(qapp, tmp_path / "data", play, look=look, executions=executions)


async def _there_and_back(program: Program, recorder: Recorder, step: int) -> None:
    await program.alert(recorder, action="buy", ticker="MNQ1!", contracts=2, price="25600")
    for price in (25600 - step, 25600 + step // 2):
        program.price("MNQ1!", f"{price}.25")
        await asyncio.sleep(0.02)
    await program.alert(recorder, action="close", ticker="MNQ1!", price=f"{25600 + step}")


async def _trade(program: Program) -> None:
    trend = await program.recorder("Trend MNQ", multiplier=2)
    fade = await program.recorder("Fade MES with a rather long name")
    gold = await program.recorder("Gold swing", enabled=False)
    await program.alert(trend, action="buy", ticker="MNQ1!", contracts=1, price="25600.25")
    await program.alert(fade, action="sell", ticker="MES1!", contracts=2, price="6950.25")
    await program.alert(gold, action="buy", ticker="MGC1!", contracts=1, price="4100.1")
    await program.send(trend, "Trendline broken, look at the <b>chart</b> & decide")
    await program.alert(fade, action="buy", ticker="ACME1!", contracts=1, price="240")
    for step in range(12):
        program.price("MNQ1!", f"{25600 + 3 * step}.50")
        program.price("MES1!", f"{6950 + step % 5}.75")
        await asyncio.sleep(0.06)


async def _take(widget: QWidget, folder: Path, name: str, look: Look) -> None:
    await asyncio.sleep(_SETTLE)
    picture = widget.grab()
    _save(picture, folder / f"{name}-{look.value}.png")
    assert _has_colours(picture, _FEWEST_COLOURS)


def _save(picture: QPixmap, path: Path) -> None:
    if path.parent.is_dir():  # packing a picture takes longer than drawing it
        assert picture.save(str(path))


async def _take_dialog(
    program: Program, dialog: QDialog, folder: Path, name: str, look: Look
) -> None:
    await _take(dialog, folder, name, look)
    dialog.reject()
    await program.gone(dialog)


def _has_colours(picture: QPixmap, fewest: int) -> bool:
    image = picture.toImage()
    found: set[int] = set()
    for y in range(0, image.height(), 3):
        found.update(image.pixel(x, y) for x in range(0, image.width(), 3))
        if len(found) >= fewest:
            return True
    return False
