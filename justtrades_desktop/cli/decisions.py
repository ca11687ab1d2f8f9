"""``decisions`` and ``executions``: what is in the second ledger, read-only."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from justtrades_desktop.app.execution_rows import decision_row, execution_row
from justtrades_desktop.app.places import data_dir
from justtrades_desktop.cli.out import emit
from justtrades_desktop.ledger.execution_reader import ExecutionReader
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.reader import Reader

Json = dict[str, Any]
_FILLS: Final = (
    *("at", "account", "contract", "way", "quantity", "price", "purpose"),
    *("slippage_ticks", "delay_seconds", "recorder", "signal"),
)


def decisions(chosen: argparse.Namespace) -> int:
    """What each link made of each signal, newest first; of one signal in order."""
    with _reading(chosen) as (reader, names):
        if chosen.signal is None:
            found = reader.decisions(limit=chosen.limit)
        else:
            found = reader.decisions_of(chosen.signal)[: chosen.limit]
    rows = [decision_row(decision, names) for decision in found]
    emit(rows if chosen.json else decision_lines(rows), as_json=chosen.json)
    return 0


def executions(chosen: argparse.Namespace) -> int:
    """The fills, newest first."""
    with _reading(chosen) as (reader, names):
        rows = [execution_row(each, names) for each in reader.executions(limit=chosen.limit)]
    if not chosen.json:
        rows = [{name: row[name] for name in _FILLS} for row in rows]
        rows = [row | {"purpose": row["purpose"] or "somebody else's"} for row in rows]
    emit(rows, as_json=chosen.json)
    return 0


def decision_lines(rows: Sequence[Json]) -> list[Json]:
    """One line each for people: what was wanted, what became of it, and why."""
    return [
        {name: row[name] for name in ("id", "at", "signal", "recorder", "account", "wish")}
        | {
            "contract": row["contract"] or row["symbol"] or None,
            "from": row["before"],
            "to": row["wanted"],
            "verdict": row["verdict"],
            "why": "; ".join(filter(None, (row["reason"], row["came"]))) or None,
        }
        for row in rows
    ]


@contextmanager
def _reading(
    chosen: argparse.Namespace,
) -> Iterator[tuple[ExecutionReader, Mapping[int, str]]]:
    """The second ledger, and what each link's recorder is called."""
    path = path_in(data_dir(chosen.data_dir))
    with closing(Reader(path)) as first, closing(ExecutionReader(path)) as second:
        recorders = {recorder.id: recorder.name for recorder in first.recorders()}
        links = second.kept(fills_since=datetime.now(UTC)).links
        yield second, {link.id: recorders.get(link.recorder_id, "") for link in links}
