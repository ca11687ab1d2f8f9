"""The brokers, loaded once the listener is up: no alert ever waits for them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from justtrades_desktop.app.supervisor import Supervisor
from justtrades_desktop.domain.broker import AuditTrail
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.trading.desk import Desk

if TYPE_CHECKING:  # it costs a third of a second to load
    from justtrades_desktop.app.brokers import Brokers

SERVICE: Final = "brokers"
_PATIENCE: Final = 10.0


class BrokersSoon:
    """Hands them out as soon as they are there."""

    def __init__(
        self, desk: Desk, audit: AuditTrail, supervisor: Supervisor, *, folder: Path
    ) -> None:
        self._desk = desk
        self._audit = audit
        self._supervisor = supervisor
        self._folder = folder
        self._there = asyncio.Event()
        self._brokers: Brokers | None = None

    def begin(self) -> None:
        """Start loading them."""
        self._supervisor.start(SERVICE, self._run)

    async def _run(self) -> None:
        await self._end()  # where it failed half way
        kind = await asyncio.to_thread(_load)
        brokers = kind(self._desk, self._audit, self._supervisor, folder=self._folder)
        self._brokers = brokers
        await brokers.start()
        self._there.set()

    async def get(self) -> Brokers:
        """The brokers.

        Raises:
            UserError: they do not come up.
        """
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._there.wait()
        except TimeoutError:
            pass
        if self._brokers is None or not self._there.is_set():
            raise UserError("The broker's part did not start", "The log says why.")
        return self._brokers

    async def stop(self) -> None:
        """Close every connection."""
        await self._supervisor.stop(SERVICE)  # it may still be starting them
        await self._end()

    async def _end(self) -> None:
        brokers, self._brokers = self._brokers, None
        if brokers is not None:
            await brokers.stop()


def _load() -> type[Brokers]:
    from justtrades_desktop.app.brokers import Brokers

    return Brokers
