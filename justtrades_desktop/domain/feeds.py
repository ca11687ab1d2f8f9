"""Price feeds: where a price came from, and how long it may be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from justtrades_desktop.domain.events import ALERTS

TRADOVATE: Final = "tradovate"
REPLAY: Final = "replay"
DEMO: Final = "demo"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed by the ``name`` its prices carry; a price older than ``stale_seconds`` is old."""

    name: str
    title: str
    stale_seconds: float


# An alert brings a price when a bar closes, a stream several times a second.
FEEDS: Final = (
    Feed(ALERTS, "TradingView alerts", 60.0),
    Feed(TRADOVATE, "Tradovate", 10.0),
    Feed(REPLAY, "Replay of a file", 10.0),
    Feed(DEMO, "Demo market", 5.0),
)
_BY_NAME: Final = {feed.name: feed for feed in FEEDS}
_PATIENT: Final = FEEDS[0].stale_seconds


def feed_named(name: str) -> Feed:
    """The feed called ``name``; of one that is not known here no more is asked than of alerts."""
    return _BY_NAME.get(name) or Feed(name, name, _PATIENT)


def stale_after(source: str) -> float:
    """After how many seconds a price from ``source`` is old."""
    return feed_named(source).stale_seconds
