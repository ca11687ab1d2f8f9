"""Orders that a person clicks or types: previewed, capped, written down, sent once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from justtrades_desktop.domain.broker import BrokerOrder, Environment, ResolvedContract
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution import Preview, Ticket
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import (
    Decision,
    Intent,
    IntentState,
    Leg,
    OrderKind,
    Purpose,
    Verdict,
    Way,
    Wish,
    way_of,
)
from justtrades_desktop.execution.caps import Refusal, Wait
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lanes import Lanes
from justtrades_desktop.execution.ports import (
    Answer,
    Doubt,
    Entry,
    Floor,
    NotSent,
    Placed,
    Refused,
)

_NOTHING: Final = "Nothing was sent."
_SEEN: Final = 5.0  # seconds in which an event of what was just done comes, or is lost
_CLOSED: Final = 15.0  # seconds until a close that is not verified is said to be in trouble
_PRICED: Final = (OrderKind.LIMIT, OrderKind.STOP_LIMIT)
_STOPPED: Final = (OrderKind.STOP, OrderKind.STOP_LIMIT, OrderKind.TRAILING_STOP)


class ByHand:
    """Tickets and changes of working orders; LIVE only where it is armed."""

    def __init__(
        self,
        house: House,
        lanes: Lanes,
        floor: Callable[[AccountKey], Floor],
        is_armed: Callable[[AccountKey], bool],
    ) -> None:
        self._house = house
        self._lanes = lanes
        self._floor = floor
        self._is_armed = is_armed
        self.intents: dict[str, Intent] = {}
        """By our id: whose fills are a person's."""

    def pending(self, key: AccountKey) -> Sequence[Intent]:
        """Orders of a person that may still fill."""
        floor = self._floor(key)
        return [
            intent
            for client_id, intent in self.intents.items()
            if intent.key == key
            and intent.client_id == client_id
            and intent.target_id is None
            and _may_fill(floor, intent)
        ]

    async def preview(self, ticket: Ticket) -> Preview:
        """What a ticket would do."""
        floor = self._floor(ticket.key)
        contract = await floor.resolve(ticket.symbol)
        if isinstance(contract, str):
            return Preview(refused=contract)
        refused = self._wrong(ticket, contract) or self._not_allowed(floor, ticket, contract)
        reference = ticket.price or ticket.stop_price or self._price(floor, ticket, contract)
        shown = Preview(
            contract=contract.name,
            reference=reference,
            currency=contract.currency,
            refused=refused,
        )
        return _with_bracket(shown, ticket, contract)

    async def place(self, ticket: Ticket) -> str:
        """Send a ticket; says what the broker tells of it a moment later.

        Raises:
            UserError: it was not sent, was refused, or nobody knows; in words.
        """
        floor = self._floor(ticket.key)
        contract = await floor.resolve(ticket.symbol)
        if isinstance(contract, str):
            raise UserError(f"No contract for {ticket.symbol}: {contract}")
        if refused := self._wrong(ticket, contract):
            raise UserError(refused, "Nothing was sent.")
        if refused := self._not_allowed(floor, ticket, contract):
            meant = not self._not_allowed(floor, replace(ticket, confirmed=True), contract)
            hint = "Nothing was sent; --again says that it is meant." if meant else _NOTHING
            raise UserError(refused.removesuffix("."), hint)
        # Counted before anything is waited for: a second click must not slip through meanwhile.
        self._house.caps.count(
            ticket.key,
            way=ticket.way,
            contract=contract.name,
            quantity=ticket.quantity,
            at=self._house.clock(),
        )
        intent = self._intent(ticket, contract)
        await self._write(intent, ticket)
        if refused := self._stopped(floor):
            raise UserError(refused, "Nothing was sent.")
        answer = await floor.place(intent, signal_id=None, fresh=self._house.patience.fresh)
        placed = self._placed(intent, answer)
        order = await seen(floor, placed.order_id)
        if order is None:
            return f"Order {placed.order_id} is placed; no event yet."
        at = f" at {order.average_price:f}" if order.average_price is not None else ""
        return f"Order {order.id} is {order.status}{at}."

    async def modify(
        self,
        key: AccountKey,
        order_id: int,
        *,
        quantity: int | None = None,
        price: Decimal | None = None,
        stop_price: Decimal | None = None,
    ) -> str:
        """Change a working order."""
        floor = self._floor(key)
        order = self._working(floor, order_id)
        if quantity is None and price is None and stop_price is None:
            raise UserError("What shall be changed?", "Name a quantity, a price or a stop price.")
        larger = (quantity or 0) > (order.quantity or 0)
        if larger and (refused := self._stopped(floor)):
            raise UserError(refused, "Nothing was sent.")
        intent = self._command(floor, order, Purpose.MODIFY, quantity or order.quantity or 1)
        intent = _priced(intent, price, stop_price)
        await self._commit(intent)
        fresh = self._house.patience.fresh
        self._done(await floor.modify(intent, order, signal_id=None, fresh=fresh))
        return _stands(order_id, await seen(floor, order_id, pause=0.2))

    async def cancel(self, key: AccountKey, order_id: int, *, quietly: bool = False) -> str:
        """Cancel a working order."""
        floor = self._floor(key)
        order = self._working(floor, order_id, to_cancel=True, quietly=quietly)
        intent = self._command(floor, order, Purpose.CANCEL, order.quantity or 1)
        await self._commit(intent)
        fresh = self._house.patience.fresh
        self._done(await floor.cancel(intent, signal_id=None, fresh=fresh))
        return _stands(order_id, await seen(floor, order_id, pause=0.2))

    async def cancel_quietly(self, key: AccountKey, order_id: int) -> None:
        """The same; one that is over already, perhaps with its pair, is no trouble."""
        if _lives(self._floor(key), order_id):
            await self.cancel(key, order_id, quietly=True)

    async def cancel_all(self, key: AccountKey) -> str:
        """Cancel every working order of an account."""
        floor = self._floor(key)
        working = floor.working()
        orders = [order for order in working if not self._keeper_of(key, order)]
        problems = []
        for order in orders:
            try:
                await self.cancel(key, order.id)
            except UserError as error:
                if floor.order(order.id) is not None and _lives(floor, order.id):
                    problems.append(str(error))
        if problems:
            raise UserError(f"{len(problems)} of {len(orders)} orders still work", problems[0])
        stay = len(working) - len(orders)
        kept = f"; {stay} exits of strategies stay, close their positions instead" if stay else ""
        return f"{len(orders)} orders cancelled{kept}"

    def _keeper_of(self, key: AccountKey, order: BrokerOrder) -> bool:
        """Whether a strategy's lane keeps it: it would be put back at once."""
        lane = self._lanes.find(key, order.contract_id or 0)
        ours = lane.state.orders.get(order.id) if lane is not None else None
        return lane is not None and lane.state.held is not None and ours is not None

    async def close(self, floor: Floor, contract_id: int) -> str:
        """Close what is open in a contract, verified flat and without working orders."""
        net = await floor.confirmed_net(contract_id)
        if net is None:
            raise UserError("The broker does not say what is open", "Try again, or flatten all.")
        lane = self._lanes.find(floor.key, contract_id)
        if lane is not None and lane.state.held is not None:
            lane.mend(abs(lane.state.held.own), 0)
        elif net:
            await floor.liquidate(contract_id)
        ends = self._house.now() + _CLOSED
        while self._house.now() < ends:
            if floor.net(contract_id) == 0 and not floor.working(contract_id):
                return "It is flat, and no order works there."
            await asyncio.sleep(0.05)
        raise UserError(
            f"It is not flat yet: {floor.net(contract_id):+d} open, "
            f"{len(floor.working(contract_id))} orders work",
            "Look at the broker's own screen, or flatten all.",
        )

    async def reverse(self, floor: Floor, contract_id: int) -> str:
        """Close, confirmed flat, then as much on the other side."""
        held = next((p for p in floor.positions() if p.contract_id == contract_id), None)
        if held is None or not held.net:
            raise UserError("Nothing is open there", "There is nothing to reverse.")
        ticket = Ticket(
            key=floor.key,
            symbol=held.symbol,
            way=way_of(-held.net),
            quantity=abs(held.net),
            confirmed=True,
        )
        if refused := (await self.preview(ticket)).refused:
            raise UserError(refused, "Nothing was changed.")
        await self.close(floor, contract_id)
        return await self.place(ticket)

    # May it go

    def _wrong(self, ticket: Ticket, contract: ResolvedContract) -> str:
        """What makes no sense in a ticket, empty where it does."""
        if ticket.quantity < 1:
            return "The quantity must be 1 or more"
        if ticket.kind in _PRICED and ticket.price is None:
            return f"A {ticket.kind} order needs a price"
        if ticket.kind in _STOPPED and ticket.stop_price is None:
            return f"A {ticket.kind} order needs a stop price"
        if ticket.kind is OrderKind.TRAILING_STOP and not ticket.distance:
            return "A trailing stop needs its distance"
        prices = (ticket.price, ticket.stop_price, ticket.target, ticket.stop_loss)
        for price in prices:
            if price is not None and contract.tick_size and price % contract.tick_size:
                return f"{price} lies between two ticks of {contract.tick_size}"
        return self._wrong_side(ticket)

    def _wrong_side(self, ticket: Ticket) -> str:
        reference = ticket.price or ticket.stop_price
        side = ticket.way.sign
        if reference is None:
            return ""
        if ticket.target is not None and (ticket.target - reference) * side <= 0:
            return "The target lies on the wrong side of the entry"
        if ticket.stop_loss is not None and (ticket.stop_loss - reference) * side >= 0:
            return "The stop lies on the wrong side of the entry"
        return ""

    def _not_allowed(self, floor: Floor, ticket: Ticket, contract: ResolvedContract) -> str:
        if stopped := self._stopped(floor):
            return stopped
        pending = self._house.pending(ticket.key)
        asked = self._house.caps.ask(
            ticket.key,
            self._house.limits_of(ticket.key),
            way=ticket.way,
            contract=contract.name,
            quantity=ticket.quantity,
            held_contract=floor.net(contract.contract_id),
            held_account=self._house.held_account(ticket.key),
            pending=sum(i.quantity for i in pending if i.contract_id == contract.contract_id),
            pending_account=sum(i.quantity for i in pending),
            now=self._house.clock(),
            by_hand=True,
            confirmed=ticket.confirmed,
        )
        return asked.reason if isinstance(asked, Refusal | Wait) else ""

    def _stopped(self, floor: Floor) -> str:
        if floor.environment is Environment.LIVE and not self._is_armed(floor.key):
            return f"{floor.key} is LIVE and not armed"
        if not floor.is_up:
            return f"The link to {floor.key.connection} is down"
        return ""

    def _price(self, floor: Floor, ticket: Ticket, contract: ResolvedContract) -> Decimal | None:
        return floor.price(contract.contract_id) or self._house.price(ticket.symbol)

    # What goes

    def _intent(self, ticket: Ticket, contract: ResolvedContract) -> Intent:
        legs = []
        if ticket.target is not None:
            legs.append(Leg(Purpose.TARGET, OrderKind.LIMIT, _id(), price=ticket.target))
        if ticket.stop_loss is not None:
            legs.append(Leg(Purpose.STOP, OrderKind.STOP, _id(), stop_price=ticket.stop_loss))
        return Intent(
            client_id=_id(),
            decision_id=self._house.records.next_decision(),
            key=ticket.key,
            contract_id=contract.contract_id,
            contract=contract.name,
            purpose=Purpose.HAND,
            way=ticket.way,
            quantity=ticket.quantity,
            kind=ticket.kind,
            price=ticket.price,
            stop_price=ticket.stop_price,
            distance=ticket.distance,
            time_in_force=ticket.time_in_force,
            legs=tuple(legs),
            is_automated=False,
            at=self._house.clock(),
        )

    async def _write(self, intent: Intent, ticket: Ticket) -> None:
        decision = Decision(
            id=intent.decision_id,
            at=intent.at,
            wish=Wish.HAND,
            verdict=Verdict.SENT,
            key=ticket.key,
            symbol=ticket.symbol,
            contract=intent.contract,
            before=0,
            wanted=ticket.way.sign * ticket.quantity,
            reason=f"{ticket.way.lower()} {ticket.quantity} {ticket.kind} by hand",
        )
        await self._commit(intent, decision)

    async def _commit(self, intent: Intent, decision: Decision | None = None) -> None:
        try:
            decisions = [] if decision is None else [decision]
            await self._house.records.commit(Entry(intents=[intent], decisions=decisions))
        except NotStored as error:
            raise UserError(f"It cannot be written down: {error}", "Nothing was sent.") from error
        self.intents[intent.client_id] = intent
        for leg in intent.legs:
            self.intents[leg.client_id] = intent

    def _placed(self, intent: Intent, answer: Answer) -> Placed:
        records = self._house.records
        decision = records.decision(intent.decision_id)
        state, order_id, said = _state_of(answer)
        self._settle(intent, state, order_id, said)
        if decision is not None:
            verdict = Verdict.DONE if isinstance(answer, Placed) else Verdict.FAILED
            verdict = Verdict.PERSON if isinstance(answer, Doubt) else verdict
            records.decide(decision, verdict=verdict, came=said or f"order {order_id}")
        match answer:
            case Placed():
                return answer
            case Refused(said=said):
                raise UserError(f"The broker refused it: {said}")
            case NotSent(why=why):
                raise UserError(f"It was not sent on: {why}", "Nothing happened at the broker.")
        raise UserError(
            f"Nobody knows whether it arrived: {said}",
            "Look at `justtrades orders` and `justtrades broker-positions` before you repeat.",
        )

    def _settle(self, intent: Intent, state: IntentState, order_id: int | None, said: str) -> None:
        settled = replace(intent, state=state, order_id=order_id, said=said)
        self.intents[intent.client_id] = settled
        self._house.records.note(Entry(intents=[settled]))

    def _working(
        self, floor: Floor, order_id: int, *, to_cancel: bool = False, quietly: bool = False
    ) -> BrokerOrder:
        """A living order; one may always be taken back, armed or not."""
        order = next((o for o in floor.working() if o.id == order_id), None)
        if order is None:
            raise UserError(
                f"There is no working order {order_id} on {floor.key}",
                "`justtrades orders` lists them.",
            )
        if self._keeper_of(floor.key, order) and not quietly:
            raise UserError(
                f"Order {order_id} is an exit that a strategy keeps",
                "It would be put back at once: change the link's exits, or close the position.",
            )
        is_armed = floor.environment is not Environment.LIVE or self._is_armed(floor.key)
        if not (to_cancel or is_armed):
            raise UserError(f"{floor.key} is LIVE and not armed", "Arm it, or use flatten.")
        return order

    def _command(self, floor: Floor, order: BrokerOrder, purpose: Purpose, quantity: int) -> Intent:
        return Intent(
            client_id=_id(),
            decision_id=0,
            key=floor.key,
            contract_id=order.contract_id or 0,
            contract=order.symbol,
            purpose=purpose,
            way=Way(order.action),
            quantity=quantity,
            kind=OrderKind(order.kind),
            target_id=order.id,
            is_automated=False,
            at=self._house.clock(),
        )

    @staticmethod
    def _done(answer: Answer) -> None:
        match answer:
            case Refused(said=said):
                raise UserError(f"The broker refused it: {said}")
            case NotSent(why=why):
                raise UserError(f"It was not sent on: {why}", "Nothing happened at the broker.")
            case Doubt(why=why):
                raise UserError(f"Nobody knows whether it arrived: {why}", "Look at the order.")


def _state_of(answer: Answer) -> tuple[IntentState, int | None, str]:
    match answer:
        case Placed(order_id=order_id):
            return IntentState.PLACED, order_id, ""
        case Refused(said=said):
            return IntentState.REJECTED, None, said
        case NotSent(why=why):
            return IntentState.NOT_SENT, None, why
        case Doubt(why=why):
            return IntentState.DOUBT, None, why
    return IntentState.DONE, None, ""


def _priced(intent: Intent, price: Decimal | None, stop_price: Decimal | None) -> Intent:
    return replace(intent, price=price, stop_price=stop_price)


def _with_bracket(shown: Preview, ticket: Ticket, contract: ResolvedContract) -> Preview:
    tick, value, reference = contract.tick_size, contract.tick_value, shown.reference
    if tick is None or value is None or reference is None:
        return shown

    def ticks_to(price: Decimal | None) -> Decimal | None:
        return None if price is None else (price - reference) * ticket.way.sign / tick

    target, stop = ticks_to(ticket.target), ticks_to(ticket.stop_loss)
    return replace(
        shown,
        target_ticks=target,
        target_money=None if target is None else target * value * ticket.quantity,
        stop_ticks=stop,
        stop_money=None if stop is None else stop * value * ticket.quantity,
    )


async def seen(floor: Floor, order_id: int, *, pause: float = 0.0) -> BrokerOrder | None:
    """How an order stands by the broker's events, waited for; None where none came."""
    if pause:
        await asyncio.sleep(pause)
    ends = asyncio.get_running_loop().time() + _SEEN
    while asyncio.get_running_loop().time() < ends:
        order = floor.order(order_id)
        if order is not None and order.status not in ("", "PendingNew"):
            return order
        await asyncio.sleep(0.05)
    return None


def _stands(order_id: int, order: BrokerOrder | None) -> str:
    return f"Order {order_id} is {order.status if order is not None else 'not told of yet'}."


def _may_fill(floor: Floor, intent: Intent) -> bool:
    if intent.state is not IntentState.PLACED or intent.order_id is None:
        return not intent.state.is_over
    order = floor.order(intent.order_id)
    return order is None or order.alive


def _lives(floor: Floor, order_id: int) -> bool:
    order = floor.order(order_id)
    return order is not None and order.alive


def _id() -> str:
    return f"hand-{secrets.token_hex(8)}"
