"""The list of recorders: its model, and how a recorder is drawn."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.wording import held_in_words

Index = QModelIndex | QPersistentModelIndex

ROW: Final = Qt.ItemDataRole.UserRole + 1
_NOWHERE: Final = QModelIndex()


@dataclass(frozen=True, slots=True)
class Row:
    """A recorder and what it holds, as the list shows it."""

    recorder: Recorder
    holdings: tuple[tuple[str, int], ...]

    @property
    def in_words(self) -> str:
        """``long 2 MNQ1!, short 1 MES1!``, or ``flat``."""
        if not self.holdings:
            return held_in_words(0)
        return ", ".join(f"{held_in_words(held)} {symbol}" for symbol, held in self.holdings)


class RecorderList(QAbstractListModel):
    """Snapshots of all recorders, oldest first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.rows: list[Row] = []

    def refresh(self) -> None:
        """Take what the desk knows now; tells only what changed."""
        held: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
        for position in sorted((m.position for m in self._desk.book.live()), key=lambda p: p.id):
            held[position.recorder_id].append((position.symbol, position.signed))
        fresh = [Row(r, tuple(held[r.id])) for r in self._desk.recorders]
        if [row.recorder.id for row in fresh] != [row.recorder.id for row in self.rows]:
            self._append(fresh)
        for at, row in enumerate(fresh):
            if row != self.rows[at]:
                self.rows[at] = row
                self.dataChanged.emit(self.index(at), self.index(at))

    def _append(self, fresh: list[Row]) -> None:
        # Recorders are never deleted, so newer ones only come behind.
        self.beginInsertRows(QModelIndex(), len(self.rows), len(fresh) - 1)
        self.rows += fresh[len(self.rows) :]
        self.endInsertRows()

    def at(self, recorder_id: int) -> QModelIndex:
        """Where a recorder stands."""
        for row, each in enumerate(self.rows):
            if each.recorder.id == recorder_id:
                return self.index(row)
        return QModelIndex()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.recorder.name
            case Qt.ItemDataRole.AccessibleTextRole:
                state = "" if row.recorder.enabled else self.tr("switched off, ")
                return f"{row.recorder.name}, {state}{row.in_words}"
            case Qt.ItemDataRole.ToolTipRole:
                return None
            case _:
                return row if role == ROW else None


class RecorderDelegate(QStyledItemDelegate):
    """Two lines: a light and the name; what is held, or that it is off."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.colours = colours

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        line: int = option.fontMetrics.lineSpacing()
        return QSize(16 * GRID, 2 * line + 2 * GRID)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(ROW)
        painter.save()
        ground: QColor | None = None
        if option.state & QStyle.StateFlag.State_Selected:
            ground = QColor(self.colours.accent)
            ground.setAlpha(60)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            ground = QColor(self.colours.grid)
            ground.setAlpha(120)
        if ground is not None:
            painter.fillRect(option.rect, ground)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self.colours.accent)
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        self._light(painter, option.rect, row.recorder.enabled)
        self._lines(painter, option, row)
        painter.restore()

    def _light(self, painter: QPainter, rect: QRect, on: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = self.colours.good if on else self.colours.muted
        painter.setPen(colour)
        painter.setBrush(colour if on else Qt.GlobalColor.transparent)
        painter.drawEllipse(rect.left() + GRID + 2, rect.top() + GRID + 4, 8, 8)

    def _lines(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        rect, metrics = option.rect, option.fontMetrics
        line = metrics.lineSpacing()
        left = rect.left() + 3 * GRID
        width = rect.right() - left - GRID
        elide = Qt.TextElideMode.ElideRight
        top = rect.top() + GRID
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        name = painter.fontMetrics().elidedText(row.recorder.name, elide, width)
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRect(left, top, width, line), align, name)
        painter.setFont(option.font)
        painter.setPen(self.colours.muted)
        told = row.in_words
        if not row.recorder.enabled:
            told = self.tr("off") + (f", {told}" if row.holdings else "")
        told = metrics.elidedText(told, elide, width)
        painter.drawText(QRect(left, top + line, width, line), align, told)
