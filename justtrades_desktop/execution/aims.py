"""What a lane is to reach: its goal, what a newer one makes of an older, and how each ends."""

from __future__ import annotations

from dataclasses import replace

from justtrades_desktop.domain.orders import Decision, Held, OrderKind, Verdict, Wish
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane_state import REDUCING, Goal, LaneState
from justtrades_desktop.execution.ports import Entry, Floor


class Aims:
    """Keeps the one goal of a lane, and ends every decision in words."""

    def __init__(
        self, state: LaneState, floor: Floor, house: House, *, contract_id: int, contract: str
    ) -> None:
        self._state = state
        self._floor = floor
        self._house = house
        self._contract_id = contract_id
        self._contract = contract

    def take(self, goal: Goal) -> None:
        """Follow ``goal`` from now on; what an older one has not sent is never sent."""
        old, state = self._state.goal, self._state
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

    def _there(self, goal: Goal) -> int:
        """Contracts on the goal's side: those that are held and stay, and those on their way."""
        state, side = self._state, 1 if goal.wanted > 0 else -1
        coming = sum(
            each.quantity
            for each in state.openings
            if each.kind is OrderKind.MARKET and each.way.sign == side
        )
        leaving = sum(intent.quantity for intent in state.living(*REDUCING))
        return max(0, state.own * side - leaving) + coming

    def _inheriting(self, old: Goal, new: Goal) -> Goal:
        """A trim that overtakes an entry before it was sent leaves a smaller entry to be sent."""
        if not old.may_open or self._state.opened or old.wanted * new.wanted <= 0:
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
        held, before = self._state.held, self._state.goal
        if held is not None and held.link_id != goal.link_id:
            return True
        return before is not None and before.link_id != goal.link_id

    def finish(self, goal: Goal) -> None:
        """The goal is reached, or as far as it goes."""
        state, house = self._state, self._house
        own = state.own
        state.goal, state.opening, state.limit_until = None, [], None
        if state.held is not None and state.held.wanted != own:
            state.held = replace(state.held, wanted=own)
            house.records.note(Entry(held=[state.held]))
        self.end_replaced()
        house.finished(goal, state.held)

    def _supersede(self, old: Goal, new: Goal) -> None:
        decision = self._house.records.decision(old.decision.id)
        if decision is None or decision.verdict not in (Verdict.WAITING, Verdict.SENT):
            return
        signal = new.decision.signal_id
        by = f"signal {signal}" if signal is not None else f"decision {new.decision.id}"
        if decision.verdict is Verdict.SENT:
            said = f"{by} came while it was under way"
            self._house.records.decide(decision, came=said)
            self._state.replaced.append(old)
            return
        said = f"{by} came before it was sent"
        self._house.records.decide(decision, verdict=Verdict.SUPERSEDED, came=said)

    def end_replaced(self) -> None:
        """What newer goals overtook ends with them."""
        records, replaced = self._house.records, self._state.replaced
        while replaced:
            decision = replaced.pop().decision
            fills = [e.quantity for e in records.executions() if e.decision_id == decision.id]
            verdict = Verdict.DONE if fills else Verdict.FAILED
            known = records.decision(decision.id) or decision
            came = f"filled {sum(fills)}; {known.came}" if fills else known.came
            why = known.reason or records.said_of(decision.id)
            records.decide(decision, verdict=verdict, came=came, reason=why)

    def want_less(self, held: Held, wanted: int, why: str) -> None:
        house = self._house
        state = self._state
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
            key=self._floor.key,
            link_id=held.link_id or None,
            symbol=held.symbol,
            contract=self._contract,
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
            contract=self._contract,
            product=house.product(held.symbol),
            contract_id=self._contract_id,
            begun=house.now(),
        )
        house.tell(f"{self._floor.key}: {self._contract} is closed: {why}", self._floor.key)

    def agree(self) -> None:
        """Without a goal no more is wanted than is there: an entry is never sent a second time."""
        held = self._state.held
        if held is None or self._state.openings or held.wanted == held.own:
            return
        self._state.held = replace(held, wanted=held.own)
        self._house.records.note(Entry(held=[self._state.held]))
        self._house.reached(held, held.own)


def _is_afresh(goal: Goal) -> bool:
    """Whether it is an entry into a position of its own, not one that goes on with what is open."""
    return goal.may_open and goal.decision.wish in (Wish.ENTER, Wish.REVERSE)


def _lowered(held: Held, wanted: int) -> Held:
    """Less is wanted at once; more only when it is sent."""
    if held.wanted * wanted <= 0:
        return replace(held, wanted=0)
    return replace(held, wanted=wanted) if abs(wanted) < abs(held.wanted) else held
