"""The section of the recorder's form that sets its exits by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.exit_limits import BY_ALERT, refuse_contradictions
from justtrades_desktop.domain.exits import ExitRules, Level, Unit
from justtrades_desktop.domain.values import plain
from justtrades_desktop.ui.dialogs.by_hand import decimal_of
from justtrades_desktop.ui.exit_words import rules_in_words
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours

_OFF: Final = ""
_NUMBER_WIDTH: Final = 9 * GRID
_LONGEST: Final = 24

Rule = tuple[str, str]  # the field of ExitRules, and what it is called


class DistanceField(QWidget):
    """A number and its unit; the unit says whether the rule is on at all."""

    changed = Signal()

    def __init__(self, name: str, *, by_alert: bool = False) -> None:
        super().__init__()
        self._name = name
        self.number = QLineEdit()
        self.number.setMaxLength(_LONGEST)
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setFixedWidth(_NUMBER_WIDTH)
        self.number.setAccessibleName(self.tr("%1, number").replace("%1", name))
        self.unit = QComboBox()
        self.unit.setAccessibleName(self.tr("%1, unit").replace("%1", name))
        units = [(self.tr("Off"), _OFF), (self.tr("ticks"), Unit.TICKS.value)]
        units += [(self.tr("points"), Unit.POINTS.value), ("%", Unit.PERCENT.value)]
        if by_alert:
            units.append((self.tr("as the alert says"), Unit.ALERT.value))
        for label, unit in units:
            self.unit.addItem(label, unit)
        self.unit.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        for part in (self.number, self.unit):
            part.setMinimumHeight(CONTROL)
            row.addWidget(part)
        # The choice comes last, so that the number is typed and then given its unit.
        self.setFocusProxy(self.number)
        self.number.textChanged.connect(self._follow_number)
        self.unit.currentIndexChanged.connect(self._follow_unit)
        self.fill(None)

    def fill(self, chosen: Level | None) -> None:
        """Show a level, or that there is none."""
        unit = _OFF if chosen is None else chosen.unit.value
        counts = chosen is not None and chosen.unit is not Unit.ALERT
        self.unit.setCurrentIndex(max(0, self.unit.findData(unit)))
        self.number.setText(plain(chosen.value) if chosen is not None and counts else "")
        self._follow_unit()

    @property
    def chosen(self) -> Level | None:
        """What stands there now, None while it is off.

        Raises:
            UserError: the number is missing or none.
        """
        unit = self.unit.currentData()
        if unit == _OFF:
            return None
        if unit == Unit.ALERT.value:
            return Level(Unit.ALERT)
        value = decimal_of(self.number.text(), self._name)
        if value is None:
            raise UserError(
                self.tr("%1 has no number").replace("%1", self._name),
                self.tr("Give one, or switch it off."),
            )
        return Level(Unit(unit), value)

    def _follow_number(self) -> None:
        # Whoever types a number wants the rule; ticks are what it mostly counts.
        if self.number.text().strip() and self.unit.currentData() in (_OFF, Unit.ALERT.value):
            self.unit.setCurrentIndex(self.unit.findData(Unit.TICKS.value))
        self.changed.emit()

    def _follow_unit(self) -> None:
        off = self.unit.currentData() in (_OFF, Unit.ALERT.value)
        if off and self.number.text():
            self.number.clear()
        self.number.setPlaceholderText("\N{EN DASH}" if off else "40")
        self.changed.emit()


class ExitsForm(QWidget):
    """Every rule with its distance, what they do together in words, and what to know of them.

    ``tick_known`` says whether ticks mean anything for the instrument that is chosen now.
    """

    resized = Signal()

    def __init__(self, colours: Colours, tick_known: Callable[[], bool]) -> None:
        super().__init__()
        self._colours = colours
        self._tick_known = tick_known
        self.fields: dict[str, DistanceField] = {}
        self.session_end = QCheckBox(self.tr("&Flat at the end of the session"))
        self.session_end.setAccessibleName(self.tr("Flat at the end of the session"))
        self.told = plain_label(wrap=True, colour=colours.muted)
        self.told.setAccessibleName(self.tr("What the rules do"))
        self.warning = plain_label(wrap=True, colour=colours.warning)
        self.warning.setAccessibleName(self.tr("Warning about the rules"))
        self._make_switch()
        self._lay_out()
        self.session_end.toggled.connect(self.tell)
        for field in self.fields.values():
            field.changed.connect(self.tell)

    def fill(self, rules: ExitRules) -> None:
        """Show ``rules``; folded away while none is on."""
        for name, field in self.fields.items():
            field.fill(getattr(rules, name))
        self.session_end.setChecked(rules.session_end)
        self.switch.setChecked(bool(rules))
        self._fold(bool(rules))
        self.tell()

    @property
    def rules(self) -> ExitRules:
        """What stands there now.

        Raises:
            UserError: a number is missing, or none.
        """
        levels = {name: field.chosen for name, field in self.fields.items()}
        return ExitRules(**levels, session_end=self.session_end.isChecked())

    def tell(self) -> None:
        """Say what the rules do as they stand, or what is missing."""
        try:
            rules = self.rules
            refuse_contradictions(rules)
        except UserError as error:
            self._say(f"{error.title}. {error.hint}".strip(), wrong=True)
            self.warning.hide()
        else:
            self._say(rules_in_words(rules), wrong=False)
            self._warn(rules)
        self.resized.emit()

    def _say(self, text: str, *, wrong: bool) -> None:
        self.told.setText(text)
        paint(self.told, self._colours.warning if wrong else self._colours.muted)

    def _warn(self, rules: ExitRules) -> None:
        chosen = [getattr(rules, field.name) for field in fields(rules)]
        in_ticks = any(isinstance(one, Level) and one.unit is Unit.TICKS for one in chosen)
        self.warning.setText(
            self.tr(
                "Nobody knows yet how large a tick of this instrument is: rules in ticks do "
                "nothing until its tick value is set. Points and % work at once."
            )
        )
        self.warning.setVisible(in_ticks and not self._tick_known())

    # Layout

    def _make_switch(self) -> None:
        self.switch = QToolButton()
        self.switch.setText(self.tr("E&xits by rule"))
        self.switch.setAccessibleName(self.tr("Exits by rule"))
        self.switch.setAccessibleDescription(
            self.tr("Shows or hides take-profit, stop and the other rules.")
        )
        self.switch.setCheckable(True)
        self.switch.setAutoRaise(True)
        self.switch.setMinimumHeight(CONTROL)
        self.switch.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.switch.toggled.connect(self._fold)

    def _lay_out(self) -> None:
        self.body = QWidget()
        grid = QGridLayout(self.body)
        grid.setContentsMargins(2 * GRID, 0, 0, 0)
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(3, 1)
        rows: list[tuple[Rule, Rule | None]] = [
            (("take_profit", self.tr("&Take-profit")), None),
            (("stop", self.tr("Sto&p")), None),
            (("trail", self.tr("T&railing stop")), ("trail_after", self.tr("after"))),
            (("break_even", self.tr("&Break-even after")), ("break_even_offset", self.tr("plus"))),
        ]
        for at, (first, second) in enumerate(rows):
            self._place(grid, at, 0, first)
            if second is not None:
                self._place(grid, at, 2, second)
        end = len(rows)
        grid.addWidget(self.session_end, end, 1, 1, 3)
        grid.addWidget(self.told, end + 1, 0, 1, 4)
        grid.addWidget(self.warning, end + 2, 0, 1, 4)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(GRID)
        outer.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        outer.addWidget(self.body)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def _place(self, grid: QGridLayout, row: int, column: int, rule: Rule) -> None:
        name, label = rule
        field = DistanceField(self._spoken(name), by_alert=name in BY_ALERT)
        self.fields[name] = field
        shown = plain_label(label)
        shown.setBuddy(field.number)
        grid.addWidget(shown, row, column)
        span = 3 if name in BY_ALERT else 1  # their longest choice needs the room
        grid.addWidget(field, row, column + 1, 1, span, Qt.AlignmentFlag.AlignLeft)

    def _spoken(self, name: str) -> str:
        return {
            "take_profit": self.tr("Take-profit"),
            "stop": self.tr("Stop"),
            "trail": self.tr("Trailing stop"),
            "trail_after": self.tr("Start of the trailing stop"),
            "break_even": self.tr("Break-even"),
            "break_even_offset": self.tr("Break-even offset"),
        }[name]

    def _fold(self, on: bool) -> None:
        self.switch.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self.body.setVisible(on)
        self.resized.emit()
