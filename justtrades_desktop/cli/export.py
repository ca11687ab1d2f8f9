"""``export``: the journal, signals, legs, paths or alerts as a file for other programs."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

from justtrades_desktop.app.places import calendar
from justtrades_desktop.cli.journal import chosen_trades, ledger, wanted
from justtrades_desktop.cli.journal_rows import (
    Number,
    Row,
    alert_row,
    leg_row,
    path_rows,
    signal_row,
    trade_row,
)
from justtrades_desktop.cli.new_file import opened
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import SignalLine
from justtrades_desktop.domain.positions import Position
from justtrades_desktop.domain.trades import Origin
from justtrades_desktop.journal.wanted import Wanted
from justtrades_desktop.ledger.reader import Reader
from justtrades_desktop.ledger.trades import Journal

_STEP: Final = 500  # signals read at a time
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula, or for the start of one."""


class Export(NamedTuple):
    """What is written: one sentence on it, the names of its columns, and its rows."""

    holds: str
    columns: tuple[str, ...]
    rows: Iterable[Row]


def export(chosen: argparse.Namespace) -> int:
    """Write one kind of rows to a file or to standard output."""
    format_ = _format(chosen)
    made = _EXPORTS[chosen.what](chosen, ledger(chosen))
    with opened(chosen.file, force=chosen.force) as file:
        count = _WRITERS[format_](file, made)
    where = "" if chosen.file == "-" else f" to {chosen.file}"
    sys.stderr.write(f"Wrote {count:,} rows{where}: {made.holds}\n")
    return 0


def _format(chosen: argparse.Namespace) -> str:
    if chosen.what == "alerts":
        if chosen.format == "csv":
            raise UserError("Alerts are exported as JSON lines", "Leave --format away.")
        return "lines"
    named = "json" if chosen.json or Path(chosen.file).suffix.lower() == ".json" else "csv"
    return str(chosen.format or named)


# What there is


def _journal(chosen: argparse.Namespace, path: Path) -> Export:
    return Export(
        "finished trades, oldest close first; money in each trade's currency, times in UTC.",
        _TRADE_COLUMNS,
        map(trade_row, chosen_trades(chosen, path)),
    )


def _signals(chosen: argparse.Namespace, path: Path) -> Export:
    return Export(
        "the stored signals, oldest first; numbers as the alerts state them, secrets masked.",
        _SIGNAL_COLUMNS,
        (signal_row(line, recorder) for line, recorder in _lines(chosen, path)),
    )


def _alerts(chosen: argparse.Namespace, path: Path) -> Export:
    return Export(
        "the bodies of the stored alerts as they came, oldest first, secrets masked.",
        _ALERT_COLUMNS,
        (alert_row(line, recorder) for line, recorder in _lines(chosen, path)),
    )


def _entries(chosen: argparse.Namespace, path: Path) -> Export:
    whose, positions, names = _positions(chosen, path)
    return Export(f"the entries and exits of {whose}.", _LEG_COLUMNS, _legs(path, positions, names))


def _legs(path: Path, positions: list[Position], names: dict[int, str]) -> Iterator[Row]:
    reader = Reader(path)
    try:
        for start in range(0, len(positions), _STEP):
            some = positions[start : start + _STEP]
            legs = reader.legs([position.id for position in some])
            for position in some:
                strategy, side = names[position.recorder_id], position.side.value
                for leg in legs.get(position.id, []):
                    yield leg_row(leg, strategy, position.symbol, side)
    finally:
        reader.close()


def _paths(chosen: argparse.Namespace, path: Path) -> Export:
    whose, positions, _ = _positions(chosen, path)
    return Export(
        f"the unrealized P&L of {whose}, point by point; in points of price where there is no "
        "currency.",
        _PATH_COLUMNS,
        _points(path, positions),
    )


def _points(path: Path, positions: list[Position]) -> Iterator[Row]:
    journal = Journal(path)
    try:
        for position in positions:
            currency = position.product.currency if position.product else None
            for id_, found in journal.paths([position.id]).items():
                yield from path_rows(id_, found, currency)
    finally:
        journal.close()


def _positions(
    chosen: argparse.Namespace, path: Path
) -> tuple[str, list[Position], dict[int, str]]:
    """Whose legs and paths are meant, in words and as such, and the recorders' names."""
    reader = Reader(path)
    try:
        names = {recorder.id: recorder.name for recorder in reader.recorders()}
        every = reader.positions()
    finally:
        reader.close()
    if not wanted(chosen):
        return "all positions, open ones too", every, names
    ours = {t.id for t in chosen_trades(chosen, path) if t.origin is Origin.SIGNALS}
    return "the chosen finished positions", [p for p in every if p.id in ours], names


def _lines(chosen: argparse.Namespace, path: Path) -> Iterator[tuple[SignalLine, str]]:
    asked = wanted(chosen)
    given = Wanted(
        strategy=asked.strategy,
        symbol=asked.symbol,
        first_day=asked.first_day,
        last_day=asked.last_day,
        text=asked.text,
    )
    if given != asked:
        raise UserError(
            "A signal has no side, result, tag or origin to choose by",
            "Choose by --strategy, --symbol, --from, --to and --text.",
        )
    return _read_lines(given, path)


def _read_lines(given: Wanted, path: Path) -> Iterator[tuple[SignalLine, str]]:
    reader = Reader(path)
    try:
        names = {recorder.id: recorder.name for recorder in reader.recorders()}
        for first in range(1, reader.signal_count() + 1, _STEP):
            for line in reader.signals(limit=_STEP, ids=range(first, first + _STEP))[::-1]:
                if _is_wanted(line, names[line.recorder_id], given):
                    yield line, names[line.recorder_id]
    finally:
        reader.close()


def _is_wanted(line: SignalLine, recorder: str, given: Wanted) -> bool:
    if given.strategy not in (None, recorder) or given.symbol not in (None, line.symbol):
        return False
    day = calendar().session_day(line.received_at)
    if (given.first_day and day < given.first_day) or (given.last_day and day > given.last_day):
        return False
    searched = (recorder, line.symbol or "", line.reason or "", line.body)
    return given.text.casefold() in "\n".join(searched).casefold()


_EXPORTS: Final[dict[str, Callable[[argparse.Namespace, Path], Export]]] = {
    "journal": _journal,
    "signals": _signals,
    "entries": _entries,
    "paths": _paths,
    "alerts": _alerts,
}

# How it is written


def _write_csv(file: TextIO, made: Export) -> int:
    writer = csv.writer(file)
    writer.writerow(made.columns)
    count = 0
    for row in made.rows:
        writer.writerow([_cell(row[name]) for name in made.columns])
        count += 1
    return count


def _write_json(file: TextIO, made: Export) -> int:
    file.write(f'{{"holds": {_json(made.holds)}, "rows": [')
    count = 0
    for row in made.rows:
        file.write(f"{',' if count else ''}\n{_json(row)}")
        count += 1
    file.write("\n]}\n")
    return count


def _write_lines(file: TextIO, made: Export) -> int:
    file.write(_json({"holds": made.holds}) + "\n")
    count = 0
    for row in made.rows:
        file.write(_json(row) + "\n")
        count += 1
    return count


_WRITERS: Final = {"csv": _write_csv, "json": _write_json, "lines": _write_lines}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cell(value: Any) -> Any:
    """A cell that a spreadsheet shows as it is; what looks like a formula is marked as text."""
    if isinstance(value, list):
        value = ", ".join(value)
    is_text = isinstance(value, str) and not isinstance(value, Number)
    return f"'{value}" if is_text and value.startswith(_FORMULA) else value


_TRADE_COLUMNS: Final = (
    *("origin", "id", "opened_at", "closed_at", "strategy", "symbol", "side", "max_quantity"),
    *("entry_price", "exit_price", "profit", "drawdown", "run_up", "duration_seconds", "adds"),
    *("exit_reason", "fees", "currency", "notes", "tags"),
)
_SIGNAL_COLUMNS: Final = (
    *("id", "recorder", "received_at", "source", "outcome", "reason", "action", "symbol"),
    *("quantity", "price", "target", "repeats", "body"),
)
_ALERT_COLUMNS: Final = ("id", "recorder", "received_at", "source", "content_type", "body")
_LEG_COLUMNS: Final = (
    *("position_id", "strategy", "symbol", "side", "kind", "quantity", "price", "time"),
    "signal_id",
)
_PATH_COLUMNS: Final = ("position_id", "time", "unrealized_pnl", "currency")
