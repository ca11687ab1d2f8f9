"""What the doctor finds, carried out on demand; and entries that wait for a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from justtrades_desktop.domain.doctor import Remedy, remedies
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.execution import Finding, Repair
from justtrades_desktop.domain.links import Direction, Link
from justtrades_desktop.domain.orders import Decision, Verdict, Wish
from justtrades_desktop.execution.by_hand import ByHand
from justtrades_desktop.execution.charting import charts
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lanes import Lanes
from justtrades_desktop.execution.link_book import LinkBook
from justtrades_desktop.execution.ports import Floor, SignalSide


class Clinic:
    """Looks at every contract of every account."""

    def __init__(
        self,
        *,
        house: House,
        lanes: Lanes,
        book: LinkBook,
        by_hand: ByHand,
        signals: SignalSide,
        floors: Callable[[], Sequence[Floor]],
    ) -> None:
        self._house = house
        self._lanes = lanes
        self._book = book
        self._by_hand = by_hand
        self._signals = signals
        self._floors = floors
        self._remedies: Sequence[Remedy] = ()

    @property
    def findings(self) -> Sequence[Finding]:
        """Of the last look."""
        return [remedy.finding for remedy in self._remedies]

    def look(self) -> bool:
        """Look again; whether anything is new."""
        before = self.findings
        found = charts([*self._floors()], self._lanes, self._house, self._book.name_of)
        self._remedies = remedies(found, self._house.clock(), before)
        return self.findings != before

    async def repair(self, finding_id: str) -> str:
        """Carry out the one repair of a finding, as it is now."""
        self.look()
        remedy = next((r for r in self._remedies if r.finding.id == finding_id), None)
        if remedy is None:
            return "That is over already."
        finding = remedy.finding
        lane = self._lanes.find(finding.key, remedy.contract_id)
        match finding.repair:
            case Repair.NONE:
                raise UserError("There is nothing to repair about that", finding.repair_said)
            case Repair.CANCEL:
                for order_id in remedy.cancel:
                    await self._by_hand.cancel_quietly(finding.key, order_id)
            case Repair.PROTECT | Repair.REDUCE | Repair.CLOSE | Repair.ACCEPT if lane is not None:
                lane.mend(remedy.reduce, remedy.wanted)
            case _:
                raise UserError("Nothing serves that contract here", "Use flatten.")
        return finding.repair_said

    # Parked entries

    async def send_parked(self, decision_id: int) -> None:
        """Send a parked entry after all, at today's conditions."""
        decision = self._parked(decision_id)
        following, position = self._book.following(decision.link_id), None
        if following is not None:
            position = self._signals.position(following.link.recorder_id, decision.symbol)
        if following is None or position is None:
            raise UserError(
                "The strategy is flat there now", "Dismiss it: there is nothing to enter."
            )
        if (why := self._is_past(decision, following.link, position[0])) is not None:
            raise UserError(why, "Dismiss it.")
        self._house.records.decide(decision, verdict=Verdict.DONE, came="a person sent it")
        await following.enter_now(decision, position[0])

    def _is_past(self, parked: Decision, link: Link, signed: int) -> str | None:
        """Why a parked entry is none for what is open now."""
        side = -signed if link.settings.direction is Direction.INVERSE else signed
        if parked.wanted * side <= 0:
            return "The strategy is on the other side now"
        newer = (d for d in self._house.records.decisions() if d.id > parked.id)
        if any(
            d.link_id == parked.link_id
            and d.symbol == parked.symbol
            and d.wish in (Wish.ENTER, Wish.REVERSE)
            for d in newer
        ):
            return "It is of a position that is over: a newer entry followed"
        return None

    def dismiss_parked(self, decision_id: int) -> None:
        """Never send it."""
        decision = self._parked(decision_id)
        self._house.records.decide(decision, verdict=Verdict.REFUSED, came="a person dismissed it")

    def _parked(self, decision_id: int) -> Decision:
        decision = self._house.records.decision(decision_id)
        if decision is None or decision.verdict is not Verdict.PARKED:
            raise UserError(f"No parked entry has the number {decision_id}", "Is it sent already?")
        return decision
