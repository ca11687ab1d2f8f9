"""The demo: sample recorders that send themselves real alerts, and a seeded random market."""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import aiohttp

from justtrades_desktop.app.serving import Serving
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.trading.desk import Desk

_SEED: Final = 20260102
_TICKS_A_SECOND: Final = 10
_FIRST_ALERT_SECONDS: Final = 0.5
_ALERT_SECONDS: Final = (2.0, 6.0)
_ALERT_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)

_MARKETS: Final = (("MNQ1!", "25600.00", 6.0), ("MES1!", "6950.00", 4.0), ("MGC1!", "4100.0", 4.0))


@contextmanager
def demo_folder() -> Iterator[Path]:
    """A data folder that is thrown away at the end."""
    with tempfile.TemporaryDirectory(
        prefix="justtrades-demo-", ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


@asynccontextmanager
async def demo(serving: Serving) -> AsyncIterator[None]:
    """Add the sample recorders and keep market and alerts going while inside."""
    desk = serving.desk
    chance = random.Random(_SEED)  # noqa: S311 - a market to look at, not a secret
    walks = [_Walk(*market, chance) for market in _MARKETS]
    strategies = [
        _Strategy(await desk.add_recorder(name, quantity=size), walk, chance)
        for name, walk, size in zip(
            ("Trend MNQ", "Fade MES", "Gold swing"), walks, (2, 1, 1), strict=True
        )
    ]
    for walk in walks:
        walk.learn(desk)
    serving.supervisor.start("demo market", lambda: _market(desk, walks))
    serving.supervisor.start("demo alerts", lambda: _alerts(serving.url, strategies))
    yield


class _Walk:
    """A random walk on the tick grid, drawn a little towards where it began."""

    def __init__(self, symbol: str, start: str, ticks: float, chance: random.Random) -> None:
        self.symbol = symbol
        self.price = self._start = Decimal(start)
        self._ticks = ticks
        self._chance = chance
        self._tick_size = Decimal("0.25")

    def learn(self, desk: Desk) -> None:
        """Take the tick size from the product table."""
        product: Product | None = desk.book.instrument(self.symbol).product
        if product is not None:
            self._tick_size = product.tick_size

    def step(self) -> Decimal:
        """The next price."""
        pull = float((self._start - self.price) / self._tick_size) / 400
        steps = round(self._chance.gauss(pull, self._ticks / 3))
        self.price += steps * self._tick_size
        return self.price


@dataclass(slots=True)
class _Strategy:
    """Enters, adds, trims and closes; speaks as a TradingView strategy alert does."""

    recorder: Recorder
    walk: _Walk
    chance: random.Random
    position: int = 0
    sent: int = 0

    def alert(self) -> str:
        """The next alert's body."""
        before = self.position
        self.position = self.chance.choice(self._next_positions())
        self.sent += 1
        return json.dumps(
            {
                "action": "buy" if self.position > before else "sell",
                "ticker": self.walk.symbol,
                "contracts": abs(self.position - before),
                "price": str(self.walk.price),
                "position_size": self.position,
                "id": f"{self.recorder.id}-{self.sent}",
            }
        )

    def _next_positions(self) -> tuple[int, ...]:
        size = self.recorder.quantity
        if self.position == 0:
            return (size, -size)
        side = 1 if self.position > 0 else -1
        more = self.position + side * size
        return (0, 0, more, -self.position) if abs(self.position) < 4 * size else (0,)


async def _market(desk: Desk, walks: list[_Walk]) -> None:
    while True:
        for walk in walks:
            desk.tick(walk.symbol, walk.step())
        await asyncio.sleep(1 / _TICKS_A_SECOND)


async def _alerts(url: str, strategies: list[_Strategy]) -> None:
    async with aiohttp.ClientSession(timeout=_ALERT_TIMEOUT) as session:
        pause = _FIRST_ALERT_SECONDS
        async with asyncio.TaskGroup() as group:
            for strategy in strategies:
                group.create_task(_keep_sending(session, url, strategy, pause))
                pause += _FIRST_ALERT_SECONDS


async def _keep_sending(
    session: aiohttp.ClientSession, url: str, strategy: _Strategy, pause: float
) -> None:
    webhook = f"{url}/webhook/{strategy.recorder.token}"
    while True:
        await asyncio.sleep(pause)
        async with session.post(webhook, data=strategy.alert()) as answer:
            await answer.read()
        pause = strategy.chance.uniform(*_ALERT_SECONDS)
