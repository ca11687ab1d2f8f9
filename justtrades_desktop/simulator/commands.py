"""Commands and reports: the trail of paper that every order leaves."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from justtrades_desktop.simulator.orders import LiveOrder, Terms
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.prices import iso


class Ticket(NamedTuple):
    """What a request says of itself and not of the order; empty where the exchange acts."""

    client_order_id: str | None = None
    automated: bool | None = None
    tag: str | None = None
    activation: datetime | None = None
    sender: int | None = None


def issue(
    pit: Pit, order_id: int, owner: int, *, kind: str, ticket: Ticket, status: str = "Pending"
) -> int:
    """A new command of ``kind`` (New, Modify, Cancel); returns its id."""
    return pit.books.create(
        "command",
        {
            "orderId": order_id,
            "timestamp": pit.stamp(),
            "clOrdId": ticket.client_order_id,
            "commandType": kind,
            "commandStatus": status,
            "senderId": ticket.sender,
            "activationTime": iso(ticket.activation) if ticket.activation else None,
            "customTag50": ticket.tag,
            "isAutomated": bool(ticket.automated),
        },
        owner=owner,
    )


def version(pit: Pit, order_id: int, owner: int, *, terms: Terms, command_id: int) -> None:
    """The order version that a command makes; it has the command's id."""
    fields: dict[str, Any] = {
        "orderId": order_id,
        "orderQty": terms.quantity,
        "orderType": terms.kind,
        "price": terms.price,
        "stopPrice": terms.stop,
        "maxShow": terms.max_show,
        "pegDifference": terms.peg,
        "timeInForce": terms.time_in_force,
        "expireTime": iso(terms.expires) if terms.expires else None,
        "text": terms.text,
    }
    pit.books.create("orderVersion", fields, owner=owner, id=command_id)


def report(
    pit: Pit,
    order: LiveOrder,
    command_id: int,
    *,
    status: str,
    reason: str | None = None,
    text: str | None = None,
) -> None:
    """A command has come as far as ``status``: the command and a report of it."""
    pit.books.update("command", command_id, commandStatus=status)
    pit.books.create(
        "commandReport",
        {
            "commandId": command_id,
            "timestamp": pit.stamp(),
            "commandStatus": status,
            "rejectReason": reason,
            "text": text,
            "ordStatus": order.status,
        },
        owner=order.user_id,
    )


def execution(
    pit: Pit,
    order: LiveOrder,
    kind: str,
    *,
    last: tuple[int, Any] | None = None,
    command_id: int | None = None,
    reason: str | None = None,
    text: str | None = None,
) -> None:
    """An execution report; ``last`` is quantity and price of a fill.

    It answers ``command_id``, else the command that made the order's present terms.
    """
    pit.books.create(
        "executionReport",
        {
            "commandId": order.command_id if command_id is None else command_id,
            "name": pit.books.get("contract", order.contract_id)["name"],
            "accountId": order.account_id,
            "contractId": order.contract_id,
            "timestamp": pit.stamp(),
            "tradeDate": pit.trade_date(),
            "orderId": order.id,
            "execType": kind,
            "ordStatus": order.status,
            "action": order.action,
            "cumQty": order.filled,
            "avgPx": order.value / order.filled if order.filled else None,
            "lastQty": last[0] if last else None,
            "lastPx": last[1] if last else None,
            "rejectReason": reason,
            "text": text,
            "exchangeOrderId": f"SIM{order.id}",
        },
        owner=order.user_id,
    )
