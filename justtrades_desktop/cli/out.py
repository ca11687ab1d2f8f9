"""Printing: JSON for programs, aligned columns for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def emit(rows: Sequence[Mapping[str, Any]] | Mapping[str, Any], *, as_json: bool) -> None:
    """Print a list of records as a table, one record as lines, either as JSON where asked."""
    if as_json:
        sys.stdout.write(json.dumps(rows, ensure_ascii=False) + "\n")
    elif isinstance(rows, Mapping):
        width = max(map(len, rows), default=0)
        for name, value in rows.items():
            sys.stdout.write(f"{name:<{width}}  {_cell(value)}\n")
    else:
        _table(rows)


def _table(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        sys.stdout.write("nothing yet\n")
        return
    names = list(rows[0])
    lines = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    for line in lines:
        sys.stdout.write(
            "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() + "\n"
        )


def _part(value: Any) -> str:
    """One of a list: a leg of a position, or a plain value."""
    if isinstance(value, Mapping):
        return f"{value['quantity']} @ {value['price'] or '?'}"
    return str(value)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(map(_part, value)) or "-"
    return " ".join(str(value).split())[:120]
