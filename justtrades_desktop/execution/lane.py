"""A lane: one contract of one account, served by one actor, one thing after another.

Whatever wakes it (a decision, an event of the broker, a price, a timer), it looks at what is there
and does the one next thing; so a restart, a lost answer and an ordinary day take the same way.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from decimal import Decimal

from justtrades_desktop.domain.exit_moves import Cancel, CloseNow
from justtrades_desktop.domain.orders import (
    Held,
    Intent,
    IntentState,
    Purpose,
    Verdict,
)
from justtrades_desktop.execution.aims import Aims
from justtrades_desktop.execution.doubts import Doubts
from justtrades_desktop.execution.filling import Filling, is_complete
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.keeping import Keeper
from justtrades_desktop.execution.lane_state import REDUCING, Goal, LaneState, Ours
from justtrades_desktop.execution.opening import Opening
from justtrades_desktop.execution.ports import Entry, Floor
from justtrades_desktop.execution.reducing import Reducing
from justtrades_desktop.execution.sending import Sender
from justtrades_desktop.execution.settling import Settling
from justtrades_desktop.execution.timer import Timer
from justtrades_desktop.execution.waiting import Waiting

log = logging.getLogger(__name__)

_STEPS = 200  # without a pause; more is a bug, and must not keep the loop


class Lane:
    """Follows the newest goal of its contract, and keeps the exits of what is open."""

    def __init__(self, floor: Floor, contract_id: int, contract: str, house: House) -> None:
        self.floor = floor
        self.contract_id = contract_id
        self.contract = contract
        self.state = LaneState()
        self._house = house
        self._woken = asyncio.Event()
        self._timer = Timer(house.now)
        self._sender = Sender(self.state, floor, house)
        self._doubts = Doubts(self.state, floor, house, self._sender)
        self._filling = Filling(self.state, floor, house, self._sender)
        self.keeper = Keeper(self.state, floor, house, self._sender, contract_id)
        self._reducing = Reducing(self.state, floor, house, self._sender, self.keeper)
        self._opening = Opening(self.state, floor, house, self._sender)
        self._waiting = Waiting(self.state, floor, house, self.keeper, self._timer)
        self._settling = Settling(
            self.state,
            floor,
            house,
            filling=self._filling,
            waiting=self._waiting,
            timer=self._timer,
            contract_id=contract_id,
            contract=contract,
        )
        self._aims = Aims(self.state, floor, house, contract_id=contract_id, contract=contract)

    # What it is given

    def take_up(self, held: Held | None, intents: list[Intent]) -> None:
        """Go on where the last start ended: what was under way then is in doubt now."""
        self.state.held = held
        self.state.earlier = [
            each for each in intents if each.state.is_over and each.order_id is not None
        ]
        if held is not None and not any(each.purpose is Purpose.ADD for each in intents):
            self.state.stop_average = held.average  # what rests was placed for it
        for intent in intents:
            if intent.state is IntentState.ABSENT:
                self.state.absent[intent.client_id] = intent
            if intent.state.is_over:
                continue
            self.state.intents[intent.client_id] = intent
            if intent.target_id is not None:
                self._sender.settle(intent, IntentState.DONE, said="perhaps, before a restart")
            elif intent.order_id is not None:
                self._sender.adopt(intent, intent.order_id)
            else:
                self._sender.in_doubt(intent, "the program ended while it was under way")
        self._woken.set()

    def adopt(self, ours: Ours) -> None:
        """An order of ours, known from earlier."""
        self.state.orders.setdefault(ours.order_id, ours)

    def give(self, goal: Goal) -> None:
        """Follow ``goal`` from now on; what an older one has not sent is never sent."""
        self._aims.take(goal)
        self._woken.set()

    def freeze(self) -> None:
        """Do nothing more here until :meth:`thaw`: flatten all is at work."""
        self.state.frozen = True
        if (goal := self.state.goal) is not None:
            said = goal.decision.reason or "flatten all came"
            house = self._house
            house.records.decide(goal.decision, verdict=Verdict.SUPERSEDED, reason=said)
            self._aims.finish(goal)
        self._aims.end_replaced()
        self._woken.set()

    def thaw(self, *, flat: bool) -> None:
        """Go on; ``flat`` where the account was verified to hold nothing here."""
        state = self.state
        state.frozen = False
        self._filling.work_in(self.contract_id, self.contract)
        if flat:
            state.changing.clear()
            state.hatching.clear()
            if state.held is not None:
                self.let_go(state.held)
        self._woken.set()

    def mend(self, reduce: int, wanted: int | None, why: str = "a person asked for it") -> None:
        """Carry out what the doctor or a person asks for; exits are put right at once."""
        held, state = self.state.held, self.state
        state.not_before, state.failures = 0.0, 0
        if held is None:
            self._woken.set()
            return
        if reduce:
            side = 1 if held.own > 0 else -1
            stays = 0 if wanted == 0 else side * max(0, abs(held.own) - reduce)
            if state.goal is not None:
                self._house.finished(state.goal, held)
                state.goal = None
            self._aims.want_less(held, stays, why)
        elif wanted is not None:
            state.held = replace(held, wanted=held.own)
            self._house.records.note(Entry(held=[state.held]))
        self._woken.set()

    def price(self, price: Decimal) -> None:
        """Take a price of the market."""
        if self.keeper.marked(price):
            self._woken.set()

    def wake(self) -> None:
        """Something may be new."""
        self._woken.set()

    @property
    def is_busy(self) -> bool:
        """Whether it is at something, or waits for an answer."""
        state = self.state
        return bool(
            state.goal is not None
            or state.openings
            or state.doubts
            or state.changing
            or state.hatching
            or any(state.living(*REDUCING))
            or self._reducing.due()
        )

    # Its life

    async def run(self) -> None:
        """Serve the contract until cancelled."""
        leave = self.floor.listen(self.wake)
        try:
            while True:
                await self._wait()
                for _ in range(_STEPS):
                    if not await self._step():
                        break
                else:
                    log.error(
                        "the lane of %s %s does not come to rest", self.floor.key, self.contract
                    )
                    self._timer.later(1.0)
        finally:
            leave()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._timer.left):
                await self._woken.wait()
        except TimeoutError:
            pass  # a timer of its own
        self._woken.clear()
        self._timer.clear()

    async def _step(self) -> bool:
        """Do the one next thing; False where there is nothing to do now."""
        if self._take_in():
            return True
        if self.state.frozen or not self.floor.is_up:
            return self._give_up_late_entries()
        if self.state.doubts:
            found = await self._doubted()
            if found or not self._doubts.are_of_entries():
                return found or await self._forced()
        if await self._waiting.effects() or await self._waiting.hatch():
            return True
        if self._waiting.is_under_way():
            return await self._waiting.overdue()
        if not await self._settling.settled():
            return False
        if self._is_over():
            return await self._end()
        return await self._act()

    def _take_in(self) -> bool:
        """What the broker tells; whether there was news."""
        news = self._filling.work_in(self.contract_id, self.contract)
        rejected, self.state.rejected = self.state.rejected, []
        for intent in rejected:
            said = intent.said or "the broker rejected it"
            if intent.purpose in REDUCING:
                self._reducing.failed(said)
            else:
                self.keeper.failed(said)
        return self._doubts.by_events() or news

    async def _doubted(self) -> bool:
        """Look for what is in doubt; whether something came of that."""
        if await self._doubts.look():
            return True
        if (due := self._doubts.next_at()) is not None:
            self._timer.at(due)
        return False

    async def _forced(self) -> bool:
        """A close that an exit in doubt keeps waiting is left to the broker in the end."""
        held, state, patience = self.state.held, self.state, self._house.patience
        late = self._doubts.waited > 2 * patience.doubt
        if held is None or not late or self._reducing.due() < max(1, abs(held.own)):
            return False
        if self._house.now() < state.not_before:
            self._timer.at(state.not_before)
            return False
        state.not_before = self._house.now() + patience.doubt
        net = await self.floor.confirmed_net(self.contract_id)
        if net is None:
            return False
        if net * held.own > 0:
            await self._reducing.liquidate(held, "an order is in doubt")
            return False
        # Flat: should what is in doubt fill after all, that is closed at once, as nobody wants it.
        goal = state.goal
        self.let_go(held)
        if goal is not None:
            self._aims.finish(goal)
        return True

    async def _act(self) -> bool:
        state, goal = self.state, self.state.goal
        if self._house.now() < state.not_before:
            self._timer.at(state.not_before)
            held = state.held
            alone = goal is None and held is not None and not self._reducing.due()
            if alone and held is not None and held.own:
                return self._stays_unprotected(held, self._reducing.open_now(held))
            return False
        # Before anything leaves: an entry that nobody wants any more must not fill behind it.
        if late := self._opening.time_is_up(goal):
            return await self.keeper.carry_out(Cancel(late.order_id or 0)) or self._again()
        if any(each.order_id in state.changing for each in state.openings):
            return self._again()
        if count := self._reducing.due():
            return await self._reducing.step(count) or self._again()
        if goal is not None:
            if state.openings:
                now, until = self._house.now(), state.limit_until
                passed = until is None or until <= now
                self._timer.at(now + self._house.patience.look if passed else until or now)
                return await self._keep()
            if count := self._opening.due():
                return await self._enter(goal, count)
            if self._opening.at_market(goal):
                return True
            self._aims.finish(goal)
            return True
        self._aims.agree()
        return await self._keep()

    async def _enter(self, goal: Goal, count: int) -> bool:
        """Send the entry; while that has to wait, what is open is kept."""
        state, now = self.state, self._house.now()
        if now >= state.enter_at and await self._opening.step(goal, count):
            return True
        self._timer.at(max(state.enter_at, now + self._house.patience.settle))
        return await self._keep()

    def _again(self) -> bool:
        self._timer.at(max(self.state.not_before, self._house.now() + self._house.patience.settle))
        return False

    # Doubt, effects, orders under way

    # What is really there

    def _is_over(self) -> bool:
        """Whether the link holds nothing here any more, and nothing is on its way to it."""
        held = self.state.held
        if held is None or self.state.openings:
            return False
        return held.own == 0 or held.own + held.manual == 0

    async def _end(self) -> bool:
        """Nothing of the exits stays, and the row goes."""
        held, state = self.state.held, self.state
        if held is None:
            return False
        if live := self.keeper.live():
            if self._house.now() < state.not_before:
                self._timer.at(state.not_before)
                return False
            self._timer.later(self._house.patience.settle)
            return await self._reducing.cancel([e.order_id for e in live if not e.changing])
        self.let_go(held)
        return True

    def let_go(self, held: Held) -> None:
        """The account is flat here: what the link held is history."""
        state = self.state
        state.held = None
        state.stop_average, state.uncovered, state.trusted = None, None, None
        state.earlier.clear()
        state.stops_for.clear()
        state.orders = {
            order_id: ours
            for order_id, ours in state.orders.items()
            if (order := self.floor.order(order_id)) is None or not is_complete(order)
        }
        self._house.records.note(Entry(flat=[(held.link_id, self.contract_id)]))
        if state.goal is None:
            self._house.reached(held, 0)

    # Goals and exits

    async def _keep(self) -> bool:
        """Let the right exits rest for what is open."""
        held = self.state.held
        if held is None or not held.own:
            return False
        size = self._reducing.open_now(held)
        if self._stays_unprotected(held, size):
            return True
        if self._house.now() < self.state.not_before:
            self._timer.at(self.state.not_before)
            return False
        move = self.keeper.move(size)
        if isinstance(move, CloseNow):
            return self._close_now(held, move)
        if move is None:
            return False
        return await self.keeper.carry_out(move) or self._again()

    def _close_now(self, held: Held, move: CloseNow) -> bool:
        side = 1 if held.own > 0 else -1
        stays = side * max(0, abs(held.own) - move.quantity)
        self._aims.want_less(held, stays, move.why)
        return True

    def _stays_unprotected(self, held: Held, size: int) -> bool:
        """What cannot be protected for long is closed; whether it has come to that."""
        state, now, patience = self.state, self._house.now(), self._house.patience
        if self.keeper.is_covered(size):
            # A stop that is taken and rejected a moment later is no protection.
            state.covered = now if state.covered is None else state.covered
            if state.uncovered is not None and now >= state.covered + patience.look:
                state.uncovered, state.failures, state.protect_failed = None, 0, ""
            elif state.uncovered is not None:
                self._timer.at(state.covered + patience.look)
            return False
        state.covered = None
        state.uncovered = now if state.uncovered is None else state.uncovered
        left = state.uncovered + patience.protect - now
        if left > 0:
            self._timer.later(left)
            return False
        state.uncovered = None
        self._aims.want_less(held, 0, f"it could not be protected: {state.protect_failed}")
        return True

    def _give_up_late_entries(self) -> bool:
        """While the broker is away an entry grows old; exits wait."""
        goal = self.state.goal
        if goal is None or not self._opening.due():
            return False
        if self._house.now() > goal.fresh_until:
            why = (
                "flatten all is at work" if self.state.frozen else "the link to the broker is down"
            )
            self._house.records.decide(goal.decision, verdict=Verdict.PARKED, reason=why)
            self.state.opened = True
            self._aims.finish(goal)
            return False
        self._timer.at(goal.fresh_until + 0.05)
        return False
