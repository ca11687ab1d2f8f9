"""The reading side of a socket: requests become calls, and a silent client is hung up on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from aiohttp import WSMsgType, web

from justtrades_desktop.simulator import frames
from justtrades_desktop.simulator.calls import DENIED, READS, Call, Calls, Reply
from justtrades_desktop.simulator.link import Link
from justtrades_desktop.simulator.server_settings import ServerSettings
from justtrades_desktop.simulator.sessions import Session

_LARGEST_MESSAGE: Final = 256 * 1024
_POLICY: Final = 1008
_ENDS: Final = (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING, WSMsgType.ERROR)


class Talk(Protocol):
    """What one kind of socket does with requests."""

    def operation(self, endpoint: str) -> str:
        """How the endpoint is called inside; the market socket keeps capitals, which it refuses."""

    def do(self, call: Call, session: Session) -> Reply:
        """Carry out a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What reading a socket takes: ``whose`` tells by its token who somebody is."""

    calls: Calls
    settings: ServerSettings
    whose: Callable[[str], Session | int]
    address: str


async def open_socket(request: web.Request, *, most: int = _LARGEST_MESSAGE) -> Any:
    """The handshake. Pings are answered by hand: a half-open socket answers none."""
    socket = web.WebSocketResponse(autoping=False, max_msg_size=most, compress=False)
    await socket.prepare(request)
    return socket


async def serve(socket: web.WebSocketResponse, link: Link, talk: Talk, incoming: Incoming) -> None:
    """Answer on ``socket`` until either side ends it."""
    reading = Reading(socket, link, talk, incoming)
    async with asyncio.TaskGroup() as group:
        writing = group.create_task(link.write())
        try:
            await reading.read(group)
        finally:
            await _let_finish(writing)
            if link.session is not None:
                link.session.sockets -= 1


async def _let_finish(writing: asyncio.Task[None]) -> None:
    """What is being written as the client leaves may end by itself for a moment."""
    await asyncio.wait({writing}, timeout=0.1)
    writing.cancel()


class Reading:
    """One socket's requests."""

    def __init__(
        self, socket: web.WebSocketResponse, link: Link, talk: Talk, incoming: Incoming
    ) -> None:
        self._socket = socket
        self._link = link
        self._talk = talk
        self._incoming = incoming
        loop = asyncio.get_running_loop()
        self._authorize_by = loop.time() + incoming.settings.authorize_within

    async def read(self, group: asyncio.TaskGroup) -> None:
        """Take requests until the socket ends; each is answered beside the others."""
        while True:
            try:
                async with asyncio.timeout_at(self._deadline()):
                    message = await self._socket.receive()
            except TimeoutError:
                self._link.close(_POLICY, "Unauthorized" if self._is_stranger else "Idle")
                return
            if message.type is WSMsgType.PING and not self._link.is_mute:
                await self._socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                if message.data != frames.CLIENT_HEARTBEAT and not self._link.is_mute:
                    group.create_task(self._take(message.data))
            elif message.type in _ENDS:
                return

    @property
    def _is_stranger(self) -> bool:
        return self._link.session is None

    def _deadline(self) -> float | None:
        idle = self._incoming.settings.idle_after
        silent = None if idle is None else asyncio.get_running_loop().time() + idle
        if not self._is_stranger or self._link.is_mute:
            return silent
        return self._authorize_by if silent is None else min(silent, self._authorize_by)

    async def _take(self, text: str) -> None:
        request = frames.request(text)
        if request is None:
            self._link.close(_POLICY, "Malformed request")
            return
        reply = await self._reply(request)
        if reply.lost:
            self._link.cut()
        else:
            told = DENIED if reply.status == 401 and reply.told is None else reply.told
            self._link.send(frames.answer(request.id, reply.status, told))

    async def _reply(self, request: frames.Request) -> Reply:
        if request.endpoint.lower() == "authorize":
            return self._authorize(request.body.strip())
        operation = self._talk.operation(request.endpoint)
        how = operation.partition("/")[2]
        body: Any = {}
        if request.body and how not in READS:
            try:
                body = frames.from_json(request.body)
            except ValueError:
                return Reply(400, "The body is no JSON")
        call = Call(
            operation=operation,
            query=request.query,
            body=body,
            session=self._link.session or 401,
            address=self._incoming.address,
        )
        return await self._incoming.calls.answer(call, self._talk.do)

    def _authorize(self, token: str) -> Reply:
        session = self._incoming.whose(token)
        if isinstance(session, int):
            return Reply(session, DENIED)
        if self._link.session is not None:
            self._link.session.sockets -= 1
        session.sockets += 1
        self._link.session = session
        return Reply(200)
