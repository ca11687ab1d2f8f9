"""The questions before orders: each names action, account, side, quantity and contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from justtrades_desktop.domain.broker import BrokerOrder, BrokerPosition
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.execution import Finding, Preview, Ticket
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Decision, way_of
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui import order_words as words
from justtrades_desktop.ui.broker_words import environment_word
from justtrades_desktop.ui.dialogs.confirm_order import Asked
from justtrades_desktop.ui.executions import OrderDesk
from justtrades_desktop.ui.views.facts import Fact
from justtrades_desktop.ui.wording import held_in_words


def tr(text: str) -> str:
    """A question's text, translated."""
    return QCoreApplication.translate("OrderQuestions", text)


class Changes(NamedTuple):
    """What shall be changed of a working order; None stays as it is."""

    quantity: int | None = None
    price: Decimal | None = None
    stop_price: Decimal | None = None


class OrderQuestions:
    """Words only: nothing here is shown or sent."""

    def __init__(self, orders: OrderDesk) -> None:
        self._orders = orders

    def place(self, ticket: Ticket, preview: Preview, repeat: str) -> Asked:
        """Before a ticket is sent; ``repeat`` says that it was sent a moment ago."""
        contract = shown.one_line(preview.contract or ticket.symbol)
        product = self._orders.product(ticket.key.connection, ticket.symbol)
        what = f"{words.way_word(ticket.way)} {ticket.quantity} {contract}"
        return self._asked(
            "place",
            ticket.key,
            what=what,
            yes=what,
            no=tr("Do not send"),
            facts=[
                Fact(tr("Side"), words.way_word(ticket.way)),
                Fact(tr("Quantity"), str(ticket.quantity)),
                Fact(tr("Contract"), contract),
                Fact(tr("Order"), words.ticket_priced(ticket, product)),
                Fact(tr("Until"), ticket.time_in_force),
                *_bracket(ticket, product),
            ],
            said=words.stakes(preview),
            warning=repeat,
        )

    def modify(self, key: AccountKey, order: BrokerOrder, to: Changes) -> Asked:
        """Before a working order is changed."""
        product = self._orders.product(key.connection, order.symbol)
        return self._asked(
            "modify",
            key,
            what=tr("Change the order: {}").format(order_said(order)),
            yes=tr("Change it"),
            no=tr("Leave it as it is"),
            facts=[*_order_facts(order, product), *_changes(order, to, product)],
        )

    def cancel(self, key: AccountKey, order: BrokerOrder) -> Asked:
        """Before a working order is cancelled."""
        product = self._orders.product(key.connection, order.symbol)
        return self._asked(
            "cancel",
            key,
            what=tr("Cancel the order: {}").format(order_said(order)),
            yes=tr("Cancel the order"),
            no=tr("Keep it"),
            facts=_order_facts(order, product),
        )

    def cancel_all(self, key: AccountKey, count: int) -> Asked:
        """Before all orders of an account are cancelled."""
        return self._asked(
            "cancel all",
            key,
            what=tr("Cancel all working orders ({})").format(count),
            yes=tr("Cancel all"),
            no=tr("Keep them"),
            said=tr("Stops and targets too: what is open then has no protection at the broker."),
        )

    def close(self, key: AccountKey, position: BrokerPosition) -> Asked:
        """Before a position is closed."""
        held = f"{held_in_words(position.net)} {shown.one_line(position.symbol)}"
        return self._asked(
            "close",
            key,
            what=tr("Close {}").format(held),
            yes=tr("Close it"),
            no=tr("Keep it"),
            facts=_position_facts(position, -position.net),
            said=tr("Its orders are cancelled first, then it is closed at the market."),
        )

    def reverse(self, key: AccountKey, position: BrokerPosition) -> Asked:
        """Before a position is turned round."""
        held = f"{held_in_words(position.net)} {shown.one_line(position.symbol)}"
        return self._asked(
            "reverse",
            key,
            what=tr("Reverse {} to {}").format(held, held_in_words(-position.net)),
            yes=tr("Reverse it"),
            no=tr("Keep it"),
            facts=_position_facts(position, -2 * position.net),
            said=tr(
                "It is closed at the market and verified flat; then as much is entered on the "
                "other side, without target and stop."
            ),
        )

    def flatten(self, key: AccountKey) -> Asked:
        """Before an account is flattened."""
        return self._asked(
            "flatten",
            key,
            what=tr("Flatten the account"),
            yes=tr("Flatten it"),
            no=tr("Do not"),
            said=tr(
                "Entries are paused on all accounts until you resume them. All working orders of "
                "this account are cancelled, all that is open is closed at the market and verified."
            ),
        )

    def send_parked(self, parked: Decision) -> Asked:
        """Before a parked entry is sent after all."""
        size = parked.wanted - parked.before
        contract = shown.one_line(parked.contract or parked.symbol)
        way = words.way_word(way_of(size))
        return self._asked(
            "send parked",
            parked.key,
            what=f"{way} {abs(size)} {contract}",
            yes=tr("Send now"),
            no=tr("Leave it parked"),
            facts=[
                Fact(tr("Strategy"), self._orders.strategy(parked.link_id) or shown.UNKNOWN),
                Fact(tr("Side"), way),
                Fact(tr("Quantity"), str(abs(size))),
                Fact(tr("Contract"), contract),
                Fact(tr("Parked"), shown.one_line(parked.reason) or shown.UNKNOWN),
            ],
            said=tr("It is sent at the price of now, which may be far from the signal's."),
        )

    def repair(self, finding: Finding) -> Asked:
        """Before the one repair of a finding."""
        return self._asked(
            "repair",
            finding.key,
            what=f"{words.trouble_word(finding.trouble)}: {shown.one_line(finding.contract)}",
            yes=repair_word(finding),
            no=tr("Leave it"),
            facts=[
                Fact(tr("Found"), shown.one_line(finding.said)),
                Fact(tr("Repair"), shown.one_line(finding.repair_said)),
            ],
        )

    def _asked(
        self,
        action: str,
        key: AccountKey,
        *,
        what: str,
        yes: str,
        no: str,
        facts: Sequence[Fact] = (),
        said: str = "",
        warning: str = "",
    ) -> Asked:
        environment = self._orders.environment(key)
        where = shown.one_line(key.account)
        if environment is not None:
            where = f"{environment_word(environment)} {where}"
        account = f"{shown.one_line(key.connection)} / {shown.one_line(key.account)}"
        return Asked(
            action=action,
            title=tr("{} on {}?").format(what, where),
            yes=yes,
            no=no,
            environment=environment,
            facts=[Fact(tr("Account"), account), *facts],
            said=said,
            warning=warning,
        )


def order_said(order: BrokerOrder) -> str:
    """An order in a few words: ``Sell 2 MNQZ6``."""
    size = shown.UNKNOWN if order.quantity is None else str(order.quantity)
    return f"{shown.one_line(order.action)} {size} {shown.one_line(order.symbol)}"


def repair_word(finding: Finding) -> str:
    """What the button of a repair says."""
    return {
        "protect": tr("Protect it"),
        "cancel orders": tr("Cancel the orders"),
        "reduce": tr("Reduce it"),
        "close": tr("Close it"),
        "accept": tr("Accept it"),
    }.get(finding.repair.value, "")


def _bracket(ticket: Ticket, product: Product | None) -> Iterator[Fact]:
    for name, price in ((tr("Target"), ticket.target), (tr("Stop"), ticket.stop_loss)):
        said = tr("none") if price is None else shown.price(price, product)
        yield Fact(name, said)


def _order_facts(order: BrokerOrder, product: Product | None) -> list[Fact]:
    size = shown.UNKNOWN if order.quantity is None else str(order.quantity)
    prices = [p for p in (order.price, order.stop_price) if p is not None]
    at = " / ".join(shown.price(price, product) for price in prices)
    return [
        Fact(tr("Side"), shown.one_line(order.action)),
        Fact(tr("Quantity"), size),
        Fact(tr("Contract"), shown.one_line(order.symbol)),
        Fact(tr("Order"), f"{words.kind_word(order.kind)} {at}".strip() or shown.UNKNOWN),
    ]


def _changes(order: BrokerOrder, to: Changes, product: Product | None) -> Iterator[Fact]:
    if to.quantity is not None:
        before = shown.UNKNOWN if order.quantity is None else str(order.quantity)
        yield Fact(tr("New quantity"), f"{before} → {to.quantity}")
    for name, old, new in (
        (tr("New limit"), order.price, to.price),
        (tr("New stop"), order.stop_price, to.stop_price),
    ):
        if new is not None:
            yield Fact(name, f"{shown.price(old, product)} → {shown.price(new, product)}")


def _position_facts(position: BrokerPosition, signed: int) -> list[Fact]:
    return [
        Fact(tr("Side"), words.way_word(way_of(signed))),
        Fact(tr("Quantity"), str(abs(signed))),
        Fact(tr("Contract"), shown.one_line(position.symbol)),
    ]
