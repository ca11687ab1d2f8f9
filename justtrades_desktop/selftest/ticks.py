"""Prices come in: P&L, drawdown and run-up are to the cent what they are by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple

from justtrades_desktop.domain.positions import Position
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.reader import Reader
from justtrades_desktop.selftest.checking import same, until
from justtrades_desktop.selftest.scene import Program


class Marked(NamedTuple):
    """An open position in dollars; ``worst`` and ``best`` since it was opened."""

    symbol: str
    open: Fraction | None
    worst: Fraction | None
    best: Fraction | None

    def __repr__(self) -> str:
        """As it is read in a message."""
        result, worst, best = (
            "-" if value is None else f"{Decimal(value.numerator) / value.denominator}"
            for value in (self.open, self.worst, self.best)
        )
        return f"{self.symbol} {result} (worst {worst}, best {best})"


# Long 3 MNQ at 25602, 2 dollars a point; short 2 MES at 6950, 5 dollars a point.
_PRICES: Final = {
    "MNQ1!": ("25605", "25590", "25611.25"),
    "MES1!": ("6951.5", "6955", "6946.25"),
}
_EXPECTED: Final = [
    Marked("MES1!", Fraction("37.5"), Fraction(-50), Fraction("37.5")),
    Marked("MNQ1!", Fraction("55.5"), Fraction(-72), Fraction("55.5")),
]
_TOTAL: Final = "93.00"


async def ticks(program: Program) -> str:
    """Give prices to the program, and look at it, at the ledger and at the window."""
    desk = program.desk
    for symbol, prices in _PRICES.items():
        for price in prices:
            desk.tick(symbol, Decimal(price))
    same("positions at their last price", _marked(desk.open_positions()), _EXPECTED)
    await desk.flush()
    kept = await asyncio.to_thread(_in_the_ledger, program)
    same("the same in the ledger", kept, _EXPECTED)
    shown = program.window.top_bar.result
    await until(lambda: _TOTAL in shown.text(), f"{_TOTAL} as open P&L above", how_it_is=shown.text)
    return f"open P&L {_TOTAL}, drawdown -72.00 and -50.00, to the cent"


def _in_the_ledger(program: Program) -> list[Marked]:
    reader = Reader(path_in(program.scene.data_dir))
    try:
        return _marked(reader.positions(status="open"))
    finally:
        reader.close()


def _marked(positions: Iterable[Position]) -> list[Marked]:
    return sorted(
        Marked(
            position.symbol,
            position.in_money(position.unrealized(position.last_price)),
            position.in_money(position.worst),
            position.in_money(position.best),
        )
        for position in positions
    )
