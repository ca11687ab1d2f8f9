"""What menus, keys and buttons do: each starts a task that asks, acts and shows the result."""

from __future__ import annotations

import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QProcess

from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.decisions import Decisions
from justtrades_desktop.ui.dialogs.import_legacy import ImportDialog, ask_for_old_file
from justtrades_desktop.ui.dialogs.plain import KeySheet
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.wording import in_words

if TYPE_CHECKING:
    from justtrades_desktop.ui.window import MainWindow


class Commands(QObject):
    """The window's verbs; slots are plain functions, the work is in the tasks they start."""

    def __init__(self, window: MainWindow, desk: Desk, tasks: Tasks, decisions: Decisions) -> None:
        super().__init__(window)
        self._window = window
        self._desk = desk
        self._tasks = tasks
        self._decisions = decisions

    def new_recorder(self) -> None:
        """Ask for a new recorder."""
        self._start(self._new_recorder(), "new recorder")

    def connect_alerts(self) -> None:
        """Lead to the page that connects TradingView, by way of a name where there is none."""
        recorder = self._window.recorders.chosen
        if recorder is None:
            self._window.show_page(self._window.welcome)
            self._window.welcome.ask_name()
        else:
            self._window.show_connection(recorder.id)

    def test_alert(self) -> None:
        """Ask for a test alert to the chosen recorder."""
        recorder = self._window.recorders.chosen
        if recorder is None:
            self.connect_alerts()
        else:
            self.try_alert(recorder.id)

    def show_keys(self) -> None:
        """Show the sheet of keys."""
        sheet = KeySheet(self._window.menus.keys(), self._window.theme.colours, self._window)
        self._start(self._decisions.show(sheet), "keys")

    def quit(self) -> None:
        """Quit, after asking where positions are open."""
        self._start(self._quit(), "quit")

    def import_history(self) -> None:
        """Ask for a file of the old program, show what it holds, and import it."""
        self._start(self._import_history(), "import old history")

    def start_demo(self) -> None:
        """Start the program again, on a data folder of its own, so that real data stays apart."""
        module = [] if getattr(sys, "frozen", False) else ["-m", "justtrades_desktop"]
        if not QProcess.startDetached(sys.executable, [*module, "--demo", "--port", "0"]):
            self._window.report(
                self.tr("The demo could not be started. `justtrades --demo` shows why not.")
            )

    # Of one recorder, position or signal

    def add_first(self, name: str) -> None:
        """Add the recorder that the welcome page asked for."""
        self._start(self._add_first(name), "first recorder")

    def edit(self, recorder_id: int) -> None:
        """Ask for a recorder's settings."""
        self._start(self._decisions.edit(recorder_id), "edit recorder")

    def try_alert(self, recorder_id: int) -> None:
        """Ask for a test alert to one recorder."""
        self._start(self._decisions.try_alert(recorder_id), "test alert")

    def switch(self, recorder_id: int) -> None:
        """Switch a recorder off or on."""
        self._start(self._decisions.switch(recorder_id), "switch recorder")

    def rotate(self, recorder_id: int) -> None:
        """Give a recorder a new address."""
        self._start(self._rotate(recorder_id), "rotate token")

    def ask_tick_value(self, symbol: str) -> None:
        """Ask what a tick is worth."""
        self._start(self._decisions.set_tick_value(symbol), "tick value")

    def apply_by_hand(self, line: SignalLine) -> None:
        """Ask what an unreadable alert means."""
        self._start(self._decisions.apply_by_hand(line), "apply by hand")

    # The tasks

    async def _new_recorder(self) -> None:
        added = await self._decisions.new_recorder()
        if added is not None:
            self._show_added(added)

    async def _add_first(self, name: str) -> None:
        try:
            added = await self._desk.add_recorder(name)
        except (UserError, NotStored) as error:
            self._window.welcome.say(in_words(error))
            self._window.welcome.set_busy(False)
            return
        self._show_added(added)

    async def _import_history(self) -> None:
        path = await ask_for_old_file(self._window)
        if path is None:
            return
        colours = self._window.theme.colours
        await self._decisions.show(
            ImportDialog(self._desk, path, self._tasks, colours, self._window)
        )

    async def _quit(self) -> None:
        if await self._decisions.may_quit():
            self._window.quit_wanted.emit()

    async def _rotate(self, recorder_id: int) -> None:
        if await self._decisions.rotate(recorder_id):
            self._window.recorders.refresh()
            if self._window.pages.currentWidget() is self._window.connect_page:
                self._window.show_connection(recorder_id)

    def _show_added(self, added: Recorder) -> None:
        self._window.recorders.refresh()
        self._window.recorders.choose(added.id)
        self._window.show_connection(added.id)

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        _ = self._tasks.start(work, name=name)
