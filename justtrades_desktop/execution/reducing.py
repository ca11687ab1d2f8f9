"""Less of a position: exits out of the way first, then no more than the broker confirms is open."""

from __future__ import annotations

from dataclasses import replace

from justtrades_desktop.domain.exit_moves import Cancel, CloseNow, Modify
from justtrades_desktop.domain.orders import (
    Held,
    Intent,
    IntentState,
    OrderKind,
    Purpose,
    way_of,
)
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.keeping import Keeper
from justtrades_desktop.execution.lane_state import REDUCING, LaneState, new_client_id
from justtrades_desktop.execution.ports import Entry, Floor, NotSent, Refused
from justtrades_desktop.execution.sending import Sender

_TRIED = 3
"""So often a change or cancel may be refused before another way is taken."""


class Reducing:
    """Trims and closes of one lane; each call does at most one thing at the broker."""

    def __init__(
        self, state: LaneState, floor: Floor, house: House, sender: Sender, keeper: Keeper
    ) -> None:
        self._state = state
        self._floor = floor
        self._house = house
        self._sender = sender
        self._keeper = keeper

    def due(self) -> int:
        """How many contracts are to leave; 0 where none."""
        held = self._state.held
        if held is None or held.own == 0:
            return 0
        stays = abs(held.wanted) if held.wanted * held.own > 0 else 0
        return max(0, abs(held.own) - stays)

    def open_now(self, held: Held) -> int:
        """Contracts on the link's side that the broker confirms are open."""
        net = held.own + held.manual
        return abs(net) if net * held.own > 0 else 0

    async def step(self, count: int) -> bool:
        """Do the next thing; False where there is nothing to do but wait."""
        held, now = self._state.held, self._house.now()
        if held is None or any(self._state.living(*REDUCING)) or now < self._state.not_before:
            return False
        is_open = self.open_now(held)
        whole = count >= abs(held.own)
        if self._waits_for_the_other(now):
            return False
        if whole and self._house.records.trouble:
            return await self._without_a_ledger(held, whole=True)
        if whole and self._state.failures >= _TRIED and self._keeper.live():
            return await self.liquidate(held, "its exits cannot be cancelled")
        if whole:
            if live := self._keeper.live():
                return await self.cancel([each.order_id for each in live if not each.changing])
            leaving = is_open
        else:
            leaving = min(count, is_open)
            if not self._keeper.is_low_enough(is_open - leaving):
                return await self._lower_exits(is_open - leaving)
        if leaving == 0:
            # Somebody else has closed it already: nothing is left to leave.
            self._state.held = replace(held, own=0, manual=held.own + held.manual, average=None)
            self._house.records.note(Entry(held=[self._state.held]))
            return True
        return await self._leave(held, leaving, whole=whole)

    def _waits_for_the_other(self, now: float) -> bool:
        """A rule's exit and the one at the broker are the same: that one is given a moment."""
        goal = self._state.goal
        if goal is None or not goal.by_rule or not self._keeper.live():
            return False
        return now < goal.begun + self._house.patience.moment

    async def cancel(self, order_ids: list[int]) -> bool:
        """Cancel exits; one of each pair is enough. Whether anything was sent."""
        sent = False
        over: set[int] = set()
        for order_id in order_ids:
            order = self._floor.order(order_id)
            if order is None or order_id in over:
                continue
            sent |= await self._keeper.carry_out(Cancel(order_id))
            if order.oco_id is not None:
                over.add(order.oco_id)
        return sent

    async def _lower_exits(self, size: int) -> bool:
        """Make room in the exits before a part leaves."""
        move = self._keeper.move(size)
        if isinstance(move, Modify | Cancel) and self._state.failures < _TRIED:
            return await self._keeper.carry_out(move)
        live = [each.order_id for each in self._keeper.live() if not each.changing]
        # A price that cannot be reckoned must not keep a part from leaving.
        return await self.cancel(live) if live and not isinstance(move, CloseNow) else False

    async def _leave(self, held: Held, quantity: int, *, whole: bool) -> bool:
        intent = Intent(
            client_id=new_client_id(),
            decision_id=self._decision_id(held),
            key=held.key,
            contract_id=held.contract_id,
            contract=held.contract,
            purpose=Purpose.CLOSE if whole else Purpose.TRIM,
            way=way_of(held.own).other,
            quantity=quantity,
            kind=OrderKind.MARKET,
            at=self._house.clock(),
        )
        if not await self._sender.commit([intent]):
            return await self._without_a_ledger(held, whole=whole)
        net = self._floor.net(held.contract_id)
        if net == self._state.trusted:  # a fresh look has proven it old
            net = self._state.expected
        if self.due() < min(quantity, abs(held.own)):
            self._sender.settle(intent, IntentState.NOT_SENT, said="overtaken before it was sent")
            return True
        if net * held.own <= 0 or abs(net) < quantity:
            said = "less was open by the time it would have gone"
            self._sender.settle(intent, IntentState.NOT_SENT, said=said)
            self._state.not_before = self._house.now() + self._house.patience.settle
            return True
        (answer,) = await self._sender.place([intent], fresh=self._house.patience.fresh)
        if isinstance(answer, Refused | NotSent):
            self._failed(answer)
            return False
        return True

    async def liquidate(self, held: Held, why: str) -> bool:
        """The broker cancels and flattens in one; it cannot overshoot."""
        self._state.not_before = self._house.now() + self._house.patience.doubt
        said = f"{held.key}: {held.contract} is left to the broker to flatten: {why}."
        self._house.tell(said, held.key)
        self._house.liquidated[held.key, held.contract_id] = held
        answer = await self._floor.liquidate(held.contract_id)
        if isinstance(answer, Refused | NotSent):
            self._failed(answer)
        return False

    async def _without_a_ledger(self, held: Held, *, whole: bool) -> bool:
        """A disk that fails stops no exit: the broker flattens by itself and cannot overshoot."""
        self._state.not_before = self._house.now() + self._house.patience.doubt
        if whole and self._floor.is_up and not any(self._state.living(*REDUCING)):
            self._house.liquidated[held.key, held.contract_id] = held
            await self._floor.liquidate(held.contract_id)
            said = f"{held.key}: the ledger cannot be written, so {held.contract} was flattened."
            self._house.tell(said, held.key)
        return False

    def _failed(self, answer: Refused | NotSent) -> None:
        """An exit is never given up: again, after a pause that grows."""
        said = answer.said if isinstance(answer, Refused) else answer.why
        self.failed(said, answer.seconds if isinstance(answer, NotSent) else 0.0)

    def failed(self, said: str, seconds: float = 0.0) -> None:
        """The same, of one that was taken and rejected afterwards."""
        state, patience = self._state, self._house.patience
        if state.failures == 0 and state.held is not None:
            held = state.held
            self._house.tell(
                f"{held.key}: the exit of {held.contract} is refused: {said}", held.key
            )
        self._keeper.failed(said)
        if seconds:
            pause = min(seconds, patience.longest)
            state.not_before = max(state.not_before, self._house.now() + pause)

    def _decision_id(self, held: Held) -> int:
        goal = self._state.goal
        return goal.decision.id if goal is not None else held.decision_id
