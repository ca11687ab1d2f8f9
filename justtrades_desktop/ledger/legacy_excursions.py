"""How far an old trade went: what was measured, what never was, and in what unit.

The old program fills both figures of a row with 0 and raises them with each price it sees while
the trade is open. So two zeros mean that it saw none. A single zero is a measurement, unless the
result contradicts it: a trade that ended with a profit had one.

``max_adverse`` and ``max_favorable`` are money in some versions and points of one contract in
others. A winner went at least as far as it ended, so where it ended (in money, and in points)
tells which of the two a recorder's figures are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from justtrades_desktop.ledger.legacy_values import Odd, OldRow, number, text

_ENOUGH: Final = 3  # rows that say points; less may be chance


class Excursions(NamedTuple):
    """Money; ``drawdown`` at most 0, ``run_up`` at least 0, None where never measured."""

    drawdown: Decimal | None = None
    run_up: Decimal | None = None


def of_trade(row: OldRow, profit: Decimal | None, *, in_points: bool) -> Excursions:
    """From ``max_adverse`` and ``max_favorable``, both counted upwards from 0.

    Figures in points are not turned into money: the row keeps them, and here they count as not
    measured.
    """
    adverse, favourable = number(row, "max_adverse"), number(row, "max_favorable")
    if in_points:
        return Excursions()
    worst = None if adverse is None else -abs(adverse)
    return _measured(worst, favourable, profit)


def of_position(row: OldRow, profit: Decimal | None) -> Excursions:
    """From ``worst_unrealized_pnl`` (at most 0) and ``best_unrealized_pnl``, which are money."""
    return _measured(
        number(row, "worst_unrealized_pnl"), number(row, "best_unrealized_pnl"), profit
    )


def recorders_in_points(rows: Iterable[OldRow]) -> frozenset[str | None]:
    """The ``recorder_id`` of those whose trades tell their excursions in points."""
    points: Counter[str | None] = Counter()
    money: Counter[str | None] = Counter()
    for row in rows:
        vote = _says_points(row)
        if vote is not None:
            (points if vote else money)[text(row, "recorder_id")] += 1
    return frozenset(r for r, votes in points.items() if votes >= _ENOUGH and votes > money[r])


def _measured(worst: Decimal | None, best: Decimal | None, profit: Decimal | None) -> Excursions:
    if not worst and not best:
        return Excursions()
    result = profit or Decimal(0)
    lost, won = result < 0, result > 0
    return Excursions(
        drawdown=None if worst is None or worst > 0 or (worst == 0 and lost) else worst,
        run_up=None if best is None or best < 0 or (best == 0 and won) else best,
    )


def _says_points(row: OldRow) -> bool | None:
    """Whether the excursion of a finished trade is nearer to its points than to its money."""
    try:
        entry, left, profit = (number(row, c) for c in ("entry_price", "exit_price", "pnl"))
        if not profit or entry is None or left is None:
            return None
        reached = number(row, "max_favorable" if profit > 0 else "max_adverse")
    except Odd:
        return None
    if not reached:
        return None
    from_points, from_money = abs(reached - abs(left - entry)), abs(reached - abs(profit))
    return None if from_points == from_money else from_points < from_money
