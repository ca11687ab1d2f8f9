"""Keeping one link up: wait for a turn, connect, live, note why it fell, and again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from justtrades_desktop.broker.parting import LinkDown
from justtrades_desktop.broker.reconnect import Backoff, ConnectQueue, Holds, Now, Turn
from justtrades_desktop.broker.socket import BrokerSocket
from justtrades_desktop.domain.broker import Light, LinkState
from justtrades_desktop.domain.ports import Clock


class Live(Protocol):
    """What is done with a turn: connect, say so by ``up``, and stay until the end."""

    def __call__(self, up: Callable[[BrokerSocket], None], /) -> Awaitable[None]:
        """Returns never; raises :class:`LinkDown` when it is over."""


class Link:
    """One link to the broker and how it is."""

    def __init__(
        self,
        *,
        queue: ConnectQueue,
        holds: Holds,
        backoff: Backoff,
        clock: Clock,
        now: Now,
        on_change: Callable[[], None],
        on_trouble: Callable[[str], None],
    ) -> None:
        self._queue = queue
        self._holds = holds
        self._backoff = backoff
        self._clock = clock
        self._now = now
        self._on_change = on_change
        self._on_trouble = on_trouble
        self._state = LinkState()
        self._socket: BrokerSocket | None = None
        self._up_since: float | None = None

    @property
    def state(self) -> LinkState:
        """How it is now, with the time of the last thing that came."""
        # What keeps all links of the login quiet says more than how this one fell.
        held = self._holds.said if self._state.light is not Light.UP else ""
        said = held or self._state.said
        if self._socket is None:
            return replace(self._state, said=said)
        return replace(self._state, said=said, progress_at=self._socket.progress_at)

    @property
    def light(self) -> Light:
        """Only whether it is up."""
        return self._state.light

    async def keep_up(self, live: Live) -> None:
        """Keep the link up until cancelled."""
        self._show(Light.CONNECTING)
        try:
            while True:
                await self._once(live)
        finally:
            self._leave_socket()
            self._show(Light.OFF)

    def try_now(self) -> None:
        """A person wants it now: no waiting but for the whole login."""
        self._backoff.forget()

    async def _once(self, live: Live) -> None:
        async with self._queue.turn(lambda: max(self._holds.left, self._backoff.left)) as turn:
            # The trouble stays to be read until it is over.
            self._show(Light.CONNECTING, self._state.said)
            try:
                await live(lambda socket: self._up(turn, socket))
            except LinkDown as down:
                self._fell(down)

    def _up(self, turn: Turn, socket: BrokerSocket) -> None:
        turn.leave()
        self._socket, self._up_since = socket, self._now()
        self._show(Light.UP)

    def _fell(self, down: LinkDown) -> None:
        lived = 0.0 if self._up_since is None else self._now() - self._up_since
        self._leave_socket()
        self._backoff.fell(lived=lived)
        if down.hold:
            self._holds.hold(down.hold, down.said)
        self._on_trouble(down.said)
        self._show(Light.TROUBLE, down.said)

    def _leave_socket(self) -> None:
        if self._socket is not None:
            self._state = replace(self._state, progress_at=self._socket.progress_at)
        self._socket = self._up_since = None

    def _show(self, light: Light, said: str = "") -> None:
        if light is not self._state.light:
            self._state = replace(self._state, light=light, since=self._clock())
        self._state = replace(self._state, said=said)
        self._on_change()
