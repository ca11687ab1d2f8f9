"""The menus, their keys, and the sheet that lists the keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QDockWidget, QMenu, QWidget

from justtrades_desktop.app.autostart import is_on
from justtrades_desktop.ui.charts.chart import ZoneMenu
from justtrades_desktop.ui.flatten import KEY
from justtrades_desktop.ui.memory import Look

if TYPE_CHECKING:
    from justtrades_desktop.ui.window import MainWindow


class Menus(QObject):
    """Everything the window can do, once in a menu, with its key."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._actions: list[QAction] = []
        self._looks: dict[Look, QAction] = {}
        self._recorder_menu()
        self._trading_menu()
        self._view_menu()
        self._help_menu()

    def keys(self) -> list[tuple[str, str]]:
        """Every key with its meaning."""
        listed = [
            (
                action.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
                action.text().replace("&", "").replace("…", ""),
            )
            for action in self._actions
            if not action.shortcut().isEmpty()
        ]
        return [
            *listed,
            (KEY, self.tr("Flatten all, when its question is open: yes")),
            ("Tab", self.tr("Next field or list")),
            ("Return", self.tr("Edit the chosen recorder")),
            ("Esc", self.tr("Close a dialog without doing anything")),
        ]

    def show_look(self, look: Look) -> None:
        """Tick the chosen theme."""
        self._looks[look].setChecked(True)

    def _recorder_menu(self) -> None:
        window = self._window
        menu = self._menu(self.tr("&File"))
        self._add(menu, self.tr("&New recorder…"), window.commands.new_recorder, "Ctrl+N")
        self._add(menu, self.tr("Send a &test alert…"), window.commands.test_alert, "Ctrl+T")
        self._add(menu, self.tr("&Connect alerts…"), window.commands.connect_alerts, "Ctrl+L")
        if window.broker_commands is not None:
            self._add(menu, self.tr("Connect Trado&vate…"), window.broker_commands.add)
        menu.addSeparator()
        self._add(menu, self.tr("&Import old history…"), window.commands.import_history)
        self._add(menu, self.tr("Replay &prices…"), window.replay.bring_up)
        self._add(menu, self.tr("Show the &demo"), window.commands.start_demo)
        menu.addSeparator()
        self.autostart = self._autostart(menu)
        menu.addSeparator()
        self._add(menu, self.tr("&Quit"), window.commands.quit, "Ctrl+Q")

    def _autostart(self, menu: QMenu) -> QAction:
        """Ticked as it is when the menu opens: the command line and the desktop change it too."""
        action = self._add(menu, self.tr("Start with the c&omputer"), lambda: None)
        action.setCheckable(True)
        menu.aboutToShow.connect(lambda: action.setChecked(is_on()))
        return action

    def _trading_menu(self) -> None:
        window = self._window
        menu = self._menu(self.tr("&Trading"))
        flatten = self._add(menu, self.tr("&Flatten all…"), window.safety.ask_to_flatten, KEY)
        flatten.setAutoRepeat(False)  # a key that is held is one press
        window.decisions.always.append(flatten)
        pause = self._add(menu, self.tr("&Pause entries"), window.safety.pause_or_resume)

        def follow() -> None:
            paused = window.order_desk.state.paused
            pause.setText(self.tr("&Resume entries") if paused else self.tr("&Pause entries"))
            pause.setEnabled(window.order_desk.present)

        if window.order_panels.present:
            again = window.order_panels.ask_again
            self._add(menu, self.tr("&Ask before every order on PAPER again"), again)
        window.order_desk.changed.connect(follow)
        follow()

    def _view_menu(self) -> None:
        window = self._window
        menu = self._menu(self.tr("&View"))
        self._add(menu, self.tr("&Positions"), lambda: self._tab(window.positions), "Ctrl+1")
        self._add(menu, self.tr("&Journal"), lambda: self._tab(window.journal), "Ctrl+2")
        self._add(menu, self.tr("&Signals"), lambda: self._tab(window.signals), "Ctrl+3")
        self._add(menu, self.tr("&Recorders"), lambda: self._panel(window.recorders_dock), "Ctrl+4")
        self._add(menu, self.tr("&Charts"), lambda: self._panel(window.charts_dock), "Ctrl+5")
        self._add(menu, self.tr("A&nalysis"), lambda: self._tab(window.analysis), "Ctrl+6")
        accounts = window.accounts
        if accounts is not None:
            self._add(menu, self.tr("Acc&ounts"), lambda: self._tab(accounts), "Ctrl+7")
            self._add(menu, self.tr("&Links"), lambda: self._tab(window.links), "Ctrl+9")
        panels = window.order_panels
        if panels.present:
            self._add(menu, self.tr("Or&ders"), lambda: self._tab(panels.orders), "Ctrl+8")
            self._add(menu, self.tr("Tic&ket"), lambda: self._panel(panels.ticket_dock))
            self._add(menu, self.tr("Doctor"), lambda: self._panel(panels.doctor_dock))
        menu.addSeparator()
        shown = self._submenu(menu, self.tr("Shown p&anels"))
        for dock in (window.recorders_dock, window.charts_dock, *panels.docks):
            shown.addAction(dock.toggleViewAction())
        looks = self._submenu(menu, self.tr("&Theme"))
        group = QActionGroup(self)
        for look, label in (
            (Look.SYSTEM, self.tr("As the &system")),
            (Look.DARK, self.tr("&Dark")),
            (Look.LIGHT, self.tr("&Light")),
        ):
            action = self._add(looks, label, partial(window.look_chosen.emit, look))
            action.setCheckable(True)
            group.addAction(action)
            self._looks[look] = action
        menu.addMenu(ZoneMenu(self.tr("T&ime of the charts"), window.zones, menu))
        menu.addSeparator()
        self._add(menu, self.tr("Reset the &layout"), window.reset_layout)

    def _help_menu(self) -> None:
        menu = self._menu(self.tr("&Help"))
        self._add(menu, self.tr("&Keys"), self._window.commands.show_keys, "F1")

    def _tab(self, view: QWidget) -> None:
        self._window.show_work()
        self._window.work.setCurrentWidget(view)
        _focus_inside(view)

    def _panel(self, dock: QDockWidget) -> None:
        self._window.show_work()
        dock.show()
        dock.raise_()
        inside = dock.widget()
        if inside is not None:
            _focus_inside(inside)

    def _menu(self, title: str) -> QMenu:
        menu = QMenu(title, self._window)
        self._window.top_bar.menu_bar.addMenu(menu)
        return menu

    def _submenu(self, menu: QMenu, title: str) -> QMenu:
        inner = QMenu(title, menu)
        menu.addMenu(inner)
        return inner

    def _add(self, menu: QMenu, text: str, do: Callable[[], object], key: str = "") -> QAction:
        action = QAction(text, self)
        if key:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda: do())
        menu.addAction(action)
        self._actions.append(action)
        return action


def _focus_inside(widget: QWidget) -> None:
    """Give the keyboard to the first table or list inside, else to the first that takes it."""
    view = widget.findChild(QAbstractItemView)
    if view is not None and view.isEnabled() and view.isVisible():
        view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return
    widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
