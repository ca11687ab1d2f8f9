"""Whether an order arrived: events first, then complete looks; absence counts after the second."""

from __future__ import annotations

from justtrades_desktop.domain.orders import Intent, IntentState
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane_state import LaneState, Unsure
from justtrades_desktop.execution.ports import Floor, Gone, Unclear
from justtrades_desktop.execution.sending import Sender

_LOOKS = 2


class Doubts:
    """Resolves what is in doubt in one lane."""

    def __init__(self, state: LaneState, floor: Floor, house: House, sender: Sender) -> None:
        self._state = state
        self._floor = floor
        self._house = house
        self._sender = sender

    def by_events(self) -> bool:
        """Adopt what the broker's events show; whether there was anything."""
        found = False
        for client_id in [*self._state.doubts]:
            intent, order = self._state.intents.get(client_id), self._floor.order_of(client_id)
            if intent is None:
                self._state.doubts.pop(client_id)
            elif order is not None:
                self._sender.adopt(intent, order.id, order.oco_id)
                found = True
        for client_id, intent in [*self._state.absent.items()]:
            if (order := self._floor.order_of(client_id)) is not None:
                del self._state.absent[client_id]
                self._came_late(intent, order.id, order.oco_id)
                found = True
        return found

    def _came_late(self, intent: Intent, order_id: int, oco_id: int | None) -> None:
        """It was proven absent, and is there all the same."""
        self._sender.adopt(intent, order_id, oco_id)
        self._house.tell(
            f"{intent.key}: {intent.way} {intent.quantity} {intent.contract} arrived after all, "
            "long after it was sent.",
            intent.key,
        )

    @property
    def waited(self) -> float:
        """How long the oldest doubt lasts, in seconds."""
        now = self._house.now()
        return max((now - each.since for each in self._state.doubts.values()), default=0.0)

    def are_of_entries(self) -> bool:
        """Whether nothing but entries is in doubt: exits need not wait for those."""
        found = [self._state.intents.get(each) for each in self._state.doubts]
        return all(intent is not None and intent.purpose.opens for intent in found)

    def next_at(self) -> float | None:
        """When the next look is due, by the loop's time."""
        return min((each.next_look for each in self._state.doubts.values()), default=None)

    async def look(self) -> bool:
        """Make the looks that are due; whether anything is known now that was not."""
        now, resolved = self._house.now(), False
        for client_id, unsure in [*self._state.doubts.items()]:
            intent = self._state.intents.get(client_id)
            if intent is None:
                self._state.doubts.pop(client_id)
            elif unsure.next_look <= now:
                resolved |= await self._look_for(intent, unsure)
        return resolved

    async def _look_for(self, intent: Intent, unsure: Unsure) -> bool:
        found = await self._floor.look_up(intent.client_id)
        now, patience = self._house.now(), self._house.patience
        unsure.next_look = now + patience.doubt
        if isinstance(found, int):
            self._sender.adopt(intent, found)
            await self._floor.look_at(found)
            return True
        if isinstance(found, Gone):
            unsure.looks += 1
            if unsure.looks >= _LOOKS:
                self._sender.settle(
                    intent, IntentState.ABSENT, said="it never arrived: looked for twice"
                )
                self._state.doubts.pop(intent.client_id, None)
                return True
        self._tell(intent, unsure, found)
        return False

    def _tell(self, intent: Intent, unsure: Unsure, found: Gone | Unclear) -> None:
        waited = self._house.now() - unsure.since
        if unsure.told or waited < self._house.patience.person:
            return
        unsure.told = True
        why = f" ({found.why})" if isinstance(found, Unclear) else ""
        self._house.tell(
            f"For {waited:.0f} s nobody knows whether {intent.way} {intent.quantity} "
            f"{intent.contract} arrived at {intent.key}{why}. Look at the broker's own screen.",
            intent.key,
        )
