"""Plain dialogs: a question with two answers, and the sheet of keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.ui.parts import fixed_font, heading, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours

_WIDTH = 60 * GRID


class Question(QDialog):
    """Asks before something that cannot be taken back; the safe answer is the default."""

    def __init__(
        self, title: str, text: str, *, yes: str, no: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        buttons = QDialogButtonBox()
        self.yes = buttons.addButton(yes, QDialogButtonBox.ButtonRole.AcceptRole)
        self.no = buttons.addButton(no, QDialogButtonBox.ButtonRole.RejectRole)
        self.yes.setAutoDefault(False)
        self.no.setDefault(True)
        for button in (self.yes, self.no):
            button.setMinimumHeight(CONTROL)
        self.yes.setAccessibleName(yes)
        self.no.setAccessibleName(no)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(heading(title, points=2.0))
        column.addWidget(plain_label(text, wrap=True))
        column.addStretch(1)
        column.addWidget(buttons)
        self.no.setFocus()


class KeySheet(QDialog):
    """All keys on one sheet."""

    def __init__(
        self, keys: Sequence[tuple[str, str]], colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        sheet = QGridLayout()
        sheet.setHorizontalSpacing(3 * GRID)
        sheet.setVerticalSpacing(GRID)
        for row, (key, meaning) in enumerate(keys):
            name = plain_label(key, colour=colours.accent)
            name.setFont(fixed_font())
            sheet.addWidget(name, row, 0, Qt.AlignmentFlag.AlignLeft)
            sheet.addWidget(plain_label(meaning), row, 1)
        sheet.setColumnStretch(1, 1)
        close = QDialogButtonBox()
        button = close.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        button.setAccessibleName(self.tr("Close"))
        button.setMinimumHeight(CONTROL)
        close.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(heading(self.tr("Keys"), points=2.0))
        column.addLayout(sheet)
        column.addStretch(1)
        column.addWidget(close)
