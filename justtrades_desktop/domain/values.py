"""Exact numbers: what is kept, and how it is rounded for the eye.

Prices arrive as ``Decimal`` and stay exact. Inside, sums and P&L are counted in *units* of 10^-30
point: every price of up to 30 digits is a whole number of them, so the fold is integer arithmetic,
many times faster than ``Fraction`` on the way of every alert. To the outside they are points as
``Fraction``, because an average of three fills has no finite decimal; they are rounded only where
they are printed.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

_PLACES: Final = 30
UNITS: Final = 10**_PLACES

_WIDE: Final = Context(prec=200, rounding=ROUND_HALF_EVEN)
_CENT: Final = 2
_AVERAGE_PLACES: Final = 8


def to_units(price: Decimal) -> int:
    """``price`` in units; exact for every price that the reader lets in."""
    return int(_WIDE.scaleb(price, _PLACES))


def from_units(units: int) -> Fraction:
    """Units as points (or money), exactly."""
    return Fraction(units, UNITS)


def share(units: int, part: int, whole: int) -> int:
    """``units * part / whole``, rounded half to even where it does not divide evenly.

    That is at most half a unit, 5 * 10^-31 point: 100,000 of them are 24 digits away from a cent.
    """
    quotient, rest = divmod(units * part, whole)
    twice = 2 * rest
    return quotient + (twice > whole or (twice == whole and quotient % 2 == 1))


def units_text(units: int) -> str:
    """Units as the decimal they stand for, without loss."""
    whole, rest = divmod(abs(units), UNITS)
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}.{rest:030d}".rstrip("0") if rest else f"{sign}{whole}"


def units_from_text(text: str) -> int:
    """The inverse of :func:`units_text`."""
    return to_units(Decimal(text))


def money(value: Fraction | None) -> str | None:
    """Rounded to the cent, half to even, always with two places: ``'-38.50'``."""
    return None if value is None else rounded(value, _CENT)


def average(value: Fraction | None) -> str | None:
    """Rounded to eight places, half to even, without trailing zeros: ``'25597.33333333'``."""
    return None if value is None else plain(Decimal(rounded(value, _AVERAGE_PLACES)))


def rounded(value: Fraction, places: int) -> str:
    """``value`` with exactly ``places`` decimals, half to even; never ``'-0.00'``."""
    return _placed(round(value * 10**places), places)


def plain(value: Decimal) -> str:
    """``value`` in full, without exponent and trailing zeros: ``'25600.25'``, ``'100'``."""
    if not value:
        return "0"
    return f"{_WIDE.normalize(value):f}"


def _placed(scaled: int, places: int) -> str:
    sign = "-" if scaled < 0 else ""
    digits = str(abs(scaled)).zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
