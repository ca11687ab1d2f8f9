"""Numbers and times as they stand on the screen; rounding itself is the domain's."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from fractions import Fraction
from typing import Final

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from justtrades_desktop.domain import values
from justtrades_desktop.domain.contracts import Product

UNKNOWN: Final = "–"
MINUS: Final = "−"
UP: Final = "▲"
DOWN: Final = "▼"

_HOME_CURRENCY: Final = "USD"
_LONGEST_LINE: Final = 240
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


class Tone(Enum):
    """What a text's colour says; the delegate knows the colours."""

    TEXT = auto()
    PROFIT = auto()
    LOSS = auto()
    NEUTRAL = auto()
    MUTED = auto()
    GOOD = auto()
    ACCENT = auto()
    WARNING = auto()
    DANGER = auto()


def tr(text: str) -> str:
    """Text of the tables, translated."""
    return QCoreApplication.translate("Tables", text)


def money(value: Fraction | None, product: Product | None) -> str:
    """P&L with arrow and sign: ``▲ +312.50``, ``▼ −38.50``, ``0.00``; in points if unpriced.

    ``value`` is in money where there is a product, else in points x contracts.
    """
    if value is None:
        return UNKNOWN
    return f"{with_arrow(_signed(value))}{unit(product)}"


def with_arrow(signed: str) -> str:
    """The arrow that belongs to a signed number; none for zero."""
    if signed.startswith("+"):
        return f"{UP} {signed}"
    return f"{DOWN} {signed}" if signed.startswith(MINUS) else signed


def unit(product: Product | None) -> str:
    """What stands behind an amount: nothing for dollars."""
    if product is None:
        return f" {tr('pts')}"
    return "" if product.currency == _HOME_CURRENCY else f" {product.currency}"


def spoken(value: Fraction | None, product: Product | None) -> str:
    """P&L for a screen reader."""
    if value is None:
        return tr("unknown")
    said = _signed(value).replace("+", tr("plus") + " ").replace(MINUS, tr("minus") + " ")
    return f"{said} {product.currency if product else tr('points')}"


def tone(value: Fraction | float | None) -> Tone:
    """Profit, loss, or neither as the printed number says it: a fraction of a cent is 0."""
    if value is None:
        return Tone.MUTED
    cents = round(value * 100)
    if cents == 0:
        return Tone.NEUTRAL
    return Tone.PROFIT if cents > 0 else Tone.LOSS


def price(value: Decimal | Fraction | None, product: Product | None) -> str:
    """A price with the decimals of the product's tick; an average between ticks gets two more."""
    if value is None:
        return UNKNOWN
    exact = Fraction(value)
    if product is None:
        text = values.plain(value) if isinstance(value, Decimal) else values.average(exact)
        return _true_minus(text or UNKNOWN)
    places = _decimals(product.tick_size)
    if (exact * 10**places).denominator != 1:
        places += 2
    return _true_minus(_rounded(exact, places))


def whole(value: int) -> str:
    """A signed count with a true minus."""
    return _true_minus(str(value))


def age(seconds: float) -> str:
    """How old something is, in the unit that fits: ``75 s``, ``3 min``, ``2 h``, ``4 d``."""
    if seconds < 2 * _MINUTE:
        return tr("{} s").format(max(0, int(seconds)))
    if seconds < 2 * _HOUR:
        return tr("{} min").format(int(seconds // _MINUTE))
    if seconds < 2 * _DAY:
        return tr("{} h").format(int(seconds // _HOUR))
    return tr("{} d").format(int(seconds // _DAY))


def clock(at: datetime, now: datetime) -> str:
    """Local time: ``15:30:05`` today, ``20 Nov 15:30`` on another day."""
    local = at.astimezone()
    if local.date() == now.astimezone().date():
        return f"{local:%H:%M:%S}"
    day = QDate(local.year, local.month, local.day)
    return f"{QLocale().toString(day, 'd MMM')} {local:%H:%M}"


def moment(at: datetime) -> str:
    """Local date and time in full, with its offset."""
    local = at.astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond // 1000:03d} {local:%z}"


def one_line(text: str) -> str:
    """The start of a text from outside on one line; what cannot be seen is replaced.

    Characters that turn the direction of writing would let an alert show another text than it has.
    """
    head = text.lstrip()[: 4 * _LONGEST_LINE]
    flat = " ".join(head.split())[:_LONGEST_LINE]
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in flat
    )


def several_lines(text: str) -> str:
    """A text from outside as it is, except for what cannot be seen."""
    return "\n".join(_visible(line, "\t") for line in text.replace("\r\n", "\n").split("\n"))


def amount(value: float) -> str:
    """A chart's figure with sign, as elsewhere; charts alone hold floats."""
    return _signed(Fraction(value).limit_denominator(100))


def _visible(line: str, besides: str = "") -> str:
    if line.isprintable():
        return line
    return "".join(
        letter if letter.isprintable() or letter in besides else "\N{REPLACEMENT CHARACTER}"
        for letter in line
    )


def _signed(value: Fraction) -> str:
    digits = values.rounded(abs(value), 2)
    if digits == "0.00":
        return digits
    cents = digits.rpartition(".")
    grouped = f"{int(cents[0]):,}.{cents[2]}"
    return f"+{grouped}" if value > 0 else f"{MINUS}{grouped}"


def _rounded(value: Fraction, places: int) -> str:
    return values.rounded(value, places) if places else str(round(value))


def _true_minus(text: str) -> str:
    return text.replace("-", MINUS)


def _decimals(tick: Decimal) -> int:
    exponent = tick.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
