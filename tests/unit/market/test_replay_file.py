"""Files of recorded prices: what is read, and what is refused with its line."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from justtrades_desktop.market.replay_file import Part, Place, Recorded, read_part

AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def read(folder: Path, text: str | bytes, lines: int = 100) -> Part:
    path = folder / "prices.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_part(path, Place(), lines)


def prices(folder: Path, text: str | bytes) -> list[Recorded]:
    part = read(folder, text)
    assert part.trouble is None
    assert part.ended
    return part.prices


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20T15:30:00Z,MNQ1!,25600.25\n",
        "time,symbol,price\n2026-11-20T15:30:00+00:00,MNQ1!,25600.25\n",
        "price;volume;Symbol;TIME\r\n25600.25;7;MNQ1!;2026-11-20 09:30:00-06:00\r\n",
        "symbol\tprice\ttime\nMNQ1!\t25600.25\t2026-11-20T15:30:00\n",
        "\n\n1795188600,MNQ1!,25600.25",
        "1795188600000,MNQ1!,+25600.25\n",
        '"1795188600.0","MNQ1!","25600.25"\n',
        '{"time": "2026-11-20T15:30:00Z", "symbol": "MNQ1!", "price": 25600.25}\n',
        '{"price": "25600.25", "time": 1795188600000, "more": [1], "symbol": "MNQ1!"}\n\n',
        b"\xef\xbb\xbftime,symbol,price\n1795188600,MNQ1!,25600.25\n",
    ],
)
def test_the_same_price_in_every_form(tmp_path: Path, text: str | bytes) -> None:
    (found,) = prices(tmp_path, text)
    assert (found.at, found.symbol, found.price) == (AT, "MNQ1!", Decimal("25600.25"))


def test_a_price_is_never_rounded(tmp_path: Path) -> None:
    exact = "0.123456789012345"
    line = '{"time": 1795188600, "symbol": "X", "price": %s}\n' % exact  # noqa: UP031 - braces
    assert prices(tmp_path, line)[0].price == Decimal(exact)
    assert prices(tmp_path, "1795188600,CL1!,-37.63\n")[0].price == Decimal("-37.63")


GOOD = "1795188600,MNQ1!,25600\n"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (GOOD + "\n1795188601,MNQ1!,\n", 3, "'' is not a price"),
        (GOOD + "1795188601,MNQ1!,1e5\n", 2, "'1e5' is not a price"),
        (GOOD + "1795188601,MNQ1!,nan\n", 2, "'nan' is not a price"),
        (GOOD + "1795188601,MNQ1!,25 600\n", 2, "'25 600' is not a price"),
        (GOOD + "1795188601,,25600\n", 2, "names no instrument"),
        (GOOD + "yesterday,MNQ1!,25600\n", 2, "'yesterday' is not a time"),
        (GOOD + "12345,MNQ1!,25600\n", 2, "12345 is no time"),
        (GOOD + "20261120,MNQ1!,25600\n", 2, "20261120 is no time"),
        (GOOD + "0001-01-01T00:00:00+14:00,MNQ1!,25600\n", 2, "its year is 1"),
        (GOOD + "1795188601,MNQ1!\n", 2, "it has 2 fields"),
        (GOOD + '"1795188601,MNQ1!,25600\n', 2, "quotes do not match"),
        (GOOD + "1795188598,MNQ1!,25600\n", 2, "before that of an earlier line"),
        (GOOD.encode() + b"1795188601,\xff,25600\n", 2, "not text in UTF-8"),
        (GOOD + "x" * 10_001, 2, "longer than 10,000 bytes"),
        ("Date,Close\n2026-11-20,25600\n", 1, "neither names the columns time, symbol and price"),
        ("time,symbol,close\n", 1, "neither names the columns"),
        ("25600\n", 1, "neither names the columns"),
        ('{"time": 1795188600, "symbol": "X"}\n', 1, "it has no price"),
        ('{"time": 1795188600, "symbol": "X", "price": true}\n', 1, "it has no price"),
        ('{"time": 1795188600, "symbol": "X", "price": NaN}\n', 1, "it has no price"),
        ('{"time": 1795188600, "symbol": 5, "price": }\n', 1, "it is no JSON"),
        ("{" * 9_000, 1, "it is no JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, text: str | bytes, line: int, why: str
) -> None:
    part = read(tmp_path, text)
    assert part.ended
    assert part.trouble is not None
    assert f"prices.txt, line {line}: " in part.trouble.title
    assert why in part.trouble.title
    # What stands before it counts.
    before = text.startswith(GOOD if isinstance(text, str) else GOOD.encode())  # type: ignore[arg-type]
    assert len(part.prices) == (1 if before else 0)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    part = read_part(tmp_path / "none.csv", Place(), 1)
    assert part.trouble is not None
    assert "cannot be read" in part.trouble.title


@pytest.mark.parametrize("lines", [1, 2, 3, 7, 1000])
def test_a_file_is_read_in_parts_of_any_size(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "prices.csv"
    rows = [f"{25600 + n},MNQ1!,{1795188600 + n}" for n in range(20)]
    path.write_text("\n".join(["price,symbol,time", *rows]))
    found: list[Recorded] = []
    part = Part([], Place())
    while not part.ended:
        part = read_part(path, part.place, lines)
        assert len(part.prices) <= lines
        found += part.prices
    assert [each.price for each in found] == [25600 + n for n in range(20)]
    assert [each.line for each in found] == [n + 2 for n in range(20)]
    assert part.place.offset == path.stat().st_size
    path.unlink()  # nothing holds it open


def test_trades_stamped_a_moment_out_of_order_are_taken(tmp_path: Path) -> None:
    found = prices(tmp_path, "1795188600.9,A,1\n1795188600.2,A,2\n1795188601.5,A,3\n")
    assert [each.price for each in found] == [1, 2, 3]
