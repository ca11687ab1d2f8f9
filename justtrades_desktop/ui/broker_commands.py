"""What the window can do with connections; orders are no part of it."""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from justtrades_desktop.domain.broker import Brokerage
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.ui.decisions import Decisions
from justtrades_desktop.ui.dialogs.connection import ConnectionDialog
from justtrades_desktop.ui.dialogs.passphrase import PassphraseDialog
from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.wording import in_words

if TYPE_CHECKING:
    from justtrades_desktop.ui.window import MainWindow


class BrokerCommands(QObject):
    """Slots are plain functions, the work is in the tasks they start."""

    def __init__(
        self, window: MainWindow, brokerage: Brokerage, tasks: Tasks, decisions: Decisions
    ) -> None:
        super().__init__(window)
        self._window = window
        self._brokerage = brokerage
        self._tasks = tasks
        self._decisions = decisions

    def add(self) -> None:
        """Ask for a new connection."""
        self._start(self._add(), "new connection")

    def unlock(self) -> None:
        """Ask for the vault's passphrase."""
        self._start(self._unlock(), "open the vault")

    def connect_again(self, name: str) -> None:
        """Connect what was disconnected."""
        self._start(self._try(self._brokerage.connect(name)), "connect")

    def disconnect_for_now(self, name: str) -> None:
        """Disconnect until it is connected again."""
        self._start(self._try(self._brokerage.disconnect(name)), "disconnect")

    def remove(self, name: str) -> None:
        """Forget a connection, after asking."""
        self._start(self._remove(name), "remove connection")

    async def _add(self) -> None:
        if not await self._unlock():
            return
        dialog = ConnectionDialog(
            self._brokerage, self._tasks, self._window.theme.colours, self._window
        )
        if await self._decisions.decide(dialog):
            self._window.show_accounts()

    async def _unlock(self) -> bool:
        """Whether the vault is open now."""
        if not self._brokerage.needs_passphrase:
            return True
        colours = self._window.theme.colours
        opened = await self._decisions.decide(
            PassphraseDialog(self._brokerage, self._tasks, colours, self._window)
        )
        self._window.refresh_accounts()
        return opened

    async def _remove(self, name: str) -> None:
        question = Question(
            self.tr("Remove “%1”?").replace("%1", one_line(name)),
            self.tr(
                "Its password, keys and tokens are forgotten here. At the broker nothing changes: "
                "positions and working orders stay there as they are."
            ),
            yes=self.tr("Remove"),
            no=self.tr("Keep it"),
            parent=self._window,
        )
        if await self._decisions.decide(question):
            await self._try(self._brokerage.remove(name))

    async def _try(self, change: Awaitable[None]) -> None:
        try:
            await change
        except (UserError, NotStored) as error:
            self._window.report(in_words(error))

    def _start(self, work: Coroutine[Any, Any, object], name: str) -> None:
        _ = self._tasks.start(work, name=name)
