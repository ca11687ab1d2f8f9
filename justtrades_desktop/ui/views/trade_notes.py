"""What the trader wrote about a trade: notes and tags, kept until they are saved."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.ui.parts import plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID

_NOTES_HEIGHT = 7 * GRID
Written = tuple[str, tuple[str, ...]]
"""Notes and tags."""


class TradeNotes(QWidget):
    """Two fields, and a button that is enabled while they hold something unsaved."""

    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._saved: Written = ("", ())
        self.notes = QPlainTextEdit()
        self.notes.setAccessibleName(self.tr("Notes"))
        self.notes.setPlaceholderText(self.tr("What went well, what did not"))
        self.notes.setTabChangesFocus(True)
        self.notes.setMinimumHeight(_NOTES_HEIGHT)
        self.notes.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.tags = QLineEdit()
        self.tags.setAccessibleName(self.tr("Tags"))
        self.tags.setPlaceholderText(self.tr("separated by commas"))
        self.tags.setMinimumHeight(CONTROL)
        self.said = plain_label(wrap=True)
        self.save = QPushButton(self.tr("Save notes"))
        self.save.setAccessibleName(self.tr("Save notes and tags"))
        self.save.setMinimumHeight(CONTROL)
        self.save.clicked.connect(self.save_wanted)
        self.tags.returnPressed.connect(self._on_return)
        self.notes.textChanged.connect(self._on_changed)
        self.tags.textChanged.connect(self._on_changed)
        self._lay_out()
        self._on_changed()

    @property
    def written(self) -> Written:
        """Notes and tags as they stand in the fields."""
        named = (tag.strip() for tag in self.tags.text().split(","))
        return self.notes.toPlainText().strip(), tuple(dict.fromkeys(tag for tag in named if tag))

    @property
    def unsaved(self) -> bool:
        """Whether the fields hold something else than what was saved."""
        return self.written != self._saved

    def show_notes(self, notes: str, tags: tuple[str, ...]) -> None:
        """Show what is saved."""
        self._saved = (notes, tags)
        self.write(notes, tags)
        self.said.clear()

    def follow(self, notes: str, tags: tuple[str, ...]) -> None:
        """Show what is saved by now, unless somebody is typing or it stands there already."""
        if not self.unsaved and (notes, tags) != self._saved:
            self.show_notes(notes, tags)

    def write(self, notes: str, tags: tuple[str, ...]) -> None:
        """Fill the fields as if somebody typed."""
        self.notes.setPlainText(notes)
        self.tags.setText(", ".join(tags))

    def saved(self, written: Written, kept: Written) -> None:
        """What was ``written`` is on disk as ``kept``; what was typed meanwhile stays."""
        self._saved = kept
        if self.written == written != kept:
            self.write(*kept)
        self._on_changed()
        self.said.setText("" if self.unsaved else self.tr("Saved"))

    def _on_return(self) -> None:
        if self.unsaved:
            self.save_wanted.emit()

    def _on_changed(self) -> None:
        self.save.setEnabled(self.unsaved)
        if self.unsaved:
            self.said.clear()

    def _lay_out(self) -> None:
        bottom = QHBoxLayout()
        bottom.addWidget(self.said, 1)
        bottom.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        for text, field in ((self.tr("Notes"), self.notes), (self.tr("Tags"), self.tags)):
            label = plain_label(text)
            label.setBuddy(field)
            layout.addWidget(label)
            layout.addWidget(field, 1 if field is self.notes else 0)
        layout.addLayout(bottom)
