"""What happened in a trade, a line a signal, and the chosen signal's body as it arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QFrame, QSplitter, QTableView, QVBoxLayout, QWidget

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.delegates import ToneDelegate, colour_table, set_up_table
from justtrades_desktop.ui.models.table import TableModel
from justtrades_desktop.ui.models.trade_step import Step, columns
from justtrades_desktop.ui.parts import plain_text_box
from justtrades_desktop.ui.theme import Colours
from justtrades_desktop.ui.views.live_table import LiveTable

_WIDTHS = (19, 26, 24, 12)
_LINES = 4


class TradeSteps(QWidget):
    """All of it came from outside, so all of it is plain text."""

    def __init__(self, bridge: Bridge, colours: Colours) -> None:
        super().__init__()
        self.model: TableModel[Step] = TableModel(columns(None), self)
        self._delegate = ToneDelegate(colours, self)
        self.table = self._build_table(bridge)
        self.body = plain_text_box(self.tr("As it arrived"), lines=_LINES, read_only=True)
        self.body.setFrameShape(QFrame.Shape.NoFrame)
        self.body.setMinimumHeight(0)
        self.body.setMaximumHeight(16_777_215)  # Qt's own most: the splitter decides
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.table)
        split.addWidget(self.body)
        split.setChildrenCollapsible(False)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.set_colours(colours)

    def show_steps(self, steps: Sequence[Step], product: Product | None) -> None:
        """Show these, the first one's alert below."""
        self.model.columns = tuple(columns(product))
        self.body.clear()
        self.model.set_rows(steps)
        self.table.setVisible(bool(steps))
        if steps:
            self.table.selectRow(0)

    def show_row(self, row: Mapping[str, object]) -> None:
        """Show the line of an old file that an imported trade was read from."""
        self.model.set_rows([])
        self.table.hide()
        width = max((len(name) for name in row), default=0)
        lines = (f"{name:<{width}}  {_value(value)}" for name, value in row.items())
        self.body.setPlainText(shown.several_lines("\n".join(lines)))

    def say(self, text: str) -> None:
        """Show a sentence where nothing else is known."""
        self.model.set_rows([])
        self.table.hide()
        self.body.setPlainText(text)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._delegate.set_colours(colours)
        colour_table(self.table, colours)

    def _build_table(self, bridge: Bridge) -> QTableView:
        table = LiveTable(bridge)
        table.setAccessibleName(self.tr("Signals of this trade"))
        table.setModel(self.model)
        table.setItemDelegate(self._delegate)
        set_up_table(table, _WIDTHS)
        table.selectionModel().currentRowChanged.connect(self._on_current)
        return table

    def _on_current(self, current: QModelIndex) -> None:
        if current.isValid():
            line = self.model.rows[current.row()].line
            self.body.setPlainText(shown.several_lines(line.body) if line else "")


def _value(value: object) -> str:
    return shown.UNKNOWN if value is None else str(value)
