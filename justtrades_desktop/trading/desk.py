"""The one door to the core for the window and the command line: commands in, snapshots out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import (
    ALERTS,
    PriceTicked,
    ProductSaved,
    Receipt,
    RecorderSaved,
    SignalLine,
    TradeNoted,
)
from justtrades_desktop.domain.exit_limits import refuse_contradictions
from justtrades_desktop.domain.legacy import Imported, LegacyImported
from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.ports import Clock, History, Store
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.sessions import Calendar
from justtrades_desktop.domain.signals import Alert, Reading, Source
from justtrades_desktop.domain.tags import checked_notes, tidy_tags
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.trading.book import Book
from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.trading.days import Results
from justtrades_desktop.trading.intake import Intake

_TOKEN_BYTES: Final = 32
_LONGEST_NAME: Final = 80
_LARGEST_SIZE: Final = 1_000_000
_CHANGEABLE: Final = frozenset(field.name for field in fields(Recorder)) - {"id", "token"}


class Desk:
    """Commands and snapshots over the book, the intake and the ledger."""

    def __init__(
        self,
        *,
        book: Book,
        intake: Intake,
        store: Store,
        history: History,
        bus: Bus,
        clock: Clock,
        calendar: Calendar | None = None,
    ) -> None:
        self.book = book
        self.bus = bus
        self.clock = clock
        self.calendar = calendar or Calendar()
        self.paths = intake.paths
        opened = [mark.position for mark in book.live()]
        self.results = Results(calendar=self.calendar, clock=clock, bus=bus, opened=opened)
        self._sessions_until: datetime | None = None
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
        self, recorder_id: int, reading: Reading, text: str, *, bygone: bool = False
    ) -> asyncio.Future[Receipt]:
        """Apply what a person read out of an alert; it becomes a signal of its own.

        A ``bygone`` one is a holding as it was: its size is final, its price moves no market.
        """
        recorder = self.book.recorders[recorder_id]
        alert = Alert(
            text=text,
            fingerprint=secrets.token_bytes(16),
            reading=reading,
            received_at=self.clock(),
            source=Source.HAND,
            bygone=bygone,
        )
        return self._intake.accept(replace(recorder, multiplier=1) if bygone else recorder, alert)

    def tick(
        self, ticker: str, price: Decimal, *, source: str = ALERTS, at: datetime | None = None
    ) -> None:
        """Take a price from the feed called ``source``; of two the newer one counts.

        ``at`` is when it was true, in UTC; without it that is now.
        """
        symbol = self.book.instrument(ticker).symbol
        last = self.book.prices.get(symbol)
        if at is None or last is None or at >= last.at:
            self._intake.tick(PriceTicked(symbol, price, at or self.clock(), source))

    def draw_paths(self, *, most: int | None = None) -> None:
        """Move the P&L paths on to what was ticked since the last call, ``most`` or some more."""
        self.paths.draw_out(most=most)
        if most is None:
            self.add_up_paths()

    def add_up_paths(self) -> None:
        """Move the path of the sum of all positions on."""
        self.paths.add_up(self.clock().timestamp())

    def settle_marks(self, *, most: int | None = None) -> None:
        """Send what ticks have moved to the ledger: all of it, or ``most`` positions."""
        if most is None:
            self.draw_paths()
        self._intake.settle_marks(most=most)

    def looked_at_sessions(self, *, until: datetime) -> None:
        """Sessions that ended before ``until`` are dealt with: whoever ran before saw to them."""
        self._sessions_until = until

    def end_sessions(self) -> None:
        """Close what is to be flat at the end of its session where one ended since the last look.

        Not every session since the opening: the rule may be younger than that.
        """
        until, now = self._sessions_until, self.clock()
        if until is not None and now < self.calendar.session_end(until):
            return
        self._sessions_until = now
        for mark in [*self.book.leave_at_session_end()]:
            opened = mark.position.opened_at
            since = opened if until is None else max(opened, until)
            if now >= self.calendar.session_end(since):
                self._intake.end_session(mark, now)

    def beat(self) -> None:
        """Have the ledger note that the program runs: sessions are dealt with up to then."""
        self._intake.beat()

    async def flush(self) -> None:
        """Return once all that is known now is on disk, or was refused by it."""
        self.settle_marks()
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

    # Old histories

    async def imported(self) -> Imported:
        """What the ledger holds of old histories."""
        return await self._history.imported()

    async def import_old(self, history: LegacyImported) -> None:
        """Keep what the ledger does not know yet, all of it or nothing; the window hears of it.

        Raises:
            NotStored: the ledger cannot write now.
        """
        await self._store.write(history)
        self.bus.publish(history)

    # Snapshots

    @property
    def signals_stored(self) -> int:
        """How many signals are on disk."""
        return self._intake.signals_stored

    @property
    def held_prices(self) -> list[PriceTicked]:
        """Prices absurdly far from the last ones, which wait for a second one to confirm them."""
        return self._intake.held_prices

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

    # The journal

    async def trades(self) -> Sequence[Trade]:
        """All finished trades, oldest close first."""
        return await self._history.trades()

    async def trade(self, origin: Origin, trade_id: int) -> Trade | None:
        """One finished trade, None where there is none."""
        return await self._history.trade(origin, trade_id)

    async def path(self, position_id: int) -> Path | None:
        """The P&L path of a position, None where none was kept. An open one grows on."""
        live = self.paths.path_of(position_id)
        if live is not None:
            return live
        return await self._history.path(position_id)

    async def paths_of(self, position_ids: Sequence[int]) -> Mapping[int, Path]:
        """The paths of closed positions; those without one are left out."""
        return await self._history.paths_of(position_ids)

    async def signals_of(self, position_id: int) -> Sequence[SignalLine]:
        """The signals that a position is made of, and those that name it, in order."""
        return await self._history.signals_of(position_id)

    async def imported_row(self, trade_id: int) -> str:
        """The row that an imported trade came as, in JSON; ``KeyError`` where there is none."""
        return await self._history.imported_row(trade_id)

    async def note_trade(
        self,
        origin: Origin,
        trade_id: int,
        *,
        notes: str | None = None,
        tags: Iterable[str] | None = None,
    ) -> None:
        """Write notes and tags on a finished trade; what is not given stays.

        Raises:
            UserError: there is no such trade, or a text makes no sense.
            NotStored: the ledger cannot write now.
        """
        async with self._changing:
            trade = await self._history.trade(origin, trade_id)
            if trade is None:
                raise UserError("That trade is not in the journal", "Only a closed one can be.")
            noted = TradeNoted(
                origin,
                trade_id,
                trade.notes if notes is None else checked_notes(notes),
                trade.tags if tags is None else tidy_tags(tags),
            )
            await self._store.write(noted)
        self.bus.publish(noted)

    def _changed(self, recorder: Recorder, settings: dict[str, Any]) -> Recorder:
        unknown = settings.keys() - _CHANGEABLE
        if unknown:
            raise UserError(f"A recorder has no setting {', '.join(sorted(unknown))}", "")
        rules = settings.get("exits")
        if isinstance(rules, Mapping):  # only those that change; the others stay
            settings = {**settings, "exits": replace(recorder.exits, **rules)}
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
        if recorder.exits.session_end:
            self.end_sessions()  # those before the rule are none of its business
            self.beat()
        await self._store.write(saved)
        before = self.book.recorders.get(recorder.id)
        if before is not None:
            self._by_digest.pop(_digest(before.token), None)
        self.book.recorders[recorder.id] = recorder
        self.book.guard(recorder)
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
    refuse_contradictions(recorder.exits)


def _new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def _digest(token: str) -> bytes:
    return blake2b(token.encode("utf-8", "surrogatepass"), digest_size=32).digest()
