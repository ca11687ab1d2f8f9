"""The list of recorders: its model, and how a recorder is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.trading.desk import Desk
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.delegates import tone_colours
from justtrades_desktop.ui.exit_words import rules_in_words
from justtrades_desktop.ui.theme import GRID, Colours
from justtrades_desktop.ui.wording import held_in_words

Index = QModelIndex | QPersistentModelIndex

ROW: Final = Qt.ItemDataRole.UserRole + 1
_NOWHERE: Final = QModelIndex()


class Amounts(NamedTuple):
    """Open P&L of all a recorder's positions, its worst and its best since flat, in dollars."""

    now: float
    worst: float
    best: float


@dataclass(frozen=True, slots=True)
class Row:
    """A recorder and what it holds, as the list shows it; ``amounts`` None where nothing counts."""

    recorder: Recorder
    holdings: tuple[tuple[str, int], ...]
    amounts: Amounts | None = None

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
        fresh = [Row(r, tuple(held[r.id]), self._amounts(r)) for r in self._desk.recorders]
        if [row.recorder.id for row in fresh] != [row.recorder.id for row in self.rows]:
            self._append(fresh)
        for at, row in enumerate(fresh):
            if row != self.rows[at]:
                self.rows[at] = row
                self.dataChanged.emit(self.index(at), self.index(at))

    def _amounts(self, recorder: Recorder) -> Amounts | None:
        together = self._desk.paths.of_recorder(recorder.id)
        if not together.count:
            return None
        return Amounts(
            *(round(each, 2) for each in (together.value, together.worst, together.best))
        )

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
                rules = self.tr(", exits by rule") if row.recorder.exits else ""
                return f"{row.recorder.name}, {state}{row.in_words}{rules}"
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join(self._tips(row)) or None
            case _:
                return row if role == ROW else None

    def _tips(self, row: Row) -> Iterator[str]:
        if row.amounts is not None:
            now, worst, best = (shown.with_arrow(shown.amount(each)) for each in row.amounts)
            told = self.tr("Open P&L %1; worst %2, best %3 since it was last flat")
            yield told.replace("%1", now).replace("%2", worst).replace("%3", best)
        if row.recorder.exits:
            yield rules_in_words(row.recorder.exits)


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
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        room = width - self._amount(painter, option.font, QRect(left, top, width, line), row)
        painter.setFont(bold)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        name = painter.fontMetrics().elidedText(row.recorder.name, elide, room)
        painter.drawText(QRect(left, top, room, line), align, name)
        painter.setFont(option.font)
        painter.setPen(self.colours.muted)
        told = row.in_words
        if not row.recorder.enabled:
            told = self.tr("off") + (f", {told}" if row.holdings else "")
        if row.recorder.exits:
            told = self.tr("%1, rules on").replace("%1", told)
        told = metrics.elidedText(told, elide, width)
        painter.drawText(QRect(left, top + line, width, line), align, told)

    def _amount(self, painter: QPainter, font: QFont, area: QRect, row: Row) -> int:
        """Draw the open P&L at the right; how much room it takes."""
        if row.amounts is None:
            return 0
        text = shown.amount(row.amounts.now)
        painter.setFont(font)
        painter.setPen(tone_colours(self.colours)[shown.tone(row.amounts.now)])
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, right, text)
        return painter.fontMetrics().horizontalAdvance(text) + GRID
