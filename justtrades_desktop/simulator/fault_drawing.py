"""Faults by chance, of the kinds that a client doing right lives through."""

from __future__ import annotations

import random
from typing import Final

from justtrades_desktop.simulator.fault_kinds import USUAL_SECONDS, Counted, Fault, FaultKind

_ANY_CALL: Final = (
    FaultKind.P_TICKET,
    FaultKind.DENIED,
    FaultKind.TIMEOUT,
    FaultKind.SERVER_ERROR,
    FaultKind.LOST_BEFORE,
    FaultKind.SLOW,
)
_ORDER_CALL: Final = (
    FaultKind.P_TICKET,
    FaultKind.TIMEOUT,
    FaultKind.SERVER_ERROR,
    FaultKind.EMPTY,
    FaultKind.NO_ID,
    FaultKind.LOST_BEFORE,
    FaultKind.LOST_AFTER,
    FaultKind.SLOW,
)
_ANY_EVENT: Final = (
    FaultKind.LATE_EVENT,
    FaultKind.DOUBLED_EVENT,
    FaultKind.REORDERED_EVENT,
)
# A lockout, a captcha or an eviction ends the day of a client that does right: only on demand.
_ANY_SOCKET: Final = (
    FaultKind.CUT,
    FaultKind.SHUTDOWN,
    FaultKind.HALF_OPEN,
    FaultKind.NO_HEARTBEATS,
)


def drawn(chance: random.Random, within: int) -> Fault:
    """One that strikes within the first ``within`` matching calls or events."""
    nth = chance.randint(1, within)
    where = chance.choice(("any", "order", "order", "event", "event", "socket"))
    if where == "event":
        return Fault(kind=chance.choice(_ANY_EVENT), nth=nth, seconds=chance.choice((0.05, 0.5)))
    if where == "socket":
        counted = chance.choice((Counted.CALL, Counted.EVENT))
        return Fault(kind=chance.choice(_ANY_SOCKET), counted=counted, nth=nth)
    kind = chance.choice(_ORDER_CALL if where == "order" else _ANY_CALL)
    return Fault(
        kind=kind,
        match="order/*" if where == "order" else "*",
        nth=nth,
        seconds=_drawn_seconds(kind, chance),
        executed=_maybe_executed(kind, chance),
    )


def _drawn_seconds(kind: FaultKind, chance: random.Random) -> float | None:
    if kind is FaultKind.SLOW:
        return chance.choice((0.1, 0.5, 2.0))
    return float(chance.choice((1, 2, 3))) if kind in USUAL_SECONDS else None


def _maybe_executed(kind: FaultKind, chance: random.Random) -> bool | None:
    unsure = {FaultKind.TIMEOUT, FaultKind.SERVER_ERROR, FaultKind.EMPTY, FaultKind.NO_ID}
    return chance.random() < 0.5 if kind in unsure else None
