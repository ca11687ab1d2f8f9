"""Daily results as a calendar: a month of session days, coloured by sign and size."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.charts.chart import Chart, ChartSetting
from justtrades_desktop.ui.charts.days import MonthDays
from justtrades_desktop.ui.charts.export import Data
from justtrades_desktop.ui.charts.month import Month
from justtrades_desktop.ui.charts.times import qt_day
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import GRID, Colours


class CalendarChart(Chart):
    """A click on a day, or Return on the chosen one, asks for its trades."""

    day_clicked = Signal(object)  # date

    def __init__(
        self, title: str, colours: Colours, setting: ChartSetting, *, definition: str = ""
    ) -> None:
        super().__init__(title, colours, setting, definition=definition)
        self._results: Mapping[date, float] = {}
        self.days = MonthDays(colours)
        self.days.setAccessibleName(title)
        self._named = plain_label()
        self.earlier = self._button(Qt.ArrowType.LeftArrow, self.tr("Month before"))
        self.later = self._button(Qt.ArrowType.RightArrow, self.tr("Month after"))
        self.put(self._page())
        self.earlier.clicked.connect(lambda: self.turn_to(self.days.month.before()))
        self.later.clicked.connect(lambda: self.turn_to(self.days.month.after()))
        self.days.turned.connect(self.turn_to)
        self.days.day_clicked.connect(self.day_clicked)
        self.set_colours(colours)

    def draw(self, results: Mapping[date, float]) -> None:
        """Show these results by session day; it turns to the last month unless one is open."""
        last_before = max(self._results, default=None)
        self._results = results
        if not results:
            return
        stays = last_before is not None and self.days.month.first != last_before.replace(day=1)
        self.turn_to(self.days.month.first if stays else max(results))

    def turn_to(self, day: date) -> None:
        """Show the month that ``day`` is in, if there is something from then on or before."""
        if not self._results:
            return
        day = min(max(day, min(self._results).replace(day=1)), max(self._results))
        month = Month.of(day, self._results)
        self.days.show_month(month, max(abs(made) for made in self._results.values()))
        self._named.setText(QLocale().toString(qt_day(month.first), "MMMM yyyy"))
        self.earlier.setEnabled(month.before() >= min(self._results))
        self.later.setEnabled(month.after() <= max(self._results))
        total = month.total
        text = shown.UNKNOWN if total is None else shown.with_arrow(shown.amount(total))
        self.set_value(text, shown.tone(total))

    @property
    def month_text(self) -> str:
        """The name of the month that is shown."""
        return self._named.text()

    def data(self) -> Data:
        """One row for each session day of all months."""
        return Data(
            ("session_day", "result"),
            [(day.isoformat(), made) for day, made in sorted(self._results.items())],
        )

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self.set_frame_colours(colours)
        self.days.set_colours(colours)
        paint(self._named, colours.text)

    def _button(self, arrow: Qt.ArrowType, name: str) -> QToolButton:
        button = QToolButton()
        button.setArrowType(arrow)
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _page(self) -> QWidget:
        page = QWidget()
        top = QHBoxLayout()
        top.setContentsMargins(GRID, 0, GRID, 0)
        top.addWidget(self.earlier)
        self._named.setAlignment(Qt.AlignmentFlag.AlignCenter)
        top.addWidget(self._named, 1)
        top.addWidget(self.later)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addLayout(top)
        layout.addWidget(self.days, 1)
        return page
