"""The real client and the real simulator, joined by real loopback sockets, with a clock of theirs.

The clock is that of a Friday afternoon and runs like any other, but a test may turn it on. Waits of
calls (penalties, pauses before a read is asked again) are over at once, and so much later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler

from justtrades_desktop.broker.budget import Budget, Limits
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.login import LOGIN, RENEW, Session
from justtrades_desktop.broker.reconnect import ConnectQueue
from justtrades_desktop.broker.requests import Action, OrderType, PlaceOrder, Terms
from justtrades_desktop.broker.results import Placed
from justtrades_desktop.broker.socket import Timing
from justtrades_desktop.broker.tokens import Tokens
from justtrades_desktop.domain.broker import (
    AuditedCall,
    BrokerState,
    Credentials,
    Environment,
    Light,
)
from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from justtrades_desktop.simulator.fault_kinds import Fault, FaultKind
from justtrades_desktop.simulator.listing import packaged
from justtrades_desktop.simulator.server import Server
from justtrades_desktop.simulator.server_settings import ServerSettings
from tests.contract.openapi import Passed, description

SYMBOL: Final = "MNQZ6"
USER: Final = "ada"
PASSWORD: Final = "a-word-of-adas"
ACCOUNT: Final = "ADA1"
QUICK: Final = Timing(beat=0.1, silence=0.6, connect=1, answer=2, sync=10, goodbye=0.3)
_ROOTS: Final = frozenset(("MNQ", "NQ", "MES", "ES", "M2K", "6E", "10Y"))
_START: Final = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


class Clock:
    """Real seconds since a Friday afternoon, and as many more as a test turns it on by."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._more = 0.0
        self._turned = asyncio.Event()
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return _START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return self._loop.time() - self._began + self._more

    def go(self, seconds: float) -> None:
        """Turn it on; who waits for that time is woken."""
        self._more += seconds
        self._turned.set()
        self._turned = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait as a call does: it is so much later at once."""
        self.slept.append(seconds)
        self.go(seconds)
        await asyncio.sleep(0)

    async def pass_by(self, seconds: float) -> None:
        """Wait in the background, until the clock has gone on so far by itself or was turned."""
        due = self.monotonic() + seconds
        while (left := due - self.monotonic()) > 0:
            turned = self._turned
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await turned.wait()

    async def event(self, event: asyncio.Event, seconds: float) -> None:
        """The same, or until ``event``."""
        waits = [asyncio.ensure_future(each) for each in (event.wait(), self.pass_by(seconds))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


class Store:
    """Tokens that outlive a client."""

    def __init__(self) -> None:
        self.tokens: Tokens | None = None

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def clear(self) -> None:
        self.tokens = None


class RecordedServer(Server):
    """The simulator, with every REST call and its answer written down."""

    passed: list[Passed]

    def _application(self) -> web.Application:
        self.passed = []
        app = super()._application()
        app.middlewares.append(self._record)
        return app

    @web.middleware
    async def _record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        path = request.path.removeprefix("/v1/")
        if path != request.path and isinstance(response, web.Response):
            self.passed.append(
                Passed(
                    method=request.method,
                    operation=path.lower(),
                    query=dict(request.query),
                    sent=(await request.read()).decode(),
                    status=response.status,
                    answered=response.text or "",
                )
            )
        return response

    @property
    def connections(self) -> int:
        """How many sockets are open at this end."""
        runner = self._runner
        return 0 if runner is None or runner.server is None else len(runner.server.connections)


class Client:
    """One program that speaks with the broker, with all that it wrote down and told."""

    def __init__(
        self,
        server: Server,
        clock: Clock,
        *,
        store: Store | None = None,
        password: str = PASSWORD,
        device: str = "this-machine",
        limits: Limits | None = None,
        cid: str = "",
        secret: str = "",
    ) -> None:
        self.calls: list[AuditedCall] = []
        self.prices: list[tuple[str, Decimal, datetime]] = []
        self.store = store or Store()
        self._clock = clock
        self.budget = Budget(limits or Limits(minute=1000), clock=clock, monotonic=clock.monotonic)
        self.http = Http(
            server.addresses,
            self.budget,
            self,
            "demo",
            clock=clock,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
        )
        self.credentials = Credentials(user=USER, password=password, cid=cid, secret=secret)
        self.session = Session(
            self.http,
            self.credentials,
            self.store,
            device_id=device,
            clock=clock,
            wait=clock.event,
        )
        self.connection = Connection(
            "demo",
            Environment.DEMO,
            server.addresses,
            session=self.session,
            http=self.http,
            budget=self.budget,
            audit=self,
            clock=clock,
            on_change=lambda _: None,
            on_price=lambda symbol, price, at: self.prices.append((symbol, price, at)),
            queue=ConnectQueue(now=clock.monotonic, sleep=clock.pass_by, apart=0.01),
            timing=QUICK,
            now=clock.monotonic,
        )
        self.orders = self.connection.orders
        self.reads = self.connection.reads
        self._running: asyncio.Task[None] | None = None

    def record(self, call: AuditedCall) -> None:
        """It is its own audit."""
        self.calls.append(call)

    @property
    def state(self) -> BrokerState:
        return self.connection.state()

    @property
    def lights(self) -> tuple[Light, Light]:
        return self.state.orders.light, self.state.market.light

    def made(self, operation: str) -> list[AuditedCall]:
        """Its calls of one operation, ``POST …`` or ``WS …`` left away."""
        return [call for call in self.calls if call.operation.partition(" ")[2] == operation]

    @property
    def logins(self) -> int:
        return len(self.made(LOGIN))

    @property
    def renewals(self) -> int:
        return len(self.made(RENEW))

    def begin(self) -> None:
        """Run, as a service of the program does."""
        self._running = asyncio.create_task(self.connection.run())

    async def up(self) -> None:
        """Begin, and wait until both links are up."""
        if self._running is None:
            self.begin()
        await until(lambda: self.lights == (Light.UP, Light.UP))

    async def again(self) -> None:
        """Wait until both links are up again, however long they want to wait before."""
        await until(lambda: self.lights != (Light.UP, Light.UP))
        for _ in range(100):
            if self.lights == (Light.UP, Light.UP):
                return
            self._clock.go(5)
            await asyncio.sleep(0.02)
        raise AssertionError(f"{self.lights}: {self.state.orders.said or self.state.market.said}")

    async def stop(self) -> None:
        """End it, as the program does when it closes."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            assert self.lights == (Light.OFF, Light.OFF)
        await self.http.close()


class Pair:
    """A simulator and, as ``client``, a program at it; both end with the block."""

    def __init__(self, server: RecordedServer, clock: Clock, **more: Any) -> None:
        self.server = server
        self.clock = clock
        self.user_id = server.exchange.add_user(
            USER, PASSWORD, accounts={ACCOUNT: Decimal(50_000), "ADA2": Decimal(50_000)}
        )
        self.account_id = int(self.rows("account")[0]["id"])
        self.contract_id = server.exchange.contract_id(SYMBOL)
        self.clients: list[Client] = []
        self.client = self.another(**more)

    def another(self, **more: Any) -> Client:
        """One more program at the same broker."""
        self.clients.append(Client(self.server, self.clock, **more))
        return self.clients[-1]

    def fault(self, kind: FaultKind, match: str = "*", **more: Any) -> None:
        """Arm a fault."""
        self.server.add_fault(Fault(kind=kind, match=match, **more))

    def rows(self, entity: str) -> list[Any]:
        """What the exchange itself holds of Ada."""
        found = self.server.exchange.read(self.user_id, entity, "list", {})
        assert isinstance(found, list)
        return found

    def row(self, entity: str, number: int) -> Any:
        """One of them."""
        return next(row for row in self.rows(entity) if row["id"] == number)

    def version(self, order_id: int) -> Any:
        """The newest version of an order, as the exchange has it."""
        return [row for row in self.rows("orderversion") if row["orderId"] == order_id][-1]

    def trade(self, price: str, size: int = 5) -> None:
        self.server.trade(SYMBOL, price, size)

    @property
    def net(self) -> int:
        """What Ada's first account holds."""
        held = [row for row in self.rows("position") if row["accountId"] == self.account_id]
        return sum(int(row["netPos"]) for row in held)

    @property
    def asked(self) -> int:
        """How many calls reached the broker, on REST and sockets."""
        return self.server.faults.calls

    def order(self, kind: str = OrderType.MARKET, **more: Any) -> PlaceOrder:
        """A buy of one; ``more`` are terms, but for what is the order's own."""
        own = {name: more.pop(name) for name in ("symbol", "action", "quantity") if name in more}
        fields: dict[str, Any] = {
            "symbol": SYMBOL,
            "action": Action.BUY,
            "quantity": 1,
            "client_order_id": more.pop("client_order_id", None),
        }
        return PlaceOrder(
            account_id=self.account_id,
            account_name=ACCOUNT,
            terms=Terms(order_type=kind, **more),
            is_automated=True,
            **fields | own,
        )

    async def placed(self, kind: str = OrderType.MARKET, **more: Any) -> int:
        """Place such an order by the client; its number."""
        done = await self.client.orders.place(self.order(kind, **more))
        assert isinstance(done, Placed), done
        return done.order_id


async def until(holds: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


@asynccontextmanager
async def broker_pair(
    *,
    settings: ServerSettings | None = None,
    exchange: ExchangeSettings | None = None,
    price: str | None = "25000",
    **more: Any,
) -> AsyncIterator[Pair]:
    """A simulator on a free port and a client at it; ``more`` is the client's.

    At the end no task and no socket may be left, and all that passed must be as described.
    """
    before = asyncio.all_tasks()
    clock = Clock()
    # A few products will do: listing them all takes longer than most tests.
    few = [product for product in packaged() if product.root in _ROOTS]
    rules = replace(exchange or ExchangeSettings(), products=few)
    market = Exchange(seed=7, clock=clock, settings=rules)
    server = RecordedServer(market, seed=7, clock=clock, settings=settings or quick())
    await server.start()
    pair = Pair(server, clock, **more)
    if price is not None:
        pair.trade(price)
    try:
        yield pair
        for client in pair.clients:
            await client.stop()
        await until(lambda: server.connections == 0)
    finally:
        for client in pair.clients:
            await client.stop()
        await server.stop()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - before <= {asyncio.current_task()}, "tasks were left behind"
    _as_described(server.passed)


def quick(**more: Any) -> ServerSettings:
    """The broker's figures, with a quick heart."""
    return ServerSettings(**{"heartbeat": 0.1, "pulse": 0.02} | more)


def _as_described(passed: list[Passed]) -> None:
    described = description()
    if described is not None:
        faults = [fault for each in passed for fault in described.faults(each)]
        assert not faults, "\n".join(dict.fromkeys(faults))
