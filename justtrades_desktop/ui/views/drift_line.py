"""One line that says where the broker and the signals differ; hidden where they agree."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from justtrades_desktop.ui.brokers import Brokers
from justtrades_desktop.ui.parts import Dot, paint, plain_label, plain_tip
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.wording import drift_in_words


class DriftLine(QFrame):
    """The first difference in a sentence, and how many more there are."""

    more_wanted = Signal()

    def __init__(self, brokers: Brokers, colours: Colours, *, leads_on: bool) -> None:
        super().__init__()
        self._brokers = brokers
        self.dot = Dot(colours.warning)
        self.text = plain_label(wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.show_button = QPushButton(self.tr("Show accounts"))
        self.show_button.setAccessibleName(self.show_button.text())
        self.show_button.clicked.connect(self.more_wanted)
        self.show_button.setVisible(leads_on)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        row.setSpacing(GRID)
        row.addWidget(self.dot)
        row.addWidget(self.text, 1)
        row.addWidget(self.show_button)
        self.set_colours(colours)
        brokers.changed.connect(self.refresh)
        self.refresh()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.dot.set_colour(colours.warning)
        paint(self.text, colours.warning)

    def refresh(self) -> None:
        """Say what differs now."""
        said = [drift_in_words(drift) for drift in self._brokers.drifts]
        self.setVisible(bool(said))
        if not said:
            self.text.clear()
            return
        more = self.tr(" And %1 more.").replace("%1", str(len(said) - 1))
        self.text.setText(said[0] + (more if len(said) > 1 else ""))
        self.setAccessibleName(self.text.text())
        self.setToolTip(plain_tip("\n".join(said)))
