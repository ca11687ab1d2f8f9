"""Asking over a socket: within the budget, penalties waited out, every call written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from justtrades_desktop.broker.answers import Answer, NotHandled, classify, outcome, said
from justtrades_desktop.broker.budget import Budget, Locked
from justtrades_desktop.broker.masks import Masks
from justtrades_desktop.broker.parting import LinkDown
from justtrades_desktop.broker.reconnect import Sleep
from justtrades_desktop.broker.socket import BrokerSocket
from justtrades_desktop.domain.broker import AuditedCall, AuditTrail, Outcome
from justtrades_desktop.domain.ports import Clock

_TRIES: Final = 3
_LONGEST_PENALTY: Final = 60.0
_SECRET: Final = frozenset(("authorize",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What all sockets of one connection ask through."""

    connection: str
    budget: Budget
    audit: AuditTrail
    masks: Masks
    clock: Clock
    sleep: Sleep = asyncio.sleep

    async def ask(
        self,
        socket: BrokerSocket,
        endpoint: str,
        body: str | Mapping[str, Any] = "",
        *,
        within: float | None = None,
        urgent: bool = False,
        background: bool = False,
        on_answer: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Ask, again where the broker asks for a little patience first.

        ``urgent`` may use the reserve of the budget: without it no exit could go out.
        ``background`` leaves most of it to others, and says how long it would have to wait.

        Raises:
            LinkDown: the socket ended, or did not answer in time.
        """
        once = partial(
            self._once,
            socket,
            endpoint,
            within=within,
            urgent=urgent,
            background=background,
            on_answer=on_answer,
        )
        answer = await once(body)
        for _ in range(_TRIES - 1):
            if not isinstance(answer, NotHandled) or answer.lockout or isinstance(body, str):
                break
            if answer.ticket is None or not 0 <= (answer.seconds or 0) <= _LONGEST_PENALTY:
                break
            await self.sleep(answer.seconds or 0)
            body = {**body, "p-ticket": answer.ticket}
            answer = await once(body)
        return answer

    async def _once(
        self,
        socket: BrokerSocket,
        endpoint: str,
        body: str | Mapping[str, Any],
        *,
        within: float | None,
        urgent: bool,
        background: bool,
        on_answer: Callable[[], None],
    ) -> Answer:
        operation = f"WS {endpoint}"
        while True:
            wait = self.budget.ask(exit=urgent, background=background, operation=operation)
            if wait is None:
                break
            if isinstance(wait, Locked):
                return NotHandled(wait.why, wait.seconds, lockout=True)
            if background:
                return NotHandled("the budget of calls is used up", wait)
            if wait > socket.timing.answer:
                return NotHandled("the budget of calls is used up")
            await self.sleep(wait)
        started = asyncio.get_running_loop().time()
        try:
            reply = await socket.call(endpoint, body=body, within=within, on_answer=on_answer)
        except LinkDown as down:
            self._record(operation, body, reason=down.said)
            raise
        answer = classify(reply.status, reply.data)
        self.budget.learn(answer, operation)
        seconds = asyncio.get_running_loop().time() - started
        self._record(
            operation, body, answer=answer, status=reply.status, data=reply.data, seconds=seconds
        )
        return answer

    def _record(
        self,
        operation: str,
        body: str | Mapping[str, Any],
        *,
        reason: str = "",
        answer: Answer | None = None,
        status: int | None = None,
        data: Any = None,
        seconds: float | None = None,
    ) -> None:
        hidden = operation.removeprefix("WS ") in _SECRET
        self.audit.record(
            AuditedCall(
                at=self.clock(),
                connection=self.connection,
                operation=operation,
                request="***" if hidden else self.masks.text(body),
                status=status,
                answer=self.masks.text(data),
                seconds=seconds,
                outcome=Outcome.UNKNOWN if answer is None else outcome(answer),
                reason=self.masks.plain(said(answer) if answer is not None else reason),
            )
        )
