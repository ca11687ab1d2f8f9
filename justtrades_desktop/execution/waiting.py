"""What a lane waits for: the effect of a change, legs that were not told of, ends of orders."""

from __future__ import annotations

from justtrades_desktop.domain.broker import BrokerOrder
from justtrades_desktop.domain.orders import Intent, IntentState, OrderKind, Purpose
from justtrades_desktop.execution.filling import is_complete
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.keeping import Keeper
from justtrades_desktop.execution.lane_state import EXITS, REDUCING, LaneState, Ours
from justtrades_desktop.execution.ports import Floor, Gone
from justtrades_desktop.execution.timer import Timer


class Waiting:
    """Nothing is waited for without an end: what does not show in time is looked at."""

    def __init__(
        self, state: LaneState, floor: Floor, house: House, keeper: Keeper, timer: Timer
    ) -> None:
        self._state = state
        self._floor = floor
        self._house = house
        self._keeper = keeper
        self._timer = timer

    async def effects(self) -> bool:
        """Changes and cancels whose effect shows, or whose time is up; whether any went."""
        gone = False
        for order_id, changing in [*self._state.changing.items()]:
            order = self._floor.order(order_id)
            if order is not None and _shows(order, changing.intent):
                del self._state.changing[order_id]
                gone = True
            elif changing.until <= self._house.now():
                looked = await self._floor.look_at(order_id)
                self._state.changing.pop(order_id, None)
                if looked is None or not _shows(looked, changing.intent):
                    self._keeper.failed(f"{changing.intent.purpose} had no effect")
                gone = True
            else:
                self._timer.at(changing.until)
        return gone

    async def hatch(self) -> bool:
        """Ask for legs that were not told of; those that are nowhere are not waited for."""
        now, patience = self._house.now(), self._house.patience
        for client_id, hatching in [*self._state.hatching.items()]:
            intent = hatching.intent
            order = self._floor.order(intent.order_id) if intent.order_id is not None else None
            if order is None or (intent.legs and not is_complete(order)):
                continue
            if hatching.until is None:
                hatching.until = now + patience.look
            if now < hatching.until:
                self._timer.at(hatching.until)
                continue
            if not await self._look_for_legs(intent):
                hatching.until = now + patience.look
                continue
            self._state.hatching.pop(client_id, None)
            return True
        return False

    async def _look_for_legs(self, intent: Intent) -> bool:
        """Complete looks for all legs; False where one failed."""
        legs = [*intent.legs, *([intent.oco] if intent.oco is not None else [])]
        for leg in legs:
            found = await self._floor.look_up(leg.client_id)
            if isinstance(found, int):
                self._state.orders[found] = Ours(
                    found,
                    leg.client_id,
                    leg.purpose,
                    intent.decision_id,
                    leg.part,
                    intent.client_id,
                )
                await self._floor.look_at(found)
            elif not isinstance(found, Gone):
                return False
        return True

    def is_under_way(self) -> bool:
        """Whether an order of ours is under way whose end everything else depends on."""
        state = self._state
        # An entry in doubt freezes entries; what is confirmed open may leave all the same.
        markets = [
            each
            for each in state.openings
            if each.kind is OrderKind.MARKET and each.state is not IntentState.DOUBT
        ]
        return bool(
            markets
            or [*state.living(*REDUCING)]
            or self._keeper.under_way
            or state.hatching
            or self._incomplete()
        )

    def _incomplete(self) -> list[int]:
        """Orders of ours that are over, but not all of their fills were told.

        Not for ever: what the broker never tells must hold up no exit. Then its position counts.
        """
        state, now = self._state, self._house.now()
        orders = (self._floor.order(order_id) for order_id in state.orders)
        found = [each.id for each in orders if each and not each.alive and not is_complete(each)]
        state.incomplete = {each: state.incomplete.get(each, now) for each in found}
        given_up = now - self._house.patience.person
        return [each for each, since in state.incomplete.items() if since > given_up]

    async def overdue(self) -> bool:
        """Look at orders that take longer than a market order should."""
        waited = self._waited()
        if waited is None:
            self._timer.later(self._house.patience.look)
            return False
        if self.looked_just_now():
            return False
        before = [self._floor.order(each) for each in waited]
        for order_id in waited:
            await self._floor.look_at(order_id)
        self._timer.later(self._house.patience.look)
        return before != [self._floor.order(each) for each in waited]

    def looked_just_now(self) -> bool:
        """Whether to wait before the next look: what a look finds wakes the lane itself."""
        left = self._state.next_look - self._house.now()
        if left > 0:
            self._timer.later(left)
            return True
        self._state.next_look = self._house.now() + self._house.patience.look
        return False

    def _waited(self) -> list[int] | None:
        """Orders that should have been over, or told of in full, by now."""
        state, now = self._state, self._house.clock()
        market = [
            each
            for each in (*state.openings, *state.living(*REDUCING), *state.living(*EXITS))
            if each.order_id is not None
            and (each.kind is OrderKind.MARKET or self._floor.order(each.order_id) is None)
        ]
        look = self._house.patience.look
        old = {each.order_id or 0 for each in market if (now - each.at).total_seconds() >= look}
        old |= {
            each
            for each in self._incomplete()
            if self._house.now() >= state.incomplete[each] + look
        }
        return sorted(old) or None


def _shows(order: BrokerOrder, intent: Intent) -> bool:
    """Whether a change or cancel has come to pass."""
    if not order.alive:
        return True
    if intent.purpose is Purpose.CANCEL or order.status.startswith("Pending"):
        return False
    return (
        order.quantity == intent.quantity
        and (intent.price is None or order.price == intent.price)
        and (intent.stop_price is None or order.stop_price == intent.stop_price)
    )
