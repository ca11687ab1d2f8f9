"""What the core needs from outside, as protocols."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
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
)
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Alert

Clock = Callable[[], datetime]
"""The time now, aware, in UTC."""

Entry = SignalRecorded | MarksSettled | SignalRepeated
"""What stands in one line of waiting appends: a failed one takes all behind it along."""

Note = RecorderSaved | ProductSaved
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


class Receiver(Protocol):
    """Who takes the listener's alerts."""

    def recorder_for(self, token: str) -> Recorder | None:
        """Whose webhook ``token`` opens, None for nobody's."""

    def receive(self, recorder: Recorder, alert: Alert) -> asyncio.Future[Receipt]:
        """Store and apply; fails with ``NotStored``."""
