"""The form of a link's settings: a page for each group, and under each field what it does now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.links import DEFAULTS, LinkSettings
from justtrades_desktop.ui.dialogs.link_fields import Editor
from justtrades_desktop.ui.dialogs.link_form_groups import Group, Row, groups
from justtrades_desktop.ui.parts import plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours

_GOES_ON: Final = "…"
_LABELS: Final = 19 * GRID
# What counts only while its switch is on.
_UNDER: Final[Mapping[str, tuple[str, ...]]] = {
    "own_exits": (
        *("targets", "stop", "trail", "trail_after", "trail_step"),
        *("break_even", "break_even_offset"),
    ),
    "adds": ("add_every", "add_apart_ticks", "adds_most"),
}


class LinkForm(QTabWidget):
    """Edits all of :class:`LinkSettings`; ``editors`` are by the names of its fields."""

    changed = Signal()

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self.editors: dict[str, Editor] = {}
        self.told: dict[str, QLabel] = {}
        self._pages: dict[str, int] = {}
        self._above = ""
        self.setAccessibleName(self.tr("Settings of the link"))
        self.setDocumentMode(True)
        for group in groups():
            self.addTab(self._page(group), group.title)
        for editor in self.editors.values():
            editor.changed.connect(self._on_changed)
        self.fill(DEFAULTS)

    def fill(self, settings: LinkSettings) -> None:
        """Show ``settings``."""
        for name, editor in self.editors.items():
            blocked = editor.blockSignals(True)
            editor.fill(getattr(settings, name))
            editor.blockSignals(blocked)
        self._on_changed()

    @property
    def settings(self) -> LinkSettings:
        """What stands there now.

        Raises:
            UserError: a number is missing, or none.
        """
        read: dict[str, Any] = {name: editor.read() for name, editor in self.editors.items()}
        return LinkSettings(**read)

    def tell(self, sentences: Mapping[str, str]) -> None:
        """Say under each field what it does as it stands."""
        for name, label in self.told.items():
            sentence = sentences.get(name, "")
            label.setText(sentence)
            label.setVisible(bool(sentence))
            self.editors[name].explain(sentence)

    def reveal(self, name: str) -> None:
        """Turn to the page of a field."""
        self.setCurrentIndex(self._pages[name])

    def _on_changed(self) -> None:
        for switch, under in _UNDER.items():
            on = bool(self.editors[switch].read())
            for name in under:
                self.editors[name].setEnabled(on)
        self.changed.emit()

    def _page(self, group: Group) -> QWidget:
        inside = QWidget()
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnMinimumWidth(0, _LABELS)
        grid.setColumnStretch(1, 1)
        for at, row in enumerate(group.rows):
            self._pages[row.field] = self.count()
            self._place(grid, 3 * at, row)
        column = QVBoxLayout(inside)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        column.addLayout(grid)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(group.title)
        return area

    def _spoken(self, label: str) -> str:
        """A label that goes on where the one above it ended is read with that."""
        if label.startswith(_GOES_ON):
            return f"{self._above} {label.removeprefix(_GOES_ON)}"
        self._above = label
        return label

    def _place(self, grid: QGridLayout, at: int, row: Row) -> None:
        label = plain_label(row.label)
        label.setBuddy(row.editor)
        label.setMinimumHeight(CONTROL)
        row.editor.name_as(self._spoken(row.label.replace("&", "")))
        told = plain_label(wrap=True, colour=self._colours.muted)
        grid.addWidget(label, at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(row.editor, at, 1)
        grid.addWidget(told, at + 1, 1)
        grid.setRowMinimumHeight(at + 2, GRID)
        self.editors[row.field] = row.editor
        self.told[row.field] = told
