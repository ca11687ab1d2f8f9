"""Entries and adds: checked at the last moment, protected from the first, and sent only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.exit_set import ExitPlan, NoExitSet, exit_set
from justtrades_desktop.domain.links import LimitEnd
from justtrades_desktop.domain.orders import (
    Held,
    Intent,
    IntentState,
    Leg,
    OrderKind,
    Purpose,
    Verdict,
    way_of,
)
from justtrades_desktop.domain.routing import EntryTerms, entry_terms
from justtrades_desktop.execution.caps import Refusal, Wait
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.keeping import STAYS, plan_for, stop_leg, target_leg
from justtrades_desktop.execution.lane_state import Goal, LaneState, new_client_id
from justtrades_desktop.execution.ports import Answer, Floor, Refused
from justtrades_desktop.execution.sending import Sender

_ABOUT_BRACKETS = ("invalidprice", "unsupported", "bracket", "oco", "oso", "trailing", "stop price")


_SOON = 0.2


class Opening:
    """Sends the entry of a lane's goal."""

    def __init__(self, state: LaneState, floor: Floor, house: House, sender: Sender) -> None:
        self._state = state
        self._floor = floor
        self._house = house
        self._sender = sender

    def due(self) -> int:
        """Contracts to be opened now; 0 where none."""
        goal, own = self._state.goal, self._state.own
        if goal is None or not goal.may_open or self._state.opened or goal.wanted == 0:
            return 0
        if own * goal.wanted < 0 or self._state.doubts:
            return 0
        if self._state.at_market:
            return self.missing(goal)
        # An entry of an older goal may have filled since this one came.
        return max(0, min(self._state.opens, self.missing(goal)))

    async def step(self, goal: Goal, count: int) -> bool:
        """Send it, or say why not; False where it has to wait."""
        if self._state.is_add and not self._state.own:
            said = "there is no position any more that it could add to"
            return self._give_up(goal, Verdict.REFUSED, said)
        intents = self._intents(goal, count)
        refused = self._refused(goal, count, 1 if isinstance(intents, str) else len(intents))
        if isinstance(refused, Wait):
            if self._house.now() + refused.seconds > self._fresh_until(goal):
                return self._give_up(goal, Verdict.PARKED, refused.reason)
            self._state.enter_at = self._house.now() + refused.seconds
            self._house.records.decide(goal.decision, reason=refused.reason)
            return False
        if refused:
            return self._give_up(goal, Verdict.REFUSED, refused)
        if self._house.now() > self._fresh_until(goal):
            return self._give_up(goal, Verdict.PARKED, "it is too old to be sent without a look")
        if isinstance(intents, str):
            return self._give_up(goal, Verdict.REFUSED, intents)
        return await self._send(goal, count, intents)

    # May it go

    def _fresh_until(self, goal: Goal) -> float:
        """A limit entry whose time is up goes on at the market, as its settings say."""
        patience = self._house.patience
        return self._house.now() + patience.fresh if self._state.at_market else goal.fresh_until

    def _refused(self, goal: Goal, count: int, orders: int) -> str | Wait:
        """Why it may not go now, empty where it may."""
        key, held = self._floor.key, self._state.held
        link = self._house.link(goal.link_id)
        if link is None:
            return "its link is gone"
        if not self._house.ready():
            return Wait(_SOON, "the comparison after the start is not finished")
        if late := self._house.late():
            return Wait(_SOON, late)
        net = self._floor.net(goal.contract_id)
        if held is None and net != 0:
            return (
                f"the account holds {net:+d} {goal.contract} that no strategy traded, "
                "and an entry would mix with it"
            )
        stops = self._house.stops(key, goal.contract_id, link)
        if stops:
            return "; ".join(stops)
        if goal.product is None:
            return "the tick of this symbol is not known, so nothing is ordered"
        return self._capped(goal, count, orders)

    def _capped(self, goal: Goal, count: int, orders: int) -> str | Wait:
        house, key = self._house, self._floor.key
        under_way = house.pending(key)
        here = sum(i.quantity for i in under_way if i.contract_id == goal.contract_id)
        asked = house.caps.ask(
            key,
            house.limits_of(key),
            way=way_of(goal.wanted),
            contract=goal.contract,
            quantity=count,
            held_contract=self._state.expected,
            held_account=house.held_account(key),
            pending=here,
            pending_account=sum(i.quantity for i in under_way),
            now=house.clock(),
            orders=orders,
            # What goes on as a second order is no repeat of the first.
            confirmed=self._state.plain or self._state.at_market,
        )
        if isinstance(asked, Refusal):
            return asked.reason
        return asked or ""

    def _give_up(self, goal: Goal, verdict: Verdict, reason: str) -> bool:
        self._state.opened = True
        self._house.records.decide(goal.decision, verdict=verdict, reason=reason)
        return True

    # What goes

    def _intents(self, goal: Goal, count: int) -> Sequence[Intent] | str:
        """One order for each part of the ladder, each with its exits hanging on it."""
        link, product = self._house.link(goal.link_id), goal.product
        if link is None or product is None:
            return "its link is gone"
        side = 1 if goal.wanted > 0 else -1
        terms = entry_terms(link.settings, side, goal.price, product=product)
        if isinstance(terms, str):
            return terms
        if self._state.at_market:
            terms = EntryTerms()
        plan = plan_for(self._house, goal.link_id, goal.take_profit, goal.stop_loss)
        reference = terms.price or self._reference(goal)
        if self._state.plain or not plan or reference is None:
            return [self._order(goal, count, terms)]
        try:
            if self._state.own:
                return [self._add(goal, count, terms, plan, reference, product)]
            return self._entry(goal, count, terms, plan, reference, product)
        except NoExitSet as error:
            return str(error)

    def _reference(self, goal: Goal) -> Decimal | None:
        market = self._floor.price(goal.contract_id)
        return market or self._house.price(goal.symbol) or goal.price

    def _entry(
        self,
        goal: Goal,
        count: int,
        terms: EntryTerms,
        plan: ExitPlan,
        reference: Decimal,
        product: Product,
    ) -> Sequence[Intent]:
        parts = exit_set(
            plan,
            side=1 if goal.wanted > 0 else -1,
            size=count,
            average=reference,
            product=product,
            favourable=None,
        )
        if not parts:
            return [self._order(goal, count, terms)]
        intents = []
        for index, part in parts.items():
            legs: list[Leg] = []
            if part.target is not None:
                legs.append(target_leg(part.target, index))
            if part.stop is not None:
                legs.append(stop_leg(part.stop, index))
            intents.append(self._order(goal, part.quantity, terms, legs=tuple(legs), part=index))
        return intents

    def _add(
        self,
        goal: Goal,
        count: int,
        terms: EntryTerms,
        plan: ExitPlan,
        reference: Decimal,
        product: Product,
    ) -> Intent:
        """An add brings its own stop along, until the one exit set has grown."""
        held = self._state.held
        own = abs(self._state.own)
        average = held.average if held is not None and held.average is not None else reference
        after = (average * own + reference * count) / (own + count)
        parts = exit_set(
            plan,
            side=1 if goal.wanted > 0 else -1,
            size=own + count,
            average=after,
            product=product,
            favourable=None,
        )
        stop = next((part.stop for part in parts.values() if part.stop is not None), None)
        legs = () if stop is None else (stop_leg(stop, None),)
        return self._order(goal, count, terms, legs=legs)

    def _order(
        self,
        goal: Goal,
        quantity: int,
        terms: EntryTerms,
        *,
        legs: tuple[Leg, ...] = (),
        part: int | None = None,
    ) -> Intent:
        return Intent(
            client_id=new_client_id(),
            decision_id=goal.decision.id,
            key=self._floor.key,
            contract_id=goal.contract_id,
            contract=goal.contract,
            purpose=Purpose.ADD if self._state.own else Purpose.ENTRY,
            way=way_of(goal.wanted),
            quantity=quantity,
            kind=OrderKind.MARKET if terms.price is None else OrderKind.LIMIT,
            price=terms.price,
            time_in_force=STAYS if terms.price is not None else "Day",
            legs=legs,
            part=part,
            is_automated=goal.by_machine,
            at=self._house.clock(),
        )

    async def _send(self, goal: Goal, count: int, intents: Sequence[Intent]) -> bool:
        house, state = self._house, self._state
        # Counted before the commit is waited for: no other lane may take the same room meanwhile.
        house.caps.count(
            self._floor.key,
            way=way_of(goal.wanted),
            contract=goal.contract,
            quantity=count,
            at=house.clock(),
            orders=len(intents),
        )
        state.intents |= {each.client_id: each for each in intents}
        state.opened, state.opening = True, [each.client_id for each in intents]
        decision = replace(house.records.decision(goal.decision.id) or goal.decision)
        decision = replace(decision, verdict=Verdict.SENT, contract=goal.contract)
        if not await self._sender.commit(intents, decisions=[decision], held=self._wanting(goal)):
            for each in intents:
                state.intents.pop(each.client_id, None)
            return self._give_up(goal, Verdict.REFUSED, "the ledger cannot be written")
        link = house.link(goal.link_id)
        stopped = house.stops(self._floor.key, goal.contract_id, link)
        if state.goal is not goal or state.frozen or stopped:
            said = "; ".join(stopped) or "superseded"
            for each in intents:
                self._sender.settle(each, IntentState.NOT_SENT, said=said)
            if state.goal is goal:
                self._give_up(goal, Verdict.REFUSED, said)
            else:  # the commit has just said that it was sent
                came = "overtaken before it was sent"
                house.records.decide(goal.decision, verdict=Verdict.SUPERSEDED, came=came)
            return True
        left = max(0.1, self._fresh_until(goal) - house.now())
        fresh = min(house.patience.fresh, left)
        answers = await self._sender.place(intents, fresh=fresh)
        if state.goal is not goal:
            return True
        self._limit(goal)
        if not state.plain and any(_is_about_brackets(each) for each in answers):
            self._without_brackets(answers)
        return True

    def _wanting(self, goal: Goal) -> Held:
        held = self._state.held
        if held is not None:
            return replace(
                held,
                wanted=goal.wanted,
                take_profit=goal.take_profit or held.take_profit,
                stop_loss=goal.stop_loss or held.stop_loss,
            )
        return Held(
            link_id=goal.link_id,
            key=self._floor.key,
            contract_id=goal.contract_id,
            contract=goal.contract,
            symbol=goal.symbol,
            wanted=goal.wanted,
            decision_id=goal.decision.id,
            take_profit=goal.take_profit,
            stop_loss=goal.stop_loss,
            at=self._house.clock(),
        )

    def _limit(self, goal: Goal) -> None:
        link = self._house.link(goal.link_id)
        if link is not None and any(each.kind is OrderKind.LIMIT for each in self._state.openings):
            self._state.limit_until = self._house.now() + link.settings.limit_seconds

    def _without_brackets(self, answers: Sequence[Answer]) -> None:
        """All parts were refused for their exits: once more, without; the exits follow at once."""
        if all(isinstance(each, Refused) for each in answers):
            self._state.plain, self._state.opened = True, False

    def time_is_up(self, goal: Goal | None) -> Intent | None:
        """A limit entry that had its time, or that nobody wants any more; to be cancelled."""
        now, until = self._house.now(), self._state.limit_until
        late = until is not None and now >= until
        for intent in self._state.openings:
            working = intent.state is IntentState.PLACED and intent.kind is OrderKind.LIMIT
            superseded = goal is None or intent.decision_id != goal.decision.id
            if working and (late or superseded) and intent.order_id not in self._state.changing:
                return intent
        return None

    def at_market(self, goal: Goal) -> bool:
        """Whether what a limit entry left missing goes on at the market now; arranges that."""
        state, link = self._state, self._house.link(goal.link_id)
        over = state.limit_until is not None and self._house.now() >= state.limit_until
        if not over or state.at_market or link is None or self.missing(goal) <= 0:
            return False
        if link.settings.limit_end is not LimitEnd.MARKET:
            return False
        state.at_market, state.opened = True, False
        return True

    def missing(self, goal: Goal) -> int:
        """Contracts of the goal that are not there."""
        return abs(goal.wanted) - abs(self._state.own) if goal.wanted * self._state.own >= 0 else 0


def _is_about_brackets(answer: Answer) -> bool:
    if not isinstance(answer, Refused):
        return False
    said = answer.said.lower()
    return any(word in said for word in _ABOUT_BRACKETS)


def failed(intents: Sequence[Intent]) -> str:
    """Why nothing came of these, in the broker's own words."""
    said = {each.said for each in intents if each.state is not IntentState.FILLED and each.said}
    return "; ".join(sorted(said))
