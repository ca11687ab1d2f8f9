"""Arming: the questions that stand before real orders."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.execution import AccountState, Executions
from justtrades_desktop.domain.links import Link
from justtrades_desktop.ui.broker_words import environment_colour
from justtrades_desktop.ui.dialogs.form import FormDialog, Rows
from justtrades_desktop.ui.dialogs.plain import Question
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.mode import mode_ink
from justtrades_desktop.ui.parts import heading, plain_label
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.views.connection_card import Badge

translate = QCoreApplication.translate


class TypedLine(QLineEdit):
    """Takes what is typed and nothing that is pasted or dropped.

    The name stands right above: copied, it would prove that somebody can copy, not that they have
    read whose money it is. Speech and keyboards on the screen type, and work.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setMaxLength(200)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Every key but those that paste."""
        if event.matches(QKeySequence.StandardKey.Paste):
            event.accept()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The middle button pastes the selection on some systems."""
        if event.button() is not Qt.MouseButton.MiddleButton:
            super().mouseReleaseEvent(event)


class ArmDialog(FormDialog):
    """Arms a LIVE account once its name has been typed exactly."""

    def __init__(
        self,
        executions: Executions,
        account: AccountState,
        links: Sequence[str],
        tasks: Tasks,
        colours: Colours,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._executions = executions
        self._account = account
        self.setWindowTitle(self.tr("Arm a LIVE account"))
        self.do_button.setText(self.tr("Arm"))
        self.do_button.setAccessibleName(self.do_button.text())
        self.badge = Badge()
        self.badge.setText(self.tr("LIVE"))
        self.badge.set_colours(environment_colour(Environment.LIVE, colours), mode_ink())
        self.typed = TypedLine()
        self.typed.textChanged.connect(self._follow)
        self._lay_out(links)
        self._follow()
        self.typed.setFocus()

    async def carry_out(self) -> bool:
        """Arm it, if the name is right."""
        if not self._is_right:
            return False
        await self._executions.arm(self._account.key, self.typed.text())
        return True

    async def _attempt(self) -> None:
        await super()._attempt()
        self._follow()

    @property
    def _is_right(self) -> bool:
        return self.typed.text() == self._account.key.account

    def _follow(self) -> None:
        self.do_button.setEnabled(self._is_right)

    def _lay_out(self, links: Sequence[str]) -> None:
        name = heading(one_line(self._account.key.account))
        name.setAccessibleName(self.tr("The account's name"))
        self.body.addWidget(self.badge, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(name)
        self.body.addWidget(plain_label(self._said(links), wrap=True))
        rows = Rows(self.colours)
        rows.add(
            self.tr("&Type its name"),
            self.typed,
            self.tr(
                "Exactly as above, by hand: pasting is off, so that whoever arms it has read it."
            ),
        )
        self.body.addLayout(rows)

    def _said(self, links: Sequence[str]) -> str:
        connection = one_line(self._account.key.connection)
        said = self.tr(
            "This is real money on “%1”. Once armed, signals and the ticket send orders to it at "
            "once. It stays armed until you disarm it, with one click, or the program ends: "
            "after every start it is disarmed again."
        ).replace("%1", connection)
        if not links:
            return said + "\n\n" + self.tr("No armed link trades on it yet.")
        names = ", ".join(links)
        return said + "\n\n" + self.tr("Armed links on it: %1.").replace("%1", names)


def arm_link(
    link: Link,
    strategy: str,
    account: AccountState | None,
    wrong: Sequence[str],
    parent: QWidget | None = None,
) -> Question:
    """Asks before a link sends orders; ``wrong`` are its contradictions. No is the default."""
    title = translate("Arm", "Arm “%1” on %2?").replace("%1", one_line(strategy))
    return Question(
        title.replace("%2", one_line(str(link.key))),
        _meaning(account, wrong),
        yes=translate("Arm", "Arm"),
        no=translate("Arm", "Leave it as it is"),
        parent=parent,
    )


def _meaning(account: AccountState | None, wrong: Sequence[str]) -> str:
    lines = [translate("Arm", "From now on its signals send orders to this account.")]
    if account is not None and account.environment is Environment.LIVE:
        lines = [translate("Arm", "From now on its signals send orders with REAL MONEY.")]
        if not account.armed:
            lines.append(
                translate("Arm", "The account itself is not armed: until it is, nothing is sent.")
            )
    return "\n\n".join([*lines, *wrong])
