"""Calls to the broker's REST side: each awaited with a deadline, counted, and written down.

Nothing that the network does raises: it becomes an answer. What was only asked is asked again; an
order never is, but after a penalty ticket, which says that it was not executed.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, Protocol

import aiohttp

from justtrades_desktop.broker.answers import (
    Accepted,
    Answer,
    Kind,
    NotHandled,
    Rejected,
    Unknown,
    classify,
    outcome,
    parse,
    said,
)
from justtrades_desktop.broker.budget import Budget, Locked
from justtrades_desktop.broker.calls import Call, broken, order_id, with_ticket
from justtrades_desktop.broker.masks import Masks
from justtrades_desktop.broker.web import web_session
from justtrades_desktop.domain.broker import Addresses, AuditedCall, AuditTrail
from justtrades_desktop.domain.ports import Clock

DEADLINE: Final = 10.0
"""Seconds that one try may take from the first byte of ours to the last of theirs."""
ORDER_FRESH: Final = 5.0
"""Seconds after which an order is not sent any more."""
READ_FRESH: Final = 60.0
_BACKGROUND_FRESH: Final = 600.0  # nobody stands and waits for it
_CONNECT_SECONDS: Final = 5.0
_PAUSES: Final = (0.5, 2.0)  # before a read is asked again
_MOST_TICKETS: Final = 3
_TRANSIENT: Final = frozenset((408, 500, 502, 503, 504))


class Bearer(Protocol):
    """Whose token goes along with the calls; ``trouble`` says why there is none."""

    trouble: str

    def token(self) -> str | None:
        """The token, while it lives."""

    async def renewed(self, stale: str | None) -> bool:
        """Get another token than ``stale``; whether there is one now."""

    async def wait_token(self, seconds: float) -> str | None:
        """The token; waits for one at most ``seconds``, without asking for it itself."""

    def doubt(self, stale: str | None) -> None:
        """``stale`` was denied: look after it soon."""


@dataclass(slots=True)
class _Progress:
    """How far the tries of a call are."""

    started: float
    ticket: str | None = None
    tickets: int = 0
    retries: int = 0
    renewed: bool = False


class Http:
    """One session of HTTP to one environment, for one login; set ``bearer`` before the first call.

    ``masks`` learns every secret that passes, so that none is ever written down.
    """

    def __init__(
        self,
        addresses: Addresses,
        budget: Budget,
        audit: AuditTrail,
        connection: str,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.addresses = addresses
        self.budget = budget
        self.audit = audit
        self.connection = connection
        self.bearer: Bearer | None = None
        self.masks = Masks()
        self._clock = clock
        self._now = monotonic
        self._sleep = sleep
        self._web: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        operation: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        kind: Kind | None = None,
        expect: str | None = None,
        exit: bool = False,
        authorize: bool = True,
        deadline: float = DEADLINE,
        fresh: float | None = None,
        signal_id: int | None = None,
        client_order_id: str | None = None,
        background: bool = False,
    ) -> Answer:
        """Ask the broker; never raises for what the network does.

        ``kind``: a GET is a read, all else an order unless said otherwise. ``expect`` is what the
        answer must hold (see ``classify``). Each try takes at most ``deadline`` seconds, and none
        begins later than ``fresh`` seconds from now: waiting for the budget, a penalty or a token
        included. ``exit`` may use the reserve of the budget; ``background`` waits longer for its
        turn, and leaves most of the budget to others.
        """
        if kind is None:
            kind = Kind.READ if method == "GET" else Kind.ORDER
        if fresh is None:
            patience = _BACKGROUND_FRESH if background else READ_FRESH
            fresh = ORDER_FRESH if kind is Kind.ORDER else patience
        return await self._tried(
            Call(
                method=method,
                operation=operation.lower(),
                body=body,
                query=query,
                kind=kind,
                expect=expect,
                exit=exit,
                background=background,
                authorize=authorize,
                deadline=deadline,
                fresh=fresh,
                signal_id=signal_id,
                client_order_id=client_order_id,
            )
        )

    async def close(self) -> None:
        """Close the connections; a later call opens them again."""
        web, self._web = self._web, None
        if web is not None:
            await web.close()

    def web(self) -> aiohttp.ClientSession:
        """The session, also for sockets to the same broker."""
        if self._web is None or self._web.closed:
            self._web = web_session()
        return self._web

    # The tries of one call

    async def _tried(self, call: Call) -> Answer:
        progress = _Progress(self._now())
        while True:
            token = await self._token(call, progress)
            held = token if isinstance(token, NotHandled) else await self._held(call, progress)
            if held is not None:
                self._write(call, None, self._clock(), held)
                return held
            answer = await self._send(call, progress, str(token or ""))
            pause = await self._pause(call, progress, answer, str(token or ""))
            if pause is None:
                return answer
            await self._sleep(pause)

    async def _token(self, call: Call, progress: _Progress) -> str | NotHandled | None:
        if not call.authorize or self.bearer is None:
            return None
        token = self.bearer.token()
        if token is None and call.kind is Kind.READ and await self.bearer.renewed(None):
            token = self.bearer.token()
        if token is None and call.kind is Kind.ORDER:
            # Cancelling a login that is under way would cost another one: its owner does it.
            self.bearer.doubt(None)
            token = await self.bearer.wait_token(max(0.0, self._left(call, progress)))
        if token is not None:
            return token
        why = f": {self.bearer.trouble}" if self.bearer.trouble else ""
        return NotHandled(f"not logged in to the broker{why}")

    async def _held(self, call: Call, progress: _Progress) -> NotHandled | None:
        """Wait until the budget lets ``call`` go; why it may not, if that takes too long."""
        while True:
            verdict = self.budget.ask(
                exit=call.exit, background=call.background, operation=call.operation
            )
            if verdict is None:
                return None
            if isinstance(verdict, Locked):
                return NotHandled(verdict.why, verdict.seconds, lockout=True)
            if verdict > self._left(call, progress):
                return NotHandled("the budget of calls is used up", verdict)
            await self._sleep(verdict)

    async def _pause(
        self, call: Call, progress: _Progress, answer: Answer, token: str
    ) -> float | None:
        """Seconds until ``call`` is sent again; None if it is over."""
        match answer:
            case NotHandled(seconds=float(seconds), ticket=str(ticket)):
                progress.ticket, progress.tickets = ticket, progress.tickets + 1
                within = seconds <= self._left(call, progress)
                return seconds if within and progress.tickets <= _MOST_TICKETS else None
            case Rejected(denied=True) if call.authorize and self.bearer is not None:
                return await self._after_denial(call, progress, token)
            case Unknown() | NotHandled(seconds=None) if call.kind is Kind.READ:
                return self._before_retry(call, progress, answer)
        return None

    async def _after_denial(self, call: Call, progress: _Progress, token: str) -> float | None:
        if self.bearer is None or call.kind is Kind.LOGIN:
            return None
        if call.kind is Kind.ORDER:
            self.bearer.doubt(token)
            return None
        if progress.renewed:
            return None
        progress.renewed = True
        return 0.0 if await self.bearer.renewed(token) else None

    def _before_retry(self, call: Call, progress: _Progress, answer: Answer) -> float | None:
        status = answer.status if isinstance(answer, Unknown) else None
        transient = status is None or status in _TRANSIENT
        if not transient or progress.retries >= len(_PAUSES):
            return None
        pause = _PAUSES[progress.retries]
        progress.retries += 1
        return pause if pause <= self._left(call, progress) else None

    def _left(self, call: Call, progress: _Progress) -> float:
        return progress.started + call.fresh - self._now()

    # One try

    async def _send(self, call: Call, progress: _Progress, token: str) -> Answer:
        self.masks.learn(token, progress.ticket)
        body, query = with_ticket(call, progress.ticket)
        connect = min(_CONNECT_SECONDS, call.deadline, max(self._left(call, progress), 0.5))
        timeout = aiohttp.ClientTimeout(total=call.deadline, connect=connect)
        at, began = self._clock(), self._now()
        status: int | None = None
        text = ""
        try:
            async with self._request(call, token, body, query, timeout=timeout) as response:
                status = response.status
                text = await response.text(encoding="utf-8", errors="replace")
            answer = classify(status, parse(text), kind=call.kind, expect=call.expect)
        except asyncio.CancelledError:
            self._write(call, body, at, Unknown("broken off by us"))
            raise
        except (aiohttp.ClientError, OSError, ValueError) as error:
            answer = broken(error, status, call)
        answer = self._without_secrets(answer)
        self.budget.learn(answer, call.operation)
        seconds = self._now() - began
        self._write(call, body, at, answer, status=status, text=text, seconds=seconds)
        return answer

    def _request(
        self,
        call: Call,
        token: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
        *,
        timeout: aiohttp.ClientTimeout,
    ) -> aiohttp.client._RequestContextManager:
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self.web().request(
            call.method,
            f"{self.addresses.rest}/{call.operation}",
            params=query,
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
            allow_redirects=False,  # it would send an order a second time
            timeout=timeout,
        )

    def _without_secrets(self, answer: Answer) -> Answer:
        match answer:
            case Rejected(text=text):
                return replace(answer, text=self.masks.plain(text))
            case NotHandled(why=why) | Unknown(why=why):
                return replace(answer, why=self.masks.plain(why))
            case Accepted():
                return answer

    def _write(
        self,
        call: Call,
        body: Mapping[str, Any] | None,
        at: datetime,
        answer: Answer,
        *,
        status: int | None = None,
        text: str = "",
        seconds: float | None = None,
    ) -> None:
        asked = body or call.body or call.query
        self.audit.record(
            AuditedCall(
                at=at,
                connection=self.connection,
                operation=f"{call.method} {call.operation}",
                request=self.masks.text(dict(asked)) if asked else "",
                status=status,
                answer=self.masks.text(
                    answer.body if isinstance(answer, Accepted) else parse(text)
                ),
                seconds=seconds if status is not None else None,
                outcome=outcome(answer),
                reason=self.masks.plain(said(answer)),
                signal_id=call.signal_id,
                order_id=order_id(answer, call.body),
                client_order_id=call.client_order_id,
            )
        )
