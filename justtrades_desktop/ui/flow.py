"""A row of fields that goes on in the next line where the panel is too narrow."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget

from justtrades_desktop.ui.theme import GRID


class Flow(QLayout):
    """Fields from left to right, top to bottom; the last one of a line may grow to its end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(GRID)
        self.setContentsMargins(QMargins(GRID, GRID // 2, GRID, GRID // 2))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        spare = rect.height() - self.heightForWidth(rect.width())
        self._place(rect.adjusted(0, max(0, spare // 2), 0, 0), move=True)

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Lay out within ``rect``; the height that it takes."""
        margins = self.contentsMargins()
        area = rect.marginsRemoved(margins)
        y = area.top()
        for line in self._lines(area.width()):
            tall = max(item.sizeHint().height() for item in line)
            if move:
                _fill(line, QRect(area.left(), y, area.width(), tall), self.spacing())
            y += tall + self.spacing()
        return y - self.spacing() - rect.top() + margins.bottom()

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        lines: list[list[QLayoutItem]] = []
        used = width + 1
        for item in self._items:
            if item.isEmpty():  # hidden
                continue
            wide = item.sizeHint().width()
            if used + wide > width:
                lines.append([])
                used = 0
            lines[-1].append(item)
            used += wide + self.spacing()
        return lines


def _fill(line: list[QLayoutItem], area: QRect, spacing: int) -> None:
    """Give each item of a line its place; what is left goes to the ones that want to grow."""
    wide = [item.sizeHint().width() for item in line]
    left = area.width() - sum(wide) - spacing * (len(line) - 1)
    growing = [at for at, item in enumerate(line) if _grows(item)]
    for at in growing:
        wide[at] += left // len(growing)
    x = area.left()
    for item, width in zip(line, wide, strict=True):
        item.setGeometry(QRect(QPoint(x, area.top()), QSize(width, area.height())))
        x += width + spacing


def _grows(item: QLayoutItem) -> bool:
    widget = item.widget()
    return (
        widget is not None
        and widget.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Expanding
    )
