"""What the core needs from outside, as protocols."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from justtrades_desktop.domain.errors import AlreadyStored, NotStored
from justtrades_desktop.domain.events import (
    MarksSettled,
    ProductSaved,
    Receipt,
    RecorderSaved,
    SignalLine,
    SignalRecorded,
    SignalRepeated,
    TradeNoted,
)
from justtrades_desktop.domain.legacy import Imported, LegacyImported
from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Alert
from justtrades_desktop.domain.trades import Origin, Trade

Clock = Callable[[], datetime]
"""The time now, aware, in UTC."""

Entry = SignalRecorded | MarksSettled | SignalRepeated
"""What stands in one line of waiting appends: a failed one takes all behind it along."""

Note = RecorderSaved | ProductSaved | LegacyImported | TradeNoted
"""What is written by itself."""


class AppendListener(Protocol):
    """Who appends: told on the loop, in order, what became of it."""

    def committed(self, count: int) -> None:
        """The first ``count`` entries that are still under way are on disk."""

    def withdrawn(self, error: NotStored | AlreadyStored) -> None:
        """Nothing that is under way was stored; it may be appended anew."""


class Store(Protocol):
    """The ledger as the use cases see it; both calls return at once."""

    def append(self, entry: Entry) -> None:
        """Commit ``entry`` behind all earlier ones, and tell the listener."""

    def write(self, note: Note) -> asyncio.Future[None]:
        """Commit ``note`` by itself; the future fails with ``NotStored`` or ``UserError``."""

    def flushed(self) -> asyncio.Future[None]:
        """Done once everything before it was committed or refused."""


class History(Protocol):
    """What lies in the ledger and not in the book; read on a thread of its own."""

    async def signals(self, *, limit: int, before: int | None = None) -> Sequence[SignalLine]:
        """Signals below the id ``before``, newest first."""

    async def closed_positions(self, *, limit: int) -> Sequence[Position]:
        """The positions that closed last, newest first."""

    async def legs(self, position_id: int) -> Sequence[Leg]:
        """The entries and exits of one position, in order."""

    async def trades(self) -> Sequence[Trade]:
        """All finished trades, oldest close first."""

    async def trade(self, origin: Origin, trade_id: int) -> Trade | None:
        """One finished trade, None where there is none."""

    async def path(self, position_id: int) -> Path | None:
        """The P&L path of a position as it is on disk, None where none was kept."""

    async def paths_of(self, position_ids: Sequence[int]) -> Mapping[int, Path]:
        """The same for many positions; those without a path are left out."""

    async def signals_of(self, position_id: int) -> Sequence[SignalLine]:
        """The signals that a position is made of, and those that name it, in order."""

    async def imported_row(self, trade_id: int) -> str:
        """The row that an imported trade came as, in JSON; ``KeyError`` where there is none."""

    async def imported(self) -> Imported:
        """What is known of old histories."""


class PriceSink(Protocol):
    """Who takes the prices of a feed, as of now."""

    def __call__(self, symbol: str, price: Decimal, /, *, source: str) -> object:
        """Take a price; ``source`` is the feed's name."""


class Receiver(Protocol):
    """Who takes the listener's alerts."""

    def recorder_for(self, token: str) -> Recorder | None:
        """Whose webhook ``token`` opens, None for nobody's."""

    def receive(self, recorder: Recorder, alert: Alert) -> asyncio.Future[Receipt]:
        """Store and apply; fails with ``NotStored``."""
