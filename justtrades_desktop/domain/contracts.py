"""Futures products and instruments: what a ticker names, and what a point of it is worth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

MONTH_CODES: Final = "FGHJKMNQUVXZ"
_MONTH_NAMES: Final = [
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
]

_CONTINUOUS = re.compile(r"([1-9])!")
_MONTH_CODE = re.compile(rf"([{MONTH_CODES}])(\d{{4}}|\d{{1,2}})")
_MONTH_NUMBER = re.compile(r"(\d{1,2})-(\d{4}|\d{2})")
_MONTH_NAME = re.compile(rf"({'|'.join(_MONTH_NAMES)}) ?(\d{{4}}|\d{{2}})")
_DELAYED = "_DL"  # TradingView marks its delayed feeds so: CME_MINI_DL:MNQ1!


@dataclass(frozen=True, slots=True)
class Product:
    """A futures product: ``tick_size`` in points, ``tick_value`` in ``currency`` per contract.

    A price more than ``jump_ticks`` away from the last one is not believed before a second one.
    """

    root: str
    tick_size: Decimal
    tick_value: Decimal
    currency: str = "USD"
    exchange: str = field(default="", compare=False)
    prefix: str = field(default="", compare=False)
    jump_ticks: int = field(default=1_000, compare=False)
    point_value: Fraction = field(init=False, compare=False)
    """Money per point and contract."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "point_value", Fraction(self.tick_value) / Fraction(self.tick_size)
        )


@dataclass(frozen=True, slots=True)
class Instrument:
    """What a position is held in: ``symbol`` is its one spelling here, ``product`` None if unknown.

    A continuous instrument is spelled as TradingView does (``MNQ1!``), a contract as Tradovate does
    (``MNQZ5``), anything else as the alert does, in capitals.
    """

    symbol: str
    product: Product | None = None

    @property
    def point_value(self) -> Fraction:
        """Money per point and contract; 1 for an unknown product, whose P&L is in points."""
        return self.product.point_value if self.product else Fraction(1)


class Catalogue:
    """The known products, and the reading of tickers by them, longest root first."""

    def __init__(
        self, products: Iterable[Product], own: Mapping[str, Product] | None = None
    ) -> None:
        """``own`` maps a symbol of an unknown product to what the trader entered for it."""
        self._products = {product.root: product for product in products}
        self._venues = {
            venue
            for product in self._products.values()
            for venue in (product.prefix, product.exchange)
            if venue
        }
        self._longest = max(map(len, self._products), default=0)
        self._own = dict(own or {})
        self._known: dict[str, Instrument] = {}

    def instrument(self, ticker: str) -> Instrument:
        """The instrument that ``ticker`` names; never fails, an unknown one has no product."""
        known = self._known.get(ticker)
        if known is None:
            known = self._read(ticker)
            if len(self._known) < 4096:  # spellings come from outside: bounded
                self._known[ticker] = known
        return known

    def set_own(self, symbol: str, product: Product) -> None:
        """Take what the trader entered for an unknown symbol; the product table itself wins."""
        self._own[symbol] = product
        self._known.clear()

    def is_own(self, symbol: str) -> bool:
        """Whether the trader entered the tick value of ``symbol``."""
        return symbol in self._own

    def _read(self, ticker: str) -> Instrument:
        text = " ".join(ticker.upper().split())
        prefix, _, name = text.rpartition(":")
        if not prefix or self._lists_futures(prefix):
            listed = self._listed(name)
            if listed is not None:
                return listed
        elif self._listed(name) is not None:
            name = text  # NASDAQ:CC is a share; without its exchange it would read as cocoa
        return Instrument(name, self._own.get(name))

    def _lists_futures(self, prefix: str) -> bool:
        return prefix.removesuffix(_DELAYED) in self._venues

    def _listed(self, name: str) -> Instrument | None:
        for length in range(min(self._longest, len(name)), 0, -1):
            product = self._products.get(name[:length])
            if product is not None:
                month = _delivery(name[length:])
                if month is not None:
                    return Instrument(product.root + month, product)
        return None


def _delivery(rest: str) -> str | None:
    """The part behind the root in this house's spelling, or None if it is no delivery."""
    if not rest:
        return "1!"
    spaced = rest.startswith(" ")
    rest = rest.strip()
    if match := _CONTINUOUS.fullmatch(rest):
        return rest
    if match := _MONTH_CODE.fullmatch(rest):
        return match[1] + match[2][-1]
    if spaced and (match := _MONTH_NUMBER.fullmatch(rest)) and 1 <= int(match[1]) <= 12:
        return MONTH_CODES[int(match[1]) - 1] + match[2][-1]
    if match := _MONTH_NAME.fullmatch(rest):
        return MONTH_CODES[_MONTH_NAMES.index(match[1])] + match[2][-1]
    return None
