"""The tray: state as icon and tooltip, a small menu, and notifications gathered into one."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.execution import ExecutionState
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.execution_news import ExecutionNews, gathered, with_signals
from justtrades_desktop.ui.icon import state_icon
from justtrades_desktop.ui.mode import Mode, brakes_said, mode_ground
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
    flatten_wanted = Signal()
    pause_wanted = Signal()  # or to resume, where they are paused

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
        self._colours = colours
        self._state, self._mode = ExecutionState(), Mode()
        self._news = ExecutionNews()
        self._happened: list[Notice] = []
        self._trouble: str | None = None
        self._waiting: list[SignalRecorded] = []
        self._quiet_until = 0.0
        self.present = QSystemTrayIcon.isSystemTrayAvailable() if available is None else available
        self.icon = QSystemTrayIcon(state_icon(colours.good))
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
        self._show_state()

    def tooltip(self) -> str:
        """The state in words."""
        mode = f"{self._mode.word}, " if self._mode.word else ""
        if self._trouble is not None:
            return (
                self.tr("JustTrades: %2trouble, %1")
                .replace("%2", mode)
                .replace("%1", self._trouble)
            )
        if mode:
            said = self.tr("JustTrades: %2listening on %1").replace("%2", mode)
            said = said.replace("%1", self._listening)
            braked = brakes_said(self._state)
            return f"{said}. {braked}" if braked else said
        return self.tr("JustTrades: listening on %1. Signals only, no broker connected").replace(
            "%1", self._listening
        )

    def set_trouble(self, trouble: str | None) -> None:
        """Say that something is wrong, or right again."""
        if trouble != self._trouble:
            self._trouble = trouble
            self.refresh()

    def show_execution(self, state: ExecutionState, mode: Mode, *, present: bool) -> None:
        """Follow the mode and the brakes, and tell what a person must hear of."""
        if (state, mode) == (self._state, self._mode) and self.pausing.isVisible() == present:
            return
        self._state, self._mode = state, mode
        self.pausing.setText(
            self.tr("Resume entries") if state.paused else self.tr("Pause entries")
        )
        self.pausing.setVisible(present)
        self._show_state()
        news = self._news.of(state) if present else ()
        if news:
            self._happened += news[:_MOST_GATHERED]
            self._gather_soon()

    def _show_state(self) -> None:
        light = self._colours.good if self._trouble is None else self._colours.danger
        mode = self._mode
        edge = None
        if mode.word:
            edge = mode_ground(mode, self._colours)
        self.icon.setIcon(state_icon(light, edge))
        self.icon.setToolTip(self.tooltip())

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
        self.pausing = QAction(self.tr("Pause entries"), self.menu)
        self.pausing.setVisible(False)
        self.pausing.triggered.connect(self.pause_wanted)
        self.flattening = QAction(self.tr("Flatten all…"), self.menu)
        self.flattening.triggered.connect(self.flatten_wanted)
        self.menu.addAction(opening)
        self.menu.addMenu(self.copying)
        self.menu.addSeparator()
        self.menu.addAction(self.pausing)
        self.menu.addAction(self.flattening)
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
        self._gather_soon()

    def _gather_soon(self) -> None:
        if not self._gather.isActive():
            # While one is on the screen the next are gathered: a flood must not cover the screen.
            rest = int((self._quiet_until - time.monotonic()) * 1000)
            self._gather.start(max(GATHER_MS, rest))

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        happened, self._happened = self._happened, []
        # One notification, since each hides the one before: what needs a person goes first.
        notice = with_signals(gathered(happened), notice_of(waiting, self._desk.book.recorders))
        if notice is not None:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            self.tell(notice)
