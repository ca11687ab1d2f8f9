"""One link at work: each signal becomes one decision, in order, whatever other links do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Final

from justtrades_desktop.domain.broker import ResolvedContract
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.links import Direction, Link, LinkMode
from justtrades_desktop.domain.orders import Decision, Held, Verdict, Wish
from justtrades_desktop.domain.routing import (
    Conditions,
    Memory,
    Routed,
    Step,
    route,
    traded_symbol,
)
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.domain.signals import Action
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane_state import Goal
from justtrades_desktop.execution.lanes import Lanes
from justtrades_desktop.execution.memories import Memories, corrected
from justtrades_desktop.execution.ports import Entry, Floor, SignalSide

_OPENING: Final = (Wish.ENTER, Wish.ADD, Wish.REVERSE)
log = logging.getLogger(__name__)

_LAST: Final = 50  # signals among which the one that was missed is looked for
_BELIEVED: Final = 1200.0  # seconds that a contract is taken for what an instrument means


class Following:
    """Serves one link; a slow account delays no other one."""

    def __init__(
        self,
        link: Link,
        *,
        house: House,
        lanes: Lanes,
        memories: Memories,
        calendar: Calendar,
        floor: Floor,
        signals: SignalSide,
        day_pnl: Callable[[int], Decimal | None],
    ) -> None:
        self.link = link
        self._signals = signals
        self._house = house
        self._lanes = lanes
        self._memories = memories
        self._calendar = calendar
        self._floor = floor
        self._day_pnl = day_pnl
        self._steps: asyncio.Queue[Step] = asyncio.Queue()
        self._heard = 0
        self._contracts: dict[str, tuple[float, ResolvedContract]] = {}
        # Only at a start is there anything: what the last one could not bring to its end.
        self._unfinished = [
            each
            for each in house.records.decisions()
            if each.link_id == link.id and each.verdict in (Verdict.WAITING, Verdict.SENT)
        ]

    def hear(self, step: Step) -> None:
        """A signal of the link's recorder changed its position; told twice it counts once."""
        if step.signal_id and step.signal_id <= self._heard:
            return
        self._heard = max(self._heard, step.signal_id)
        self._steps.put_nowait(step)

    async def run(self) -> None:
        """Decide, one signal after the other, until cancelled.

        What was heard before is not decided step by step any more, but as one from where the link
        left the signals: after a start, and after a step that failed.
        """
        while not self._steps.empty():
            self._steps.get_nowait()
        self._go_on()
        for step in self._missed():
            self._steps.put_nowait(step)
        while True:
            step = await self._steps.get()
            if not step.signal_id:
                step = await self._known(step)
            if self.link.mode is LinkMode.OFF:
                self._see(step)
            else:
                await self.decide(step)

    async def _known(self, missed: Step) -> Step:
        """With the signal that it ends at, its price and its own exits, where that is known."""
        try:
            last = await self._signals.last_steps(missed.recorder_id, _LAST)
        except (NotStored, UserError) as error:
            log.warning("the signals that were missed cannot be read: %s", error)
            return missed
        found = [s for s in last if s.symbol == missed.symbol and s.after == missed.after]
        if not found:
            return missed
        step = found[-1]
        self._heard = max(self._heard, step.signal_id)
        return missed._replace(
            signal_id=step.signal_id,
            price=step.price,
            at=step.at,
            take_profit=step.take_profit,
            stop_loss=step.stop_loss,
        )

    def _see(self, step: Step) -> None:
        """Switched off: it only notes where the signals are."""
        memory = self._memories.of(self.link.id, step.symbol).left(None, step.after)
        row = self._memories.set(self.link.id, step.symbol, memory)
        self._house.records.note(Entry(memories=[row]))

    async def decide(self, step: Step, *, by_person: bool = False) -> Decision:
        """What ``step`` means for this link: written down, and given to its lane."""
        link = self.link
        symbol = traded_symbol(step.symbol, link.settings)
        pinned = self._lanes.held_by(link.id, step.symbol)
        if pinned is None and link.mode is LinkMode.ARMED and step.after:
            await self._until_up(step)
        contract = self._pinned(pinned[1]) if pinned else await self._contract(symbol)
        memory = self._memories.of(link.id, step.symbol)
        product = self._product(contract, step.symbol)
        conditions = self._conditions(step, contract, product, pinned[1] if pinned else None)
        routed = route(step, link.settings, memory, conditions)
        verdict, reason = self._verdict(routed, contract, pinned is not None)
        decision = Decision(
            id=self._house.records.next_decision(),
            at=self._house.clock(),
            wish=routed.wish,
            verdict=verdict,
            key=link.key,
            link_id=link.id,
            signal_id=step.signal_id or None,
            symbol=step.symbol,
            contract=contract.name if isinstance(contract, ResolvedContract) else "",
            before=memory.wanted,
            wanted=routed.wanted if verdict is not Verdict.REFUSED else routed.if_refused.wanted,
            price=step.price,
            reason=reason,
            signal_at=step.at,
        )
        goes = verdict in (Verdict.WAITING, Verdict.SHADOW)
        after = routed.memory if goes else routed.if_refused
        self._write(decision, step.symbol, after)
        if verdict is Verdict.WAITING:
            self._give(decision, routed, step, contract, product, by_person=by_person)
        return decision

    async def _until_up(self, step: Step) -> None:
        """An account that is on its way up gets the entry while that is fresh."""
        age = (self._house.clock() - step.at).total_seconds()
        left = self.link.settings.stale_seconds - age
        if self._floor.is_up or left <= 0:
            return
        up = asyncio.Event()
        leave = self._floor.listen(lambda: up.set() if self._floor.is_up else None)
        try:
            async with asyncio.timeout(left):
                await up.wait()
        except TimeoutError:
            return
        finally:
            leave()

    def _pinned(self, held: Held) -> ResolvedContract | str:
        """What is held needs no look-up: an exit waits for none."""
        known = self._contracts.get(held.contract)
        if known is not None:
            return known[1]
        found = (c for _, c in self._contracts.values() if c.contract_id == held.contract_id)
        return next(found, f"{held.contract} is held; the broker was not asked about it yet")

    async def _contract(self, symbol: str) -> ResolvedContract | str:
        """What is known for a while is not asked for again: an alert waits for nobody."""
        known = self._contracts.get(symbol)
        now = self._house.now()
        if known is not None and now - known[0] < _BELIEVED:
            expires = known[1].expires
            if expires is None or expires > self._house.clock():
                return known[1]
        found = await self._floor.resolve(symbol)
        if isinstance(found, ResolvedContract):
            self._contracts[symbol] = now, found
        return found

    async def refresh(self) -> None:
        """Ask anew for what would soon be too old."""
        if self.link.mode is LinkMode.OFF or not self._floor.is_up:
            return
        wanted = {
            traded_symbol(s, self.link.settings) for s in self._memories.symbols(self.link.id)
        }
        for symbol in wanted | {*self._contracts}:
            known = self._contracts.get(symbol)
            if known is None or self._house.now() - known[0] > _BELIEVED / 2:
                found = await self._floor.resolve(symbol)
                if isinstance(found, ResolvedContract):
                    self._contracts[symbol] = self._house.now(), found

    async def enter_now(self, parked: Decision, signal: int) -> Decision:
        """A person looked at a parked entry and wants it at today's conditions."""
        memory = self._memories.of(self.link.id, parked.symbol)
        step = Step(
            signal_id=parked.signal_id or 0,
            recorder_id=self.link.recorder_id,
            symbol=parked.symbol,
            before=0 if not memory.is_in else signal - (1 if signal > 0 else -1),
            after=signal,
            at=self._house.clock(),
            action=Action.TARGET,
        )
        return await self.decide(step, by_person=True)

    def _verdict(
        self, routed: Routed, contract: ResolvedContract | str, is_held: bool
    ) -> tuple[Verdict, str]:
        if routed.verdict is not None:
            return routed.verdict, routed.reason
        if self.link.mode is LinkMode.SHADOW:
            return Verdict.SHADOW, routed.reason
        if isinstance(contract, str) and not is_held:
            return Verdict.REFUSED, contract
        return Verdict.WAITING, routed.reason

    def _conditions(
        self,
        step: Step,
        contract: ResolvedContract | str,
        product: Product | None,
        held: Held | None,
    ) -> Conditions:
        now = self._house.clock()
        return Conditions(
            now=now,
            day=self._calendar.session_day(now),
            price=self._house.price(step.symbol),
            product=product,
            expires=contract.expires if isinstance(contract, ResolvedContract) else None,
            day_pnl=self._day_pnl(self.link.id),
            held=self._held(step.symbol, held),
            calendar=self._calendar,
        )

    def _held(self, symbol: str, held: Held | None) -> int | None:
        """What is really there; None while something is under way, or nothing is ever sent."""
        if self.link.mode is not LinkMode.ARMED:
            return None
        busy = any(
            lane.state.goal is not None
            and lane.state.goal.link_id == self.link.id
            and lane.state.goal.symbol == symbol
            for lane in self._lanes.of(self.link.key)
        )
        if busy:
            return None
        if held is None:
            return 0
        return 0 if held.own + held.manual == 0 else held.own

    def _product(self, contract: ResolvedContract | str, symbol: str) -> Product | None:
        """The broker's tick where it tells one, else the table's."""
        if isinstance(contract, ResolvedContract) and contract.tick_size and contract.tick_value:
            return Product(
                contract.name, contract.tick_size, contract.tick_value, contract.currency
            )
        return self._house.product(symbol)

    def _write(self, decision: Decision, symbol: str, memory: Memory) -> None:
        """Owed, and so on disk no later than an intent that comes of it; nothing waits for it."""
        row = self._memories.set(self.link.id, symbol, memory)
        self._house.records.note(Entry(decisions=[decision], memories=[row]))

    def _give(
        self,
        decision: Decision,
        routed: Routed,
        step: Step,
        contract: ResolvedContract | str,
        product: Product | None,
        *,
        by_person: bool,
    ) -> None:
        pinned = self._lanes.held_by(self.link.id, step.symbol)
        if pinned is not None:
            lane = pinned[0]
        elif isinstance(contract, ResolvedContract):
            lane = self._lanes.lane(self._floor, contract.contract_id, contract.name)
        else:
            return
        now, age = self._house.now(), (self._house.clock() - step.at).total_seconds()
        stale = self.link.settings.stale_seconds
        lane.give(
            Goal(
                decision=decision,
                link_id=self.link.id,
                wanted=routed.wanted,
                symbol=step.symbol,
                contract=lane.contract,
                product=product,
                contract_id=lane.contract_id,
                may_open=routed.opens > 0,
                by_machine=not by_person,
                price=step.price,
                take_profit=None if step.take_profit is None else str(step.take_profit),
                stop_loss=None if step.stop_loss is None else str(step.stop_loss),
                by_rule=step.source == "rule",
                fresh_until=now + (stale if by_person else max(0.0, stale - age)),
                begun=now,
            )
        )

    # What a lane says

    def reached(self, symbol: str, own: int, at: datetime) -> None:
        """The link holds ``own`` contracts now, whatever it wanted."""
        memory = self._memories.of(self.link.id, symbol)
        right = corrected(memory, own, at)
        if right != memory:
            row = self._memories.set(self.link.id, symbol, right)
            self._house.records.note(Entry(memories=[row]))

    def _go_on(self) -> None:
        """Bring to an end what the last start could not: less at once, more never by itself."""
        newest: set[str] = set()
        for decision in self._unfinished:  # newest first
            if decision.symbol in newest:
                said = "the program ended, and a later signal counts"
                self._house.records.decide(decision, verdict=Verdict.SUPERSEDED, came=said)
                continue
            newest.add(decision.symbol)
            self._end_of(decision)
        self._unfinished = []

    def _end_of(self, decision: Decision) -> None:
        why = decision.reason or "the program ended while it was under way"
        waits = decision.verdict is Verdict.WAITING and decision.wish in _OPENING
        verdict = Verdict.PARKED if waits else decision.verdict
        decision = self._house.records.decide(decision, verdict=verdict, reason=why)
        goal = self._goal_again(decision)
        pinned = self._lanes.held_by(self.link.id, decision.symbol)
        if pinned is not None:
            pinned[0].give(goal)
        else:
            self._house.finished(goal, None)

    def _goal_again(self, decision: Decision) -> Goal:
        """The same once more, but that nothing is opened for it."""
        pinned = self._lanes.held_by(self.link.id, decision.symbol)
        return Goal(
            decision=decision,
            link_id=self.link.id,
            wanted=decision.wanted,
            symbol=decision.symbol,
            contract=decision.contract,
            product=self._house.product(decision.symbol),
            contract_id=pinned[0].contract_id if pinned is not None else 0,
            price=decision.price,
            begun=self._house.now(),
        )

    def _missed(self) -> Iterator[Step]:
        """What the signals did while nobody listened: one step from then to now."""
        recorder_id, now = self.link.recorder_id, self._house.clock()
        known = {*self._memories.symbols(self.link.id)}
        for symbol in sorted(known | {*self._signals.open_symbols(recorder_id)}):
            position = self._signals.position(recorder_id, symbol)
            signed, at = position if position is not None else (0, now)
            memory = self._memories.of(self.link.id, symbol)
            step = missed_step(self.link, symbol, memory, signed, at)
            if step is not None:
                yield step

    def change(self, link: Link) -> None:
        """Other settings, or another mode."""
        self.link = link


def missed_step(link: Link, symbol: str, memory: Memory, now_at: int, at: datetime) -> Step | None:
    """From where the link left the signal position to where that is now; None where it is there."""
    before = memory.signal if link.settings.direction is not Direction.INVERSE else -memory.signal
    if before == now_at:
        return None
    return Step(
        signal_id=0,
        recorder_id=link.recorder_id,
        symbol=symbol,
        before=before,
        after=now_at,
        at=at,
        action=Action.TARGET,
    )
