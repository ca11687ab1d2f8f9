"""The way into the broker: connect, and say at once who we are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import aiohttp

from justtrades_desktop.broker.answers import (
    Accepted,
    Answer,
    NotHandled,
    Rejected,
    Unknown,
    classify,
    said,
)
from justtrades_desktop.broker.asking import Asking
from justtrades_desktop.broker.frames import Event
from justtrades_desktop.broker.login import NotReady, Session
from justtrades_desktop.broker.parting import LinkDown, TurnedAway
from justtrades_desktop.broker.socket import BrokerSocket, Timing, connected
from justtrades_desktop.domain.ports import Clock

_TRIES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """What both sockets of one login need to be let in."""

    session: Session
    web: Callable[[], aiohttp.ClientSession]
    asking: Asking
    clock: Clock
    timing: Timing

    @asynccontextmanager
    async def authorized(
        self,
        address: str,
        *,
        token: Callable[[], str | None],
        on_event: Callable[[Event], None],
        urgent: bool = False,
    ) -> AsyncIterator[BrokerSocket]:
        """A socket that may be used; a token that is denied is renewed, once.

        ``urgent`` may use the reserve of the budget.

        Raises:
            LinkDown: we are not let in.
        """
        for tried in range(1, _TRIES + 1):
            await self._logged_in()
            access, login = self.session.token(), self.session.login
            async with self._connected(address, on_event) as socket:
                await socket.opened()
                answer = await self.asking.ask(socket, "authorize", token() or "", urgent=urgent)
                if isinstance(answer, Accepted):
                    with self._noting_eviction(login):
                        yield socket
                    return
            if isinstance(answer, Unknown) and answer.status is not None:
                self.session.timed_out(login)
            denied = isinstance(answer, Rejected) and answer.denied
            if not denied or tried == _TRIES or not await self.session.renewed(access):
                raise not_let_in(answer, self.session.trouble)

    @contextmanager
    def _noting_eviction(self, login: int) -> Iterator[None]:
        try:
            yield
        except LinkDown as down:
            if down.evicted:
                self.session.evicted(login, down.said, seconds=down.hold)
            raise

    @asynccontextmanager
    async def _connected(
        self, address: str, on_event: Callable[[Event], None]
    ) -> AsyncIterator[BrokerSocket]:
        try:
            async with connected(
                self.web(), address, on_event=on_event, clock=self.clock, timing=self.timing
            ) as socket:
                yield socket
        except TurnedAway as away:
            # A limit counts here as anywhere else.
            self.asking.budget.learn(classify(away.status, ""))
            raise

    async def _logged_in(self) -> None:
        ready = await self.session.ensure()
        if isinstance(ready, NotReady):
            hold = (ready.seconds or 0.0) if ready.refused or ready.lockout else 0.0
            raise LinkDown(f"not logged in: {ready.why}", hold=hold)


def not_let_in(answer: Answer, trouble: str = "") -> LinkDown:
    """Why an ``answer`` keeps us out, in the broker's words, and for how long."""
    why = said(answer) or "the broker gave no reason"
    if trouble and trouble != why:
        why = f"{why}; {trouble}"
    hold = (answer.seconds or 0.0) if isinstance(answer, NotHandled) else 0.0
    return LinkDown(f"the broker does not let us in: {why}", hold=hold)
