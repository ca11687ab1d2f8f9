"""A broker's two sockets and a little REST on loopback; tests say what it answers and breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "good-token"


class Asked(NamedTuple):
    """A request as it came: the four parts of its frame."""

    endpoint: str
    id: int
    query: str
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Visitor:
    """One connected socket, with what it sent: requests, and the times of its heartbeats."""

    def __init__(self, ws: web.WebSocketResponse) -> None:
        self.ws = ws
        self.asked: list[Asked] = []
        self.beats: list[float] = []
        self.closed = asyncio.Event()

    async def send(self, *messages: Any) -> None:
        """One frame with ``messages`` in it."""
        await self.ws.send_str("a" + json.dumps(messages))

    async def props(self, entity_type: str, event_type: str, entity: Any) -> None:
        data = {"entityType": entity_type, "eventType": event_type, "entity": entity}
        await self.send({"e": "props", "d": data})

    async def shut_down(self, reason: str) -> None:
        await self.send({"e": "shutdown", "d": {"reasonCode": reason}})

    def cut(self) -> None:
        """Gone without a word, as when a cable is pulled."""
        transport = self.ws._req.transport if self.ws._req is not None else None
        if isinstance(transport, asyncio.Transport):
            transport.abort()


Answer = Callable[[Visitor, Asked], Any]
"""What to reply: ``(status, data)``, or None for silence."""


Rest = Callable[[Mapping[str, str], Any], tuple[int, Any]]
"""From query and body to status and JSON."""


class Stub:
    """Both sockets of a broker, ``/user`` and ``/md``, and under ``/v1`` what ``rest`` knows."""

    def __init__(self) -> None:
        self.visitors: dict[str, list[Visitor]] = {"user": [], "md": []}
        self.answers: dict[str, Answer] = {"authorize": _authorized}
        self.rest: dict[str, Rest] = {}
        self.called: list[str] = []
        self.beat_seconds: float | None = 0.1
        self.greets = True
        self.turns_away: int | None = None
        self.turned_away = 0
        self.open = 0
        self.address = ""

    def asked(self, link: str, endpoint: str) -> list[Asked]:
        """All requests of that name, over all sockets of a link."""
        return [
            asked
            for visitor in self.visitors[link]
            for asked in visitor.asked
            if asked.endpoint == endpoint
        ]

    async def call(self, request: web.Request) -> web.Response:
        operation = request.match_info["operation"]
        self.called.append(operation)
        if operation not in self.rest:
            return web.json_response({}, status=404)
        body = await request.json() if request.can_read_body else None
        status, answer = self.rest[operation](request.query, body)
        return web.json_response(answer, status=status)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if self.turns_away is not None:
            self.turned_away += 1
            return web.Response(status=self.turns_away)
        ws = web.WebSocketResponse(max_msg_size=0)
        await ws.prepare(request)
        visitor = Visitor(ws)
        self.visitors[request.path.strip("/")].append(visitor)
        self.open += 1
        heart = asyncio.create_task(self._beat(visitor))
        try:
            if self.greets:
                await ws.send_str("o")
            async for message in ws:
                await self._take(visitor, str(message.data))
        except ConnectionError:
            pass  # the test cut it
        finally:
            heart.cancel()
            self.open -= 1
            visitor.closed.set()
        return ws

    async def _take(self, visitor: Visitor, text: str) -> None:
        if text == "[]":
            visitor.beats.append(asyncio.get_running_loop().time())
            return
        endpoint, number, query, body = text.split("\n", 3)
        asked = Asked(endpoint, int(number), query, body)
        visitor.asked.append(asked)
        answer = (self.answers.get(endpoint) or _unknown)(visitor, asked)
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer is not None:
            status, data = answer
            await visitor.send({"s": status, "i": asked.id, "d": data})

    async def _beat(self, visitor: Visitor) -> None:
        while True:
            await asyncio.sleep(self.beat_seconds or 0.05)
            if self.beat_seconds is not None:
                await visitor.ws.send_str("h")


def _authorized(_visitor: Visitor, asked: Asked) -> tuple[int, Any]:
    return (200, {}) if asked.body.startswith(TOKEN) else (401, "Access is denied")


def _unknown(_visitor: Visitor, asked: Asked) -> tuple[int, Any]:
    return 404, f"no endpoint {asked.endpoint}"


@asynccontextmanager
async def stub_broker() -> AsyncIterator[Stub]:
    """A stub on a free port of the loopback; ``address`` is its ``ws://`` base."""
    stub = Stub()
    app = web.Application()
    app.add_routes([web.get("/user", stub.serve), web.get("/md", stub.serve)])
    app.add_routes([web.route("*", "/v1/{operation:.*}", stub.call)])
    server = TestServer(app)
    await server.start_server()
    stub.address = f"ws://127.0.0.1:{server.port}"
    try:
        yield stub
    finally:
        for visitor in [*stub.visitors["user"], *stub.visitors["md"]]:
            visitor.cut()
        await server.close()
