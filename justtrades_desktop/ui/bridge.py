"""From the core's bus to Qt: events are gathered and told at most 20 times a second."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from justtrades_desktop.domain.events import (
    LedgerFailed,
    LedgerRecovered,
    PriceTicked,
    ProductSaved,
    RecorderSaved,
    SignalRecorded,
    SignalRepeated,
)
from justtrades_desktop.trading.bus import Bus
from justtrades_desktop.ui.pace import Pace


class Bridge(QObject):
    """The one subscriber of the window.

    An event costs the core next to nothing: it is put aside, and a timer runs only while something
    is put aside. The first event after a quiet time is told in the same turn of the loop.
    """

    signals_recorded = Signal(object)  # list of SignalRecorded, oldest first
    signals_repeated = Signal(object)  # list of SignalRepeated, oldest first
    prices_moved = Signal(object)  # set of symbols
    products_changed = Signal(object)  # set of symbols
    recorders_changed = Signal()
    ledger_failed = Signal(str)
    ledger_recovered = Signal()

    def __init__(self, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recorded: list[SignalRecorded] = []
        self._repeated: list[SignalRepeated] = []
        self._moved: set[str] = set()
        self._products: set[str] = set()
        self._recorders = False
        self._ledger: LedgerFailed | LedgerRecovered | None = None
        self._pace = Pace(self.tell, self)
        self._unsubscribe = [
            bus.subscribe(SignalRecorded, self._on_recorded),
            bus.subscribe(SignalRepeated, self._on_repeated),
            bus.subscribe(PriceTicked, self._on_tick),
            bus.subscribe(ProductSaved, self._on_product),
            bus.subscribe(RecorderSaved, self._on_recorder),
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

    def _on_ledger(self, event: LedgerFailed | LedgerRecovered) -> None:
        self._ledger = event
        self._pace.ask()

    def tell(self) -> None:
        """Tell at once what was put aside."""
        # Names before rows, rows before what happens to them.
        recorders, self._recorders = self._recorders, False
        recorded, self._recorded = self._recorded, []
        repeated, self._repeated = self._repeated, []
        products, self._products = self._products, set()
        moved, self._moved = self._moved, set()
        ledger, self._ledger = self._ledger, None
        if recorders:
            self.recorders_changed.emit()
        if recorded:
            self.signals_recorded.emit(recorded)
        if repeated:
            self.signals_repeated.emit(repeated)
        if products:
            self.products_changed.emit(products)
        if moved:
            self.prices_moved.emit(moved)
        if isinstance(ledger, LedgerFailed):
            self.ledger_failed.emit(ledger.reason)
        elif isinstance(ledger, LedgerRecovered):
            self.ledger_recovered.emit()
