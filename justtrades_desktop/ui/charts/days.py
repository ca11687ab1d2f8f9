"""The days of one month as cells: the number in each, its colour by sign and size."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QEvent, QLocale, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.charts.month import Month
from justtrades_desktop.ui.charts.times import qt_day
from justtrades_desktop.ui.delegates import mixed, tabular, tone_colours
from justtrades_desktop.ui.theme import GRID, Colours

_WEAKEST: Final = 0.12  # of a day's colour, for the smallest result
_STRONGEST: Final = 0.55  # text must stay readable on it
_HEAD: Final = 20
_GAP: Final = 2
_STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -7,
    Qt.Key.Key_Down: 7,
}


class MonthDays(QWidget):
    """The days of one month, painted; arrows move from day to day."""

    day_clicked = Signal(object)  # date
    turned = Signal(object)  # a day of the month that is wanted

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(tabular(self.font()))
        self.setMinimumSize(24 * GRID, 16 * GRID)
        self.month = Month.of(date(2000, 1, 1), {})
        self._most = 1.0
        self._chosen: date | None = None
        self._drawings = 0
        self.set_colours(colours)

    def show_month(self, month: Month, most: float) -> None:
        """Show ``month``; ``most`` is the largest result of any day, without its sign."""
        self.month = month
        self._most = most or 1.0
        if self._chosen is not None and self._chosen.replace(day=1) != month.first:
            self._chosen = None
        self.update()

    @property
    def drawings(self) -> int:
        """How often it was drawn."""
        return self._drawings

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self._tones = tone_colours(colours)
        self.update()

    def text_of(self, day: date) -> str:
        """What stands in a day's cell; empty where nothing was traded."""
        made = self.month.results.get(day)
        return "" if made is None else shown.amount(made)

    def place_of(self, day: date) -> QRect:
        """Where a day's cell is."""
        for row, week in enumerate(self.month.weeks):
            if day in week:
                return self._cell(row, week.index(day))
        return QRect()

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._drawings += 1
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._colours.background)
        painter.setPen(self._colours.muted)
        for column in range(self.month.days + 1):
            head = self._cell(0, column)
            head.moveTop(0)
            head.setHeight(_HEAD)
            painter.drawText(head, Qt.AlignmentFlag.AlignCenter, self._head(column))
        for row, week in enumerate(self.month.weeks):
            for column, day in enumerate(week):
                if day is not None:
                    self._paint_day(painter, self._cell(row, column), day)
            self._paint_sum(painter, self._cell(row, self.month.days), self.month.week_total(row))

    def _head(self, column: int) -> str:
        if column == self.month.days:
            return self.tr("Week")
        return QLocale().dayName(column + 1, QLocale.FormatType.ShortFormat)

    def _paint_day(self, painter: QPainter, cell: QRect, day: date) -> None:
        made = self.month.results.get(day)
        painter.fillRect(cell, self._ground(made))
        inner = cell.adjusted(4, 1, -4, -1)
        painter.setPen(self._colours.muted if made is None else self._colours.text)
        painter.drawText(
            inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, f"{day.day}"
        )
        if made is not None:
            self._paint_amount(painter, inner, made)
        if day == self._chosen:
            painter.setPen(self._colours.accent)
            painter.drawRect(cell.adjusted(0, 0, -1, -1))

    def _paint_amount(self, painter: QPainter, inner: QRect, made: float) -> None:
        metrics = QFontMetrics(self.font())
        text = shown.amount(made)
        if metrics.horizontalAdvance(text) > inner.width():
            text = text.rpartition(".")[0]  # whole money where cents have no room
        low = inner.height() > 2 * metrics.height()
        where = Qt.AlignmentFlag.AlignRight | (
            Qt.AlignmentFlag.AlignBottom if low else Qt.AlignmentFlag.AlignVCenter
        )
        painter.drawText(inner, where, text)

    def _paint_sum(self, painter: QPainter, cell: QRect, made: float | None) -> None:
        if made is not None:
            painter.setPen(self._tones[shown.tone(made)])
            painter.drawText(
                cell.adjusted(4, 1, -4, -1),
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                shown.amount(made),
            )

    def _ground(self, made: float | None) -> QColor:
        if made is None:
            return self._colours.surface
        colour = self._tones[shown.tone(made)]
        if not made:
            return mixed(colour, self._colours.background, _WEAKEST)
        part = _WEAKEST + (_STRONGEST - _WEAKEST) * abs(made) / self._most
        return mixed(colour, self._colours.background, part)

    def _cell(self, row: int, column: int) -> QRect:
        columns, rows = self.month.days + 1, len(self.month.weeks)
        width, height = self.width() - 2 * GRID, self.height() - _HEAD - GRID
        left, right = (GRID + width * n // columns for n in (column, column + 1))
        top, bottom = (_HEAD + height * n // rows for n in (row, row + 1))
        return QRect(left, top, right - left - _GAP, bottom - top - _GAP)

    # Mouse and keys

    def day_at(self, x: int, y: int) -> date | None:
        """The day whose cell is there."""
        for row, week in enumerate(self.month.weeks):
            for column, day in enumerate(week):
                if day is not None and self._cell(row, column).contains(x, y):
                    return day
        return None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        here = event.position().toPoint()
        day = self.day_at(here.x(), here.y())
        if day is not None and event.button() == Qt.MouseButton.LeftButton:
            self._choose(day)
            self._ask_for(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            day = self._chosen or max(self.month.results, default=self.month.first)
            self._choose(day + timedelta(days=_STEPS[key]) if self._chosen else day)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            up = key == Qt.Key.Key_PageUp
            self.turned.emit(self.month.before() if up else self.month.after())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._chosen is not None:
            self._ask_for(self._chosen)
        else:
            super().keyPressEvent(event)

    def _choose(self, day: date) -> None:
        if day.replace(day=1) != self.month.first:
            self.turned.emit(day)
        if day.replace(day=1) == self.month.first:
            self._chosen = day
            self.setAccessibleDescription(self._words(day))
            self.update()

    def _ask_for(self, day: date) -> None:
        if day in self.month.results:
            self.day_clicked.emit(day)

    def _words(self, day: date) -> str:
        named = QLocale().toString(qt_day(day), QLocale.FormatType.LongFormat)
        made = self.month.results.get(day)
        if made is None:
            return self.tr("{}: no trade closed").format(named)
        return f"{named}: {shown.with_arrow(shown.amount(made))}"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            day = self.day_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), self._words(day) if day else "", self)
            return True
        return super().event(event)
