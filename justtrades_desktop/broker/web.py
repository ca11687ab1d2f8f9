"""The HTTP connections of one login: kept alive, never waited for, nothing repeated unasked."""

from __future__ import annotations

import socket
from typing import Any, Final

import aiohttp

_IDLE_SECONDS: Final = 15.0  # a connection idle for longer is not trusted with an order


def web_session() -> aiohttp.ClientSession:
    """A session for calls and sockets; belongs to whoever asked for it."""
    connector = aiohttp.TCPConnector(
        limit=0,  # no order ever waits for another call's connection
        keepalive_timeout=_IDLE_SECONDS,
        socket_factory=_kept_alive,
    )
    session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
    # It would repeat a GET by itself, past the budget and the audit; a test watches this.
    session._retry_connection = False
    return session


def _kept_alive(address: tuple[Any, ...]) -> socket.socket:
    """A socket on which the system notices a dead peer within half a minute."""
    family, kind, proto = address[0], address[1], address[2]
    made = socket.socket(family, kind, proto)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, name):  # not every system can be told how often
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    return made
