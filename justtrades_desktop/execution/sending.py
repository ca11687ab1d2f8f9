"""One intent from the disk to the broker and back: committed first, sent at most once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from justtrades_desktop.domain.broker import BrokerOrder
from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.orders import NEXT, Decision, Held, Intent, IntentState, Purpose
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane_state import (
    Changing,
    Hatching,
    LaneState,
    Ours,
    Unsure,
)
from justtrades_desktop.execution.ports import (
    Answer,
    Doubt,
    Entry,
    Floor,
    NotSent,
    Placed,
    Refused,
    Taken,
)

log = logging.getLogger(__name__)


class Sender:
    """Sends for one lane, and keeps what is known of each intent."""

    def __init__(self, state: LaneState, floor: Floor, house: House) -> None:
        self._state = state
        self._floor = floor
        self._house = house

    async def commit(
        self,
        intents: Sequence[Intent],
        *,
        decisions: Sequence[Decision] = (),
        held: Held | None = None,
    ) -> bool:
        """Have intents on disk, with what belongs to them; False where that is not possible."""
        entry = Entry(intents=intents, decisions=decisions, held=[] if held is None else [held])
        if held is not None:  # before the wait: what comes meanwhile builds on it
            self._state.held = held
        try:
            await self._house.records.commit(entry)
        except NotStored as error:
            log.warning("nothing is sent, for it cannot be written down: %s", error)
            return False
        self._state.intents |= {each.client_id: each for each in intents}
        newest = self._state.held
        if held is not None and newest != held:
            # A fill came meanwhile, and may lie on disk below what was just written.
            flat = [] if newest is not None else [(held.link_id, held.contract_id)]
            self._house.records.note(Entry(held=[newest] if newest else [], flat=flat))
        return True

    async def place(self, intents: Sequence[Intent], *, fresh: float) -> list[Answer]:
        """Send new orders side by side; they are on disk."""
        answers = await asyncio.gather(*(self._place(each, fresh) for each in intents))
        return [*answers]

    async def _place(self, intent: Intent, fresh: float) -> Answer:
        signal_id = self._signal_of(intent)
        try:
            answer = await self._floor.place(intent, signal_id=signal_id, fresh=fresh)
        except BaseException:  # broken off in the middle: perhaps sent
            self._note(intent, Doubt("it was broken off while it was sent"))
            raise
        self._note(intent, answer)
        return answer

    async def change(self, intent: Intent, order: BrokerOrder) -> Answer:
        """Send a change or a cancel of ``order``; it is on disk."""
        fresh, signal_id = self._house.patience.fresh, self._signal_of(intent)
        if intent.purpose is Purpose.CANCEL:
            answer = await self._floor.cancel(intent, signal_id=signal_id, fresh=fresh)
        else:
            answer = await self._floor.modify(intent, order, signal_id=signal_id, fresh=fresh)
        self._note(intent, answer)
        return answer

    def settle(self, intent: Intent, to: IntentState, **changes: object) -> Intent:
        """``intent`` in its next state, noted; a step that is not legal changes nothing."""
        known = self._state.intents.get(intent.client_id, intent)
        if to is not known.state and to not in NEXT.get(known.state, frozenset()):
            log.error("intent %s cannot go from %s to %s", known.client_id, known.state, to)
            return known
        new = replace(known, state=to, **changes)  # type: ignore[arg-type]
        if to.is_over:
            self._state.intents.pop(new.client_id, None)
            self._state.doubts.pop(new.client_id, None)
            if to is IntentState.ABSENT:
                self._state.absent[new.client_id] = new
        else:
            self._state.intents[new.client_id] = new
        if new != known:
            self._house.records.note(Entry(intents=[new]))
        return new

    def adopt(self, intent: Intent, order_id: int, oco_id: int | None = None) -> Intent:
        """The broker has it under that id."""
        self._state.doubts.pop(intent.client_id, None)
        self._state.orders[order_id] = Ours(
            order_id, intent.client_id, intent.purpose, intent.decision_id, intent.part
        )
        if intent.oco is not None or intent.legs:
            self._state.hatching[intent.client_id] = Hatching(replace(intent, order_id=order_id))
        if intent.oco is not None and oco_id is not None:
            self._state.orders[oco_id] = other_of(intent, oco_id)
        return self.settle(intent, IntentState.PLACED, order_id=order_id)

    def _signal_of(self, intent: Intent) -> int | None:
        decision = self._house.records.decision(intent.decision_id)
        return decision.signal_id if decision is not None else None

    def _note(self, intent: Intent, answer: Answer) -> None:
        match answer:
            case Placed(order_id=order_id, oco_id=oco_id):
                self.adopt(intent, order_id, oco_id)
            case Taken():
                self._await_effect(intent)
            case Refused(said=said):
                self.settle(intent, IntentState.REJECTED, said=said)
            case NotSent(why=why):
                self.settle(intent, IntentState.NOT_SENT, said=why)
            case Doubt(why=why):
                self.in_doubt(intent, why)

    def _await_effect(self, intent: Intent) -> None:
        if intent.target_id is not None:
            until = self._house.now() + self._house.patience.command
            self._state.changing[intent.target_id] = Changing(intent, until)
        self.settle(intent, IntentState.DONE)

    def in_doubt(self, intent: Intent, why: str) -> None:
        """Perhaps the broker has it: it is looked for, and never sent again."""
        now, patience = self._house.now(), self._house.patience
        if intent.target_id is not None:
            # What it changed is looked at anew; asked once more it changes nothing a second time.
            self._state.changing[intent.target_id] = Changing(intent, now)
            self.settle(intent, IntentState.DONE, said=f"perhaps: {why}")
            return
        if self.settle(intent, IntentState.DOUBT, said=why).state is IntentState.DOUBT:
            self._state.doubts[intent.client_id] = Unsure(now, next_look=now + patience.doubt)


def other_of(intent: Intent, order_id: int) -> Ours:
    """The other of a pair."""
    leg = intent.oco
    if leg is None:
        raise ValueError(f"{intent.client_id} is no pair")
    return Ours(order_id, leg.client_id, leg.purpose, intent.decision_id, leg.part)
