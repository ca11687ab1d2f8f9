"""One socket's outgoing side: its queue, its heartbeat, and the ways in which it can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from aiohttp import web

from justtrades_desktop.simulator import frames
from justtrades_desktop.simulator.sessions import Session

NORMAL: Final = 1000
GOING_AWAY: Final = 1001


class Link:
    """Everything that goes out on one socket, in order, several messages to a frame.

    ``market`` tells the two kinds of socket apart. ``gather`` is asked for what is newest each
    time something is written: prices that come faster than a client reads are merged there.
    """

    def __init__(self, socket: web.WebSocketResponse, *, market: bool, heartbeat: float) -> None:
        self.market = market
        self.session: Session | None = None
        self.gather: Callable[[], list[dict[str, Any]]] = list
        self._socket = socket
        self._heartbeat = heartbeat
        self._waiting: list[dict[str, Any]] = []
        self._wake = asyncio.Event()
        self._mute = False
        self._without_heartbeats = False
        self._closing: tuple[int, str] | None = None
        self._transport: asyncio.BaseTransport | None = None

    def send(self, *these: dict[str, Any]) -> None:
        """Queue messages."""
        self._waiting.extend(these)
        self._wake.set()

    def stir(self) -> None:
        """Have ``gather`` asked."""
        self._wake.set()

    def mute(self) -> None:
        """Send nothing any more, but stay open."""
        self._mute = True

    @property
    def is_mute(self) -> bool:
        """Whether it only pretends to be there."""
        return self._mute

    def stop_heartbeats(self) -> None:
        """Send no ``h`` any more; data still comes."""
        self._without_heartbeats = True

    def shut_down(self, reason: str, text: str = "") -> None:
        """Say why, then close."""
        told = {"reasonCode": reason, "reason": text or _WORDS.get(reason, reason)}
        self.send(frames.event("shutdown", told))
        self.close(NORMAL, reason)

    def close(self, code: int, reason: str) -> None:
        """Close after what is queued."""
        self._closing = (code, reason)
        self._wake.set()

    def use(self, transport: asyncio.BaseTransport | None) -> None:
        """What :meth:`cut` cuts."""
        self._transport = transport

    def cut(self) -> None:
        """End the connection without a word."""
        self._mute = True
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    async def write(self) -> None:
        """Write until closed or cancelled; a client that has gone ends it quietly."""
        try:
            await self._socket.send_str(frames.OPEN)
            while await self._write_once():
                pass
        except (ConnectionError, RuntimeError):  # the other side is gone, or closing
            return

    async def _write_once(self) -> bool:
        try:
            async with asyncio.timeout(self._heartbeat):
                await self._wake.wait()
        except TimeoutError:
            if not self._without_heartbeats and not self._mute:
                await self._socket.send_str(frames.HEARTBEAT)
            return True
        self._wake.clear()
        waiting, self._waiting = [*self._waiting, *self.gather()], []
        if self._mute:
            return True
        if waiting:
            await self._socket.send_str(frames.messages(waiting))
        if self._closing is None:
            return True
        await self._socket.send_str(frames.closing(*self._closing))
        await self._socket.close(code=self._closing[0])
        return False


_WORDS: Final = {
    "Maintenance": "The system is going down for maintenance",
    "ConnectionQuotaReached": "Too many connections: a newer one took this place",
    "IPQuotaReached": "Too many connections from this address",
}
