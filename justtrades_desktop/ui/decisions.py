"""The dialogs of the window, each opened, awaited and acted upon in a task of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QWidget

from justtrades_desktop.app.serving import Serving
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.ui.dialogs.by_hand import ByHandDialog
from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.dialogs.recorder import RecorderDialog
from justtrades_desktop.ui.dialogs.tick_value import TickValueDialog
from justtrades_desktop.ui.dialogs.trial import TrialDialog
from justtrades_desktop.ui.tasks import Tasks, ask
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.wording import in_words

YES = QDialog.DialogCode.Accepted.value


class Decisions(QObject):
    """One door for every question the window asks; a second press does not ask twice."""

    def __init__(
        self,
        running: Serving,
        tasks: Tasks,
        window: QWidget,
        *,
        colours: Callable[[], Colours],
        complain: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._running = running
        self._desk = running.desk
        self._tasks = tasks
        self._window = window
        self._colours = colours
        self._complain = complain
        self._asking = False
        self.always: list[QAction] = []
        """What its key does over any question too."""

    @property
    def busy(self) -> bool:
        """Whether a question is open."""
        return self._asking

    async def new_recorder(self) -> Recorder | None:
        """Ask for a new recorder; the one that was added."""
        dialog = RecorderDialog(self._desk, self._tasks, self._colours(), parent=self._window)
        await self._ask(dialog)
        return dialog.saved

    async def edit(self, recorder_id: int) -> None:
        """Change a recorder's settings."""
        recorder = self._desk.book.recorders[recorder_id]
        await self._ask(
            RecorderDialog(self._desk, self._tasks, self._colours(), recorder, self._window)
        )

    async def try_alert(self, recorder_id: int) -> None:
        """Write and send test alerts."""
        recorder = self._desk.book.recorders[recorder_id]
        await self._ask(
            TrialDialog(
                self._desk,
                self._running.url,
                self._tasks,
                self._colours(),
                recorder,
                self._window,
            )
        )

    async def apply_by_hand(self, line: SignalLine) -> None:
        """Apply what the trader reads out of an alert."""
        await self._ask(ByHandDialog(self._desk, line, self._tasks, self._colours(), self._window))

    async def set_tick_value(self, symbol: str) -> None:
        """Say what a tick is worth."""
        await self._ask(
            TickValueDialog(self._desk, symbol, self._tasks, self._colours(), self._window)
        )

    async def switch(self, recorder_id: int) -> None:
        """Switch a recorder off or on; off with an open position asks first."""
        recorder = self._desk.book.recorders[recorder_id]
        if recorder.enabled and self.open_positions(recorder_id):
            question = Question(
                self.tr("Switch “%1” off?").replace("%1", recorder.name),
                self.tr(
                    "It has an open position. Its alerts, exits too, will be stored but change "
                    "nothing until it is on again."
                ),
                yes=self.tr("Switch off"),
                no=self.tr("Leave it on"),
                parent=self._window,
            )
            if await self._ask(question) != YES:
                return
        await self._try(self._desk.change_recorder(recorder_id, enabled=not recorder.enabled))

    async def rotate(self, recorder_id: int) -> bool:
        """Give a recorder a new webhook address, after asking."""
        recorder = self._desk.book.recorders[recorder_id]
        question = Question(
            self.tr("New webhook address for “%1”?").replace("%1", recorder.name),
            self.tr(
                "The old address stops working at once. Every alert in TradingView that uses it "
                "must get the new one; until then its signals are lost."
            ),
            yes=self.tr("Make a new address"),
            no=self.tr("Keep the old one"),
            parent=self._window,
        )
        if await self._ask(question) != YES:
            return False
        return await self._try(self._desk.rotate_token(recorder_id))

    async def may_quit(self) -> bool:
        """Ask before quitting with open positions."""
        count = self.open_positions()
        if not count:
            return True
        question = Question(
            self.tr("Quit with open positions?"),
            self.tr(
                "Open positions: %1. While JustTrades is off, alerts for them are lost: "
                "TradingView gives up after some 15 seconds. The positions are kept and are "
                "there again at the next start."
            ).replace("%1", str(count)),
            yes=self.tr("Quit"),
            no=self.tr("Keep running"),
            parent=self._window,
        )
        return await self._ask(question) == YES

    async def show(self, dialog: QDialog) -> None:
        """Show a dialog that decides nothing."""
        await self._ask(dialog)

    async def decide(self, dialog: QDialog) -> bool:
        """Show a dialog that decides by itself; whether it was accepted."""
        return await self._ask(dialog) == YES

    def open_positions(self, recorder_id: int | None = None) -> int:
        """How many positions are open, of one recorder or of all."""
        return sum(
            recorder_id in (None, mark.position.recorder_id) for mark in self._desk.book.live()
        )

    async def _ask(self, dialog: QDialog) -> int:
        if self._asking:
            dialog.deleteLater()
            return QDialog.DialogCode.Rejected.value
        self._asking = True
        dialog.addActions(self.always)
        try:
            return await ask(dialog)
        finally:
            self._asking = False
            dialog.deleteLater()

    async def _try(self, change: Awaitable[Recorder]) -> bool:
        try:
            await change
        except (UserError, NotStored) as error:
            self._complain(in_words(error))
            return False
        return True
