"""What dialogs share: rows with a sentence under each, an error line, work that is awaited."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.wording import in_words

_WIDTH = 70 * GRID


class FormDialog(QDialog):
    """A dialog for one decision; pressing its button runs :meth:`carry_out` as a task."""

    def __init__(
        self, title: str, do: str, tasks: Tasks, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.colours = colours
        self._tasks = tasks
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.body = QVBoxLayout()
        self.body.setSpacing(2 * GRID)
        self.problem = plain_label(wrap=True)
        self.problem.setAccessibleName(self.tr("What went wrong"))
        self.problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem.hide()
        self.buttons = QDialogButtonBox()
        self.do_button = _button(self.buttons, do, QDialogButtonBox.ButtonRole.AcceptRole)
        self.do_button.setDefault(True)
        self.close_button = _button(
            self.buttons, self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole
        )
        self.buttons.accepted.connect(self._start)
        self.buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        outer.setSpacing(2 * GRID)
        outer.addLayout(self.body)
        outer.addWidget(self.problem)
        outer.addStretch(1)
        outer.addWidget(self.buttons)

    async def carry_out(self) -> bool:
        """Do what the dialog is for; whether it may close."""
        raise NotImplementedError

    def say(self, text: str, colour: QColor) -> None:
        """Show what became of it, under the form."""
        self.problem.setText(text)
        paint(self.problem, colour)
        self.problem.setVisible(bool(text))
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """As tall as its sentences need."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), layout.totalHeightForWidth(self.width()))

    def _start(self) -> None:
        _ = self._tasks.start(self._attempt(), name=f"dialog {self.windowTitle()}")

    async def _attempt(self) -> None:
        self.say("", self.colours.danger)
        self.do_button.setEnabled(False)
        try:
            done = await self.carry_out()
        except (UserError, NotStored) as error:
            self.say(in_words(error), self.colours.danger)
            return
        finally:
            self.do_button.setEnabled(True)
        if done:
            self.accept()


class Rows(QGridLayout):
    """Names on the left, fields beside them, and a muted sentence under each field."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._muted = colours.muted
        self.setHorizontalSpacing(2 * GRID)
        self.setVerticalSpacing(GRID // 2)
        self.setColumnStretch(1, 1)

    def add(self, name: str, field: QWidget, sentence: str = "") -> QLabel:
        """Add a row; ``name`` becomes the field's accessible name and its shortcut."""
        row = self.rowCount()
        label = plain_label(name)
        label.setBuddy(field)
        field.setAccessibleName(name.replace("&", ""))
        tall = isinstance(field, QPlainTextEdit)
        vertical = Qt.AlignmentFlag.AlignTop if tall else Qt.AlignmentFlag.AlignVCenter
        alignment = Qt.AlignmentFlag.AlignLeft | vertical
        self.addWidget(label, row, 0, alignment)
        self.addWidget(field, row, 1)
        told = plain_label(sentence, wrap=True, colour=self._muted)
        told.setVisible(bool(sentence))
        self.addWidget(told, row + 1, 1)
        self.setRowMinimumHeight(row + 2, GRID)
        field.setAccessibleDescription(sentence)
        if not tall:
            field.setMinimumHeight(CONTROL)
        field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return told


def _button(box: QDialogButtonBox, text: str, role: QDialogButtonBox.ButtonRole) -> QPushButton:
    button = box.addButton(text, role)
    button.setAccessibleName(text.replace("&", ""))
    button.setMinimumHeight(CONTROL)
    return button
