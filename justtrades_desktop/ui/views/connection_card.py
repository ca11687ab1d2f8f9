"""One connection to a broker at a glance, with what can be done about it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from justtrades_desktop.domain.broker import BrokerState, Environment, Light
from justtrades_desktop.ui import broker_words as words
from justtrades_desktop.ui.delegates import tabular, tone_colours
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.parts import Dot, paint, plain_label, plain_tip
from justtrades_desktop.ui.said import Level, Said, level_colour
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours


class Badge(QLabel):
    """A word on a ground of its colour: whose money it is."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setContentsMargins(GRID, 1, GRID, 1)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        font = self.font()
        font.setWeight(QFont.Weight.Bold)
        self.setFont(font)
        self._ground = QColor()

    def set_colours(self, ground: QColor, ink: QColor) -> None:
        """Its ground, and the word on it."""
        self._ground = ground
        paint(self, ink)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._ground)
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.end()
        super().paintEvent(event)


class LinkLight(QWidget):
    """A light with the name of a link and how it is."""

    def __init__(self, name: str, colours: Colours) -> None:
        super().__init__()
        self._name = name
        self.dot = Dot(colours.muted)
        self.label = plain_label()
        self.label.setFont(tabular(self.label.font()))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID - 2)
        row.addWidget(self.dot)
        row.addWidget(self.label)

    def show_said(self, said: Said, colours: Colours) -> None:
        """Show a state."""
        self.dot.set_colour(level_colour(said.level, colours))
        self.label.setText(f"{self._name} {said.words}")
        paint(self.label, colours.muted if said.level is Level.QUIET else colours.text)
        self.setAccessibleName(self.label.text())
        self.setToolTip(plain_tip(said.more))


class ConnectionCard(QFrame):
    """What is known of one connection; it asks for changes and makes none."""

    connect_wanted = Signal(str)  # the name of the connection, as in the next two
    disconnect_wanted = Signal(str)
    remove_wanted = Signal(str)

    def __init__(self, state: BrokerState, colours: Colours) -> None:
        super().__init__()
        self._state = state
        self._colours = colours
        self.setAccessibleName(one_line(state.name))
        self.badge = Badge()
        self.name = plain_label()
        bold = self.name.font()
        bold.setWeight(QFont.Weight.DemiBold)
        self.name.setFont(bold)
        self.user = plain_label()
        self.orders = LinkLight(self.tr("Orders"), colours)
        self.market = LinkLight(self.tr("Data"), colours)
        self.budget = plain_label()
        self.budget.setFont(tabular(self.budget.font()))
        self.lockout = _told()
        self.expiry = _told()
        self.trouble = _told()
        self.error = _told()
        self.switch = self._button()
        self.switch.clicked.connect(self._on_switch)
        self.remove = self._button()
        self.remove.clicked.connect(lambda: self.remove_wanted.emit(self._state.name))
        self._lay_out()

    @property
    def said(self) -> str:
        """All that it says, line by line."""
        labels = [*(part.label for part in (self.orders, self.market)), self.budget]
        told = (self.lockout, self.expiry, self.trouble, self.error)
        return "\n".join(label.text() for label in (*labels, *told) if label.text())

    def show_state(self, state: BrokerState, now: datetime) -> None:
        """Show how it is now."""
        self._state = state
        colours = self._colours
        tones = tone_colours(colours)
        self.badge.setText(words.environment_word(state.environment))
        self.badge.set_colours(
            words.environment_colour(state.environment, colours), colours.background
        )
        self.name.setText(one_line(state.name))
        self.user.setText(one_line(state.user))
        # PAPER is called so as well, and so is its user.
        self.name.setVisible(self.name.text() != self.badge.text())
        self.user.setVisible(state.user not in ("", state.name))
        self.orders.show_said(words.link_said(state.orders, state, now), colours)
        self.market.show_said(words.link_said(state.market, state, now), colours)
        idle = state.orders.light is Light.OFF and not state.budget.limit
        self._tell(
            self.budget, "" if idle else words.budget(state), tones[words.budget_tone(state)]
        )
        self._tell(self.lockout, words.lockout(state, now), colours.danger)
        self._tell(self.expiry, ". ".join(words.expiries(state, now)), colours.warning)
        locked = bool(self.lockout.text())  # which says it already
        self._tell(self.trouble, "" if locked else words.troubles(state), colours.danger)
        self._tell(self.error, self._error(state, now), colours.muted)
        self._show_buttons(state)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme; what it says is shown anew with the next state."""
        self._colours = colours
        paint(self.name, colours.text)
        paint(self.user, colours.muted)

    def _error(self, state: BrokerState, now: datetime) -> str:
        said = words.last_error(state, now)
        return self.tr("Last error %1").replace("%1", said) if said else ""

    def _tell(self, label: QLabel, text: str, colour: QColor) -> None:
        label.setText(text)
        label.setVisible(bool(text))
        paint(label, colour)

    def _show_buttons(self, state: BrokerState) -> None:
        off = state.orders.light is Light.OFF
        does = self.tr("Connect") if off else self.tr("Disconnect")
        self.remove.setVisible(state.environment is not Environment.PAPER)  # it is always there
        for button, text in ((self.switch, does), (self.remove, self.tr("Remove…"))):
            button.setText(text)
            button.setAccessibleName(f"{text.replace('…', '')} {one_line(state.name)}")

    def _on_switch(self) -> None:
        off = self._state.orders.light is Light.OFF
        (self.connect_wanted if off else self.disconnect_wanted).emit(self._state.name)

    def _button(self) -> QPushButton:
        button = QPushButton()
        button.setMinimumHeight(CONTROL)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID)
        for part in (self.badge, self.name, self.user):
            top.addWidget(part)
        for light in (self.orders, self.market):
            top.addSpacing(2 * GRID)
            top.addWidget(light)
        top.addStretch(1)
        for button in (self.switch, self.remove):
            top.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        column.setSpacing(GRID // 2)
        column.addLayout(top)
        second = QHBoxLayout()
        second.setSpacing(3 * GRID)
        second.addWidget(self.budget)
        second.addWidget(self.expiry, 1)
        column.addLayout(second)
        for label in (self.lockout, self.trouble, self.error):
            column.addWidget(label)
        self.set_colours(self._colours)


def _told() -> QLabel:
    label = plain_label(wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.hide()
    return label
