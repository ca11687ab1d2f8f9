"""The brokers, loaded once the listener is up: no alert ever waits for them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Final

from justtrades_desktop.app.supervisor import Supervisor
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ledger.store import Store
from justtrades_desktop.trading.desk import Desk

if TYPE_CHECKING:  # it costs a third of a second to load
    from justtrades_desktop.app.brokers import Brokers
    from justtrades_desktop.app.executing import Executing
    from justtrades_desktop.domain.execution import Executions

SERVICE: Final = "brokers"
_PATIENCE: Final = 10.0


class BrokersSoon:
    """Hands them out as soon as they are there."""

    def __init__(self, desk: Desk, store: Store, supervisor: Supervisor, *, folder: Path) -> None:
        self._desk = desk
        self._store = store
        self._supervisor = supervisor
        self._folder = folder
        self._there = asyncio.Event()
        self._brokers: Brokers | None = None
        self._executing: Executing | None = None

    def begin(self) -> None:
        """Start loading them."""
        self._supervisor.start(SERVICE, self._run)

    async def _run(self) -> None:
        await self._end()  # where it failed half way
        kind, executing_kind = await asyncio.to_thread(_load)
        brokers = kind(self._desk, self._store, self._supervisor, folder=self._folder)
        self._brokers = brokers
        executing = executing_kind(
            self._desk, brokers, self._store, self._supervisor, folder=self._folder
        )
        self._executing = executing
        # Before the brokers: what they tell first is news already.
        await executing.start()
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

    async def executions(self) -> Executions:
        """Execution.

        Raises:
            UserError: it does not come up.
        """
        await self.get()
        if self._executing is None:
            raise UserError("The part that trades did not start", "The log says why.")
        return self._executing.desk

    async def stop(self) -> None:
        """Close every connection."""
        await self._supervisor.stop(SERVICE)  # it may still be starting them
        await self._end()

    async def _end(self) -> None:
        executing, self._executing = self._executing, None
        brokers, self._brokers = self._brokers, None
        if executing is not None:
            await executing.stop()
        if brokers is not None:
            await brokers.stop()


def _load() -> tuple[type[Brokers], type[Executing]]:
    from justtrades_desktop.app.brokers import Brokers
    from justtrades_desktop.app.executing import Executing

    return Brokers, Executing
