"""A finished trade as the journal keeps it: from our own signals, or brought along."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from justtrades_desktop.domain.positions import Side


class Origin(StrEnum):
    """Where a trade came from."""

    SIGNALS = "signals"  # a closed position of this program
    IMPORTED = "imported"  # an old trade, with the figures it came with


class Trade(NamedTuple):
    """One line of the journal.

    ``id`` is unique within its ``origin``. ``size`` is the most contracts held. Money is in
    ``currency``, rounded to the cent; ``drawdown`` (at most 0) and ``run_up`` (at least 0) are the
    worst and the best unrealized P&L, None where they were never measured; ``risk`` is what the
    first stop would have lost (R, above 0), None where no stop was known. ``profit`` is None where
    nobody knows it (no tick value). Times are UTC; an imported trade may lack its ``opened_at``.
    ``adds`` counts entries after the first, None where unknown.
    """

    origin: Origin
    id: int
    strategy: str
    symbol: str
    side: Side
    size: int
    opened_at: datetime | None
    closed_at: datetime
    entry: Decimal | None = None
    exit: Decimal | None = None
    profit: Decimal | None = None
    fees: Decimal = Decimal(0)
    drawdown: Decimal | None = None
    run_up: Decimal | None = None
    risk: Decimal | None = None
    adds: int | None = None
    exit_reason: str | None = None
    currency: str = "USD"
    notes: str = ""
    tags: tuple[str, ...] = ()
