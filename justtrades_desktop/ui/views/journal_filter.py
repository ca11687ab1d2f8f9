"""The filter of the journal: which trades are listed, counted up and exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from enum import Enum, auto
from typing import Any, Final

from PySide6.QtCore import QDate, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QLineEdit, QPushButton, QSizePolicy, QWidget

from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Origin
from justtrades_desktop.journal.wanted import Result, Wanted
from justtrades_desktop.ui.flow import Flow
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.models.journal_row import origin_words
from justtrades_desktop.ui.theme import CONTROL, GRID

_PAUSE_MS: Final = 300  # after the last key, before the search begins
_SEARCH_WIDTH: Final = 16 * GRID
_LETTERS: Final = 8  # of a list's choices that are always seen
_DATES: Final = "yyyy-MM-dd"


class Period(Enum):
    """Session days by name; ``CUSTOM`` asks for two dates."""

    ALL = auto()
    TODAY = auto()
    WEEK = auto()
    MONTH = auto()
    YEAR = auto()
    CUSTOM = auto()


class JournalFilter(QWidget):
    """One list for each thing that trades are told apart by, the dates, and a search."""

    changed = Signal()

    def __init__(self, today: Callable[[], date]) -> None:
        """``today`` is the session day now."""
        super().__init__()
        self._today = today
        self._telling = True
        self._make_lists()
        self._make_dates()
        self._make_search()
        self._lay_out()

    # What is asked for

    def wanted(self) -> Wanted:
        """What the fields ask for now."""
        first, last = self._days()
        return Wanted(
            strategy=self.strategy.currentData(),
            symbol=self.symbol.currentData(),
            side=_member(Side, self.side.currentData()),
            first_day=first,
            last_day=last,
            result=_member(Result, self.result.currentData()),
            tag=self.tag.currentData(),
            text=self.search.text().strip(),
            origin=_member(Origin, self.origin.currentData()),
        )

    def ask_for(self, wanted: Wanted) -> None:
        """Ask for something else."""
        self._telling = False
        for choice, value in (
            (self.strategy, wanted.strategy),
            (self.symbol, wanted.symbol),
            (self.side, _value(wanted.side)),
            (self.result, _value(wanted.result)),
            (self.tag, wanted.tag),
            (self.origin, _value(wanted.origin)),
        ):
            choice.setCurrentIndex(max(0, choice.findData(value)))
        self._ask_for_days(wanted.first_day, wanted.last_day)
        self.search.setText(wanted.text)
        self._telling = True
        self._tell()

    def set_choices(
        self, *, strategies: Iterable[str], symbols: Iterable[str], tags: Iterable[str]
    ) -> None:
        """What there is to choose from; a choice that is gone becomes no choice."""
        before = self.wanted()
        self._telling = False
        for choice, texts in (
            (self.strategy, strategies),
            (self.symbol, symbols),
            (self.tag, tags),
        ):
            _offer(choice, texts)
        self._telling = True
        if self.wanted() != before:
            self._tell()

    # Building

    def _make_lists(self) -> None:
        self.strategy = self._list(self.tr("Strategy"), self.tr("All strategies"))
        self.symbol = self._list(self.tr("Symbol"), self.tr("All symbols"))
        self.side = self._list(
            self.tr("Side"),
            self.tr("Both sides"),
            (self.tr("Long"), Side.LONG.value),
            (self.tr("Short"), Side.SHORT.value),
        )
        self.result = self._list(
            self.tr("Result"),
            self.tr("All results"),
            (self.tr("Winners"), Result.WIN.value),
            (self.tr("Losers"), Result.LOSS.value),
            (self.tr("Even"), Result.EVEN.value),
        )
        self.tag = self._list(self.tr("Tag"), self.tr("All tags"))
        self.origin = self._list(
            self.tr("Origin"),
            self.tr("All origins"),
            *((origin_words(origin), origin.value) for origin in Origin),
        )

    def _list(self, name: str, every: str, *choices: tuple[str, Any]) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(name)
        choice.setToolTip(name)
        choice.setMinimumHeight(CONTROL)
        # A long name must not push the others into the next line.
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(_LETTERS)
        choice.addItem(every, None)
        for text, value in choices:
            choice.addItem(text, value)
        choice.currentIndexChanged.connect(self._tell)
        return choice

    def _make_dates(self) -> None:
        self.period = self._list(self.tr("Session days"), self.tr("All dates"))
        self.period.setItemData(0, Period.ALL)
        for text, period in (
            (self.tr("Today"), Period.TODAY),
            (self.tr("This week"), Period.WEEK),
            (self.tr("This month"), Period.MONTH),
            (self.tr("This year"), Period.YEAR),
            (self.tr("From … to …"), Period.CUSTOM),
        ):
            self.period.addItem(text, period)
        self.first, self.last = self._date(self.tr("From")), self._date(self.tr("To"))
        self.period.currentIndexChanged.connect(self._show_dates)
        self._show_dates()

    def _date(self, name: str) -> QDateEdit:
        field = QDateEdit()
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.setDisplayFormat(_DATES)
        field.setCalendarPopup(True)
        field.setMinimumHeight(CONTROL)
        field.setDate(_qt(self._today()))
        field.setKeyboardTracking(False)  # half a year is no date yet
        field.dateChanged.connect(self._tell)
        return field

    def _make_search(self) -> None:
        self.search = QLineEdit()
        self.search.setAccessibleName(self.tr("Search trades"))
        self.search.setPlaceholderText(self.tr("Search notes…"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumHeight(CONTROL)
        self.search.setMinimumWidth(_SEARCH_WIDTH)
        self.search.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._tell)
        self.search.textChanged.connect(lambda _: self._telling and self._pause.start())
        self.search.returnPressed.connect(self._tell)

    def _lay_out(self) -> None:
        self.clear = QPushButton(self.tr("Clear"))
        self.clear.setAccessibleName(self.tr("Clear the filter"))
        self.clear.setMinimumHeight(CONTROL)
        self.clear.setEnabled(False)
        self.clear.clicked.connect(lambda: self.ask_for(Wanted()))
        flow = Flow(self)
        for field in (
            self.strategy,
            self.symbol,
            self.side,
            self.result,
            self.tag,
            self.origin,
            self.period,
            self.first,
            self.last,
            self.search,
            self.clear,
        ):
            flow.addWidget(field)

    # Dates

    def _days(self) -> tuple[date | None, date | None]:
        today = self._today()
        match self.period.currentData():
            case Period.TODAY:
                return today, today
            case Period.WEEK:
                return today - timedelta(days=today.weekday()), today
            case Period.MONTH:
                return today.replace(day=1), today
            case Period.YEAR:
                return today.replace(month=1, day=1), today
            case Period.CUSTOM:
                days = sorted((_python(self.first.date()), _python(self.last.date())))
                return days[0], days[1]
            case _:
                return None, None

    def _ask_for_days(self, first: date | None, last: date | None) -> None:
        if first is None and last is None:
            self.period.setCurrentIndex(0)
            return
        self.first.setDate(_qt(first or last or self._today()))
        self.last.setDate(_qt(last or self._today()))
        self.period.setCurrentIndex(self.period.findData(Period.CUSTOM))

    def _show_dates(self) -> None:
        custom = self.period.currentData() is Period.CUSTOM
        self.first.setVisible(custom)
        self.last.setVisible(custom)

    def _tell(self) -> None:
        if self._telling:
            self._pause.stop()
            self.clear.setEnabled(bool(self.wanted()))
            self.changed.emit()


def _offer(choice: QComboBox, texts: Iterable[str]) -> None:
    """Let the list offer these texts behind its first line; its choice stays where it can."""
    chosen = choice.currentData()
    choice.setUpdatesEnabled(False)
    while choice.count() > 1:
        choice.removeItem(choice.count() - 1)
    for text in texts:
        choice.addItem(one_line(text), text)
    choice.setCurrentIndex(max(0, choice.findData(chosen)))
    choice.setUpdatesEnabled(True)


def _member(kind: Any, value: str | None) -> Any:
    return None if value is None else kind(value)


def _value(member: Side | Result | Origin | None) -> str | None:
    return None if member is None else member.value


def _qt(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _python(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())
