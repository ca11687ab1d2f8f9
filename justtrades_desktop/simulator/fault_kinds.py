"""What may go wrong, and a fault: which, when, for whom."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final


class FaultKind(StrEnum):
    """What goes wrong."""

    # Answers
    P_TICKET = "p-ticket"
    CAPTCHA = "captcha"
    LIMIT = "429"
    DENIED = "401"
    TOKEN_EXPIRED = "token-expired"  # noqa: S105  (no secret)
    NOT_FOUND = "404"
    TIMEOUT = "408"
    ALMOST_LOCKED = "423"
    SERVER_ERROR = "500"
    EMPTY = "empty"
    NO_ID = "no-id"
    NO_CHILD_IDS = "no-child-ids"
    LOST_BEFORE = "lost-before"
    LOST_AFTER = "lost-after"
    SLOW = "slow"
    NO_ENTITLEMENT = "no-entitlement"
    BIG_SYNC = "big-sync"
    # Events
    LATE_EVENT = "late-event"
    DOUBLED_EVENT = "doubled-event"
    REORDERED_EVENT = "reordered-event"
    DROPPED_EVENT = "dropped-event"
    # Sockets
    HALF_OPEN = "half-open"
    NO_HEARTBEATS = "no-heartbeats"
    SHUTDOWN = "shutdown"
    EVICTION = "eviction"
    CUT = "cut"


class Counted(StrEnum):
    """What is counted until a fault strikes; ``now`` waits for nothing."""

    CALL = "call"
    EVENT = "event"
    NOW = "now"


EVENT_FAULTS: Final = frozenset(
    {
        FaultKind.LATE_EVENT,
        FaultKind.DOUBLED_EVENT,
        FaultKind.REORDERED_EVENT,
        FaultKind.DROPPED_EVENT,
    }
)
SOCKET_FAULTS: Final = frozenset(
    {
        FaultKind.HALF_OPEN,
        FaultKind.NO_HEARTBEATS,
        FaultKind.SHUTDOWN,
        FaultKind.EVICTION,
        FaultKind.CUT,
    }
)
_CARRIED_OUT: Final = frozenset(
    {
        FaultKind.EMPTY,
        FaultKind.NO_ID,
        FaultKind.NO_CHILD_IDS,
        FaultKind.LOST_AFTER,
        FaultKind.BIG_SYNC,
    }
)
USUAL_SECONDS: Final = {
    FaultKind.P_TICKET: 5.0,
    FaultKind.CAPTCHA: 15.0,
    FaultKind.LIMIT: 3600.0,
    FaultKind.SLOW: 3.0,
    FaultKind.LATE_EVENT: 1.0,
    FaultKind.REORDERED_EVENT: 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault, striking at the ``nth`` matching call or event since it was armed.

    ``match`` is a pattern: of operations (``order/place*``) or entity types (``fill``). It strikes
    ``times`` in a row from then on. ``seconds`` is a penalty, a lockout, or a delay, None the usual
    one. ``executed`` says whether a call whose answer is spoilt was carried out, None: as is usual
    for the kind. ``reason`` is a shutdown's; ``size`` the bytes added to a sync; ``user`` a name,
    empty for everyone; ``socket`` is ``user``, ``market`` or empty for both.
    """

    kind: FaultKind
    counted: Counted | None = None
    match: str = "*"
    nth: int = 1
    times: int = 1
    seconds: float | None = None
    executed: bool | None = None
    reason: str = "Maintenance"
    size: int = 10_000_000
    user: str = ""
    socket: str = ""

    @property
    def counts(self) -> Counted:
        """What it counts: what was said, or what suits its kind."""
        if self.counted is not None:
            return self.counted
        if self.kind in EVENT_FAULTS:
            return Counted.EVENT
        return Counted.NOW if self.kind in SOCKET_FAULTS else Counted.CALL

    @property
    def lasts(self) -> float:
        """Seconds of penalty, lockout or delay."""
        return USUAL_SECONDS.get(self.kind, 0.0) if self.seconds is None else self.seconds

    @property
    def carried_out(self) -> bool:
        """Whether the call is carried out although its answer is spoilt."""
        return self.kind in _CARRIED_OUT if self.executed is None else self.executed

    def as_json(self) -> dict[str, Any]:
        """Only what was chosen, as it is read again."""
        chosen = asdict(self)
        return {f.name: chosen[f.name] for f in fields(self) if chosen[f.name] != f.default}
