"""The caps of one account: each with a sentence, and each off while it is empty."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QWidget

from justtrades_desktop.domain.execution import AccountState, Executions
from justtrades_desktop.domain.links import AccountLimits
from justtrades_desktop.ui.dialogs.form import FormDialog, Rows
from justtrades_desktop.ui.dialogs.link_fields import Editor, MaybeNumber, WholeNumber
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.parts import plain_label
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours


class LimitsDialog(FormDialog):
    """Edits all of :class:`AccountLimits`; ``editors`` are by the names of its fields."""

    def __init__(
        self,
        executions: Executions,
        account: AccountState,
        tasks: Tasks,
        colours: Colours,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._executions = executions
        self._account = account
        name = one_line(str(account.key))
        self.setWindowTitle(self.tr("Limits of %1").replace("%1", name))
        self.do_button.setText(self.tr("Save"))
        self.do_button.setAccessibleName(self.do_button.text())
        none = self.tr("no limit")
        self.editors: dict[str, Editor] = {
            "order": MaybeNumber(none),
            "position": MaybeNumber(none),
            "account": MaybeNumber(none),
            "minute": MaybeNumber(none),
            "day": MaybeNumber(none),
            "repeat_seconds": WholeNumber(behind=self.tr(" s")),
            "daily_loss_at_broker": MaybeNumber(none, whole=False),
        }
        self._lay_out()
        self.fill(account.limits)
        self.editors["order"].setFocus()

    def fill(self, limits: AccountLimits) -> None:
        """Show ``limits``."""
        for name, editor in self.editors.items():
            editor.fill(getattr(limits, name))

    @property
    def limits(self) -> AccountLimits:
        """What stands there now.

        Raises:
            UserError: a number is none.
        """
        read: dict[str, Any] = {name: editor.read() for name, editor in self.editors.items()}
        return AccountLimits(**read)

    async def carry_out(self) -> bool:
        """Set them."""
        await self._executions.set_limits(self._account.key, self.limits)
        return True

    def _lay_out(self) -> None:
        said = self.tr(
            "Limits refuse entries and adds, never exits. A refused entry names the limit that "
            "refused it. An empty field is no limit."
        )
        self.body.addWidget(plain_label(said, wrap=True))
        rows = Rows(self.colours)
        for name, label, sentence in self._rows():
            editor = self.editors[name]
            rows.add(label, editor, sentence)
            editor.name_as(label.replace("&", ""))
            editor.explain(sentence)
        self.body.addLayout(rows)
        # The broker's own limit cannot be set everywhere.
        can_be_set = not self._account.loss_at_broker_said
        self.editors["daily_loss_at_broker"].setEnabled(can_be_set)

    def _rows(self) -> tuple[tuple[str, str, str], ...]:
        a = self._account
        return (
            ("order", self.tr("One &order"), self.tr("Contracts of one order.")),
            ("position", self.tr("One &contract"), self.tr("Contracts held in one contract.")),
            (
                "account",
                self.tr("Whole &account"),
                self.tr("Contracts held in all together; now %1.").replace("%1", str(a.held)),
            ),
            (
                "minute",
                self.tr("Orders a &minute"),
                self.tr("Orders that open or add; in the last minute %1.").replace(
                    "%1", str(a.entries_minute)
                ),
            ),
            (
                "day",
                self.tr("Orders a &day"),
                self.tr("Orders that open or add; today %1.").replace("%1", str(a.entries_day)),
            ),
            (
                "repeat_seconds",
                self.tr("&Repeat"),
                self.tr("An entry just like the last one within this time waits for you."),
            ),
            ("daily_loss_at_broker", self.tr("Daily &loss at the broker"), self._at_broker()),
        )

    def _at_broker(self) -> str:
        a = self._account
        if a.loss_at_broker_said:
            return self.tr("Cannot be set here: %1").replace("%1", one_line(a.loss_at_broker_said))
        said = self.tr(
            "At this loss of a day the broker itself flattens the account, also while this "
            "program is off. Set there now: %1."
        )
        now = a.loss_at_broker
        return said.replace("%1", self.tr("nothing") if now is None else f"{now:,.2f}")
