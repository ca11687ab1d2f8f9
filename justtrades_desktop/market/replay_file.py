"""Reading a file of recorded prices, part by part: CSV or JSON lines with time, symbol, price."""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from justtrades_desktop.domain.errors import UserError

COLUMNS: Final = ("time", "symbol", "price")
_LONGEST_LINE: Final = 10_000
_LONGEST_SYMBOL: Final = 80
_PRICE: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?")
_EPOCH: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
_YEARS: Final = range(2000, 2100)
_EARLIEST: Final = 946_684_800  # the first second of these years
_LATEST: Final = 4_102_444_800  # and the first after them
_DISORDER_SECONDS: Final = 1.0  # exchanges stamp neighbouring trades a little out of order
_DELIMITERS: Final = (",", ";", "\t")
_MARK: Final = b"\xef\xbb\xbf"  # some programs begin a text with it


class Recorded(NamedTuple):
    """One price of the file: when it was true (UTC), and the line it stands in, from 1 on."""

    at: datetime
    symbol: str
    price: Decimal
    line: int


class Place(NamedTuple):
    """How far a file was read: bytes, lines, the newest time, and how its lines are to be read.

    ``delimiter`` is None for JSON lines, empty before the first line; ``order`` says which field
    of a CSV line is which of ``COLUMNS``.
    """

    offset: int = 0
    line: int = 0
    newest: datetime | None = None
    delimiter: str | None = ""
    order: tuple[int, int, int] = (0, 1, 2)


class Part(NamedTuple):
    """Some of a file: its prices, where it goes on, whether it ended, what was wrong behind it."""

    prices: list[Recorded]
    place: Place
    ended: bool = False
    trouble: UserError | None = None


class _Unfit(Exception):
    """A line that must not be guessed at; the message says why, in plain words."""


def read_part(path: Path, place: Place, lines: int) -> Part:
    """The next ``lines`` lines; the file is open only meanwhile, however large it is.

    What stands before a line that cannot be read is not lost: it comes with the trouble.
    """
    prices: list[Recorded] = []
    try:
        with path.open("rb") as file:
            file.seek(place.offset)
            for _ in range(lines):
                raw = file.readline(_LONGEST_LINE + 1)
                if not raw:
                    return Part(prices, place, ended=True)
                place, found = _take(raw, place._replace(line=place.line + 1), file)
                if found is not None:
                    prices.append(found)
    except OSError as error:
        trouble = UserError(f"{path} cannot be read: {error.strerror}", "Check the name.")
        return Part(prices, place, ended=True, trouble=trouble)
    except _Unfit as unfit:
        line = place.line + 1
        trouble = UserError(f"{path.name}, line {line}: {unfit}", "Nothing after it was replayed.")
        return Part(prices, place, ended=True, trouble=trouble)
    return Part(prices, place)


def _take(raw: bytes, place: Place, file: BinaryIO) -> tuple[Place, Recorded | None]:
    if len(raw) > _LONGEST_LINE:
        raise _Unfit(f"it is longer than {_LONGEST_LINE:,} bytes")
    place = place._replace(offset=file.tell())
    try:
        text = raw.removeprefix(_MARK).decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise _Unfit("it is not text in UTF-8") from error
    if not text:
        return place, None
    if place.delimiter == "":
        place, is_header = _recognised(text, place)
        if is_header:
            return place, None
    found = _recorded(text, place)
    if place.newest is not None:
        back = (place.newest - found.at).total_seconds()
        if back > _DISORDER_SECONDS:
            raise _Unfit(f"its time {found.at.isoformat()} is before that of an earlier line")
        return place._replace(newest=max(place.newest, found.at)), found
    return place._replace(newest=found.at), found


def _recognised(text: str, place: Place) -> tuple[Place, bool]:
    """How this file is to be read, by its first line, and whether that line names the columns."""
    if text.startswith("{"):
        return place._replace(delimiter=None), False
    delimiter = max(_DELIMITERS, key=text.count)
    names = [field.strip().lower() for field in _fields(text, delimiter)]
    place = place._replace(delimiter=delimiter)
    if set(COLUMNS) <= set(names):
        time, symbol, price = (names.index(column) for column in COLUMNS)
        return place._replace(order=(time, symbol, price)), True
    if len(names) != len(COLUMNS) or names[0][:1].isalpha():
        raise _Unfit(
            "it neither names the columns time, symbol and price nor has these three fields"
        )
    return place, False


def _recorded(text: str, place: Place) -> Recorded:
    if place.delimiter is None:
        time, symbol, price = _of_json(text)
    else:
        fields = _fields(text, place.delimiter)
        if len(fields) <= max(place.order):
            raise _Unfit(f"it has {len(fields)} fields, and needs time, symbol and price")
        time, symbol, price = (fields[at].strip() for at in place.order)
    if not symbol or len(symbol) > _LONGEST_SYMBOL or not symbol.isprintable():
        raise _Unfit("it names no instrument")
    return Recorded(_time(time), symbol, _price(price), place.line)


def _of_json(text: str) -> tuple[str, str, str]:
    try:
        # Numbers stay the text they are: a float would round a price.
        found = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise _Unfit("it is no JSON") from error
    if not isinstance(found, dict):
        raise _Unfit("it is no JSON object")
    time, symbol, price = (_text(found, column) for column in COLUMNS)
    return time, symbol, price


def _text(found: dict[str, Any], column: str) -> str:
    value = found.get(column)
    if not isinstance(value, str):
        raise _Unfit(f"it has no {column}")
    return value.strip()


def _fields(text: str, delimiter: str) -> list[str]:
    try:
        (fields,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError) as error:
        raise _Unfit("its quotes do not match") from error
    return fields


def _price(text: str) -> Decimal:
    if not _PRICE.fullmatch(text):
        raise _Unfit(f"{text[:40]!r} is not a price")
    return Decimal(text)


def _time(text: str) -> datetime:
    if _EPOCH.fullmatch(text):
        return _since_1970(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise _Unfit(f"{text[:40]!r} is not a time") from error
    if at.year not in _YEARS:
        raise _Unfit(f"its year is {at.year}")
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _since_1970(text: str) -> datetime:
    number = float(text)
    for seconds in (number, number / 1000):
        if _EARLIEST <= seconds < _LATEST:
            return datetime.fromtimestamp(seconds, UTC)
    raise _Unfit(f"{text[:40]} is no time: seconds or milliseconds since 1970, from 2000 on")
