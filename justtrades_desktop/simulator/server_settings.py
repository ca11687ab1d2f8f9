"""How the simulator's network side behaves: tokens, limits, heartbeats, who may see prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

HOUR: Final = 3600.0
MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most ``count`` within ``seconds``."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """After ``count`` such calls within an hour from one address, each costs ``seconds``."""

    count: int
    seconds: float
    failed_only: bool = False


def _penalties() -> dict[str, Penalty]:
    return {
        "auth/accesstokenrequest": Penalty(count=5, seconds=15, failed_only=True),
        "auth/renewaccesstoken": Penalty(count=15, seconds=15),
        "auth/me": Penalty(count=10, seconds=30, failed_only=True),
        "user/syncrequest": Penalty(count=300, seconds=3),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The broker's own figures unless a test wants others; times in seconds.

    ``keys`` are the registered apps, secret by cid, none: every app may come. ``devices`` None
    takes orders from every device, else others get 401. Users named in ``without_market_data`` see
    no prices. ``idle_after`` closes a socket whose client sends nothing, not even ``[]``; None
    never does. Delays on sockets and the heartbeat run by the real time, all else by the clock.
    """

    token_seconds: float = 80 * MINUTE
    password_seconds: float = 180 * 24 * HOUR
    most_sessions: int = 2
    user_limits: tuple[Limit, ...] = (
        Limit(count=5_000, seconds=HOUR),
        Limit(count=5_000, seconds=MINUTE),
        Limit(count=5_000, seconds=1),
    )
    anonymous_limits: tuple[Limit, ...] = (
        Limit(count=1_000, seconds=HOUR),
        Limit(count=1_000, seconds=MINUTE),
        Limit(count=100, seconds=1),
    )
    lockout: float = HOUR
    penalties: Mapping[str, Penalty] = field(default_factory=_penalties)
    revoked_status: int = 408
    keys: Mapping[str, str] = field(default_factory=dict)
    devices: frozenset[str] | None = None
    without_market_data: frozenset[str] = frozenset()
    heartbeat: float = 2.5
    authorize_within: float = 10.0
    idle_after: float | None = 15.0
    pulse: float = 0.05
    control: bool = True
    """Whether ``/simulator/…`` is answered."""
