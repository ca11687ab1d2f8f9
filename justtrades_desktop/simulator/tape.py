"""Every trade that was printed, by contract, and bars made of them; what was before is invented."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any, Final, NamedTuple

from justtrades_desktop.simulator.frames import stamp

_KEPT: Final = 10_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Print(NamedTuple):
    """One trade; ``number`` counts a contract's trades from 1."""

    number: int
    at: datetime
    price: Decimal
    size: int


@dataclass(slots=True, kw_only=True)
class Bar:
    """The trades from ``at`` on; a trade above or at the last price counts as up."""

    at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    up: int = 0
    down: int = 0
    up_ticks: int = 0
    down_ticks: int = 0

    def add(self, price: Decimal, size: int) -> None:
        """Take a trade in."""
        if price >= self.close:
            self.up, self.up_ticks = self.up + size, self.up_ticks + 1
        else:
            self.down, self.down_ticks = self.down + size, self.down_ticks + 1
        self.high, self.low = max(self.high, price), min(self.low, price)
        self.close = price

    def as_json(self) -> dict[str, Any]:
        """As charts send it."""
        return {
            "timestamp": stamp(self.at),
            "open": self.open,
            "high": self.high,
            "low": self.low,
            "close": self.close,
            "upVolume": self.up,
            "downVolume": self.down,
            "upTicks": self.up_ticks,
            "downTicks": self.down_ticks,
            "bidVolume": self.down,
            "offerVolume": self.up,
        }


class Tape:
    """The trades of all contracts since the start, the last 10,000 of each."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._prints: dict[int, deque[Print]] = {}
        self._counts: dict[int, int] = {}
        self._traded: dict[int, dict[Decimal, int]] = {}

    def record(self, contract_id: int, at: datetime, price: Decimal, size: int) -> None:
        """Keep a trade."""
        number = self._counts[contract_id] = self._counts.get(contract_id, 0) + 1
        prints = self._prints.setdefault(contract_id, deque(maxlen=_KEPT))
        prints.append(Print(number, at, price, size))
        traded = self._traded.setdefault(contract_id, {})
        traded[price] = traded.get(price, 0) + size

    def prints(self, contract_id: int, after: int = 0) -> list[Print]:
        """The trades numbered above ``after``, oldest first."""
        newest_first = takewhile(
            lambda printed: printed.number > after, reversed(self._prints.get(contract_id, ()))
        )
        return list(newest_first)[::-1]

    def since(self, contract_id: int, at: datetime) -> list[Print]:
        """The trades from ``at`` on, oldest first."""
        newest_first = takewhile(
            lambda printed: printed.at >= at, reversed(self._prints.get(contract_id, ()))
        )
        return list(newest_first)[::-1]

    def traded(self, contract_id: int) -> dict[Decimal, int]:
        """Volume by price."""
        return self._traded.get(contract_id, {})

    def past(self, contract_id: int, length: timedelta, *, count: int, tick: Decimal) -> list[Bar]:
        """``count`` invented bars before the first trade that is kept, oldest first."""
        prints = self._prints.get(contract_id)
        if not prints:
            return []
        # By contract and not by time: the same seed shows the same past.
        chance = random.Random(f"{self._seed}/{contract_id}")  # noqa: S311
        at, price = begin(prints[0].at, length), prints[0].price
        bars = []
        for _ in range(count):
            at -= length
            bar, price = _invented(at, price, tick, chance)
            bars.append(bar)
        return bars[::-1]


def bars_of(prints: Iterable[Print], length: timedelta) -> Iterator[Bar]:
    """The bars that ``prints`` make."""
    bar: Bar | None = None
    for printed in prints:
        at = begin(printed.at, length)
        if bar is None or bar.at != at:
            if bar is not None:
                yield bar
            price = printed.price
            bar = Bar(at=at, open=price, high=price, low=price, close=price)
        bar.add(printed.price, printed.size)
    if bar is not None:
        yield bar


def begin(at: datetime, length: timedelta) -> datetime:
    """When the bar of ``at`` begins."""
    return at - (at - _EPOCH) % length


def _invented(
    at: datetime, close: Decimal, tick: Decimal, chance: random.Random
) -> tuple[Bar, Decimal]:
    """A bar that ends at ``close``, and the price it began from."""
    opened = max(tick, close - round(chance.gauss(0, 6)) * tick)
    high = max(opened, close) + abs(round(chance.gauss(0, 3))) * tick
    low = max(tick, min(opened, close) - abs(round(chance.gauss(0, 3))) * tick)
    bar = Bar(at=at, open=opened, high=high, low=low, close=close)
    bar.up, bar.down = chance.randint(50, 500), chance.randint(50, 500)
    bar.up_ticks, bar.down_ticks = bar.up // 3, bar.down // 3
    return bar, opened
