"""Exact numbers and their rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.domain.values import (
    average,
    from_units,
    money,
    plain,
    share,
    to_units,
    units_from_text,
    units_text,
)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_text_keeps_every_price_exactly_and_is_a_decimal(value: Decimal) -> None:
    text = units_text(to_units(value))
    assert Decimal(text) == value
    assert units_from_text(text) == to_units(value)
    assert from_units(to_units(value)) == Fraction(value)
    assert "E" not in text.upper()


@given(st.integers(-(10**40), 10**40), st.integers(0, 500), st.integers(1, 500))
def test_a_share_is_the_nearest_whole_unit(units: int, part: int, whole: int) -> None:
    assert share(units, part, whole) == round(Fraction(units * part, whole))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Fraction(0), "0.00"),
        (Fraction("-38.496"), "-38.50"),
        (Fraction("0.005"), "0.00"),
        (Fraction("0.015"), "0.02"),
        (Fraction("-0.001"), "0.00"),
        (Fraction(-20), "-20.00"),
        (None, None),
    ],
)
def test_money_is_rounded_to_the_cent(value: Fraction | None, shown: str | None) -> None:
    assert money(value) == shown


def test_an_average_has_at_most_eight_places() -> None:
    assert average(Fraction(76792, 3)) == "25597.33333333"
    assert average(Fraction(25605)) == "25605"


def test_a_decimal_is_shown_without_exponent() -> None:
    assert plain(Decimal("1E+3")) == "1000"
    assert plain(Decimal("25600.250")) == "25600.25"
    assert plain(Decimal("0E-8")) == "0"
    assert plain(Decimal("1" * 30 + ".5")) == "1" * 30 + ".5"
