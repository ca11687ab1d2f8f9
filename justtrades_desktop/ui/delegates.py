"""How cells are drawn: P&L and words in the colour of their tone, outcomes as a chip."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from justtrades_desktop.ui.format import Tone
from justtrades_desktop.ui.models.table import Cell, CellRole
from justtrades_desktop.ui.theme import Colours

ROW_PADDING: Final = 8
_SELECTED: Final = 0.22  # how much of the accent a chosen row takes: P&L must stay readable on it
_CHIP: Final = 0.18
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_FIGURES: Final = "0123456789-,. "
_Index = QModelIndex | QPersistentModelIndex


def tone_colours(colours: Colours) -> dict[Tone, QColor]:
    """The colour of each tone."""
    return {
        Tone.TEXT: colours.text,
        Tone.PROFIT: colours.profit,
        Tone.LOSS: colours.loss,
        Tone.NEUTRAL: colours.neutral,
        Tone.MUTED: colours.muted,
        Tone.GOOD: colours.good,
        Tone.ACCENT: colours.accent,
        Tone.WARNING: colours.warning,
        Tone.DANGER: colours.danger,
    }


def mixed(colour: QColor, ground: QColor, part: float) -> QColor:
    """``part`` of ``colour`` on ``ground``."""
    rest = 1 - part
    return QColor.fromRgbF(
        colour.redF() * part + ground.redF() * rest,
        colour.greenF() * part + ground.greenF() * rest,
        colour.blueF() * part + ground.blueF() * rest,
    )


def chosen_ground(colours: Colours) -> QColor:
    """The ground of a chosen row."""
    return mixed(colours.accent, colours.background, _SELECTED)


def tabular(font: QFont) -> QFont:
    """``font`` with figures of one width, so that digits stand below each other."""
    figures = QFont(font)
    figures.setFeature(QFont.Tag("tnum"), 1)
    return figures


class ToneDelegate(QStyledItemDelegate):
    """Text in the colour of its tone, also on a chosen row.

    Drawn by hand from one question to the model: a table that ticks all day would otherwise spend
    most of its time in asking for fonts, icons and check boxes that no cell has.
    """

    def __init__(self, colours: Colours, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.set_colours(colours)

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._tones = tone_colours(colours)
        self._chosen = chosen_ground(colours)
        self._figure = 0  # the width of the widest, not known yet

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        cell: Cell = index.data(CellRole)
        area: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, self._chosen)
        if cell.text:
            self._draw(painter, option, area, cell)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width() + 2 * ROW_PADDING, size.height())

    def _draw(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, cell: Cell
    ) -> None:
        text, width = cell.text, area.width() - 2 * ROW_PADDING
        if not self._surely_fits(cell, option, width):
            text = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        painter.setPen(self._tones[cell.tone])
        inner = area.adjusted(ROW_PADDING, 0, -ROW_PADDING, 0)
        painter.drawText(inner, _RIGHT if cell.numeric else _LEFT, text)

    def _surely_fits(self, cell: Cell, option: QStyleOptionViewItem, width: int) -> bool:
        """Most do, and to measure a text takes half as long as to draw it."""
        if not cell.numeric:  # letters are narrower than rows are high
            return 2 * len(cell.text) * option.rect.height() <= 3 * width
        if not self._figure:
            metrics = option.fontMetrics
            self._figure = max(metrics.horizontalAdvance(figure) for figure in _FIGURES)
        # One sign, an arrow say, and then figures.
        return self._figure * len(cell.text) + option.rect.height() <= width


class ChipDelegate(ToneDelegate):
    """A word on a rounded ground in a weak shade of its own colour."""

    def _draw(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, cell: Cell
    ) -> None:
        metrics = option.fontMetrics
        width = min(metrics.horizontalAdvance(cell.text) + 2 * ROW_PADDING, area.width())
        chip = QRectF(0, 0, width, metrics.height())
        chip.moveCenter(QRectF(area).center())
        chip.moveLeft(area.left())
        colour = self._tones[cell.tone]
        ground = QColor(colour)
        ground.setAlphaF(_CHIP)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(chip, chip.height() / 2, chip.height() / 2)
        painter.setPen(colour)
        painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, cell.text)
        painter.restore()


def set_up_table(table: QTableView, widths: Iterable[int]) -> None:
    """The look and the keys that all tables share; ``widths`` in characters."""
    table.setFont(tabular(table.font()))
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setCornerButtonEnabled(False)
    table.setTabKeyNavigation(False)  # Tab leaves the table: everything is reached by keyboard
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setFrameShape(QTableView.Shape.NoFrame)
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)  # else Qt would ask every row
    rows.setDefaultSectionSize(table.fontMetrics().height() + ROW_PADDING)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setStretchLastSection(True)
    header.setSectionsMovable(True)
    letter = table.fontMetrics().horizontalAdvance("0")
    for column, characters in enumerate(widths):
        table.setColumnWidth(column, characters * letter + 2 * ROW_PADDING)


def colour_table(table: QTableView, colours: Colours) -> None:
    """A chosen row is shaded, not filled: figures keep their colours on it."""
    palette = QPalette(table.palette())
    palette.setColor(QPalette.ColorRole.Base, colours.background)
    palette.setColor(QPalette.ColorRole.Text, colours.text)
    palette.setColor(QPalette.ColorRole.Highlight, chosen_ground(colours))
    palette.setColor(QPalette.ColorRole.HighlightedText, colours.text)
    table.setPalette(palette)
    # Titles stand over their figures, which keep a distance from the edge of their column.
    table.horizontalHeader().setStyleSheet(
        f"QHeaderView::section {{ background: {colours.surface.name()};"
        f" color: {colours.muted.name()}; padding: 4px {ROW_PADDING}px; border: none;"
        f" border-bottom: 1px solid {colours.grid.name()}; }}"
    )
    table.viewport().update()
