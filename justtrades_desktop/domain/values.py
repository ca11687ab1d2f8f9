"""Exact numbers: what is kept, and how it is rounded for the eye.

Prices arrive as ``Decimal`` and stay exact. Sums, averages and P&L are ``Fraction``, because an
average of three fills has no finite decimal; they are rounded only where they are printed.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

Exact = Fraction

_WIDE: Final = Context(prec=200, rounding=ROUND_HALF_EVEN)
_CENT: Final = 2
_AVERAGE_PLACES: Final = 8


def to_text(value: Fraction) -> str:
    """``value`` without loss: a decimal where there is a finite one, else ``numerator/denominator``.

    >>> to_text(Fraction(25605)), to_text(Fraction(1, 8)), to_text(Fraction(76792, 3))
    ('25605', '0.125', '76792/3')
    """
    denominator = value.denominator
    if denominator == 1:
        return str(value.numerator)
    places = _decimal_places(denominator)
    if places is None:
        return f"{value.numerator}/{denominator}"
    return _placed(value.numerator * (10**places // denominator), places)


def from_text(text: str) -> Fraction:
    """The inverse of :func:`to_text`."""
    return Fraction(text)


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


def _decimal_places(denominator: int) -> int | None:
    twos = (denominator & -denominator).bit_length() - 1
    rest = denominator >> twos
    fives = 0
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    return max(twos, fives) if rest == 1 else None


def _placed(scaled: int, places: int) -> str:
    sign = "-" if scaled < 0 else ""
    digits = str(abs(scaled)).zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}"
