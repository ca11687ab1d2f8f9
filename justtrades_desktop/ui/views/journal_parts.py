"""What stands around the journal's table: the line of totals, and what to do where it is empty."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from justtrades_desktop.journal.figures import Figures
from justtrades_desktop.ui.flow import Flow
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.facts import Fact, Facts
from justtrades_desktop.ui.views.journal_figures import totals


class Totals(QWidget):
    """Name and figure, name and figure, in one line."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._pairs: list[Facts] = []
        self._facts: list[Fact] = []
        self._colours = colours
        self._note = plain_label()
        self._flow = Flow(self)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.setSpacing(3 * GRID)
        self.set_colours(colours)

    def show_totals(self, figures: Figures, listed: int) -> None:
        """Show what the listed trades come to."""
        self._facts = totals(figures, listed)
        while len(self._pairs) < len(self._facts):
            self._add()
        for pair, fact in zip(self._pairs, self._facts, strict=True):
            pair.show_facts([fact])

    def say(self, text: str) -> None:
        """A sentence behind the figures."""
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self._note.setToolTip(text)

    def text_of(self, name: str) -> str:
        """The figure called ``name``."""
        return next(fact.text for fact in self._facts if fact.name == name)

    @property
    def note(self) -> str:
        """The sentence behind the figures."""
        return self._note.text()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        paint(self._note, colours.warning)
        for pair in self._pairs:
            pair.set_colours(colours)

    def _add(self) -> None:
        pair = Facts(self._colours, wrap=False)
        self._flow.removeWidget(self._note)
        self._flow.addWidget(pair)
        self._flow.addWidget(self._note)
        self._pairs.append(pair)


class Empty(QWidget):
    """Why no trade is listed, and the button that changes it."""

    import_wanted = Signal()
    clear_wanted = Signal()

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._text = plain_label(wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.import_old = self._button(self.tr("Import old history…"))
        self.import_old.clicked.connect(self.import_wanted)
        self.clear = self._button(self.tr("Clear the filter"))
        self.clear.clicked.connect(self.clear_wanted)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * GRID)
        layout.addStretch()
        layout.addWidget(self._text)
        for button in (self.import_old, self.clear):
            layout.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        self.set_colours(colours)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def say(self, *, reading: bool, filtered: bool) -> None:
        """Why there is nothing: not read yet, nothing fits the filter, or nothing there."""
        self.import_old.setVisible(not reading and not filtered)
        self.clear.setVisible(not reading and filtered)
        if reading:
            self._text.setText(self.tr("Reading…"))
        elif filtered:
            self._text.setText(self.tr("No trade fits this filter."))
        else:
            self._text.setText(
                self.tr(
                    "No trade has finished yet. A position comes here once it is closed; trades "
                    "of the old program can be imported."
                )
            )

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        paint(self._text, colours.text)

    def _button(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(text.replace("…", ""))
        button.setMinimumHeight(CONTROL)
        return button
