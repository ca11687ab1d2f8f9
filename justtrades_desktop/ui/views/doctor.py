"""The doctor: what is not as it should be at the brokers, and the one safe thing to do about it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from justtrades_desktop.domain.execution import Repair
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui import order_words as words
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.delegates import tone_colours
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.models.broker_table import BrokerTable
from justtrades_desktop.ui.models.finding_rows import (
    FindingRow,
    finding_columns,
    finding_rows,
    trouble_tone,
)
from justtrades_desktop.ui.order_commands import Came, OrderCommands
from justtrades_desktop.ui.order_questions import repair_word
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.order_page import Look, OrderPage

_WIDTHS: Final = (14, 6, 13)


class DoctorView(QWidget):
    """Findings in a table, the chosen one in words with its repair below."""

    def __init__(
        self,
        orders: OrderDesk,
        commands: OrderCommands,
        bridge: Bridge,
        tasks: Tasks,
        colours: Colours,
    ) -> None:
        super().__init__()
        self.setObjectName("doctor")
        self._orders = orders
        self._commands = commands
        self._tasks = tasks
        self._colours = colours
        self._repairing = False
        self._came: Came | None = None
        look: Look[FindingRow] = Look(
            name=self.tr("Findings"),
            model=BrokerTable(finding_columns(), self),
            widths=_WIDTHS,
            mode=1,
            empty="",
        )
        self.page = OrderPage(look, bridge, colours)
        self.page.table.horizontalHeader().setSortIndicatorShown(False)
        self.page.chosen_changed.connect(self._show_chosen)
        self._make_words()
        self._lay_out()
        orders.changed.connect(self.refresh)
        self.set_colours(colours)
        self.refresh()

    # For the window

    @property
    def count(self) -> int:
        """How many findings there are."""
        return len(self._orders.state.findings)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self.page.set_colours(colours)
        paint(self.where, colours.muted)
        paint(self.repair_said, colours.muted)
        self._show_chosen()
        self._say(self._came)

    def refresh(self) -> None:
        """Show the findings of now; the first one is chosen where none was."""
        self.page.empty.setText(self._all_is_well())
        self.page.show_rows(finding_rows(self._orders))
        if self.page.chosen is None and self.page.model.rows:
            self.page.table.selectRow(0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    # What happens

    def _all_is_well(self) -> str:
        if not self._orders.present:
            return self.tr("There is no broker in this start, so there is nothing to look after.")
        if not self._orders.state.ready:
            return self.tr(
                "Not looked yet: what the brokers hold is still being compared with what the "
                "strategies want. No order goes out before."
            )
        return self.tr(
            "Nothing is wrong: every position has the exits its settings ask for, no order is in "
            "doubt, and nothing rests for a position that is gone."
        )

    def _show_chosen(self) -> None:
        row = self.page.chosen
        self.below.setVisible(row is not None)
        if row is None:
            return
        finding = row.finding
        self.title.setText(words.trouble_word(finding.trouble))
        paint(self.title, tone_colours(self._colours)[trouble_tone(row)])
        since = finding.since
        who = [
            shown.one_line(str(finding.key)),
            shown.one_line(finding.contract),
            row.strategy,
            ""
            if since is None
            else self.tr("since %1").replace("%1", shown.clock(since, self._orders.now())),
        ]
        self.where.setText(" · ".join(part for part in who if part))
        self.said.setText(shown.several_lines(finding.said))
        self.repair_said.setText(shown.several_lines(finding.repair_said))
        self.repair_said.setVisible(bool(finding.repair_said))
        word = repair_word(finding)
        self.repair.setText(self.tr("%1…").replace("%1", word))
        self.repair.setAccessibleName(word)
        self.repair.setVisible(finding.repair is not Repair.NONE)
        self.repair.setEnabled(not self._repairing)

    def _start(self) -> None:
        row = self.page.chosen
        if row is not None and not self._repairing:
            self._repairing = True
            _ = self._tasks.start(self._repair(row), name="repair")

    async def _repair(self, row: FindingRow) -> None:
        self._say(None)
        self._show_chosen()
        try:
            self._say(await self._commands.repair(row.finding))
        finally:
            self._repairing = False
            self._show_chosen()

    def _say(self, came: Came | None) -> None:
        self._came = came
        self.result.setText("" if came is None else shown.several_lines(came.said))
        self.result.setVisible(came is not None and bool(came.said))
        good = came is None or came.good
        paint(self.result, self._colours.text if good else self._colours.danger)

    # Building

    def _make_words(self) -> None:
        self.title, self.where = plain_label(), plain_label(wrap=True)
        bold = self.title.font()
        bold.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(bold)
        self.said, self.repair_said = plain_label(wrap=True), plain_label(wrap=True)
        for label in (self.said, self.repair_said):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.repair = QPushButton()
        self.repair.setMinimumHeight(CONTROL)
        self.repair.setAutoDefault(False)
        self.repair.clicked.connect(self._start)
        self.result = plain_label(wrap=True)
        self.result.setAccessibleName(self.tr("What came of it"))
        self.result.setContentsMargins(GRID, GRID // 2, GRID, GRID)

    def _lay_out(self) -> None:
        self.below = QFrame()
        words_of_it = QVBoxLayout(self.below)
        words_of_it.setContentsMargins(GRID, GRID, GRID, GRID)
        words_of_it.setSpacing(GRID)
        for part in (self.title, self.where, self.said, self.repair_said, self.repair):
            words_of_it.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.page, 1)
        layout.addWidget(self.below)
        layout.addWidget(self.result)
