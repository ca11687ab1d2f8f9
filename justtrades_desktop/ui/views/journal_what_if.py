"""What another stop or target would have made of the listed trades, as a curve over its ticks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.trades import Origin
from justtrades_desktop.journal.what_if import Rule, WhatIf, what_if
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.charts.chart import ChartSetting
from justtrades_desktop.ui.charts.curve import Curve
from justtrades_desktop.ui.models.journal_list import Listed
from justtrades_desktop.ui.models.journal_row import cash
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours

MOST: Final = 2_000  # trades whose paths are looked at: the newest of those listed
_AT_ONCE: Final = 100  # paths read together: in between others may ask the ledger too
_STEPS: Final = 60  # points of the curve at most
_PAUSE_MS: Final = 300
_LEAST, _FURTHEST = 1, 100_000


class WhatIfPanel(QWidget):
    """Works only while it is seen, and anew whenever other trades are listed."""

    def __init__(
        self, desk: Desk, colours: Colours, setting: ChartSetting, listed: Callable[[], Listed]
    ) -> None:
        super().__init__()
        self._desk = desk
        self._tasks = setting.tasks
        self._listed = listed
        self._paths: dict[int, Path] = {}
        self._working: asyncio.Task[None] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._start)
        self._make_fields()
        self.curve = Curve(
            self.tr("Net profit"),
            colours,
            setting,
            x_title=self.tr("ticks"),
            y_title=self.tr("net profit"),
            columns=("ticks", "net_profit"),
            definition=self.tr(
                "A trade that reaches the level on its way ends there, at exactly that price and "
                "with the most contracts it held; the others keep their result."
            ),
        )
        self.said = plain_label(wrap=True)
        self._lay_out()
        self.set_colours(colours)

    def ask(self) -> None:
        """Other trades are listed, or another question is put."""
        if self.isVisible():
            self._pause.start()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.curve.set_colours(colours)
        paint(self.said, colours.text)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._pause.stop()
        self._cancel()

    # Working it out

    def _start(self) -> None:
        self._cancel()
        self._working = self._tasks.start(self._work(self._listed()), name="what if")

    def _cancel(self) -> None:
        if self._working is not None:
            self._working.cancel()
            self._working = None

    async def _work(self, listed: Listed) -> None:
        rows = np.sort(listed.rows)[-MOST:]  # the newest closes
        await self._read([listed.trades.trades[row].id for row in rows if _is_own(listed, row)])
        result = await asyncio.to_thread(
            partial(
                what_if,
                listed.trades,
                rows,
                self._paths,
                rule=Rule(self.rule.currentData()),
                ticks=self._ticks(),
                tick_value=self._tick_values(listed.trades.symbols).get,
                currency=listed.figures.currency,
            )
        )
        self._show(result, len(listed) - len(rows), listed.figures.currency or "USD")

    async def _read(self, ids: Sequence[int]) -> None:
        """Have the paths of these trades, and of no others."""
        wanted = set(ids)
        paths = {id_: path for id_, path in self._paths.items() if id_ in wanted}
        missing = [id_ for id_ in ids if id_ not in paths]
        for start in range(0, len(missing), _AT_ONCE):
            paths |= await self._desk.paths_of(missing[start : start + _AT_ONCE])
        self._paths = paths

    def _tick_values(self, symbols: Sequence[str]) -> Mapping[str, float]:
        products = {symbol: self._desk.book.instrument(symbol).product for symbol in symbols}
        return {s: float(product.tick_value) for s, product in products.items() if product}

    def _ticks(self) -> list[int]:
        first, last = sorted((self.first.value(), self.last.value()))
        count = min(_STEPS, last - first + 1)
        return sorted({round(ticks) for ticks in np.linspace(first, last, count)})

    # Showing it

    def _show(self, result: WhatIf, left_out: int, currency: str) -> None:
        self.curve.set_empty(
            "" if result.decided else self.tr("No P&L path is known of these trades.")
        )
        self.curve.draw(result.ticks.astype(float), result.net, self._warning(result, left_out))
        self.said.setText(self._words(result, currency) if result.decided else "")

    def _warning(self, result: WhatIf, left_out: int) -> str:
        parts = [result.warning] if result.warning else []
        if left_out:
            parts.append(
                self.tr("Only the newest {} of the listed trades are in it.").format(f"{MOST:,}")
            )
        return " ".join(parts)

    def _words(self, result: WhatIf, currency: str) -> str:
        best = int(np.argmax(result.net))
        return self.tr(
            "As it was: {}. The best of these: {} at {} ticks, where {} of {} trades would have "
            "ended."
        ).format(
            cash(Fraction(result.own), currency),
            cash(Fraction(float(result.net[best])), currency),
            f"{int(result.ticks[best]):,}",
            f"{int(result.touched[best]):,}",
            f"{result.decided:,}",
        )

    # Building

    def _make_fields(self) -> None:
        self.rule = QComboBox()
        self.rule.setAccessibleName(self.tr("What to try"))
        self.rule.setMinimumHeight(CONTROL)
        self.rule.addItem(self.tr("With a stop"), Rule.STOP.value)
        self.rule.addItem(self.tr("With a target"), Rule.TARGET.value)
        self.rule.currentIndexChanged.connect(self.ask)
        self.first = self._spin(self.tr("From, in ticks"), 4)
        self.last = self._spin(self.tr("To, in ticks"), 200)

    def _spin(self, name: str, value: int) -> QSpinBox:
        field = QSpinBox()
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.setMinimumHeight(CONTROL)
        field.setRange(_LEAST, _FURTHEST)
        field.setValue(value)
        field.valueChanged.connect(self.ask)
        return field

    def _lay_out(self) -> None:
        fields = QHBoxLayout()
        fields.setSpacing(GRID)
        fields.addWidget(self.first, 1)
        fields.addWidget(plain_label(self.tr("to")))
        fields.addWidget(self.last, 1)
        fields.addWidget(plain_label(self.tr("ticks")))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self.rule)
        layout.addLayout(fields)
        layout.addWidget(self.curve, 1)
        layout.addWidget(self.said)


def _is_own(listed: Listed, row: int) -> bool:
    return listed.trades.trades[row].origin is Origin.SIGNALS
