"""Editors of single settings: what stands there now can be shown, changed and read."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.values import plain
from justtrades_desktop.ui.dialogs.exits import DistanceField
from justtrades_desktop.ui.theme import CONTROL, GRID

LARGEST: Final = 1_000_000
_NUMBER_WIDTH: Final = 20 * GRID
_CHOICE_WIDTH: Final = 34 * GRID


class Editor(QWidget):
    """One setting in a form; ``read`` is the inverse of ``fill``."""

    changed = Signal()

    def fill(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError

    def read(self) -> Any:
        """What stands there now.

        Raises:
            UserError: it is nothing that the setting can be.
        """
        raise NotImplementedError

    def name_as(self, name: str) -> None:
        """What a screen reader calls it."""
        self._name = name
        self.setAccessibleName(name)
        inside = self.focusProxy()
        if inside is not None:
            inside.setAccessibleName(name)

    def explain(self, sentence: str) -> None:
        """What a screen reader adds: the sentence that stands under it."""
        inside = self.focusProxy()
        if inside is not None:
            inside.setAccessibleDescription(sentence)

    def _hold(self, part: QWidget, width: int = 0) -> None:
        self._name = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        part.setMinimumHeight(CONTROL)
        if width:
            part.setFixedWidth(width)
        row.addWidget(part)
        row.addStretch(1)
        self.setFocusProxy(part)


class WholeNumber(Editor):
    """A count that is always set."""

    def __init__(self, lowest: int = 0, *, before: str = "", behind: str = "") -> None:
        super().__init__()
        self.box = QSpinBox()
        self.box.setRange(lowest, LARGEST)
        self.box.setPrefix(before)
        self.box.setSuffix(behind)
        self.box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._hold(self.box, _NUMBER_WIDTH)
        self.box.valueChanged.connect(self.changed)

    def fill(self, value: Any) -> None:
        self.box.setValue(int(value))

    def read(self) -> int:
        return self.box.value()


class MaybeNumber(Editor):
    """A number or nothing: an empty field is "not set", which is not 0."""

    def __init__(self, unset: str, *, whole: bool = True) -> None:
        super().__init__()
        self._whole = whole
        self.line = QLineEdit()
        self.line.setMaxLength(18)
        self.line.setPlaceholderText(unset)
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._hold(self.line, _NUMBER_WIDTH)
        self.line.textChanged.connect(self.changed)

    def fill(self, value: Any) -> None:
        self.line.setText("" if value is None else plain(Decimal(value)))

    def read(self) -> int | Decimal | None:
        text = self.line.text().strip().replace(" ", "")
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or number < 0:
            raise UserError(self._no_number(text), self.tr("Digits, or leave it empty."))
        if not self._whole:
            return number
        if number != int(number):
            raise UserError(self._no_number(text), self.tr("Whole numbers only."))
        return int(number)

    def _no_number(self, text: str) -> str:
        said = self.tr("%1: “%2” is no number that fits")
        return said.replace("%1", self._name).replace("%2", text)


class Switch(Editor):
    """On or off."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.box = QCheckBox(label)
        self._hold(self.box)
        self.box.toggled.connect(self.changed)

    def fill(self, value: Any) -> None:
        self.box.setChecked(bool(value))

    def read(self) -> bool:
        return self.box.isChecked()


class Choice(Editor):
    """One of a few."""

    def __init__(self, choices: Iterable[tuple[str, StrEnum]]) -> None:
        super().__init__()
        self.box = QComboBox()
        self._members: list[StrEnum] = []
        for label, member in choices:
            self.box.addItem(label)
            self._members.append(member)
        self._hold(self.box)
        self.box.setMinimumWidth(_CHOICE_WIDTH)
        self.box.currentIndexChanged.connect(self.changed)

    def fill(self, value: Any) -> None:
        self.box.setCurrentIndex(self._members.index(value))

    def read(self) -> StrEnum:
        return self._members[self.box.currentIndex()]


class Text(Editor):
    """A word or nothing."""

    def __init__(self, unset: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setMaxLength(40)
        self.line.setPlaceholderText(unset)
        self._hold(self.line, _CHOICE_WIDTH)
        self.line.textChanged.connect(self.changed)

    def fill(self, value: Any) -> None:
        self.line.setText(value or "")

    def read(self) -> str | None:
        return self.line.text().strip() or None


class MoneyDistance(DistanceField):
    """A distance that may be money too, of the whole position; 0 where that means something."""

    def __init__(self, name: str, *, by_alert: bool = False, may_be_nothing: bool = False) -> None:
        self._may_be_nothing = may_be_nothing
        super().__init__(name, by_alert=by_alert)
        self.unit.insertItem(4, self.tr("money"), Unit.MONEY.value)

    @property
    def chosen(self) -> Level | None:
        """What stands there now, None while it is off.

        Raises:
            UserError: the number is missing or none.
        """
        unit, number = self.unit.currentData(), self.number.text().strip()
        if self._may_be_nothing and number == "0" and unit:
            return Level(Unit(unit))
        return super().chosen


class Distance(Editor):
    """A level or nothing."""

    def __init__(self, name: str, *, by_alert: bool = False, may_be_nothing: bool = False) -> None:
        super().__init__()
        self.field = MoneyDistance(name, by_alert=by_alert, may_be_nothing=may_be_nothing)
        self._hold(self.field)
        self.field.changed.connect(self.changed)

    def name_as(self, name: str) -> None:
        """Its number and its unit have names of their own."""
        self._name = name

    def fill(self, value: Any) -> None:
        self.field.fill(value)

    def read(self) -> Level | None:
        return self.field.chosen

    def explain(self, sentence: str) -> None:
        """Stands with the number."""
        self.field.number.setAccessibleDescription(sentence)
