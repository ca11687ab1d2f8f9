"""How TradingView reaches one recorder: what to copy, what to set up, and whether an alert came."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.ui.addresses import (
    INDICATOR_BUY,
    INDICATOR_CLOSE,
    INDICATOR_SELL,
    STRATEGY_MESSAGE,
    TRIAL_ID,
    public_base,
    shown,
    webhook,
)
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.format import clock
from justtrades_desktop.ui.memory import Memory
from justtrades_desktop.ui.parts import (
    CopyButton,
    CopyLine,
    Dot,
    heading,
    paint,
    plain_label,
    plain_text_box,
    rule,
)
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.reachability import Reachability

_COLUMN = 106 * GRID
_MESSAGE_LINES = 9


class ConnectPage(QWidget):
    """Three things to do, in order, and a line that turns green when an alert arrives."""

    done_wanted = Signal()
    test_wanted = Signal(int)  # recorder id
    address_changed = Signal()

    def __init__(self, url: str, bridge: Bridge, memory: Memory, colours: Colours) -> None:
        super().__init__()
        self._url = url
        self._memory = memory
        self._colours = colours
        self._recorder: Recorder | None = None
        self._arrived: SignalRecorded | None = None
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName(self.tr("Connect alerts"))
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._make_fields()
        self._lay_out()
        bridge.signals_recorded.connect(self._look_for)
        self._show_arrival()

    def show_recorder(self, recorder: Recorder) -> None:
        """Show the page of ``recorder``; waits for an alert from now on."""
        if self._recorder is None or self._recorder.id != recorder.id:
            self._arrived = None
        self._recorder = recorder
        self.title.setText(self.tr("Connect “%1”").replace("%1", recorder.name))
        self._show_address()
        self._show_arrival()
        self._scroll.verticalScrollBar().setValue(0)
        self.address.button.setFocus()

    @property
    def base(self) -> str:
        """The address that webhooks begin with: the public one where it was given."""
        return public_base(self._memory.public_address) or self._url

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        for label in self._muted:
            paint(label, colours.muted)
        for number in self._numbers:
            paint(number, colours.accent)
        self.ways.set_colours(colours)
        self._show_address()
        self._show_arrival()

    def _make_fields(self) -> None:
        self.title = heading("", points=6.0)
        self.ways = Reachability(self._url, self._colours)
        self.public = QLineEdit(self._memory.public_address)
        self.public.setAccessibleName(self.tr("Public address"))
        self.public.setPlaceholderText("https://your-tunnel.example.com")
        self.public.textChanged.connect(self._take_public)
        self.public_told = plain_label(wrap=True)
        self.address = CopyLine(self.tr("Webhook address"))
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Kind of alert"))
        for label, message in (
            (self.tr("Strategy alert"), STRATEGY_MESSAGE),
            (self.tr("Indicator: buy"), INDICATOR_BUY),
            (self.tr("Indicator: sell"), INDICATOR_SELL),
            (self.tr("Indicator: close"), INDICATOR_CLOSE),
        ):
            self.kind.addItem(label, message)
        self.kind.currentIndexChanged.connect(self._show_message)
        self.message = plain_text_box(
            self.tr("Alert message"), lines=_MESSAGE_LINES, read_only=True
        )
        self.copy_message = CopyButton(self.tr("Copy"), self.tr("Copy the alert message"))
        self.light = Dot(self._colours.muted)
        self.arrival = plain_label(wrap=True)
        self.test_button = QPushButton(self.tr("Send a test alert…"))
        self.test_button.setAccessibleName(self.tr("Send a test alert"))
        self.test_button.clicked.connect(self._ask_for_test)
        self.done_button = QPushButton(self.tr("Done"))
        self.done_button.setAccessibleName(self.done_button.text())
        self.done_button.clicked.connect(self.done_wanted)
        for control in (self.public, self.kind, self.test_button, self.done_button):
            control.setMinimumHeight(CONTROL)
        self._show_message()

    def _lay_out(self) -> None:
        self._muted: list[QLabel] = []
        self._numbers: list[QLabel] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        reach = self._muted_label(
            self.tr(
                "TradingView posts from the internet, to IPv4 and the ports 80 and 443 only. This "
                "program listens on %1. One of these leads from there to here:"
            ).replace("%1", shown(self._url))
        )
        self._step(grid, self.tr("Make it reachable"), [reach, self.ways])
        public = QHBoxLayout()
        public.setSpacing(GRID)
        label = plain_label(self.tr("P&ublic address"))
        label.setBuddy(self.public)
        public.addWidget(label)
        public.addWidget(self.public, 1)
        self._step(
            grid,
            self.tr("Copy the webhook address into the alert's “Notifications”"),
            [public, self.public_told, self.address],
        )
        picker = QHBoxLayout()
        picker.setSpacing(GRID)
        picker.addWidget(self.kind)
        picker.addStretch(1)
        picker.addWidget(self.copy_message)
        self._step(grid, self.tr("Copy the message into the alert"), [picker, self.message])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._scroll, 1)
        column.addWidget(rule())
        column.addWidget(_centred(self._arrival_row()))
        self._scroll.setWidget(_centred(self._steps(grid)))

    def _arrival_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(3 * GRID, GRID + GRID // 2, 3 * GRID, GRID + GRID // 2)
        row.setSpacing(GRID)
        row.addWidget(self.light)
        row.addWidget(self.arrival, 1)
        row.addWidget(self.test_button)
        row.addWidget(self.done_button)
        return row

    def _step(self, grid: QGridLayout, title: str, parts: Sequence[QWidget | QHBoxLayout]) -> None:
        row = grid.rowCount()
        number = plain_label(str(len(self._numbers) + 1), colour=self._colours.accent)
        font = number.font()
        font.setPointSizeF(font.pointSizeF() + 4)
        font.setWeight(QFont.Weight.Bold)
        number.setFont(font)
        self._numbers.append(number)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(number, row, 0, top)
        grid.addWidget(heading(title, points=1.0), row, 1)
        for offset, part in enumerate(parts, 1):
            if isinstance(part, QWidget):
                grid.addWidget(part, row + offset, 1)
            else:
                grid.addLayout(part, row + offset, 1)
        grid.setRowMinimumHeight(row + len(parts) + 1, GRID)

    def _steps(self, grid: QGridLayout) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(self.title)
        column.addLayout(grid)
        column.addStretch(1)
        return column

    def _muted_label(self, text: str) -> QLabel:
        label = plain_label(text, wrap=True, colour=self._colours.muted)
        self._muted.append(label)
        return label

    def _show_message(self) -> None:
        message = str(self.kind.currentData())
        self.message.setPlainText(message)
        self.copy_message.set_text_to_copy(message)

    def _take_public(self, text: str) -> None:
        self._memory.public_address = text.strip()
        self._show_address()
        self.address_changed.emit()

    def _show_address(self) -> None:
        typed = self.public.text().strip()
        if not typed:
            told, colour = (
                self.tr("Until it is given, the address below works on this machine only."),
                self._colours.warning,
            )
        elif public_base(typed) is None:
            told, colour = (
                self.tr(
                    "TradingView cannot post there: it needs http:// or https:// with a full "
                    "name or IPv4 address, on port 80 or 443."
                ),
                self._colours.danger,
            )
        elif typed.startswith("http://"):
            told, colour = (
                self.tr("Without https anyone on the way can read the address and use it."),
                self._colours.warning,
            )
        else:
            told, colour = (
                self.tr("Treat it like a password: whoever knows it can move these positions."),
                self._colours.muted,
            )
        self.public_told.setText(told)
        paint(self.public_told, colour)
        if self._recorder is not None:
            self.address.set_text(webhook(self.base, self._recorder))

    def _look_for(self, events: list[SignalRecorded]) -> None:
        if self._recorder is None:
            return
        ours = [event for event in events if event.signal.recorder_id == self._recorder.id]
        if ours:
            self._arrived = ours[-1]
            self._show_arrival()

    def _show_arrival(self) -> None:
        if self._arrived is None:
            text = self.tr("Waiting for the first alert…")
            colour = self._colours.muted
        else:
            signal = self._arrived.signal
            at = clock(signal.alert.received_at, signal.alert.received_at)
            if signal.reading is None:
                text = self.tr("An alert arrived at %1, but cannot be read: %2.")
                text = text.replace("%1", at).replace("%2", signal.reason or "")
                colour = self._colours.danger
            elif (signal.reading.sender_id or "").startswith(TRIAL_ID):
                text = self.tr("The test alert of %1 was %2. Now let TradingView send one.")
                text = text.replace("%1", at).replace("%2", signal.outcome.value)
                colour = self._colours.good
            else:
                text = self.tr("An alert arrived at %1 and was %2. You are connected.")
                text = text.replace("%1", at).replace("%2", signal.outcome.value)
                colour = self._colours.good
        self.light.set_colour(colour)
        self.arrival.setText(text)
        paint(self.arrival, colour)

    def _ask_for_test(self) -> None:
        if self._recorder is not None:
            self.test_wanted.emit(self._recorder.id)


def _centred(content: QHBoxLayout | QVBoxLayout) -> QWidget:
    """A column of reading width in the middle."""
    inner = QWidget()
    inner.setMaximumWidth(_COLUMN)
    inner.setLayout(content)
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.addStretch(1)
    row.addWidget(inner, 1000)
    row.addStretch(1)
    return page
