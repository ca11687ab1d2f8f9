"""What is filled in on a ticket, read as an order; or what is wrong with it, in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from PySide6.QtCore import QCoreApplication

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.execution import AccountState, Ticket
from justtrades_desktop.domain.orders import OrderKind, Way
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.views.ticket_form import PriceField, TicketForm

_FIELDS: Final[Mapping[OrderKind, tuple[str, ...]]] = {
    OrderKind.MARKET: (),
    OrderKind.LIMIT: ("price",),
    OrderKind.STOP: ("stop_price",),
    OrderKind.STOP_LIMIT: ("stop_price", "price"),
    OrderKind.TRAILING_STOP: ("distance",),
}
"""Which prices each kind of order needs."""
_OWN: Final[Mapping[OrderKind, str]] = {
    OrderKind.LIMIT: "price",
    OrderKind.STOP: "stop_price",
    OrderKind.STOP_LIMIT: "price",
}
"""Which of them the bracket is counted from; the last price where it is none."""


def tr(text: str) -> str:
    """A ticket's text, translated."""
    return QCoreApplication.translate("Ticket", text)


class Filled:
    """Reads the form anew at each question; changes nothing."""

    def __init__(self, form: TicketForm, orders: OrderDesk) -> None:
        self._form = form
        self._orders = orders

    @property
    def account(self) -> AccountState | None:
        """The chosen account, None where there is none."""
        key = self._form.account.currentData()
        return None if key is None else self._orders.account(key)

    @property
    def symbol(self) -> str:
        """The contract as it was typed."""
        return self._form.contract.currentText().strip().upper()

    @property
    def kind(self) -> OrderKind:
        """How the order is priced."""
        return OrderKind(self._form.kind.currentData())

    @property
    def needed(self) -> tuple[str, ...]:
        """The names of the price fields that count."""
        return _FIELDS[self.kind]

    @property
    def product(self) -> Product | None:
        """Tick size and value, None where nobody knows them."""
        account = self.account
        if account is None or not self.symbol:
            return None
        return self._orders.product(account.key.connection, self.symbol)

    @property
    def contract(self) -> str:
        """What the symbol is traded as."""
        account = self.account
        if account is None:
            return self.symbol
        return self._orders.contract_name(account.key.connection, self.symbol)

    def reference(self) -> Decimal | None:
        """What the bracket is counted from: the order's own price, else the last one."""
        account, own = self.account, _OWN.get(self.kind)
        if own is not None:
            return self._form.prices[own].number
        if account is None or not self.symbol:
            return None
        return self._orders.price(account.key.connection, self.symbol).price

    def ticket(self, way: Way) -> Ticket | None:
        """The order as it is filled in, None where a field is in trouble."""
        account = self.account
        if account is None or self.troubles(way):
            return None
        target, stop = self._form.bracket.prices(way)
        return Ticket(
            key=account.key,
            symbol=self.symbol,
            way=way,
            quantity=self._form.quantity.value(),
            kind=self.kind,
            price=self._number("price"),
            stop_price=self._number("stop_price"),
            distance=self._number("distance"),
            target=target,
            stop_loss=stop,
            time_in_force=str(self._form.until.currentData()),
        )

    def troubles(self, way: Way) -> str:
        """What is wrong with the fields; empty where nothing is."""
        said = [self.field_trouble(self._form.prices[name]) for name in self.needed]
        said.append(self._form.bracket.trouble(way))
        if not self.symbol:
            said.append(tr("Contract: type one, MNQ1! or MNQZ6 say."))
        return " ".join(text for text in said if text)

    def field_trouble(self, field: PriceField) -> str:
        """What is wrong with one price; empty where nothing is."""
        number, product = field.number, self.product
        if not field.field.text().strip():
            return tr("{}: needed for this kind of order.").format(field.name)
        if number is None:
            return tr("{}: not a positive number.").format(field.name)
        if product is not None and Fraction(number) % Fraction(product.tick_size):
            tick = shown.price(product.tick_size, None)
            return tr("{}: between two ticks; a tick is {}.").format(field.name, tick)
        return ""

    def _number(self, name: str) -> Decimal | None:
        return self._form.prices[name].number if name in self.needed else None
