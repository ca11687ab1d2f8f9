"""The socket of orders, positions and money: one sync, then every change as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from justtrades_desktop.broker.answers import Accepted
from justtrades_desktop.broker.entrance import Entrance, not_let_in
from justtrades_desktop.broker.frames import Event
from justtrades_desktop.broker.mirror import Mirror
from justtrades_desktop.broker.parting import LinkDown
from justtrades_desktop.broker.socket import BrokerSocket

SYNC = "user/syncrequest"


class UserStream:
    """Keeps a mirror true while the socket lives."""

    def __init__(
        self,
        address: str,
        *,
        entrance: Entrance,
        mirror: Mirror,
        on_connecting: Callable[[], None],
        on_synced: Callable[[], None],
        on_change: Callable[[Any], None],
    ) -> None:
        """``on_change`` gets the data of each event that was news."""
        self._address = address
        self._entrance = entrance
        self._mirror = mirror
        self._on_connecting = on_connecting
        self._on_synced = on_synced
        self._on_change = on_change
        self._held: list[Any] | None = None
        self._early = 0

    async def live(self, up: Callable[[BrokerSocket], None]) -> None:
        """Connect, sync, and stay.

        Raises:
            LinkDown: it is over.
        """
        self._on_connecting()
        self._held = []
        session = self._entrance.session
        async with self._entrance.authorized(
            self._address, token=session.token, on_event=self._take, urgent=True
        ) as socket:
            await self._sync(socket)
            up(socket)
            self._on_synced()
            await socket.ended()

    async def _sync(self, socket: BrokerSocket) -> None:
        """Replace what we knew. What comes meanwhile waits, and is worked in after it."""
        user_id = self._entrance.session.tokens.user_id
        if user_id is None:
            raise LinkDown("the broker did not say which user this is")
        answer = await self._entrance.asking.ask(
            socket,
            SYNC,
            {"users": [user_id]},
            within=self._entrance.timing.sync,
            urgent=True,
            on_answer=self._answered,
        )
        if not isinstance(answer, Accepted) or not isinstance(answer.body, dict):
            raise not_let_in(answer)
        for _ in self._mirror.replacing(answer.body):
            await asyncio.sleep(0)
        self._release()

    def _answered(self) -> None:
        self._early = len(self._held or ())

    def _release(self) -> None:
        held, self._held = self._held or [], None
        for number, data in enumerate(held):
            self._mirror.take(data, early=number < self._early)

    def _take(self, event: Event) -> None:
        if event.kind != "props":
            return
        if self._held is not None:
            self._held.append(event.data)
        elif self._mirror.take(event.data):
            self._on_change(event.data)
