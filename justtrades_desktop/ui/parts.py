"""Small widgets that several pages and dialogs share."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from justtrades_desktop.ui.theme import CONTROL, GRID

_SAID_FOR_MS = 1600


def plain_label(text: str = "", *, wrap: bool = False, colour: QColor | None = None) -> QLabel:
    """A label that shows its text as it is, never as markup."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    if colour is not None:
        paint(label, colour)
    return label


def heading(text: str, *, points: float = 4.0) -> QLabel:
    """A larger line above what belongs to it."""
    label = plain_label(text)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() + points)
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    return label


def paint(widget: QWidget, colour: QColor) -> None:
    """Give a widget's text a colour."""
    palette = widget.palette()
    palette.setColor(widget.foregroundRole(), colour)
    widget.setPalette(palette)


def fixed_font() -> QFont:
    """The system's font of equal widths."""
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def plain_tip(text: str) -> str:
    """A tool tip that shows ``text`` as it is: Qt takes what looks like HTML for HTML."""
    lines = "<br>".join(html.escape(line) for line in text.split("\n"))
    return f"<span>{lines}</span>" if text else ""


def rule() -> QFrame:
    """A thin line between two parts of a page."""
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFrameShadow(QFrame.Shadow.Plain)
    line.setForegroundRole(line.palette().ColorRole.Mid)
    return line


def copy(text: str) -> None:
    """Put ``text`` on the clipboard."""
    QGuiApplication.clipboard().setText(text)


class CopyButton(QPushButton):
    """Copies a text and says for a moment that it did."""

    def __init__(self, label: str, accessible: str, parent: QWidget | None = None) -> None:
        super().__init__(label, parent)
        self._label = label
        self._text = ""
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(_SAID_FOR_MS)
        self._back.timeout.connect(self._say_label)
        self.setAccessibleName(accessible)
        self.setAutoDefault(False)
        self.setMinimumHeight(CONTROL)
        self.clicked.connect(self._copy)
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(t) for t in (label, self.tr("Copied")))
        self.setMinimumWidth(widest + 4 * GRID)

    def set_text_to_copy(self, text: str) -> None:
        """What a click copies."""
        self._text = text
        self.setEnabled(bool(text))

    def _copy(self) -> None:
        copy(self._text)
        self.setText(self.tr("Copied"))
        self._back.start()

    def _say_label(self) -> None:
        self.setText(self._label)


class CopyLine(QWidget):
    """One line of text to take away: shown in full, selectable, with a button that copies it."""

    def __init__(self, accessible: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit()
        self.field.setReadOnly(True)
        self.field.setMinimumHeight(CONTROL)
        self.field.setFont(fixed_font())
        self.field.setAccessibleName(accessible)
        self.button = CopyButton(self.tr("Copy"), self.tr("Copy %1").replace("%1", accessible))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.field)

    def set_text(self, text: str) -> None:
        """Show ``text`` and copy it from now on."""
        self.field.setText(text)
        self.field.setCursorPosition(0)
        self.button.set_text_to_copy(text)


class Dot(QWidget):
    """A round light whose colour is a state; words always stand beside it."""

    def __init__(self, colour: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = colour
        self.setFixedSize(QSize(10, 10))

    @property
    def colour(self) -> QColor:
        """What it shows now."""
        return self._colour

    def set_colour(self, colour: QColor) -> None:
        """Show another state."""
        if colour != self._colour:
            self._colour = colour
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawEllipse(1, 1, 8, 8)


def plain_text_box(accessible: str, *, lines: int, read_only: bool) -> QPlainTextEdit:
    """A box of unformatted text, ``lines`` tall."""
    box = QPlainTextEdit()
    box.setReadOnly(read_only)
    box.setFont(fixed_font())
    box.setAccessibleName(accessible)
    box.setTabChangesFocus(True)
    metrics = box.fontMetrics()
    frame = 2 * box.frameWidth() + int(2 * box.document().documentMargin())
    box.setFixedHeight(lines * metrics.lineSpacing() + frame + 2)
    return box
