"""The one door to the core for the window and the command line: commands in, snapshots out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import (
    PriceTicked,
    ProductSaved,
    Receipt,
    RecorderSaved,
    SignalLine,
)
from justtrades_desktop.domain.ports import Clock, History, Store
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Alert, Reading, Source
from justtrades_desktop.trading.book import Book
from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.trading.intake import Intake

_TOKEN_BYTES: Final = 32
_LONGEST_NAME: Final = 80
_LARGEST_SIZE: Final = 1_000_000
_CHANGEABLE: Final = frozenset(field.name for field in fields(Recorder)) - {"id", "token"}


class Desk:
    """Commands and snapshots over the book, the intake and the ledger."""

    def __init__(
        self, *, book: Book, intake: Intake, store: Store, history: History, bus: Bus, clock: Clock
    ) -> None:
        self.book = book
        self.bus = bus
        self.clock = clock
        self._intake = intake
        self._store = store
        self._history = history
        self._changing = asyncio.Lock()  # of two changes at once, neither may undo the other
        self._next_recorder = max(book.recorders, default=0) + 1
        self._by_digest = {_digest(r.token): r for r in book.recorders.values()}

    # Recorders

    @property
    def recorders(self) -> list[Recorder]:
        """All recorders, oldest first."""
        return sorted(self.book.recorders.values(), key=lambda recorder: recorder.id)

    def recorder_named(self, name: str) -> Recorder:
        """The recorder called ``name``.

        Raises:
            UserError: there is none.
        """
        for recorder in self.book.recorders.values():
            if recorder.name == name:
                return recorder
        raise UserError(
            f"There is no recorder named {name!r}", "`justtrades recorder list` shows them."
        )

    def recorder_for(self, token: str) -> Recorder | None:
        """Whose webhook ``token`` opens. What the look-up takes tells nothing about the token:
        it goes by a digest, never by the token's own characters."""
        return self._by_digest.get(_digest(token))

    async def add_recorder(self, name: str, **settings: Any) -> Recorder:
        """Add a recorder with a fresh token.

        Raises:
            UserError: a setting makes no sense, or the name is taken.
            NotStored: the ledger cannot write now.
        """
        async with self._changing:
            recorder = Recorder(id=self._next_recorder, name=name, token=_new_token())
            self._next_recorder += 1
            return await self._save(self._changed(recorder, settings))

    async def change_recorder(self, recorder_id: int, **settings: Any) -> Recorder:
        """Change some settings; signals already stored keep what they did."""
        async with self._changing:
            return await self._save(self._changed(self.book.recorders[recorder_id], settings))

    async def rotate_token(self, recorder_id: int) -> Recorder:
        """Give a recorder a new token; the old address stops working once this returns."""
        async with self._changing:
            recorder = replace(self.book.recorders[recorder_id], token=_new_token())
            return await self._save(recorder)

    # Signals and prices

    def receive(self, recorder: Recorder, alert: Alert) -> asyncio.Future[Receipt]:
        """Hand an alert to the intake; the receipt comes once it is on disk."""
        return self._intake.accept(recorder, alert)

    def apply_by_hand(
        self, recorder_id: int, reading: Reading, text: str
    ) -> asyncio.Future[Receipt]:
        """Apply what a person read out of an alert; it becomes a signal of its own."""
        alert = Alert(
            text=text,
            fingerprint=secrets.token_bytes(16),
            reading=reading,
            received_at=self.clock(),
            source=Source.HAND,
        )
        return self._intake.accept(self.book.recorders[recorder_id], alert)

    def tick(self, ticker: str, price: Decimal) -> None:
        """Take a price from a feed."""
        self._intake.tick(PriceTicked(self.book.instrument(ticker).symbol, price, self.clock()))

    def settle_marks(self) -> None:
        """Send what ticks have moved to the ledger."""
        self._intake.settle_marks()

    async def flush(self) -> None:
        """Return once all that is known now is on disk, or was refused by it."""
        self._intake.settle_marks()
        await self._store.flushed()

    async def set_tick_value(self, symbol: str, tick_size: Decimal, tick_value: Decimal) -> None:
        """Say what a tick of an unknown symbol is worth; its positions are valued anew.

        Raises:
            UserError: a number is not positive, or the product table knows the symbol.
            NotStored: the ledger cannot write now.
        """
        if tick_size <= 0 or tick_value <= 0:
            raise UserError("Tick size and tick value must be more than 0", "")
        instrument = self.book.instrument(symbol)
        if instrument.product is not None and not self.book.catalogue.is_own(instrument.symbol):
            raise UserError(
                f"{symbol} is in the product table", "Its tick value is not to be changed."
            )
        product = Product(instrument.symbol, tick_size, tick_value)
        # The book first: a signal decided from here on is written behind this note.
        self.book.set_product(instrument.symbol, product)
        saved = ProductSaved(instrument.symbol, product)
        await self._store.write(saved)
        self.bus.publish(saved)

    # Snapshots

    @property
    def signals_stored(self) -> int:
        """How many signals are on disk."""
        return self._intake.signals_stored

    def open_positions(self) -> list[Position]:
        """All open positions with every tick worked in, oldest first."""
        return sorted((mark.settled() for mark in self.book.live()), key=lambda p: p.id)

    async def signals(self, *, limit: int, before: int | None = None) -> Sequence[SignalLine]:
        """Stored signals below the id ``before``, newest first."""
        return await self._history.signals(limit=limit, before=before)

    async def closed_positions(self, *, limit: int) -> Sequence[Position]:
        """The positions that closed last, newest first."""
        return await self._history.closed_positions(limit=limit)

    async def legs(self, position_id: int) -> Sequence[Leg]:
        """The entries and exits of one position, in order."""
        return await self._history.legs(position_id)

    def _changed(self, recorder: Recorder, settings: dict[str, Any]) -> Recorder:
        unknown = settings.keys() - _CHANGEABLE
        if unknown:
            raise UserError(f"A recorder has no setting {', '.join(sorted(unknown))}", "")
        changed = replace(recorder, **settings)
        if changed.symbol is not None:
            symbol = changed.symbol.strip()
            if len(symbol) > _LONGEST_NAME or not symbol.isprintable():
                raise UserError("That is no instrument", "Give a symbol such as MNQ1!.")
            changed = replace(
                changed, symbol=self.book.instrument(symbol).symbol if symbol else None
            )
        changed = replace(changed, name=changed.name.strip())
        _validate(changed)
        return changed

    async def _save(self, recorder: Recorder) -> Recorder:
        saved = RecorderSaved(recorder)
        await self._store.write(saved)
        before = self.book.recorders.get(recorder.id)
        if before is not None:
            self._by_digest.pop(_digest(before.token), None)
        self.book.recorders[recorder.id] = recorder
        self._by_digest[_digest(recorder.token)] = recorder
        self.bus.publish(saved)
        return recorder


def _validate(recorder: Recorder) -> None:
    if not recorder.name or len(recorder.name) > _LONGEST_NAME or not recorder.name.isprintable():
        raise UserError("A recorder needs a name", f"1 to {_LONGEST_NAME} printable characters.")
    if not 0 <= recorder.quantity <= _LARGEST_SIZE:
        raise UserError(
            f"The quantity {recorder.quantity} makes no sense", f"0 to {_LARGEST_SIZE} contracts."
        )
    if not 1 <= recorder.multiplier <= _LARGEST_SIZE:
        raise UserError(
            f"The multiplier {recorder.multiplier} makes no sense", f"1 to {_LARGEST_SIZE}."
        )


def _new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _digest(token: str) -> bytes:
    return blake2b(token.encode("utf-8", "surrogatepass"), digest_size=32).digest()
