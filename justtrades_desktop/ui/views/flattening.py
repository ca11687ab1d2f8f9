"""How the last flatten all stands, account by account, until it is dismissed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from justtrades_desktop.domain.execution import Flattened
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.ui.format import one_line
from justtrades_desktop.ui.parts import Dot, heading, plain_label
from justtrades_desktop.ui.said import Level, level_colour
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours


def level_of(flattened: Flattened) -> Level:
    """Its light: good only once it is verified flat."""
    if not flattened.over:
        return Level.LATE
    return Level.GOOD if flattened.flat else Level.BAD


class FlatteningReport(QFrame):
    """Comes by itself when a flatten all begins, wherever it was begun."""

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self._shown: tuple[Flattened, ...] = ()
        self._dismissed: tuple[Flattened, ...] = ()
        self._rows: dict[AccountKey, _Row] = {}
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(self.tr("Flatten all, account by account"))
        self.title = heading("", points=1.0)
        self.close_button = QPushButton(self.tr("Dismiss"))
        self.close_button.setAccessibleName(self.tr("Dismiss the report of flatten all"))
        self.close_button.setMinimumHeight(CONTROL)
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self._dismiss)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * GRID)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(2, 1)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addLayout(top)
        column.addLayout(self._grid)
        self.hide()

    @property
    def lines(self) -> list[str]:
        """What stands there, line by line."""
        return [row.words for row in self._rows.values()]

    def begin(self) -> None:
        """A new one was asked for: whatever it says is shown, even what was dismissed before."""
        self._dismissed = ()

    def show_flattening(self, flattening: Sequence[Flattened], colours: Colours) -> None:
        """Show how it stands; nothing where there was none, or where it was dismissed."""
        self._colours = colours
        self._shown = tuple(flattening)
        if [*self._rows] != [each.key for each in flattening]:
            self._make_rows(flattening)
        for each in flattening:
            self._rows[each.key].show_said(each, colours)
        self._say(flattening)
        self.setVisible(bool(flattening) and self._shown != self._dismissed)

    def _say(self, flattening: Sequence[Flattened]) -> None:
        flat = sum(each.flat for each in flattening)
        over = all(each.over for each in flattening)
        self.close_button.setEnabled(over)
        if not over:
            said = self.tr("Flattening: %1 of %2 accounts are verified flat")
        elif flat == len(flattening):
            said = self.tr("Flatten all is done: all accounts are verified flat")
        else:
            said = self.tr(
                "Flatten all is over, and NOT all is flat: %1 of %2 accounts are. Look at the "
                "others at the broker itself."
            )
        self.title.setText(said.replace("%1", str(flat)).replace("%2", str(len(flattening))))

    def _make_rows(self, flattening: Sequence[Flattened]) -> None:
        for row in self._rows.values():
            row.remove()
        self._rows = {
            each.key: _Row(self._grid, at, self._colours) for at, each in enumerate(flattening)
        }

    def _dismiss(self) -> None:
        self._dismissed = self._shown
        self.hide()


class _Row:
    """One account: a light, its name, and what it says."""

    def __init__(self, grid: QGridLayout, at: int, colours: Colours) -> None:
        self.dot = Dot(colours.muted)
        self.name = plain_label()
        self.said = plain_label(wrap=True)
        self._parts: tuple[QWidget, ...] = (self.dot, self.name, self.said)
        for column, part in enumerate(self._parts):
            grid.addWidget(part, at, column, _PLACES[column])

    @property
    def words(self) -> str:
        return f"{self.name.text()}: {self.said.text()}"

    def show_said(self, flattened: Flattened, colours: Colours) -> None:
        self.dot.set_colour(level_colour(level_of(flattened), colours))
        self.name.setText(one_line(str(flattened.key)))
        self.said.setText(one_line(flattened.said))

    def remove(self) -> None:
        for part in self._parts:
            part.hide()
            part.deleteLater()


_PLACES = (
    Qt.AlignmentFlag.AlignCenter,
    Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    Qt.AlignmentFlag.AlignVCenter,
)
