"""How often somebody may ask: user limits with their lockout, penalties with their tickets."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from math import ceil
from typing import Any, Final

from justtrades_desktop.simulator.server_settings import HOUR, Limit, Penalty

Clock = Callable[[], datetime]
_MOST_TICKETS: Final = 10_000


class Window:
    """One caller's requests of the last hour, and the lockout that too many begin."""

    def __init__(self, limits: tuple[Limit, ...], *, lockout: float, clock: Clock) -> None:
        self._limits = limits
        self._lockout = self._restarts = lockout
        self._clock = clock
        self._times: deque[float] = deque()
        self._locked_until = 0.0

    def admit(self) -> bool:
        """Count a request; False is 429, and every one that gets it restarts the lockout."""
        now = self._clock().timestamp()
        if now < self._locked_until:
            self._locked_until = now + self._restarts
            return False
        self._times.append(now)
        self._forget(now)
        if all(self._within(limit, now) for limit in self._limits):
            return True
        self.lock(self._lockout)
        return False

    def lock(self, seconds: float) -> None:
        """Begin a lockout; it lasts ``seconds`` after the last request."""
        self._restarts = seconds
        self._locked_until = self._clock().timestamp() + seconds
        self._times.clear()

    def _forget(self, now: float) -> None:
        longest = max((limit.seconds for limit in self._limits), default=0.0)
        while self._times and now - self._times[0] >= longest:
            self._times.popleft()

    def _within(self, limit: Limit, now: float) -> bool:
        if len(self._times) <= limit.count:
            return True
        return now - self._times[-limit.count - 1] >= limit.seconds


class Penalties:
    """Tickets for those who ask too often from one address: wait, then ask again with it."""

    def __init__(
        self, penalties: Mapping[str, Penalty], *, clock: Clock, chance: random.Random
    ) -> None:
        self._penalties = penalties
        self._clock = clock
        self._chance = chance
        self._counted: dict[tuple[str, str], deque[float]] = {}
        self._tickets: dict[str, tuple[str, float]] = {}

    def due(self, address: str, operation: str, ticket: str | None) -> dict[str, Any] | None:
        """The penalty that the call gets instead of an answer; None lets it through."""
        if ticket is not None:
            return self._redeem(operation, ticket)
        penalty = self._penalties.get(operation)
        if penalty is None:
            return None
        times = self._times(address, operation)
        if not penalty.failed_only:
            times.append(self._clock().timestamp())
            over = len(times) > penalty.count
        else:
            over = len(times) >= penalty.count
        return self.ticket(operation, penalty.seconds) if over else None

    def failed(self, address: str, operation: str) -> None:
        """Count a call that failed, where only those are counted."""
        penalty = self._penalties.get(operation)
        if penalty is not None and penalty.failed_only:
            self._times(address, operation).append(self._clock().timestamp())

    def ticket(self, operation: str, seconds: float, *, captcha: bool = False) -> dict[str, Any]:
        """A new ticket for ``operation``; one with a captcha never lets anything through."""
        if len(self._tickets) >= _MOST_TICKETS:
            del self._tickets[next(iter(self._tickets))]
        name = f"{self._chance.getrandbits(128):032x}"
        if not captcha:
            self._tickets[name] = (operation, self._clock().timestamp() + seconds)
        return {"p-ticket": name, "p-time": ceil(seconds), "p-captcha": captcha}

    def _redeem(self, operation: str, ticket: str) -> dict[str, Any] | None:
        meant, after = self._tickets.pop(ticket, ("", 0.0))
        now = self._clock().timestamp()
        if meant != operation:  # unknown, used already, or of another call
            return self.ticket(operation, self._usual(operation))
        return None if now >= after else self.ticket(operation, after - now)

    def _usual(self, operation: str) -> float:
        penalty = self._penalties.get(operation)
        return 15.0 if penalty is None else penalty.seconds

    def _times(self, address: str, operation: str) -> deque[float]:
        times = self._counted.setdefault((address, operation), deque())
        now = self._clock().timestamp()
        while times and now - times[0] >= HOUR:
            times.popleft()
        return times
