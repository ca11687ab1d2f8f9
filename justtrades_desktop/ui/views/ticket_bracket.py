"""The bracket of a ticket: target and stop as price, ticks or money, each telling the others."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from fractions import Fraction
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.orders import Way
from justtrades_desktop.domain.values import rounded
from justtrades_desktop.ui import format as shown
from justtrades_desktop.ui.order_words import way_word
from justtrades_desktop.ui.parts import paint, plain_label
from justtrades_desktop.ui.theme import CONTROL, GRID, Colours
from justtrades_desktop.ui.views.order_page import colour

_NARROW: Final = 6 * GRID
_STRETCHES: Final = (5, 3, 4)


class Unit(IntEnum):
    """In what a leg is typed; the columns of its fields."""

    PRICE = 0
    TICKS = 1
    MONEY = 2


@dataclass(frozen=True, slots=True)
class Basis:
    """What a bracket is counted from: the entry's price, the contract, its quantity."""

    reference: Decimal | None = None
    product: Product | None = None
    quantity: int = 1


class Leg:
    """One exit. What was typed last counts; the two other fields follow it and the market."""

    def __init__(self, name: str, *, profits: bool) -> None:
        self.name = name
        self._profits = profits
        self._typed: Unit | None = None
        self.fields = tuple(QLineEdit() for _ in Unit)
        self.trouble = plain_label(wrap=True)
        self.trouble.hide()
        for field in self.fields:
            field.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            field.setMinimumHeight(CONTROL)
            field.setMinimumWidth(_NARROW)
            field.setPlaceholderText(shown.UNKNOWN)

    @property
    def is_set(self) -> bool:
        """Whether anything is typed."""
        return self._typed is not None

    @property
    def is_price(self) -> bool:
        """Whether a price is typed, which is right for one side only."""
        return self._typed is Unit.PRICE

    def typed(self, unit: Unit) -> None:
        """The trader has edited a field."""
        self._typed = unit if self.fields[unit].text().strip() else None

    def way_of_price(self, basis: Basis) -> Way | None:
        """For which side a typed price is an exit of this kind; None where it does not say."""
        price = self._number()
        if self._typed is not Unit.PRICE or price is None or basis.reference is None:
            return None
        return Way.BUY if (price > basis.reference) is self._profits else Way.SELL

    def price_for(self, way: Way, basis: Basis) -> Decimal | None:
        """The price of it on a ticket of that side; None without one, or where it is in trouble."""
        if self._typed is None or self.said(way, basis):
            return None
        if self._typed is Unit.PRICE:
            return self._number()
        ticks, product = self._ticks(way, basis), basis.product
        if ticks is None or product is None or basis.reference is None:
            return None
        return basis.reference + way.sign * self._sign * ticks * product.tick_size

    def said(self, way: Way, basis: Basis) -> str:
        """Why it cannot be sent so, empty where it can."""
        tr, number = shown.tr, self._number()
        if self._typed is None:
            return ""
        if number is None:
            return tr("{}: not a positive number.").format(self.name)
        if self._typed is not Unit.PRICE:
            if basis.product is None:
                return tr("{}: no tick is known here, type its price.").format(self.name)
            if basis.reference is None:
                return tr("{}: no price is known yet, type its price.").format(self.name)
            ticks = self._ticks(way, basis)
            return "" if ticks else tr("{}: less than a tick.").format(self.name)
        if basis.product and Fraction(number) % Fraction(basis.product.tick_size):
            return tr("{}: between two ticks.").format(self.name)
        if self.way_of_price(basis) is way.other:
            above = tr("below") if number < (basis.reference or 0) else tr("above")
            said = tr("{}: {} the price, which is no {} of a {}.")
            return said.format(self.name, above, self.name.lower(), way_word(way).lower())
        return ""

    def follow(self, way: Way, basis: Basis) -> None:
        """Bring the fields that were not typed into line with the one that was."""
        ticks = None if self._typed is None or self.said(way, basis) else self._ticks(way, basis)
        texts = ["", "", ""]
        if ticks is not None:
            price = self.price_for(way, basis)
            texts[Unit.PRICE] = "" if price is None else shown.price(price, basis.product)
            texts[Unit.TICKS] = str(ticks)
            texts[Unit.MONEY] = _money(ticks, basis)
        for unit, text in zip(Unit, texts, strict=True):
            field = self.fields[unit]
            if unit is not self._typed and field.text() != text:
                field.setText(text)

    def tidy(self, way: Way, basis: Basis) -> None:
        """After the field is left, money says what whole ticks really come to."""
        if self._typed is Unit.MONEY and not self.said(way, basis):
            ticks = self._ticks(way, basis)
            self.fields[Unit.MONEY].setText("" if ticks is None else _money(ticks, basis))

    def show_trouble(self, said: str, colours: Colours) -> None:
        """Say beside the fields what is wrong with them."""
        self.trouble.setText(said)
        self.trouble.setVisible(bool(said))
        paint(self.trouble, colours.danger)
        for unit, field in zip(Unit, self.fields, strict=True):
            bad = bool(said) and unit is self._typed
            colour(field, colours.danger if bad else colours.text)
            field.setAccessibleDescription(said)

    @property
    def _sign(self) -> int:
        return 1 if self._profits else -1

    def _number(self) -> Decimal | None:
        text = "" if self._typed is None else self.fields[self._typed].text()
        return positive(text)

    def _ticks(self, way: Way, basis: Basis) -> int | None:
        number, product = self._number(), basis.product
        if number is None or product is None:
            return None
        if self._typed is Unit.TICKS:
            return int(number)
        if self._typed is Unit.MONEY:
            one = Fraction(product.tick_value) * max(1, basis.quantity)
            return round(Fraction(number) / one)
        if basis.reference is None:
            return None
        away = Fraction(number - basis.reference) * way.sign * self._sign
        return round(away / Fraction(product.tick_size))


class Bracket(QWidget):
    """Target and stop. ``edited`` comes after each change that a person made."""

    edited = Signal()

    def __init__(self, colours: Colours) -> None:
        super().__init__()
        self._colours = colours
        self._basis = Basis()
        self.side = QComboBox()
        self.side.setAccessibleName(self.tr("Prices are shown for a"))
        for way in Way:
            self.side.addItem(self.tr("for a %1").replace("%1", way_word(way)), way)
        self.side.currentIndexChanged.connect(self._on_side)
        self.target = Leg(self.tr("Target"), profits=True)
        self.stop = Leg(self.tr("Stop"), profits=False)
        self._names: list[QLabel] = []
        self._lay_out()
        for leg in self.legs:
            for unit in Unit:
                leg.fields[unit].textEdited.connect(
                    lambda _text, leg=leg, unit=unit: self._on_typed(leg, unit)
                )
                leg.fields[unit].editingFinished.connect(lambda leg=leg: self._on_left(leg))
        self.set_colours(colours)

    @property
    def legs(self) -> tuple[Leg, Leg]:
        """Target and stop."""
        return self.target, self.stop

    @property
    def way(self) -> Way:
        """For which side the prices are shown."""
        return Way(self.side.currentData())

    @property
    def moves_with_price(self) -> bool:
        """Whether money and ticks change as the market does."""
        return any(leg.is_price for leg in self.legs)

    def trouble(self, way: Way) -> str:
        """Why it cannot be sent with a ticket of that side, empty where it can."""
        said = (leg.said(way, self._basis) for leg in self.legs)
        return " ".join(text for text in said if text)

    def prices(self, way: Way) -> tuple[Decimal | None, Decimal | None]:
        """Target and stop of a ticket of that side."""
        target, stop = (leg.price_for(way, self._basis) for leg in self.legs)
        return target, stop

    def set_basis(self, basis: Basis) -> None:
        """Count from another price, contract or quantity."""
        if basis == self._basis:
            return
        self._basis = basis
        currency = basis.product.currency if basis.product else "USD"
        if self.money.text() != currency:
            self.money.setText(currency)
        for leg in self.legs:
            for unit in (Unit.TICKS, Unit.MONEY):
                leg.fields[unit].setEnabled(basis.product is not None)
        self._follow()

    def set_colours(self, colours: Colours) -> None:
        """Follow a change of the theme."""
        self._colours = colours
        for label in self._names:
            paint(label, colours.muted)
        self._follow()

    def _on_typed(self, leg: Leg, unit: Unit) -> None:
        leg.typed(unit)
        way = leg.way_of_price(self._basis)
        if way is not None and way is not self.way:
            self.side.blockSignals(True)  # a price says itself for which side it is
            self.side.setCurrentIndex(self.side.findData(way))
            self.side.blockSignals(False)
        self._follow()
        self.edited.emit()

    def _on_left(self, leg: Leg) -> None:
        leg.tidy(self.way, self._basis)

    def _on_side(self) -> None:
        self._follow()
        self.edited.emit()

    def _follow(self) -> None:
        for leg in self.legs:
            leg.follow(self.way, self._basis)
            leg.show_trouble(leg.said(self.way, self._basis), self._colours)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        self.money = plain_label("USD")
        heads = (plain_label(self.tr("Price")), plain_label(self.tr("Ticks")), self.money)
        grid.addWidget(self.side, 0, 0)
        for column, (head, stretch) in enumerate(zip(heads, _STRETCHES, strict=True), start=1):
            head.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(head, 0, column)
            grid.setColumnStretch(column, stretch)
        units = (self.tr("price"), self.tr("ticks"), self.tr("money"))
        for at, leg in enumerate(self.legs):
            row = 1 + 2 * at
            name = plain_label(leg.name)
            grid.addWidget(name, row, 0)
            for unit, field in zip(Unit, leg.fields, strict=True):
                field.setAccessibleName(f"{leg.name}, {units[unit]}")
                grid.addWidget(field, row, 1 + unit)
            grid.addWidget(leg.trouble, row + 1, 0, 1, 4)
            self._names.append(name)
        self._names += heads


def positive(text: str) -> Decimal | None:
    """A positive number as typed, None where it is none."""
    try:
        number = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None


def _money(ticks: int, basis: Basis) -> str:
    if basis.product is None:
        return ""
    return rounded(Fraction(basis.product.tick_value) * ticks * max(1, basis.quantity), 2)
