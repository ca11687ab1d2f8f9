"""A whole core over a ledger in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from justtrades_desktop.app.places import products
from justtrades_desktop.domain.contracts import Catalogue
from justtrades_desktop.domain.events import Receipt, SignalLine
from justtrades_desktop.domain.legacy import Imported
from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Alert
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.trading.book import Book, Holding
from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.trading.intake import Intake
from tests.fakes.alerts import START
from tests.fakes.store import FakeStore


class NoHistory:
    """A past without anything in it."""

    async def signals(self, *, limit: int, before: int | None = None) -> Sequence[SignalLine]:
        return []

    async def closed_positions(self, *, limit: int) -> Sequence[Position]:
        return []

    async def legs(self, position_id: int) -> Sequence[Leg]:
        return []

    async def trades(self) -> Sequence[Trade]:
        return []

    async def trade(self, origin: Origin, trade_id: int) -> Trade | None:
        return None

    async def path(self, position_id: int) -> Path | None:
        return None

    async def paths_of(self, position_ids: Sequence[int]) -> Mapping[int, Path]:
        return {}

    async def signals_of(self, position_id: int) -> Sequence[SignalLine]:
        return []

    async def imported_row(self, trade_id: int) -> str:
        raise KeyError(trade_id)

    async def imported(self) -> Imported:
        return Imported()


class TestDesk:
    """``desk`` with its parts in reach; make it inside a running loop."""

    __test__ = False

    def __init__(self, *, at_once: bool = True, **settings: Any) -> None:
        self.store = FakeStore(at_once=at_once)
        self.bus = Bus()
        self.book = Book(Catalogue(products()))
        self.recorder = Recorder(id=1, name="ORB", token="token-of-orb", **settings)
        self.book.load([self.recorder], [], [])
        self.intake = Intake(self.book, self.store, self.bus)
        self.store.listener = self.intake
        self.desk = Desk(
            book=self.book,
            intake=self.intake,
            store=self.store,
            history=NoHistory(),
            bus=self.bus,
            clock=lambda: START,
        )

    def send(self, alert: Alert) -> asyncio.Future[Receipt]:
        return self.intake.accept(self.recorder, alert)

    def held(self, symbol: str = "MNQ1!") -> int:
        mark = self.book.live_mark(Holding(1, symbol))
        return mark.position.signed if mark else 0
