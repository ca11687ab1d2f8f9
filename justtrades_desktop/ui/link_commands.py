"""What the window can do with links: add, change, remove, and say what they do with signals."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution import AccountState
from justtrades_desktop.domain.link_words import contradictions
from justtrades_desktop.domain.links import Link, LinkMode
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.decisions import Decisions
from justtrades_desktop.ui.dialogs.arm import arm_link
from justtrades_desktop.ui.dialogs.link import LinkDialog
from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.wording import in_words

if TYPE_CHECKING:
    from justtrades_desktop.ui.window import MainWindow


class LinkCommands(QObject):
    """Slots are plain functions, the work is in the tasks they start."""

    def __init__(
        self,
        window: MainWindow,
        orders: OrderDesk,
        desk: Desk,
        tasks: Tasks,
        decisions: Decisions,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._orders, self._desk = orders, desk
        self._tasks = tasks
        self._decisions = decisions

    def add(self, recorder_id: int) -> None:
        """Ask for a new link of a recorder."""
        self._start(self._add(recorder_id), "new link")

    def edit(self, link_id: int) -> None:
        """Ask for a link's settings."""
        self._start(self._edit(link_id), "edit link")

    def remove(self, link_id: int) -> None:
        """Forget a link, after asking."""
        self._start(self._remove(link_id), "remove link")

    def set_mode(self, link_id: int, mode: LinkMode) -> None:
        """Switch a link; to armed, or off while it holds something, after asking."""
        self._start(self._set_mode(link_id, mode), "mode of a link")

    # The tasks

    async def _add(self, recorder_id: int) -> None:
        door, recorder = self._orders.executions, self._desk.book.recorders.get(recorder_id)
        if door is None or recorder is None:
            return
        accounts = self._without_link(recorder_id)
        if not accounts:
            self._window.report(self._no_account(recorder_id))
            return
        colours = self._window.theme.colours
        dialog = LinkDialog(door, recorder, accounts, self._tasks, colours, parent=self._window)
        await self._decisions.decide(dialog)

    async def _edit(self, link_id: int) -> None:
        door, link = self._orders.executions, self._orders.link(link_id)
        recorder = None if link is None else self._desk.book.recorders.get(link.recorder_id)
        if door is None or link is None or recorder is None:
            return
        colours = self._window.theme.colours
        await self._decisions.decide(
            LinkDialog(door, recorder, (), self._tasks, colours, link=link, parent=self._window)
        )

    async def _remove(self, link_id: int) -> None:
        door, link = self._orders.executions, self._orders.link(link_id)
        if door is None or link is None:
            return
        title = self.tr("Remove “%1” from %2?").replace("%1", self._orders.strategy(link_id))
        question = Question(
            title.replace("%2", one_line(str(link.key))),
            self.tr(
                "Its settings are forgotten, and its signals no longer reach the account. What "
                "it did stays on record. A link that holds something cannot be removed."
            ),
            yes=self.tr("Remove"),
            no=self.tr("Keep it"),
            parent=self._window,
        )
        if await self._decisions.decide(question):
            await self._try(door.remove_link(link_id))

    async def _set_mode(self, link_id: int, mode: LinkMode) -> None:
        door, link = self._orders.executions, self._orders.link(link_id)
        if door is None or link is None or not await self._may(link, mode):
            return
        await self._try(door.change_link(link_id, mode=mode))

    async def _may(self, link: Link, mode: LinkMode) -> bool:
        if mode is LinkMode.ARMED:
            return await self._decisions.decide(self._arming(link))
        if link.mode is LinkMode.ARMED and self._holds(link):
            return await self._decisions.decide(self._leaving(link, mode))
        return True

    def _arming(self, link: Link) -> Question:
        recorder = self._desk.book.recorders.get(link.recorder_id)
        wrong = [] if recorder is None else contradictions(link.settings, recorder)
        account = self._orders.account(link.key)
        strategy = self._orders.strategy(link.id)
        return arm_link(link, strategy, account, wrong, self._window)

    def _leaving(self, link: Link, mode: LinkMode) -> Question:
        title = self.tr("Switch “%1” on %2 to “%3” while it holds a position?")
        title = title.replace("%1", self._orders.strategy(link.id))
        title = title.replace("%2", one_line(str(link.key))).replace("%3", self._word(mode))
        return Question(
            title,
            self.tr(
                "Its signals will send nothing to the account any more, closes neither. What is "
                "open there stays open, with the exits that rest at the broker now."
            ),
            yes=self.tr("Switch"),
            no=self.tr("Leave it armed"),
            parent=self._window,
        )

    # Who

    def _without_link(self, recorder_id: int) -> list[AccountState]:
        """The accounts that a recorder has no link with yet, play money first."""
        state = self._orders.state
        taken = {link.key for link in state.links if link.recorder_id == recorder_id}
        return [account for account in state.accounts if account.key not in taken]

    def _no_account(self, recorder_id: int) -> str:
        if not self._orders.state.accounts:
            return self.tr("No account is connected. The page Accounts connects one.")
        recorder = self._desk.book.recorders[recorder_id]
        said = self.tr("“%1” is linked with every account that is connected.")
        return said.replace("%1", one_line(recorder.name))

    def _holds(self, link: Link) -> bool:
        return any(held.own and held.link_id == link.id for held in self._orders.state.held)

    def _word(self, mode: LinkMode) -> str:
        return {
            LinkMode.OFF: self.tr("off"),
            LinkMode.SHADOW: self.tr("shadow"),
            LinkMode.ARMED: self.tr("armed"),
        }[mode]

    async def _try(self, change: Coroutine[Any, Any, object]) -> None:
        try:
            await change
        except (UserError, NotStored) as error:
            self._window.report(in_words(error))

    def _start(self, work: Coroutine[Any, Any, object], name: str) -> None:
        _ = self._tasks.start(work, name=name)
