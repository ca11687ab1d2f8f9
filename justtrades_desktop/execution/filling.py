"""Fills into what a link holds, and into executions: nothing becomes a fill but a fill."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from justtrades_desktop.domain.broker import BrokerOrder
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.orders import (
    Decision,
    Execution,
    Held,
    Intent,
    IntentState,
    OrderKind,
    Purpose,
    Way,
)
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane_state import EXITS, LaneState, Ours
from justtrades_desktop.execution.ports import Entry, Fill, Floor
from justtrades_desktop.execution.sending import Sender, other_of


def is_complete(order: BrokerOrder) -> bool:
    """Whether it is over and all its fills are known."""
    return not order.alive and (order.status != "Filled" or order.filled >= (order.quantity or 0))


class Filling:
    """Works in what the broker tells of a lane's orders."""

    def __init__(self, state: LaneState, floor: Floor, house: House, sender: Sender) -> None:
        self._state = state
        self._floor = floor
        self._house = house
        self._sender = sender

    def work_in(self, contract_id: int, contract: str) -> bool:
        """Take in all fills and ends of our orders; whether there was any news."""
        self._adopt_legs()
        fills = [
            (ours, fill)
            for ours in self._state.orders.values()
            for fill in self._floor.fills(ours.order_id)
            if not self._house.records.knows(self._floor.key.connection, fill.id)
        ]
        fills.sort(key=lambda each: each[1].id)
        for ours, fill in fills:
            self._filled(ours, fill, contract_id, contract)
        return self._ended() or bool(fills)

    def _adopt_legs(self) -> None:
        """The exits that hang on an entry, and the other of a pair, as they are told of."""
        for client_id, hatching in [*self._state.hatching.items()]:
            intent = hatching.intent
            if intent.order_id is None:
                continue
            if self._adopt(intent, intent.order_id):
                del self._state.hatching[client_id]
        for intent in self._state.earlier:
            if intent.order_id is not None:
                self._adopt(intent, intent.order_id)

    def _adopt(self, intent: Intent, order_id: int) -> bool:
        """Whether all of them are known."""
        parent = self._floor.order(order_id)
        if intent.oco is not None:
            other = parent.oco_id if parent is not None else None
            if other is not None:
                self._state.orders.setdefault(other, other_of(intent, other))
            return other is not None and self._floor.order(other) is not None
        children = self._floor.children(order_id)
        for child in children:
            self._state.orders.setdefault(child.id, leg_of(intent, child))
        unfilled = parent is not None and is_complete(parent) and parent.filled == 0
        return len(children) >= len(intent.legs) or unfilled

    def _filled(self, ours: Ours, fill: Fill, contract_id: int, contract: str) -> None:
        records = self._house.records
        decision = records.decision(ours.decision_id)
        held = _after(self._held(contract_id, contract, decision), ours, fill)
        self._state.held = held
        link = self._house.link(held.link_id) if held.link_id else None
        execution = execution_of(
            fill,
            self._floor,
            ours=ours,
            contract=contract,
            decision=decision,
            link_id=link.id if link is not None else None,
            product=self._house.product(held.symbol),
        )
        records.note(Entry(executions=[execution], held=[held]))
        if self._state.goal is None:
            self._house.reached(held, _ends_at(held))

    def _held(self, contract_id: int, contract: str, decision: Decision | None) -> Held:
        """A fill that comes after all was over opens a row that wants nothing: it is closed."""
        if self._state.held is not None:
            return self._state.held
        return Held(
            link_id=(decision.link_id or 0) if decision is not None else 0,
            key=self._floor.key,
            contract_id=contract_id,
            contract=contract,
            symbol=decision.symbol if decision is not None else contract,
            decision_id=decision.id if decision is not None else 0,
            at=self._house.clock(),
        )

    def _ended(self) -> bool:
        """Let intents end whose orders are over."""
        ended = False
        for intent in [*self._state.intents.values()]:
            order = self._floor.order(intent.order_id) if intent.order_id is not None else None
            if order is None or not is_complete(order):
                continue
            ending = _end_of(order)
            settled = self._sender.settle(intent, ending, said=order.reason)
            if ending is IntentState.REJECTED and not intent.purpose.opens:
                self._state.rejected.append(settled)
            elif ending is IntentState.FILLED:
                self._state.failures = 0
            ended = True
        return ended


def leg_of(intent: Intent, child: BrokerOrder) -> Ours:
    """What a child of an entry is for."""
    for leg in intent.legs:
        if leg.client_id == child.client_order_id:
            break
    else:
        target = child.kind == OrderKind.LIMIT
        leg = next(
            (each for each in intent.legs if (each.purpose is Purpose.TARGET) is target),
            intent.legs[0],
        )
    return Ours(
        child.id, leg.client_id, leg.purpose, intent.decision_id, leg.part, intent.client_id
    )


def _ends_at(held: Held) -> int:
    """What a link will hold once all that it has too much has left."""
    if held.wanted * held.own <= 0:
        return 0 if held.wanted == 0 else held.own
    return held.wanted if abs(held.wanted) < abs(held.own) else held.own


def _end_of(order: BrokerOrder) -> IntentState:
    if order.status == "Rejected":
        return IntentState.REJECTED
    if order.quantity is not None and order.filled >= order.quantity > 0:
        return IntentState.FILLED
    return IntentState.FILLED if order.status == "Filled" else IntentState.CANCELED


def _after(held: Held, ours: Ours, fill: Fill) -> Held:
    """``held`` with a fill of ours; an exit at the broker lowers what is wanted as well."""
    own = held.own + fill.signed
    grown = abs(own) > abs(held.own)
    average = _average(held, fill, own)
    wanted, filled = held.wanted, held.filled
    if ours.purpose in EXITS:
        wanted = _toward_zero(held.wanted, own)
        if ours.purpose is Purpose.TARGET and ours.part is not None:
            filled = _counted(held.filled, ours.part, fill.quantity)
    return replace(
        held,
        own=own,
        wanted=wanted,
        filled=filled,
        average=average,
        best=fill.price if grown else held.best,
    )


def _toward_zero(wanted: int, own: int) -> int:
    """What is wanted after an exit left ``own``: never more than that, never another side."""
    if wanted * own <= 0:
        return 0 if wanted * own == 0 else wanted
    return own if abs(own) < abs(wanted) else wanted


def _average(held: Held, fill: Fill, own: int) -> Decimal | None:
    if own == 0:
        return None
    if held.own == 0 or held.own * own < 0:
        return fill.price
    if abs(own) <= abs(held.own) or held.average is None:
        return held.average
    cost = held.average * abs(held.own) + fill.price * fill.quantity
    return cost / abs(own)


def _counted(filled: tuple[int, ...], part: int, quantity: int) -> tuple[int, ...]:
    counts = [*filled, *[0] * (part + 1 - len(filled))]
    counts[part] += quantity
    return tuple(counts)


def execution_of(
    fill: Fill,
    floor: Floor,
    *,
    ours: Ours | None,
    contract: str,
    decision: Decision | None,
    link_id: int | None,
    product: Product | None,
) -> Execution:
    """The row of a fill, with what it cost against the signal."""
    at = datetime.fromtimestamp(fill.at, UTC)
    by_signal = decision is not None and decision.signal_id is not None
    entered = by_signal and ours is not None and ours.purpose not in EXITS
    slippage, delay = None, None
    if decision is not None and entered:
        if decision.price is not None and product is not None:
            worse = (fill.price - decision.price) * (1 if fill.signed > 0 else -1)
            slippage = worse / product.tick_size
        if decision.signal_at is not None:
            delay = max(0.0, (at - decision.signal_at).total_seconds())
    return Execution(
        key=floor.key,
        fill_id=fill.id,
        order_id=fill.order_id,
        contract_id=fill.contract_id,
        contract=contract,
        way=Way.BUY if fill.signed > 0 else Way.SELL,
        quantity=fill.quantity,
        price=fill.price,
        at=at,
        client_id=ours.client_id if ours is not None else None,
        decision_id=decision.id if decision is not None else None,
        link_id=link_id,
        signal_id=decision.signal_id if decision is not None else None,
        purpose=ours.purpose if ours is not None else None,
        slippage=slippage,
        delay=delay,
    )


def strangers(floor: Floor, known: set[int]) -> Iterator[Fill]:
    """Fills of orders that are none of ours."""
    return (fill for fill in floor.all_fills() if fill.order_id not in known)
