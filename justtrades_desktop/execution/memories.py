"""What each link remembers, in memory and as the second ledger keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.link_memory import Memory


class Memories:
    """By link and symbol."""

    def __init__(self, kept: Iterable[tuple[int, str, str]] = ()) -> None:
        self._all = {(link, symbol): from_text(text) for link, symbol, text in kept}

    def of(self, link_id: int, symbol: str) -> Memory:
        """What a link remembers; flat where there is nothing."""
        return self._all.get((link_id, symbol), Memory())

    def set(self, link_id: int, symbol: str, memory: Memory) -> tuple[int, str, str]:
        """Remember, and the row to be written."""
        self._all[link_id, symbol] = memory
        return link_id, symbol, to_text(memory)

    def symbols(self, link_id: int) -> Mapping[str, Memory]:
        """Everything of one link."""
        return {symbol: memory for (link, symbol), memory in self._all.items() if link == link_id}

    def forget(self, link_id: int) -> None:
        """The link is gone."""
        for symbol in self.symbols(link_id):
            del self._all[link_id, symbol]


def corrected(memory: Memory, own: int, at: datetime) -> Memory:
    """``memory`` once the link is known to hold ``own`` contracts, whatever it wanted."""
    if own == memory.wanted:
        return memory
    if own == 0:
        return memory.left(at, memory.signal)
    return memory._replace(wanted=own).seeing(memory.signal)


def to_text(memory: Memory) -> str:
    """As JSON."""
    return json.dumps({name: _plain(value) for name, value in memory._asdict().items()})


def from_text(text: str) -> Memory:
    """The inverse of :func:`to_text`."""
    values: dict[str, Any] = json.loads(text)
    if values.get("last_price") is not None:
        values["last_price"] = Decimal(values["last_price"])
    if values.get("last_exit") is not None:
        values["last_exit"] = datetime.fromisoformat(values["last_exit"])
    if values.get("day") is not None:
        values["day"] = date.fromisoformat(values["day"])
    return Memory(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
