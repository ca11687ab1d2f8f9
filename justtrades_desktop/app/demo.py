"""The demo: sample recorders that send themselves real alerts, a seeded random market, and a
paper account that two of them trade on."""

from __future__ import annotations

import asyncio
import json
import logging
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
from justtrades_desktop.domain.broker import BrokerChanged, Environment
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.execution import ExecutionChanged, Executions
from justtrades_desktop.domain.exits import level
from justtrades_desktop.domain.feeds import DEMO
from justtrades_desktop.domain.links import (
    AccountKey,
    AccountLimits,
    LinkMode,
    LinkSettings,
    Target,
)
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.market.walk import Walk
from justtrades_desktop.trading.desk import Desk

_SEED: Final = 20260102
_TICKS_A_SECOND: Final = 10
_FIRST_ALERT_SECONDS: Final = 0.5
_ALERT_SECONDS: Final = (2.0, 6.0)
_ALERT_TIMEOUT: Final = aiohttp.ClientTimeout(total=5)

log = logging.getLogger(__name__)

_MARKETS: Final = (("MNQ1!", "25600.00", 6.0), ("MES1!", "6950.00", 4.0), ("MGC1!", "4100.0", 4.0))
_PATIENCE: Final = 10.0  # seconds until the paper account must be there
_NEWS: Final[tuple[type[BrokerChanged | ExecutionChanged], ...]] = (BrokerChanged, ExecutionChanged)
_LINKED: Final = {
    "Trend MNQ": LinkSettings(
        own_exits=True,
        stop=level("40 ticks"),
        targets=(
            Target(level("12 ticks"), Decimal(50)),
            Target(level("40 ticks"), Decimal(50)),
        ),
    ),
    "Fade MES": LinkSettings(own_exits=True, trail=level("30 ticks"), max_contracts=3),
}
# Its alerts come every few seconds: what a trader's own account is kept from would stop it.
_LIMITS: Final = AccountLimits(minute=None, day=None, repeat_seconds=0)


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
    is_fresh = not desk.recorders
    chance = random.Random(_SEED)  # noqa: S311 - a market to look at, not a secret
    walks = [_walk(desk, *market, chance=chance) for market in _MARKETS]
    strategies = [
        _Strategy(await desk.add_recorder(name, quantity=size), walk, chance)
        for name, walk, size in zip(
            ("Trend MNQ", "Fade MES", "Gold swing"), walks, (2, 1, 1), strict=True
        )
    ]
    serving.supervisor.start("demo market", lambda: _market(desk, walks))
    serving.supervisor.start("demo alerts", lambda: _trade(serving, strategies, linked=is_fresh))
    yield


@dataclass(slots=True)
class _Strategy:
    """Enters, adds, trims and closes; speaks as a TradingView strategy alert does."""

    recorder: Recorder
    walk: Walk
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


async def _link(serving: Serving, recorders: list[Recorder]) -> None:
    """Let two strategies trade on PAPER, in a folder where nothing else ever traded."""
    if serving.brokers is None:
        return
    try:
        brokers, door = await serving.brokers.get(), await serving.brokers.executions()
        await _until_ready(serving.desk, door)
        accounts = door.state().accounts
        if any(state.environment is not Environment.PAPER for state in brokers.states()):
            return
        if not door.state().links:
            for account in accounts:
                await _link_to(door, account.key, recorders)
    except (UserError, NotStored, TimeoutError) as error:
        log.warning("the demo goes on without orders: %s", error)


async def _until_ready(desk: Desk, door: Executions) -> None:
    news = asyncio.Event()
    told = [desk.bus.subscribe(kind, lambda _: news.set()) for kind in _NEWS]
    try:
        async with asyncio.timeout(_PATIENCE):
            while not (door.state().ready and door.state().accounts):
                await news.wait()
                news.clear()
    finally:
        for unsubscribe in told:
            unsubscribe()


async def _link_to(door: Executions, key: AccountKey, recorders: list[Recorder]) -> None:
    await door.set_limits(key, _LIMITS)
    for recorder in recorders:
        if recorder.name in _LINKED:
            settings = _LINKED[recorder.name]
            await door.add_link(recorder.id, key, settings, mode=LinkMode.ARMED)


def _walk(desk: Desk, symbol: str, start: str, ticks: float, *, chance: random.Random) -> Walk:
    product = desk.book.instrument(symbol).product
    if product is None:
        return Walk(symbol, start, ticks=ticks, chance=chance)
    return Walk(symbol, start, ticks=ticks, chance=chance, tick_size=product.tick_size)


async def _market(desk: Desk, walks: list[Walk]) -> None:
    while True:
        for walk in walks:
            desk.tick(walk.symbol, walk.step(), source=DEMO)
        await asyncio.sleep(1 / _TICKS_A_SECOND)


async def _trade(serving: Serving, strategies: list[_Strategy], *, linked: bool) -> None:
    if linked:
        await _link(serving, [strategy.recorder for strategy in strategies])
    await _alerts(serving.url, strategies)


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
