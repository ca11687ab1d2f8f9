"""A broker in a process of its own that answers late, and notes when each request arrived.

``python -m bench.far_broker ACCOUNTS SECONDS`` prints its address and runs until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Final, NamedTuple

import aiohttp
from aiohttp import web

from bench.broker_stage import FREE, SYMBOL, now
from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from justtrades_desktop.simulator.server import Server
from justtrades_desktop.simulator.server_settings import ServerSettings

USER: Final = "bench"
PASSWORD: Final = "pw"  # noqa: S105 - nobody's
_CASH: Final = Decimal(50_000_000)


class Arrival(NamedTuple):
    """A request that changes something; ``at`` on the clock that all processes share."""

    at: float
    operation: str
    account_id: int | None


class FarBroker:
    """A handle on the process."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._session = session

    async def arrivals(self) -> list[Arrival]:
        """What came since the last time that this was asked."""
        async with self._session.get(f"{self.url}/bench/arrivals") as answer:
            return [Arrival(*each) for each in await answer.json()]

    async def bare_call(self) -> float:
        """When a bare order of nobody was sent; it is refused."""
        body = b'{"accountSpec":"BENCH","symbol":"MNQZ6","action":"Buy","orderQty":1}'
        sent = time.monotonic()
        async with self._session.post(f"{self.url}/v1/order/placeorder", data=body) as answer:
            await answer.read()
        return sent


def account_names(count: int) -> Sequence[str]:
    """What the accounts are called."""
    return [f"BENCH{number:02}" for number in range(count)]


@asynccontextmanager
async def far_broker(accounts: int, seconds: float) -> AsyncIterator[FarBroker]:
    """Have it run, with an answer to each order after ``seconds``."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.far_broker", str(accounts), str(seconds)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the broker has no ends to talk to")
    url = (await process.stdout.readline()).decode().strip()
    try:
        async with aiohttp.ClientSession() as session:
            yield FarBroker(url, session)
    finally:
        process.stdin.close()
        await process.wait()


class _Late(Server):
    """Notes what arrives before anything else is done with it."""

    delay = 0.0

    def __init__(self, exchange: Exchange) -> None:
        settings = ServerSettings(user_limits=FREE, anonymous_limits=FREE)
        super().__init__(exchange, clock=now, settings=settings)
        self.noted: list[Arrival] = []

    def _application(self) -> web.Application:
        app = super()._application()
        app.router.add_get("/bench/arrivals", self._told)
        return app

    async def _told(self, _: web.Request) -> web.Response:
        noted, self.noted = self.noted, []
        return web.json_response(noted)

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        operation = request.match_info["path"].lower()
        if operation.startswith("order/"):
            at, body = time.monotonic(), await request.read()
            if request.method == "POST":
                self.noted.append(Arrival(at, operation, json.loads(body).get("accountId")))
            await asyncio.sleep(self.delay)
        return await super()._rest(request)


async def _run(accounts: int, seconds: float) -> None:
    exchange = Exchange(seed=1, clock=now, settings=ExchangeSettings())
    exchange.add_user(USER, PASSWORD, accounts=dict.fromkeys(account_names(accounts), _CASH))
    exchange.tick(SYMBOL, 25_000)
    server = _Late(exchange)
    server.delay = seconds
    print(await server.start(), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(_run(int(sys.argv[1]), float(sys.argv[2])))
