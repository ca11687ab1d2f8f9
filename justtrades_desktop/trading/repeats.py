"""Telling an alert that arrived twice from two alerts that look alike."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final, Generic, TypeVar

from justtrades_desktop.domain.signals import Alert, Reading

# TradingView sends again 5 s after a 5xx, up to three times; a relay takes a little longer.
TWICE_WITHIN: Final = timedelta(seconds=15)
# An id whose repeats carry clearly different times of their own names a strategy, not an alert.
_SAME_MOMENT: Final = timedelta(seconds=30)
_REMEMBERED: Final = 20_000

ValueT = TypeVar("ValueT")


def key_of(recorder_id: int, alert: Alert) -> bytes | None:
    """What a repeat of this alert shares with it, or None where it carries neither id nor time.

    An explicit id counts together with what the alert asks for: sloppy templates give both legs
    of a reversal one id. Without an id the whole body counts, if a time stands in it.
    """
    reading = alert.reading
    if not isinstance(reading, Reading):
        return None
    if reading.sender_id is not None:
        asked = (reading.action.value, reading.ticker, reading.quantity, reading.target)
        return _digest(recorder_id, "id", reading.sender_id, *asked)
    if reading.sent_at is not None:
        return _digest(recorder_id, "body", alert.fingerprint.hex())
    return None


def later_key(key: bytes, sent_at: str) -> bytes:
    """The key of an alert that shares its id with an earlier one but is another alert."""
    return _digest(key.hex(), "at", sent_at)


def another_moment(first: str | None, second: str | None) -> bool:
    """Whether two alerts' own times, as they stand in them, are more than half a minute apart."""
    if first is None or second is None:
        return False
    one, other = _moment(first), _moment(second)
    return one is not None and other is not None and abs(one - other) > _SAME_MOMENT


@dataclass(frozen=True, slots=True)
class Seen(Generic[ValueT]):
    """The first alert of a key: its own time, and whatever the caller knows it by."""

    sent_at: str | None
    first: ValueT


class Memory(Generic[ValueT]):
    """The newest keys, and the bodies of the last 15 seconds; the ledger knows older keys."""

    def __init__(self) -> None:
        self._keys: OrderedDict[bytes, Seen[ValueT]] = OrderedDict()
        self._bodies: OrderedDict[tuple[int, bytes], datetime] = OrderedDict()

    def seen(self, key: bytes) -> Seen[ValueT] | None:
        """The first alert with this key, if it is remembered."""
        return self._keys.get(key)

    def remember(self, key: bytes, seen: Seen[ValueT]) -> None:
        """Keep a key; the oldest is let go when there are too many."""
        self._keys[key] = seen
        if len(self._keys) > _REMEMBERED:
            self._keys.popitem(last=False)

    def forget(self, key: bytes) -> None:
        """The alert with this key was not stored after all."""
        self._keys.pop(key, None)

    def follows_itself(self, recorder_id: int, alert: Alert) -> bool:
        """Whether the same body came to this recorder within the last 15 seconds; keeps it."""
        while self._bodies:
            oldest = next(iter(self._bodies))
            if alert.received_at - self._bodies[oldest] <= TWICE_WITHIN:
                break
            del self._bodies[oldest]
        body = (recorder_id, alert.fingerprint)
        followed = body in self._bodies
        self._bodies.pop(body, None)
        self._bodies[body] = alert.received_at
        if len(self._bodies) > _REMEMBERED:  # a clock that was set back would keep them all
            self._bodies.popitem(last=False)
        return followed

    def forget_body(self, recorder_id: int, alert: Alert) -> None:
        """This alert was not stored: when it comes again, that is the first time."""
        self._bodies.pop((recorder_id, alert.fingerprint), None)


def _digest(*parts: object) -> bytes:
    return blake2b(repr(parts).encode(), digest_size=16).digest()


def _moment(text: str) -> datetime | None:
    try:
        if text.replace(".", "", 1).isdigit():
            seconds = float(text)
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
