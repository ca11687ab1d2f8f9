"""What stops orders and what lets them go: arm, disarm, limits, pause, resume, flatten all."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QDialog
from shiboken6 import isValid

from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.links import AccountKey, LinkMode
from justtrades_desktop.ui.decisions import Decisions
from justtrades_desktop.ui.dialogs.arm import ArmDialog
from justtrades_desktop.ui.dialogs.limits import LimitsDialog
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.flatten import FlattenQuestion, nothing_to_flatten
from justtrades_desktop.ui.tasks import Tasks, ask
from justtrades_desktop.ui.wording import in_words

if TYPE_CHECKING:
    from justtrades_desktop.ui.window import MainWindow


class SafetyCommands(QObject):
    """Slots are plain functions, the work is in the tasks they start."""

    def __init__(
        self, window: MainWindow, orders: OrderDesk, tasks: Tasks, decisions: Decisions
    ) -> None:
        super().__init__(window)
        self._window = window
        self._orders = orders
        self._tasks = tasks
        self._decisions = decisions
        self._question: FlattenQuestion | None = None

    # Accounts

    def arm(self, key: AccountKey) -> None:
        """Ask for a LIVE account's name, and arm it."""
        self._start(self._arm(key), "arm an account")

    def disarm(self, key: AccountKey) -> None:
        """Disarm an account, without asking."""
        if self._orders.executions is not None:
            self._start(self._try(self._orders.executions.disarm(key)), "disarm an account")

    def limits(self, key: AccountKey) -> None:
        """Ask for an account's limits."""
        self._start(self._limits(key), "limits of an account")

    # Entries

    def pause(self) -> None:
        """Stop entries everywhere."""
        if self._orders.executions is not None:
            self._start(self._try(self._orders.executions.pause()), "pause entries")

    def resume(self) -> None:
        """Let entries through again."""
        if self._orders.executions is not None:
            self._start(self._try(self._orders.executions.resume()), "resume entries")

    def pause_or_resume(self) -> None:
        """Whichever is not so now."""
        (self.resume if self._orders.state.paused else self.pause)()

    # Flatten all

    def ask_to_flatten(self) -> None:
        """The first step by menu, key or tray: it asks, over whatever else is open."""
        if not self._orders.state.accounts:
            self._window.report(nothing_to_flatten())
        elif self._question is None:
            self._start(self._ask_to_flatten(), "ask to flatten all")

    def flatten(self) -> None:
        """Both steps have been made."""
        self._start(self._flatten(), "flatten all")

    # The tasks

    async def _arm(self, key: AccountKey) -> None:
        door, account = self._orders.executions, self._orders.account(key)
        if door is None or account is None or account.armed:
            return
        state = self._orders.state
        links = [
            self._orders.strategy(link.id)
            for link in state.links
            if link.key == key and link.mode is LinkMode.ARMED
        ]
        colours = self._window.theme.colours
        await self._decisions.decide(
            ArmDialog(door, account, links, self._tasks, colours, self._window)
        )

    async def _limits(self, key: AccountKey) -> None:
        door, account = self._orders.executions, self._orders.account(key)
        if door is None or account is None:
            return
        colours = self._window.theme.colours
        await self._decisions.decide(
            LimitsDialog(door, account, self._tasks, colours, self._window)
        )

    async def _ask_to_flatten(self) -> None:
        # Not through the door that asks one thing at a time: this one never waits its turn.
        over = QApplication.activeModalWidget() or self._window
        self._question = FlattenQuestion(self._orders.state.accounts, over)
        try:
            answer = await ask(self._question)
        finally:
            question, self._question = self._question, None
            if isValid(question):  # the dialog under it may have gone, and it with that
                question.deleteLater()
        if answer == QDialog.DialogCode.Accepted.value:
            await self._flatten()

    async def _flatten(self) -> None:
        self._window.top_bar.flatten_button.forget()
        door = self._orders.executions
        if door is None or not self._orders.state.accounts:
            self._window.report(nothing_to_flatten())
            return
        self._window.top_bar.flattening.begin()
        await self._try(door.flatten_all())

    async def _try(self, change: Coroutine[Any, Any, object]) -> None:
        try:
            await change
        except (UserError, NotStored) as error:
            self._window.report(in_words(error))

    def _start(self, work: Coroutine[Any, Any, object], name: str) -> None:
        _ = self._tasks.start(work, name=name)
