"""The position whose charts are shown: its path from the core or from disk, and its legs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal

from justtrades_desktop.domain.events import SignalRecorded
from justtrades_desktop.domain.marks import Mark
from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.trading.book import Holding
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.charts.marker import Marker, markers
from justtrades_desktop.ui.tasks import Tasks

_MARKERS: Final = 500  # the newest; more could not be told apart
_CLOSED: Final = 1000  # of the last closed positions one is looked for


class Followed(QObject):
    """One position, open or closed; what is on disk is asked for when it is chosen."""

    loaded = Signal()  # what was on disk is here

    def __init__(self, desk: Desk, bridge: Bridge, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self.position_id: int | None = None
        self.loading = False
        self._holding: Holding | None = None
        self._legs: list[Leg] = []
        self._closed: Position | None = None
        self._kept: Path | None = None
        bridge.signals_recorded.connect(self._on_recorded)

    def choose(self, position_id: int | None, holding: Holding | None = None) -> None:
        """Follow the position that is, or was, this holding; or none."""
        if position_id == self.position_id:
            return
        self.position_id = position_id
        self._holding = holding
        self._legs = []
        self._closed = self._kept = None
        self.loading = position_id is not None
        if position_id is not None:
            _ = self._tasks.start(self._load(position_id), name="path of a position")

    @property
    def position(self) -> Position | None:
        """The position as it is now; None while that is not known."""
        mark = self.mark
        return mark.position if mark is not None else self._closed

    @property
    def mark(self) -> Mark | None:
        """Its live mark, None once it is closed."""
        mark = self._desk.book.live_mark(self._holding) if self._holding is not None else None
        return mark if mark is not None and mark.position.id == self.position_id else None

    @property
    def path(self) -> Path | None:
        """Its P&L as far as it is known; None where nothing was kept."""
        if self.position_id is None:
            return None
        return self._desk.paths.path_of(self.position_id) or self._kept

    @property
    def markers(self) -> Sequence[Marker]:
        """Its entries and exits."""
        position = self.position
        if position is None:
            return ()
        return markers(self._legs, position.side, position.product)[-_MARKERS:]

    async def _load(self, position_id: int) -> None:
        legs = await self._desk.legs(position_id)
        kept = await self._desk.path(position_id)
        closed = await self._find_closed(position_id)
        if position_id != self.position_id:
            return  # another was chosen meanwhile
        known = {leg.signal_id for leg in legs}
        self._legs = [*legs, *(leg for leg in self._legs if leg.signal_id not in known)]
        self._kept = kept
        self._closed = self._closed or closed
        self.loading = False
        self.loaded.emit()

    async def _find_closed(self, position_id: int) -> Position | None:
        if self.mark is not None:
            return None
        closed = await self._desk.closed_positions(limit=_CLOSED)
        return next((position for position in closed if position.id == position_id), None)

    def _on_recorded(self, events: Sequence[SignalRecorded]) -> None:
        if self.position_id is None:
            return
        for event in events:
            self._legs += [leg for leg in event.legs if leg.position_id == self.position_id]
            if event.closed is not None and event.closed.id == self.position_id:
                self._closed = event.closed
