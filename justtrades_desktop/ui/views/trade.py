"""One finished trade: its figures, its P&L over time, its signals, and what the trader noted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QSplitter, QVBoxLayout, QWidget

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.errors import NotStored, UserError
from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.marker import Marker, markers
from justtrades_desktop.ui.charts.pair import PathCharts
from justtrades_desktop.ui.models import journal_row as row
from justtrades_desktop.ui.models.journal_list import TradeId
from justtrades_desktop.ui.models.trade_step import steps_of
from justtrades_desktop.ui.parts import heading
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.facts import Facts
from justtrades_desktop.ui.views.trade_facts import facts_of, title_of
from justtrades_desktop.ui.views.trade_notes import TradeNotes, Written
from justtrades_desktop.ui.views.trade_steps import TradeSteps
from justtrades_desktop.ui.wording import in_words

_LEFT_WIDTH = 44 * GRID


class TradePage(QWidget):
    """Shows one trade at a time; what was typed and could not be saved is there again later."""

    back_wanted = Signal()
    step_wanted = Signal(int)  # to the next trade of the list, or the one before
    trouble = Signal(str)

    def __init__(self, desk: Desk, bridge: Bridge, colours: Colours, setting: ChartSetting) -> None:
        super().__init__()
        self._desk = desk
        self._tasks = setting.tasks
        self._trade: Trade | None = None
        self._loading: asyncio.Task[None] | None = None
        self._path: Path | None = None
        self._markers: Sequence[Marker] = ()
        self._drafts: dict[TradeId, Written] = {}
        self.title = heading("", points=2.0)
        self.facts = Facts(colours)
        self.notes = TradeNotes()
        self.notes.save_wanted.connect(self.save)
        self.charts = PathCharts(
            self.tr("P&L of the trade"),
            bridge,
            colours,
            setting,
            path=lambda: self._path,
            markers=lambda: self._markers,
        )
        self.steps = TradeSteps(bridge, colours)
        self._make_buttons()
        self._lay_out()

    # What it shows

    @property
    def trade(self) -> Trade | None:
        """What is shown."""
        return self._trade

    @property
    def is_loaded(self) -> bool:
        """Whether its signals and its path were read."""
        return self._loading is not None and self._loading.done()

    def show_trade(self, trade: Trade) -> None:
        """Show this trade; its signals and its path follow once they are read."""
        self.leave()
        self._trade = trade
        self.title.setText(title_of(trade))
        self.facts.show_facts(list(facts_of(trade, self._product(trade))))
        self.notes.show_notes(trade.notes, trade.tags)
        draft = self._drafts.pop(TradeId.of(trade), None)
        if draft is not None:
            self.notes.write(*draft)
        self._show_path(None, ())
        self.steps.say(self.tr("Reading…"))
        if self._loading is not None:
            self._loading.cancel()
        self._loading = self._tasks.start(self._load(trade), name="trade")

    def refresh(self, trade: Trade) -> None:
        """Something about the shown trade is new; what is being typed stays."""
        if self._trade is None or TradeId.of(trade) != TradeId.of(self._trade):
            return
        self._trade = trade
        self.facts.show_facts(list(facts_of(trade, self._product(trade))))
        self.notes.follow(trade.notes, trade.tags)

    def show_neighbours(self, before: bool, after: bool) -> None:
        """Whether the list has a trade before and after this one."""
        self.before.setEnabled(before)
        self.after.setEnabled(after)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.facts.set_colours(colours)
        self.charts.set_colours(colours)
        self.steps.set_colours(colours)

    # Notes

    def save(self) -> None:
        """Save notes and tags as they stand in the fields."""
        if self._trade is not None and self.notes.unsaved:
            work = self._save(TradeId.of(self._trade), self.notes.written)
            _ = self._tasks.start(work, name="notes")

    def leave(self) -> None:
        """Another trade or page comes: what was typed is saved."""
        self.save()

    async def _save(self, which: TradeId, written: Written) -> None:
        notes, tags = written
        try:
            await self._desk.note_trade(which.origin, which.id, notes=notes, tags=tags)
        except (UserError, NotStored) as error:
            if not self._shows(which):
                self._drafts[which] = written
            self.trouble.emit(in_words(error))
            return
        kept = await self._desk.trade(which.origin, which.id)  # tags are kept tidied up
        if kept is not None and self._shows(which):
            self.notes.saved(written, (kept.notes, kept.tags))

    def _shows(self, which: TradeId) -> bool:
        return self._trade is not None and TradeId.of(self._trade) == which

    # Reading

    async def _load(self, trade: Trade) -> None:
        if trade.origin is Origin.IMPORTED:
            self.charts.hide()
            self.steps.show_row(json.loads(await self._desk.imported_row(trade.id)))
            return
        lines = await self._desk.signals_of(trade.id)
        legs = await self._desk.legs(trade.id)
        path = await self._desk.path(trade.id)
        product = self._product(trade)
        self.steps.show_steps(steps_of(lines, legs), product)
        self._show_path(path, markers(legs, trade.side, product))
        if not path:
            self._say_no_path()

    def _show_path(self, path: Path | None, found: Sequence[Marker]) -> None:
        self._path, self._markers = path, found
        self.charts.show()
        trade = self._trade
        if trade is None:
            return
        for chart, value in (
            (self.charts.profit, trade.profit),
            (self.charts.drawdown, trade.drawdown),
        ):
            chart.set_empty("")
            chart.set_value(row.cash(value, trade.currency), row.money_tone(value))
        self.charts.span.follow()
        self.charts.draw()

    def _say_no_path(self) -> None:
        self.charts.profit.set_empty(self.tr("How its P&L went was not recorded."))
        self.charts.drawdown.set_empty(self.tr("Not recorded"))

    def _product(self, trade: Trade) -> Product | None:
        return self._desk.book.instrument(trade.symbol).product

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.leave()

    # Building

    def _make_buttons(self) -> None:
        self.back = self._button(self.tr("Back"), self.tr("Back to the journal"), "Esc")
        self.before = self._button(self.tr("Previous"), self.tr("Previous trade"), "Alt+Left")
        self.after = self._button(self.tr("Next"), self.tr("Next trade"), "Alt+Right")
        self.back.clicked.connect(self.back_wanted)
        self.before.clicked.connect(lambda: self.step_wanted.emit(-1))
        self.after.clicked.connect(lambda: self.step_wanted.emit(1))

    def _button(self, text: str, name: str, key: str) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(name)
        button.setToolTip(f"{name} ({key})")
        button.setMinimumHeight(CONTROL)
        QShortcut(
            QKeySequence(key),
            self,
            button.click,
            context=Qt.ShortcutContext.WidgetWithChildrenShortcut,
        )
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        top.setSpacing(GRID)
        top.addWidget(self.back)
        top.addWidget(self.title, 1)
        top.addWidget(self.before)
        top.addWidget(self.after)
        right = QSplitter(Qt.Orientation.Vertical)
        right.addWidget(self.charts)
        right.addWidget(self.steps)
        right.setChildrenCollapsible(False)
        right.setStretchFactor(0, 3)
        right.setStretchFactor(1, 2)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self._left())
        split.addWidget(right)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(1, 1)
        split.setSizes([_LEFT_WIDTH, 2 * _LEFT_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(split, 1)

    def _left(self) -> QWidget:
        self.facts.setContentsMargins(GRID, GRID, GRID, GRID)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.facts)
        self.notes.setContentsMargins(GRID, 0, GRID, GRID)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area, 3)
        column.addWidget(self.notes, 2)
        return left
