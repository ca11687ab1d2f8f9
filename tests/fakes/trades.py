"""Finished trades for tests, one an hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.trades import Origin, Trade
from justtrades_desktop.journal.columns import Trades

START = datetime(2026, 11, 16, 15, tzinfo=UTC)  # a Monday, 09:00 in Chicago


def trade(profit: str | None = "0", id: int = 1, **fields: Any) -> Trade:
    """A long of an hour that closed ``id`` hours after the start, on one contract of MNQ."""
    closed_at = fields.pop("closed_at", START + timedelta(hours=id))
    exact = {
        name: None if value is None else Decimal(value)
        for name in ("entry", "exit", "fees", "drawdown", "run_up", "risk")
        if (value := fields.pop(name, "absent")) != "absent"
    }
    return Trade(
        **{
            "origin": Origin.SIGNALS,
            "id": id,
            "strategy": "ORB",
            "symbol": "MNQ1!",
            "side": Side.LONG,
            "size": 1,
            "opened_at": closed_at - timedelta(hours=1),
            "closed_at": closed_at,
            "profit": None if profit is None else Decimal(profit),
            **exact,
            **fields,
        }
    )


def session_day(at: datetime) -> date:
    """The Globex day in winter: from 23:00 UTC."""
    return (at + timedelta(hours=1)).date()


def journal(trades: Iterable[Trade]) -> Trades:
    return Trades(list(trades), session_day)


def results(*profits: str | None, **fields: Any) -> Trades:
    """A journal of trades with these profits, in this order."""
    return journal(trade(profit, number, **fields) for number, profit in enumerate(profits, 1))
