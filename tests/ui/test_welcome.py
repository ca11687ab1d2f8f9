"""The first five minutes: from the greeting to the first alert."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from justtrades_desktop.domain.signals import Action, Reading
from justtrades_desktop.listener.alerts import read
from justtrades_desktop.ui.addresses import (
    INDICATOR_BUY,
    INDICATOR_CLOSE,
    INDICATOR_SELL,
    STRATEGY_MESSAGE,
    public_base,
    trial_message,
)
from tests.ui.program import Program, perform

_FILLED = {
    "{{ticker}}": "MNQ1!",
    "{{close}}": "25600.25",
    "{{timenow}}": "2026-01-02T15:04:05Z",
    "{{strategy.order.action}}": "sell",
    "{{strategy.order.contracts}}": "3",
    "{{strategy.order.price}}": "25600.25",
    "{{strategy.position_size}}": "-1",
    "{{strategy.market_position}}": "short",
}


def test_from_the_name_to_the_first_alert(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        window, page = program.window, program.window.connect_page
        window.welcome.connect_button.click()
        window.welcome.name.setText(" Trend MNQ ")
        window.welcome.name.returnPressed.emit()
        await program.until(lambda: window.pages.currentWidget() is page)
        recorder = program.running.desk.recorders[0]
        assert recorder.name == "Trend MNQ"
        assert page.address.field.text().endswith(f"/webhook/{recorder.token}")
        assert page.light.colour == window.theme.colours.muted
        await program.send(recorder, trial_message("MNQ1!", Decimal(25600)))
        await program.until(lambda: "test alert" in page.arrival.text())
        await program.send(recorder, _fill(STRATEGY_MESSAGE))
        await program.until(lambda: "connected" in page.arrival.text())
        assert page.light.colour == window.theme.colours.good
        page.done_button.click()
        assert window.pages.currentWidget() is window.work

    perform(qapp, tmp_path, play)


def test_an_unreadable_first_alert_is_said(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        window, page = program.window, program.window.connect_page
        recorder = await program.recorder()
        window.recorders.refresh()
        window.commands.connect_alerts()
        await program.send(recorder, "good morning")
        await program.until(lambda: "cannot be read" in page.arrival.text())
        assert page.light.colour == window.theme.colours.danger

    perform(qapp, tmp_path, play)


def test_a_name_that_is_refused(qapp: QApplication, tmp_path: Path) -> None:
    async def play(program: Program) -> None:
        welcome = program.window.welcome
        welcome.ask_name()
        welcome.name.setText("a\tb")
        welcome.go_on.click()
        await program.until(welcome.problem.isVisible)
        assert "printable" in welcome.problem.text()
        assert welcome.go_on.isEnabled()
        assert program.running.desk.recorders == []

    perform(qapp, tmp_path, play)


@pytest.mark.parametrize(
    ("message", "action", "quantity"),
    [
        (STRATEGY_MESSAGE, Action.SELL, 3),
        (INDICATOR_BUY, Action.BUY, 1),
        (INDICATOR_SELL, Action.SELL, 1),
        (INDICATOR_CLOSE, Action.CLOSE, None),
    ],
)
def test_the_messages_are_read_once_tradingview_has_filled_them(
    message: str, action: Action, quantity: int | None
) -> None:
    reading = read(_fill(message).encode(), "application/json")
    assert isinstance(reading, Reading)
    assert (reading.action, reading.quantity) == (action, quantity)
    assert (reading.ticker, reading.price) == ("MNQ1!", Decimal("25600.25"))
    assert reading.sent_at == "2026-01-02T15:04:05Z"
    if message == STRATEGY_MESSAGE:
        assert reading.target == -1


def test_the_messages_leave_nothing_unfilled() -> None:
    for message in (STRATEGY_MESSAGE, INDICATOR_BUY, INDICATOR_SELL, INDICATOR_CLOSE):
        assert "{{" not in _fill(message)


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("", None),
        ("alerts.example.com", "https://alerts.example.com"),
        (" https://alerts.example.com/ ", "https://alerts.example.com"),
        ("http://203.0.113.9:80", "http://203.0.113.9:80"),
        ("https://example.com/jt/webhook/abc", "https://example.com/jt"),
        ("https://example.com:8787", None),
        ("ftp://example.com", None),
        ("https://localhost", None),
        ("https://me:pw@example.com", None),
        ("https://example.com:port", None),
    ],
)
def test_public_addresses(typed: str, base: str | None) -> None:
    assert public_base(typed) == base


def _fill(message: str) -> str:
    for placeholder, value in _FILLED.items():
        message = message.replace(placeholder, value)
    return message
