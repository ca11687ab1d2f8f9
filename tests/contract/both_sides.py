"""The client and the simulator as they are, connected over loopback on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple

from aiohttp import web

from justtrades_desktop.broker.budget import Budget, Limits
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.login import Session
from justtrades_desktop.broker.reconnect import ConnectQueue
from justtrades_desktop.broker.socket import Timing
from justtrades_desktop.broker.tokens import Tokens
from justtrades_desktop.domain.broker import (
    Account,
    AuditedCall,
    Credentials,
    Environment,
    Light,
)
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from justtrades_desktop.simulator.faults import Fault, FaultPlan
from justtrades_desktop.simulator.link import Link
from justtrades_desktop.simulator.server import Server
from justtrades_desktop.simulator.server_settings import ServerSettings
from tests.contract.virtual_loop import VirtualLoop, here

SYMBOL: Final = "MNQZ6"
WATCHED: Final = "MNQ1!"
PRODUCTS: Final = (
    Product(
        root="MNQ",
        tick_size=Decimal("0.25"),
        tick_value=Decimal("0.5"),
        currency="USD",
        exchange="CME",
        prefix="",
    ),
)
START_PRICE: Final = Decimal(25_000)


class Call(NamedTuple):
    """A call as the server counted it, at which virtual second."""

    at: float
    operation: str
    faults: tuple[Fault, ...]


class CountingPlan(FaultPlan):
    """A plan that also keeps when which call came."""

    def call(self, operation: str, user: str = "") -> list[Fault]:
        """Count a call; the faults that strike it."""
        faults = super().call(operation, user)
        self.log.append(Call(here().time(), operation, tuple(faults)))
        return faults

    @property
    def log(self) -> list[Call]:
        """All calls so far."""
        calls: list[Call] = self.__dict__.setdefault("_log", [])
        return calls


class Doorkeeper(Server):
    """A simulator that also keeps when somebody opened a socket."""

    def __init__(self, exchange: Exchange, **settings: Any) -> None:
        super().__init__(exchange, **settings)
        self.knocks: list[float] = []

    async def _opened(
        self, request: web.Request, *, market: bool
    ) -> tuple[web.WebSocketResponse, Link]:
        self.knocks.append(here().time())
        return await super()._opened(request, market=market)


class Kept:
    """Tokens in memory; an audit that is a list."""

    def __init__(self) -> None:
        self.tokens: Tokens | None = None
        self.calls: list[AuditedCall] = []

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def clear(self) -> None:
        self.tokens = None

    def record(self, call: AuditedCall) -> None:
        self.calls.append(call)


@dataclass(kw_only=True)
class Both:
    """A running connection and the server it talks to."""

    loop: VirtualLoop
    server: Doorkeeper
    plan: CountingPlan
    user_id: int
    connection: Connection
    kept: Kept
    prices: list[Decimal] = field(default_factory=list)
    running: asyncio.Task[None] | None = None

    @property
    def account(self) -> Account:
        """The trader's account, as the client knows it."""
        return self.connection.state().accounts[0]

    @property
    def is_up(self) -> bool:
        """Whether both links are up."""
        state = self.connection.state()
        return state.orders.light is Light.UP and state.market.light is Light.UP

    async def until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is so, at most ``seconds``; whether it is."""
        ends = self.loop.time() + seconds
        pause = 0.1
        while not holds():
            if self.loop.time() >= ends:
                return False
            await asyncio.sleep(pause)
            pause = min(5.0, pause * 2)
        return True

    def rows(self, entity: str) -> list[Any]:
        """What the exchange itself holds."""
        found = self.server.exchange.read(self.user_id, entity, "list", {})
        assert isinstance(found, list)
        return found

    async def stop_client(self) -> None:
        """End the client as the program does."""
        if self.running is not None:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await self.running
        await self.connection.http.close()


@asynccontextmanager
async def both_sides(
    plan: CountingPlan,
    *,
    seed: int = 0,
    beat: float = 2.5,
    exchange: ExchangeSettings | None = None,
) -> AsyncIterator[Both]:
    """Client and simulator, connecting; ``beat`` are the seconds between heartbeats."""
    loop = here()
    floor = Exchange(
        seed=seed,
        clock=_never_twice(loop),
        settings=exchange or ExchangeSettings(products=PRODUCTS),
    )
    user_id = floor.add_user("ada", "pw", accounts={"ADA1": Decimal(50_000)})
    floor.tick(SYMBOL, START_PRICE)
    server = Doorkeeper(
        floor,
        seed=seed,
        clock=loop.clock,
        settings=ServerSettings(heartbeat=beat, idle_after=6 * beat, pulse=2.0),
        faults=plan,
    )
    await server.start()
    both = _client(server, plan, user_id, loop, beat)
    both.running = asyncio.create_task(both.connection.run())
    try:
        yield both
    finally:
        await both.stop_client()
        await server.stop()


def _never_twice(loop: VirtualLoop) -> Callable[[], datetime]:
    """The loop's clock, on which no two moments are the same on the wire: real ones are not."""
    last = loop.clock()

    def clock() -> datetime:
        nonlocal last
        last = max(loop.clock(), last + timedelta(milliseconds=1))
        return last

    return clock


def _client(
    server: Doorkeeper, plan: CountingPlan, user_id: int, loop: VirtualLoop, beat: float
) -> Both:
    kept = Kept()
    budget = Budget(Limits(hour=50_000, minute=5_000), clock=loop.clock, monotonic=loop.time)
    http = Http(server.addresses, budget, kept, "contract", clock=loop.clock, monotonic=loop.time)
    session = Session(http, Credentials(user="ada", password="pw"), kept, clock=loop.clock)
    prices: list[Decimal] = []

    def on_price(_symbol: str, price: Decimal, _at: datetime) -> None:
        prices.append(price)

    connection = Connection(
        "contract",
        Environment.DEMO,
        server.addresses,
        session=session,
        http=http,
        budget=budget,
        audit=kept,
        clock=loop.clock,
        on_change=lambda _: None,
        on_price=on_price,
        queue=ConnectQueue(now=loop.time),
        timing=Timing(beat=beat, silence=4 * beat),
        now=loop.time,
    )
    connection.watch(WATCHED)
    return Both(
        loop=loop,
        server=server,
        plan=plan,
        user_id=user_id,
        connection=connection,
        kept=kept,
        prices=prices,
    )
