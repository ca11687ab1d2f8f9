"""Off, shadow, armed: what a link does, as a switch whose place and words say it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from justtrades_desktop.domain.links import LinkMode
from justtrades_desktop.ui.mode import mode_ink
from justtrades_desktop.ui.theme import CONTROL, GRID

_WIDTH: Final = 9 * GRID
_SOLID: Final = 130  # percent: the style lightens a button's ground, and white must stay readable


class ModeSwitch(QWidget):
    """Shows what is; a press only asks, and it moves once it has happened."""

    mode_wanted = Signal(LinkMode)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._mode = LinkMode.OFF
        self._name = name
        self.buttons: dict[LinkMode, QPushButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for mode, text, tip in self._texts():
            button = QPushButton(text)
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setFixedSize(_WIDTH, CONTROL)
            button.setToolTip(tip)
            button.clicked.connect(lambda _on=False, wanted=mode: self._on_clicked(wanted))
            self._group.addButton(button)
            row.addWidget(button)
            self.buttons[mode] = button
        self.setAccessibleName(name)

    @property
    def mode(self) -> LinkMode:
        """What it shows."""
        return self._mode

    def show_mode(self, mode: LinkMode, ground: QColor) -> None:
        """Show what the link does, on the colour of that."""
        self._mode = mode
        self.buttons[mode].setChecked(True)
        for which, button in self.buttons.items():
            palette = QPalette()
            if which is mode:
                palette.setColor(QPalette.ColorRole.Button, ground.darker(_SOLID))
                palette.setColor(QPalette.ColorRole.ButtonText, mode_ink())
            button.setPalette(palette)
            font = button.font()
            font.setBold(which is mode)
            button.setFont(font)
            state = self.tr("chosen") if which is mode else self.tr("not chosen")
            button.setAccessibleName(f"{self._name}: {button.text()}, {state}")

    def _on_clicked(self, wanted: LinkMode) -> None:
        self.buttons[self._mode].setChecked(True)  # until it has happened
        if wanted is not self._mode:
            self.mode_wanted.emit(wanted)

    def _texts(self) -> tuple[tuple[LinkMode, str, str], ...]:
        return (
            (LinkMode.OFF, self.tr("Off"), self.tr("Signals do nothing here.")),
            (
                LinkMode.SHADOW,
                self.tr("Shadow"),
                self.tr("Every signal is decided and written down; no order is sent."),
            ),
            (LinkMode.ARMED, self.tr("Armed"), self.tr("Signals send orders.")),
        )
