"""The tray: state as icon and tooltip, a small menu, and notifications gathered into one."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.icon import state_icon
from justtrades_desktop.ui.notices import Notice, notice_of
from justtrades_desktop.ui.parts import copy
from justtrades_desktop.ui.theme import Colours

GATHER_MS: Final = 800
QUIET_SECONDS: Final = 5.0
_SHOWN_MS: Final = 6000
_MOST_GATHERED: Final = 10_000


class Tray(QObject):
    """Does nothing at all where the system has no tray."""

    open_wanted = Signal()
    quit_wanted = Signal()

    def __init__(
        self,
        desk: Desk,
        bridge: Bridge,
        colours: Colours,
        *,
        listening: str,
        address: Callable[[Recorder], str],
        available: bool | None = None,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._listening = listening
        self._address = address
        self._good, self._bad = state_icon(colours.good), state_icon(colours.danger)
        self._trouble: str | None = None
        self._waiting: list[SignalRecorded] = []
        self._quiet_until = 0.0
        self.present = QSystemTrayIcon.isSystemTrayAvailable() if available is None else available
        self.icon = QSystemTrayIcon(self._good)
        self.menu = QMenu()
        self.copying = QMenu(self.tr("Copy webhook address"), self.menu)
        self._fill_menu()
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.timeout.connect(self._tell)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._activated)
        self.icon.messageClicked.connect(self.open_wanted)
        bridge.signals_recorded.connect(self._recorded)
        bridge.recorders_changed.connect(self.refresh)
        self.refresh()
        if self.present:
            self.icon.show()

    def refresh(self) -> None:
        """Follow recorders and state."""
        self.copying.clear()
        for recorder in self._desk.recorders:
            # Ampersands in a name would become shortcuts.
            action = QAction(recorder.name.replace("&", "&&"), self.copying)
            action.triggered.connect(partial(self._copy, recorder.id))
            self.copying.addAction(action)
        self.copying.setEnabled(bool(self._desk.recorders))
        icon: QIcon = self._good if self._trouble is None else self._bad
        self.icon.setIcon(icon)
        self.icon.setToolTip(self.tooltip())

    def tooltip(self) -> str:
        """The state in words."""
        if self._trouble is not None:
            return self.tr("JustTrades: trouble, %1").replace("%1", self._trouble)
        return self.tr("JustTrades: listening on %1. Signals only, no broker connected").replace(
            "%1", self._listening
        )

    def set_trouble(self, trouble: str | None) -> None:
        """Say that something is wrong, or right again."""
        if trouble != self._trouble:
            self._trouble = trouble
            self.refresh()

    def tell(self, notice: Notice) -> None:
        """Show a notification."""
        if not self.present:
            return
        kind = QSystemTrayIcon.MessageIcon
        self.icon.showMessage(
            notice.title,
            notice.text,
            kind.Warning if notice.serious else kind.Information,
            _SHOWN_MS,
        )

    def close(self) -> None:
        """Leave the tray."""
        self._gather.stop()
        self.icon.hide()
        self.icon.setContextMenu(None)  # type: ignore[arg-type]  # Qt takes none, the stub does not
        self.menu.deleteLater()

    def _fill_menu(self) -> None:
        opening = QAction(self.tr("Open JustTrades"), self.menu)
        opening.triggered.connect(self.open_wanted)
        quitting = QAction(self.tr("Quit"), self.menu)
        quitting.triggered.connect(self.quit_wanted)
        self.menu.addAction(opening)
        self.menu.addMenu(self.copying)
        self.menu.addSeparator()
        self.menu.addAction(quitting)

    def _copy(self, recorder_id: int) -> None:
        # Looked up at the click: its token may have changed since the menu was made.
        copy(self._address(self._desk.book.recorders[recorder_id]))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self.open_wanted.emit()

    def _recorded(self, events: list[SignalRecorded]) -> None:
        if len(self._waiting) < _MOST_GATHERED:
            self._waiting += events
        if not self._gather.isActive():
            # While one is on the screen the next are gathered: a flood must not cover the screen.
            rest = int((self._quiet_until - time.monotonic()) * 1000)
            self._gather.start(max(GATHER_MS, rest))

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        notice = notice_of(waiting, self._desk.book.recorders)
        if notice is not None:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            self.tell(notice)
