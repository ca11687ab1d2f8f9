"""The first page of a first start: what this is, and two ways to begin."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.ui.parts import heading, paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours

_COLUMN = 64 * GRID


class Welcome(QStackedWidget):
    """Page one greets, page two asks for the recorder's name; it has no say over what follows."""

    demo_wanted = Signal()
    recorder_named = Signal(str)

    def __init__(self, icon: QPixmap, colours: Colours) -> None:
        super().__init__()
        self._muted: list[QLabel] = []
        self._colours = colours
        self.addWidget(self._greeting(icon))
        self.addWidget(self._naming())

    def greet(self) -> None:
        """Show the first page."""
        self.setCurrentIndex(0)
        self.connect_button.setFocus()

    def ask_name(self) -> None:
        """Show the second page."""
        self.say("")
        self.setCurrentIndex(1)
        self.name.setFocus()

    def say(self, problem: str) -> None:
        """What was wrong with the name."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def set_busy(self, busy: bool) -> None:
        """While the recorder is being stored, a second press does nothing."""
        self.go_on.setEnabled(not busy and bool(self.name.text().strip()))

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        for label in self._muted:
            paint(label, colours.muted)
        paint(self.problem, colours.danger)

    def _greeting(self, icon: QPixmap) -> QWidget:
        picture = QLabel()
        picture.setPixmap(icon)
        picture.setFixedHeight(icon.height())
        picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        title = heading(self.tr("JustTrades"), points=12.0)
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        sentence = plain_label(
            self.tr(
                "Your TradingView alerts become positions with live P&L and drawdown, "
                "kept on this machine and nowhere else."
            ),
            wrap=True,
        )
        sentence.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.connect_button = _large(self.tr("Connect my alerts"))
        self.connect_button.setDefault(True)
        self.connect_button.clicked.connect(self.ask_name)
        self.demo_button = _large(self.tr("Show me with demo data"))
        self.demo_button.clicked.connect(self.demo_wanted)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        buttons.addStretch(1)
        buttons.addWidget(self.connect_button)
        buttons.addWidget(self.demo_button)
        buttons.addStretch(1)
        self.told = self._aside(
            self.tr("The demo opens in a window of its own and is thrown away when you close it.")
        )
        self.told.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        return _page([picture, title, sentence, buttons, self.told])

    def _naming(self) -> QWidget:
        self.name = QLineEdit()
        self.name.setMaxLength(80)
        self.name.setAccessibleName(self.tr("Name of the recorder"))
        self.name.setPlaceholderText(self.tr("for example: Trend MNQ"))
        self.name.returnPressed.connect(self._take_name)
        self.name.textChanged.connect(lambda _: self.set_busy(False))
        self.problem = plain_label(wrap=True, colour=self._colours.danger)
        self.problem.hide()
        back = QPushButton(self.tr("Back"))
        back.setAccessibleName(back.text())
        back.clicked.connect(self.greet)
        self.go_on = QPushButton(self.tr("Continue"))
        self.go_on.setAccessibleName(self.go_on.text())
        self.go_on.setEnabled(False)
        self.go_on.clicked.connect(self._take_name)
        for control in (self.name, back, self.go_on):
            control.setMinimumHeight(CONTROL)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        buttons.addWidget(back)
        buttons.addWidget(self.go_on)
        return _page(
            [
                heading(self.tr("Name your strategy"), points=6.0),
                plain_label(
                    self.tr("A recorder takes the alerts of one strategy and keeps its positions."),
                    wrap=True,
                ),
                self.name,
                self._aside(self.tr("Everything else has a default and can be changed later.")),
                self.problem,
                buttons,
            ]
        )

    def _take_name(self) -> None:
        name = self.name.text().strip()
        if name and self.go_on.isEnabled():
            self.set_busy(True)
            self.recorder_named.emit(name)

    def _aside(self, text: str) -> QLabel:
        label = plain_label(text, wrap=True, colour=self._colours.muted)
        self._muted.append(label)
        return label


def _large(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setAccessibleName(text)
    button.setMinimumSize(26 * GRID, 5 * GRID)
    return button


def _page(parts: list[QWidget | QHBoxLayout]) -> QWidget:
    """The parts in a column in the middle of the page."""
    column = QVBoxLayout()
    column.setSpacing(2 * GRID)
    for part in parts:
        if isinstance(part, QWidget):
            column.addWidget(part)
        else:
            column.addLayout(part)
    inner = QWidget()
    inner.setLayout(column)
    inner.setFixedWidth(_COLUMN)
    page = QWidget()
    outer = QVBoxLayout(page)
    outer.addStretch(2)
    outer.addWidget(inner, 0, Qt.AlignmentFlag.AlignHCenter)
    outer.addStretch(3)
    return page
