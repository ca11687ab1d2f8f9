"""The recorders panel: who records, what each holds, and what can be done with the chosen one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QListView, QMenu, QPushButton, QVBoxLayout, QWidget

from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.parts import CopyButton, copy
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.recorder_list import ROW, RecorderDelegate, RecorderList


class RecordersView(QWidget):
    """Lists the recorders; what is to be done with one goes out as a signal with its id."""

    new_wanted = Signal()
    edit_wanted = Signal(int)
    test_wanted = Signal(int)
    connect_wanted = Signal(int)
    switch_wanted = Signal(int)
    rotate_wanted = Signal(int)
    accounts_wanted = Signal(int)

    def __init__(
        self, desk: Desk, bridge: Bridge, colours: Colours, address: Callable[[Recorder], str]
    ) -> None:
        super().__init__()
        self._address = address
        self.model = RecorderList(desk)
        self._delegate = RecorderDelegate(colours)
        self.list = QListView()
        self.list.setAccessibleName(self.tr("Recorders"))
        self.list.setItemDelegate(self._delegate)
        self.list.setModel(self.model)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.activated.connect(self._edit_activated)
        self._make_buttons()
        self._lay_out()
        self.list.selectionModel().currentChanged.connect(self._choose)
        self.model.dataChanged.connect(self._follow_choice)
        bridge.recorders_changed.connect(self.refresh)
        bridge.told.connect(self.model.refresh)
        self.refresh()

    def _make_buttons(self) -> None:
        self.new_button = self._button(self.tr("New recorder…"), self.new_wanted.emit)
        self.copy_button = CopyButton(
            self.tr("Copy webhook address"), self.tr("Copy webhook address")
        )
        self.connect_button = self._button(
            self.tr("Connect…"), lambda: self._ask_for(self.connect_wanted)
        )
        self.test_button = self._button(
            self.tr("Test alert…"), lambda: self._ask_for(self.test_wanted)
        )
        self.edit_button = self._button(self.tr("Edit…"), lambda: self._ask_for(self.edit_wanted))
        self.switch_button = self._button("", lambda: self._ask_for(self.switch_wanted))
        self.rotate_button = self._button(
            self.tr("New address…"), lambda: self._ask_for(self.rotate_wanted)
        )
        self.accounts_button = self._button(
            self.tr("Accounts…"), lambda: self._ask_for(self.accounts_wanted)
        )
        self.accounts_button.setToolTip(self.tr("Which accounts follow this recorder"))
        self.connect_button.setToolTip(self.tr("How to make TradingView reach this recorder"))
        self.rotate_button.setToolTip(self.tr("The old webhook address stops working"))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.new_button)
        column.addWidget(self.list, 1)
        column.addWidget(self.copy_button)
        grid = QGridLayout()
        grid.setSpacing(GRID)
        for place, button in enumerate(
            (self.connect_button, self.test_button, self.edit_button, self.switch_button)
        ):
            grid.addWidget(button, place // 2, place % 2)
        grid.addWidget(self.accounts_button, 2, 0, 1, 2)
        grid.addWidget(self.rotate_button, 3, 0, 1, 2)
        column.addLayout(grid)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._delegate.colours = colours
        self.list.viewport().update()

    @property
    def chosen(self) -> Recorder | None:
        """The recorder that the buttons act on."""
        row = self.list.currentIndex().data(ROW)
        return row.recorder if row is not None else None

    def choose(self, recorder_id: int) -> None:
        """Make a recorder the chosen one."""
        self.list.selectionModel().setCurrentIndex(
            self.model.at(recorder_id), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )

    def refresh(self) -> None:
        """Show what is known now."""
        self.model.refresh()
        if not self.list.currentIndex().isValid() and self.model.rows:
            self.choose(self.model.rows[0].recorder.id)
        self._follow_choice()

    def _choose(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._follow_choice()

    def _follow_choice(self) -> None:
        recorder = self.chosen
        for button in self._for_chosen():
            button.setEnabled(recorder is not None)
        self.copy_button.set_text_to_copy("" if recorder is None else self._address(recorder))
        off = recorder is not None and not recorder.enabled
        self.switch_button.setText(self.tr("Switch on") if off else self.tr("Switch off"))
        self.switch_button.setAccessibleName(self.switch_button.text())

    def _for_chosen(self) -> tuple[QPushButton, ...]:
        return (
            self.connect_button,
            self.test_button,
            self.edit_button,
            self.switch_button,
            self.accounts_button,
            self.rotate_button,
        )

    def _edit_activated(self, _index: QModelIndex) -> None:
        self._ask_for(self.edit_wanted)

    def _ask_for(self, wanted: SignalInstance) -> None:
        recorder = self.chosen
        if recorder is not None:
            wanted.emit(recorder.id)

    def _show_menu(self, where: QPoint) -> None:
        recorder = self.chosen
        if recorder is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copying = QAction(self.copy_button.text(), menu)
        address = self._address(recorder)
        copying.triggered.connect(lambda: copy(address))
        menu.addAction(copying)
        for button in self._for_chosen():
            action = QAction(button.text(), menu)
            action.triggered.connect(button.click)
            menu.addAction(action)
        menu.popup(self.list.viewport().mapToGlobal(where))

    def _button(self, text: str, clicked: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(text.replace("…", ""))
        button.setMinimumHeight(CONTROL)
        button.clicked.connect(lambda: clicked())
        return button
