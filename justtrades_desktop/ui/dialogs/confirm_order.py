"""The question before anything goes to a broker: what, on which account, with whose money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.ui.broker_words import environment_colour, environment_word
from justtrades_desktop.ui.mode import mode_ink
from justtrades_desktop.ui.parts import heading, paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.connection_card import Badge
from justtrades_desktop.ui.views.facts import Fact, Facts

_WIDTH = 60 * GRID


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person is asked: ``action`` is its kind, remembered by "do not ask again".

    ``title`` names it in a line, ``facts`` line by line, ``said`` what it would mean, ``warning``
    what is unusual about it: such a question cannot be left out.
    """

    action: str
    title: str
    yes: str
    no: str
    environment: Environment | None
    facts: Sequence[Fact] = ()
    said: str = ""
    warning: str = ""

    @property
    def may_be_left_out(self) -> bool:
        """Play money, and nothing unusual."""
        return self.environment is Environment.PAPER and not self.warning


class ConfirmOrder(QDialog):
    """Return and Esc both mean no; only the button itself, or its key, means yes."""

    def __init__(self, asked: Asked, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.asked = asked
        self.setWindowTitle(asked.title)
        self.setMinimumWidth(_WIDTH)
        self.badge = Badge()
        self.facts = Facts(colours)
        self.facts.show_facts(asked.facts)
        self.said = plain_label(asked.said, wrap=True)
        self.said.setVisible(bool(asked.said))
        self.warning = plain_label(asked.warning, wrap=True, colour=colours.warning)
        self.warning.setVisible(bool(asked.warning))
        self.not_again = QCheckBox(
            self.tr("Don't ask again for this action on %1").replace(
                "%1", environment_word(Environment.PAPER)
            )
        )
        self.not_again.setAccessibleName(self.not_again.text())
        self.not_again.setVisible(asked.may_be_left_out)
        self._make_buttons()
        self._lay_out(colours)
        self.no.setFocus()

    def _make_buttons(self) -> None:
        self.buttons = QDialogButtonBox()
        self.yes = self.buttons.addButton(self.asked.yes, QDialogButtonBox.ButtonRole.AcceptRole)
        self.no = self.buttons.addButton(self.asked.no, QDialogButtonBox.ButtonRole.RejectRole)
        self.yes.setAutoDefault(False)
        self.no.setDefault(True)
        for button in (self.yes, self.no):
            button.setMinimumHeight(CONTROL)
            button.setAccessibleName(button.text())
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self, colours: Colours) -> None:
        environment = self.asked.environment
        if environment is not None:
            self.badge.setText(environment_word(environment))
            self.badge.set_colours(environment_colour(environment, colours), mode_ink())
        self.badge.setVisible(environment is not None)
        top = QHBoxLayout()
        top.setSpacing(GRID)
        title = heading(self.asked.title, points=2.0)
        title.setWordWrap(True)
        if environment is Environment.LIVE:
            paint(title, colours.danger)
        top.addWidget(self.badge)
        top.addWidget(title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(top)
        for part in (self.facts, self.said, self.warning, self.not_again):
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(self.buttons)
