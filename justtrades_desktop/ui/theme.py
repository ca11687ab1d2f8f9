"""How the window looks: Fusion with our own palette, dark and light, and the colours of P&L."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

GRID: Final = 8  # every distance is a multiple of it
CONTROL: Final = 28  # the height of buttons and fields
_STYLE: Final = "fusion"
_EDGE_PERCENT: Final = 127  # what Fusion's edge is darker than the window


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours that carry a meaning; profit and loss hold for colour-blind eyes."""

    profit: QColor
    loss: QColor
    neutral: QColor
    muted: QColor
    accent: QColor
    background: QColor
    surface: QColor
    text: QColor
    grid: QColor
    warning: QColor
    danger: QColor
    good: QColor
    paper: QColor
    demo: QColor
    live: QColor


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme that has been applied."""

    colours: Colours
    dark: bool


def dark_colours() -> Colours:
    """On a nearly black ground."""
    return Colours(
        profit=QColor("#4ea1ff"),
        loss=QColor("#ff9f43"),
        neutral=QColor("#c3c9d2"),
        muted=QColor("#8b94a1"),
        accent=QColor("#3d8bfd"),
        background=QColor("#101317"),
        surface=QColor("#181d23"),
        text=QColor("#e6e9ee"),
        grid=QColor("#2a313a"),
        warning=QColor("#e0a030"),
        danger=QColor("#f0525a"),
        good=QColor("#3fb97f"),
        paper=QColor("#5f7f8f"),
        demo=QColor("#8b6fe0"),
        live=QColor("#e3222e"),
    )


def light_colours() -> Colours:
    """On white."""
    return Colours(
        profit=QColor("#0b5cad"),
        loss=QColor("#b34700"),
        neutral=QColor("#3a424d"),
        muted=QColor("#5f6975"),
        accent=QColor("#0b62c4"),
        background=QColor("#ffffff"),
        surface=QColor("#f3f5f7"),
        text=QColor("#15191e"),
        grid=QColor("#d5dae0"),
        warning=QColor("#a86500"),
        danger=QColor("#c4232c"),
        good=QColor("#1f7a4d"),
        paper=QColor("#587686"),
        demo=QColor("#6a45c9"),
        live=QColor("#c8101c"),
    )


def colours(dark: bool) -> Colours:
    """The colours of one of the two themes."""
    return dark_colours() if dark else light_colours()


def system_is_dark(app: QApplication) -> bool:
    """What the system asks for; dark where it says nothing."""
    return app.styleHints().colorScheme() != Qt.ColorScheme.Light


def apply_theme(app: QApplication, dark: bool) -> Theme:
    """Give every widget of the program the dark or the light look."""
    theme = Theme(colours(dark), dark)
    palette = _palette(theme.colours)
    # Style and style sheet of the whole program would be worked out anew for each of a thousand
    # widgets, which holds everything up. Those of single widgets would keep palettes from others.
    app.setAttribute(Qt.ApplicationAttribute.AA_UseStyleSheetPropagationInWidgetStyles)
    if app.style().name() != _STYLE:
        app.setStyle(_STYLE)
    app.setPalette(palette)
    boxes: Any = "QCheckBox"  # the stubs want bytes, which are refused
    app.setPalette(_box_palette(palette, theme.colours), boxes)
    QToolTip.setPalette(palette)
    return theme


def _palette(colours: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    on_accent = QColor("#ffffff")
    for which, colour in {
        role.Window: colours.surface,
        role.WindowText: colours.text,
        role.Base: colours.background,
        role.AlternateBase: colours.surface,
        role.Text: colours.text,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.BrightText: colours.danger,
        role.ToolTipBase: colours.surface,
        role.ToolTipText: colours.text,
        role.PlaceholderText: colours.muted,
        role.Highlight: colours.accent,
        role.HighlightedText: on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.Light: colours.grid.lighter(120),
        role.Midlight: colours.grid,
        role.Mid: colours.grid,
        role.Dark: colours.grid,
        role.Shadow: colours.background.darker(150),
    }.items():
        palette.setColor(which, colour)
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, colours.muted)
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, colours.grid)
    return palette


def _box_palette(palette: QPalette, colours: Colours) -> QPalette:
    """Fusion draws a box's edge darker than its ground: on a dark one nobody would see it."""
    boxes = QPalette(palette)
    boxes.setColor(QPalette.ColorRole.Window, colours.muted.lighter(_EDGE_PERCENT))
    return boxes
