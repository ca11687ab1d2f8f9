"""``positions`` and ``signals``: what is in the ledger, read-only."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.remote import bring_up_to_date
from justtrades_desktop.cli.out import emit
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.positions import Leg, LegKind, Position
from justtrades_desktop.domain.values import average, money, plain
from justtrades_desktop.ledger.columns import utc_text
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.reader import Reader
from justtrades_desktop.ledger.rows import CLOSED, OPEN

_NARROW = (
    *("id", "recorder", "symbol", "side", "quantity", "avg_entry_price", "current_price"),
    *("unrealized_pnl", "worst_unrealized_pnl", "realized_pnl", "status", "opened_at"),
)


def positions(chosen: argparse.Namespace) -> int:
    """Print positions."""
    reader = _reader(data_dir(chosen.data_dir))
    names = {recorder.id: recorder.name for recorder in reader.recorders()}
    wanted = _recorder_id(names, chosen.recorder)
    status = {"open": OPEN, "closed": CLOSED, "all": None}[chosen.status]
    found = reader.positions(status=status, recorder_id=wanted)
    legs = reader.legs([position.id for position in found])
    rows = [_position(p, names[p.recorder_id], legs.get(p.id, [])) for p in found]
    if not chosen.json:
        rows = [{name: row[name] for name in _NARROW} for row in rows]
    emit(rows, as_json=chosen.json)
    return 0


def signals(chosen: argparse.Namespace) -> int:
    """Print signals, newest first."""
    reader = _reader(data_dir(chosen.data_dir))
    names = {recorder.id: recorder.name for recorder in reader.recorders()}
    found = reader.signals(limit=chosen.limit, outcome=chosen.outcome)
    emit([_signal(line, names[line.recorder_id]) for line in found], as_json=chosen.json)
    return 0


def _reader(folder: Path) -> Reader:
    bring_up_to_date(folder)
    return Reader(path_in(folder))


def _recorder_id(names: dict[int, str], name: str | None) -> int | None:
    if name is None:
        return None
    for recorder_id, known in names.items():
        if known == name:
            return recorder_id
    raise UserError(
        f"There is no recorder named {name!r}", "`justtrades recorder list` shows them."
    )


def _position(position: Position, recorder: str, legs: Sequence[Leg]) -> dict[str, Any]:
    price = position.last_price
    return {
        "id": position.id,
        "recorder": recorder,
        "symbol": position.symbol,
        "side": position.side.value,
        "quantity": position.open,
        "max_quantity": position.most,
        "avg_entry_price": average(position.average_entry),
        "entries": [_leg(leg) for leg in legs if leg.kind is LegKind.ENTRY],
        "exits": [_leg(leg) for leg in legs if leg.kind is LegKind.EXIT],
        "current_price": None if price is None else plain(price),
        "unrealized_pnl": money(position.in_money(position.unrealized(price))),
        "worst_unrealized_pnl": money(position.in_money(position.worst)),
        "best_unrealized_pnl": money(position.in_money(position.best)),
        "realized_pnl": money(position.in_money(position.realized)),
        "exit_price": average(position.exit_price),
        "exit_reason": position.exit_reason,
        "status": OPEN if position.open else CLOSED,
        "opened_at": utc_text(position.opened_at),
        "closed_at": None if position.closed_at is None else utc_text(position.closed_at),
    }


def _leg(leg: Leg) -> dict[str, Any]:
    return {
        "price": None if leg.price is None else plain(leg.price),
        "quantity": leg.quantity,
        "time": utc_text(leg.at),
        "signal_id": leg.signal_id,
    }


def _signal(line: SignalLine, recorder: str) -> dict[str, Any]:
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
        "price": None if line.price is None else plain(line.price),
        "target": line.target,
        "body": line.body,
    }
