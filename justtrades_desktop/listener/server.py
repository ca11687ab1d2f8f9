"""The HTTP side of the listener: ``POST /webhook/{token}`` and ``GET /health``."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.events import Receipt
from justtrades_desktop.domain.ports import Clock, Receiver
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Alert, Outcome
from justtrades_desktop.listener.alerts import masked, read
from justtrades_desktop.listener.connections import Connection, Crowd
from justtrades_desktop.listener.gate import Gate

LARGEST_BODY: Final = 64 * 1024
BODY_SECONDS: Final = 2.0
_RETRY_AFTER: Final = "5"
_WEBHOOK: Final = "/webhook/"
_KEEP_ALIVE_SECONDS: Final = 75.0
_SHUTDOWN_SECONDS: Final = 3.0

log = logging.getLogger(__name__)


class Listener:
    """Reads alerts off the wire and answers only for what is on disk."""

    def __init__(
        self,
        receiver: Receiver,
        gate: Gate,
        *,
        clock: Clock,
        health: Callable[[], Mapping[str, Any]],
    ) -> None:
        self._receiver = receiver
        self._gate = gate
        self._clock = clock
        self._health = health
        self._runner: web.ServerRunner | None = None
        self._crowd: Crowd | None = None
        self.url = ""

    async def start(self, host: str, port: int) -> str:
        """Listen on ``host`` and ``port`` (0: any free one); the address, as a URL.

        Raises:
            UserError: the address cannot be had.
        """
        crowd = Crowd(
            self._answer,
            keepalive_timeout=_KEEP_ALIVE_SECONDS,
            access_log=None,  # it would hold the tokens
            lingering_time=1.0,
            auto_decompress=False,
        )
        self._runner = web.ServerRunner(crowd, shutdown_timeout=_SHUTDOWN_SECONDS)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host, port).start()
        except (OSError, UnicodeError) as error:
            await self._runner.cleanup()
            why = error.strerror if isinstance(error, OSError) else "that is no address"
            raise UserError(
                f"Cannot listen on {host}:{port}: {why}",
                "Choose another port with --port (0 takes any free one).",
            ) from error
        self._crowd = crowd
        bound_host, bound_port = self._runner.addresses[0][:2]
        shown = f"[{bound_host}]" if ":" in bound_host else bound_host
        self.url = f"http://{shown}:{bound_port}"
        return self.url

    async def watch(self) -> None:
        """Hang up on clients that never finish a header, until cancelled."""
        if self._crowd is not None:
            await self._crowd.watch()

    async def stop(self) -> None:
        """Take no more requests, finish those under way."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        if not isinstance(connection, Connection):
            raise TypeError("requests come over this listener's own connections")
        connection.request_begins()
        try:
            return await self._dispatch(request)
        except asyncio.CancelledError:
            raise
        except Exception:  # our bug; the sender may try again, and nothing was stored of it
            log.exception("a request failed")
            return _not_stored("an error of JustTrades, written to its log")
        finally:
            connection.request_ends()

    async def _dispatch(self, request: web.BaseRequest) -> web.Response:
        headers = request.headers
        if "Origin" in headers or not self._gate.is_ours(headers.get("Host")):
            return _said(HTTPStatus.FORBIDDEN, "this listener takes alerts, not web pages")
        path = request.path
        if path.startswith(_WEBHOOK):
            return await self._webhook(request, path[len(_WEBHOOK) :])
        if path == "/health":
            if request.method not in ("GET", "HEAD"):
                return _not_allowed("GET")
            return _json(HTTPStatus.OK, self._health())
        return _said(HTTPStatus.NOT_FOUND, "nothing is here")

    async def _webhook(self, request: web.BaseRequest, token: str) -> web.Response:
        if request.method != "POST":
            return _not_allowed("POST")
        if self._receiver.recorder_for(token) is None:
            if self._gate.wrong_token(request.remote or ""):
                return _said(HTTPStatus.NOT_FOUND, "nothing is here")
            return _said(HTTPStatus.TOO_MANY_REQUESTS, "too many wrong addresses; wait a minute")
        body = await _body(request)
        if isinstance(body, web.Response):
            return body
        # Asked again: while the body came, it may have been switched off or got a new token.
        recorder = self._receiver.recorder_for(token)
        if recorder is None:
            return _said(HTTPStatus.NOT_FOUND, "nothing is here")
        return await self._take(recorder, body, request.headers.get("Content-Type", ""))

    async def _take(self, recorder: Recorder, body: bytes, content_type: str) -> web.Response:
        alert = Alert(
            text=masked(body),
            fingerprint=blake2b(body, digest_size=16).digest(),
            reading=read(body, content_type),
            received_at=self._clock(),
            # Header bytes that are no text come as lone surrogates, which no database takes.
            content_type=content_type[:100].encode(errors="backslashreplace").decode(),
        )
        try:
            receipt = await self._receiver.receive(recorder, alert)
        except NotStored as error:
            return _not_stored(str(error))
        return _receipt(receipt)


async def _body(request: web.BaseRequest) -> bytes | web.Response:
    if (request.content_length or 0) > LARGEST_BODY:
        return _too_large()
    content = request.content
    if content.is_eof():  # it came with the header, as nearly every alert does
        body = content.read_nowait() if content.total_bytes else b""
        return body if len(body) <= LARGEST_BODY else _too_large()
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while part := await content.readany():
                parts.append(part)
                size += len(part)
                if size > LARGEST_BODY:
                    return _too_large()
    except TimeoutError:
        answer = _said(
            HTTPStatus.REQUEST_TIMEOUT, f"the body did not end within {BODY_SECONDS:.0f} s"
        )
        answer.force_close()
        return answer
    except web.RequestPayloadError:
        answer = _said(HTTPStatus.BAD_REQUEST, "the body is cut off or badly framed")
        answer.force_close()
        return answer
    return b"".join(parts)


def _receipt(receipt: Receipt) -> web.Response:
    told: dict[str, Any] = {"outcome": receipt.outcome.value}
    if receipt.signal_id is not None:
        told = {"signal_id": receipt.signal_id, **told}
    if receipt.reason is not None:
        told["reason"] = receipt.reason
    if receipt.symbol is not None:
        told["symbol"] = receipt.symbol
    if receipt.position is not None:
        told["position"] = receipt.position
    unreadable = receipt.outcome is Outcome.UNREADABLE
    return _json(HTTPStatus.UNPROCESSABLE_ENTITY if unreadable else HTTPStatus.OK, told)


def _json(status: HTTPStatus, told: Mapping[str, Any]) -> web.Response:
    return web.Response(
        status=status,
        body=json.dumps(told).encode(),
        headers={"Content-Type": "application/json", "Server": "JustTrades"},
    )


def _said(status: HTTPStatus, reason: str) -> web.Response:
    return _json(status, {"error": reason})


def _too_large() -> web.Response:
    answer = _said(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"an alert has at most {LARGEST_BODY} bytes"
    )
    answer.force_close()
    return answer


def _not_allowed(method: str) -> web.Response:
    answer = _said(HTTPStatus.METHOD_NOT_ALLOWED, f"only {method} is answered here")
    answer.headers["Allow"] = method
    return answer


def _not_stored(reason: str) -> web.Response:
    answer = _said(HTTPStatus.SERVICE_UNAVAILABLE, f"not stored: {reason}")
    answer.headers["Retry-After"] = _RETRY_AFTER
    return answer
