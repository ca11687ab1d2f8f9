"""What is believed now: recorders, last prices, and a live mark on every open position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from justtrades_desktop.domain.contracts import Catalogue, Instrument, Product
from justtrades_desktop.domain.events import MarksSettled, PriceTicked
from justtrades_desktop.domain.exits import NO_EXITS, Exit, ExitRules
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.domain.recorders import Recorder


class Holding(NamedTuple):
    """Whose position, in what."""

    recorder_id: int
    symbol: str


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """What one signal will leave of a holding once it is on disk; ``mark`` None when flat."""

    holding: Holding
    mark: Mark | None


class Leaving(NamedTuple):
    """A position that a price takes out by a rule of its recorder."""

    holding: Holding
    position_id: int
    exit: Exit
    late: bool = False  # a close or flip of it is already under way, and may yet be refused


class Ticked(NamedTuple):
    """What a price did: positions that had waited for their first one, and those it takes out."""

    waited: list[int]
    leaving: list[Leaving]


class Book:
    """Open positions, live and foreseen.

    A signal that is not on disk yet has changed nothing that anyone may see, but the next signal
    of that recorder must build on it. So each holding has a *live* mark (committed, shown) and,
    while appends are under way, a *foreseen* one. Ticks reach both.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.recorders: dict[int, Recorder] = {}
        self.prices: dict[str, PriceTicked] = {}
        self._live: dict[Holding, Mark] = {}
        self._foreseen: dict[Holding, Foreseen] = {}
        self._watching: defaultdict[str, dict[Mark, None]] = defaultdict(dict)
        self._unsaved: set[Holding] = set()
        self._unsaved_prices: dict[str, None] = {}  # in the order in which they moved
        self._first_ticks: dict[int, Decimal] = {}

    def load(
        self,
        recorders: Iterable[Recorder],
        positions: Iterable[Position],
        prices: Iterable[PriceTicked],
    ) -> None:
        """Take over what the ledger holds, at the start."""
        self.recorders = {recorder.id: recorder for recorder in recorders}
        self.prices = {price.symbol: price for price in prices}
        for position in positions:
            mark = Mark(position, self._rules(position.recorder_id))
            self._live[_holding(position)] = mark
            if position.last_price is not None and position.symbol not in self.prices:
                ticked = PriceTicked(position.symbol, position.last_price, position.updated_at)
                self.prices[position.symbol] = ticked
            self._watching[position.symbol][mark] = None

    def instrument(self, symbol: str) -> Instrument:
        """The instrument of a ticker or symbol."""
        return self.catalogue.instrument(symbol)

    def last_price(self, symbol: str) -> Decimal | None:
        """The newest known price, None where there is none."""
        ticked = self.prices.get(symbol)
        return ticked.price if ticked else None

    @property
    def live_count(self) -> int:
        """How many positions are open, as committed."""
        return len(self._live)

    def live(self) -> Iterator[Mark]:
        """The marks of all open positions, as committed."""
        return iter(self._live.values())

    def live_in(self, symbol: str) -> Iterator[Mark]:
        """The committed marks in one instrument."""
        for mark in self._watching.get(symbol, ()):
            if self._live.get(_holding(mark.position)) is mark:
                yield mark

    def live_mark(self, holding: Holding) -> Mark | None:
        """The committed mark of one holding, None when flat."""
        return self._live.get(holding)

    def newest(self, holding: Holding) -> Mark | None:
        """The mark the next signal builds on, None when flat."""
        foreseen = self._foreseen.get(holding)
        return foreseen.mark if foreseen else self._live.get(holding)

    def foresee(self, holding: Holding, position: Position | None) -> Foreseen:
        """Build on ``position`` from now on, although it is not on disk yet."""
        rules = self._rules(holding.recorder_id)
        foreseen = Foreseen(holding, Mark(position, rules) if position else None)
        self._foreseen[holding] = foreseen
        if foreseen.mark:
            self._watching[holding.symbol][foreseen.mark] = None
        return foreseen

    def confirm(self, foreseen: Foreseen) -> None:
        """What was foreseen is on disk: it is live now."""
        holding = foreseen.holding
        self._unwatch(self._live.pop(holding, None))
        if foreseen.mark:
            self._live[holding] = foreseen.mark
        if self._foreseen.get(holding) is foreseen:
            del self._foreseen[holding]

    def withdraw(self) -> None:
        """Nothing foreseen was stored: go on from what is."""
        kept = set(self._live.values())
        for holding in self._foreseen:
            watching = self._watching[holding.symbol]
            for mark in [mark for mark in watching if mark not in kept]:
                del watching[mark]
        self._unsaved.update(self._foreseen)
        self._foreseen.clear()

    def tick(self, ticked: PriceTicked) -> Ticked:
        """Apply a price."""
        symbol, price, at = ticked.symbol, ticked.price, ticked.at
        self.prices[symbol] = ticked
        self._unsaved_prices[symbol] = None
        waited: list[int] = []
        leaving: list[Leaving] = []
        for mark in self._watching.get(symbol, ()):
            mark.tick(price, at)
            if not mark.position.priced:
                mark.replace(mark.position.priced_at(price))
                waited.append(mark.position.id)
            if mark.guarded and (left := self.leaving(mark, price)) is not None:
                leaving.append(left)
        return Ticked(waited, leaving)

    # Exits by rule

    def leaving(self, mark: Mark, price: Decimal) -> Leaving | None:
        """Whether ``price`` takes ``mark`` out; None where a newer signal has added or trimmed."""
        touched = mark.exit_at(price)
        if touched is None:
            return None
        holding, id_ = _holding(mark.position), mark.position.id
        newest = self.newest(holding)
        if newest is mark:
            return Leaving(holding, id_, touched)
        same = newest is not None and newest.position.id == id_
        live = self._live.get(holding) is mark
        return Leaving(holding, id_, touched, late=True) if live and not same else None

    def leave_at_session_end(self) -> Iterator[Mark]:
        """The newest marks of positions that are to be flat when their session ends.

        Of one that is being closed the live one: the close may yet be refused.
        """
        for holding in {*self._live, *self._foreseen}:
            mark = self.newest(holding) or self._live.get(holding)
            if mark is not None and mark.leaves_at_session_end:
                yield mark

    def guard(self, recorder: Recorder) -> None:
        """The recorder's rules have changed: its open positions follow them from now on."""
        for watching in self._watching.values():
            for mark in watching:
                if mark.position.recorder_id == recorder.id:
                    mark.guard(recorder.exits)

    def _rules(self, recorder_id: int) -> ExitRules:
        recorder = self.recorders.get(recorder_id)
        return recorder.exits if recorder else NO_EXITS

    def set_product(self, symbol: str, product: Product) -> None:
        """Value every position in ``symbol`` by what the trader entered."""
        self.catalogue.set_own(symbol, product)
        for mark in self._watching.get(symbol, ()):
            mark.replace(mark.position._replace(product=product))

    def take_unsaved(
        self, first_ticks: Mapping[int, PriceTicked], *, most: int | None = None
    ) -> MarksSettled | None:
        """What ticks have moved since the last call, None where that is nothing.

        ``most`` positions or some more are taken, those first whose price moved first.
        ``first_ticks`` maps positions that had waited for a price to the tick that brought it.
        """
        symbols = self._symbols_to_save(most)
        holdings, self._unsaved = self._unsaved, set()
        self._first_ticks.update((id_, ticked.price) for id_, ticked in first_ticks.items())
        first, self._first_ticks = self._first_ticks, {}
        if not (symbols or holdings or first):
            return None
        for symbol in symbols:
            holdings.update(_holding(mark.position) for mark in self._watching.get(symbol, ()))
        marks = (self.newest(holding) for holding in sorted(holdings))
        positions = tuple(mark.settled() for mark in marks if mark)
        prices = tuple(self.prices[symbol] for symbol in sorted(symbols))
        return MarksSettled(positions, prices, first)

    def _symbols_to_save(self, most: int | None) -> list[str]:
        symbols, count = [], 0
        for symbol in [*self._unsaved_prices]:
            if most is not None and count >= most:
                break
            del self._unsaved_prices[symbol]
            symbols.append(symbol)
            count += len(self._watching.get(symbol, ()))
        return symbols

    def put_back(self, settled: MarksSettled) -> None:
        """What was taken could not be stored: it is still to be saved."""
        self._unsaved.update(map(_holding, settled.positions))
        self._unsaved_prices.update((price.symbol, None) for price in settled.prices)
        # Only of positions that exist: a withdrawn one's id will be another's.
        stored = {mark.position.id for mark in self._live.values()}
        for position_id, price in settled.first_ticks.items():
            if position_id in stored:
                self._first_ticks.setdefault(position_id, price)

    def _unwatch(self, mark: Mark | None) -> None:
        if mark:
            self._watching[mark.position.symbol].pop(mark, None)


def _holding(position: Position) -> Holding:
    return Holding(position.recorder_id, position.symbol)
