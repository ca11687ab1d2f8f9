"""The button that saves what is listed in the journal, as CSV or as JSON."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from justtrades_desktop.domain.trades import Trade
from justtrades_desktop.domain.values import plain
from justtrades_desktop.ui.charts.export import Data, as_csv, save
from justtrades_desktop.ui.models.journal_list import Listed
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import CONTROL


class ExportButton(QPushButton):
    """Saves the trades in the order in which they are listed."""

    def __init__(self, listed: Callable[[], Listed], tasks: Tasks) -> None:
        super().__init__()
        self._listed = listed
        self._tasks = tasks
        self.setText(self.tr("Export…"))
        self.setAccessibleName(self.tr("Export the listed trades"))
        self.setMinimumHeight(CONTROL)
        self.menu_of_formats = QMenu(self)
        for text, ending in ((self.tr("As &CSV…"), "csv"), (self.tr("As &JSON…"), "json")):
            action = QAction(text, self.menu_of_formats)
            action.triggered.connect(lambda _=False, ending=ending: self.save_as(ending))
            self.menu_of_formats.addAction(action)
        # Not the button's own menu: that would open in a nested loop.
        self.clicked.connect(self._open_menu)

    def save_as(self, ending: str) -> None:
        """Ask for a file of this kind and write what is listed now."""
        _ = self._tasks.start(self._save(self._listed(), ending), name="export")

    async def _save(self, listed: Listed, ending: str) -> None:
        made = as_json if ending == "json" else as_table
        content = await asyncio.to_thread(made, listed)
        await save(self, self.tr("Export the journal"), f"journal.{ending}", content)

    def _open_menu(self) -> None:
        self.menu_of_formats.popup(self.mapToGlobal(self.rect().topLeft()))


def as_table(trades: Iterable[Trade]) -> bytes:
    """The trades as CSV; what is unknown is empty."""
    rows = (
        [", ".join(value) if isinstance(value, list) else value for value in fields.values()]
        for fields in map(fields_of, trades)
    )
    return as_csv(Data(Trade._fields, rows))


def as_json(trades: Iterable[Trade]) -> bytes:
    """The trades as a list of objects; numbers that must stay exact are strings."""
    text = json.dumps([fields_of(trade) for trade in trades], ensure_ascii=False, indent=1)
    return text.encode()


def fields_of(trade: Trade) -> dict[str, str | int | list[str] | None]:
    """Every field by its name: times in ISO 8601 (UTC), money as it is kept."""
    opened = trade.opened_at
    return {
        "origin": trade.origin.value,
        "id": trade.id,
        "strategy": trade.strategy,
        "symbol": trade.symbol,
        "side": trade.side.value,
        "size": trade.size,
        "opened_at": None if opened is None else opened.isoformat(),
        "closed_at": trade.closed_at.isoformat(),
        **{
            name: None if (value := getattr(trade, name)) is None else plain(value)
            for name in ("entry", "exit", "profit", "fees", "drawdown", "run_up", "risk")
        },
        "adds": trade.adds,
        "exit_reason": trade.exit_reason,
        "currency": trade.currency,
        "notes": trade.notes,
        "tags": list(trade.tags),
    }
