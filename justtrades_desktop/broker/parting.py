"""Why a socket ended, in words for the trader, and how long it is better not to come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from justtrades_desktop.broker.reconnect import EVICTED_SECONDS

_KNOWN: Final[Mapping[str, str]] = {
    "Maintenance": "the broker is closed for maintenance (Maintenance)",
    "ConnectionQuotaReached": (
        "another program or browser took this login's place (ConnectionQuotaReached); "
        "the next try follows after five minutes"
    ),
    "IPQuotaReached": (
        "too many connections come from this internet address (IPQuotaReached); "
        "the next try follows after five minutes"
    ),
}


class LinkDown(Exception):
    """The socket is of no more use; ``said`` says why, in words for the trader.

    ``hold`` are seconds in which the whole login had better not connect; ``evicted`` means that the
    broker closed the login itself, whose token is worth nothing from now on.
    """

    def __init__(self, said: str, *, hold: float = 0.0, evicted: bool = False) -> None:
        super().__init__(said)
        self.said = said
        self.hold = hold
        self.evicted = evicted


class TurnedAway(LinkDown):
    """The server refused to become a socket, with this HTTP ``status``."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the broker refused the connection ({status})")
        self.status = status


class NoAnswer(LinkDown):
    """A request was not answered in time; whether it was carried out is not known."""


def shut_down(data: Any) -> LinkDown:
    """What the data of a ``shutdown`` event says."""
    known = data if isinstance(data, Mapping) else {}
    more = str(known.get("reason") or "")
    return _parted(str(known.get("reasonCode") or more), more)


def closed(code: int | None, reason: str) -> LinkDown:
    """What a close says; a reason that we know counts like a shutdown."""
    for known in _KNOWN:
        if known in reason:
            return _parted(known, "")
    return _parted(", ".join(str(part) for part in (code, reason) if part), "")


def broken(error: BaseException) -> LinkDown:
    """A fault on the way, in the system's words."""
    return LinkDown(f"the connection broke: {str(error) or type(error).__name__}")


def _parted(code: str, more: str) -> LinkDown:
    said = _KNOWN.get(code, f"the broker closed the connection ({code or 'no reason given'})")
    if more and more not in said:
        said += f": {more}"
    return LinkDown(
        said,
        hold=EVICTED_SECONDS if "QuotaReached" in code else 0.0,
        evicted="ConnectionQuotaReached" in code,
    )
