"""The hundred alerts of the self test, and what they come to, worked out by hand.

Three strategies repeat a block that ends flat, then open what stays open:

=====  ==========================================  ==============================  ============
       block, with what it makes                   tail                            open
=====  ==========================================  ==============================  ============
Trend  +2 @ 25600, +1 @ 25603 (average 25601),     +2 @ 25600, +1 @ 25606          3 at 25602
MNQ    -1 @ 25610: +9, close @ 25620: +38 points
Fade   -1 @ 6950, -2 @ 6953 (average 6952),        -1 @ 6950, -1 @ 6952,           -2 at 6950,
MES    +1 @ 6953: -1, close @ 6955: -6 points      -1 @ 6954 (average 6952),       +4 points
                                                   +2 @ 6950: +4, -1 @ 6948        realized
Gold   +1 @ 4100, -2 @ 4101.5: +1.5 and turned,    none                            nothing
MGC    close @ 4100: +1.5 points
=====  ==========================================  ==============================  ============
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, NamedTuple


class Move(NamedTuple):
    """An order of a strategy: signed contracts, 0 to close; ``position`` is what it then holds."""

    contracts: int
    price: str
    position: int
    write: Callable[[str, Move, str], str]
    """Makes the alert's text of symbol, move and a name of its own."""

    @property
    def word(self) -> str:
        """What an alert calls it."""
        if not self.contracts:
            return "close"
        return "buy" if self.contracts > 0 else "sell"


class Open(NamedTuple):
    """What a strategy holds after its last alert; ``average`` in points."""

    signed: int
    average: Fraction

    def __repr__(self) -> str:
        """As it is read in a message."""
        return f"{self.signed:+d} at {Decimal(self.average.numerator) / self.average.denominator}"


class Script(NamedTuple):
    """One strategy: ``trades`` are finished ones with their ``profit`` in dollars together."""

    name: str
    symbol: str
    block: Sequence[Move]
    times: int
    tail: Sequence[Move]
    open: Open | None
    trades: int
    profit: Decimal

    def alerts(self) -> Iterator[str]:
        """The texts in their order."""
        moves = [*self.block] * self.times + [*self.tail]
        for number, move in enumerate(moves, 1):
            yield move.write(self.symbol, move, f"{self.symbol} {number}")


def _json(symbol: str, move: Move, name: str) -> str:
    told: dict[str, object] = {"action": move.word, "ticker": symbol, "price": move.price}
    if move.contracts:
        told["contracts"] = abs(move.contracts)
    return json.dumps({**told, "id": name})


def _form(symbol: str, move: Move, _: str) -> str:
    return (
        f"action={move.word}&ticker={symbol.replace('!', '%21')}&price={move.price}"
        + f"&quantity={abs(move.contracts)}" * bool(move.contracts)
    )


def _pairs(symbol: str, move: Move, _: str) -> str:
    size = f"; quantity={abs(move.contracts)}" * bool(move.contracts)
    return f"action={move.word}; ticker={symbol}; price={move.price}{size}"


def _sentence(symbol: str, move: Move, _: str) -> str:
    """TradingView's own; it names no price, so the last one counts."""
    order = f"order {move.word} @ {abs(move.contracts)} filled on {symbol}"
    return f"Fade (9, 21): {order}. New strategy position is {move.position}"


def _manager(symbol: str, move: Move, _: str) -> str:
    side = "long" if move.position > 0 else "short"
    return (
        f"Trend: {move.word.upper()}, Price = {move.price}, Ticker = {symbol}, "
        f"Action = {side}, Amount = {abs(move.position)}"
    )


SCRIPTS: Final = (
    Script(
        name="Trend MNQ",
        symbol="MNQ1!",
        block=(
            Move(2, "25600", 2, _json),
            Move(1, "25603", 3, _form),
            Move(-1, "25610", 2, _manager),
            Move(0, "25620", 0, _pairs),
        ),
        times=8,
        tail=(Move(2, "25600", 2, _json), Move(1, "25606", 3, _pairs)),
        open=Open(3, Fraction(25602)),
        trades=8,
        profit=Decimal("752.00"),  # 47 points, 2 dollars, 8 times
    ),
    Script(
        name="Fade MES",
        symbol="MES1!",
        block=(
            Move(-1, "6950", -1, _json),
            Move(-2, "6953", -3, _form),
            Move(1, "6953", -2, _sentence),
            Move(0, "6955", 0, _json),
        ),
        times=7,
        tail=(
            Move(-1, "6950", -1, _pairs),
            Move(-1, "6952", -2, _json),
            Move(-1, "6954", -3, _form),
            Move(2, "6950", -1, _manager),
            Move(-1, "6948", -2, _json),
        ),
        open=Open(-2, Fraction(6950)),
        trades=7,
        profit=Decimal("-245.00"),  # -7 points, 5 dollars, 7 times
    ),
    Script(
        name="Gold swing",
        symbol="MGC1!",
        block=(
            Move(1, "4100", 1, _json),
            Move(-2, "4101.5", -1, _pairs),
            Move(0, "4100", 0, _form),
        ),
        times=11,
        tail=(),
        open=None,
        trades=22,
        profit=Decimal("330.00"),  # 1.5 points, 10 dollars, 22 times
    ),
)
