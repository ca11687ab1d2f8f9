"""The door to execution: links, decisions, orders and brakes of one running program."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Final, Protocol

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.doctor import Remedy, remedies
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution import (
    AccountState,
    Brake,
    DryRun,
    ExecutionChanged,
    ExecutionState,
    Preview,
    Repair,
    Ticket,
)
from justtrades_desktop.domain.link_limits import refuse
from justtrades_desktop.domain.links import (
    NO_LIMITS,
    AccountKey,
    AccountLimits,
    Direction,
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
    way_of,
)
from justtrades_desktop.domain.ports import Clock
from justtrades_desktop.domain.routing import Step
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.execution.blotter import Blotter
from justtrades_desktop.execution.brakes import Everywhere, Here, LoopLag, brakes, standing
from justtrades_desktop.execution.by_hand import ByHand
from justtrades_desktop.execution.caps import Caps, entries_of
from justtrades_desktop.execution.charting import charts
from justtrades_desktop.execution.day_results import DayResults
from justtrades_desktop.execution.flattening import Flattening
from justtrades_desktop.execution.following import Following
from justtrades_desktop.execution.house import House, Patience
from justtrades_desktop.execution.lane_state import Goal
from justtrades_desktop.execution.lanes import Lanes, Spawn
from justtrades_desktop.execution.memories import Memories
from justtrades_desktop.execution.ports import Entry, ExecutionLedger, Floor, Kept, SignalSide
from justtrades_desktop.execution.records import Records
from justtrades_desktop.execution.trying import tried
from justtrades_desktop.execution.watching import Watch

log = logging.getLogger(__name__)

_SHOWN: Final = 200


class Floors(Protocol):
    """All accounts that there are, or were once."""

    def expect(self, key: AccountKey) -> Floor:
        """The floor of an account, whether or not it is connected."""

    def all(self) -> Sequence[Floor]:
        """Every floor."""


@dataclass(slots=True)
class _Safety:
    """What stops entries."""

    paused: bool = False
    ready: bool = False
    lag: LoopLag = field(default_factory=LoopLag)
    ledger: str = ""


class ExecutionDesk:
    """An ``Executions``; ``spawn`` runs its services."""

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
        self._ledger = ledger
        self._floors = floors
        self._signals = signals
        self._spawn = spawn
        self._unspawn = unspawn
        self._publish = publish
        self._clock = clock
        self._calendar = calendar
        self.records = Records(ledger, self.changed)
        self.safety = _Safety()
        self._links: dict[int, Link] = {}
        self._following: dict[int, Following] = {}
        self._limits: dict[AccountKey, AccountLimits] = {}
        self._armed: set[AccountKey] = set()
        self._memories = Memories()
        self._next_link = 1
        self._flattening: dict[AccountKey, Flattening] = {}
        self._remedies: Sequence[Remedy] = ()
        self._changing = asyncio.Lock()
        self._news = asyncio.Event()
        self._caps = Caps(calendar)
        self.results = DayResults(calendar, signals.product)
        self.house = House(
            records=self.records,
            caps=self._caps,
            clock=clock,
            link=self._links.get,
            recorder_exits=signals.exits_of,
            price=signals.price,
            product=self._product,
            stops=self._stops,
            ready=lambda: self.safety.ready,
            reached=self._reached,
            finished=self._finished,
            tell=self._tell,
            limits=self._limits,
            pending=lambda key: self.lanes.pending(key),
            held_account=self._held_account,
            patience=patience or Patience(),
        )
        self.lanes = Lanes(self.house, spawn)
        self.by_hand = ByHand(self.house, self.lanes, floors.expect, self._is_armed)
        self._watch = Watch(self.lanes, calendar, self.day_pnl)
        self._blotter = Blotter(self.records, self.lanes, self.by_hand.intents)

    # Its life

    async def start(self) -> None:
        """Go on where the last start ended; entries wait until everything was compared."""
        kept = await self._ledger.load()
        self.records.load(kept)
        self.results.take(reversed([*kept.executions]))
        self._limits |= dict(kept.limits)
        self._caps.restore(entries_of(kept.decisions, kept.executions))
        self.safety.paused = kept.paused
        self._memories = Memories(kept.memories)
        self._next_link = kept.next_link
        self._take_up(kept)
        self._spawn("execution records", self.records.run)
        self._spawn("execution news", self._tell_news)
        for link in kept.links:
            self._begin(link)
        if kept.flattening:
            await self.flatten_all(kept.flattening)

    def _take_up(self, kept: Kept) -> None:
        places = {(h.key, h.contract_id): h.contract for h in kept.held}
        places |= {(i.key, i.contract_id): i.contract for i in kept.intents if i.contract_id}
        for (key, contract_id), contract in places.items():
            held = next(
                (h for h in kept.held if (h.key, h.contract_id) == (key, contract_id)), None
            )
            intents = [
                i
                for i in kept.intents
                if (i.key, i.contract_id) == (key, contract_id) and i.purpose is not Purpose.HAND
            ]
            lane = self.lanes.lane(self._floors.expect(key), contract_id, contract)
            lane.take_up(held, intents)
        for intent in kept.intents:
            if intent.purpose is Purpose.HAND:
                self.by_hand.intents[intent.client_id] = intent

    def _begin(self, link: Link) -> None:
        self._links[link.id] = link
        following = Following(
            link,
            house=self.house,
            lanes=self.lanes,
            memories=self._memories,
            calendar=self._calendar,
            floor=self._floors.expect(link.key),
            signals=self._signals,
            day_pnl=self.day_pnl,
        )
        self._following[link.id] = following
        self._spawn(f"link {link.id}", following.run)

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
            self._news.clear()
            self._publish(ExecutionChanged())
            await asyncio.sleep(0.1)

    # What it hears

    def hear(self, step: Step) -> None:
        """A signal changed a position; returns at once."""
        for link in self._links.values():
            if link.recorder_id == step.recorder_id:
                self._following[link.id].hear(step)

    def price(self, symbol: str, price: Decimal) -> None:
        """A price of the market."""
        for lane in self.lanes:
            held = lane.state.held
            if held is not None and held.symbol == symbol:
                lane.price(price)

    async def refresh(self) -> None:
        """Ask for contracts anew before what is known of them is too old: no alert waits for it."""
        for following in [*self._following.values()]:
            await following.refresh()

    def look_after(self) -> None:
        """Once a second: limits, sessions, the doctor, other people's fills."""
        floors = [*self._floors.all()]
        for floor in floors:
            if floor.is_up:
                self._blotter.write_down(floor)
        self.results.take(reversed(self.records.executions()))
        self._watch.look(iter(self.links), self._clock())
        before = [remedy.finding for remedy in self._remedies]
        self._remedies = remedies(
            charts(floors, self.lanes, self.house, self._link_name), self._clock(), before
        )
        if [remedy.finding for remedy in self._remedies] != before:
            self.changed()
        if not self.safety.ready:
            # An account that is not up yet has a brake of its own.
            self.safety.ready = True
            self.changed()

    # What the house asks

    def _product(self, symbol: str) -> Product | None:
        return self._signals.product(symbol)

    def _stops(self, key: AccountKey, contract_id: int, link: Link | None) -> Sequence[str]:
        needs_price = link is not None and link.settings.slippage_ticks is not None
        found = brakes(
            Purpose.ENTRY,
            self._everywhere(),
            self._here(self._floors.expect(key)),
            contract_id=contract_id,
            needs_price=needs_price,
        )
        said = [brake.said for brake in found]
        if link is not None and link.mode is not LinkMode.ARMED:
            said.append(f"the link is {link.mode}")
        return said

    def _everywhere(self) -> Everywhere:
        said = self.safety.lag.said(House.now())
        return Everywhere(
            paused=self.safety.paused or self._is_flattening,
            ready=self.safety.ready,
            lag=said,
            ledger=self.safety.ledger or self.records.trouble,
        )

    def _here(self, floor: Floor) -> Here:
        return Here(
            key=floor.key,
            environment=floor.environment,
            armed=self._is_armed(floor.key),
            up=floor.is_up,
            market_said=floor.market_said,
            doubts=self.lanes.in_doubt(floor.key),
        )

    def _is_armed(self, key: AccountKey) -> bool:
        floor = self._floors.expect(key)
        return floor.environment is not Environment.LIVE or key in self._armed

    @property
    def _is_flattening(self) -> bool:
        return any(not each.report.over for each in self._flattening.values())

    def _reached(self, held: Held, own: int) -> None:
        following = self._following.get(held.link_id)
        if following is not None:
            following.reached(held.symbol, own, self._clock())

    def _finished(self, goal: Goal, held: Held | None) -> None:
        own = held.own if held is not None and held.link_id == goal.link_id else 0
        following = self._following.get(goal.link_id)
        if following is not None:
            following.reached(goal.symbol, own, self._clock())
        decision = self.records.decision(goal.decision.id) or goal.decision
        fills = [e for e in self.records.executions() if e.decision_id == decision.id]
        came = _came(fills, own, goal)
        if decision.verdict in (Verdict.WAITING, Verdict.SENT):
            reached = own == goal.wanted
            verdict = Verdict.DONE if reached else Verdict.FAILED
            why = decision.reason or self._why_failed(decision.id)
            self.records.decide(decision, verdict=verdict, came=came, reason=why)
            if not reached:
                self._tell(f"{decision.key}: {came} {why}".strip(), decision.key)
        else:
            self.records.decide(decision, came=came)

    def _why_failed(self, decision_id: int) -> str:
        return self.records.said_of(decision_id)

    def _tell(self, said: str, key: AccountKey) -> None:
        log.warning("%s", said)
        self.records.note(
            Entry(
                decisions=[
                    Decision(
                        id=self.records.next_decision(),
                        at=self._clock(),
                        wish=Wish.HOLD,
                        verdict=Verdict.PERSON,
                        key=key,
                        reason=said,
                    )
                ]
            )
        )

    def _held_account(self, key: AccountKey) -> int:
        return sum(abs(each.net) for each in self._floors.expect(key).positions())

    def day_pnl(self, link_id: int) -> Decimal | None:
        """Realized and unrealized P&L of a link on this session day, in money, before fees."""
        day = self._calendar.session_day(self._clock())
        total = self.results.realized(link_id, day)
        for held in self.lanes.holding(link_id):
            price, product = self._signals.price(held.symbol), self._product(held.symbol)
            if not held.own:
                continue
            if price is None or product is None or held.average is None:
                return None
            total += (price - held.average) * held.own / product.tick_size * product.tick_value
        return total

    def _link_name(self, link_id: int) -> str:
        link = self._links.get(link_id)
        return self._signals.name_of(link.recorder_id) if link is not None else "a link of before"

    # Snapshots

    @property
    def links(self) -> Sequence[Link]:
        """All links, oldest first."""
        return sorted(self._links.values(), key=lambda each: each.id)

    def state(self) -> ExecutionState:
        """All that is known now."""
        decisions = self.records.decisions()
        shown = self._shown_brakes()
        return ExecutionState(
            links=self.links,
            accounts=[self._account(floor) for floor in self._floors.all()],
            paused=self.safety.paused,
            brakes=shown,
            parked=[each for each in decisions if each.verdict is Verdict.PARKED],
            decisions=decisions[:_SHOWN],
            executions=self.records.executions()[:_SHOWN],
            held=[lane.state.held for lane in self.lanes if lane.state.held is not None],
            intents=self.records.intents(),
            findings=[remedy.finding for remedy in self._remedies],
            flattening=[each.report for each in self._flattening.values()],
            ready=self.safety.ready,
        )

    def _shown_brakes(self) -> Sequence[Brake]:
        armed = {link.key for link in self.links if link.mode is LinkMode.ARMED}
        floors = [floor for floor in self._floors.all() if floor.key in armed]
        return standing(self._everywhere(), [self._here(floor) for floor in floors])

    def _account(self, floor: Floor) -> AccountState:
        now = self._clock()
        loss, said = floor.loss_at_broker()
        return AccountState(
            key=floor.key,
            environment=floor.environment,
            armed=self._is_armed(floor.key),
            limits=self._limits.get(floor.key, NO_LIMITS),
            entries_minute=self._caps.minute(floor.key, now),
            entries_day=self._caps.day(floor.key, now),
            held=self._held_account(floor.key),
            loss_at_broker=loss,
            loss_at_broker_said=said,
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
        async with self._changing:
            if any(each.recorder_id == recorder_id and each.key == key for each in self.links):
                raise UserError("That strategy is linked to that account already", "Change it.")
            if not any(floor.key == key for floor in self._floors.all()):
                raise UserError(f"There is no account {key}", "`justtrades accounts` lists them.")
            _check(settings)
            link = Link(
                id=self._next_link, recorder_id=recorder_id, key=key, mode=mode, settings=settings
            )
            self._next_link += 1
            await self._save(link)
            self._begin(link)
            self._join(link)
        self.changed()
        return link

    def _join(self, link: Link) -> None:
        """What is open now was entered without the link: it follows from the next entry on."""
        rows = []
        for symbol in self._signals.open_symbols(link.recorder_id):
            position = self._signals.position(link.recorder_id, symbol)
            if position is not None:
                side = -1 if link.settings.direction is Direction.INVERSE else 1
                memory = self._memories.of(link.id, symbol).seeing(side * position[0])
                rows.append(self._memories.set(link.id, symbol, memory))
        if rows:
            self.records.note(Entry(memories=rows))

    async def change_link(
        self, link_id: int, *, settings: LinkSettings | None = None, mode: LinkMode | None = None
    ) -> Link:
        """Change settings or mode."""
        async with self._changing:
            link = self._link(link_id)
            if settings is not None:
                _check(settings)
                turned = _is_inverse(settings) != _is_inverse(link.settings)
                if turned:
                    self._refuse_while_holding(link_id, "before its direction turns round")
                link = replace(link, settings=settings)
                if turned:
                    self._join(link)
            if mode is not None and mode is not LinkMode.ARMED:
                self._refuse_while_holding(link_id, f"before it is {mode}")
            if mode is not None:
                link = replace(link, mode=mode)
            await self._save(link)
            self._links[link_id] = link
            self._following[link_id].change(link)
            for lane in self.lanes.of(link.key):
                lane.wake()
        self.changed()
        return link

    async def remove_link(self, link_id: int) -> None:
        """Forget a link that holds nothing."""
        async with self._changing:
            self._link(link_id)
            self._refuse_while_holding(link_id, "before it is removed")
            try:
                await self._ledger.remove_link(link_id)
            except NotStored as error:
                raise _unwritten(error) from error
            await self._unspawn(f"link {link_id}")
            del self._links[link_id], self._following[link_id]
            self._memories.forget(link_id)
        self.changed()

    def _refuse_while_holding(self, link_id: int, when: str) -> None:
        for held in self.lanes.holding(link_id):
            raise UserError(f"The link holds {held.own:+d} {held.contract}", f"Close that {when}.")

    async def _save(self, link: Link) -> None:
        try:
            await self._ledger.save_link(link)
        except NotStored as error:
            raise _unwritten(error) from error

    def _link(self, link_id: int) -> Link:
        if link_id not in self._links:
            raise UserError(f"There is no link {link_id}", "`justtrades links` lists them.")
        return self._links[link_id]

    async def dry_run(self, link_id: int | None, recorder_id: int, to: LinkSettings) -> DryRun:
        """What the recorder's last 50 signals would have done under ``to``."""
        _check(to)
        steps = await self._signals.last_steps(recorder_id, 50)
        return tried(steps, to, self._product, self._calendar, link_id=link_id)

    # Safety

    async def arm(self, key: AccountKey, typed: str) -> None:
        """Arm a LIVE account until the program ends."""
        floor = self._known(key)
        if floor.environment is not Environment.LIVE:
            raise UserError(f"{key} is not LIVE", "It needs no arming.")
        if typed != key.account:
            raise UserError("That is not the account's name", f"Type {key.account} to arm it.")
        self._armed.add(key)
        self.changed()

    async def disarm(self, key: AccountKey) -> None:
        """No more entries on a LIVE account."""
        self._armed.discard(key)
        self.changed()

    async def pause(self) -> None:
        """Stop entries everywhere, also after a restart."""
        self.safety.paused = True  # at once, whatever the disk says
        self.changed()
        await self._keep_paused(paused=True)

    async def resume(self) -> None:
        """Let entries through again."""
        await self._keep_paused(paused=False)
        self.safety.paused = False
        self.changed()

    async def _keep_paused(self, *, paused: bool) -> None:
        try:
            await self._ledger.save_paused(paused)
        except NotStored as error:
            raise _unwritten(error) from error

    async def set_limits(self, key: AccountKey, limits: AccountLimits) -> None:
        """Set the caps of an account, and the broker's own where it allows that."""
        floor = self._known(key)
        before = self._limits.get(key, NO_LIMITS)
        try:
            await self._ledger.save_limits(key, limits)
        except NotStored as error:
            raise _unwritten(error) from error
        self._limits[key] = limits
        self.changed()
        if limits.daily_loss_at_broker != before.daily_loss_at_broker:
            refused = await floor.set_loss_at_broker(limits.daily_loss_at_broker)
            if refused:
                raise UserError(f"The broker does not take the daily loss: {refused}")

    async def flatten_all(self, keys: Sequence[AccountKey] | None = None) -> None:
        """Pause entries, cancel, close, verify; returns once it has begun."""
        self.safety.paused = True
        floors = [self._floors.expect(key) for key in keys] if keys else [*self._floors.all()]
        for floor in floors:
            running = self._flattening.get(floor.key)
            if running is None or running.report.over:
                self._flattening[floor.key] = flattening = Flattening(
                    floor, self.lanes, self.house, self.changed
                )
                self._spawn(f"flatten {floor.key}", partial(self._flatten, flattening))
        self.changed()
        try:  # the closing has begun: a disk that fails must not hold it up
            await self._ledger.save_paused(True)
            await self._save_flattening()
        except NotStored as error:
            log.warning("flatten all cannot be written down: %s", error)

    async def _flatten(self, flattening: Flattening) -> None:
        await flattening.run()
        try:
            await self._save_flattening()
        except NotStored as error:
            log.warning("the end of flatten all cannot be written down: %s", error)

    async def _save_flattening(self) -> None:
        unfinished = [each.key for each in self._flattening.values() if not each.report.over]
        await self._ledger.save_flattening(unfinished)

    # Parked entries and findings

    async def send_parked(self, decision_id: int) -> None:
        """Send a parked entry after all, at today's conditions."""
        decision = self._parked_one(decision_id)
        following = self._following.get(decision.link_id or 0)
        position = None
        if following is not None:
            position = self._signals.position(following.link.recorder_id, decision.symbol)
        if following is None or position is None:
            raise UserError(
                "The strategy is flat there now", "Dismiss it: there is nothing to enter."
            )
        self.records.decide(decision, verdict=Verdict.DONE, came="a person sent it")
        await following.enter_now(decision, position[0])

    async def dismiss_parked(self, decision_id: int) -> None:
        """Never send it."""
        decision = self._parked_one(decision_id)
        self.records.decide(decision, verdict=Verdict.REFUSED, came="a person dismissed it")

    def _parked_one(self, decision_id: int) -> Decision:
        decision = self.records.decision(decision_id)
        if decision is None or decision.verdict is not Verdict.PARKED:
            raise UserError(f"No parked entry has the number {decision_id}", "Is it sent already?")
        return decision

    async def repair(self, finding_id: str) -> str:
        """Carry out the one repair of a finding."""
        self.look_after()  # what is repaired is what is there now, not what was
        remedy = next((r for r in self._remedies if r.finding.id == finding_id), None)
        if remedy is None:
            return "That is over already."
        finding = remedy.finding
        lane = self.lanes.find(finding.key, remedy.contract_id)
        match finding.repair:
            case Repair.NONE:
                raise UserError("There is nothing to repair about that", finding.repair_said)
            case Repair.CANCEL:
                for order_id in remedy.cancel:
                    await self.by_hand.cancel(finding.key, order_id)
            case Repair.PROTECT | Repair.REDUCE | Repair.CLOSE | Repair.ACCEPT if lane is not None:
                lane.mend(remedy.reduce, remedy.wanted)
            case _:
                raise UserError("Nothing serves that contract here", "Use flatten.")
        return finding.repair_said

    # Orders by hand

    async def preview(self, ticket: Ticket) -> Preview:
        """What a ticket would do."""
        return await self.by_hand.preview(ticket)

    async def place(self, ticket: Ticket) -> str:
        """Send a ticket."""
        order, placed = await self.by_hand.place(ticket)
        if order is None:
            return f"Order {placed.order_id} is placed; no event yet."
        at = f" at {order.average_price}" if order.average_price is not None else ""
        return f"Order {order.id} is {order.status}{at}."

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
        order = await self.by_hand.modify(
            key, order_id, quantity=quantity, price=price, stop_price=stop_price
        )
        return f"Order {order_id} is {order.status if order is not None else 'changed'}."

    async def cancel(self, key: AccountKey, order_id: int) -> str:
        """Cancel a working order."""
        order = await self.by_hand.cancel(key, order_id)
        return f"Order {order_id} is {order.status if order is not None else 'not told of yet'}."

    async def cancel_all(self, key: AccountKey) -> str:
        """Cancel all working orders of an account."""
        return await self.by_hand.cancel_all(key)

    async def close_position(self, key: AccountKey, contract_id: int) -> str:
        """Close what is open in a contract, verified."""
        floor = self._known(key)
        net = await floor.confirmed_net(contract_id)
        if net is None:
            raise UserError("The broker does not say what is open", "Try again, or flatten all.")
        lane = self.lanes.find(key, contract_id)
        if lane is not None and lane.state.held is not None:
            lane.mend(abs(lane.state.held.own), 0)
        elif net:
            await floor.liquidate(contract_id)
        return await self._closed(floor, contract_id)

    async def _closed(self, floor: Floor, contract_id: int) -> str:
        ends = House.now() + 15.0
        while House.now() < ends:
            if floor.net(contract_id) == 0 and not floor.working(contract_id):
                return "It is flat, and no order works there."
            await asyncio.sleep(0.05)
        raise UserError(
            f"It is not flat yet: {floor.net(contract_id):+d} open, "
            f"{len(floor.working(contract_id))} orders work",
            "Look at the broker's own screen, or flatten all.",
        )

    async def reverse_position(self, key: AccountKey, contract_id: int) -> str:
        """Close, confirmed flat, then as much on the other side, as a ticket of a person."""
        floor = self._known(key)
        net = floor.net(contract_id)
        held = next((p for p in floor.positions() if p.contract_id == contract_id), None)
        if not net or held is None:
            raise UserError("Nothing is open there", "There is nothing to reverse.")
        ticket = Ticket(
            key=key, symbol=held.symbol, way=way_of(-net), quantity=abs(net), confirmed=True
        )
        if refused := (await self.preview(ticket)).refused:
            raise UserError(refused, "Nothing was changed.")
        await self.close_position(key, contract_id)
        return await self.place(ticket)

    def _known(self, key: AccountKey) -> Floor:
        floor = next((each for each in self._floors.all() if each.key == key), None)
        if floor is None:
            raise UserError(f"There is no account {key}", "`justtrades accounts` lists them.")
        return floor


def _came(fills: Sequence[Execution], own: int, goal: Goal) -> str:
    """What came back, in words."""
    if not fills:
        return "It was so already." if own == goal.wanted else "Nothing was filled."
    quantity = sum(fill.quantity for fill in fills)
    paid = sum((fill.price * fill.quantity for fill in fills), Decimal(0))
    ways = {fill.way for fill in fills}
    word = "traded" if len(ways) > 1 else ("bought" if fills[0].way.sign > 0 else "sold")
    average = round(paid / quantity, 8).normalize()
    delays = [fill.delay for fill in fills if fill.delay is not None]
    after = f" {max(delays):.2f} s after the alert" if delays else ""
    return f"{word} {quantity} at {average:f}{after}"


def _is_inverse(settings: LinkSettings) -> bool:
    return settings.direction is Direction.INVERSE


def _check(settings: LinkSettings) -> None:
    refuse(settings)


def _unwritten(error: NotStored) -> UserError:
    return UserError(f"The ledger cannot write: {error}", "Nothing was changed.")
