"""What the last signals would have done under settings that are still being edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QDate, QLocale, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTableView, QVBoxLayout, QWidget

from justtrades_desktop.domain.execution import DryRun
from justtrades_desktop.domain.orders import Decision, Verdict
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.delegates import ToneDelegate, colour_table, set_up_table
from justtrades_desktop.ui.format import Tone, tr
from justtrades_desktop.ui.models.table import Column, TableModel
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.wording import held_in_words

_WIDTHS: Final = (15, 9, 10, 10, 9, 11, 70)
_HEIGHT: Final = 24 * GRID
_WOULD: Final = (Verdict.SENT, Verdict.SHADOW, Verdict.DONE, Verdict.WAITING)


class DryRunTable(QWidget):
    """A button that asks, a sentence that answers, and a line for each signal below it."""

    wanted = Signal()
    resized = Signal()

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self.button = QPushButton(self.tr("What would the last 50 signals have done?"))
        self.button.setAccessibleName(self.button.text())
        self.button.setAutoDefault(False)
        self.button.setMinimumHeight(CONTROL)
        self.button.clicked.connect(self.wanted)
        self.said = plain_label(wrap=True, colour=colours.muted)
        self.said.setAccessibleName(self.tr("What the last signals would have done"))
        self.model = TableModel(_columns(), self)
        self.table = QTableView()
        self.table.setAccessibleName(self.tr("Signals and what each would have done"))
        self.table.setModel(self.model)
        self.table.setItemDelegate(ToneDelegate(colours, self.table))
        set_up_table(self.table, _WIDTHS)
        colour_table(self.table, colours)
        self.table.setMinimumHeight(_HEIGHT)
        self.table.hide()
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.button)
        row.addWidget(self.said, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        column.addLayout(row)
        column.addWidget(self.table, 1)

    def set_busy(self, busy: bool) -> None:
        """It is being asked."""
        self.button.setEnabled(not busy)
        if busy:
            self._say(self.tr("Asking…"))

    def show_run(self, run: DryRun) -> None:
        """Show the answer, the newest signal first."""
        self.model.set_rows(reversed(run.lines))
        self.table.setVisible(bool(run.lines))
        self._say(run.said or self.tr("There is no signal yet."), known=True)
        self.resized.emit()

    def refuse(self, text: str) -> None:
        """It could not be answered."""
        self.model.set_rows(())
        self.table.hide()
        self._say(text)
        paint(self.said, self._colours.danger)
        self.resized.emit()

    def outdate(self) -> None:
        """The settings are others now."""
        if self.said.text():
            self._say(self.tr("Changed since: ask again."))

    def _say(self, text: str, *, known: bool = False) -> None:
        self.said.setText(text)
        paint(self.said, self._colours.text if known else self._colours.muted)


def _columns() -> Sequence[Column[Decision]]:
    return (
        Column(title=tr("Signal"), text=_time, sort_key=lambda row: row.at),
        Column(title=tr("Instrument"), text=_instrument, sort_key=_instrument),
        Column(title=tr("Would"), text=_wish, sort_key=_wish, tone=_tone),
        Column(title=tr("From"), text=lambda row: held_in_words(row.before), sort_key=_before),
        Column(title=tr("To"), text=lambda row: held_in_words(row.wanted), sort_key=_wanted),
        Column(title=tr("Price"), text=_price, sort_key=lambda row: row.price, numeric=True),
        Column(title=tr("Why"), text=_reason, sort_key=_reason, tooltip=_reason),
    )


def _time(row: Decision) -> str:
    local = (row.signal_at or row.at).astimezone()
    day = QLocale().toString(QDate(local.year, local.month, local.day), "d MMM")
    return f"{day} {local:%H:%M:%S}"


def _instrument(row: Decision) -> str:
    return shown.one_line(row.symbol or row.contract) or shown.UNKNOWN


def _wish(row: Decision) -> str:
    return tr(row.wish.value) if row.verdict in _WOULD else tr(row.verdict.value)


def _tone(row: Decision) -> Tone:
    if row.verdict in _WOULD:
        return Tone.ACCENT
    return Tone.MUTED if row.verdict is Verdict.NOTHING else Tone.WARNING


def _before(row: Decision) -> int:
    return row.before


def _wanted(row: Decision) -> int:
    return row.wanted


def _price(row: Decision) -> str:
    return shown.price(row.price, None)


def _reason(row: Decision) -> str:
    return shown.one_line(row.reason)
