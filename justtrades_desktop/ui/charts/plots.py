"""Live P&L and drawdown of the chosen position, or of all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from justtrades_desktop.domain.positions import Position
from justtrades_desktop.trading.book import Holding
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.charts.graph import Graph
from justtrades_desktop.ui.charts.path import Path, PositionPath
from justtrades_desktop.ui.charts.paths import Paths
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.pace import LONGEST, Pace
from justtrades_desktop.ui.theme import GRID, Colours

_SECOND_MS: Final = 1000


class PositionCharts(QWidget):
    """P&L on the left, drawdown on the right; recorded always, drawn only while visible."""

    def __init__(self, desk: Desk, bridge: Bridge, colours: Colours) -> None:
        super().__init__()
        self.setObjectName("charts")
        self._desk = desk
        self._chosen: int | None = None  # a position's id, None for all
        self._unknown = ""  # what to say where nothing was recorded
        self.paths = Paths(desk, bridge, self)
        self.profit = Graph(self.tr("P&L"), colours)
        self.drawdown = Graph(self.tr("Drawdown"), colours)
        # Each at a pace of its own: together they would hold the loop up twice as long.
        self._paces = [
            Pace(draw, self, busy=lambda: bridge.busy, longest=2 * LONGEST)
            for draw in (self._draw_profit, self._draw_drawdown)
        ]
        self.paths.grown.connect(self._on_grown)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.profit, 1)
        layout.addWidget(self.drawdown, 1)
        # Without ticks nothing else would say that a price has grown old.
        self._clock = QTimer(self)
        self._clock.setInterval(_SECOND_MS)
        self._clock.timeout.connect(self.say)

    # For the window

    def show_position(self, recorder_id: int, symbol: str, position_id: int | None = None) -> None:
        """Follow this position; without ``position_id`` the open one of that recorder."""
        mark = self._desk.book.live_mark(Holding(recorder_id, symbol))
        if position_id is None and mark is not None:
            position_id = mark.position.id
        self._chosen = position_id if position_id is not None else 0
        flat = mark is None or mark.position.id != position_id
        self._unknown = (
            self.tr("{}: closed before this window opened").format(symbol)
            if flat and position_id is not None
            else self.tr("{}: no open position").format(symbol)
        )
        self.draw()

    def show_all(self) -> None:
        """Follow the sum of all open positions."""
        self._chosen = None
        self.draw()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.profit.set_colours(colours)
        self.drawdown.set_colours(colours)
        self.draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.draw()
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()
        for pace in self._paces:
            pace.stop()

    # Drawing

    def _on_grown(self) -> None:
        if self.isVisible():
            for pace in self._paces:
                pace.ask()

    def draw(self) -> None:
        """Draw both at once."""
        self._draw_profit()
        self._draw_drawdown()

    def _draw_profit(self) -> None:
        if self.isVisible():
            path = self._path() or Path()
            markers = path.markers if isinstance(path, PositionPath) else ()
            self.profit.draw(path.times, path.values, markers)
            self.say()

    def _draw_drawdown(self) -> None:
        if self.isVisible():
            path = self._path() or Path()
            self.drawdown.draw(path.times, path.worst)

    def _path(self) -> Path | None:
        return self.paths.total if self._chosen is None else self.paths.path_of(self._chosen)

    def say(self) -> None:
        """Say the last figures, and how old they are."""
        path = self._path()
        if path is None:
            self._say_nothing(self._unknown)
        elif isinstance(path, PositionPath):
            self._say_position(path)
        else:
            self._say_total(path)

    def _say_nothing(self, why: str) -> None:
        for graph in (self.profit, self.drawdown):
            graph.set_value(shown.UNKNOWN, Tone.MUTED)
            graph.set_note("")
        self.profit.set_note(why)

    def _say_position(self, path: PositionPath) -> None:
        position = path.position
        mark = self._desk.book.live_mark(Holding(position.recorder_id, position.symbol))
        named = self._named(position)
        if position.closed_at is not None or mark is None:
            result = position.in_money(position.realized)
            worst = position.in_money(position.worst)
            note = self.tr("{} · closed").format(named)
            age = ""
        elif not position.priced:
            self._say_nothing(self.tr("{} · waits for a price").format(named))
            return
        else:
            position = mark.settled()
            result = position.in_money(mark.unrealized)
            worst = position.in_money(position.worst)
            age = self._age(position.symbol)
            note = named if not age else self.tr("{} · price {} old").format(named, age)
        tones = (shown.tone(result), shown.tone(worst))
        self.profit.set_value(
            shown.money(result, position.product), Tone.MUTED if age else tones[0]
        )
        self.drawdown.set_value(
            shown.money(worst, position.product), Tone.MUTED if age else tones[1]
        )
        self.profit.set_note(note)
        since = self._since(path.times[0]) if path and not path.from_opening else ""
        self.drawdown.set_note(since)

    def _say_total(self, path: Path) -> None:
        value, worst = path.values[-1], path.worst[-1]
        self.profit.set_value(shown.with_arrow(shown.amount(value)), shown.tone(value))
        self.drawdown.set_value(shown.with_arrow(shown.amount(worst)), shown.tone(worst))
        count, left_out = self.paths.open_count, self.paths.left_out
        note = self.tr("All positions") if count else self.tr("No open position")
        if left_out:
            note = self.tr("{} · {} of {} not in it: no price or no value in USD").format(
                note, left_out, count
            )
        self.profit.set_note(note)
        self.drawdown.set_note(self._since(path.times[0]))

    def _named(self, position: Position) -> str:
        recorder = self._desk.book.recorders.get(position.recorder_id)
        return f"{recorder.name if recorder else position.recorder_id} · {position.symbol}"

    def _since(self, at: float) -> str:
        start = datetime.fromtimestamp(at, tz=self._desk.clock().tzinfo)
        return self.tr("since {}").format(shown.clock(start, self._desk.clock()))

    def _age(self, symbol: str) -> str:
        ticked = self._desk.book.prices.get(symbol)
        if ticked is None:
            return ""
        seconds = (self._desk.clock() - ticked.at).total_seconds()
        return shown.age(seconds) if seconds > shown.STALE_SECONDS else ""
