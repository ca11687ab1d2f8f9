"""``trades`` and ``stats``: the journal and what it comes to, read-only."""

from __future__ import annotations

import argparse
from pathlib import Path

from justtrades_desktop.app.places import calendar, data_dir
from justtrades_desktop.app.remote import bring_up_to_date
from justtrades_desktop.cli.journal_rows import Row, figures_row, trade_row
from justtrades_desktop.cli.out import emit
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.trades import Trade
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.figures import figures
from justtrades_desktop.journal.wanted import Wanted
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.trades import Journal

_NARROW = (
    *("origin", "id", "closed_at", "strategy", "symbol", "side", "max_quantity", "profit"),
    *("drawdown", "run_up", "exit_reason", "tags"),
)


def trades(chosen: argparse.Namespace) -> int:
    """Print the journal, oldest close first."""
    rows = [trade_row(trade) for trade in chosen_trades(chosen, ledger(chosen))]
    if not chosen.json:
        rows = [_narrow(row) for row in rows]
    emit(rows, as_json=chosen.json)
    return 0


def stats(chosen: argparse.Namespace) -> int:
    """Print the figures of the chosen trades."""
    columns = _columns(ledger(chosen))
    rows = columns.select(wanted(chosen))
    several = columns.currencies(rows)
    if chosen.currency is None and len(several) > 1:
        raise UserError(
            f"These trades are in {' and '.join(several)}, which cannot be added up",
            "Choose one with --currency.",
        )
    found = figures(columns, rows, capital=chosen.capital, currency=chosen.currency)
    emit(figures_row(found), as_json=chosen.json)
    return 0


def ledger(chosen: argparse.Namespace) -> Path:
    """The ledger's file, with what a running process has not written yet."""
    folder = data_dir(chosen.data_dir)
    bring_up_to_date(folder)
    return path_in(folder)


def chosen_trades(chosen: argparse.Namespace, path: Path) -> list[Trade]:
    """The trades that the command's filters let through, oldest close first."""
    columns = _columns(path)
    return [columns.trades[row] for row in columns.select(wanted(chosen))]


def wanted(chosen: argparse.Namespace) -> Wanted:
    """The filters that were given."""
    return Wanted(
        strategy=chosen.strategy,
        symbol=chosen.symbol,
        side=chosen.side,
        first_day=chosen.first_day,
        last_day=chosen.last_day,
        result=chosen.result,
        tag=chosen.tag,
        text=chosen.text,
        origin=chosen.origin,
    )


def _columns(path: Path) -> Trades:
    journal = Journal(path)
    try:
        found = journal.trades()
    finally:
        journal.close()
    known = calendar()
    return Trades(found, known.session_day, zone=known.zone)


def _narrow(row: Row) -> Row:
    return {name: row[name] for name in _NARROW} | {"tags": ", ".join(row["tags"])}
