"""One table model for every panel: snapshots in rows, and columns that know how to show them."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from justtrades_desktop.ui.format import Tone

RowT = TypeVar("RowT")

CellRole: Final = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_NOWHERE: Final = QModelIndex()


@dataclass(frozen=True, slots=True)
class Cell:
    """All that is needed to draw a cell."""

    text: str
    tone: Tone
    numeric: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Generic[RowT]):
    """How one field of a row is shown, sorted, coloured and read aloud.

    ``sort_key`` None means unknown: such rows stay below the others in both directions.
    ``state`` is whatever the cell's looks depend on: a cell whose state stays is not drawn anew.
    """

    title: str
    text: Callable[[RowT], str]
    sort_key: Callable[[RowT], Any]
    numeric: bool = False
    hint: str = ""
    tone: Callable[[RowT], Tone] | None = None
    tooltip: Callable[[RowT], str] | None = None
    spoken: Callable[[RowT], str] | None = None
    state: Callable[[RowT], object] | None = None

    def differs(self, before: RowT, after: RowT) -> bool:
        """Whether the cell must be drawn anew."""
        state = self.state or self.text
        return state(before) != state(after)


class Sheet(QAbstractTableModel, Generic[RowT]):
    """What Qt asks of a table whose rows are looked up by their place, wherever they are kept."""

    def __init__(self, columns: Sequence[Column[RowT]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: Sequence[RowT] = ()
        self._roles: dict[int, Callable[[Column[RowT], RowT], object]] = {
            _Role.DisplayRole: lambda column, row: column.text(row),
            _Role.TextAlignmentRole: lambda column, _: _RIGHT if column.numeric else _LEFT,
            _Role.ToolTipRole: _tooltip,
            _Role.AccessibleTextRole: _spoken,
            CellRole: _cell,
        }
        self._sorted_by: tuple[int, bool] | None = None

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        read = self._roles.get(role)
        if read is None or not index.isValid():
            return None
        return read(self.columns[index.column()], self.rows[index.row()])

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == _Role.DisplayRole:
            return column.title
        if role == _Role.ToolTipRole:
            return column.hint or None
        if role == _Role.TextAlignmentRole:
            return _RIGHT if column.numeric else _LEFT
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        descending = order is Qt.SortOrder.DescendingOrder
        self._sorted_by = (column, descending) if column >= 0 else None
        self.sort_again()

    def sort_again(self) -> None:
        """Bring the rows into the chosen order; nothing is told where they are in it already."""
        raise NotImplementedError


class TableModel(Sheet[RowT]):
    """Rows of snapshots. Subclasses decide which rows there are; views sort through ``sort``."""

    rows: list[RowT]

    def __init__(self, columns: Sequence[Column[RowT]], parent: QObject | None = None) -> None:
        super().__init__(columns, parent)
        self.rows = []

    def sort_again(self) -> None:
        if self._sorted_by is None:
            return
        order = self._order(*self._sorted_by)
        if order == list(range(len(order))):
            return
        self.layoutAboutToBeChanged.emit()
        self.rows = [self.rows[place] for place in order]
        moved_to = {before: after for after, before in enumerate(order)}
        kept = self.persistentIndexList()
        self.changePersistentIndexList(
            kept, [self.index(moved_to[index.row()], index.column()) for index in kept]
        )
        self._moved()
        self.layoutChanged.emit()

    def set_rows(self, rows: Iterable[RowT]) -> None:
        """Show other rows altogether."""
        self.beginResetModel()
        self.rows = list(rows)
        if self._sorted_by is not None:
            self.rows = [self.rows[place] for place in self._order(*self._sorted_by)]
        self._moved()
        self.endResetModel()

    def insert(self, at: int, rows: Sequence[RowT]) -> None:
        """Put rows in."""
        if not rows:
            return
        self.beginInsertRows(QModelIndex(), at, at + len(rows) - 1)
        self.rows[at:at] = rows
        self._moved()
        self.endInsertRows()

    def remove(self, places: Iterable[int]) -> None:
        """Take rows out, one message for each run of neighbours, from below."""
        for first, last in reversed(list(runs(sorted(places)))):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self.rows[first : last + 1]
            self._moved()
            self.endRemoveRows()

    def replace(self, rows: Mapping[int, RowT], columns: Sequence[int] | None = None) -> None:
        """Put newer snapshots into their places and tell of the cells that look different.

        Neighbouring rows that changed in the same columns share one message. ``columns`` says
        which ones can have changed at all.
        """
        asked = range(len(self.columns)) if columns is None else columns
        changed: dict[int, tuple[int, int]] = {}
        for place, row in rows.items():
            before, self.rows[place] = self.rows[place], row
            different = [c for c in asked if self.columns[c].differs(before, row)]
            if different:
                changed[place] = (different[0], different[-1])
        for first, last in runs(sorted(changed)):
            spans = [changed[place] for place in range(first, last + 1)]
            left, right = min(span[0] for span in spans), max(span[1] for span in spans)
            self.dataChanged.emit(self.index(first, left), self.index(last, right))

    def _moved(self) -> None:
        """Rows have other places now."""

    def _order(self, column: int, descending: bool) -> list[int]:
        key = self.columns[column].sort_key
        known: list[tuple[Any, int]] = []
        unknown: list[int] = []
        for place, row in enumerate(self.rows):
            value = key(row)
            if value is None:
                unknown.append(place)
            else:
                known.append((value, place))
        known.sort(key=lambda pair: pair[0], reverse=descending)
        return [place for _, place in known] + unknown


def runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of neighbours in ascending ``places``."""
    start = 0
    for end in range(1, len(places) + 1):
        if end == len(places) or places[end] != places[end - 1] + 1:
            yield places[start], places[end - 1]
            start = end


def _cell(column: Column[RowT], row: RowT) -> Cell:
    tone = column.tone(row) if column.tone else Tone.TEXT
    return Cell(column.text(row), tone, column.numeric)


def _tooltip(column: Column[RowT], row: RowT) -> str | None:
    text = column.tooltip(row) if column.tooltip else ""
    # Qt takes what looks like HTML for HTML, and this may come from an alert.
    return f"<span>{html.escape(text)}</span>" if text else None


def _spoken(column: Column[RowT], row: RowT) -> str:
    said = column.spoken(row) if column.spoken else column.text(row)
    return f"{column.title}: {said}"
