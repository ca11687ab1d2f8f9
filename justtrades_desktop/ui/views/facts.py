"""Names on the left and what they say beside them: figures that are read, not compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from justtrades_desktop.ui.delegates import tabular, tone_colours
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import GRID, Colours

_BELOW: Final = 60  # a row below all lines


@dataclass(frozen=True, slots=True)
class Fact:
    """A line: its name, what it says, in which tone, and what it means."""

    name: str
    text: str
    tone: Tone = Tone.TEXT
    hint: str = ""


class Facts(QWidget):
    """Lines of figures; as many as it was shown last."""

    def __init__(self, colours: Colours, *, wrap: bool = True) -> None:
        super().__init__()
        self._wrap = wrap
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setRowStretch(_BELOW, 1)  # lines stay together where there is room to spare
        self._lines: list[tuple[QLabel, QLabel]] = []
        self._facts: Sequence[Fact] = []
        self.set_colours(colours)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show these lines instead of the last ones; what says the same is left alone."""
        while len(self._lines) < len(facts):
            self._add_line()
        for at, line in enumerate(self._lines):
            before = self._facts[at] if at < len(self._facts) else None
            after = facts[at] if at < len(facts) else None
            if before != after:
                self._fill(line, before, after)
        self._facts = facts

    def text_of(self, name: str) -> str:
        """What stands beside ``name``."""
        return next(fact.text for fact in self._facts if fact.name == name)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._muted = colours.muted
        self._tones = tone_colours(colours)
        for (name, value), fact in zip(self._lines, self._facts, strict=False):
            paint(name, self._muted)
            paint(value, self._tones[fact.tone])

    def _add_line(self) -> None:
        name, value = plain_label(colour=self._muted), plain_label(wrap=self._wrap)
        value.setFont(tabular(value.font()))
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        at = len(self._lines)
        self._grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(value, at, 1)
        self._lines.append((name, value))

    def _fill(self, line: tuple[QLabel, QLabel], before: Fact | None, fact: Fact | None) -> None:
        for label in line:
            label.setVisible(fact is not None)
        if fact is None:
            return
        name, value = line
        name.setText(fact.name)
        value.setText(fact.text)
        value.setAccessibleName(f"{fact.name}: {fact.text}")
        for label in line:
            label.setToolTip(fact.hint)
        # A palette is dear: it goes through the style of every widget inside.
        if before is None or before.tone is not fact.tone:
            paint(value, self._tones[fact.tone])
