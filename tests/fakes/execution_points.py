"""Where a program may be killed: every call of the ledger and of a floor, before it and after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from justtrades_desktop.broker.answers import Answer as HttpAnswer
from justtrades_desktop.domain.links import AccountKey, Link
from justtrades_desktop.execution.ports import Entry, Kept
from tests.fakes.execution_lab import MemoryLedger
from tests.fakes.fake_floor import FakeFloor, Sent

ROUND_TRIP: Final = 0.03  # seconds


@dataclass(slots=True)
class Points:
    """Counts the points that are passed; at the ``fatal`` one the program is dead.

    A dead program neither writes nor sends anything until :meth:`revive`.
    """

    passed: list[str] = field(default_factory=list)
    fatal: int | None = None
    is_dead: bool = False

    def die_in(self, points: int) -> None:
        """Be killed at the point that comes after so many others."""
        self.fatal = len(self.passed) + points

    def reach(self, name: str) -> None:
        """Pass a point; raises CancelledError where the program is dead."""
        if not self.is_dead:
            self.is_dead = self.fatal == len(self.passed)
            self.passed.append(name)
        if self.is_dead:
            raise asyncio.CancelledError(f"killed: {name}")

    def revive(self) -> None:
        """The next program lives."""
        self.is_dead, self.fatal = False, None


class PointedLedger(MemoryLedger):
    """A ledger during whose writing a program may be killed."""

    def __init__(self, points: Points) -> None:
        super().__init__()
        self.points = points
        self.wrote: Callable[[], None] = lambda: None
        self.durable: set[str] = set()
        """Client ids of all that is on disk."""

    async def write(self, entry: Entry) -> None:
        self.points.reach(f"before the write of {_said(entry)}")
        await super().write(entry)
        self.wrote()
        for intent in entry.intents:
            self.durable.add(intent.client_id)
            self.durable.update(leg.client_id for leg in intent.legs)
            if intent.oco is not None:
                self.durable.add(intent.oco.client_id)
        self.points.reach(f"after the write of {_said(entry)}")

    async def save_link(self, link: Link) -> None:
        self.points.reach("before a link is saved")
        await super().save_link(link)

    async def save_paused(self, paused: bool) -> None:
        self.points.reach("before the pause is saved")
        await super().save_paused(paused)
        self.points.reach("after the pause is saved")

    async def save_flattening(self, keys: Sequence[AccountKey]) -> None:
        self.points.reach("before the flattening is saved")
        await super().save_flattening(keys)
        self.points.reach("after the flattening is saved")

    async def load(self) -> Kept:
        return await super().load()


def _said(entry: Entry) -> str:
    rows = {
        "decisions": [f"{each.wish} {each.verdict}" for each in entry.decisions],
        "intents": [f"{each.purpose} {each.state}" for each in entry.intents],
        "executions": [str(each.purpose) for each in entry.executions],
        "held": [f"{each.own:+d}" for each in entry.held],
        "flat": ["flat"] * len(entry.flat),
        "memories": ["memory"] * len(entry.memories),
    }
    return ", ".join(f"{name} ({'; '.join(said)})" for name, said in rows.items() if said)


class PointedFloor(FakeFloor):
    """A floor during whose calls a program may be killed; ``heard`` is told of each that reaches
    the exchange, ``after`` when it was carried out."""

    points: Points
    heard: Callable[[FakeFloor, Sent], None]
    sending: Callable[[FakeFloor, Sent], None]
    after: Callable[[FakeFloor], None]

    async def call(self, sent: Sent, do: Callable[[], HttpAnswer]) -> HttpAnswer:
        self.points.reach(f"before the call of {sent.operation}")
        self.sending(self, sent)

        def carried_out() -> HttpAnswer:
            self.heard(self, sent)
            answer = do()
            if sent.operation.startswith("order/"):
                self.after(self)
            return answer

        await asyncio.sleep(ROUND_TRIP / 2)
        answer = await super().call(sent, carried_out)
        await asyncio.sleep(ROUND_TRIP / 2)
        self.points.reach(f"after the call of {sent.operation}")
        return answer


def ids_of(sent: Sent) -> list[str]:
    """Our ids in a call, those of legs too."""
    found: list[str] = []

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if "clOrdId" in value:
                found.append(str(value["clOrdId"]))
            for each in value.values():
                look(each)

    look(dict(sent.body))
    return found
