"""The fields of the ticket, in reading order; what they mean is the ticket's business."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import OrderKind, Way
from justtrades_desktop.ui.delegates import tabular
from justtrades_desktop.ui.mode import mode_ink
from justtrades_desktop.ui.order_words import kind_word
from justtrades_desktop.ui.parts import paint, plain_label, rule
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.connection_card import Badge
from justtrades_desktop.ui.views.order_page import colour
from justtrades_desktop.ui.views.ticket_bracket import Bracket, positive

_MOST: Final = 10_000
_BIG: Final = 6 * GRID
_FEWEST: Final = 8  # letters that a list of choices shows at least


class Edge(QFrame):
    """A thick line in the colour of the mode."""

    def __init__(self) -> None:
        super().__init__()
        self.setAutoFillBackground(True)
        self.setFixedHeight(GRID // 2)

    def set_colour(self, ground: QColor) -> None:
        """Whose money it is."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, ground)
        self.setPalette(palette)


class PriceField:
    """A price with its name, and what is wrong with it beside it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.label = plain_label(name)
        self.field = QLineEdit()
        self.field.setAccessibleName(name)
        self.field.setMinimumHeight(CONTROL)
        self.field.setFont(tabular(self.field.font()))
        self.label.setBuddy(self.field)
        self.trouble = plain_label(wrap=True)

    @property
    def number(self) -> Decimal | None:
        """What is typed, None where it is no positive number."""
        return positive(self.field.text())

    def set_shown(self, shown: bool) -> None:
        """Only what the kind of order needs is there."""
        for part in (self.label, self.field):
            part.setVisible(shown)

    def show_trouble(self, said: str, colours: Colours) -> None:
        """Say beside the field what is wrong with it."""
        self.trouble.setText(said)
        self.trouble.setVisible(bool(said))
        paint(self.trouble, colours.danger)
        colour(self.field, colours.danger if said else colours.text)
        self.field.setAccessibleDescription(said)


class TicketForm:
    """Builds the fields into ``view`` and keeps them at hand."""

    def __init__(self, view: QWidget, colours: Colours) -> None:
        self._view = view
        self.account, self.contract = QComboBox(), QComboBox()
        self.kind, self.until = QComboBox(), QComboBox()
        self.quantity = QSpinBox()
        self.mode, self.edge = Badge(), Edge()
        self.last = plain_label()
        self.last.setFont(tabular(self.last.font()))
        self.note, self.stakes, self.result = (plain_label(wrap=True) for _ in range(3))
        self.bracket = Bracket(colours)
        tr = view.tr
        self.prices = {
            "stop_price": PriceField(tr("Stop at")),
            "price": PriceField(tr("Limit")),
            "distance": PriceField(tr("Behind, points")),
        }
        self.arm = QPushButton()
        self.buttons = {Way.BUY: QPushButton(), Way.SELL: QPushButton()}
        self.connect_button = QPushButton(tr("Connect Tradovate…"))
        self._fill_in()
        self._lay_out()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        self.bracket.set_colours(colours)
        paint(self.note, colours.danger)
        paint(self.empty, colours.muted)
        for label in self._labels:
            paint(label, colours.muted)

    def set_mode(self, said: str, ground: QColor, colours: Colours) -> None:
        """Whose money it is: on the edge, in words, and around both buttons."""
        self.mode.setText(said)
        self.mode.set_colours(ground, mode_ink())
        self.edge.set_colour(ground)
        grounds = {Way.BUY: colours.profit, Way.SELL: colours.loss}
        for way, button in self.buttons.items():
            button.setStyleSheet(
                f"QPushButton {{ background: {grounds[way].name()};"
                f" color: {colours.background.name()}; border: 3px solid {ground.name()};"
                " border-radius: 4px; font-weight: 600; padding: 4px; }"
                f"QPushButton:focus {{ border-color: {colours.text.name()}; }}"
                f"QPushButton:pressed {{ background: {grounds[way].darker(120).name()}; }}"
                f"QPushButton:disabled {{ background: {colours.grid.name()};"
                f" color: {colours.muted.name()}; border-color: {colours.grid.name()}; }}"
            )

    def list_accounts(self, items: Sequence[tuple[str, AccountKey]]) -> None:
        """Offer these accounts; the chosen one stays chosen."""
        box = self.account
        listed = [(box.itemText(at), box.itemData(at)) for at in range(box.count())]
        if listed == [*items]:
            return
        chosen = box.currentData()
        box.blockSignals(True)
        box.clear()
        for text, key in items:
            box.addItem(text, key)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.blockSignals(False)

    def list_contracts(self, names: Sequence[str]) -> None:
        """Offer these contracts; what is typed stays."""
        box = self.contract
        if [box.itemText(at) for at in range(box.count())] == [*names]:
            return
        typed = box.currentText()
        box.blockSignals(True)
        box.clear()
        box.addItems([*names])
        box.setEditText(typed or (names[0] if names else ""))
        box.blockSignals(False)

    def _fill_in(self) -> None:
        tr = self._view.tr
        self.contract.setEditable(True)
        self.contract.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.quantity.setRange(1, _MOST)
        for kind in OrderKind:
            self.kind.addItem(kind_word(kind.value), kind)
        for text, value in (
            (tr("Day"), "Day"),
            (tr("Until cancelled (GTC)"), "GTC"),
            (tr("At once or cancel (IOC)"), "IOC"),
            (tr("All or nothing (FOK)"), "FOK"),
        ):
            self.until.addItem(text, value)
        for way, button in self.buttons.items():
            button.setObjectName(way.value)
            button.setMinimumHeight(_BIG)
            button.setAutoDefault(False)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for button in (self.arm, self.connect_button):
            button.setAutoDefault(False)
            button.setMinimumHeight(CONTROL)
        self.connect_button.setAccessibleName(self.connect_button.text().replace("…", ""))
        bold = self.mode.font()
        bold.setWeight(QFont.Weight.Bold)
        self.mode.setFont(bold)
        self.mode.setMinimumHeight(CONTROL)
        self.result.setAccessibleName(tr("What came of it"))
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.stakes.setAccessibleName(tr("What is at stake"))

    def _lay_out(self) -> None:
        self.pages = QStackedWidget()
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self._filled())
        self.pages.addWidget(area)
        self.pages.addWidget(self._empty_page())
        outer = QVBoxLayout(self._view)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.pages)

    def _filled(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(GRID, 0, GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self.edge)
        column.addWidget(self.mode)
        column.addLayout(self._grid())
        column.addWidget(rule())
        column.addWidget(self.bracket)
        for part in (self.stakes, self.note, self.arm, *self.buttons.values(), self.result):
            column.addWidget(part)
        column.addStretch(1)
        return page

    def _grid(self) -> QGridLayout:
        """Rows are added in reading order: the keyboard walks through them so."""
        tr = self._view.tr
        self._fields = QGridLayout()
        self._fields.setHorizontalSpacing(GRID)
        self._fields.setVerticalSpacing(GRID // 2)
        self._fields.setColumnStretch(1, 1)
        self._labels: list[QLabel] = []
        self._add(tr("Account"), self.account)
        self._add(tr("Contract"), self.contract)
        self._fields.addWidget(self.last, self._fields.rowCount(), 1)
        self._add(tr("Quantity"), self.quantity)
        self._add(tr("Order"), self.kind)
        for price in self.prices.values():
            self._add(price.name, price.field, price.label)
            self._fields.addWidget(price.trouble, self._fields.rowCount(), 1)
        self._add(tr("Until"), self.until)
        # Long names of accounts must not make the whole dock wide.
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        for box in (self.account, self.contract, self.until):
            box.setSizeAdjustPolicy(policy)
            box.setMinimumContentsLength(_FEWEST)
        return self._fields

    def _add(self, name: str, field: QWidget, label: QLabel | None = None) -> None:
        row, named = self._fields.rowCount(), label or plain_label(name)
        named.setBuddy(field)
        field.setAccessibleName(name)
        field.setMinimumHeight(CONTROL)
        self._fields.addWidget(named, row, 0)
        self._fields.addWidget(field, row, 1)
        self._labels.append(named)

    def _empty_page(self) -> QWidget:
        page = QWidget()
        self.empty = plain_label(
            self._view.tr(
                "No account can be traded yet. Connect a Tradovate account: an order is sent only "
                "when you press one of the two buttons that are here then."
            ),
            wrap=True,
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(page)
        layout.setSpacing(2 * GRID)
        layout.addStretch()
        layout.addWidget(self.empty)
        layout.addWidget(self.connect_button, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        return page
