"""Faults on purpose: which one strikes at which call or event; pure and repeatable."""

from __future__ import annotations

import random
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import NamedTuple

from justtrades_desktop.simulator.fault_drawing import drawn
from justtrades_desktop.simulator.fault_kinds import (
    EVENT_FAULTS,
    SOCKET_FAULTS,
    Counted,
    Fault,
    FaultKind,
)
from justtrades_desktop.simulator.fault_reading import fault_from

__all__ = [
    "EVENT_FAULTS",
    "SOCKET_FAULTS",
    "Counted",
    "Fault",
    "FaultKind",
    "FaultPlan",
    "Struck",
    "fault_from",
]


class Struck(NamedTuple):
    """A fault that struck, in order: at which of all calls or events, and at what."""

    fault: Fault
    number: int
    what: str


class FaultPlan:
    """The faults that are armed and those that have struck; the same calls repeat it exactly."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._armed: list[_Armed] = []
        self._counts = {Counted.CALL: 0, Counted.EVENT: 0}
        self.struck: list[Struck] = []
        for fault in faults:
            self.add(fault)

    @classmethod
    def from_seed(cls, seed: int, count: int, *, within: int = 200) -> FaultPlan:
        """``count`` faults of all kinds, each within the first ``within`` calls or events."""
        chance = random.Random(seed)  # noqa: S311  (to be repeated, not to be secret)
        return cls(drawn(chance, within) for _ in range(count))

    @property
    def armed(self) -> tuple[Fault, ...]:
        """Those that will still strike."""
        return tuple(armed.fault for armed in self._armed)

    @property
    def calls(self) -> int:
        """Calls so far."""
        return self._counts[Counted.CALL]

    def add(self, fault: Fault) -> None:
        """Arm ``fault``; one that strikes now is not for a plan.

        Raises:
            ValueError: it counts nothing.
        """
        if fault.counts is Counted.NOW:
            raise ValueError(f"{fault.kind} strikes at once: nothing is counted")
        self._armed.append(_Armed(fault))

    def clear(self) -> None:
        """Disarm all; what has struck stays known."""
        self._armed.clear()

    def call(self, operation: str, user: str = "") -> list[Fault]:
        """Count a call; the faults that strike it."""
        return self._count(Counted.CALL, operation, [user])

    def event(self, entity_type: str, users: Iterable[str] = ()) -> list[Fault]:
        """Count an event; the faults that strike it."""
        return self._count(Counted.EVENT, entity_type, list(users))

    def note(self, fault: Fault, what: str = "") -> None:
        """Keep that ``fault`` struck at once."""
        self.struck.append(Struck(fault, self.calls, what))

    def _count(self, counted: Counted, what: str, users: list[str]) -> list[Fault]:
        self._counts[counted] += 1
        striking = [a.fault for a in self._armed if a.strikes(counted, what, users)]
        self._armed = [armed for armed in self._armed if not armed.spent]
        self.struck += [Struck(fault, self._counts[counted], what) for fault in striking]
        return striking


class _Armed:
    """A fault with what it has seen."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._seen = 0

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it should."""
        return self._seen >= self.fault.nth + self.fault.times - 1

    def strikes(self, counted: Counted, what: str, users: list[str]) -> bool:
        """Count it if it is for this fault; whether it is its turn."""
        fault = self.fault
        if fault.counts is not counted or not fnmatchcase(what.lower(), fault.match.lower()):
            return False
        if fault.user and fault.user not in users:
            return False
        self._seen += 1
        return self._seen >= fault.nth
