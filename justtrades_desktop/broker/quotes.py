"""Quotes as they come, in parts, and as they are, put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from justtrades_desktop.broker.wire import exact, moment

TRADE: Final = "Trade"


class Entry(NamedTuple):
    """One side of a quote; None is unknown."""

    price: Decimal | None = None
    size: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """All that is known of a contract's market; ``traded`` when the newest part held a trade."""

    contract_id: int
    at: datetime | None = None
    entries: Mapping[str, Entry] = field(default_factory=dict)
    traded: bool = False

    @property
    def last(self) -> Decimal | None:
        """The price of the last trade."""
        return self.entries.get(TRADE, Entry()).price

    @property
    def bid(self) -> Decimal | None:
        """The best price that somebody buys at."""
        return self.entries.get("Bid", Entry()).price

    @property
    def offer(self) -> Decimal | None:
        """The best price that somebody sells at."""
        return self.entries.get("Offer", Entry()).price


class Quotes:
    """The newest quote of every contract."""

    def __init__(self) -> None:
        self._quotes: dict[int, Quote] = {}

    def get(self, contract_id: int) -> Quote | None:
        """The quote of a contract, None before its first part."""
        return self._quotes.get(contract_id)

    def forget(self, contract_id: int) -> None:
        """It is no longer subscribed: what is known of it grows old."""
        self._quotes.pop(contract_id, None)

    def merge(self, data: Any) -> Iterator[Quote]:
        """Work in the data of an ``md`` event; each quote it renews, in order."""
        parts = data.get("quotes") if isinstance(data, Mapping) else None
        for part in parts if isinstance(parts, list) else ():
            match part:
                case {"contractId": int(contract_id)}:
                    yield self._renew(contract_id, part)

    def _renew(self, contract_id: int, part: Mapping[str, Any]) -> Quote:
        known = self._quotes.get(contract_id) or Quote(contract_id=contract_id)
        news = part.get("entries")
        entries = dict(_entries(news)) if isinstance(news, Mapping) else {}
        quote = self._quotes[contract_id] = Quote(
            contract_id=contract_id,
            at=utc(part.get("timestamp")) or known.at,
            entries={**known.entries, **entries},
            traded=entries.get(TRADE, Entry()).price is not None,
        )
        return quote


def utc(value: Any) -> datetime | None:
    """A time as the broker writes it, in UTC; None where it is none."""
    try:
        return moment(value)
    except ValueError:
        return None


def decimal(value: Any) -> Decimal | None:
    """A number, exactly as it was written; None where it is none."""
    try:
        return exact(value)
    except ValueError:
        return None


def _entries(news: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    for name, entry in news.items():
        if isinstance(entry, Mapping):
            yield name, Entry(decimal(entry.get("price")), decimal(entry.get("size")))
