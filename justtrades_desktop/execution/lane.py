"""A lane: one contract of one account, served by one actor, one thing after another.

Whatever wakes it (a decision, an event of the broker, a price, a timer), it looks at what is there
and does the one next thing; so a restart, a lost answer and an ordinary day take the same way.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from decimal import Decimal

from justtrades_desktop.domain.broker import BrokerOrder
from justtrades_desktop.domain.exit_moves import Cancel, CloseNow
from justtrades_desktop.domain.orders import (
    Decision,
    Held,
    Intent,
    IntentState,
    OrderKind,
    Purpose,
    Verdict,
    Wish,
)
from justtrades_desktop.execution.doubts import Doubts
from justtrades_desktop.execution.filling import Filling, is_complete
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.keeping import Keeper
from justtrades_desktop.execution.lane_state import EXITS, REDUCING, Goal, LaneState, Ours
from justtrades_desktop.execution.opening import Opening
from justtrades_desktop.execution.ports import Entry, Floor, Gone
from justtrades_desktop.execution.reducing import Reducing
from justtrades_desktop.execution.sending import Sender

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
        self._due: float | None = None
        self._sender = Sender(self.state, floor, house)
        self._doubts = Doubts(self.state, floor, house, self._sender)
        self._filling = Filling(self.state, floor, house, self._sender)
        self.keeper = Keeper(self.state, floor, house, self._sender, contract_id)
        self._reducing = Reducing(self.state, floor, house, self._sender, self.keeper)
        self._opening = Opening(self.state, floor, house, self._sender)

    # What it is given

    def take_up(self, held: Held | None, intents: list[Intent]) -> None:
        """Go on where the last start ended: what was under way then is in doubt now."""
        self.state.held = held
        self.state.earlier = [each for each in intents if each.state.is_over]
        if held is not None and not any(each.purpose is Purpose.ADD for each in intents):
            self.state.stop_average = held.average  # what rests was placed for it
        for intent in intents:
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
        old, state = self.state.goal, self.state
        if self._serves_another(goal):
            said = "another strategy of yours holds this contract on this account"
            self._house.records.decide(goal.decision, verdict=Verdict.REFUSED, reason=said)
            self._house.finished(goal, None)
            return
        if old is not None and old.decision.id != goal.decision.id:
            self._supersede(old, goal)
            goal = self._inheriting(old, goal)
        state.goal, state.opened, state.plain, state.at_market = goal, False, False, False
        there = self._there(goal)
        state.is_add = there > 0 and not _is_afresh(goal)
        state.opens = max(0, abs(goal.wanted) - there)
        state.limit_until = None
        state.not_before = state.enter_at = 0.0
        held = state.held
        if held is not None and held.link_id == goal.link_id:
            lowered = _lowered(held, goal.wanted)
            if _is_afresh(goal) and there:
                # It overtakes a close that has not gone: what is there already stays.
                side = 1 if goal.wanted > 0 else -1
                lowered = replace(held, wanted=side * min(there, abs(goal.wanted)))
            if lowered != held:
                state.held = lowered
                self._house.records.note(Entry(held=[lowered]))
        self._woken.set()

    def _there(self, goal: Goal) -> int:
        """Contracts on the goal's side: those that are held and stay, and those on their way."""
        state, side = self.state, 1 if goal.wanted > 0 else -1
        coming = sum(
            each.quantity
            for each in state.openings
            if each.kind is OrderKind.MARKET and each.way.sign == side
        )
        leaving = sum(intent.quantity for intent in state.living(*REDUCING))
        return max(0, state.own * side - leaving) + coming

    def _inheriting(self, old: Goal, new: Goal) -> Goal:
        """A trim that overtakes an entry before it was sent leaves a smaller entry to be sent."""
        if not old.may_open or self.state.opened or old.wanted * new.wanted <= 0:
            return new
        return replace(
            new,
            may_open=True,
            fresh_until=min(old.fresh_until, new.fresh_until),
            take_profit=new.take_profit or old.take_profit,
            stop_loss=new.stop_loss or old.stop_loss,
        )

    def _serves_another(self, goal: Goal) -> bool:
        """They would net with each other at the broker: one link at a time."""
        held, before = self.state.held, self.state.goal
        if held is not None and held.link_id != goal.link_id:
            return True
        return before is not None and before.link_id != goal.link_id

    def freeze(self) -> None:
        """Do nothing more here until :meth:`thaw`: flatten all is at work."""
        self.state.frozen = True
        if (goal := self.state.goal) is not None:
            said = goal.decision.reason or "flatten all came"
            house = self._house
            house.records.decide(goal.decision, verdict=Verdict.SUPERSEDED, reason=said)
            self._finish(goal)
        self._end_replaced()
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
            self._want_less(held, stays, why)
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
                    self._later(1.0)
        finally:
            leave()

    async def _wait(self) -> None:
        timeout = None if self._due is None else max(0.0, self._due - self._house.now())
        try:
            async with asyncio.timeout(timeout):
                await self._woken.wait()
        except TimeoutError:
            pass  # a timer of its own
        self._woken.clear()
        self._due = None

    def _later(self, seconds: float) -> None:
        self._at(self._house.now() + seconds)

    def _at(self, moment: float) -> None:
        self._due = moment if self._due is None else min(self._due, moment)

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
        if await self._effects() or await self._hatch():
            return True
        if self._is_waiting():
            return await self._overdue()
        if not await self._settled():
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
            self._at(due)
        return False

    async def _forced(self) -> bool:
        """A close that an exit in doubt keeps waiting is left to the broker in the end."""
        held, state, patience = self.state.held, self.state, self._house.patience
        late = self._doubts.waited > 2 * patience.doubt
        if held is None or not late or self._reducing.due() < max(1, abs(held.own)):
            return False
        if self._house.now() < state.not_before:
            self._at(state.not_before)
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
            self._finish(goal)
        return True

    async def _act(self) -> bool:
        state, goal = self.state, self.state.goal
        if self._house.now() < state.not_before:
            self._at(state.not_before)
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
                self._at(state.limit_until or self._house.now() + self._house.patience.look)
                return await self._keep()
            if count := self._opening.due():
                return await self._enter(goal, count)
            if self._opening.at_market(goal):
                return True
            self._finish(goal)
            return True
        self._agree()
        return await self._keep()

    async def _enter(self, goal: Goal, count: int) -> bool:
        """Send the entry; while that has to wait, what is open is kept."""
        state, now = self.state, self._house.now()
        if now >= state.enter_at and await self._opening.step(goal, count):
            return True
        self._at(max(state.enter_at, now + self._house.patience.settle))
        return await self._keep()

    def _agree(self) -> None:
        """Without a goal no more is wanted than is there: an entry is never sent a second time."""
        held = self.state.held
        if held is None or self.state.openings or held.wanted == held.own:
            return
        self.state.held = replace(held, wanted=held.own)
        self._house.records.note(Entry(held=[self.state.held]))
        self._house.reached(held, held.own)

    def _again(self) -> bool:
        self._at(max(self.state.not_before, self._house.now() + self._house.patience.settle))
        return False

    # Doubt, effects, orders under way

    async def _effects(self) -> bool:
        """Changes and cancels whose effect shows, or whose time is up; whether any went."""
        gone = False
        for order_id, changing in [*self.state.changing.items()]:
            order = self.floor.order(order_id)
            if order is not None and _shows(order, changing.intent):
                del self.state.changing[order_id]
                gone = True
            elif changing.until <= self._house.now():
                looked = await self.floor.look_at(order_id)
                self.state.changing.pop(order_id, None)
                if looked is None or not _shows(looked, changing.intent):
                    self.keeper.failed(f"{changing.intent.purpose} had no effect")
                gone = True
            else:
                self._at(changing.until)
        return gone

    async def _hatch(self) -> bool:
        """Ask for legs that were not told of; those that are nowhere are not waited for."""
        now, patience = self._house.now(), self._house.patience
        for client_id, hatching in [*self.state.hatching.items()]:
            intent = hatching.intent
            order = self.floor.order(intent.order_id) if intent.order_id is not None else None
            if order is None or (intent.legs and not is_complete(order)):
                continue
            if hatching.until is None:
                hatching.until = now + patience.look
            if now < hatching.until:
                self._at(hatching.until)
                continue
            if not await self._look_for_legs(intent):
                hatching.until = now + patience.look
                continue
            self.state.hatching.pop(client_id, None)
            return True
        return False

    async def _look_for_legs(self, intent: Intent) -> bool:
        """Complete looks for all legs; False where one failed."""
        legs = [*intent.legs, *([intent.oco] if intent.oco is not None else [])]
        for leg in legs:
            found = await self.floor.look_up(leg.client_id)
            if isinstance(found, int):
                self.state.orders[found] = Ours(
                    found,
                    leg.client_id,
                    leg.purpose,
                    intent.decision_id,
                    leg.part,
                    intent.client_id,
                )
                await self.floor.look_at(found)
            elif not isinstance(found, Gone):
                return False
        return True

    def _is_waiting(self) -> bool:
        """Whether an order of ours is under way whose end everything else depends on."""
        state = self.state
        # An entry in doubt freezes entries; what is confirmed open may leave all the same.
        markets = [
            each
            for each in state.openings
            if each.kind is OrderKind.MARKET and each.state is not IntentState.DOUBT
        ]
        return bool(
            markets
            or [*state.living(*REDUCING)]
            or self.keeper.under_way
            or state.hatching
            or self._incomplete()
        )

    def _incomplete(self) -> list[int]:
        """Orders of ours that are over, but not all of their fills were told.

        Not for ever: what the broker never tells must hold up no exit. Then its position counts.
        """
        state, now = self.state, self._house.now()
        orders = (self.floor.order(order_id) for order_id in state.orders)
        found = [each.id for each in orders if each and not each.alive and not is_complete(each)]
        state.incomplete = {each: state.incomplete.get(each, now) for each in found}
        given_up = now - self._house.patience.person
        return [each for each, since in state.incomplete.items() if since > given_up]

    async def _overdue(self) -> bool:
        """Look at orders that take longer than a market order should."""
        waited = self._waited()
        if waited is None:
            self._later(self._house.patience.look)
            return False
        if self._looked_just_now():
            return False
        before = [self.floor.order(each) for each in waited]
        for order_id in waited:
            await self.floor.look_at(order_id)
        self._later(self._house.patience.look)
        return before != [self.floor.order(each) for each in waited]

    def _looked_just_now(self) -> bool:
        """Whether to wait before the next look: what a look finds wakes the lane itself."""
        left = self.state.next_look - self._house.now()
        if left > 0:
            self._later(left)
            return True
        self.state.next_look = self._house.now() + self._house.patience.look
        return False

    def _waited(self) -> list[int] | None:
        """Orders that should have been over, or told of in full, by now."""
        state, now = self.state, self._house.clock()
        market = [
            each
            for each in (*state.openings, *state.living(*REDUCING), *state.living(*EXITS))
            if each.order_id is not None
            and (each.kind is OrderKind.MARKET or self.floor.order(each.order_id) is None)
        ]
        look = self._house.patience.look
        old = {each.order_id or 0 for each in market if (now - each.at).total_seconds() >= look}
        old |= {
            each
            for each in self._incomplete()
            if self._house.now() >= state.incomplete[each] + look
        }
        return sorted(old) or None

    # What is really there

    async def _settled(self) -> bool:
        """Whether position and fills agree; else it waits, then asks, then believes the answer."""
        state, net = self.state, self.floor.net(self.contract_id)
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
            self._later(patience.settle)
            return False
        return await self._ask(net)

    async def _ask(self, told: int) -> bool:
        if self._looked_just_now():
            return False
        for order_id, ours in [*self.state.orders.items()]:
            order = self.floor.order(order_id)
            if order is None or not is_complete(order) or ours.purpose not in EXITS:
                await self.floor.look_at(order_id)
        confirmed = await self.floor.confirmed_net(self.contract_id)
        news = self._filling.work_in(self.contract_id, self.contract)
        held = self.state.held
        if confirmed is None or news or held is None:
            self._later(self._house.patience.look)
            return False
        self.state.unsettled = None
        if confirmed == self.state.expected:
            self.state.trusted = told
            return True
        self.state.trusted = None
        self._manual(held, confirmed - held.own)
        return self.floor.net(self.contract_id) == confirmed

    def _manual(self, held: Held, manual: int) -> None:
        """Somebody traded here: seen and shown, never corrected."""
        house, change = self._house, manual - held.manual
        self.state.held = replace(held, manual=manual)
        said = f"somebody else {'bought' if change > 0 else 'sold'} {abs(change)} {self.contract}"
        decision = Decision(
            id=house.records.next_decision(),
            at=house.clock(),
            wish=Wish.MANUAL,
            verdict=Verdict.DONE,
            key=self.floor.key,
            link_id=held.link_id or None,
            symbol=held.symbol,
            contract=self.contract,
            before=held.own + held.manual,
            wanted=held.own + manual,
            reason=said,
        )
        house.records.note(Entry(decisions=[decision], held=[self.state.held]))
        house.tell(f"{self.floor.key}: {said}.", self.floor.key)

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
                self._at(state.not_before)
                return False
            self._later(self._house.patience.settle)
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

    def _finish(self, goal: Goal) -> None:
        """The goal is reached, or as far as it goes."""
        state, house = self.state, self._house
        own = state.own
        state.goal, state.opening, state.limit_until = None, [], None
        if state.held is not None and state.held.wanted != own:
            state.held = replace(state.held, wanted=own)
            house.records.note(Entry(held=[state.held]))
        self._end_replaced()
        house.finished(goal, state.held)

    async def _keep(self) -> bool:
        """Let the right exits rest for what is open."""
        held = self.state.held
        if held is None or not held.own:
            return False
        size = self._reducing.open_now(held)
        if self._stays_unprotected(held, size):
            return True
        if self._house.now() < self.state.not_before:
            self._at(self.state.not_before)
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
        self._want_less(held, stays, move.why)
        return True

    def _stays_unprotected(self, held: Held, size: int) -> bool:
        """What cannot be protected for long is closed; whether it has come to that."""
        state, now, patience = self.state, self._house.now(), self._house.patience
        if self.keeper.is_covered(size):
            # A stop that is taken and rejected a moment later is no protection.
            state.covered = now if state.covered is None else state.covered
            if state.uncovered is not None and now - state.covered >= patience.look:
                state.uncovered, state.failures, state.protect_failed = None, 0, ""
            elif state.uncovered is not None:
                self._at(state.covered + patience.look)
            return False
        state.covered = None
        state.uncovered = now if state.uncovered is None else state.uncovered
        left = state.uncovered + patience.protect - now
        if left > 0:
            self._later(left)
            return False
        state.uncovered = None
        self._want_less(held, 0, f"it could not be protected: {state.protect_failed}")
        return True

    def _want_less(self, held: Held, wanted: int, why: str) -> None:
        house = self._house
        state = self.state
        if state.goal is not None:  # it waited for its moment, which is over now
            house.records.decide(state.goal.decision, reason=why)
            house.finished(state.goal, held)
        state.held = replace(held, wanted=wanted)
        state.not_before = 0.0
        decision = Decision(
            id=house.records.next_decision(),
            at=house.clock(),
            wish=Wish.CLOSE if wanted == 0 else Wish.TRIM,
            verdict=Verdict.SENT,
            key=self.floor.key,
            link_id=held.link_id or None,
            symbol=held.symbol,
            contract=self.contract,
            before=held.own,
            wanted=wanted,
            reason=why,
        )
        house.records.note(Entry(decisions=[decision], held=[state.held]))
        state.goal = Goal(
            decision=decision,
            link_id=held.link_id,
            wanted=wanted,
            symbol=held.symbol,
            contract=self.contract,
            product=house.product(held.symbol),
            contract_id=self.contract_id,
            begun=house.now(),
        )
        house.tell(f"{self.floor.key}: {self.contract} is closed: {why}", self.floor.key)

    def _supersede(self, old: Goal, new: Goal) -> None:
        decision = self._house.records.decision(old.decision.id)
        if decision is None or decision.verdict not in (Verdict.WAITING, Verdict.SENT):
            return
        signal = new.decision.signal_id
        by = f"signal {signal}" if signal is not None else f"decision {new.decision.id}"
        if decision.verdict is Verdict.SENT:
            said = f"{by} came while it was under way"
            self._house.records.decide(decision, came=said)
            self.state.replaced.append(old)
            return
        said = f"{by} came before it was sent"
        self._house.records.decide(decision, verdict=Verdict.SUPERSEDED, came=said)

    def _end_replaced(self) -> None:
        """What newer goals overtook ends with them."""
        records, replaced = self._house.records, self.state.replaced
        while replaced:
            decision = replaced.pop().decision
            fills = [e.quantity for e in records.executions() if e.decision_id == decision.id]
            verdict = Verdict.DONE if fills else Verdict.FAILED
            known = records.decision(decision.id) or decision
            came = f"filled {sum(fills)}; {known.came}" if fills else known.came
            why = known.reason or records.said_of(decision.id)
            records.decide(decision, verdict=verdict, came=came, reason=why)

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
            self._finish(goal)
            return False
        self._at(goal.fresh_until + 0.05)
        return False


def _is_afresh(goal: Goal) -> bool:
    """Whether it is an entry into a position of its own, not one that goes on with what is open."""
    return goal.may_open and goal.decision.wish in (Wish.ENTER, Wish.REVERSE)


def _lowered(held: Held, wanted: int) -> Held:
    """Less is wanted at once; more only when it is sent."""
    if held.wanted * wanted <= 0:
        return replace(held, wanted=0)
    return replace(held, wanted=wanted) if abs(wanted) < abs(held.wanted) else held


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
