"""Changing and cancelling orders: one command at a time, each a full replacement."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from justtrades_desktop.simulator import checks, commands, drafts, lifecycle
from justtrades_desktop.simulator.drafts import Body
from justtrades_desktop.simulator.lifecycle import Draft
from justtrades_desktop.simulator.orders import LiveOrder, Pending, Terms
from justtrades_desktop.simulator.pit import Arrived, Pit
from justtrades_desktop.simulator.refusals import Denied, Refused
from justtrades_desktop.simulator.trading import settle

Answer = dict[str, Any]
_TOO_LATE = "the order is finished"


def modify(pit: Pit, user_id: int, body: Body) -> Answer:
    """order/modifyorder. An omitted time in force is Day, and a GTC order then stays as it is."""
    order = _alive(pit, user_id, body)
    size = drafts.quantity(body)
    terms = drafts.terms(body, size, pit.product(order.contract_id))
    ticket = drafts.ticket(body, user_id, tags=pit.settings.tags)
    if ticket.activation is not None:
        raise Refused("UnknownReason", "activationTime cannot be changed")
    if order.terms.time_in_force == "GTC" and terms.time_in_force == "Day":
        # The broker's trap: a command like any other, and nothing comes of it.
        status = "AtExecution"
        command_id = commands.issue(
            pit, order.id, user_id, kind="Modify", ticket=ticket, status=status
        )
        return {"commandId": command_id}
    _check(pit, order, terms)
    command_id = commands.issue(pit, order.id, user_id, kind="Modify", ticket=ticket)
    _send(pit, order, command_id, terms)
    return {"commandId": command_id}


def cancel(pit: Pit, user_id: int, body: Body) -> Answer:
    """order/cancelorder."""
    order = _alive(pit, user_id, body)
    ticket = drafts.ticket(body, user_id, tags=pit.settings.tags)
    command_id = commands.issue(pit, order.id, user_id, kind="Cancel", ticket=ticket)
    _send(pit, order, command_id, None)
    return {"commandId": command_id}


def carry_out(pit: Pit, order: LiveOrder) -> None:
    """The command that an order was waiting for has arrived."""
    pending, order.pending = order.pending, None
    pit.world.pending.remove(order.id)
    if pending is None:
        return
    kind = pit.books.get("command", pending.command_id)["commandType"]
    if not order.alive:
        _too_late(pit, order, pending.command_id)
    elif kind == "New":
        lifecycle.start(pit, order)
    elif kind == "Cancel":
        lifecycle.carry_out_cancel(pit, order, pending.command_id)
    elif pending.terms is not None:
        _replace(pit, order, pending.command_id, pending.terms)
    settle(pit)


def _alive(pit: Pit, user_id: int, body: Body) -> LiveOrder:
    order_id = drafts.whole(body, "orderId")
    if pit.books.visible("order", order_id, user_id) is None:
        raise Refused("UnknownReason", "Access is denied")
    order = pit.order(order_id)
    if not order.alive:
        if pit.settings.finished_is_denied:
            raise Denied(_TOO_LATE)
        raise Refused("TooLate", _TOO_LATE)
    if order.pending is not None:
        raise Refused("AnotherCommandPending", "another command of this order is under way")
    return order


def _check(pit: Pit, order: LiveOrder, terms: Terms) -> None:
    before = order.terms
    if "TrailingStop" in (before.kind, terms.kind) and _but_quantity(before) != _but_quantity(
        terms
    ):
        text = "only the quantity of a trailing stop can be changed"
        raise Refused("TrailingStopNonOrderQtyModify", text)
    if terms.quantity <= order.filled:
        raise Refused("TooLate", f"{order.filled} are filled already")
    if not order.held and not order.triggered:
        checks.stop_side(pit, order.contract_id, action=order.action, terms=terms)
    more = terms.quantity - before.quantity
    if more > 0:
        draft = Draft(
            order.account_id, order.contract_id, order.action, replace(terms, quantity=more)
        )
        refused = checks.risk(pit, [draft], more=more)
        if refused is not None:
            raise refused


def _but_quantity(terms: Terms) -> Terms:
    return replace(terms, quantity=0, text=None, max_show=None)


def _send(pit: Pit, order: LiveOrder, command_id: int, terms: Terms | None) -> None:
    delay = timedelta(seconds=pit.settings.command_seconds)
    order.pending = Pending(command_id=command_id, due=pit.now() + delay, terms=terms)
    pit.world.pending.append(order.id)
    if not delay:
        carry_out(pit, order)
        return
    lifecycle.show_pending(pit, order, "PendingReplace" if terms else "PendingCancel")


def _replace(pit: Pit, order: LiveOrder, command_id: int, terms: Terms) -> None:
    if terms.quantity <= order.filled:
        lifecycle.resettle(pit, order)
        _too_late(pit, order, command_id)
        return
    lifecycle.change(pit, order, command_id, terms)
    if order.tradable:
        pit.consequences.append(Arrived(order.id))


def _too_late(pit: Pit, order: LiveOrder, command_id: int) -> None:
    commands.report(
        pit,
        order,
        command_id,
        status="ExecutionRejected",
        reason="TooLate",
        text=_TOO_LATE,
    )
