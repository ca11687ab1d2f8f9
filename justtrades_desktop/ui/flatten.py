"""Flatten all: never disabled, and always two steps; a press held, two presses, or a question."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication, QRect, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHideEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QShortcut,
)
from PySide6.QtWidgets import QPushButton, QWidget

from justtrades_desktop.domain.execution import AccountState
from justtrades_desktop.ui.broker_words import environment_word
from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours

KEY: Final = "Ctrl+Shift+F"
HOLD_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 3.0
# Two presses sooner than this are one: people double-click buttons that want one click.
_ONE_PRESS_SECONDS: Final = 0.35
_STEP_MS: Final = 25
_SOLID: Final = 130  # percent: the style lightens a button's ground, and white must stay readable

translate = QCoreApplication.translate


class FlattenButton(QPushButton):
    """Held for a second, or pressed twice, it says so; a single press only says what is next."""

    flatten_wanted = Signal()

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self._pressed_at: float | None = None
        self._first_at: float | None = None
        self._fired = False
        self._clock = QTimer(self)
        self._clock.setInterval(_STEP_MS)
        self._clock.timeout.connect(self._look)
        self.setMinimumHeight(CONTROL + GRID // 2)
        self.setAutoDefault(False)
        self.setToolTip(
            self.tr("Hold for a second, or press twice: cancels all orders and closes all of it.")
        )
        self.setAccessibleDescription(self.toolTip())
        self.pressed.connect(self._on_pressed)
        self.released.connect(self._on_released)  # also outside of it, which is no click
        self.clicked.connect(self._on_clicked)
        self._say()
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(text) for text in self._texts())
        self.setMinimumWidth(widest + 4 * GRID)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self._say()

    @property
    def is_waiting(self) -> bool:
        """Whether a second press would flatten."""
        return self._first_at is not None

    def press_first(self) -> None:
        """The first of two presses."""
        self._first_at = time.monotonic()
        self._clock.start()
        self._say()

    def forget(self) -> None:
        """No second press came."""
        self._first_at = None
        self._say()

    # What happens

    def _on_pressed(self) -> None:
        self._pressed_at = time.monotonic()
        self._fired = False
        self._clock.start()
        self._say()

    def _on_released(self) -> None:
        self._pressed_at = None
        self._say()

    def _on_clicked(self) -> None:
        if self._fired:  # it was held
            self._fired = False
        else:
            self._press()

    def _press(self) -> None:
        now = time.monotonic()
        if self._first_at is None:
            self.press_first()
        elif now - self._first_at >= _ONE_PRESS_SECONDS:
            self._fire()

    def _look(self) -> None:
        now = time.monotonic()
        if self._pressed_at is not None and not self._fired:
            if now - self._pressed_at >= HOLD_SECONDS:
                self._fired = True
                self._fire()
        elif self._first_at is not None and now - self._first_at > AGAIN_SECONDS:
            self.forget()
        if self._pressed_at is None and self._first_at is None:
            self._clock.stop()
        self.update()

    def _fire(self) -> None:
        self._first_at = None
        self._say()
        self.flatten_wanted.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """A press that began elsewhere is no second one."""
        super().focusOutEvent(event)
        if self._pressed_at is None:
            self.forget()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody can press it again."""
        super().hideEvent(event)
        self._pressed_at = None
        self.forget()
        self._clock.stop()

    # Looks

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        held = self._held
        if held <= 0:
            return
        painter = QPainter(self)
        colour = QColor(self._colours.live)
        colour.setAlpha(110)
        painter.fillRect(QRect(0, 0, int(self.width() * held), self.height()), colour)
        painter.end()

    @property
    def _held(self) -> float:
        """How much of the second it has been held, 0 to 1."""
        if self._pressed_at is None or self._fired:
            return 0.0
        return min(1.0, (time.monotonic() - self._pressed_at) / HOLD_SECONDS)

    def _texts(self) -> tuple[str, str, str]:
        return self.tr("Flatten all"), self.tr("Press again to flatten"), self.tr("Keep holding…")

    def _say(self) -> None:
        calm, again, holding = self._texts()
        text = calm
        if self._first_at is not None:
            text = again
        elif self._pressed_at is not None and not self._fired:
            text = holding
        self.setText(text)
        self.setAccessibleName(text)
        self._paint(urgent=self._first_at is not None)

    def _paint(self, *, urgent: bool) -> None:
        """On the colour of danger once one press is enough."""
        palette = QPalette()
        ink = QColor("#ffffff") if urgent else self._colours.danger
        palette.setColor(QPalette.ColorRole.ButtonText, ink)
        if urgent:
            palette.setColor(QPalette.ColorRole.Button, self._colours.live.darker(_SOLID))
        self.setPalette(palette)


class FlattenQuestion(Question):
    """The second step where the first was a menu or a key; its key again says yes."""

    def __init__(self, accounts: Sequence[AccountState], parent: QWidget | None = None) -> None:
        super().__init__(
            translate("Flatten", "Flatten all?"),
            _meaning(accounts),
            yes=translate("Flatten", "Flatten all"),
            no=translate("Flatten", "Leave it"),
            parent=parent,
        )
        self.again = QShortcut(QKeySequence(KEY), self)
        self.again.setAutoRepeat(False)
        self.again.activated.connect(self.accept)


def nothing_to_flatten() -> str:
    """What is said where there is no account."""
    return translate(
        "Flatten", "There is nothing to flatten: no broker account is connected to this program."
    )


def _meaning(accounts: Sequence[AccountState]) -> str:
    said = translate(
        "Flatten",
        "On every account: entries are paused, working orders are cancelled, what is open is "
        "closed at market, and it is verified that all is flat. %1 again does it too.",
    ).replace("%1", KEY)
    lines = [
        f"{environment_word(a.environment)} {one_line(str(a.key))}: {_holds(a)}" for a in accounts
    ]
    return "\n".join([said, "", *lines])


def _holds(account: AccountState) -> str:
    if not account.held:
        return translate("Flatten", "flat as far as is known")
    return translate("Flatten", "contracts held: %1").replace("%1", str(account.held))
