"""Numbers as alerts write them: exact, bounded, and never expanded from an exponent."""

from __future__ import annotations

import re
from decimal import Decimal

from justtrades_desktop.listener.alerts.refusal import Refused, shown

MAX_DIGITS = 30
MOST_CONTRACTS = 999_999_999  # past any market; even times a price it stays far inside 64 bits
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_MONEY = re.compile(r"[$€£¥]|\b(?:usd|usdt|eur|dollars?)\b", re.IGNORECASE)


def number(label: str, value: object) -> Decimal | None:
    """The number a field holds, None when the field is empty."""
    if isinstance(value, str):
        # Digits with at most one point, as nearly every number is, need no closer look.
        if len(value) <= MAX_DIGITS and value.isascii() and value.replace(".", "", 1).isdecimal():
            return Decimal(value)
        return _spelled(label, value)
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise Refused(f"{label} is not a number")


def contracts(label: str, value: object) -> int | None:
    """A count of contracts: whole, and never below zero."""
    count = whole(label, value)
    if count is not None and count < 0:
        raise Refused(f"{label} {count} is below zero; a count of contracts cannot be")
    return count


def whole(label: str, value: object) -> int | None:
    """A whole number of contracts with its sign; 2.0 is 2."""
    found: int | Decimal | None
    if isinstance(value, str) and len(value) <= 9 and value.isascii() and value.isdecimal():
        found = int(value)
    else:  # an exact type, for a bool is an int as well
        found = value if type(value) is int else number(label, value)
    if found is None:
        return None
    if not -MOST_CONTRACTS <= found <= MOST_CONTRACTS:
        raise Refused(
            f"{label} {shown(value)} is too large to be a number of contracts; "
            f"{MOST_CONTRACTS:,} is the most"
        )
    count = int(found)
    if count != found:
        raise Refused(f"{label} {shown(value)} is not a whole number of contracts")
    return count


def from_json(token: str) -> Decimal:
    """A JSON number with a fraction or an exponent; the token is the parser's, not a float's."""
    return _exact("the number", token)


def int_from_json(token: str) -> int:
    """A JSON whole number; longer ones would be slow to convert and mean nothing."""
    if len(token) > MAX_DIGITS:
        raise Refused(f"the number {shown(token)} has more than {MAX_DIGITS} digits")
    return int(token)


def _spelled(label: str, text: str) -> Decimal | None:
    plain = text.strip().replace("\N{MINUS SIGN}", "-")
    if not plain:
        return None
    if not _NUMBER.fullmatch(plain):
        raise Refused(_why_no_number(label, plain))
    return _exact(label, plain)


def _exact(label: str, token: str) -> Decimal:
    if len(token) > MAX_DIGITS and sum(map(str.isdigit, token)) > MAX_DIGITS:
        raise Refused(f"{label} {shown(token)} has more than {MAX_DIGITS} digits")
    if "e" in token or "E" in token:
        return _small_exponent(label, token)
    return Decimal(token)


def _small_exponent(label: str, token: str) -> Decimal:
    exponent = token.lower().partition("e")[2].lstrip("+-0")
    value = Decimal(token) if len(exponent) <= 2 else Decimal("NaN")
    if value.is_nan() or (value and abs(value.adjusted()) > MAX_DIGITS):
        raise Refused(f"{label} {shown(token)} is out of any range")
    return value


def _why_no_number(label: str, text: str) -> str:
    if _MONEY.search(text):
        return f"{label} {shown(text)} is an amount of money, not a number"
    return f"{label} {shown(text)} is not a number"
