"""Window, tray and theme of one running program, brought up together and taken down in order."""

from __future__ import annotations

import asyncio
import logging

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from justtrades_desktop.app.autostart import is_on, switch
from justtrades_desktop.app.serving import Serving
from justtrades_desktop.domain.broker import Brokerage
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Executions
from justtrades_desktop.ui.addresses import shown
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.memory import Look, Memory
from justtrades_desktop.ui.mode import Mode, mode_of
from justtrades_desktop.ui.notices import Notice
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Theme, apply_theme, system_is_dark
from justtrades_desktop.ui.tray import Tray
from justtrades_desktop.ui.window import MainWindow

log = logging.getLogger(__name__)


class Shell(QObject):
    """What a person sees of a running JustTrades."""

    def __init__(
        self,
        app: QApplication,
        running: Serving,
        stop: asyncio.Event,
        *,
        demo: bool = False,
        tray_available: bool | None = None,
        brokerage: Brokerage | None = None,
        executions: Executions | None = None,
    ) -> None:
        super().__init__()
        self._app = app
        self._stop = stop
        self._desk = running.desk
        self.memory = Memory(running.config.data_dir)
        self.bridge = Bridge(running.desk.bus)
        self.tasks = Tasks(self.report)
        theme = apply_theme(app, self._wants_dark())
        self.window = MainWindow(
            running,
            self.bridge,
            self.tasks,
            theme,
            self.memory,
            demo=demo,
            brokerage=brokerage,
            executions=executions,
        )
        self.window.menus.show_look(self.memory.look)
        self.window.menus.autostart.setVisible(not demo)  # its folder is thrown away
        self._data_dir = running.config.data_dir
        self.tray = Tray(
            running.desk,
            self.bridge,
            theme.colours,
            listening=shown(running.url),
            address=self.window.webhook_address,
            available=tray_available,
        )
        self.window.hides_to_tray = self.tray.present
        self._connect()
        _ = self.tasks.start(self.window.status.keep_asking(), name="heartbeats")

    def _connect(self) -> None:
        self.window.quit_wanted.connect(self._stop.set)
        self.window.hidden.connect(self._say_hidden)
        self.window.look_chosen.connect(self.choose_look)
        self.window.menus.autostart.triggered.connect(self.start_with_computer)
        self.tray.open_wanted.connect(self.show)
        self.tray.quit_wanted.connect(self._quit_from_tray)
        self.tray.flatten_wanted.connect(self._flatten_from_tray)
        self.tray.pause_wanted.connect(self.window.safety.pause_or_resume)
        self.window.order_desk.changed.connect(self._show_execution)
        self._show_execution()
        self.bridge.ledger_failed.connect(self.tray.set_trouble)
        self.bridge.ledger_recovered.connect(self._recovered)
        self._app.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._app.commitDataRequest.connect(self.keep)

    def show(self) -> None:
        """Bring the window to the front."""
        self.window.bring_up()

    def report(self, error: BaseException, name: str) -> None:
        """Tell the trader about a bug of ours; the log has the rest."""
        self.window.report(
            self.tr(
                "Something went wrong in JustTrades (%1: %2). Alerts are still received and "
                "stored; the log in the data folder has the details."
            )
            .replace("%1", name)
            .replace("%2", str(error) or type(error).__name__)
        )

    def choose_look(self, look: Look) -> None:
        """Change the theme and remember it."""
        self.memory.look = look
        self._apply()

    def start_with_computer(self, on: bool) -> None:
        """Start with the computer from now on, or no longer."""
        try:
            switch(on=on, folder=self._data_dir)
        except UserError as error:
            self.window.menus.autostart.setChecked(is_on())
            self.window.report(f"{error.title}. {error.hint}".strip())

    async def close(self) -> None:
        """Take down window and tray, and let every task of theirs clean up."""
        self._app.styleHints().colorSchemeChanged.disconnect(self._follow_system)
        self._app.commitDataRequest.disconnect(self.keep)
        self.window.keep_layout()
        self.bridge.close()  # nobody may be told of anything once it is half gone
        self.tray.close()
        self.window.hide()
        await self.tasks.close()
        await asyncio.sleep(0)  # what the tasks' ends have called for comes first
        self.window.deleteLater()

    def _wants_dark(self) -> bool:
        look = self.memory.look
        return system_is_dark(self._app) if look is Look.SYSTEM else look is Look.DARK

    def _follow_system(self) -> None:
        if self.memory.look is Look.SYSTEM:
            self._apply()

    def _apply(self) -> None:
        theme: Theme = apply_theme(self._app, self._wants_dark())
        self.window.set_theme(theme)

    def keep(self) -> None:
        """Put on disk what is not there yet: where a session ends, the system may wait for none."""
        self._desk.settle_marks()
        self.window.keep_layout()
        self.memory.save()

    def _recovered(self) -> None:
        self.tray.set_trouble(None)

    def _say_hidden(self) -> None:
        if self.memory.first_time("hides to the tray"):
            self.tray.tell(
                Notice(
                    self.tr("JustTrades goes on in the tray"),
                    self.tr(
                        "Alerts are received as before. The icon's menu opens the window again, "
                        "or quits."
                    ),
                )
            )

    def _show_execution(self) -> None:
        orders = self.window.order_desk
        mode = mode_of(orders.state) if orders.present else Mode()
        self.tray.show_execution(orders.state, mode, present=orders.present)

    def _flatten_from_tray(self) -> None:
        self.show()
        self.window.safety.ask_to_flatten()

    def _quit_from_tray(self) -> None:
        # The question needs a window to stand on.
        if self.window.decisions.open_positions():
            self.show()
        self.window.commands.quit()
