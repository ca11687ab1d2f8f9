"""The ledger's past for the window, read on a thread of its own: the loop waits for no disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.ledger.reader import Reader

T = TypeVar("T")


class LedgerHistory:
    """Opens the file read-only at the first question."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._reader: Reader | None = None

    async def signals(self, *, limit: int, before: int | None = None) -> Sequence[SignalLine]:
        """Signals below the id ``before``, newest first."""
        return await self._ask(lambda reader: reader.signals(limit=limit, before=before))

    async def closed_positions(self, *, limit: int) -> Sequence[Position]:
        """The positions that closed last, newest first."""
        return await self._ask(lambda reader: reader.closed_positions(limit=limit))

    async def legs(self, position_id: int) -> Sequence[Leg]:
        """The entries and exits of one position, in order."""
        return await self._ask(lambda reader: reader.legs([position_id]).get(position_id, []))

    def close(self) -> None:
        """Let go of the file."""
        self._thread.shutdown(wait=True)
        if self._reader is not None:
            self._reader.close()

    async def _ask(self, question: Callable[[Reader], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._answer, question
        )

    def _answer(self, question: Callable[[Reader], T]) -> T:
        if self._reader is None:
            self._reader = Reader(self._path)
        return question(self._reader)
