"""From the core's bus to Qt: events are gathered and told at most 20 times a second."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal

from justtrades_desktop.domain.broker import BrokerChanged
from justtrades_desktop.domain.events import (
    LedgerFailed,
    LedgerRecovered,
    PriceTicked,
    ProductSaved,
    RecorderSaved,
    SignalRecorded,
    SignalRepeated,
    TradeNoted,
)
from justtrades_desktop.domain.execution import ExecutionChanged
from justtrades_desktop.domain.legacy import LegacyImported
from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.ui.pace import Pace

_STEP: Final = 0.004  # seconds of telling before the loop, and the repaint, have their turn
_EVENTS: Final = 200  # told together at most


class Bridge(QObject):
    """The one subscriber of the window.

    An event costs the core next to nothing: it is put aside, and a timer runs only while something
    is put aside. The first event after a quiet time is told in the same turn of the loop. Much of
    it is told in steps of a few milliseconds, between which the listener goes on.
    """

    signals_recorded = Signal(object)  # list of SignalRecorded, oldest first
    signals_repeated = Signal(object)  # list of SignalRepeated, oldest first
    prices_moved = Signal(object)  # set of symbols
    products_changed = Signal(object)  # set of symbols
    recorders_changed = Signal()
    trades_noted = Signal(object)  # list of TradeNoted
    history_imported = Signal()
    brokers_changed = Signal(object)  # set of names of connections
    execution_changed = Signal()
    ledger_failed = Signal(str)
    ledger_recovered = Signal()
    interrupted = Signal()  # some of what was gathered has been told, more follows
    told = Signal()  # all that was gathered has been told

    def __init__(self, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recorded: list[SignalRecorded] = []
        self._repeated: list[SignalRepeated] = []
        self._moved: set[str] = set()
        self._products: set[str] = set()
        self._recorders = False
        self._noted: list[TradeNoted] = []
        self._imported = False
        self._brokers: set[str] = set()
        self._execution = False
        self._ledger: LedgerFailed | LedgerRecovered | None = None
        self._telling: deque[Callable[[], None]] = deque()
        self._pace = Pace(self._step, self)
        self._unsubscribe = [
            bus.subscribe(SignalRecorded, self._on_recorded),
            bus.subscribe(SignalRepeated, self._on_repeated),
            bus.subscribe(PriceTicked, self._on_tick),
            bus.subscribe(ProductSaved, self._on_product),
            bus.subscribe(RecorderSaved, self._on_recorder),
            bus.subscribe(TradeNoted, self._on_noted),
            bus.subscribe(LegacyImported, self._on_imported),
            bus.subscribe(BrokerChanged, self._on_broker),
            bus.subscribe(ExecutionChanged, self._on_execution),
            bus.subscribe(LedgerFailed, self._on_ledger),
            bus.subscribe(LedgerRecovered, self._on_ledger),
        ]

    def close(self) -> None:
        """Hear and tell nothing more."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        self._pace.stop()

    @property
    def busy(self) -> bool:
        """Whether events come in by the thousand a second, so that the screen has to stand back."""
        return self._pace.busy

    def _on_tick(self, event: PriceTicked) -> None:
        self._moved.add(event.symbol)
        self._pace.ask()

    def _on_recorded(self, event: SignalRecorded) -> None:
        self._recorded.append(event)
        self._pace.ask()

    def _on_repeated(self, event: SignalRepeated) -> None:
        self._repeated.append(event)
        self._pace.ask()

    def _on_product(self, event: ProductSaved) -> None:
        self._products.add(event.symbol)
        self._pace.ask()

    def _on_recorder(self, _: RecorderSaved) -> None:
        self._recorders = True
        self._pace.ask()

    def _on_noted(self, event: TradeNoted) -> None:
        self._noted.append(event)
        self._pace.ask()

    def _on_imported(self, _: LegacyImported) -> None:
        self._imported = True
        self._pace.ask()

    def _on_broker(self, event: BrokerChanged) -> None:
        self._brokers.add(event.name)
        self._pace.ask()

    def _on_execution(self, _: ExecutionChanged) -> None:
        self._execution = True
        self._pace.ask()

    def _on_ledger(self, event: LedgerFailed | LedgerRecovered) -> None:
        self._ledger = event
        self._pace.ask()

    def tell(self) -> None:
        """Tell at once what was put aside."""
        while self._telling or self._gathered():
            self._tell(forever=True)

    def _step(self) -> bool:
        """Tell some of it; whether there is more."""
        self._tell(forever=False)
        return bool(self._telling)

    def _tell(self, *, forever: bool) -> None:
        if not self._telling:
            self._telling.extend(self._pieces())
            self._telling.append(self.told.emit)
        ends = time.perf_counter() + _STEP
        while self._telling:
            self._telling.popleft()()
            if self._telling and not forever and time.perf_counter() > ends:
                self.interrupted.emit()
                return

    def _gathered(self) -> bool:
        return bool(
            self._recorders
            or self._recorded
            or self._repeated
            or self._products
            or self._moved
            or self._noted
            or self._imported
            or self._brokers
            or self._execution
            or self._ledger
        )

    def _pieces(self) -> Iterator[Callable[[], None]]:
        # Names before rows, rows before what happens to them.
        recorders, self._recorders = self._recorders, False
        recorded, self._recorded = self._recorded, []
        repeated, self._repeated = self._repeated, []
        products, self._products = self._products, set()
        moved, self._moved = self._moved, set()
        noted, self._noted = self._noted, []
        imported, self._imported = self._imported, False
        ledger, self._ledger = self._ledger, None
        if recorders:
            yield self.recorders_changed.emit
        for start in range(0, len(recorded), _EVENTS):
            yield partial(self.signals_recorded.emit, recorded[start : start + _EVENTS])
        for start in range(0, len(repeated), _EVENTS):
            yield partial(self.signals_repeated.emit, repeated[start : start + _EVENTS])
        if products:
            yield partial(self.products_changed.emit, products)
        if noted:
            yield partial(self.trades_noted.emit, noted)
        if imported:
            yield self.history_imported.emit
        yield from self._of_brokers()  # after the signals: what they say is compared with it
        if moved:
            yield partial(self.prices_moved.emit, moved)
        if ledger is not None:
            yield partial(self._tell_ledger, ledger)

    def _of_brokers(self) -> Iterator[Callable[[], None]]:
        brokers, self._brokers = self._brokers, set()
        execution, self._execution = self._execution, False
        if brokers:
            yield partial(self.brokers_changed.emit, brokers)
        if execution:
            yield self.execution_changed.emit

    def _tell_ledger(self, event: LedgerFailed | LedgerRecovered) -> None:
        if isinstance(event, LedgerFailed):
            self.ledger_failed.emit(event.reason)
        else:
            self.ledger_recovered.emit()
