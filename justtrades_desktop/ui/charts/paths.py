"""The paths of all open positions while the window lives, and of their sum."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.charts.path import Path, PositionPath

LONGEST: Final = 20_000
SHORTEST: Final = 1_000
_POINTS: Final = 2_000_000  # of all open positions together: 48 MB
_CLOSED_KEPT: Final = 50
_MARKERS: Final = 200


class Paths(QObject):
    """Records at most as often as the bridge tells, whether anyone looks or not."""

    grown = Signal()

    def __init__(self, desk: Desk, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._open: dict[int, PositionPath] = {}
        self._closed: OrderedDict[int, PositionPath] = OrderedDict()
        self.total = Path()
        self._moved = {mark.position.symbol for mark in desk.book.live()}
        for mark in desk.book.live():
            self._open[mark.position.id] = PositionPath(mark.position, from_opening=False)
        self._add_up()
        bridge.signals_recorded.connect(self._on_recorded)
        bridge.prices_moved.connect(self._on_moved)
        bridge.products_changed.connect(self._on_products)
        bridge.told.connect(self._on_told)

    def path_of(self, position_id: int) -> PositionPath | None:
        """The path of a position that is open, or was closed not long ago."""
        return self._open.get(position_id) or self._closed.get(position_id)

    @property
    def open_count(self) -> int:
        """How many positions are open."""
        return len(self._open)

    @property
    def left_out(self) -> int:
        """How many open positions are not in the sum: no price, no tick value, other currency."""
        return len(self._open) - sum(1 for _ in self._summed())

    @property
    def limit(self) -> int:
        """How many points a path may have now."""
        return max(SHORTEST, min(LONGEST, _POINTS // max(1, len(self._open))))

    def _on_moved(self, symbols: set[str]) -> None:
        self._moved |= symbols

    def _on_recorded(self, events: Sequence[SignalRecorded]) -> None:
        for event in events:
            self._take_legs(event)
            if event.legs and event.signal.symbol is not None:
                self._moved.add(event.signal.symbol)

    def _on_products(self, symbols: set[str]) -> None:
        # What was recorded in points does not go together with what follows in money.
        for path in self._open.values():
            if path.position.symbol in symbols:
                self._open[path.position.id] = PositionPath(path.position, from_opening=False)
        self._moved |= symbols

    def _on_told(self) -> None:
        # Not earlier: a sum of P&L before and P&L after a price has never been.
        if self._moved:
            self._add_up()
            self.grown.emit()

    def _add_up(self) -> None:
        moved, self._moved = self._moved, set()
        self._follow(moved)
        total = sum(path.values[-1] for path in self._summed())
        worst = min(total, self.total.worst[-1] if self.total else 0.0)
        self.total.add(self._desk.clock().timestamp(), total, worst, LONGEST)

    def _take_legs(self, event: SignalRecorded) -> None:
        if event.open is not None and event.legs and event.open.id not in self._open:
            self._open[event.open.id] = PositionPath(event.open, from_opening=True)
        for position in (event.closed, event.open):
            if position is not None and (path := self._open.get(position.id)) is not None:
                path.marked([leg for leg in event.legs if leg.position_id == position.id], _MARKERS)
        closed = event.closed
        if closed is not None and (path := self._open.pop(closed.id, None)) is not None:
            path.end(closed)
            self._closed[closed.id] = path
            if len(self._closed) > _CLOSED_KEPT:
                self._closed.popitem(last=False)

    def _follow(self, symbols: Iterable[str]) -> None:
        now = self._desk.clock().timestamp()
        limit = self.limit
        for symbol in symbols:
            for mark in self._desk.book.live_in(symbol):
                path = self._open.get(mark.position.id)
                if path is not None:
                    path.follow(mark, now, limit)

    def _summed(self) -> Iterable[PositionPath]:
        return (path for path in self._open.values() if path.counts)
