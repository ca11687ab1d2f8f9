"""The one live exit set of a link's position: what rests at the broker is made what should."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import assert_never

from justtrades_desktop.domain.broker import BrokerOrder
from justtrades_desktop.domain.exit_live import LiveExit
from justtrades_desktop.domain.exit_moves import Cancel, CloseNow, Modify, Move, Place, next_move
from justtrades_desktop.domain.exit_set import ExitPlan, NoExitSet, Part, Stop, exit_set, plan_of
from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.orders import Held, Intent, Leg, OrderKind, Purpose, Way, way_of
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane_state import EXITS, LaneState, Ours, new_client_id
from justtrades_desktop.execution.ports import Answer, Floor, NotSent, Placed, Refused
from justtrades_desktop.execution.sending import Sender

log = logging.getLogger(__name__)

STAYS = "GTC"
"""An exit outlives the session: what is open overnight stays protected."""


def plan_for(
    house: House, link_id: int, take_profit: str | None, stop_loss: str | None
) -> ExitPlan:
    """The exits that a link's position shall have now; none where the link is gone."""
    link = house.link(link_id)
    if link is None:
        return ExitPlan()
    return plan_of(
        link.settings,
        house.recorder_exits(link.recorder_id),
        take_profit=None if take_profit is None else level(take_profit),
        stop_loss=None if stop_loss is None else level(stop_loss),
    )


class Keeper:
    """Keeps the exits of one lane; each call does at most one thing at the broker."""

    def __init__(
        self, state: LaneState, floor: Floor, house: House, sender: Sender, contract_id: int
    ) -> None:
        self._state = state
        self._floor = floor
        self._house = house
        self._sender = sender
        self._contract_id = contract_id

    # What there is

    def live(self) -> list[LiveExit]:
        """Our living exits; those under a command, or hanging on an entry that works, are left."""
        working = list(self._floor.working(self._contract_id))
        hung = {intent.client_id for intent in self._state.openings}
        found = []
        for order, ours in self._state.exits(working):
            changing = order.id in self._state.changing or ours.parent in hung
            found.append(_live(order, ours, changing=changing))
        return found

    @property
    def under_way(self) -> bool:
        """Whether an exit is on its way to the broker, or in doubt."""
        return any(
            each.order_id is None or self._floor.order(each.order_id) is None
            for each in self._state.living(*EXITS)
        )

    def desired(self, size: int) -> Mapping[int, Part]:
        """What should rest for ``size`` contracts of what is held.

        Raises:
            NoExitSet: no price can be reckoned.
        """
        held = self._state.held
        if held is None or not held.own or size <= 0 or held.average is None:
            return {}
        plan = plan_for(self._house, held.link_id, held.take_profit, held.stop_loss)
        return exit_set(
            plan,
            side=1 if held.own > 0 else -1,
            size=size,
            average=held.average,
            product=self._house.product(held.symbol),
            favourable=held.best,
            filled=dict(enumerate(held.filled)),
            done=held.done,
            standing=self._standing(held),
        )

    def _standing(self, held: Held) -> Decimal | None:
        """The stop that rests for this very average: it never moves back."""
        side, state = 1 if held.own > 0 else -1, self._state
        stops = [
            each.stop_price
            for each in self.live()
            if each.kind is OrderKind.STOP and each.part is not None and each.stop_price is not None
            if state.stops_for.get(each.order_id, state.stop_average) == held.average
        ]
        return max(stops, key=lambda price: price * side, default=None)

    def is_covered(self, size: int) -> bool:
        """Whether all that should be stopped is."""
        try:
            wanted = sum(part.quantity for part in self.desired(size).values() if part.stop)
        except NoExitSet:
            return True
        return sum(each.quantity for each in self.live() if each.purpose is Purpose.STOP) >= wanted

    def marked(self, price: Decimal) -> bool:
        """Take a price of the market; whether it may move a stop."""
        held = self._state.held
        if held is None or not held.own:
            return False
        side = 1 if held.own > 0 else -1
        if held.best is not None and (price - held.best) * side <= 0:
            return False
        self._state.held = replace(held, best=price)
        plan = plan_for(self._house, held.link_id, held.take_profit, held.stop_loss)
        return plan.trail is not None or plan.break_even is not None

    # What is to be done

    def move(self, size: int) -> Move | None:
        """The next thing to do so that the right exits rest for ``size`` contracts."""
        held = self._state.held
        side = 1 if held is not None and held.own > 0 else -1
        try:
            desired = self.desired(size)
        except NoExitSet as error:
            if str(error) != self._state.protect_failed:
                self._state.protect_failed = str(error)
                self._house.tell(str(error), self._floor.key)
            return None
        price = self._floor.price(self._contract_id)
        return next_move(desired, self.live(), size=size, side=side, price=price)

    def is_low_enough(self, size: int) -> bool:
        """Whether no more than ``size`` contracts can leave by resting exits."""
        live = self.live()
        return all(
            sum(each.quantity for each in live if each.purpose is purpose) <= size
            for purpose in EXITS
        )

    async def carry_out(self, move: Modify | Cancel | Place) -> bool:
        """Do it; False where nothing could be sent, and it is to be tried later."""
        held = self._state.held
        intent = self._intent(held, move) if held is not None else None
        if intent is None or held is None or not await self._sender.commit([intent], held=held):
            return self.failed("it could not be prepared")
        if isinstance(move, Place):
            (answer,) = await self._sender.place([intent], fresh=self._house.patience.fresh)
            if isinstance(answer, Placed):
                stop_id = answer.order_id if intent.oco is None else answer.oco_id
                self._state.stops_for[stop_id or answer.order_id] = held.average
            return self._answered(answer)
        order = self._floor.order(move.order_id)
        if order is None:
            return self.failed("the order is not known")
        if isinstance(move, Modify) and move.stop_price is not None:
            self._state.stops_for[order.id] = held.average
        answer = await self._sender.change(intent, order)
        if isinstance(answer, Refused):  # perhaps it is over, and nobody has told so yet
            looked = await self._floor.look_at(order.id)
            if looked is not None and not looked.alive:
                return True
        return self._answered(answer)

    def _answered(self, answer: Answer) -> bool:
        match answer:
            case Refused(said=said) | NotSent(why=said):
                return self.failed(said)
        if not isinstance(answer, Placed):  # a placed one may be rejected yet
            self._state.failures = 0
        return True

    def failed(self, said: str) -> bool:
        """Try later, after a pause that grows."""
        state, patience = self._state, self._house.patience
        state.protect_failed = said
        pause = min(patience.longest, patience.again * 2**state.failures)
        state.failures = min(state.failures + 1, 10)
        state.not_before = self._house.now() + pause
        return False

    def _intent(self, held: Held, move: Modify | Cancel | Place) -> Intent | None:
        way = way_of(held.own).other if held.own else Way.SELL
        match move:
            case Place():
                return self._placed(held, move, way)
            case Modify(order_id=order_id):
                order = self._floor.order(order_id)
                if order is None:
                    return None
                return self._new(
                    held,
                    Purpose.MODIFY,
                    Way(order.action),
                    quantity=move.quantity + order.filled,
                    price=move.price,
                    stop_price=move.stop_price,
                    target_id=order_id,
                    kind=OrderKind(order.kind),
                )
            case Cancel(order_id=order_id):
                order = self._floor.order(order_id)
                way = Way(order.action) if order is not None else way
                quantity = (order.quantity or 1) if order is not None else 1
                return self._new(held, Purpose.CANCEL, way, quantity=quantity, target_id=order_id)
            case _:
                assert_never(move)

    def _placed(self, held: Held, move: Place, way: Way) -> Intent | None:
        stop = None if move.stop is None else stop_leg(move.stop, move.part)
        if move.target is not None:
            return self._new(
                held,
                Purpose.TARGET,
                way,
                quantity=move.quantity,
                kind=OrderKind.LIMIT,
                price=move.target,
                time_in_force=STAYS,
                part=move.part,
                oco=stop,
            )
        if stop is None:
            return None
        return self._new(
            held,
            Purpose.STOP,
            way,
            quantity=move.quantity,
            kind=stop.kind,
            stop_price=stop.stop_price,
            distance=stop.distance,
            time_in_force=STAYS,
            part=move.part,
        )

    def _new(self, held: Held, purpose: Purpose, way: Way, **terms: object) -> Intent:
        return Intent(
            client_id=new_client_id(),
            decision_id=held.decision_id,
            key=self._floor.key,
            contract_id=self._contract_id,
            contract=held.contract,
            purpose=purpose,
            way=way,
            at=self._house.clock(),
            **terms,  # type: ignore[arg-type]
        )


def stop_leg(stop: Stop, part: int | None) -> Leg:
    """A stop as a leg of a pair or of an entry."""
    return Leg(
        Purpose.STOP,
        stop.kind,
        new_client_id(),
        stop_price=stop.price,
        distance=stop.distance,
        part=part,
    )


def target_leg(price: Decimal, part: int | None) -> Leg:
    """A target as a leg of an entry."""
    return Leg(Purpose.TARGET, OrderKind.LIMIT, new_client_id(), price=price, part=part)


def _live(order: BrokerOrder, ours: Ours, *, changing: bool) -> LiveExit:
    oco_id = None if order.oco_id is None else min(order.id, order.oco_id)
    return LiveExit(
        order_id=order.id,
        purpose=ours.purpose,
        part=ours.part,
        quantity=max(0, (order.quantity or 0) - order.filled),
        kind=OrderKind(order.kind),
        price=order.price,
        stop_price=order.stop_price,
        distance=order.distance,
        oco_id=oco_id,
        changing=changing or order.status.startswith("Pending"),
    )


__all__ = ["STAYS", "CloseNow", "Keeper", "plan_for", "stop_leg", "target_leg"]
