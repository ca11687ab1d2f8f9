"""The ledger's past for the window, read on a thread of its own: the loop waits for no disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from justtrades_desktop.domain.broker import AuditLine
from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.legacy import Imported
from justtrades_desktop.domain.orders import Decision, Execution
from justtrades_desktop.domain.paths import Path as PnlPath
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.domain.steps import Step
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.ledger.audit import Audit
from justtrades_desktop.ledger.execution_reader import ExecutionReader
from justtrades_desktop.ledger.legacy_write import imported
from justtrades_desktop.ledger.reader import Reader
from justtrades_desktop.ledger.trades import Journal

T = TypeVar("T")


class LedgerHistory:
    """Opens the file read-only at the first question."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="history")
        self._reader: Reader | None = None
        self._journal: Journal | None = None
        self._audit: Audit | None = None
        self._execution: ExecutionReader | None = None

    async def signals(self, *, limit: int, before: int | None = None) -> Sequence[SignalLine]:
        """Signals below the id ``before``, newest first."""
        return await self._ask(lambda reader: reader.signals(limit=limit, before=before))

    async def closed_positions(self, *, limit: int) -> Sequence[Position]:
        """The positions that closed last, newest first."""
        return await self._ask(lambda reader: reader.closed_positions(limit=limit))

    async def legs(self, position_id: int) -> Sequence[Leg]:
        """The entries and exits of one position, in order."""
        return await self._ask(lambda reader: reader.legs([position_id]).get(position_id, []))

    async def trades(self) -> Sequence[Trade]:
        """All finished trades, oldest close first."""
        return await self._ask_journal(lambda journal: journal.trades())

    async def trade(self, origin: Origin, trade_id: int) -> Trade | None:
        """One finished trade, None where there is none."""
        return await self._ask_journal(lambda journal: journal.trade(origin, trade_id))

    async def path(self, position_id: int) -> PnlPath | None:
        """The P&L path of a position as it is on disk, None where none was kept."""
        return (await self.paths_of([position_id])).get(position_id)

    async def paths_of(self, position_ids: Sequence[int]) -> Mapping[int, PnlPath]:
        """The same for many positions; those without a path are left out."""
        return await self._ask_journal(lambda journal: journal.paths(position_ids))

    async def signals_of(self, position_id: int) -> Sequence[SignalLine]:
        """The signals that a position is made of, and those that name it, in order."""
        ids = await self._ask_journal(lambda journal: journal.signal_ids(position_id))
        return await self._ask(lambda reader: reader.signals(limit=len(ids), ids=ids)[::-1])

    async def imported_row(self, trade_id: int) -> str:
        """The row that an imported trade came as, in JSON; ``KeyError`` where there is none."""
        return await self._ask_journal(lambda journal: journal.imported_row(trade_id))

    async def imported(self) -> Imported:
        """What is known of old histories."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, imported, self._path)

    async def audit(
        self, *, limit: int, before: int | None = None, connection: str | None = None
    ) -> Sequence[AuditLine]:
        """Calls to the broker below the id ``before``, newest first, of one connection or all."""
        return await self._ask_audit(
            lambda audit: audit.page(limit=limit, before=before, connection=connection)
        )

    async def decisions(self, *, limit: int, before: int | None = None) -> Sequence[Decision]:
        """Decisions below the id ``before``, newest first."""
        return await self._ask_execution(
            lambda reader: reader.decisions(limit=limit, before=before)
        )

    async def decisions_of(self, signal_id: int) -> Sequence[Decision]:
        """What the links made of one signal, in order."""
        return await self._ask_execution(lambda reader: reader.decisions_of(signal_id))

    async def executions(
        self, *, limit: int, before: Execution | None = None
    ) -> Sequence[Execution]:
        """Fills before another one, newest first."""
        return await self._ask_execution(
            lambda reader: reader.executions(limit=limit, before=before)
        )

    async def last_steps(
        self, recorder_id: int, count: int, now: Mapping[str, int]
    ) -> Sequence[Step]:
        """What the last signals of a recorder did, oldest first; ``now`` is where it stands."""
        return await self._ask_execution(lambda reader: reader.last_steps(recorder_id, count, now))

    def close(self) -> None:
        """Let go of the file."""
        self._thread.shutdown(wait=True)
        if self._reader is not None:
            self._reader.close()
        if self._journal is not None:
            self._journal.close()
        if self._audit is not None:
            self._audit.close()
        if self._execution is not None:
            self._execution.close()

    async def _ask(self, question: Callable[[Reader], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._answer, question
        )

    async def _ask_journal(self, question: Callable[[Journal], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._answer_from_journal, question
        )

    async def _ask_audit(self, question: Callable[[Audit], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._answer_from_audit, question
        )

    async def _ask_execution(self, question: Callable[[ExecutionReader], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._answer_from_execution, question
        )

    def _answer_from_execution(self, question: Callable[[ExecutionReader], T]) -> T:
        if self._execution is None:
            self._execution = ExecutionReader(self._path)
        return question(self._execution)

    def _answer_from_audit(self, question: Callable[[Audit], T]) -> T:
        if self._audit is None:
            self._audit = Audit(self._path)
        return question(self._audit)

    def _answer_from_journal(self, question: Callable[[Journal], T]) -> T:
        if self._journal is None:
            self._journal = Journal(self._path)
        return question(self._journal)

    def _answer(self, question: Callable[[Reader], T]) -> T:
        if self._reader is None:
            self._reader = Reader(self._path)
        return question(self._reader)
