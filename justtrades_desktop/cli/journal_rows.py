"""Trades, signals, legs and paths as rows of words and numbers, for JSON, CSV and people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.paths import Path
from justtrades_desktop.domain.positions import Leg
from justtrades_desktop.domain.trades import Trade
from justtrades_desktop.domain.values import plain
from justtrades_desktop.journal.figures import Figures
from justtrades_desktop.ledger.columns import utc_text

Row = dict[str, Any]


class Number(str):
    """The digits of a number: text on paper, but never a formula."""

    __slots__ = ()


def trade_row(trade: Trade) -> Row:
    """A line of the journal."""
    opened_at = trade.opened_at
    return {
        "origin": trade.origin.value,
        "id": trade.id,
        "opened_at": None if opened_at is None else utc_text(opened_at),
        "closed_at": utc_text(trade.closed_at),
        "strategy": trade.strategy,
        "symbol": trade.symbol,
        "side": trade.side.value,
        "max_quantity": trade.size,
        "entry_price": _price(trade.entry),
        "exit_price": _price(trade.exit),
        "profit": money(trade.profit),
        "drawdown": money(trade.drawdown),
        "run_up": money(trade.run_up),
        "duration_seconds": None
        if opened_at is None
        else round((trade.closed_at - opened_at).total_seconds(), 6),
        "adds": trade.adds,
        "exit_reason": trade.exit_reason,
        "fees": money(trade.fees),
        "currency": trade.currency,
        "notes": trade.notes,
        "tags": list(trade.tags),
    }


def figures_row(figures: Figures) -> Row:
    """All figures by name."""
    return {field.name: _figure(getattr(figures, field.name)) for field in fields(figures)}


def signal_row(line: SignalLine, recorder: str) -> Row:
    """A stored signal, with its alert as it is kept."""
    return {
        "id": line.id,
        "recorder": recorder,
        "received_at": utc_text(line.received_at),
        "source": line.source,
        "outcome": line.outcome,
        "reason": line.reason,
        "action": line.action,
        "symbol": line.symbol,
        "quantity": line.quantity,
        "price": _price(line.price),
        "target": line.target,
        "repeats": line.repeats,
        "body": line.body,
    }


def alert_row(line: SignalLine, recorder: str) -> Row:
    """What came, and from where."""
    return {
        "id": line.id,
        "recorder": recorder,
        "received_at": utc_text(line.received_at),
        "source": line.source,
        "content_type": line.content_type,
        "body": line.body,
    }


def leg_row(leg: Leg, strategy: str, symbol: str, side: str) -> Row:
    """An entry or exit."""
    return {
        "position_id": leg.position_id,
        "strategy": strategy,
        "symbol": symbol,
        "side": side,
        "kind": leg.kind.value,
        "quantity": leg.quantity,
        "price": _price(leg.price),
        "time": utc_text(leg.at),
        "signal_id": leg.signal_id,
    }


def path_rows(position_id: int, path: Path, currency: str | None) -> Iterator[Row]:
    """The points of a P&L path; without a currency they are points of price."""
    for at, value in zip(path.times, path.values, strict=True):
        yield {
            "position_id": position_id,
            "time": utc_text(datetime.fromtimestamp(at, UTC)),
            "unrealized_pnl": money(Decimal(value)),
            "currency": currency,
        }


def money(value: Decimal | None) -> Number | None:
    """With two places, half to even, never ``-0.00``."""
    if value is None:
        return None
    text = f"{value:.2f}"
    return Number("0.00" if text == "-0.00" else text)


def _price(value: Decimal | None) -> Number | None:
    return None if value is None else Number(plain(value))


def _figure(value: object) -> object:
    match value:
        case Decimal():
            return money(value)
        case float():
            return round(value, 6)
        case datetime():
            return utc_text(value)
        case _:
            return value
