"""A client by hand: what goes over the wire, and nothing that makes it easier."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import aiohttp

from justtrades_desktop.simulator.exchange import Exchange, ExchangeSettings
from justtrades_desktop.simulator.faults import Fault, FaultPlan
from justtrades_desktop.simulator.script import Script
from justtrades_desktop.simulator.server import Server
from justtrades_desktop.simulator.server_settings import ServerSettings

SYMBOL = "MNQZ6"
DEADLINE = 5.0


class Clock:
    """A Friday afternoon in November 2026 that goes on only when told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def go(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Wire:
    """One socket. Frames are kept as they came; what is no reply is kept as an event."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.frames: list[str] = []
        self.events: list[dict[str, Any]] = []
        self.replies: dict[int, dict[str, Any]] = {}
        self._last_id = 0

    async def frame(self, seconds: float = DEADLINE) -> str:
        """The next frame; ``end`` when the socket is closed."""
        message = await asyncio.wait_for(self.socket.receive(), seconds)
        text = message.data if message.type is aiohttp.WSMsgType.TEXT else "end"
        self.frames.append(text)
        if text.startswith("a"):
            for told in json.loads(text[1:]):
                if "i" in told:
                    self.replies[told["i"]] = told
                else:
                    self.events.append(told)
        return text

    async def send(self, endpoint: str, body: Any = "", query: str = "") -> int:
        self._last_id += 1
        text = body if isinstance(body, str) else json.dumps(body)
        await self.socket.send_str(f"{endpoint}\n{self._last_id}\n{query}\n{text}")
        return self._last_id

    async def ask(self, endpoint: str, body: Any = "", query: str = "") -> dict[str, Any]:
        """Send a request and wait for its reply."""
        id_ = await self.send(endpoint, body, query)
        while id_ not in self.replies:
            assert await self.frame() != "end", "the socket ended before the reply"
        return self.replies.pop(id_)

    async def event(self, is_it: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first event that ``is_it``, taken out."""
        while True:
            for told in self.events:
                if is_it(told):
                    self.events.remove(told)
                    return told
            assert await self.frame() != "end", "the socket ended before the event"

    async def props(self, entity_type: str, **wanted: Any) -> dict[str, Any]:
        """The first entity of the type that tells what is ``wanted``."""

        def is_it(told: dict[str, Any]) -> bool:
            if told["e"] != "props" or told["d"]["entityType"] != entity_type:
                return False
            entity = told["d"]["entity"]
            return all(entity.get(name) == value for name, value in wanted.items())

        entity: dict[str, Any] = (await self.event(is_it))["d"]["entity"]
        return entity

    async def silence(self, seconds: float) -> list[str]:
        """What still comes within ``seconds``."""
        came: list[str] = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    came.append(await self.frame())
        except TimeoutError:
            return came

    async def end(self) -> list[str]:
        """Everything until the socket is closed by the other side."""
        came: list[str] = []
        while (text := await self.frame()) != "end":
            came.append(text)
        return came


class Stage:
    """A running simulator with a user ``ada`` and her account, and a client."""

    def __init__(self, server: Server, clock: Clock, http: aiohttp.ClientSession) -> None:
        self.server = server
        self.clock = clock
        self.http = http
        self.user_id = server.exchange.add_user("ada", "pw", accounts={"ADA1": Decimal(50_000)})
        self.account: dict[str, Any] = self.rows("account")[0]
        self._wires: list[Wire] = []

    def rows(self, entity: str) -> list[Any]:
        """What the exchange itself holds."""
        found = self.server.exchange.read(self.user_id, entity, "list", {})
        assert isinstance(found, list)
        return found

    async def login(self, **more: Any) -> dict[str, Any]:
        body = {"name": "ada", "password": "pw", "appId": "test", "deviceId": "d1", **more}
        status, told = await self.post("auth/accesstokenrequest", body)
        assert status == 200
        assert isinstance(told, dict)
        return told

    async def token(self) -> str:
        return str((await self.login())["accessToken"])

    async def post(self, path: str, body: Any, token: str = "") -> tuple[int, Any]:
        return await self._call("POST", path, token, json=body)

    async def get(self, path: str, token: str = "", **query: Any) -> tuple[int, Any]:
        return await self._call("GET", path, token, params=query)

    async def _call(self, method: str, path: str, token: str, **more: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.server.addresses.rest}/{path}"
        async with self.http.request(method, url, headers=headers, **more) as answer:
            text = await answer.text()
            is_json = answer.content_type == "application/json"
            return answer.status, json.loads(text) if is_json else text

    async def control(self, method: str, what: str, body: Any = None, **more: Any) -> Any:
        url = f"{self.server.url}/simulator/{what}"
        async with self.http.request(method, url, json=body, **more) as answer:
            return answer.status, await answer.json()

    def order(self, **more: Any) -> dict[str, Any]:
        return {
            "accountId": self.account["id"],
            "accountSpec": self.account["name"],
            "action": "Buy",
            "symbol": SYMBOL,
            "orderQty": 1,
            "orderType": "Limit",
            "price": 24_000,
            "isAutomated": True,
            **more,
        }

    async def place(self, token: str, **more: Any) -> tuple[int, Any]:
        return await self.post("order/placeorder", self.order(**more), token)

    async def connect(self, *, market: bool = False) -> Wire:
        """A socket that has said nothing yet."""
        addresses = self.server.addresses
        url = addresses.market if market else addresses.user
        wire = Wire(await self.http.ws_connect(url, max_msg_size=64 << 20))
        self._wires.append(wire)
        return wire

    async def socket(self, token: str, *, market: bool = False) -> Wire:
        """A socket that is authorized."""
        wire = await self.connect(market=market)
        assert await wire.frame() == "o"
        assert await wire.ask("authorize", token) == {"s": 200, "i": 1}
        return wire

    async def synced(self, token: str) -> Wire:
        """A user socket that gets events."""
        wire = await self.socket(token)
        assert (await wire.ask("user/syncrequest", {"users": [self.user_id]}))["s"] == 200
        return wire

    async def close(self) -> None:
        for wire in self._wires:
            await wire.socket.close()


@asynccontextmanager
async def simulator(
    *faults: Fault,
    seed: int = 7,
    settings: ServerSettings | None = None,
    script: Script | None = None,
    plan: FaultPlan | None = None,
) -> AsyncIterator[Stage]:
    """A simulator of its own for one test."""
    clock = Clock()
    exchange = Exchange(seed=seed, clock=clock, settings=ExchangeSettings())
    server = Server(
        exchange,
        seed=seed,
        clock=clock,
        settings=settings or ServerSettings(),
        faults=plan or FaultPlan(faults),
        script=script,
    )
    await server.start("127.0.0.1", 0)
    timeout = aiohttp.ClientTimeout(total=DEADLINE)
    async with aiohttp.ClientSession(timeout=timeout) as http:
        stage = Stage(server, clock, http)
        exchange.tick(SYMBOL, "25000", 3)
        try:
            yield stage
        finally:
            await stage.close()
            await server.stop()
