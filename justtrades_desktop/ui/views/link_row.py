"""One link in a line or two: whose money, the account, its mode, what it holds, what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.links import Link, LinkMode
from justtrades_desktop.domain.orders import Held
from justtrades_desktop.ui.broker_words import environment_colour, environment_word
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.link_summary import in_a_sentence
from justtrades_desktop.ui.mode import mode_ink
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.connection_card import Badge
from justtrades_desktop.ui.views.mode_switch import ModeSwitch
from justtrades_desktop.ui.wording import held_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A link as the list shows it; ``environment`` None where its account is not connected."""

    link: Link
    strategy: str
    environment: Environment | None = None
    armed: bool = False
    held: Sequence[Held] = ()
    wrong: Sequence[str] = ()


class LinkRow(QFrame):
    """What is to be done with it goes out with its id."""

    mode_wanted = Signal(int, LinkMode)
    edit_wanted = Signal(int)
    remove_wanted = Signal(int)

    def __init__(self, linked: Linked, colours: Colours) -> None:
        super().__init__()
        self._id = linked.link.id
        name = f"{linked.strategy}, {linked.link.key}"
        self.badge = Badge()
        self.account = plain_label(one_line(str(linked.link.key)))
        font = self.account.font()
        font.setBold(True)
        self.account.setFont(font)
        self.switch = ModeSwitch(self.tr("Mode of %1").replace("%1", one_line(name)))
        self.holds = plain_label()
        self.trouble, self.told, self.wrong = (plain_label(wrap=True) for _ in range(3))
        self.edit = self._button(self.tr("Edit…"), name)
        self.remove = self._button(self.tr("Remove…"), name)
        self.switch.mode_wanted.connect(lambda mode: self.mode_wanted.emit(self._id, mode))
        self.edit.clicked.connect(lambda: self.edit_wanted.emit(self._id))
        self.remove.clicked.connect(lambda: self.remove_wanted.emit(self._id))
        self._lay_out()
        self.show_linked(linked, colours)

    def show_linked(self, linked: Linked, colours: Colours) -> None:
        """Show how it is now."""
        mode, environment = linked.link.mode, linked.environment
        self.badge.setText(self.tr("?") if environment is None else environment_word(environment))
        ground = colours.muted if environment is None else environment_colour(environment, colours)
        self.badge.set_colours(ground, mode_ink())
        grounds = {LinkMode.OFF: colours.muted, LinkMode.SHADOW: colours.accent}
        self.switch.show_mode(mode, grounds.get(mode, ground))
        self.holds.setText(_holds(linked.held) or self.tr("holds nothing"))
        paint(self.holds, colours.text if linked.held else colours.muted)
        self._tell(self.trouble, self._trouble(linked))
        paint(self.trouble, colours.warning)
        self._tell(self.told, in_a_sentence(linked.link.settings))
        paint(self.told, colours.muted)
        self._tell(self.wrong, "\n".join(linked.wrong))
        paint(self.wrong, colours.warning)

    def _trouble(self, linked: Linked) -> str:
        armed = linked.link.mode is LinkMode.ARMED
        if linked.environment is None:
            return self.tr("The account is not connected: nothing is sent.")
        if armed and linked.environment is Environment.LIVE and not linked.armed:
            return self.tr("The LIVE account is not armed: nothing is sent until it is.")
        return ""

    def _tell(self, label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))

    def _button(self, text: str, name: str) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(f"{text.replace('…', '')} {one_line(name)}")
        button.setMinimumHeight(CONTROL)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        top.addWidget(self.account)
        top.addSpacing(GRID)
        top.addWidget(self.switch)
        top.addSpacing(GRID)
        top.addWidget(self.holds)
        top.addStretch(1)
        top.addWidget(self.edit)
        top.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        column.setSpacing(GRID // 2)
        column.addLayout(top)
        for label in (self.trouble, self.told, self.wrong):
            column.addWidget(label)


def _holds(held: Sequence[Held]) -> str:
    return ", ".join(
        f"{held_in_words(each.own)} {one_line(each.contract)}" for each in held if each.own
    )
