"""Exact numbers and their rounding."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.domain.values import average, from_text, money, plain, to_text


@given(st.fractions())
def test_text_keeps_every_value_exactly(value: Fraction) -> None:
    assert from_text(to_text(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_a_finite_decimal_is_written_as_one(value: Decimal) -> None:
    text = to_text(Fraction(value))
    assert "/" not in text
    assert Decimal(text) == value


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
