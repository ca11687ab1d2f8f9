"""The door to execution: links, decisions, orders and brakes of one running program."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Final

from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.execution import (
    DryRun,
    ExecutionChanged,
    ExecutionState,
    Preview,
    Ticket,
)
from justtrades_desktop.domain.links import (
    AccountKey,
    AccountLimits,
    Link,
    LinkMode,
    LinkSettings,
)
from justtrades_desktop.domain.orders import (
    Decision,
    Execution,
    Held,
    Purpose,
    Verdict,
    Wish,
)
from justtrades_desktop.domain.ports import Clock
from justtrades_desktop.domain.routing import Step, traded_symbol
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.execution.blotter import Blotter
from justtrades_desktop.execution.by_hand import ByHand
from justtrades_desktop.execution.caps import Caps, entries_of
from justtrades_desktop.execution.clinic import Clinic
from justtrades_desktop.execution.day_results import DayResults
from justtrades_desktop.execution.house import House, Patience
from justtrades_desktop.execution.lane_state import Goal
from justtrades_desktop.execution.lanes import Lanes, Spawn
from justtrades_desktop.execution.link_book import LinkBook
from justtrades_desktop.execution.ports import (
    Entry,
    ExecutionLedger,
    Floors,
    Kept,
    SignalSide,
)
from justtrades_desktop.execution.reckoning import Reckoning, said_of
from justtrades_desktop.execution.records import Records
from justtrades_desktop.execution.safety import Safety
from justtrades_desktop.execution.watching import Watch

log = logging.getLogger(__name__)

_SHOWN: Final = 200
_GATHER: Final = 0.1


class ExecutionDesk:
    """An ``Executions``; it puts the parts together and hands each command to the one it is for."""

    def __init__(
        self,
        *,
        ledger: ExecutionLedger,
        floors: Floors,
        signals: SignalSide,
        spawn: Spawn,
        unspawn: Callable[[str], Awaitable[None]],
        publish: Callable[[object], None],
        clock: Clock,
        calendar: Calendar,
        patience: Patience | None = None,
    ) -> None:
        """``spawn`` runs services and ``unspawn`` ends them; ``publish`` tells what is new."""
        self._ledger = ledger
        self._floors = floors
        self._signals = signals
        self._spawn = spawn
        self._publish = publish
        self._clock = clock
        self._calendar = calendar
        self._news = asyncio.Event()
        self.records = Records(ledger, self.changed)
        self.safety = Safety(
            ledger=ledger, floors=floors, records=self.records, spawn=spawn, changed=self.changed
        )
        self.results = DayResults(calendar, signals.product)
        links: dict[int, Link] = {}
        self.house = House(
            records=self.records,
            caps=Caps(calendar),
            clock=clock,
            link=links.get,
            recorder_exits=signals.exits_of,
            price=signals.price,
            product=signals.product,
            stops=self.safety.stops,
            ready=lambda: self.safety.ready,
            late=lambda: self.safety.lag.said(House.now()),
            reached=lambda held, own: self.book.reached(held, own),
            finished=self._finished,
            tell=self._tell,
            limits=self.safety.limits,
            pending=lambda key: [*self.lanes.pending(key), *self.by_hand.pending(key)],
            held_account=self._held_account,
            patience=patience or Patience(),
        )
        self.lanes = Lanes(self.house, spawn)
        self.safety.lanes, self.safety.house = self.lanes, self.house
        self.book = LinkBook(
            ledger=ledger,
            floors=floors,
            signals=signals,
            house=self.house,
            lanes=self.lanes,
            calendar=calendar,
            spawn=spawn,
            unspawn=unspawn,
            day_pnl=self.day_pnl,
            links=links,
        )
        self.by_hand = ByHand(self.house, self.lanes, floors.expect, self.safety.is_armed)
        self._clinic = Clinic(
            house=self.house,
            lanes=self.lanes,
            book=self.book,
            by_hand=self.by_hand,
            signals=signals,
            floors=floors.all,
        )
        self._reckoning = Reckoning(self.lanes, self.house)
        self._watch = Watch(self.lanes, calendar, self.day_pnl)
        self._blotter = Blotter(self.house, self.lanes, self.by_hand.intents)

    # Its life

    async def start(self) -> None:
        """Go on where the last start ended; entries wait until everything was compared."""
        kept = await self._ledger.load()
        self.records.load(kept)
        self.safety.load(kept)
        self.results.take(reversed([*kept.executions]))
        self.house.caps.restore(entries_of(kept.decisions, kept.executions))
        self._take_up(kept)
        self._spawn("execution records", self.records.run)
        self._spawn("execution news", self._tell_news)
        self.book.load(kept)
        if kept.flattening:
            await self.safety.flatten_all(kept.flattening)

    def _take_up(self, kept: Kept) -> None:
        """What was held or under way when the last start ended."""
        places = {(h.key, h.contract_id): h.contract for h in kept.held}
        lost = [i for i in kept.absent if i.purpose is not Purpose.HAND]
        places |= {
            (i.key, i.contract_id): i.contract for i in (*kept.intents, *lost) if i.contract_id
        }
        for (key, contract_id), contract in places.items():
            here = [h for h in kept.held if (h.key, h.contract_id) == (key, contract_id)]
            intents = [
                i
                for i in (*kept.intents, *kept.parents, *lost)
                if (i.key, i.contract_id) == (key, contract_id)
            ]
            lane = self.lanes.lane(self._floors.expect(key), contract_id, contract)
            lane.take_up(
                here[0] if here else None,
                [i for i in intents if i.purpose is not Purpose.HAND],
            )
        self.by_hand.intents |= {i.client_id: i for i in kept.intents if i.purpose is Purpose.HAND}

    async def stop(self) -> None:
        """Write down what is owed."""
        try:
            await self.records.flush()
        except NotStored:
            log.warning("the second ledger could not be written at the end")

    def changed(self) -> None:
        """Something is new: it is told soon."""
        self._news.set()

    async def _tell_news(self) -> None:
        while True:
            await self._news.wait()
            await asyncio.sleep(_GATHER)  # orders first
            self._news.clear()
            self._publish(ExecutionChanged())

    # What it hears

    def hear(self, step: Step) -> None:
        """A signal changed a position; returns at once."""
        self.book.hear(step)

    def price(self, symbol: str, price: Decimal) -> None:
        """A price of the market."""
        for lane in self.lanes:
            held = lane.state.held
            if held is not None and symbol in (self._traded(held), lane.contract):
                lane.price(price)

    def _traded(self, held: Held) -> str:
        """What prices a link's position: its own contract where it names one."""
        link = self.house.link(held.link_id)
        return held.symbol if link is None else traded_symbol(held.symbol, link.settings)

    async def refresh(self) -> None:
        """Ask for contracts anew before what is known of them is too old."""
        await self.book.refresh()

    def look_after(self) -> None:
        """Once a second: limits, sessions, the doctor, other people's fills."""
        for floor in self._floors.all():
            if floor.is_up:
                self._blotter.write_down(floor)
        self.results.take(reversed(self.records.executions()))
        self._watch.look(iter(self.links), self._clock())
        self._reckoning.look(self._clock())
        if self._clinic.look() or not self.safety.ready:
            # An account that is not up yet has a brake of its own.
            self.safety.ready = True
            self.changed()

    # What the house asks

    def _finished(self, goal: Goal, held: Held | None) -> None:
        own = held.own if held is not None and held.link_id == goal.link_id else 0
        following = self.book.following(goal.link_id)
        if following is not None:
            following.reached(goal.symbol, own, self._clock())
        decision = self.records.decision(goal.decision.id) or goal.decision
        fills = [e for e in self.records.executions() if e.decision_id == decision.id]
        came = _came(fills, own, goal)
        if decision.verdict not in (Verdict.WAITING, Verdict.SENT):
            self.records.decide(decision, came=came)
            return
        reached = own == goal.wanted
        why = decision.reason or self.records.said_of(decision.id)
        verdict = Verdict.DONE if reached else Verdict.FAILED
        self.records.decide(decision, verdict=verdict, came=came, reason=why)
        if not reached:
            self._tell(f"{decision.key}: {came} {why}".strip(), decision.key)

    def _tell(self, said: str, key: AccountKey) -> None:
        log.warning("%s", said)
        told = Decision(
            id=self.records.next_decision(),
            at=self._clock(),
            wish=Wish.HOLD,
            verdict=Verdict.PERSON,
            key=key,
            reason=said,
        )
        self.records.note(Entry(decisions=[told]))

    def _held_account(self, key: AccountKey) -> int:
        return sum(abs(each.net) for each in self._floors.expect(key).positions())

    def day_pnl(self, link_id: int) -> Decimal | None:
        """Realized and unrealized P&L of a link on this session day, in money, before fees."""
        self.results.take(reversed(self.records.executions()))
        total = self.results.realized(link_id, self._calendar.session_day(self._clock()))
        for held in self.lanes.holding(link_id):
            traded = self._traded(held)
            price, product = self._signals.price(traded), self._signals.product(traded)
            if not held.own:
                continue
            if price is None or product is None or held.average is None:
                return None
            total += (price - held.average) * held.own / product.tick_size * product.tick_value
        return total

    # Snapshots

    @property
    def links(self) -> Sequence[Link]:
        """All links, oldest first."""
        return self.book.all

    def window_rises(self) -> None:
        """Lag counts for nothing until the window stands."""
        self.safety.lag.is_spared = True

    def window_stands(self) -> None:
        """Lag counts from here on."""
        self.safety.lag.begin_anew()
        self.changed()

    def state(self) -> ExecutionState:
        """All that is known now."""
        decisions, floors = self.records.decisions(), self._floors.all()
        return ExecutionState(
            links=self.links,
            accounts=[
                self.safety.account(floor, self.house)
                for floor in floors
                if floor.account is not None
            ],
            paused=self.safety.paused,
            brakes=self.safety.shown(self.links),
            parked=[each for each in decisions if each.verdict is Verdict.PARKED],
            decisions=decisions[:_SHOWN],
            executions=self.records.executions()[:_SHOWN],
            held=[lane.state.held for lane in self.lanes if lane.state.held is not None],
            intents=self.records.intents(),
            findings=self._clinic.findings,
            flattening=self.safety.flattening,
            ready=self.safety.ready,
        )

    # Links

    async def add_link(
        self,
        recorder_id: int,
        key: AccountKey,
        settings: LinkSettings,
        *,
        mode: LinkMode = LinkMode.SHADOW,
    ) -> Link:
        """Link a recorder to an account; it joins at the next entry."""
        link = await self.book.add(recorder_id, key, settings, mode)
        self.changed()
        return link

    async def change_link(
        self, link_id: int, *, settings: LinkSettings | None = None, mode: LinkMode | None = None
    ) -> Link:
        """Change settings or mode."""
        link = await self.book.change(link_id, settings, mode)
        self.changed()
        return link

    async def remove_link(self, link_id: int) -> None:
        """Forget a link that holds nothing."""
        await self.book.remove(link_id)
        self.changed()

    async def dry_run(self, link_id: int | None, recorder_id: int, to: LinkSettings) -> DryRun:
        """What the recorder's last 50 signals would have done under ``to``."""
        return await self.book.dry_run(link_id, recorder_id, to)

    # Safety

    async def arm(self, key: AccountKey, typed: str) -> None:
        """Arm a LIVE account until the program ends."""
        self.safety.arm(key, typed)

    async def disarm(self, key: AccountKey) -> None:
        """No more entries on a LIVE account."""
        self.safety.disarm(key)

    async def pause(self) -> None:
        """Stop entries everywhere, also after a restart."""
        await self.safety.pause()

    async def resume(self) -> None:
        """Let entries through again."""
        await self.safety.resume()

    async def set_limits(self, key: AccountKey, limits: AccountLimits) -> None:
        """Set the caps of an account."""
        await self.safety.set_limits(key, limits)

    async def flatten_all(self, keys: Sequence[AccountKey] | None = None) -> None:
        """Pause entries, cancel, close, verify; returns once it has begun."""
        await self.safety.flatten_all(keys)

    # Parked entries and findings

    async def send_parked(self, decision_id: int) -> None:
        """Send a parked entry after all, at today's conditions."""
        await self._clinic.send_parked(decision_id)

    async def dismiss_parked(self, decision_id: int) -> None:
        """Never send it."""
        self._clinic.dismiss_parked(decision_id)

    async def repair(self, finding_id: str) -> str:
        """Carry out the one repair of a finding."""
        return await self._clinic.repair(finding_id)

    # Orders by hand

    async def preview(self, ticket: Ticket) -> Preview:
        """What a ticket would do."""
        return await self.by_hand.preview(ticket)

    async def place(self, ticket: Ticket) -> str:
        """Send a ticket."""
        return await self.by_hand.place(ticket)

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
        return await self.by_hand.modify(
            key, order_id, quantity=quantity, price=price, stop_price=stop_price
        )

    async def cancel(self, key: AccountKey, order_id: int) -> str:
        """Cancel a working order."""
        return await self.by_hand.cancel(key, order_id)

    async def cancel_all(self, key: AccountKey) -> str:
        """Cancel all working orders of an account."""
        return await self.by_hand.cancel_all(key)

    async def close_position(self, key: AccountKey, contract_id: int) -> str:
        """Close what is open in a contract, verified."""
        return await self.by_hand.close(self.safety.known(key), contract_id)

    async def reverse_position(self, key: AccountKey, contract_id: int) -> str:
        """Close, confirmed flat, then as much on the other side, as a ticket of a person."""
        return await self.by_hand.reverse(self.safety.known(key), contract_id)


def _came(fills: Sequence[Execution], own: int, goal: Goal) -> str:
    """What came back, in words."""
    nothing = "It was so already." if own == goal.wanted else "Nothing was filled."
    return said_of(fills) or nothing
