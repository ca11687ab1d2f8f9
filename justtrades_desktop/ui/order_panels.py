"""The panels of orders in the window: the tab "Orders", and the docks "Ticket" and "Doctor"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDockWidget, QWidget

from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.memory import Memory
from justtrades_desktop.ui.order_commands import OrderCommands
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.views.doctor import DoctorView
from justtrades_desktop.ui.views.orders import OrdersView
from justtrades_desktop.ui.views.ticket import TicketView

if TYPE_CHECKING:
    from justtrades_desktop.ui.window import MainWindow


class OrderPanels(QObject):
    """Made in every start, shown only where there are brokers."""

    def __init__(
        self, window: MainWindow, orders: OrderDesk, bridge: Bridge, tasks: Tasks, memory: Memory
    ) -> None:
        super().__init__(window)
        self._orders = orders
        self._memory = memory
        colours = window.theme.colours
        self.commands = OrderCommands(
            orders,
            memory,
            ask=window.decisions.decide,
            colours=lambda: window.theme.colours,
            parent=window,
        )
        self.orders = OrdersView(orders, self.commands, bridge, tasks, colours)
        self.ticket = TicketView(orders, self.commands, bridge, tasks, colours)
        self.doctor = DoctorView(orders, self.commands, bridge, tasks, colours)
        self.ticket_dock = _dock(window, "ticket", self.tr("Ticket"), self.ticket)
        self.doctor_dock = _dock(window, "doctor", self.tr("Doctor"), self.doctor)
        self.ticket.arm_wanted.connect(window.safety.arm)
        if window.broker_commands is not None:
            self.ticket.connect_wanted.connect(window.broker_commands.add)
        orders.changed.connect(self._count)
        self._count()

    @property
    def present(self) -> bool:
        """Whether this start has brokers at all."""
        return self._orders.present or self._orders.brokers.present

    @property
    def docks(self) -> tuple[QDockWidget, ...]:
        """Ticket and doctor; none in a start without brokers."""
        return (self.ticket_dock, self.doctor_dock) if self.present else ()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        for view in (self.orders, self.ticket, self.doctor):
            view.set_colours(colours)

    def keep_away(self) -> None:
        """Another page is shown, or there are no brokers."""
        for dock in (self.ticket_dock, self.doctor_dock):
            dock.hide()

    def ask_again(self) -> None:
        """Ask every question on PAPER again."""
        self._memory.ask_on_paper_again()

    def _count(self) -> None:
        count = self.doctor.count
        title = self.tr("Doctor")
        title = f"{title} {count}" if count else title
        if self.doctor_dock.windowTitle() != title:
            self.doctor_dock.setWindowTitle(title)


def _dock(window: QWidget, name: str, title: str, content: QWidget) -> QDockWidget:
    dock = QDockWidget(title, window)
    dock.setObjectName(name)  # saveState goes by it
    dock.setWidget(content)
    return dock
