"""What is really there: fills and position compared, the broker asked, strangers seen."""

from __future__ import annotations

from dataclasses import replace

from justtrades_desktop.domain.orders import Decision, Held, Verdict, Wish
from justtrades_desktop.execution.filling import Filling, is_complete
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane_state import EXITS, LaneState
from justtrades_desktop.execution.ports import Entry, Floor
from justtrades_desktop.execution.timer import Timer
from justtrades_desktop.execution.waiting import Waiting


class Settling:
    """Nothing is closed before it is known how much is open."""

    def __init__(
        self,
        state: LaneState,
        floor: Floor,
        house: House,
        *,
        filling: Filling,
        waiting: Waiting,
        timer: Timer,
        contract_id: int,
        contract: str,
    ) -> None:
        self._state = state
        self._floor = floor
        self._house = house
        self._filling = filling
        self._waiting = waiting
        self._timer = timer
        self._contract_id = contract_id
        self._contract = contract

    async def settled(self) -> bool:
        """Whether position and fills agree; else it waits, then asks, then believes the answer."""
        state, net = self._state, self._floor.net(self._contract_id)
        if state.held is None or net == state.expected:
            # What was proven old is forgotten: told once more it is news.
            state.unsettled, state.trusted = None, None
            return True
        if state.trusted is not None and state.trusted == net:
            return True
        now, patience = self._house.now(), self._house.patience
        if state.unsettled is None:
            state.unsettled = now
        if now - state.unsettled < patience.look:
            self._timer.later(patience.settle)
            return False
        return await self._ask(net)

    async def _ask(self, told: int) -> bool:
        if self._waiting.looked_just_now():
            return False
        for order_id, ours in [*self._state.orders.items()]:
            order = self._floor.order(order_id)
            if order is None or not is_complete(order) or ours.purpose not in EXITS:
                await self._floor.look_at(order_id)
        confirmed = await self._floor.confirmed_net(self._contract_id)
        news = self._filling.work_in(self._contract_id, self._contract)
        held = self._state.held
        if confirmed is None or news or held is None:
            self._timer.later(self._house.patience.look)
            return False
        self._state.unsettled = None
        if confirmed == self._state.expected:
            self._state.trusted = told
            return True
        self._state.trusted = None
        self._manual(held, confirmed - held.own)
        return self._floor.net(self._contract_id) == confirmed

    def _manual(self, held: Held, manual: int) -> None:
        """Somebody traded here: seen and shown, never corrected."""
        house, change = self._house, manual - held.manual
        self._state.held = replace(held, manual=manual)
        said = f"somebody else {'bought' if change > 0 else 'sold'} {abs(change)} {self._contract}"
        decision = Decision(
            id=house.records.next_decision(),
            at=house.clock(),
            wish=Wish.MANUAL,
            verdict=Verdict.DONE,
            key=self._floor.key,
            link_id=held.link_id or None,
            symbol=held.symbol,
            contract=self._contract,
            before=held.own + held.manual,
            wanted=held.own + manual,
            reason=said,
        )
        house.records.note(Entry(decisions=[decision], held=[self._state.held]))
        house.tell(f"{self._floor.key}: {said}.", self._floor.key)
