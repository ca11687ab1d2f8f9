"""Every decision comes to an end: what is sent and comes to nothing for too long is an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from justtrades_desktop.domain.instructions import described
from justtrades_desktop.domain.orders import Decision, Execution, Verdict, Wish
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lanes import Lanes

OVERDUE: Final = timedelta(seconds=60)
_OPEN: Final = (Verdict.WAITING, Verdict.SENT)


class Reckoning:
    """Looks for decisions whose lane is not at them any more: a restart came in between, or an
    order was lost. A link in the chain from signal to fill never goes missing unnoticed."""

    def __init__(self, lanes: Lanes, house: House) -> None:
        self._lanes = lanes
        self._house = house

    def look(self, now: datetime) -> None:
        """End what nobody is at."""
        for decision in self._house.records.decisions():
            is_old = decision.verdict in _OPEN and now - decision.at > OVERDUE
            if is_old and not self._is_at_work(decision):
                self._end(decision)

    def _is_at_work(self, decision: Decision) -> bool:
        return any(
            lane.is_busy and lane.contract == decision.contract
            for lane in self._lanes.of(decision.key)
        )

    def _end(self, decision: Decision) -> None:
        records = self._house.records
        own = self._own(decision)
        fills = [e for e in records.executions() if e.decision_id == decision.id]
        came = said_of(fills)
        if own == decision.wanted or (fills and decision.wish in (Wish.CLOSE, Wish.TRIM)):
            records.decide(decision, verdict=Verdict.DONE, came=came or "It is so.")
            return
        why = (
            f"{described(decision.wanted)} {decision.contract} was wanted, and it is "
            f"{described(own)}: no order of it is under way"
        )
        records.decide(decision, verdict=Verdict.PERSON, came=came, reason=why)
        self._house.tell(f"{decision.key}: {why}.", decision.key)

    def _own(self, decision: Decision) -> int:
        for lane in self._lanes.of(decision.key):
            held = lane.state.held
            if held is not None and lane.contract == decision.contract:
                return held.own if held.link_id == decision.link_id else 0
        return 0


def said_of(fills: Sequence[Execution]) -> str:
    """Fills in words, empty where there are none."""
    if not fills:
        return ""
    quantity = sum(fill.quantity for fill in fills)
    paid = sum((fill.price * fill.quantity for fill in fills), Decimal(0))
    ways = {fill.way for fill in fills}
    word = "traded" if len(ways) > 1 else ("bought" if fills[0].way.sign > 0 else "sold")
    average = round(paid / quantity, 8).normalize()
    delays = [fill.delay for fill in fills if fill.delay is not None]
    after = f" {max(delays):.2f} s after the alert" if delays else ""
    return f"{word} {quantity} at {average:f}{after}"
