"""The line along the top: what this is, where it listens, what is open, and what is wrong."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenuBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.execution import ExecutionState
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.addresses import shown as without_scheme
from justtrades_desktop.ui.broker_words import environment_colour
from justtrades_desktop.ui.flatten import FlattenButton
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.mode import Mode, brakes_said, mode_ground, mode_ink
from justtrades_desktop.ui.parts import CopyButton, Dot, paint, plain_label, plain_tip
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.totals import Total, day_total, open_now, open_total
from justtrades_desktop.ui.views.connection_card import Badge
from justtrades_desktop.ui.views.flattening import FlatteningReport


class Banner(QFrame):
    """A coloured bar across the window; hidden while all is well."""

    dismissed = Signal()

    def __init__(self, *, may_close: bool) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.text = plain_label(wrap=True)
        self.close_button = QPushButton(self.tr("Dismiss"))
        self.close_button.setAccessibleName(self.tr("Dismiss this message"))
        self.close_button.clicked.connect(self._dismiss)
        self.close_button.setVisible(may_close)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(self.text, 1)
        row.addWidget(self.close_button)
        self.hide()

    def say(self, text: str) -> None:
        """Show ``text``; an empty one hides the bar."""
        self.text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def set_colour(self, ground: QColor, ink: QColor) -> None:
        """Its ground, and the text on it."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, ground)
        palette.setColor(QPalette.ColorRole.WindowText, ink)
        self.setPalette(palette)
        self.text.setPalette(palette)

    def _dismiss(self) -> None:
        self.say("")
        self.dismissed.emit()


class BrakeBanner(Banner):
    """Why entries stop, with the way out where a person stopped them."""

    resume_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(may_close=False)
        self.resume_button = QPushButton(self.tr("Resume entries"))
        self.resume_button.setAccessibleName(self.resume_button.text())
        self.resume_button.clicked.connect(self.resume_wanted)
        row = self.layout()
        if row is not None:
            row.addWidget(self.resume_button)


class TopBar(QWidget):
    """The menus, banners below them, and one calm line.

    It stands in the window's place for menus: a tool bar would give a wrapped banner no height
    for its width.
    """

    pause_wanted = Signal()  # or to resume, where they are paused

    def __init__(self, desk: Desk, url: str, colours: Colours, *, demo: bool) -> None:
        super().__init__()
        self._desk = desk
        self._colours = colours
        self.menu_bar = QMenuBar()
        self.ledger_banner = Banner(may_close=False)
        self.error_banner = Banner(may_close=True)
        self.brake_banner = BrakeBanner()
        self.brake_banner.resume_wanted.connect(self.pause_wanted)
        self.flattening = FlatteningReport(colours)
        self.badge = Badge()
        self.pause_button = QPushButton()
        self.pause_button.setMinimumHeight(CONTROL + GRID // 2)
        self.pause_button.clicked.connect(self.pause_wanted)
        self.flatten_button = FlattenButton(colours)
        self.light = Dot(colours.good)
        self.listening = plain_label(self.tr("Listening %1").replace("%1", without_scheme(url)))
        self.copy_button = CopyButton(self.tr("Copy"), self.tr("Copy the listener's address"))
        self.copy_button.set_text_to_copy(url)
        self.mode = plain_label(self.tr("Signals only – no broker connected"))
        self._environment: Environment | None = None
        self._state = ExecutionState()
        self._mode = Mode()
        self.result_label = plain_label(self.tr("Open P&L"))
        self.result = plain_label()
        self.result.setAccessibleName(self.tr("Open P&L"))
        self.today_label = plain_label(self.tr("Today"))
        self.today = plain_label()
        self.today.setAccessibleName(self.tr("Result of today"))
        for figure in (self.result, self.today):
            _enlarge(figure, 3.0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.menu_bar)
        column.addWidget(self.ledger_banner)
        column.addWidget(self.error_banner)
        column.addWidget(self.brake_banner)
        column.addLayout(self._line(demo))
        column.addWidget(self.flattening)
        self.show_execution(self._state, self._mode, present=False)
        self.set_colours(colours)

    def _line(self, demo: bool) -> QHBoxLayout:
        name = plain_label("JustTrades")
        _enlarge(name, 2.0)
        row = QHBoxLayout()
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(name)
        row.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self.demo = plain_label(self.tr("DEMO DATA"))
        _enlarge(self.demo, 0.0)
        self.demo.setVisible(demo)
        row.addSpacing(GRID)
        row.addWidget(self.demo)
        row.addSpacing(GRID)
        row.addWidget(self.light)
        row.addWidget(self.listening)
        row.addWidget(self.copy_button)
        row.addSpacing(2 * GRID)
        row.addWidget(self.mode)
        row.addStretch(1)
        row.addWidget(self.today_label)
        row.addWidget(self.today)
        row.addSpacing(2 * GRID)
        row.addWidget(self.result_label)
        row.addWidget(self.result)
        row.addSpacing(2 * GRID)
        row.addWidget(self.pause_button)
        row.addWidget(self.flatten_button)
        return row

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self._paint_mode()
        self._show_badge()
        self.flatten_button.set_colours(colours)
        self.flattening.show_flattening(self._state.flattening, colours)
        self.brake_banner.set_colour(QColor("#e0912a"), QColor("#1a1205"))
        paint(self.result_label, colours.muted)
        paint(self.today_label, colours.muted)
        paint(self.demo, colours.warning)
        self.ledger_banner.set_colour(QColor("#b3202a"), QColor("#ffffff"))
        self.error_banner.set_colour(QColor("#e0912a"), QColor("#1a1205"))
        self.set_trouble(bool(self.ledger_banner.text.text()))
        self.refresh()

    def show_mode(self, words: str, environment: Environment | None) -> None:
        """Say what is connected, in the colour of the most serious of it."""
        self.mode.setText(words)
        self._environment = environment
        self._paint_mode()

    def show_execution(self, state: ExecutionState, mode: Mode, *, present: bool) -> None:
        """Say how serious it is, what stops entries, and how a flatten all stands."""
        self._state, self._mode = state, mode
        self._show_badge()
        self.brake_banner.say(brakes_said(state))
        self.brake_banner.resume_button.setVisible(state.paused)
        paused, running = self.tr("Resume entries"), self.tr("Pause entries")
        self.pause_button.setText(paused if state.paused else running)
        self.pause_button.setAccessibleName(self.pause_button.text())
        self.pause_button.setVisible(present)
        self.flattening.show_flattening(state.flattening, self._colours)

    def _show_badge(self) -> None:
        mode = self._mode
        self.badge.setText(mode.word)
        self.badge.setVisible(bool(mode.word))
        self.badge.setAccessibleName(self.tr("Mode: %1").replace("%1", mode.word))
        self.badge.setToolTip(plain_tip(mode.more))
        self.badge.set_colours(mode_ground(mode, self._colours), mode_ink())

    def _paint_mode(self) -> None:
        colour = self._colours.muted
        if self._environment is not None:
            colour = environment_colour(self._environment, self._colours)
        paint(self.mode, colour)

    def set_quiet(self, quiet: bool) -> None:
        """Leave out the P&L while there is nothing that could have one."""
        for label in (self.today_label, self.today, self.result_label, self.result):
            label.setVisible(not quiet)

    def set_trouble(self, trouble: bool) -> None:
        """Turn the light beside the address."""
        self.light.set_colour(self._colours.danger if trouble else self._colours.good)

    def refresh(self) -> None:
        """Add up what is open now, and with it the day."""
        opened = open_now(self._desk, self._desk.clock())
        self._show(self.result, open_total(opened))
        self._show(self.today, day_total(self._desk, opened))

    def _show(self, label: QLabel, total: Total) -> None:
        if label.text() != total.words:
            label.setText(total.words)
        label.setAccessibleDescription(f"{total.words} {total.more}".strip())
        label.setToolTip(total.more)
        colours = self._colours
        colour = {
            Tone.PROFIT: colours.profit,
            Tone.LOSS: colours.loss,
            Tone.MUTED: colours.muted,
        }.get(total.tone, colours.neutral)
        paint(label, colour)


def _enlarge(label: QLabel, points: float) -> None:
    font = label.font()
    font.setPointSizeF(font.pointSizeF() + points)
    font.setWeight(QFont.Weight.DemiBold)
    label.setFont(font)
    label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
