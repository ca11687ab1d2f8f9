"""How many calls are left, and when to be silent: shared by all connections of one user.

Pure: the clocks come from outside. Counted are all calls, on REST and on sockets.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import ceil
from typing import Final

from justtrades_desktop.broker.answers import Answer, NotHandled
from justtrades_desktop.domain.broker import BudgetState
from justtrades_desktop.domain.ports import Clock

_HOUR: Final = 3600.0
_MINUTE: Final = 60.0
EXITS_FIRST_SECONDS: Final = 5.0
"""After a lockout exits may go this much earlier than all else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Calls an hour and a minute; ``reserve`` of both only exits may use."""

    hour: int = 5_000
    minute: int = 80
    reserve: Fraction = Fraction(3, 10)


@dataclass(frozen=True, slots=True)
class Locked:
    """Nothing may be sent before ``seconds`` are over, at ``until``; every try starts it anew."""

    seconds: float
    until: datetime
    why: str


class Budget:
    """Says before each call whether it may go out, and learns from each answer."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._now = monotonic
        self._hour: deque[float] = deque()
        self._minute: deque[float] = deque()
        self._background: deque[float] = deque()
        self._locked_till = 0.0
        self._why = ""
        self._held: dict[str, float] = {}

    def ask(
        self, *, exit: bool = False, background: bool = False, operation: str = ""
    ) -> float | Locked | None:
        """Take one call out of the budget: None if it may go, else how many seconds to wait.

        ``exit`` may use the reserve; ``background`` only half of a minute's calls of entries.
        ``operation`` waits out the penalty it got itself.
        """
        if (locked := self.locked) is not None:
            return locked
        now = self._now()
        wait = max(
            self._until_free(now, exit),
            self._until_background_free(now) if background else 0.0,
            self._held.get(operation, now) - now,
            0.0 if exit or not self._why else self._locked_till + EXITS_FIRST_SECONDS - now,
        )
        if wait > 0:
            return wait
        self._hour.append(now)
        self._minute.append(now)
        if background:
            self._background.append(now)
        return None

    def learn(self, answer: Answer, operation: str = "") -> None:
        """Be silent if ``answer`` says so: an hour in a lockout, for ``operation`` in a penalty."""
        if not isinstance(answer, NotHandled) or answer.seconds is None:
            return
        if answer.lockout:
            self.lock(answer.seconds, answer.why)
        elif answer.ticket:
            self._held[operation] = self._now() + answer.seconds

    def lock(self, seconds: float, why: str) -> None:
        """Send nothing for ``seconds`` from now, or longer if that was so before."""
        self._locked_till = max(self._locked_till, self._now() + seconds)
        self._why = why

    @property
    def locked(self) -> Locked | None:
        """The lockout, while there is one."""
        seconds = self.locked_for
        if seconds <= 0:
            return None
        return Locked(seconds, self._clock() + timedelta(seconds=seconds), self._why)

    @property
    def locked_for(self) -> float:
        """Seconds that the lockout lasts; 0 without one."""
        return max(0.0, self._locked_till - self._now()) if self._why else 0.0

    def state(self) -> BudgetState:
        """As the window shows it."""
        self._forget(self._now())
        locked = self.locked
        return BudgetState(
            used=len(self._hour),
            limit=self.limits.hour,
            reserved=self._reserved(self.limits.hour),
            used_minute=len(self._minute),
            limit_minute=self.limits.minute,
            locked_until=locked.until if locked else None,
            why_locked=locked.why if locked else "",
            reserved_minute=self._reserved(self.limits.minute),
        )

    def _until_free(self, now: float, exit: bool) -> float:
        self._forget(now)
        return max(
            _wait(self._hour, self._allowed(self.limits.hour, exit), now, _HOUR),
            _wait(self._minute, self._allowed(self.limits.minute, exit), now, _MINUTE),
        )

    def _until_background_free(self, now: float) -> float:
        allowed = max(self._allowed(self.limits.minute, exit=False) // 2, 1)
        return _wait(self._background, allowed, now, _MINUTE)

    def _allowed(self, limit: int, exit: bool) -> int:
        return limit if exit else max(limit - self._reserved(limit), 1)

    def _reserved(self, limit: int) -> int:
        return ceil(limit * self.limits.reserve)

    def _forget(self, now: float) -> None:
        windows = ((self._hour, _HOUR), (self._minute, _MINUTE), (self._background, _MINUTE))
        for window, seconds in windows:
            while window and window[0] <= now - seconds:
                window.popleft()
        for operation in [name for name, until in self._held.items() if until <= now]:
            del self._held[operation]


def _wait(window: deque[float], allowed: int, now: float, seconds: float) -> float:
    """How long until fewer than ``allowed`` calls lie in ``window``."""
    over = len(window) - allowed
    return window[over] + seconds - now if over >= 0 else 0.0
