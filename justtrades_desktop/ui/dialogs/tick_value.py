"""Saying what a tick of an unknown symbol is worth, so that its P&L becomes money."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.dialogs.by_hand import decimal_of
from justtrades_desktop.ui.dialogs.form import FormDialog, Rows
from justtrades_desktop.ui.parts import plain_label
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import Colours


class TickValueDialog(FormDialog):
    """Asks for tick size and tick value."""

    def __init__(
        self, desk: Desk, symbol: str, tasks: Tasks, colours: Colours, parent: QWidget | None = None
    ) -> None:
        super().__init__("", "", tasks, colours, parent)
        self._desk = desk
        self._symbol = symbol
        self.setWindowTitle(self.tr("Tick value of %1").replace("%1", symbol))
        self.do_button.setText(self.tr("Save"))
        self.do_button.setAccessibleName(self.do_button.text())
        self.tick_size = QLineEdit()
        self.tick_value = QLineEdit()
        known = desk.book.instrument(symbol).product
        if known is not None:
            self.tick_size.setText(f"{known.tick_size:f}")
            self.tick_value.setText(f"{known.tick_value:f}")
        self.tick_size.setPlaceholderText("0.25")
        self.tick_value.setPlaceholderText("0.50")
        self.body.addWidget(
            plain_label(
                self.tr(
                    "%1 is not in the product table, so its P&&L is in points. Its positions are "
                    "valued anew once you say what a tick is worth; the exchange's contract "
                    "specification tells."
                )
                .replace("&&", "&")
                .replace("%1", symbol),
                wrap=True,
            )
        )
        rows = Rows(colours)
        rows.add(self.tr("Tick &size"), self.tick_size, self.tr("The smallest step of the price."))
        rows.add(
            self.tr("Tick &value"),
            self.tick_value,
            self.tr("What one such step is worth per contract, in US dollars."),
        )
        self.body.addLayout(rows)
        self.tick_size.setFocus()

    async def carry_out(self) -> bool:
        size = decimal_of(self.tick_size.text(), self.tr("Tick size"))
        value = decimal_of(self.tick_value.text(), self.tr("Tick value"))
        if size is None or value is None:
            raise UserError(
                self.tr("Both numbers are needed"), self.tr("For MNQ they are 0.25 and 0.50.")
            )
        await self._desk.set_tick_value(self._symbol, size, value)
        return True
