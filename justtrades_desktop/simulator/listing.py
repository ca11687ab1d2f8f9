"""What is traded: products and the months they are listed in."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from justtrades_desktop.domain.contracts import MONTH_CODES, Product
from justtrades_desktop.simulator.expiry import last_day

_QUARTERS: Final = "HMUZ"
# Roots by the months they are listed in; a root not named here is listed by the quarter.
_MONTHS: Final = {
    MONTH_CODES: "CL MCL QM NG QG MNG HO RB BZ HG MHG QC PL PA 2YY 5YY 10Y 30Y 6M 6L 6Z BTC MBT "
    "ETH MET SOL MSL XRP MXP VX VXM FVS",
    "GJMQVZ": "GC MGC 1OZ QO LE",
    "FHKNUZ": "SI SIL QI",
    "HKNUZ": "ZC ZW KE ZO XC XW KC CC",
    "FHKNQUX": "ZS XK",
    "FHKNQUVZ": "ZM ZL",
    "FHKNUX": "ZR",
    "GJKMNQVZ": "HE",
    "FHJKQUVX": "GF",
    "HKNVZ": "CT",
    "HKNV": "SB",
}
_FRACTIONAL: Final = "ZB UB ZN TN ZF ZT ZC ZS ZW KE ZO XC XK XW"
_NAMES: Final = {
    "ES": "E-mini S&P 500",
    "MES": "Micro E-mini S&P 500",
    "NQ": "E-mini Nasdaq-100",
    "MNQ": "Micro E-mini Nasdaq-100",
    "RTY": "E-mini Russell 2000",
    "M2K": "Micro E-mini Russell 2000",
    "YM": "E-mini Dow",
    "MYM": "Micro E-mini Dow",
    "CL": "Crude oil WTI",
    "GC": "Gold",
}


class Maturity(NamedTuple):
    """One month of a product: ``name`` of the contract, its month as YYYYMM, its last day."""

    name: str
    month: int
    last_day: date


def months(root: str) -> str:
    """The month codes of a product."""
    return next((codes for codes, roots in _MONTHS.items() if root in roots.split()), _QUARTERS)


def description(root: str) -> str:
    """A product in words; its root where no other name is known."""
    return _NAMES.get(root, root)


def price_format(product: Product) -> tuple[str, int]:
    """``priceFormatType`` and ``priceFormat``: for decimals minus their number.

    Values of fractional products are ours: the denominator's power of two.
    """
    exponent = product.tick_size.normalize().as_tuple().exponent
    if product.root in _FRACTIONAL.split():
        return "Fractional", -3 if product.tick_size >= Decimal("0.125") else -5
    return "Decimal", min(0, int(exponent))


def coming(root: str, today: date) -> Iterator[Maturity]:
    """The maturities of a product that still trade on ``today``, front first, without end."""
    codes = months(root)
    year = today.year
    while True:
        for number, code in enumerate(MONTH_CODES, start=1):
            if code in codes and (last := last_day(root, year, number)) >= today:
                yield Maturity(f"{root}{code}{year % 10}", year * 100 + number, last)
        year += 1


def packaged() -> list[Product]:
    """The product table that is shipped."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parents[2]
    table = json.loads((root / "resources" / "products.json").read_text(encoding="utf-8"))
    return [
        Product(
            root=row["root"],
            tick_size=Decimal(row["tick_size"]),
            tick_value=Decimal(row["tick_value"]),
            currency=row["currency"],
            exchange=row["exchange"],
            prefix=row["prefix"] or "",
        )
        for row in table["products"]
    ]
