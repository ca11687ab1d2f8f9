"""Connecting a broker: nothing is kept that was not tried, and real money needs a word."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from shiboken6 import isValid

from justtrades_desktop.domain.broker import Addresses, Environment
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ui.dialogs.connection import ConnectionDialog
from justtrades_desktop.ui.dialogs.passphrase import PassphraseDialog
from tests.fakes.brokerage import FakeBrokerage
from tests.ui.program import Program, perform

_SECRETS = ("hunter2", "k3y-s3cret")


def wizard(
    app: QApplication,
    folder: Path,
    fake: FakeBrokerage,
    play: Callable[[Program, ConnectionDialog], Awaitable[None]],
) -> None:
    async def opened(program: Program) -> None:
        assert program.window.broker_commands is not None
        program.window.broker_commands.add()
        dialog = await program.dialog(ConnectionDialog)
        await play(program, dialog)
        if isValid(dialog) and dialog.isVisible():
            dialog.reject()
        await program.gone(dialog)

    perform(app, folder, opened, brokerage=fake)


def fill(dialog: ConnectionDialog) -> None:
    dialog.user.setText("jdoe")
    dialog.password.setText(_SECRETS[0])
    dialog.cid.setText("8")
    dialog.secret.setText(_SECRETS[1])


async def tried(program: Program, dialog: ConnectionDialog) -> None:
    dialog.test_button.click()
    await program.until(dialog.do_button.isEnabled)


def test_what_was_tested_is_saved_and_shown(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage()

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        assert not dialog.do_button.isEnabled()
        fill(dialog)
        await tried(program, dialog)
        assert "Accounts: DEMO1" in dialog.problem.text()
        assert fake.added == []
        dialog.do_button.click()
        await program.until(lambda: len(fake.added) == 1)
        (new,) = fake.added
        assert [new] == fake.tested
        assert (new.name, new.environment) == ("Tradovate demo", Environment.DEMO)
        assert (new.credentials.user, new.credentials.cid) == ("jdoe", "8")
        assert (new.credentials.password, new.credentials.secret) == _SECRETS
        assert new.addresses is None
        work, accounts = program.window.work, program.window.accounts
        assert accounts is not None
        await program.until(lambda: work.currentWidget() is accounts)
        await program.until(lambda: "Tradovate demo" in accounts.cards)

    wizard(qapp, tmp_path, fake, play)


@pytest.mark.parametrize("field", ["name", "user", "password", "cid", "secret"])
def test_any_change_after_the_test_needs_another_test(
    qapp: QApplication, tmp_path: Path, field: str
) -> None:
    fake = FakeBrokerage()

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fill(dialog)
        await tried(program, dialog)
        line: QLineEdit = getattr(dialog, field)
        QTest.keyClicks(line, "x")
        assert not dialog.do_button.isEnabled()
        assert "Test it again" in dialog.problem.text()
        await tried(program, dialog)
        assert len(fake.tested) == 2

    wizard(qapp, tmp_path, fake, play)


def test_a_change_during_the_test_counts_as_well(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage()

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fake.gate = asyncio.Event()
        fill(dialog)
        dialog.test_button.click()
        await program.until(lambda: len(fake.tested) == 1)
        assert not dialog.test_button.isEnabled()
        dialog.user.setText("somebody else")
        fake.gate.set()
        await program.until(dialog.test_button.isEnabled)
        assert not dialog.do_button.isEnabled()
        assert "changed during the test" in dialog.problem.text()

    wizard(qapp, tmp_path, fake, play)


def test_a_refusal_is_said_in_the_brokers_words(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage()
    fake.refusal = UserError("Incorrect <b>username</b> or password", "Said by the broker.")

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fill(dialog)
        dialog.test_button.click()
        await program.until(lambda: "<b>username</b>" in dialog.problem.text())
        assert dialog.problem.textFormat() is Qt.TextFormat.PlainText
        assert not dialog.do_button.isEnabled()
        assert fake.added == []

    wizard(qapp, tmp_path, fake, play)


def test_what_cannot_be_kept_stays_in_the_dialog(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage()

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fill(dialog)
        await tried(program, dialog)
        fake.refusal = UserError("The name is taken", "Choose another.")
        dialog.do_button.click()
        await program.until(lambda: "name is taken" in dialog.problem.text())
        assert dialog.isVisible()
        assert dialog.password.text() == _SECRETS[0]

    wizard(qapp, tmp_path, fake, play)


@pytest.mark.parametrize("field", ["name", "user", "password"])
def test_what_is_missing_is_named_and_nothing_is_sent(
    qapp: QApplication, tmp_path: Path, field: str
) -> None:
    fake = FakeBrokerage()

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fill(dialog)
        line: QLineEdit = getattr(dialog, field)
        line.clear()
        dialog.test_button.click()
        await program.until(lambda: "is empty" in dialog.problem.text())
        assert line.accessibleName() in dialog.problem.text()
        assert fake.tested == []

    wizard(qapp, tmp_path, fake, play)


def test_real_money_needs_a_tick_of_its_own(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage()

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fill(dialog)
        assert not dialog.real_money.isVisible()
        dialog.environment.setCurrentIndex(dialog.environment.findData(Environment.LIVE))
        assert dialog.real_money.isVisible()
        assert "real money" in dialog.real_money.text()
        assert dialog.name.text() == "Tradovate live"
        assert not dialog.test_button.isEnabled()
        dialog.real_money.setChecked(True)
        await tried(program, dialog)
        dialog.real_money.setChecked(False)
        assert not dialog.do_button.isEnabled()
        dialog.environment.setCurrentIndex(0)
        assert not dialog.do_button.isEnabled()  # the test was of the other environment
        dialog.environment.setCurrentIndex(1)
        assert not dialog.real_money.isChecked()

    wizard(qapp, tmp_path, fake, play)


def test_own_addresses_count_only_while_unfolded(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage()

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fill(dialog)
        own = dialog.own
        assert not own.rest.isVisible()
        own.fold.click()
        dialog.test_button.click()
        await program.until(lambda: "is no address" in dialog.problem.text())
        own.rest.setText("http://127.0.0.1:9000/v1/")
        own.user.setText("ws://localhost:9000/v1/websocket")
        own.market.setText("wss://md.example.com/v1/websocket")
        await tried(program, dialog)
        assert fake.tested[-1].addresses == Addresses(
            rest="http://127.0.0.1:9000/v1",
            user="ws://localhost:9000/v1/websocket",
            market="wss://md.example.com/v1/websocket",
        )
        own.fold.click()
        assert not dialog.do_button.isEnabled()
        await tried(program, dialog)
        assert fake.tested[-1].addresses is None

    wizard(qapp, tmp_path, fake, play)


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("http://demo.example.com/v1", "not encrypted"),
        ("demo.example.com/v1", "is no address"),
        ("https://", "is no address"),
        ("https://[::1/v1", "is no address"),
        ("file:///etc/passwd", "is no address"),
    ],
)
def test_a_password_goes_nowhere_unsafe(
    qapp: QApplication, tmp_path: Path, rest: str, said: str
) -> None:
    fake = FakeBrokerage()

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fill(dialog)
        dialog.own.fold.click()
        dialog.own.rest.setText(rest)
        dialog.test_button.click()
        await program.until(lambda: said in dialog.problem.text())
        assert fake.tested == []

    wizard(qapp, tmp_path, fake, play)


def test_secrets_are_hidden_forgotten_and_never_logged(
    qapp: QApplication, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fake = FakeBrokerage()
    fake.refusal = UserError("No")

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fill(dialog)
        for line in (dialog.password, dialog.secret):
            assert line.echoMode() is QLineEdit.EchoMode.Password
        dialog.test_button.click()
        await program.until(lambda: "No" in dialog.problem.text())
        assert not any(secret in repr(fake.tested) for secret in _SECRETS)
        dialog.reject()
        assert (dialog.password.text(), dialog.secret.text()) == ("", "")

    with caplog.at_level(logging.DEBUG):
        wizard(qapp, tmp_path, fake, play)
    assert not any(secret in caplog.text for secret in _SECRETS)


def test_closing_it_ends_the_test(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage()

    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fake.gate = asyncio.Event()  # never set: the broker does not answer
        fill(dialog)
        dialog.test_button.click()
        await program.until(lambda: len(fake.tested) == 1)
        dialog.reject()
        await program.gone(dialog)
        assert fake.added == []

    wizard(qapp, tmp_path, fake, play)


def test_everything_in_it_has_a_name_and_is_reached_by_tab(
    qapp: QApplication, tmp_path: Path
) -> None:
    async def play(program: Program, dialog: ConnectionDialog) -> None:
        fill(dialog)
        fields: list[QWidget] = [
            *(dialog.environment, dialog.name, dialog.user, dialog.password),
            *(dialog.cid, dialog.secret, dialog.own.fold),
        ]
        assert all(field.accessibleName() for field in fields)
        assert all(b.accessibleName() for b in dialog.buttons.buttons())
        order: list[QWidget] = []
        after = dialog.environment.nextInFocusChain()
        while after is not None and after is not dialog.environment:
            order.append(after)
            after = after.nextInFocusChain()
        places = [order.index(field) for field in fields[1:]]
        assert places == sorted(places)

    wizard(qapp, tmp_path, FakeBrokerage(), play)


def test_a_shut_vault_is_opened_first(qapp: QApplication, tmp_path: Path) -> None:
    fake = FakeBrokerage(passphrase="open sesame")

    async def play(program: Program) -> None:
        commands = program.window.broker_commands
        assert commands is not None
        commands.add()
        first = await program.dialog(PassphraseDialog)
        first.reject()
        await program.gone(first)
        assert not program.window.findChildren(ConnectionDialog)
        commands.add()
        first = await program.dialog(PassphraseDialog)
        first.passphrase.setText("open sesame")
        first.do_button.click()
        dialog = await program.dialog(ConnectionDialog)
        dialog.reject()
        await program.gone(dialog)

    perform(qapp, tmp_path, play, brokerage=fake)
