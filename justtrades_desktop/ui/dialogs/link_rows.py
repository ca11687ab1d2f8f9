"""Editors of lists: the steps of a ladder of targets, and the time windows of a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QLocale, Qt, QTime, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QTimeEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.links import Target, Window
from justtrades_desktop.domain.values import plain
from justtrades_desktop.ui.dialogs.by_hand import decimal_of
from justtrades_desktop.ui.dialogs.link_fields import Editor, MoneyDistance
from justtrades_desktop.ui.theme import CONTROL, GRID

_DAYS: Final = 7
_WEEK: Final = frozenset(range(5))
_ZONES: Final = ("America/New_York", "America/Chicago", "Europe/London", "Europe/Berlin", "UTC")


class ListRow(QWidget):
    """One line of a list, with the button that takes it out."""

    changed = Signal()
    remove_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(GRID)
        self.remove = QToolButton()
        self.remove.setText("\N{MULTIPLICATION SIGN}")
        self.remove.setMinimumSize(CONTROL, CONTROL)
        self.remove.setAutoRaise(True)
        self.remove.clicked.connect(self.remove_wanted)

    def place(self, *parts: QWidget) -> None:
        """Lay the parts out from the left, the button behind them."""
        for part in (*parts, self.remove):
            part.setMinimumHeight(CONTROL)
            self.row.addWidget(part)
        self.row.addStretch(1)

    def number(self, at: int) -> None:
        """Say which line it is, counted from 1."""
        raise NotImplementedError

    def read(self) -> Any:
        """What stands in the line."""
        raise NotImplementedError


class ListEditor(Editor):
    """Lines that can be added and taken out."""

    def __init__(self, add: str, make: Callable[[Any], ListRow], first: Any) -> None:
        super().__init__()
        self._make, self._first = make, first
        self._name = ""
        self.rows: list[ListRow] = []
        self.add_button = QPushButton(add)
        self.add_button.setAccessibleName(add)
        self.add_button.setAutoDefault(False)
        self.add_button.setMinimumHeight(CONTROL)
        self.add_button.clicked.connect(self._add)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID // 2)
        self._column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusProxy(self.add_button)

    def name_as(self, name: str) -> None:
        """Its lines have names of their own."""
        self._name = name

    def fill(self, value: Any) -> None:
        for row in [*self.rows]:
            self._take_out(row)
        for each in value:
            self._put_in(each)
        self.changed.emit()

    def read(self) -> tuple[Any, ...]:
        return tuple(row.read() for row in self.rows)

    def _add(self) -> None:
        self._put_in(self.rows[-1].read() if self._repeats() else self._first)
        self.changed.emit()

    def _repeats(self) -> bool:
        """Whether a new line starts as the one above it."""
        if not self.rows:
            return False
        try:
            self.rows[-1].read()
        except UserError:
            return False
        return True

    def _put_in(self, value: Any) -> None:
        row = self._make(value)
        row.changed.connect(self.changed)
        row.remove_wanted.connect(lambda: self._remove(row))
        self._column.insertWidget(len(self.rows), row)
        self.rows.append(row)
        self._number()

    def _remove(self, row: ListRow) -> None:
        self._take_out(row)
        self.changed.emit()

    def _take_out(self, row: ListRow) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._number()

    def _number(self) -> None:
        for at, row in enumerate(self.rows, start=1):
            row.number(at)
        self.updateGeometry()


class StepRow(ListRow):
    """One step of the ladder: where, and how much leaves there."""

    def __init__(self, step: Target) -> None:
        super().__init__()
        self.level = MoneyDistance(self.tr("Target"), by_alert=True)
        self.part = QLineEdit(plain(step.part))
        self.part.setFixedWidth(9 * GRID)
        self.part.setMaxLength(12)
        self.part.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.unit = QComboBox()
        self.unit.addItem(self.tr("% of the position"), True)
        self.unit.addItem(self.tr("contracts"), False)
        self.unit.setCurrentIndex(0 if step.percent else 1)
        self.level.fill(step.level)
        self.place(self.level, self.part, self.unit)
        self.level.changed.connect(self.changed)
        self.part.textChanged.connect(self.changed)
        self.unit.currentIndexChanged.connect(self.changed)

    def number(self, at: int) -> None:
        self._at = str(at)
        for part, name in (
            (self.level.number, self.tr("Distance of target %1")),
            (self.level.unit, self.tr("Unit of target %1")),
            (self.part, self.tr("How much leaves at target %1")),
            (self.unit, self.tr("Percent or contracts of target %1")),
            (self.remove, self.tr("Remove target %1")),
        ):
            part.setAccessibleName(name.replace("%1", self._at))
        self.remove.setToolTip(self.remove.accessibleName())

    def read(self) -> Target:
        where = self.level.chosen
        part = decimal_of(self.part.text(), self.tr("Target %1").replace("%1", self._at))
        if where is None or part is None:
            raise UserError(
                self.tr("Target %1 is not complete").replace("%1", self._at),
                self.tr("Give its distance and how much leaves there, or remove it."),
            )
        return Target(where, part, percent=bool(self.unit.currentData()))


class WindowRow(ListRow):
    """One time window: days, from, to, and whose clock."""

    def __init__(self, window: Window) -> None:
        super().__init__()
        self.days = [_day(day, checked=day in window.days) for day in range(_DAYS)]
        self.start, self.end = _clock(window.start), _clock(window.end)
        self.zone = QComboBox()
        self.zone.setEditable(True)
        self.zone.addItems([*dict.fromkeys((*_ZONES, window.zone))])
        self.zone.setCurrentText(window.zone)
        self.zone.setFixedWidth(19 * GRID)
        self.by_session = QCheckBox(self.tr("session days"))
        self.by_session.setToolTip(
            self.tr("The days are CME sessions: Monday's begins on Sunday evening.")
        )
        self.by_session.setChecked(window.by_session)
        self.row.setSpacing(GRID // 2)
        self.place(*self.days, self.start, self.end, self.zone, self.by_session)
        for day in (*self.days, self.by_session):
            day.toggled.connect(self.changed)
        for clock in (self.start, self.end):
            clock.timeChanged.connect(self.changed)
        self.zone.currentTextChanged.connect(self.changed)

    def number(self, at: int) -> None:
        self._at = str(at)
        named: Sequence[tuple[QWidget, str]] = (
            (self.start, self.tr("Start of window %1")),
            (self.end, self.tr("End of window %1")),
            (self.zone, self.tr("Time zone of window %1")),
            (self.by_session, self.tr("Session days of window %1")),
            (self.remove, self.tr("Remove window %1")),
        )
        for part, name in named:
            part.setAccessibleName(name.replace("%1", self._at))
        for which, day in enumerate(self.days):
            said = self.tr("%2 in window %1").replace("%1", self._at)
            day.setAccessibleName(said.replace("%2", QLocale().dayName(which + 1)))
        self.remove.setToolTip(self.remove.accessibleName())

    def read(self) -> Window:
        zone = self.zone.currentText().strip()
        if not zone:
            raise UserError(
                self.tr("Window %1 has no time zone").replace("%1", self._at),
                self.tr("Choose one, America/New_York say."),
            )
        return Window(
            days=frozenset(at for at, day in enumerate(self.days) if day.isChecked()),
            start=_time(self.start),
            end=_time(self.end),
            zone=zone,
            by_session=self.by_session.isChecked(),
        )


class Ladder(ListEditor):
    """The targets, nearest first."""

    def __init__(self) -> None:
        first = Target(Level(Unit.TICKS, Decimal(40)), Decimal(100))
        super().__init__(self.tr("Add a target"), StepRow, first)


class Windows(ListEditor):
    """When entries are allowed; without any they always are."""

    def __init__(self) -> None:
        first = Window(days=_WEEK, start=time(9, 30), end=time(16, 0))
        super().__init__(self.tr("Add a time window"), WindowRow, first)


def _day(day: int, *, checked: bool) -> QToolButton:
    button = QToolButton()
    button.setCheckable(True)
    button.setChecked(checked)
    button.setText(QLocale().dayName(day + 1, QLocale.FormatType.ShortFormat)[:2])
    button.setFixedWidth(4 * GRID)
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.toggled.connect(lambda: _mark(button))
    _mark(button)
    return button


def _mark(button: QToolButton) -> None:
    """A chosen day is filled: the frame alone hardly shows it on a dark ground."""
    palette = QPalette()
    if button.isChecked():
        palette.setColor(QPalette.ColorRole.Button, palette.color(QPalette.ColorRole.Highlight))
        ink = palette.color(QPalette.ColorRole.HighlightedText)
        palette.setColor(QPalette.ColorRole.ButtonText, ink)
    button.setPalette(palette)


def _clock(at: time) -> QTimeEdit:
    edit = QTimeEdit(QTime(at.hour, at.minute, at.second))
    edit.setDisplayFormat("HH:mm:ss" if at.second else "HH:mm")
    return edit


def _time(edit: QTimeEdit) -> time:
    at = edit.time()
    return time(at.hour(), at.minute(), at.second())
