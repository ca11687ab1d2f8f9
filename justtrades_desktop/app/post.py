"""Sending an alert to our own listener over real HTTP, and asking it whether it answers."""

from __future__ import annotations

import time
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from justtrades_desktop.domain.errors import UserError

_SECONDS: Final = 5.0
_MOST_TOLD: Final = 4_000
# Where a listener on all addresses is reached from its own machine.
_HERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - looked up, not bound


async def send_alert(url: str, text: str) -> tuple[int, str]:
    """POST ``text`` as TradingView would; the answer's status and body.

    Raises:
        UserError: nobody answers there.
    """
    kind = "application/json" if text.lstrip().startswith("{") else "text/plain; charset=utf-8"
    try:
        async with (
            _session() as session,
            session.post(
                reachable(url), data=text.encode(), headers={"Content-Type": kind}
            ) as told,
        ):
            body = await told.content.read(_MOST_TOLD)
            return told.status, body.decode("utf-8", "replace")
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise UserError(
            "The listener did not answer",
            "No alert can reach a position while that lasts. Start JustTrades again; "
            "if it comes back, another program may hold the port.",
        ) from error


async def answer_seconds(url: str) -> float:
    """How long the listener at ``url`` takes to answer.

    Raises:
        UserError: it does not answer.
    """
    started = time.perf_counter()
    try:
        async with _session() as session, session.get(f"{reachable(url)}/health") as told:
            await told.read()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise UserError("The listener does not answer", "Start JustTrades again.") from error
    return time.perf_counter() - started


def reachable(url: str) -> str:
    """``url`` with an address that this machine can connect to."""
    parts = urlsplit(url)
    host = _HERE.get(parts.hostname or "")
    if host is None:
        return url
    shown = f"[{host}]" if ":" in host else host
    return urlunsplit(parts._replace(netloc=f"{shown}:{parts.port}"))


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS))
