"""The orders panel: what works, what is held, what was traded, what was decided, what waits."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QTabWidget, QVBoxLayout, QWidget

from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.models import decision_rows, execution_rows, held_rows
from justtrades_desktop.ui.models.broker_table import BrokerTable
from justtrades_desktop.ui.models.decision_rows import DecisionRow
from justtrades_desktop.ui.models.execution_rows import ExecutionRow
from justtrades_desktop.ui.models.held_rows import HeldLine
from justtrades_desktop.ui.models.working_rows import (
    Field,
    WorkingRow,
    WorkingTable,
    working_rows,
)
from justtrades_desktop.ui.order_commands import Came, OrderCommands
from justtrades_desktop.ui.order_questions import Changes
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.views.decision_page import DecisionPage
from justtrades_desktop.ui.views.order_page import Look, OrderPage, let_edit

_SECOND_MS: Final = 1000  # how often ages grow
_EDITED: Final = (Field.QUANTITY, Field.LIMIT, Field.STOP)
_WORKING: Final = (6, 8, 12, 5, 7, 4, 3, 5, 11, 8, 8, 8, 6, 5)
_SPARE: Final = (Field.UNTIL, Field.FILLED, Field.AGE)
_HELD: Final = (6, 8, 7, 4, 9, 9, 10, 14, 7, 6, 6)
_EXECUTIONS: Final = (8, 6, 8, 4, 3, 7, 9, 8, 7, 14, 6, 7)
_DECISIONS: Final = (8, 12, 17, 6, 8, 20, 12, 26, 26, 60)


class OrdersView(QWidget):
    """Five tables, and below them what came of the last command."""

    def __init__(
        self,
        orders: OrderDesk,
        commands: OrderCommands,
        bridge: Bridge,
        tasks: Tasks,
        colours: Colours,
    ) -> None:
        super().__init__()
        self.setObjectName("orders")
        self._orders = orders
        self._commands = commands
        self._tasks = tasks
        self._colours = colours
        self._came: Came | None = None
        self._shown: tuple[object, ...] = ()
        self._make_pages(bridge, colours)
        self._make_buttons()
        self.result = plain_label(wrap=True)
        self.result.setAccessibleName(self.tr("What came of it"))
        self.result.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        self.result.hide()
        self._lay_out()
        self._clock = QTimer(self)
        self._clock.setInterval(_SECOND_MS)
        self._clock.timeout.connect(self.refresh)
        orders.changed.connect(self._on_changed)
        bridge.prices_moved.connect(self._on_prices)
        self.set_colours(colours)
        self.refresh()

    # For the window

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        for page in self.pages:
            page.set_colours(colours)
        self._edit.set_colours(colours)
        self._paint_result()

    def refresh(self) -> None:
        """Show what was told last, as old as it is now."""
        self.working.show_rows(working_rows(self._orders))
        self.held.show_rows(held_rows.held_lines(self._orders))
        told = self._told()
        if told != self._shown:
            self._shown = told
            self._show_past()
        self._count()

    def _show_past(self) -> None:
        """What does not grow older: hundreds of lines, shown anew only when they are new."""
        self.executions.show_rows(execution_rows.execution_rows(self._orders))
        self.decisions.show_decisions([*decision_rows.decision_rows(self._orders)])
        parked = self._orders.state.parked
        self.parked.show_rows(decision_rows.decision_rows(self._orders, parked))

    def _told(self) -> tuple[object, ...]:
        """All that the lines of the past are made of."""
        orders, state = self._orders, self._orders.state
        lists = (state.executions, state.decisions, state.parked, state.intents, state.accounts)
        return (
            *(tuple(listed) for listed in lists),
            tuple(orders.strategy(link.id) for link in state.links),
            tuple((broker.name, broker.contracts) for broker in orders.brokers.states),
        )

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    # What happens

    def _on_changed(self) -> None:
        if self.isVisible():
            self.refresh()

    def _on_prices(self) -> None:
        if self.held.isVisible():
            self.held.show_rows(held_rows.held_lines(self._orders))

    def _count(self) -> None:
        for at, page in enumerate(self.pages):
            count = len(page.model.rows)
            text = f"{page.name} {count}" if page in self._counted else page.name
            if self.sections.tabText(at) != text:
                self.sections.setTabText(at, text)

    def _start(self, work: Coroutine[Any, Any, Came | None], name: str) -> None:
        _ = self._tasks.start(self._carry_out(work), name=name)

    async def _carry_out(self, work: Coroutine[Any, Any, Came | None]) -> None:
        self._say(None)
        self._say(await work)

    def _say(self, came: Came | None) -> None:
        self._came = came
        self.result.setText("" if came is None else shown.several_lines(came.said))
        self.result.setVisible(came is not None and bool(came.said))
        self._paint_result()

    def _paint_result(self) -> None:
        good = self._came is None or self._came.good
        paint(self.result, self._colours.text if good else self._colours.danger)

    # The commands

    def _modify(self, row: WorkingRow, to: Changes) -> None:
        self._start(self._commands.modify(row.account, row.order, to), "modify order")

    def _cancel(self) -> None:
        row = self.working.chosen
        if row is not None:
            self._start(self._commands.cancel(row.account, row.order), "cancel order")

    def _cancel_all(self) -> None:
        row = self.working.chosen
        if row is not None:
            count = sum(other.account == row.account for other in self.working.model.rows)
            self._start(self._commands.cancel_all(row.account, count), "cancel all orders")

    def _close(self) -> None:
        row = self.held.chosen
        if row is not None:
            work = self._commands.close_position(row.account, row.position)
            self._start(work, "close position")

    def _reverse(self) -> None:
        row = self.held.chosen
        if row is not None:
            work = self._commands.reverse_position(row.account, row.position)
            self._start(work, "reverse position")

    def _flatten(self) -> None:
        row = self.held.chosen
        if row is not None:
            self._start(self._commands.flatten(row.account), "flatten account")

    def _send_parked(self) -> None:
        row = self.parked.chosen
        if row is not None:
            self._start(self._commands.send_parked(row.decision), "send parked")

    def _dismiss_parked(self) -> None:
        row = self.parked.chosen
        if row is not None:
            self._start(self._commands.dismiss_parked(row.decision), "dismiss parked")

    def _name_accounts(self) -> None:
        """Buttons that act on a whole account name it."""
        working, held = self.working.chosen, self.held.chosen
        _rename(self.cancel_all, self.tr("Cancel all on %1…"), self.tr("Cancel all…"), working)
        _rename(self.flatten, self.tr("Flatten %1…"), self.tr("Flatten account…"), held)

    # Building

    def _make_pages(self, bridge: Bridge, colours: Colours) -> None:
        working_table = WorkingTable(self)
        self.working = OrderPage(self._working_look(working_table), bridge, colours)
        self.held = OrderPage(self._held_look(), bridge, colours)
        self.executions = OrderPage(self._executions_look(), bridge, colours)
        decisions = self._decision_look(
            self.tr("Decisions"),
            self.tr(
                "No signal has met a link yet. Link a strategy to an account: each of its signals "
                "gets a line here, in shadow mode too, with what was made of it and why."
            ),
        )
        parked = self._decision_look(
            self.tr("Parked"),
            self.tr(
                "Nothing is parked. Entries that came too late, or while a broker was away, wait "
                "here until you send or dismiss them."
            ),
        )
        self.decisions = DecisionPage(decisions, bridge, colours)
        self.parked = OrderPage(parked, bridge, colours)
        self.pages: tuple[OrderPage[Any], ...] = (
            self.working,
            self.held,
            self.executions,
            self.decisions,
            self.parked,
        )
        self._counted = (self.working, self.held, self.parked)
        self._edit = let_edit(self.working, colours, _EDITED)
        working_table.edited.connect(self._modify)
        working_table.refused.connect(lambda said: self._say(Came(said, good=False)))

    def _working_look(self, table: WorkingTable) -> Look[WorkingRow]:
        return Look(
            name=self.tr("Working orders"),
            model=table,
            widths=_WORKING,
            spare=_SPARE,
            empty=self.tr(
                "No order works at a broker. Arm a link of a strategy, or send an order from the "
                "ticket: what waits to be filled stands here and can be edited in place."
            ),
        )

    def _held_look(self) -> Look[HeldLine]:
        return Look(
            name=self.tr("Broker positions"),
            model=BrokerTable(held_rows.held_columns(), self),
            widths=_HELD,
            empty=self.tr(
                "No account holds anything. What a broker confirms to be open stands here, with "
                "the stops and targets that rest for it."
            ),
        )

    def _executions_look(self) -> Look[ExecutionRow]:
        return Look(
            name=self.tr("Executions"),
            model=BrokerTable(execution_rows.execution_columns(), self),
            widths=_EXECUTIONS,
            mode=1,
            newest_first=True,
            empty=self.tr(
                "Nothing was filled yet. Each fill stands here with its slippage and its delay "
                "against the signal."
            ),
        )

    def _decision_look(self, name: str, empty: str) -> Look[DecisionRow]:
        return Look(
            name=name,
            model=BrokerTable(decision_rows.decision_columns(), self),
            widths=_DECISIONS,
            mode=3,
            chips=[decision_rows.VERDICT],
            newest_first=True,
            empty=empty,
        )

    def _make_buttons(self) -> None:
        add = self.working.add_button
        self.cancel = add(self.tr("Cancel order…"), self._cancel)
        self.cancel_all = add(self.tr("Cancel all…"), self._cancel_all)
        add = self.held.add_button
        self.close_button = add(self.tr("Close…"), self._close)
        self.reverse = add(self.tr("Reverse…"), self._reverse)
        self.flatten = add(self.tr("Flatten account…"), self._flatten)
        add = self.parked.add_button
        self.send_now = add(self.tr("Send now…"), self._send_parked)
        self.dismiss = add(self.tr("Dismiss"), self._dismiss_parked)
        for page in (self.working, self.held, self.parked):
            page.bar.addStretch(1)
        for page in (self.working, self.held):
            page.chosen_changed.connect(self._name_accounts)

    def _lay_out(self) -> None:
        self.sections = QTabWidget()
        self.sections.setDocumentMode(True)
        self.sections.setAccessibleName(self.tr("Orders, positions, fills and decisions"))
        for page in self.pages:
            self.sections.addTab(page, page.name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.sections, 1)
        layout.addWidget(self.result)


def _rename(
    button: QPushButton, named: str, unnamed: str, row: WorkingRow | HeldLine | None
) -> None:
    account = "" if row is None else shown.one_line(row.account.account)
    text = named.replace("%1", account.replace("&", "&&")) if account else unnamed
    if button.text() != text:
        button.setText(text)
        button.setAccessibleName(text.replace("…", ""))
