"""An order's way from its making to its end; every step changes the books and leaves reports."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from justtrades_desktop.simulator import commands
from justtrades_desktop.simulator.commands import Ticket
from justtrades_desktop.simulator.orders import LiveOrder, Terms, Trail
from justtrades_desktop.simulator.pit import Arrived, Ended, Pit
from justtrades_desktop.simulator.prices import iso

_EXCHANGE = Ticket()


class Draft(NamedTuple):
    """An order that passed all checks and is not made yet."""

    account_id: int
    contract_id: int
    action: str
    terms: Terms
    ticket: Ticket = _EXCHANGE
    parent_id: int | None = None
    admin: bool = False
    strategy_id: int | None = None


def make(pit: Pit, draft: Draft) -> LiveOrder:
    """The order, PendingNew, with its command and version."""
    owner = pit.owner(draft.account_id)
    order_id = pit.books.create(
        "order",
        {
            "accountId": draft.account_id,
            "contractId": draft.contract_id,
            "timestamp": pit.stamp(),
            "action": draft.action,
            "ordStatus": "PendingNew",
            "executionProviderId": 1,
            "parentId": draft.parent_id,
            "admin": draft.admin,
        },
        owner=owner,
    )
    command_id = commands.issue(pit, order_id, owner, kind="New", ticket=draft.ticket)
    commands.version(pit, order_id, owner, terms=draft.terms, command_id=command_id)
    trailing = draft.terms.kind == "TrailingStop"
    order = LiveOrder(
        id=order_id,
        user_id=owner,
        account_id=draft.account_id,
        contract_id=draft.contract_id,
        action=draft.action,
        terms=draft.terms,
        command_id=command_id,
        day=pit.day(),
        stop=draft.terms.stop,
        trail=Trail(distance=abs(draft.terms.peg)) if trailing and draft.terms.peg else None,
        parent_id=draft.parent_id,
        held=draft.parent_id is not None,
        activation=draft.ticket.activation,
        strategy_id=draft.strategy_id,
    )
    pit.world.orders[order_id] = order
    pit.world.working.setdefault(draft.contract_id, []).append(order_id)
    return order


def pair(pit: Pit, one: LiveOrder, other: LiveOrder) -> None:
    """Make two orders cancel each other."""
    one.oco_id, other.oco_id = other.id, one.id
    for order in (one, other):
        pit.books.update("order", order.id, ocoId=order.oco_id)


def start(pit: Pit, order: LiveOrder) -> None:
    """The broker lets a new order through: to the exchange, or into waiting."""
    commands.report(pit, order, order.command_id, status="RiskPassed")
    if waits(pit, order):
        suspend(pit, order)
    else:
        work(pit, order)


def waits(pit: Pit, order: LiveOrder) -> bool:
    """Whether it must not trade yet: no parent's fill, no time, no session."""
    return order.held or order.activation is not None or not pit.is_open()


def suspend(pit: Pit, order: LiveOrder) -> None:
    """Alive, but not at the exchange."""
    _set_status(pit, order, "Suspended")
    commands.report(pit, order, order.command_id, status="ExecutionSuspended")
    commands.execution(pit, order, "Suspended")


def work(pit: Pit, order: LiveOrder) -> None:
    """It is at the exchange from now on."""
    order.status = "Working"
    commands.report(pit, order, order.command_id, status="AtExecution")
    commands.execution(pit, order, "New")
    _set_status(pit, order, "Working")
    pit.consequences.append(Arrived(order.id))


def revive(pit: Pit, order: LiveOrder) -> None:
    """Let a suspended order work if nothing holds it any more."""
    if order.status == "Suspended" and not waits(pit, order):
        work(pit, order)


def resettle(pit: Pit, order: LiveOrder) -> None:
    """Back from a pending status to what it is without the command."""
    _set_status(pit, order, "Suspended" if waits(pit, order) else "Working")


def reject(pit: Pit, order: LiveOrder, reason: str, text: str) -> None:
    """The broker refuses a new order."""
    order.status = "Rejected"
    commands.report(pit, order, order.command_id, status="RiskRejected", reason=reason, text=text)
    commands.execution(pit, order, "Rejected", reason=reason, text=text)
    end(pit, order, "Rejected")


def cancel(pit: Pit, order: LiveOrder, *, ticket: Ticket = _EXCHANGE, text: str = "") -> int:
    """Take an order out of the market by a command of its own; returns the command's id."""
    command_id = commands.issue(pit, order.id, order.user_id, kind="Cancel", ticket=ticket)
    carry_out_cancel(pit, order, command_id, text=text)
    return command_id


def carry_out_cancel(pit: Pit, order: LiveOrder, command_id: int, *, text: str = "") -> None:
    """The cancel has reached the exchange."""
    order.status = "Canceled"
    commands.report(pit, order, command_id, status="AtExecution", text=text or None)
    commands.execution(pit, order, "Canceled", command_id=command_id, text=text or None)
    end(pit, order, "Canceled")


def expire(pit: Pit, order: LiveOrder, text: str) -> None:
    """Its time is over."""
    order.status = "Expired"
    commands.execution(pit, order, "Expired", text=text)
    end(pit, order, "Expired")


def end(pit: Pit, order: LiveOrder, status: str) -> None:
    """It will never fill again."""
    pit.world.working[order.contract_id].remove(order.id)
    order.ended = pit.day()
    _set_status(pit, order, status)
    pit.consequences.append(Ended(order.id))


def resize(pit: Pit, order: LiveOrder, quantity: int) -> None:
    """The exchange changes the quantity, because a linked order has filled."""
    more = quantity - order.terms.quantity
    if not more:
        return
    asked = order.pending
    if asked is not None and asked.terms is not None:
        terms = replace(asked.terms, quantity=asked.terms.quantity + more)
        order.pending = replace(asked, terms=terms)
    command_id = commands.issue(pit, order.id, order.user_id, kind="Modify", ticket=_EXCHANGE)
    change(pit, order, command_id, replace(order.terms, quantity=quantity))


def change(pit: Pit, order: LiveOrder, command_id: int, terms: Terms) -> None:
    """New terms take the place of the old ones; what has filled stays filled."""
    commands.version(pit, order.id, order.user_id, terms=terms, command_id=command_id)
    before, order.terms, order.command_id = order.terms, terms, command_id
    if (terms.kind, terms.stop) != (before.kind, before.stop):
        order.stop, order.triggered = terms.stop, False
    commands.report(pit, order, command_id, status="Replaced")
    commands.execution(pit, order, "Replaced")
    if order.status == "PendingReplace":
        resettle(pit, order)


def show_pending(pit: Pit, order: LiveOrder, status: str) -> None:
    """A command is under way: ``PendingReplace`` or ``PendingCancel``."""
    _set_status(pit, order, status)


def _set_status(pit: Pit, order: LiveOrder, status: str) -> None:
    order.status = status
    pit.books.update("order", order.id, ordStatus=status)


def expiry_text(order: LiveOrder) -> str:
    """Why its time is over, in words."""
    return f"expired at {iso(order.terms.expires)}" if order.terms.expires else "end of the session"
