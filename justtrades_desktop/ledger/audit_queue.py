"""Calls on their way to the audit: handed over by the loop, fetched by the ledger's thread."""

from __future__ import annotations

import logging
import time
from collections import deque
from datetime import datetime
from typing import Final, NamedTuple

from justtrades_desktop.domain.broker import AuditedCall
from justtrades_desktop.ledger.audit_chain import remark
from justtrades_desktop.ledger.columns import utc_text

_LINGER: Final = 0.25  # seconds: a commit that comes anyway takes them along meanwhile
_REST: Final = 5.0  # seconds after they could not be written
_MOST_CHARACTERS: Final = 16_000_000
_OVERHEAD: Final = 500  # characters that a call counts for besides its texts

log = logging.getLogger(__name__)


class _Missed(NamedTuple):
    calls: int
    since: datetime
    until: datetime


class CallQueue:
    """Bounded: while nothing can be written, what does not fit is counted and dropped.

    The loop only appends and the thread only takes away, each with counters of its own, so no lock
    is needed.
    """

    def __init__(self, *, most_characters: int = _MOST_CHARACTERS) -> None:
        self._most = most_characters
        self._waiting: deque[AuditedCall] = deque()
        self._missed: _Missed | None = None
        self._put_size = 0
        self._taken_size = 0  # from here on the thread's own
        self._told = 0
        self._offered: tuple[int, int] = (0, 0)
        self._due: float | None = None
        self._resting_until = 0.0

    @property
    def waiting(self) -> int:
        """Calls that are not on disk yet."""
        return len(self._waiting)

    @property
    def missed(self) -> int:
        """Calls since the start that were never written: memory was full, too."""
        return self._missed.calls if self._missed is not None else 0

    # On the loop

    def put(self, call: AuditedCall) -> bool:
        """Take ``call``; True where the thread may be asleep and has to be woken."""
        size = _size(call)
        if self._put_size - self._taken_size + size > self._most:
            self._miss(call.at)
            return False
        self._put_size += size
        self._waiting.append(call)
        return len(self._waiting) <= 1

    def _miss(self, at: datetime) -> None:
        before = self._missed
        if before is None or before.calls == self._told:
            log.error("the audit cannot be written and memory for it is full: calls are dropped")
            self._missed = _Missed(self.missed + 1, at, at)
        else:
            self._missed = _Missed(before.calls + 1, before.since, at)

    # On the thread

    def patience(self) -> float | None:
        """Seconds until the calls have to be written by themselves; None: there are none."""
        if not self._waiting:
            self._due = None
            return None
        now = time.monotonic()
        if self._due is None:
            self._due = now + _LINGER
        return max(0.0, self._due - now, self._resting_until - now)

    def offer(self, most: int) -> list[AuditedCall]:
        """The oldest calls, to be written now; none while it rests after a failure."""
        if not self._waiting or time.monotonic() < self._resting_until:
            return []
        count = min(most, len(self._waiting))
        offered = [self._waiting[place] for place in range(count)]
        missed = self._missed
        self._offered = count, self._told
        if missed is not None and missed.calls > self._told and count == len(self._waiting):
            offered.append(_gap(missed, missed.calls - self._told))
            self._offered = count, missed.calls
        return offered

    def written(self) -> None:
        """What was offered is on disk."""
        count, self._told = self._offered
        for _ in range(count):
            self._taken_size += _size(self._waiting.popleft())
        self._due = time.monotonic()  # where more wait, they waited long enough

    def failed(self) -> None:
        """What was offered could not be written; it is offered again after a rest."""
        self._resting_until = time.monotonic() + _REST

    def wake(self) -> None:
        """End the rest: there is no later time to try again."""
        self._resting_until = 0.0


def _size(call: AuditedCall) -> int:
    return _OVERHEAD + len(call.request) + len(call.answer)


def _gap(missed: _Missed, count: int) -> AuditedCall:
    return remark(
        f"{count} calls from {utc_text(missed.since)} to {utc_text(missed.until)} were not "
        "written down: the ledger could not be written"
    )
