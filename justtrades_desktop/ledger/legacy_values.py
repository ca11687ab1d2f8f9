"""Old values made exact: what cannot be read is said in words, and nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from justtrades_desktop.domain.positions import Side

OldRow = Mapping[str, Any]
"""One old row by column name in small letters, in SQLite's own types."""

_SIDES: Final = {
    "long": Side.LONG,
    "buy": Side.LONG,
    "short": Side.SHORT,
    "sell": Side.SHORT,
}
_LONGEST: Final = 80
_LARGEST_EXPONENT: Final = 30  # beyond it no price lies, and no sum of money
_YEARS: Final = range(2000, 2101)
_EPOCHS: Final = (1e17, 1e14, 1e11)  # above these a number counts nano-, micro-, milliseconds


class Odd(Exception):
    """A row cannot be read; the message says why, in plain words."""


def first(row: OldRow, *columns: str) -> Any:
    """The first of ``columns`` that the row has a value in; an empty text is none."""
    for column in columns:
        value = row.get(column)
        if value is not None and value != "":
            return value
    return None


def text(row: OldRow, *columns: str) -> str | None:
    """A text, or None."""
    value = first(row, *columns)
    return None if value is None else str(value)


def number(row: OldRow, *columns: str) -> Decimal | None:
    """A number exactly as SQLite prints it, None where there is none.

    Raises:
        Odd: something else stands there.
    """
    value = first(row, *columns)
    if value is None:
        return None
    try:
        exact = Decimal(repr(value) if isinstance(value, float) else str(value).strip())
    except InvalidOperation:
        exact = Decimal("NaN")
    if not exact.is_finite() or abs(exact.adjusted()) > _LARGEST_EXPONENT:
        raise Odd(f"{named(row, *columns)} is no number: {shown(value)}")
    return exact


def whole(row: OldRow, *columns: str) -> int | None:
    """A number of contracts, at least 0.

    Raises:
        Odd: it is no number, no whole one, or below 0.
    """
    exact = number(row, *columns)
    if exact is None:
        return None
    if exact != exact.to_integral_value() or not 0 <= exact < 2**31:
        raise Odd(f"{named(row, *columns)} is no number of contracts: {shown(exact)}")
    return int(exact)


def side(row: OldRow) -> Side:
    """Long or short; ``action`` counts where no ``side`` is told.

    Raises:
        Odd: neither is told.
    """
    told = text(row, "side", "action")
    known = _SIDES.get((told or "").strip().lower())
    if known is None:
        raise Odd("it names no side" if told is None else f"its side is unknown: {shown(told)}")
    return known


def symbol(row: OldRow) -> str | None:
    """The instrument in the old spelling, or None.

    Raises:
        Odd: it cannot be one.
    """
    told = (text(row, "symbol", "ticker") or "").strip()
    if len(told) > _LONGEST or not told.isprintable():
        raise Odd(f"its symbol cannot be one: {shown(told)}")
    return told or None


def moment(row: OldRow, *columns: str) -> datetime | None:
    """A time as aware UTC; one that names no zone is UTC, a number counts since 1970.

    Raises:
        Odd: it is no time that can have been.
    """
    value = first(row, *columns)
    if value is None:
        return None
    try:
        read = _read_moment(value)
    except (ValueError, OverflowError, OSError) as error:
        raise Odd(f"{named(row, *columns)} is no time: {shown(value)}") from error
    if read.year not in _YEARS:
        raise Odd(f"{named(row, *columns)} cannot be the time of a trade: {shown(value)}")
    return read


def _read_moment(value: Any) -> datetime:
    written = str(value).strip()
    if isinstance(value, (int, float)) or written.replace(".", "", 1).isdigit():
        count = float(written)
        for thousands, limit in zip((3, 2, 1), _EPOCHS, strict=True):
            if count > limit:
                count /= 1000**thousands
                break
        return datetime.fromtimestamp(count, UTC)
    date, _, time = written.removesuffix(" UTC").partition("T" if "T" in written else " ")
    read = datetime.fromisoformat(f"{date}T{time.replace(' ', '')}" if time else date)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def named(row: OldRow, *columns: str) -> str:
    """Which of ``columns`` is spoken of."""
    return next((c for c in columns if row.get(c) not in (None, "")), columns[0])


def shown(value: object) -> str:
    """A value in a sentence: short, on one line."""
    words = repr(value) if isinstance(value, (str, bytes)) else str(value)
    return words if len(words) <= 40 else f"{words[:39]}…"
