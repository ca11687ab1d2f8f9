"""Execution of one running program: the desk of orders over brokers, signals and ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from justtrades_desktop.app.brokers import Brokers
from justtrades_desktop.app.floors import Floors
from justtrades_desktop.app.history import LedgerHistory
from justtrades_desktop.app.supervisor import Supervisor
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.events import (
    LedgerFailed,
    LedgerRecovered,
    PriceTicked,
    SignalRecorded,
)
from justtrades_desktop.domain.exits import NO_EXITS, ExitRules
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.steps import Step, step_of
from justtrades_desktop.execution.desk import ExecutionDesk
from justtrades_desktop.ledger.execution import SecondLedger
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.store import Store
from justtrades_desktop.trading.book import Holding
from justtrades_desktop.trading.desk import Desk

_LOOK: Final = 1.0
_PULSE: Final = 0.1
_WATCH: Final = "execution watch"
_LAG: Final = "execution pulse"
_CONTRACTS: Final = "execution contracts"
_REFRESH: Final = 60.0


class SignalsHere:
    """A ``SignalSide`` over the trading desk; it only reads."""

    def __init__(self, desk: Desk, history: LedgerHistory) -> None:
        self._desk = desk
        self._history = history

    def exits_of(self, recorder_id: int) -> ExitRules:
        """A recorder's exits by rule."""
        recorder = self._desk.book.recorders.get(recorder_id)
        return recorder.exits if recorder is not None else NO_EXITS

    def name_of(self, recorder_id: int) -> str:
        """A recorder's name."""
        recorder = self._desk.book.recorders.get(recorder_id)
        return recorder.name if recorder is not None else f"recorder {recorder_id}"

    def product(self, symbol: str) -> Product | None:
        """What a tick is worth."""
        return self._desk.book.instrument(symbol).product

    def price(self, symbol: str) -> Decimal | None:
        """The last price that counts."""
        known = self._desk.book.prices.get(self._desk.book.instrument(symbol).symbol)
        return known.price if known is not None else None

    def position(self, recorder_id: int, symbol: str) -> tuple[int, datetime] | None:
        """Signed contracts now, and since when."""
        mark = self._desk.book.live_mark(Holding(recorder_id, symbol))
        return None if mark is None else (mark.position.signed, mark.position.updated_at)

    def open_symbols(self, recorder_id: int) -> Sequence[str]:
        """Where a recorder is not flat."""
        live = (mark.position for mark in self._desk.book.live())
        return [each.symbol for each in live if each.recorder_id == recorder_id]

    async def last_steps(self, recorder_id: int, count: int) -> Sequence[Step]:
        """What the last signals did, oldest first."""
        await self._desk.flush()
        now = {
            symbol: position[0]
            for symbol in self.open_symbols(recorder_id)
            if (position := self.position(recorder_id, symbol)) is not None
        }
        return await self._history.last_steps(recorder_id, count, now)


class Executing:
    """Runs execution beside the brokers; no fault of it reaches a signal."""

    def __init__(
        self, desk: Desk, brokers: Brokers, store: Store, supervisor: Supervisor, *, folder: Path
    ) -> None:
        self._trading = desk
        self._supervisor = supervisor
        self._services: list[str] = []
        self._history = LedgerHistory(path_in(folder))
        self.floors = Floors(brokers)
        self.desk = ExecutionDesk(
            ledger=SecondLedger(store, path_in(folder)),
            floors=self.floors,
            signals=SignalsHere(desk, self._history),
            spawn=self._spawn,
            unspawn=supervisor.stop,
            publish=desk.bus.publish,
            clock=desk.clock,
            calendar=desk.calendar,
        )
        self._ends = [
            desk.bus.subscribe(SignalRecorded, self._recorded),
            desk.bus.subscribe(PriceTicked, self._ticked),
            desk.bus.subscribe(LedgerFailed, self._failed),
            desk.bus.subscribe(LedgerRecovered, self._recovered),
        ]

    def _spawn(self, name: str, service: Callable[[], Awaitable[None]]) -> None:
        self._services.append(name)
        self._supervisor.start(name, service)

    async def start(self) -> None:
        """Go on where the last start ended."""
        await self.desk.start()
        self.floors.listen(self._account_changed)
        self._spawn(_WATCH, self._look)
        self._spawn(_LAG, self._pulse)
        self._spawn(_CONTRACTS, self._refresh)

    async def stop(self) -> None:
        """End everything; what happened is on disk."""
        for end in self._ends:
            end()
        for name in dict.fromkeys(self._services):
            await self._supervisor.stop(name)
        await self.desk.stop()
        self.floors.close()
        self._history.close()

    def _recorded(self, event: SignalRecorded) -> None:
        step = step_of(event)
        if step is not None:
            self.desk.hear(step)

    def _ticked(self, ticked: PriceTicked) -> None:
        self.desk.price(ticked.symbol, ticked.price)

    def _failed(self, event: LedgerFailed) -> None:
        self.desk.safety.ledger_trouble = event.reason

    def _recovered(self, _: LedgerRecovered) -> None:
        self.desk.safety.ledger_trouble = ""

    def _account_changed(self, _: AccountKey) -> None:
        self.desk.changed()

    async def _look(self) -> None:
        while True:
            self.desk.look_after()
            await asyncio.sleep(_LOOK)

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(_REFRESH)
            await self.desk.refresh()

    async def _pulse(self) -> None:
        """How late the loop comes, measured."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _PULSE
            await asyncio.sleep(_PULSE)
            now = loop.time()
            self.desk.safety.lag.sample(max(0.0, now - due), now)
