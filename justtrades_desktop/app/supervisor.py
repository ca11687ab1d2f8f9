"""Running the services: each in a task of its own, started again when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

log = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0


class Supervisor:
    """Owns every background task of the core. A service that fails is logged, waited for a
    growing while, and started again: none of them may take the listener down with it."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.failures: dict[str, int] = {}

    def start(self, name: str, service: Callable[[], Awaitable[None]]) -> None:
        """Run ``service`` under ``name`` until it returns or the supervisor closes."""
        self._tasks[name] = asyncio.create_task(self._keep_up(name, service), name=name)

    async def stop(self, name: str) -> None:
        """End the service ``name``; nothing happens where there is none."""
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        """End all services."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _keep_up(self, name: str, service: Callable[[], Awaitable[None]]) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                await service()
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("the service %s failed and starts again in %.1f s", name, pause)
            else:
                return
            self.failures[name] = self.failures.get(name, 0) + 1
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
