"""Alerts in, receipts out: decide, commit, and only then acknowledge and tell everyone."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from justtrades_desktop.domain.contracts import Instrument
from justtrades_desktop.domain.errors import AlreadyStored, NotStored
from justtrades_desktop.domain.events import (
    LedgerFailed,
    LedgerRecovered,
    MarksSettled,
    PriceHeld,
    PriceTicked,
    ProductSaved,
    Receipt,
    SignalRecorded,
    SignalRepeated,
)
from justtrades_desktop.domain.exits import Exit, ExitReason
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.ports import Store
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Action, Alert, Outcome, Reading
from justtrades_desktop.trading.book import Book, Foreseen, Holding, Leaving
from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.trading.decide import Situation, decide
from justtrades_desktop.trading.leaving import exit_alert
from justtrades_desktop.trading.paths import Paths
from justtrades_desktop.trading.prices import PriceGate
from justtrades_desktop.trading.repeats import Memory, Seen, another_moment, key_of, later_key

HELD_BACK: Final = "held back: absurdly far from the last price, until a second one confirms it"


@dataclass(slots=True, eq=False)
class _Arrival:
    """An alert on its way to the disk, what was decided, and the repeats that wait for it."""

    recorder: Recorder
    alert: Alert
    receipt: asyncio.Future[Receipt]
    recorded: SignalRecorded | None = None
    foreseen: Foreseen | None = None
    key: bytes | None = None
    leaving: Leaving | None = None  # where a rule asks for it, not a sender
    repeats: list[_Arrival] = field(default_factory=list)

    @property
    def sent_at(self) -> str | None:
        reading = self.alert.reading
        return reading.sent_at if isinstance(reading, Reading) else None

    def answer(self, receipt: Receipt) -> None:
        if not self.receipt.done():  # the sender may have hung up
            self.receipt.set_result(receipt)

    def refuse(self, error: NotStored) -> None:
        if not self.receipt.done():
            self.receipt.set_exception(NotStored(*error.args))


class _Owed(NamedTuple):
    """A rule's exit that waits for the ledger."""

    leaving: Leaving
    alert: Alert


class Intake:
    """One alert after the other is decided on the state that all earlier ones leave.

    Deciding takes no await, so alerts cannot overtake each other; committing does, so many can
    share one fsync. When a commit fails, all that was decided since is withdrawn with it.
    """

    def __init__(
        self, book: Book, store: Store, bus: Bus, *, next_signal: int = 1, next_position: int = 1
    ) -> None:
        self._book = book
        self._store = store
        self._bus = bus
        self._memory: Memory[_Arrival | int] = Memory()
        self._next_signal = self._first_free_signal = next_signal
        self._next_position = self._first_free_position = next_position
        self._under_way: deque[_Arrival | MarksSettled | SignalRepeated] = deque()
        self._gate = PriceGate(book.catalogue, book.prices)
        self._failing = False
        self._owed: dict[int, _Owed] = {}  # exits that could not be stored, by position
        self.paths = Paths(book)
        bus.subscribe(SignalRecorded, self.paths.recorded)
        bus.subscribe(PriceTicked, self.paths.ticked)
        bus.subscribe(ProductSaved, self.paths.product_saved)

    @property
    def signals_stored(self) -> int:
        """How many signals are on disk: their ids run from 1 without a hole."""
        return self._first_free_signal - 1

    @property
    def held_prices(self) -> list[PriceTicked]:
        """The prices that do not count before a second one confirms them."""
        return self._gate.held

    def accept(self, recorder: Recorder, alert: Alert) -> asyncio.Future[Receipt]:
        """Store ``alert`` and apply it; done once it is on disk.

        The future fails with ``NotStored`` where nothing of it exists: the sender may try again.
        """
        receipt: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._take(_Arrival(recorder, alert, receipt))
        return receipt

    def tick(self, ticked: PriceTicked) -> bool:
        """Apply a price to all positions in its instrument, and close those that a rule takes out.

        False where it is held back: it is absurdly far from the last one.
        """
        return self._tick(ticked, spared=None)

    def settle_marks(self, *, most: int | None = None) -> None:
        """Send what ticks have moved since the last call to the ledger; see if it is well again.

        ``most`` positions or some more are sent, the others with the next calls.
        """
        owed, self._owed = self._owed, {}
        for left, alert in owed.values():
            self._take(self._exit(left, alert))  # it is owed anew where it cannot be had yet
        self._settle(first_ticks={}, most=most)

    def beat(self) -> None:
        """Have the ledger note that the program runs, although nothing happens."""
        self._keep(MarksSettled())

    def end_session(self, mark: Mark, at: datetime) -> None:
        """Close a position at its last price because its session is over."""
        position = mark.position
        holding = Holding(position.recorder_id, position.symbol)
        late = self._book.newest(holding) is not mark
        left = Leaving(holding, position.id, Exit(ExitReason.SESSION, mark.last), late=late)
        self._take_out(left, exit_alert(left, None, at))

    def committed(self, count: int) -> None:
        """The first ``count`` appends under way are on disk: acknowledge them, tell everyone."""
        if self._failing:
            self._failing = False
            self._bus.publish(LedgerRecovered())
        for _ in range(count):
            entry = self._under_way.popleft()
            if isinstance(entry, _Arrival) and entry.recorded is not None:
                self._acknowledge(entry, entry.recorded)
            elif isinstance(entry, MarksSettled):
                self.paths.stored(entry.paths)
        closed = self.paths.take_closed()
        if closed:
            self._keep(MarksSettled(paths=closed))

    def withdrawn(self, error: NotStored | AlreadyStored) -> None:
        """Nothing under way was stored: refuse it, or decide it anew if only a key was known."""
        under_way, self._under_way = self._under_way, deque()
        self._book.withdraw()
        self._next_signal = self._first_free_signal
        self._next_position = self._first_free_position
        arrivals: list[_Arrival] = []
        for entry in under_way:
            if isinstance(entry, MarksSettled):
                self._book.put_back(entry)
                self.paths.put_back(entry.paths)
            elif isinstance(entry, _Arrival):
                arrivals += [entry, *entry.repeats]
                entry.repeats = []
                self._forget(entry)
        if isinstance(error, NotStored):
            self._failing = True
            self._bus.publish(LedgerFailed(str(error)))
            for arrival in arrivals:
                arrival.refuse(error)
                if arrival.leaving is not None:
                    self._owe(arrival.leaving, arrival.alert)
            # A position that was withdrawn with them never was, and its number will be another's.
            self._owed = {id_: owed for id_, owed in self._owed.items() if self._is_live(owed)}
            return
        # The ledger knew a key from before the last start. Remembered now, it is answered as a
        # repeat in the second round; whatever was decided behind it comes round in the same order.
        self._memory.remember(error.key, Seen(error.sent_at, error.first_id))
        self._decide_anew(arrivals)

    def _decide_anew(self, arrivals: list[_Arrival]) -> None:
        numbers: dict[int, int] = {}  # positions may be numbered anew
        for arrival in arrivals:
            before = arrival.recorded.open if arrival.recorded else None
            left = arrival.leaving
            if left is not None:
                id_ = numbers.get(left.position_id, left.position_id)
                arrival.leaving = left._replace(position_id=id_)
            self._take(arrival)
            now = arrival.recorded.open if arrival.recorded else None
            if before is not None and now is not None:
                numbers[before.id] = now.id

    def _tick(self, ticked: PriceTicked, *, spared: Holding | None) -> bool:
        """``spared`` is left alone by the rules: the signal that brings this price goes first."""
        counting = self._gate.let_through(ticked)
        for price in counting:
            waited, leaving = self._book.tick(price)
            if waited:
                self._settle(first_ticks=dict.fromkeys(waited, price))
            self._bus.publish(price)
            for left in leaving:
                if left.holding != spared:
                    self._take_out(left, exit_alert(left, price, price.at))
        if not counting:
            self._bus.publish(PriceHeld(ticked, self._book.prices[ticked.symbol]))
        return bool(counting)

    def _take_out(self, left: Leaving, alert: Alert) -> None:
        """Make a rule's exit a signal of its own, now or once it can be."""
        owed = self._owed.pop(left.position_id, None)
        left, alert = owed or (left, alert)  # the first price that touched it is its price
        if self._failing or left.late:
            self._owe(left, alert)
        else:
            self._take(self._exit(left, alert))

    def _exit(self, left: Leaving, alert: Alert) -> _Arrival:
        receipt: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        receipt.add_done_callback(_looked_at)
        recorder = self._book.recorders[left.holding.recorder_id]
        return _Arrival(recorder, alert, receipt, leaving=left)

    def _owe(self, left: Leaving, alert: Alert) -> None:
        """Try a rule's exit again until it is stored, at the same price, while there is any."""
        self._owed.setdefault(left.position_id, _Owed(left._replace(late=False), alert))

    def _is_live(self, owed: _Owed) -> bool:
        live = self._book.live_mark(owed.leaving.holding)
        return live is not None and live.position.id == owed.leaving.position_id

    def _pay_first(self, holding: Holding) -> None:
        """What a rule owes this holding comes before a later alert's say."""
        for owed in [owed for owed in self._owed.values() if owed.leaving.holding == holding]:
            del self._owed[owed.leaving.position_id]
            self._take(self._exit(*owed))

    def _take_exit(self, arrival: _Arrival, left: Leaving) -> None:
        mark = self._book.newest(left.holding)
        reading = arrival.alert.reading
        if mark is not None and mark.position.id == left.position_id:
            self._decide(arrival, reading if isinstance(reading, Reading) else None)
        elif self._is_live(_Owed(left, arrival.alert)):
            self._owe(left, arrival.alert)  # a close is under way, and may yet be refused
        # Else it is flat by now, or holds another position: there is nothing to take out.

    def _take(self, arrival: _Arrival) -> None:
        if arrival.leaving is not None:
            self._take_exit(arrival, arrival.leaving)
            return
        reading = arrival.alert.reading
        enabled = arrival.recorder.enabled
        if not enabled and isinstance(reading, Reading):
            self._see_price(reading, arrival.alert)
        if enabled and isinstance(reading, Reading) and reading.action is Action.PRICE:
            arrival.answer(self._priced(reading, arrival.alert))
            return
        if enabled and (first := self._first_of(arrival)) is not None:
            self._answer_repeat(arrival, first)
            return
        self._decide(arrival, reading if enabled and isinstance(reading, Reading) else None)

    def _see_price(self, reading: Reading, alert: Alert) -> None:
        """Rules go on while the recorder is off, and its own prices may be all there are."""
        if reading.ticker is not None and reading.price is not None and not alert.bygone:
            symbol = self._book.instrument(reading.ticker).symbol
            self.tick(PriceTicked(symbol, reading.price, alert.received_at))

    def _priced(self, reading: Reading, alert: Alert) -> Receipt:
        if reading.ticker is None or reading.price is None:
            raise ValueError("a price reading carries an instrument and a price")
        symbol = self._book.instrument(reading.ticker).symbol
        counts = self.tick(PriceTicked(symbol, reading.price, alert.received_at))
        return Receipt(outcome=Outcome.PRICE, symbol=symbol, reason=None if counts else HELD_BACK)

    def _first_of(self, arrival: _Arrival) -> _Arrival | int | None:
        """The alert that this one repeats; sets the key it will be known by if it is the first."""
        arrival.key = key = key_of(arrival.recorder.id, arrival.alert)
        if key is None or (seen := self._memory.seen(key)) is None:
            return None
        if not another_moment(seen.sent_at, arrival.sent_at):
            return seen.first
        arrival.key = key = later_key(key, arrival.sent_at or "")
        seen = self._memory.seen(key)
        return seen.first if seen else None

    def _answer_repeat(self, arrival: _Arrival, first: _Arrival | int) -> None:
        if isinstance(first, _Arrival):
            first.repeats.append(arrival)  # not to be acknowledged before the first one is on disk
            return
        arrival.answer(
            Receipt(outcome=Outcome.DUPLICATE, signal_id=first, reason=f"repeats signal {first}")
        )
        repeated = SignalRepeated(first, arrival.alert.received_at)
        self._under_way.append(repeated)
        self._store.append(repeated)
        self._bus.publish(repeated)

    def _decide(self, arrival: _Arrival, reading: Reading | None) -> None:
        recorder, alert = arrival.recorder, arrival.alert
        ticker = (reading.ticker or recorder.symbol) if reading else None
        instrument = self._book.instrument(ticker) if ticker else None
        position: Position | None = None
        ticked: PriceTicked | None = None
        counts = True
        if reading and instrument:
            holding = Holding(recorder.id, instrument.symbol)
            if self._owed and arrival.leaving is None:
                self._pay_first(holding)
            # Decided anew, it brings no news: newer prices may have come since.
            if reading.price is not None and arrival.leaving is None and arrival.recorded is None:
                ticked = PriceTicked(instrument.symbol, reading.price, alert.received_at)
                counts = not alert.bygone and self._tick(ticked, spared=holding)
            mark = self._book.newest(holding)
            position = mark.settled() if mark else None
        situation = Situation(
            signal_id=self._next_signal,
            new_position_id=self._next_position,
            instrument=instrument,
            position=position,
            last_price=self._last_price(instrument, position) if instrument else None,
            key=arrival.key,
            twice=self._memory.follows_itself(recorder.id, alert) and arrival.key is None,
        )
        recorded = decide(recorder, alert, situation)
        arrival.recorded = recorded if counts else recorded._replace(odd_price=True)
        self._append(arrival, arrival.recorded)
        if ticked is not None and counts:
            self._look_at(recorder, ticked)

    def _last_price(self, instrument: Instrument, position: Position | None) -> Decimal | None:
        """The newest known price; a position's own entry may be newer, where it was held back."""
        ticked = self._book.prices.get(instrument.symbol)
        if ticked is None or (position is not None and position.updated_at > ticked.at):
            entry = position.last_price if position is not None else None
            if entry is not None:
                return entry
        return ticked.price if ticked else None

    def _look_at(self, recorder: Recorder, ticked: PriceTicked) -> None:
        """A signal's own price reaches its position's rules once the signal has had its say."""
        mark = self._book.newest(Holding(recorder.id, ticked.symbol))
        if mark is not None and mark.guarded:
            left = self._book.leaving(mark, ticked.price)
            if left is not None:
                self._take_out(left, exit_alert(left, ticked, ticked.at))

    def _append(self, arrival: _Arrival, recorded: SignalRecorded) -> None:
        self._next_signal += 1
        if recorded.open and recorded.open.id == self._next_position:
            self._next_position += 1
        arrival.foreseen = self._foresee(recorded)
        if arrival.key is not None:
            self._memory.remember(arrival.key, Seen(arrival.sent_at, arrival))
        self._under_way.append(arrival)
        self._store.append(recorded)

    def _acknowledge(self, arrival: _Arrival, recorded: SignalRecorded) -> None:
        signal = recorded.signal
        self._first_free_signal = signal.id + 1
        if recorded.open:
            self._first_free_position = max(self._first_free_position, recorded.open.id + 1)
        if arrival.foreseen:
            self._book.confirm(arrival.foreseen)
        if arrival.key is not None:
            self._memory.remember(arrival.key, Seen(arrival.sent_at, signal.id))
        arrival.answer(_receipt(recorded))
        for repeat in arrival.repeats:
            self._answer_repeat(repeat, signal.id)
        self._bus.publish(recorded)

    def _foresee(self, recorded: SignalRecorded) -> Foreseen | None:
        signal = recorded.signal
        if not recorded.legs or signal.symbol is None:
            return None
        return self._book.foresee(Holding(signal.recorder_id, signal.symbol), recorded.open)

    def _forget(self, arrival: _Arrival) -> None:
        if arrival.key is not None:
            self._memory.forget(arrival.key)
        self._memory.forget_body(arrival.recorder.id, arrival.alert)

    def _settle(self, *, first_ticks: dict[int, PriceTicked], most: int | None = None) -> None:
        settled = self._book.take_unsaved(first_ticks, most=most)
        paths = self.paths.take_unsaved(most=most)
        if paths:
            settled = replace(settled or MarksSettled(), paths=paths)
        if settled is None and self._failing and not self._under_way:
            settled = MarksSettled()
        if settled is not None:
            self._keep(settled)

    def _keep(self, settled: MarksSettled) -> None:
        self._under_way.append(settled)
        self._store.append(settled)


def _looked_at(receipt: asyncio.Future[Receipt]) -> None:
    """Nobody waits for the receipt of a rule's exit; its refusal is dealt with elsewhere."""
    if not receipt.cancelled():
        receipt.exception()


def _receipt(recorded: SignalRecorded) -> Receipt:
    signal = recorded.signal
    return Receipt(
        outcome=signal.outcome,
        signal_id=signal.id,
        reason=signal.reason,
        symbol=signal.symbol,
        position=None if signal.symbol is None else _signed(recorded.open),
    )


def _signed(position: Position | None) -> int:
    return position.signed if position else 0
