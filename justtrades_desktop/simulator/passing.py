"""What time alone does: commands arrive, orders expire, sessions and contracts end."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from justtrades_desktop.simulator import (
    auto_liq,
    changing,
    lifecycle,
    money,
    opening,
    placing,
    positions,
)
from justtrades_desktop.simulator.commands import Ticket
from justtrades_desktop.simulator.filling import fill
from justtrades_desktop.simulator.forgetting import forget, forget_many
from justtrades_desktop.simulator.lifecycle import Draft
from justtrades_desktop.simulator.orders import BUY, SELL, LiveOrder, Terms
from justtrades_desktop.simulator.pit import Pit
from justtrades_desktop.simulator.prices import iso, moment
from justtrades_desktop.simulator.refusals import Refused
from justtrades_desktop.simulator.trading import settle

_DAY = timedelta(days=1)


def advance(pit: Pit) -> None:
    """Do all that is due, in this order: commands, ends, beginnings, the new day."""
    now = pit.now()
    for order_id in tuple(pit.world.pending):
        order = pit.order(order_id)
        if order.pending is not None and order.pending.due <= now:
            changing.carry_out(pit, order)
    _flatten(pit, now)
    for order in _alive(pit):
        if order.alive and _over(pit, order, now):
            lifecycle.expire(pit, order, lifecycle.expiry_text(order))
            settle(pit)
    _sessions(pit)
    for order in _alive(pit):
        if order.alive and order.activation is not None and order.activation <= now:
            order.activation = None
            lifecycle.revive(pit, order)
            settle(pit)
    _new_day(pit)
    settle(pit)
    auto_liq.enforce(pit)
    forget_many(pit)


def _alive(pit: Pit) -> list[LiveOrder]:
    return [pit.order(each) for ids in pit.world.working.values() for each in ids]


def _over(pit: Pit, order: LiveOrder, now: datetime) -> bool:
    """Whether the time of an order is over; Day orders end only where sessions do."""
    terms = order.terms
    if terms.time_in_force == "GTD":
        return terms.expires is not None and terms.expires <= now
    if pit.settings.always_open or terms.time_in_force != "Day":
        return False
    session = pit.settings.calendar.session(order.day)
    return session is not None and session.close <= now


def _sessions(pit: Pit) -> None:
    """Orders that outlive a session wait Suspended until the next one opens."""
    is_open = pit.is_open()
    if is_open == pit.world.was_open:
        return
    pit.world.was_open = is_open
    for order in _alive(pit):
        if is_open:
            lifecycle.revive(pit, order)
        elif order.status == "Working":
            lifecycle.suspend(pit, order)
    settle(pit)


def _new_day(pit: Pit) -> None:
    today, before = pit.day(), pit.world.day
    if before is not None and today <= before:
        return
    pit.world.day = today
    _settle_expired(pit)
    positions.roll(pit)
    if before is not None:
        money.roll(pit, before, today)
        auto_liq.unlock(pit)
    opening.list_contracts(pit)
    forget(pit)


def _settle_expired(pit: Pit) -> None:
    """Contracts that have ended: orders go, what is held is closed at the last price."""
    for contract in tuple(pit.books.of("contract")):
        if not pit.expired(contract["id"]):
            continue
        for order in _alive(pit):
            if order.contract_id == contract["id"] and order.alive:
                lifecycle.expire(pit, order, "the contract has ended")
                settle(pit)
        for position in tuple(pit.books.of("position")):
            if position["contractId"] == contract["id"] and position["netPos"]:
                _close(pit, position["accountId"], contract["id"])


def _close(pit: Pit, account_id: int, contract_id: int) -> None:
    net = pit.net(account_id, contract_id)
    mark = pit.world.marks.get(contract_id)
    action = SELL if net > 0 else BUY
    terms = Terms(quantity=abs(net), kind="Market")
    order = lifecycle.make(pit, Draft(account_id, contract_id, action, terms, admin=True))
    fill(pit, order, order.remaining, mark.last if mark else Decimal(0))
    settle(pit)


def _flatten(pit: Pit, now: datetime) -> None:
    """A user's daily flattening: everything cancelled and closed, again a day later."""
    for each in tuple(pit.books.of("userAccountAutoLiq")):
        at = each["flattenTimestamp"]
        if at is None or moment(at) > now:
            continue
        later = moment(at)
        while later <= now:
            later += _DAY
        pit.books.update("userAccountAutoLiq", each["id"], flattenTimestamp=iso(later))
        for contract in tuple(pit.books.of("contract")):
            placing.cancel_all(pit, each["id"], contract["id"], "daily flattening")
            try:
                placing.flatten(pit, each["id"], contract["id"], Ticket(), admin=True)
            except Refused:
                continue  # the session is closed: the rejected order says so
