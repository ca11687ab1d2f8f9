"""A light and its words, as the status bar and the panels show them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtGui import QColor

from justtrades_desktop.ui.theme import Colours


class Level(Enum):
    """How a part is."""

    QUIET = auto()
    GOOD = auto()
    LATE = auto()
    BAD = auto()


@dataclass(frozen=True, slots=True)
class Said:
    """A light and the words beside it; ``more`` is the tool tip."""

    level: Level
    words: str
    more: str = ""


def level_colour(level: Level, colours: Colours) -> QColor:
    """The colour of a light."""
    return {
        Level.QUIET: colours.muted,
        Level.GOOD: colours.good,
        Level.LATE: colours.warning,
        Level.BAD: colours.danger,
    }[level]
