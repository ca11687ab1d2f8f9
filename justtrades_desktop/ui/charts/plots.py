"""Live P&L and drawdown of the chosen position, and of all of them together."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from justtrades_desktop.domain.feeds import stale_after
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.trading.book import Holding
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.followed import Followed
from justtrades_desktop.ui.charts.pair import PathCharts
from justtrades_desktop.ui.charts.times import at_clock
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.theme import GRID, Colours

_SECOND_MS: Final = 1000
_AT_ONCE: Final = 200  # paths that are moved on in one go: the listener shares the loop
_LEVEL: Final = 2  # points of a line on which nothing ever happened


class PositionCharts(QWidget):
    """The chosen position on the left, where one is chosen; all positions on the right."""

    def __init__(self, desk: Desk, bridge: Bridge, colours: Colours, setting: ChartSetting) -> None:
        super().__init__()
        self.setObjectName("charts")
        self._desk = desk
        self._bridge = bridge
        self._setting = setting
        self._symbol = ""
        self._chosen = False
        self._moved = False
        self.followed = Followed(desk, bridge, setting.tasks, self)
        self.position = PathCharts(
            self.tr("P&L"),
            bridge,
            colours,
            setting,
            path=lambda: self.followed.path,
            markers=lambda: self.followed.markers,
            live=True,
        )
        self.total = PathCharts(
            self.tr("P&L of all"),
            bridge,
            colours,
            setting,
            path=lambda: desk.paths.total,
            live=True,
        )
        self.position.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.position, 1)
        layout.addWidget(self.total, 1)
        # Without ticks nothing else would say that a price has grown old.
        self._clock = QTimer(self)
        self._clock.setInterval(_SECOND_MS)
        self._clock.timeout.connect(self.say)
        self._connect(bridge)

    # For the window

    def show_position(self, recorder_id: int, symbol: str, position_id: int | None = None) -> None:
        """Follow this position; without ``position_id`` the open one of that recorder."""
        holding = Holding(recorder_id, symbol)
        mark = self._desk.book.live_mark(holding)
        if position_id is None and mark is not None:
            position_id = mark.position.id
        self._symbol = symbol
        self._chosen = True
        self.position.span.follow()
        self.followed.choose(position_id, holding)
        self.position.show()
        self.draw()

    def show_all(self) -> None:
        """Follow only the sum of all open positions."""
        self._chosen = False
        self.followed.choose(None)
        self.position.hide()
        self.draw()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.position.set_colours(colours)
        self.total.set_colours(colours)
        self.draw()

    def draw(self) -> None:
        """Draw all that can be seen at once."""
        if self.isVisible():
            self._desk.draw_paths(most=_AT_ONCE)
            self.position.draw()
            self.total.draw()
            self.say()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.draw()
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._clock.stop()

    # What happens

    def _connect(self, bridge: Bridge) -> None:
        for told in (bridge.signals_recorded, bridge.prices_moved, bridge.products_changed):
            told.connect(self._on_moved)
        bridge.told.connect(self._on_told)
        self.followed.loaded.connect(self.draw)

    def _on_moved(self, _what: object) -> None:
        self._moved = True

    def _on_told(self) -> None:
        # Not earlier: a sum of P&L before and P&L after a price has never been.
        if self._moved and self.isVisible():
            self._moved = False
            if not self._bridge.busy:  # else twice a second, as the ledger has them, is enough
                self._desk.draw_paths(most=_AT_ONCE)
            self.position.ask()
            self.total.ask()
            self.say()

    # In words

    def say(self) -> None:
        """Say the last figures, and how old they are."""
        if self._chosen:
            self._say_position()
        self._say_total()

    def _say_position(self) -> None:
        position = self.followed.position
        if position is None:
            self.position.say_nothing(self._why_unknown())
        elif not position.priced:
            self.position.say_nothing(
                self.tr("{} · waits for a price").format(self._named(position))
            )
        else:
            self._say_figures(position)

    def _why_unknown(self) -> str:
        if self.followed.position_id is None:
            return self.tr("{}: no open position").format(self._symbol)
        if self.followed.loading:
            return self.tr("{}: loading…").format(self._symbol)
        return self.tr("{}: nothing is kept of this position").format(self._symbol)

    def _say_figures(self, position: Position) -> None:
        named, mark = self._named(position), self.followed.mark
        if mark is None:
            result, age = position.in_money(position.realized), ""
            note = self.tr("{} · closed").format(named)
        else:
            position = mark.settled()
            result, age = position.in_money(mark.unrealized), self._age(position.symbol)
            note = named if not age else self.tr("{} · price {} old").format(named, age)
        worst = position.in_money(position.worst)
        self.position.say(
            (
                shown.money(result, position.product),
                Tone.MUTED if age else shown.tone(result),
            ),
            (shown.money(worst, position.product), Tone.MUTED if age else shown.tone(worst)),
        )
        self.position.profit.set_note(note)
        self.position.drawdown.set_note("")

    def _say_total(self) -> None:
        together = self._desk.paths.everything
        path = self._desk.paths.total
        # The picture counts from the start, the sum anew whenever all is flat.
        value, worst = together.value, min(0.0, path.low, together.worst)
        self.total.say(
            (shown.with_arrow(shown.amount(value)), shown.tone(value)),
            (shown.with_arrow(shown.amount(worst)), shown.tone(worst)),
        )
        count = sum(1 for _ in self._desk.book.live())
        left_out = count - together.count
        note = self.tr("All open positions") if count else self.tr("No open position")
        if left_out:
            note = self.tr("{} · {} of {} not in it: no price or no value in USD").format(
                note, left_out, count
            )
        nothing = not count and len(path) <= _LEVEL
        self.total.say_empty(self.tr("No open position. P&L appears here.") if nothing else "")
        self.total.profit.set_note(note)
        self.total.drawdown.set_note(self._since(path.times[0]) if path else "")

    def _named(self, position: Position) -> str:
        recorder = self._desk.book.recorders.get(position.recorder_id)
        return f"{recorder.name if recorder else position.recorder_id} · {position.symbol}"

    def _since(self, at: float) -> str:
        zone = self._setting.zones.zone
        start = at_clock(at, zone)
        today = at_clock(self._desk.clock().timestamp(), zone).date()
        return self.tr("since {}").format(
            f"{start:%H:%M:%S}" if start.date() == today else f"{start:%Y-%m-%d %H:%M}"
        )

    def _age(self, symbol: str) -> str:
        ticked = self._desk.book.prices.get(symbol)
        if ticked is None:
            return ""
        seconds = (self._desk.clock() - ticked.at).total_seconds()
        return shown.age(seconds) if seconds > stale_after(ticked.source) else ""
