"""The frame around every chart: title with its definition, figure, empty state, and ways out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.ui.charts.export import Data, as_csv, as_png, save
from justtrades_desktop.ui.charts.times import Zones, zone_name
from justtrades_desktop.ui.delegates import tabular, tone_colours
from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.memory import Zone
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.tasks import Tasks
from justtrades_desktop.ui.theme import GRID, Colours


@dataclass(frozen=True, slots=True)
class ChartSetting:
    """What all charts of a window share: its tasks, and the clock they show."""

    tasks: Tasks
    zones: Zones


class Note(QLabel):
    """A line that ends in dots where there is no room for it."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def say(self, text: str) -> None:
        """Show ``text``; in full where the pointer rests on it."""
        if text != self.text():
            self.setText(text)
            self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)


class Chart(QWidget):
    """A titled picture that can be copied and saved, and whose numbers can be had as CSV."""

    def __init__(
        self, title: str, colours: Colours, setting: ChartSetting, *, definition: str = ""
    ) -> None:
        super().__init__()
        self.title = title
        self._setting = setting
        self._tone = Tone.MUTED
        self.setAccessibleName(title)
        self._title = plain_label(title)
        self._title.setToolTip(definition)
        self._note = Note()
        self._value = plain_label()
        self._empty = plain_label(wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.more = QToolButton()
        self._body = QStackedWidget()
        self._lay_out()
        self._menu = QMenu(self)
        self._fill_menu()
        self.set_frame_colours(colours)

    # What it shows

    def put(self, picture: QWidget) -> None:
        """The picture inside the frame."""
        self._body.insertWidget(0, picture)
        self._body.setCurrentIndex(0)

    def set_value(self, text: str, tone: Tone) -> None:
        """The last value, in words beside the title."""
        self._value.setText(text)
        if tone is not self._tone:
            self._tone = tone
            paint(self._value, self._tones[tone])
        self.setAccessibleDescription(text)

    def set_note(self, text: str) -> None:
        """What there is to know about it, in words."""
        self._note.say(text)

    def set_empty(self, text: str) -> None:
        """Say why there is no picture; with no text there is one."""
        self._empty.setText(text)
        self._body.setCurrentIndex(1 if text else 0)

    @property
    def value_text(self) -> str:
        """What stands beside the title."""
        return self._value.text()

    @property
    def note_text(self) -> str:
        """What stands under the title."""
        return self._note.text()

    @property
    def empty_text(self) -> str:
        """What stands where there is no picture."""
        return self._empty.text() if self._body.currentIndex() else ""

    @property
    def definition(self) -> str:
        """What it shows, in words: the title's tooltip."""
        return self._title.toolTip()

    def data(self) -> Data:
        """The numbers behind the picture."""
        raise NotImplementedError

    def set_frame_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._focus_colour = QColor(colours.accent)
        self._tones = tone_colours(colours)
        paint(self._title, colours.text)
        paint(self._value, self._tones[self._tone])
        for label in (self._note, self._empty):
            paint(label, colours.muted)
        self.more.setStyleSheet(
            f"QToolButton {{ border: none; color: {colours.muted.name()};"
            f" padding: 0 {GRID // 2}px; }}"
            f"QToolButton:hover, QToolButton:focus {{ color: {colours.text.name()};"
            f" background: {colours.grid.name()}; }}"
        )

    # Ways out

    def copy_picture(self) -> None:
        """Put the chart as it is on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.grab())

    def save_picture(self) -> None:
        """Ask for a file and save the chart as it is now."""
        content = as_png(self.grab())
        self._start(save(self, self.tr("Save the picture"), self._file("png"), content))

    def save_data(self) -> None:
        """Ask for a file and save the numbers as they are now."""
        content = as_csv(self.data())
        self._start(save(self, self.tr("Save the data"), self._file("csv"), content))

    def _start(self, coroutine: Coroutine[Any, Any, object]) -> None:
        _ = self._setting.tasks.start(coroutine, name="save chart")

    def _file(self, ending: str) -> str:
        words = "".join(c if c.isalnum() else " " for c in self.title.lower()).split()
        return f"{'-'.join(words) or 'chart'}.{ending}"

    # The menu

    def actions_of_its_own(self) -> list[tuple[str, Callable[[], None]]]:
        """What else its menu offers."""
        return []

    def _fill_menu(self) -> None:
        for text, do in self.actions_of_its_own():
            self._add(text, do)
        if self._menu.actions():
            self._menu.addSeparator()
        self._add(self.tr("&Copy picture"), self.copy_picture)
        self._add(self.tr("&Save as PNG…"), self.save_picture)
        self._add(self.tr("&Data as CSV…"), self.save_data)
        self._menu.addSeparator()
        self._menu.addMenu(ZoneMenu(self.tr("&Time"), self._setting.zones, self._menu))

    def _add(self, text: str, do: Callable[[], None]) -> None:
        action = QAction(text, self._menu)
        action.triggered.connect(lambda: do())
        self._menu.addAction(action)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._menu.popup(event.globalPos())
        event.accept()

    def _open_menu(self) -> None:
        self._menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    # The frame

    def _lay_out(self) -> None:
        bold = self._value.font()
        bold.setBold(True)
        self._value.setFont(tabular(bold))
        self.more.setText("⋯")
        self.more.setAutoRaise(True)
        self.more.setToolTip(self.tr("Picture, data and time of this chart"))
        self.more.setAccessibleName(self.tr("More of {}").format(self.title))
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Not the button's own menu: that would open in a nested loop.
        self.more.clicked.connect(self._open_menu)
        self._body.addWidget(self._empty)
        top = QHBoxLayout()
        top.setContentsMargins(GRID, 2, GRID // 2, 0)
        top.setSpacing(GRID)
        top.addWidget(self._title)
        top.addWidget(self._note, 1)
        top.addWidget(self._value)
        top.addWidget(self.more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._body, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(self._focus_colour)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))


class ZoneMenu(QMenu):
    """Offers the clocks; the chosen one is ticked, wherever it was chosen."""

    def __init__(self, title: str, zones: Zones, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._zones = zones
        group = QActionGroup(self)
        self._choices: dict[Zone, QAction] = {}
        for zone in Zone:
            action = QAction(zone_name(zone), self)
            action.setCheckable(True)
            action.setChecked(zone is zones.zone)
            action.triggered.connect(partial(zones.choose, zone))
            group.addAction(action)
            self.addAction(action)
            self._choices[zone] = action
        zones.changed.connect(self._on_changed)

    def _on_changed(self, zone: Zone) -> None:
        self._choices[zone].setChecked(True)
