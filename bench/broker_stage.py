"""A broker's client and simulator on this machine, and a handler that only answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from aiohttp import web

from justtrades_desktop.broker.budget import Budget, Limits
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.login import Session
from justtrades_desktop.broker.tokens import Tokens
from justtrades_desktop.domain.broker import (
    Addresses,
    AuditedCall,
    Credentials,
    Environment,
    Light,
)
from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from justtrades_desktop.simulator.server import Server
from justtrades_desktop.simulator.server_settings import Limit, ServerSettings

SYMBOL: Final = "MNQZ6"
ORDER: Final[dict[str, Any]] = {
    "accountSpec": "BENCH",
    "symbol": SYMBOL,
    "action": "Buy",
    "orderQty": 1,
    "orderType": "Limit",
    "price": 20_000,
    "isAutomated": True,
}
"""Far from the market; without the account's id."""
_MANY: Final = 10_000_000
FREE: Final = (Limit(count=_MANY, seconds=3600.0),)
_TOKEN: Final = {
    "accessToken": "token",
    "mdAccessToken": "token",
    "expirationTime": "2099-01-01T00:00:00Z",
    "userId": 7,
}


class Unkept:
    """Keeps neither tokens nor calls: that is measured elsewhere."""

    def load(self) -> Tokens | None:
        """Nothing."""
        return None

    def save(self, tokens: Tokens) -> None:
        """Nowhere."""

    def clear(self) -> None:
        """Nothing is there."""

    def record(self, call: AuditedCall) -> None:
        """Nowhere."""


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


@asynccontextmanager
async def simulator() -> AsyncIterator[tuple[Server, int, dict[str, Any]]]:
    """A running simulator without limits, its user's id, and a body that places an order."""
    exchange = Exchange(seed=1, clock=now, settings=ExchangeSettings())
    user_id = exchange.add_user("bench", "pw", accounts={"BENCH": Decimal(50_000_000)})
    exchange.tick(SYMBOL, 25_000)
    settings = ServerSettings(user_limits=FREE, anonymous_limits=FREE)
    server = Server(exchange, clock=now, settings=settings)
    await server.start()
    accounts: Any = exchange.read(user_id, "account", "list", {})
    try:
        yield server, user_id, {**ORDER, "accountId": accounts[0]["id"]}
    finally:
        await server.stop()


@asynccontextmanager
async def answering() -> AsyncIterator[Addresses]:
    """A handler that reads a body and answers with an order's number."""

    async def order(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"orderId": 1})

    async def login(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response(_TOKEN)

    app = web.Application()
    app.router.add_post("/v1/order/placeorder", order)
    app.router.add_post("/v1/auth/accesstokenrequest", login)
    async with _listening(app) as addresses:
        yield addresses


@asynccontextmanager
async def telling(frames: list[str], begin: asyncio.Event) -> AsyncIterator[Addresses]:
    """Both sockets of a broker; after ``begin`` the user's one sends ``frames``."""

    async def login(_: web.Request) -> web.Response:
        return web.json_response(_TOKEN)

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_str("o")
        async for message in socket:
            if message.data == "[]":
                continue
            endpoint, number, _, _ = str(message.data).split("\n", 3)
            reply = {"s": 200, "i": int(number), "d": {}}
            await socket.send_str("a" + json.dumps([reply]))
            if endpoint == "user/syncrequest":
                await begin.wait()
                for frame in frames:
                    await socket.send_str(frame)
        return socket

    app = web.Application()
    app.router.add_post("/v1/auth/accesstokenrequest", login)
    app.router.add_get("/v1/websocket", serve)
    app.router.add_get("/md/v1/websocket", serve)
    async with _listening(app) as addresses:
        yield addresses


@asynccontextmanager
async def client(addresses: Addresses) -> AsyncIterator[Connection]:
    """A connection that does not run yet; its budget has no end."""
    nowhere = Unkept()
    budget = Budget(Limits(hour=_MANY, minute=_MANY))
    http = Http(addresses, budget, nowhere, "bench")
    session = Session(http, Credentials(user="bench", password="pw"), nowhere)  # noqa: S106
    connection = Connection(
        "bench",
        Environment.DEMO,
        addresses,
        session=session,
        http=http,
        budget=budget,
        audit=nowhere,
        clock=now,
        on_change=lambda _: None,
        on_price=lambda *_: None,
    )
    try:
        yield connection
    finally:
        await http.close()


@asynccontextmanager
async def running(connection: Connection) -> AsyncIterator[None]:
    """Until the end of the block the connection is kept up."""
    task = asyncio.create_task(connection.run())
    try:
        await until_up(connection)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until_up(connection: Connection) -> None:
    """Wait until the socket of orders is up."""
    while connection.state().orders.light is not Light.UP:  # noqa: ASYNC110  (a moment, once)
        await asyncio.sleep(0.005)


@asynccontextmanager
async def _listening(app: web.Application) -> AsyncIterator[Addresses]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    place = f"127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield Addresses(
            rest=f"http://{place}/v1",
            user=f"ws://{place}/v1/websocket",
            market=f"ws://{place}/md/v1/websocket",
        )
    finally:
        await runner.cleanup()
