"""Connections that nobody holds open for nothing: a header deadline, a bound on their number."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

MOST_CONNECTIONS: Final = 64
HEADER_SECONDS: Final = 5.0

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class Connection(web.RequestHandler):
    """One client. It has a few seconds for each request's header, counted from its first byte
    (or from connecting), and is the first to go when a newcomer needs its place and it is idle."""

    __slots__ = ("_crowd", "serving", "waiting_since")

    def __init__(self, crowd: Crowd, loop: asyncio.AbstractEventLoop, **options: Any) -> None:
        super().__init__(crowd, loop=loop, **options)
        self._crowd = crowd
        self.serving = 0
        self.waiting_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.waiting_since = self._crowd.now()
        if not self._crowd.admit(self):
            self.hang_up()

    def data_received(self, data: bytes) -> None:
        if not self.serving and self.waiting_since is None:
            self.waiting_since = self._crowd.now()
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._crowd.left(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is no HTTP is answered in a word. aiohttp would log the line and repeat it to the
        sender, and a token stands in it."""
        answer = web.Response(status=status, text="not understood")
        answer.force_close()
        return answer

    def request_begins(self) -> None:
        """A whole header has come."""
        self.waiting_since = None
        self.serving += 1

    def request_ends(self) -> None:
        """Its answer is made; the client may stay for the next one."""
        self.serving -= 1
        self._crowd.used(self)

    def hang_up(self) -> None:
        """Close at once, without an answer."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class Crowd(web.Server):
    """The server side of all connections: makes them, counts them."""

    def __init__(self, handler: Handler, **options: Any) -> None:
        super().__init__(handler)
        self._options = options
        self._inside: dict[Connection, None] = {}
        self.now = asyncio.get_running_loop().time

    def __call__(self) -> Connection:
        """A protocol for a client that has just connected."""
        return Connection(self, asyncio.get_running_loop(), **self._options)

    def admit(self, connection: Connection) -> bool:
        """Let a client in, if need be in the place of the one that has been idle longest."""
        if len(self._inside) >= MOST_CONNECTIONS:
            idle = next((other for other in self._inside if not other.serving), None)
            if idle is None:
                return False
            self.left(idle)
            idle.hang_up()
        self._inside[connection] = None
        return True

    def used(self, connection: Connection) -> None:
        """This client has just been served: it is the last to go."""
        if connection in self._inside:
            del self._inside[connection]
            self._inside[connection] = None

    def left(self, connection: Connection) -> None:
        """A client is gone."""
        self._inside.pop(connection, None)

    async def watch(self) -> None:
        """Hang up on those whose header is overdue, until cancelled.

        One sweep a second: a timer for each request would cost the hot path more than it is worth.
        """
        while True:
            await asyncio.sleep(1)
            due = self.now() - HEADER_SECONDS
            for connection in tuple(self._inside):
                if connection.waiting_since is not None and connection.waiting_since < due:
                    connection.hang_up()
