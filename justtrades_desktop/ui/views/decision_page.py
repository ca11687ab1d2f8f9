"""Decisions with a filter by strategy, and the whole story of the chosen one below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.ui import order_words as words
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.models.decision_rows import DecisionRow, story
from justtrades_desktop.ui.parts import plain_label
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.views.facts import Fact, Facts
from justtrades_desktop.ui.views.order_page import Look, OrderPage

_PARTS: Final = (500, 400)  # of the height: the table, and the story


class DecisionPage(OrderPage[DecisionRow]):
    """One line per signal and link."""

    def __init__(self, look: Look[DecisionRow], bridge: Bridge, colours: Colours) -> None:
        self._all: Sequence[DecisionRow] = ()
        self.strategy = QComboBox()
        self.story = Facts(colours)
        self.unchosen = plain_label(colour=colours.muted)
        super().__init__(look, bridge, colours)
        self.unchosen.setText(self.tr("Choose a decision to read its whole story."))
        self.strategy.setAccessibleName(self.tr("Strategy"))
        self.strategy.addItem(self.tr("All strategies"), None)
        self.strategy.currentIndexChanged.connect(self._filter)
        self.chosen_changed.connect(self._tell_story)
        self._lay_out()
        self._tell_story()

    def show_decisions(self, rows: Sequence[DecisionRow]) -> None:
        """Show these decisions as far as the filter lets them through."""
        self._all = rows
        self._list_strategies()
        self._filter()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        super().set_colours(colours)
        self.story.set_colours(colours)

    def _list_strategies(self) -> None:
        names = sorted({row.strategy for row in self._all if row.decision.link_id is not None})
        listed = [self.strategy.itemText(at) for at in range(1, self.strategy.count())]
        if names == listed:
            return
        chosen = self.strategy.currentData()
        self.strategy.blockSignals(True)
        while self.strategy.count() > 1:
            self.strategy.removeItem(1)
        for name in names:
            self.strategy.addItem(name, name)
        self.strategy.setCurrentIndex(max(0, self.strategy.findData(chosen)))
        self.strategy.blockSignals(False)

    def _filter(self) -> None:
        wanted = self.strategy.currentData()
        self.show_rows(row for row in self._all if wanted in (None, row.strategy))

    def _tell_story(self) -> None:
        row = self.chosen
        self.unchosen.setVisible(row is None)
        self.story.setVisible(row is not None)
        if row is None:
            return
        tone = words.VERDICT_TONES[row.decision.verdict]
        verdict = self.tr("Verdict")
        facts = [Fact(name, said) for name, said in story(row)]
        facts = [Fact(f.name, f.text, tone) if f.name == verdict else f for f in facts]
        self.story.show_facts(facts)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        top.addWidget(self.strategy)
        top.addStretch(1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.addWidget(self.unchosen)
        column.addWidget(self.story)
        column.addStretch(1)
        below = QScrollArea()
        below.setFrameShape(QFrame.Shape.NoFrame)
        below.setWidgetResizable(True)
        below.setWidget(inside)
        below.setAccessibleName(self.tr("The whole story"))
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        self.column.removeWidget(self.stack)
        split.addWidget(self.stack)
        split.addWidget(below)
        split.setSizes(list(_PARTS))
        self.column.insertLayout(0, top)
        self.column.insertWidget(1, split, 1)
