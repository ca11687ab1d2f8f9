"""A page of the orders panel: a table, what to do where it is empty, and buttons for a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QStyleOptionViewItem,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.ui.bridge import Bridge
from justtrades_desktop.ui.broker_words import environment_colour
from justtrades_desktop.ui.delegates import (
    ROW_PADDING,
    ChipDelegate,
    ToneDelegate,
    colour_table,
    set_up_table,
)
from justtrades_desktop.ui.mode import mode_ink
from justtrades_desktop.ui.models.broker_table import BrokerTable, Keyed
from justtrades_desktop.ui.models.cells import MODE_TONES
from justtrades_desktop.ui.models.table import Cell
from justtrades_desktop.ui.models.working_rows import WorkingTable, trouble
from justtrades_desktop.ui.parts import paint, plain_label, plain_tip
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.live_table import LiveTable

KeyedT = TypeVar("KeyedT", bound=Keyed)
_Index = QModelIndex | QPersistentModelIndex
_ROOM: Final = 420  # the widest an empty table's sentence gets


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Generic[KeyedT]):
    """What a page shows: its ``name``, ``widths`` in characters, what to do while it is ``empty``.

    ``mode`` is the column that says whose money it is, ``chips`` are others drawn on a ground.
    ``spare`` are those that give way, the first one first, where there is no room for all.
    """

    name: str
    model: BrokerTable[KeyedT]
    widths: Sequence[int]
    empty: str
    mode: int = 0
    chips: Sequence[int] = ()
    newest_first: bool = False
    spare: Sequence[int] = ()


class OrderPage(QWidget, Generic[KeyedT]):
    """``chosen`` is the row that the buttons act on; they are off while there is none."""

    chosen_changed = Signal()

    def __init__(self, look: Look[KeyedT], bridge: Bridge, colours: Colours) -> None:
        super().__init__()
        self.name = look.name
        self.model = look.model
        self._buttons: list[QPushButton] = []
        self.tones = ToneDelegate(colours, self)
        self._chips = ChipDelegate(colours, self)
        self._modes = ModeDelegate(colours, self)
        self.table = self._make_table(look, bridge)
        # Before any column is stretched or hidden.
        self._widths = [self.table.columnWidth(at) for at in range(len(look.widths))]
        self._spare = tuple(look.spare)
        self.empty = plain_label(look.empty, wrap=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setMaximumWidth(_ROOM)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self._empty_page())
        self.bar = QHBoxLayout()
        self.bar.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        self.bar.setSpacing(GRID)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(self.stack, 1)
        self.column.addLayout(self.bar)
        self.set_colours(colours)
        self.show_rows(())

    @property
    def chosen(self) -> KeyedT | None:
        """The row that is chosen, None where none is."""
        at = self.table.currentIndex().row()
        chosen = self.table.selectionModel().hasSelection()
        return self.model.rows[at] if chosen and 0 <= at < len(self.model.rows) else None

    def show_rows(self, rows: Iterable[KeyedT]) -> None:
        """Show these rows instead of the last ones; a chosen one stays chosen."""
        before = self.chosen
        self.model.show(rows)
        after = self.chosen
        if after is not None and (before is None or after.key != before.key):
            # Qt goes on to the neighbour of a row that is gone: a button would act on that.
            self.table.clearSelection()
            self.table.setCurrentIndex(QModelIndex())
        self.stack.setCurrentIndex(0 if self.model.rows else 1)
        self._tell()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.tones.set_colours(colours)
        self._chips.set_colours(colours)
        self._modes.set_colours(colours)
        colour_table(self.table, colours)
        paint(self.empty, colours.muted)

    def add_button(self, text: str, do: Callable[[], object]) -> QPushButton:
        """A button below the table that acts on the chosen row."""
        button = QPushButton(text)
        button.setAccessibleName(text.replace("…", ""))
        button.setMinimumHeight(CONTROL)
        button.setAutoDefault(False)
        button.setEnabled(False)
        button.clicked.connect(lambda: do())
        self.bar.addWidget(button)
        self._buttons.append(button)
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The least needed columns give way before anything scrolls sideways."""
        super().resizeEvent(event)
        missing = sum(self._widths) - self.width()
        for column in self._spare:
            self.table.setColumnHidden(column, missing > 0)
            missing -= self._widths[column]

    def _make_table(self, look: Look[KeyedT], bridge: Bridge) -> LiveTable:
        table = LiveTable(bridge)
        table.setAccessibleName(look.name)
        table.setModel(look.model)
        table.setItemDelegate(self.tones)
        for column in look.chips:
            table.setItemDelegateForColumn(column, self._chips)
        table.setItemDelegateForColumn(look.mode, self._modes)
        set_up_table(table, look.widths)
        table.setSortingEnabled(True)
        order = Qt.SortOrder
        first = order.DescendingOrder if look.newest_first else order.AscendingOrder
        table.sortByColumn(0, first)
        table.selectionModel().selectionChanged.connect(self._tell)
        return table

    def _empty_page(self) -> QWidget:
        page = QWidget()
        layout = QHBoxLayout(page)
        layout.addStretch(1)
        layout.addWidget(self.empty, 1000)  # as wide as it may be
        layout.addStretch(1)
        return page

    def _tell(self) -> None:
        there = self.chosen is not None
        for button in self._buttons:
            button.setEnabled(there)
        self.chosen_changed.emit()


class ModeDelegate(ToneDelegate):
    """PAPER, DEMO or LIVE on a full ground of its colour: told apart from the other room."""

    def set_colours(self, colours: Colours) -> None:
        super().set_colours(colours)
        self._grounds = {
            MODE_TONES[environment]: environment_colour(environment, colours)
            for environment in Environment
        }

    def _draw(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, cell: Cell
    ) -> None:
        ground = self._grounds.get(cell.tone)
        if ground is None:
            super()._draw(painter, option, area, cell)
            return
        chip = QRectF(area.adjusted(ROW_PADDING // 2, 3, -ROW_PADDING // 2, -3))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(chip, 3, 3)
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(mode_ink())
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, cell.text)
        painter.restore()


class EditDelegate(ToneDelegate):
    """A field in the cell; what cannot be asked for is said beside it while it is typed."""

    def __init__(self, colours: Colours, parent: QObject | None = None) -> None:
        super().__init__(colours, parent)
        self._danger, self._text = colours.danger, colours.text

    def set_colours(self, colours: Colours) -> None:
        super().set_colours(colours)
        self._danger, self._text = colours.danger, colours.text

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        field = QLineEdit(parent)
        field.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        field.setAutoFillBackground(True)
        model = index.model()
        title = model.headerData(index.column(), Qt.Orientation.Horizontal)
        field.setAccessibleName(str(title))
        if isinstance(model, WorkingTable):
            row, column = model.rows[index.row()], index.column()
            field.textEdited.connect(lambda text: self._check(field, trouble(row, column, text)))
        return field

    def _check(self, field: QLineEdit, said: str) -> None:
        colour(field, self._danger if said else self._text)
        field.setAccessibleDescription(said)
        below = field.mapToGlobal(field.rect().bottomLeft())
        if said:
            QToolTip.showText(below, plain_tip(said), field)
        else:
            QToolTip.hideText()


def colour(field: QLineEdit, ink: QColor) -> None:
    """Give what is typed a colour."""
    palette = field.palette()
    palette.setColor(QPalette.ColorRole.Text, ink)
    field.setPalette(palette)


def let_edit(page: OrderPage[KeyedT], colours: Colours, columns: Sequence[int]) -> EditDelegate:
    """Let cells of some columns be edited in place."""
    delegate = EditDelegate(colours, page)
    for column in columns:
        page.table.setItemDelegateForColumn(column, delegate)
    trigger = QAbstractItemView.EditTrigger
    page.table.setEditTriggers(trigger.DoubleClicked | trigger.EditKeyPressed)
    return delegate
