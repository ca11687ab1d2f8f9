"""One signal in full: how it was read, what became of it and why, and the alert itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMargins, Qt, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.models.signal_line import is_unreadable, outcome, read_as
from justtrades_desktop.ui.models.signal_orders import Story, in_lines
from justtrades_desktop.ui.theme import GRID


class SignalDetails(QWidget):
    """Everything in it came from outside, so everything in it is plain text."""

    apply_by_hand_wanted = Signal(object)  # SignalLine

    def __init__(
        self, recorder: Callable[[SignalLine], str], orders: Callable[[SignalLine], Story]
    ) -> None:
        super().__init__()
        self._recorder = recorder
        self._orders_of = orders
        self._line: SignalLine | None = None
        self.title, self.read, self.orders, self.reason = (_label() for _ in range(4))
        bold = self.title.font()
        bold.setBold(True)
        self.title.setFont(bold)
        self.body = QPlainTextEdit()
        self.body.setReadOnly(True)
        self.body.setTabChangesFocus(True)
        self.body.setFrameShape(QFrame.Shape.NoFrame)
        self.body.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.body.setAccessibleName(self.tr("The alert as it arrived"))
        self.body.setPlaceholderText(self.tr("Choose a signal to see the whole alert"))
        self.by_hand = QPushButton(self.tr("Apply by hand…"))
        self.by_hand.clicked.connect(self._want_by_hand)
        self._lay_out()
        self.clear()

    def show_line(self, line: SignalLine) -> None:
        """Show this signal from its beginning."""
        self.refresh(line)
        self._line = line
        self.body.setPlainText(shown.several_lines(line.body))

    def refresh(self, line: SignalLine) -> None:
        """Something about it changed, but not the alert."""
        again = self.tr("arrived again ×{}").format(line.repeats) if line.repeats else ""
        parts = (
            self.tr("Signal {}").format(line.id),
            shown.moment(line.received_at),
            self._recorder(line),
            outcome(line),
            again,
        )
        self.title.setText(" · ".join(part for part in parts if part))
        self.read.setText(read_as(line))
        self.reason.setText(shown.several_lines(line.reason or shown.UNKNOWN))
        self._show_orders(in_lines(self._orders_of(line)))
        self.by_hand.setEnabled(is_unreadable(line))

    def clear(self) -> None:
        """Show none."""
        self._line = None
        for label in (self.title, self.read, self.reason):
            label.setText(shown.UNKNOWN)
        self._show_orders("")
        self.title.setText(self.tr("No signal chosen"))
        self.body.clear()
        self.by_hand.setEnabled(False)

    def _show_orders(self, said: str) -> None:
        self.orders.setText(shown.several_lines(said))
        self._form.setRowVisible(self.orders, bool(said))

    def _want_by_hand(self) -> None:
        if self._line is not None:
            self.apply_by_hand_wanted.emit(self._line)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.by_hand)
        self._form = form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.addRow(self.tr("Read as"), self.read)
        form.addRow(self.tr("Orders"), self.orders)
        form.addRow(self.tr("Reason"), self.reason)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(QMargins(GRID, GRID, GRID, GRID))
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addLayout(form)
        layout.addWidget(self.body, 1)


def _label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
