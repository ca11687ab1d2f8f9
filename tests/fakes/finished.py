"""Finished trades by chance, the same each time."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Origin, Trade

_SATURDAY = 5


def many_trades(count: int, *, seed: int = 2) -> list[Trade]:
    """``count`` trades of three strategies from August 2026 on, on weekdays."""
    chance = random.Random(seed)
    at = datetime(2026, 8, 3, 14, tzinfo=UTC)
    found = []
    for number in range(1, count + 1):
        at += timedelta(hours=18 * chance.random())
        while at.weekday() >= _SATURDAY:
            at += timedelta(hours=12)
        found.append(_trade(number, at, chance))
    return found


def _trade(number: int, closed_at: datetime, chance: random.Random) -> Trade:
    profit = chance.gauss(25, 160)
    return Trade(
        origin=Origin.SIGNALS,
        id=number,
        strategy=chance.choice(("JADNQ", "Fade MES with a rather long name", "ORB")),
        symbol=chance.choice(("MNQ1!", "MES1!")),
        side=chance.choice((Side.LONG, Side.SHORT)),
        size=chance.randint(1, 4),
        opened_at=closed_at - timedelta(minutes=chance.randint(2, 300)),
        closed_at=closed_at,
        profit=_cents(profit),
        drawdown=_cents(min(0.0, profit) - abs(chance.gauss(0, 60))),
        run_up=_cents(max(0.0, profit) + abs(chance.gauss(0, 70))),
    )


def _cents(value: float) -> Decimal:
    return Decimal(round(100 * value)).scaleb(-2)
