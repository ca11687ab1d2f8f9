"""All lanes, made as they are needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence

from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Held, Intent, IntentState
from justtrades_desktop.execution.house import House
from justtrades_desktop.execution.lane import Lane
from justtrades_desktop.execution.ports import Floor

Spawn = Callable[[str, Callable[[], Awaitable[None]]], None]
"""Runs a service by its name for as long as the program runs."""


class Lanes:
    """By account and contract."""

    def __init__(self, house: House, spawn: Spawn) -> None:
        self._house = house
        self._spawn = spawn
        self._lanes: dict[tuple[AccountKey, int], Lane] = {}

    def __iter__(self) -> Iterator[Lane]:
        return iter([*self._lanes.values()])

    def lane(self, floor: Floor, contract_id: int, contract: str) -> Lane:
        """The lane of a contract, begun if there was none."""
        key = floor.key, contract_id
        if key not in self._lanes:
            lane = Lane(floor, contract_id, contract, self._house)
            self._lanes[key] = lane
            self._spawn(f"lane {floor.key} {contract_id}", lane.run)
        return self._lanes[key]

    def find(self, key: AccountKey, contract_id: int) -> Lane | None:
        """The lane of a contract, None where there is none."""
        return self._lanes.get((key, contract_id))

    def of(self, key: AccountKey) -> Sequence[Lane]:
        """All lanes of an account."""
        return [lane for lane in self if lane.floor.key == key]

    def held_by(self, link_id: int, symbol: str) -> tuple[Lane, Held] | None:
        """Where a link's position in a symbol is: its contract is pinned while it is open."""
        for lane in self:
            held = lane.state.held
            if held is not None and held.link_id == link_id and held.symbol == symbol:
                return lane, held
            goal = lane.state.goal
            if goal is not None and goal.link_id == link_id and goal.symbol == symbol and held:
                return lane, held
        return None

    def holding(self, link_id: int) -> Sequence[Held]:
        """Everything that a link holds."""
        return [
            lane.state.held
            for lane in self
            if lane.state.held is not None and lane.state.held.link_id == link_id
        ]

    def pending(self, key: AccountKey) -> list[Intent]:
        """Entries of an account that are under way."""
        return [intent for lane in self.of(key) for intent in lane.state.openings]

    def in_doubt(self, key: AccountKey) -> list[Intent]:
        """Intents of an account of which nobody knows whether they arrived."""
        return [
            intent
            for lane in self.of(key)
            for intent in lane.state.intents.values()
            if intent.state is IntentState.DOUBT
        ]
