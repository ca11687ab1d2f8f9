"""What can be done with the chosen account: arm, disarm, limit; and whether orders reach it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.execution import AccountState
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.ui.broker_words import environment_colour, environment_word
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.mode import mode_ink
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.connection_card import Badge


class AccountActions(QWidget):
    """One line under the table of accounts; what is wanted goes out with the account's key."""

    arm_wanted = Signal(AccountKey)
    disarm_wanted = Signal(AccountKey)
    limits_wanted = Signal(AccountKey)

    def __init__(self) -> None:
        super().__init__()
        self._account: AccountState | None = None
        self.badge = Badge()
        self.said = plain_label()
        self.switch, self.limits = QPushButton(), QPushButton(self.tr("Limits…"))
        self.switch.clicked.connect(self._on_switch)
        self.limits.clicked.connect(self._on_limits)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        row.setSpacing(GRID)
        row.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.said, 1)
        for button in (self.switch, self.limits):
            button.setMinimumHeight(CONTROL)
            button.setAutoDefault(False)
            row.addWidget(button)

    def show_account(self, account: AccountState | None, colours: Colours) -> None:
        """Follow the choice and what is known of it; nothing is shown for None."""
        self._account = account
        self.setVisible(account is not None)
        if account is None:
            return
        name = one_line(account.key.account)
        live = account.environment is Environment.LIVE
        self.badge.setText(environment_word(account.environment))
        self.badge.set_colours(environment_colour(account.environment, colours), mode_ink())
        self.said.setText(f"{name}: {self._said(account)}")
        paint(self.said, colours.danger if live and account.armed else colours.text)
        self.switch.setText(self.tr("Disarm") if account.armed else self.tr("Arm…"))
        self.switch.setVisible(live)
        for button in (self.switch, self.limits):
            button.setAccessibleName(f"{button.text().replace('…', '')} {name}")

    def _said(self, account: AccountState) -> str:
        if account.environment is not Environment.LIVE:
            return self.tr("takes orders, with no real money")
        if account.armed:
            return self.tr("ARMED: orders go out with real money until the program ends")
        return self.tr("not armed: no entry is sent; every start begins so")

    def _on_switch(self) -> None:
        if self._account is not None:
            wanted = self.disarm_wanted if self._account.armed else self.arm_wanted
            wanted.emit(self._account.key)

    def _on_limits(self) -> None:
        if self._account is not None:
            self.limits_wanted.emit(self._account.key)
