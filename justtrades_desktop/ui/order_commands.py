"""What the window can do with orders: look, ask, do, and say what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog, QWidget

from justtrades_desktop.domain.broker import BrokerOrder, BrokerPosition
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution import Executions, Finding, Preview, Ticket
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Decision
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.dialogs.confirm_order import Asked, ConfirmOrder
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.memory import Memory
from justtrades_desktop.ui.order_questions import Changes, OrderQuestions
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.wording import in_words

Ask = Callable[[QDialog], Awaitable[bool]]


class Came(NamedTuple):
    """What came of a command, in words, and whether that is what was wanted."""

    said: str
    good: bool = True


class OrderCommands(QObject):
    """Every command asks first; its result is None where the person said no."""

    def __init__(
        self,
        orders: OrderDesk,
        memory: Memory,
        *,
        ask: Ask,
        colours: Callable[[], Colours],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._orders = orders
        self._questions = OrderQuestions(orders)
        self._memory = memory
        self._ask = ask
        self._colours = colours
        self._window = parent
        self._last: dict[AccountKey, tuple[Ticket, datetime]] = {}

    # Orders by hand

    async def preview(self, ticket: Ticket) -> Preview:
        """What a ticket would do; why that cannot be said stands in ``refused``."""
        try:
            return await self._door().preview(ticket)
        except (UserError, NotStored) as error:
            return Preview(refused=in_words(error))

    async def place(self, ticket: Ticket) -> Came | None:
        """Send a ticket, after its preview and a question."""
        preview, repeat = await self.preview(ticket), self._repeated(ticket)
        if preview.refused:
            # A refusal that a confirmation lifts is a repeat within the account's limit.
            again = await self.preview(replace(ticket, confirmed=True))
            if again.refused:
                return Came(preview.refused, good=False)
            preview, repeat = again, preview.refused
        if not await self._may(self._questions.place(ticket, preview, repeat)):
            return None
        sent = replace(ticket, confirmed=bool(repeat))
        came = await self._do(lambda door: door.place(sent))
        if came.good:
            self._last[ticket.key] = (ticket, self._orders.now())
        return came

    async def modify(self, key: AccountKey, order: BrokerOrder, to: Changes) -> Came | None:
        """Change a working order's quantity or prices."""
        if not await self._may(self._questions.modify(key, order, to)):
            return None
        return await self._do(lambda door: door.modify(key, order.id, **to._asdict()))

    async def cancel(self, key: AccountKey, order: BrokerOrder) -> Came | None:
        """Cancel a working order."""
        if not await self._may(self._questions.cancel(key, order)):
            return None
        return await self._do(lambda door: door.cancel(key, order.id))

    async def cancel_all(self, key: AccountKey, count: int) -> Came | None:
        """Cancel all ``count`` working orders of an account."""
        if not await self._may(self._questions.cancel_all(key, count)):
            return None
        return await self._do(lambda door: door.cancel_all(key))

    # Positions

    async def close_position(self, key: AccountKey, position: BrokerPosition) -> Came | None:
        """Close what is open in a contract."""
        if not await self._may(self._questions.close(key, position)):
            return None
        return await self._do(lambda door: door.close_position(key, position.contract_id))

    async def reverse_position(self, key: AccountKey, position: BrokerPosition) -> Came | None:
        """Close what is open in a contract and enter as much on the other side."""
        if not await self._may(self._questions.reverse(key, position)):
            return None
        return await self._do(lambda door: door.reverse_position(key, position.contract_id))

    async def flatten(self, key: AccountKey) -> Came | None:
        """Cancel and close everything on one account."""
        if not await self._may(self._questions.flatten(key)):
            return None
        said = self.tr("Entries are paused. %1 is being flattened.").replace("%1", key.account)
        return await self._do(lambda door: door.flatten_all([key]), said)

    # Parked entries and findings

    async def send_parked(self, parked: Decision) -> Came | None:
        """Send a parked entry after all."""
        if not await self._may(self._questions.send_parked(parked)):
            return None
        return await self._do(lambda door: door.send_parked(parked.id), self.tr("It is sent now."))

    async def dismiss_parked(self, parked: Decision) -> Came | None:
        """Never send a parked entry; nothing is at stake, so nothing is asked."""
        said = self.tr("Dismissed: it is never sent.")
        return await self._do(lambda door: door.dismiss_parked(parked.id), said)

    async def repair(self, finding: Finding) -> Came | None:
        """Carry out the one repair of a finding."""
        if not await self._may(self._questions.repair(finding)):
            return None
        return await self._do(lambda door: door.repair(finding.id))

    # Inside

    async def _may(self, asked: Asked) -> bool:
        if asked.may_be_left_out and not self._memory.asks_on_paper(asked.action):
            return True
        dialog = ConfirmOrder(asked, self._colours(), self._window)
        not_again = dialog.not_again  # the dialog may be gone after the answer
        leave_out = False

        def look() -> None:
            nonlocal leave_out
            leave_out = not_again.isChecked()

        dialog.accepted.connect(look)
        yes = await self._ask(dialog)
        if yes and leave_out:
            self._memory.stop_asking_on_paper(asked.action)
        return yes

    async def _do(
        self, work: Callable[[Executions], Awaitable[str | None]], said: str = ""
    ) -> Came:
        try:
            return Came((await work(self._door())) or said)
        except (UserError, NotStored) as error:
            return Came(in_words(error), good=False)

    def _door(self) -> Executions:
        if self._orders.executions is None:
            raise UserError(
                self.tr("Orders cannot be sent: the broker's part is not running"),
                self.tr("The log in the data folder says why. Nothing was sent."),
            )
        return self._orders.executions

    def _repeated(self, ticket: Ticket) -> str:
        """Says so where the same was sent a moment ago from here, within the account's limit."""
        account, last = self._orders.account(ticket.key), self._last.get(ticket.key)
        if account is None or last is None or _what(last[0]) != _what(ticket):
            return ""
        seconds = (self._orders.now() - last[1]).total_seconds()
        if seconds > account.limits.repeat_seconds:
            return ""
        said = self.tr("You sent the same order %1 ago. This sends it once more.")
        return said.replace("%1", shown.age(seconds))


def _what(ticket: Ticket) -> tuple[object, ...]:
    """What makes it the same order again: prices follow the market, and do not."""
    return ticket.symbol, ticket.way, ticket.quantity, ticket.kind
