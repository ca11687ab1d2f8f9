"""The figures that were worked out by hand, by HTTP and `positions --json`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Process, Start, add_recorder, body, told

Step = tuple[str, str | None, str]

POSITION_KEYS = [
    "id",
    "recorder",
    "symbol",
    "side",
    "quantity",
    "max_quantity",
    "avg_entry_price",
    "entries",
    "exits",
    "current_price",
    "unrealized_pnl",
    "worst_unrealized_pnl",
    "best_unrealized_pnl",
    "realized_pnl",
    "exit_price",
    "exit_reason",
    "status",
    "opened_at",
    "closed_at",
]
SIGNAL_KEYS = [
    "id",
    "recorder",
    "received_at",
    "source",
    "outcome",
    "reason",
    "action",
    "symbol",
    "quantity",
    "price",
    "target",
    "body",
]


CASES: Sequence[tuple[str, list[Step], dict[str, Any]]] = [
    (
        "NQ1!",
        [("buy", "1", "25600"), ("buy", "1", "25610")],
        {"side": "LONG", "quantity": 2, "avg_entry_price": "25605"},
    ),
    (
        "NQ1!",
        [("buy", "1", "25600"), ("buy", "1", "25610"), ("sell", "1", "25620")],
        {"quantity": 1, "avg_entry_price": "25605", "realized_pnl": "300.00"},
    ),
    (
        "NQ1!",
        [
            ("buy", "1", "25600"),
            ("buy", "1", "25610"),
            ("sell", "1", "25620"),
            ("close", None, "25620"),
        ],
        {"quantity": 0, "status": "closed", "max_quantity": 2, "realized_pnl": "600.00"},
    ),
    (
        "MNQ1!",
        [("buy", "1", "25600"), ("price", None, "25598"), ("sell", "1", "25602")],
        {"worst_unrealized_pnl": "-4.00", "realized_pnl": "4.00", "exit_price": "25602"},
    ),
    (
        "MNQ1!",
        [("buy", "1", "25600"), ("buy", "1", "25598"), ("price", None, "25594")],
        {
            "avg_entry_price": "25599",
            "unrealized_pnl": "-20.00",
            "worst_unrealized_pnl": "-20.00",
        },
    ),
    (
        "MNQ1!",
        [
            ("buy", "1", "25600"),
            ("buy", "1", "25598"),
            ("price", None, "25594"),
            ("buy", "1", "25594"),
        ],
        {"quantity": 3, "avg_entry_price": "25597.33333333"},
    ),
    (
        "MNQ1!",
        [("sell", "1", "25600"), ("price", None, "25602")],
        {"side": "SHORT", "quantity": 1, "worst_unrealized_pnl": "-4.00"},
    ),
    (
        "MNQ1!",
        [("buy", "3", "25860.916"), ("price", None, "25854.5")],
        {"unrealized_pnl": "-38.50", "current_price": "25854.5"},
    ),
]


def test_figures(tmp_path: Path, start: Start) -> None:
    """One program for all of them: a recorder each."""
    paths = [add_recorder(tmp_path, f"case {number}") for number in range(len(CASES))]
    process = start()
    for number, (path, (ticker, steps, expected)) in enumerate(zip(paths, CASES, strict=True)):
        _play(process, path, ticker, steps)
        # At once: what the next one tells of prices moves what this one leaves open.
        (position,) = [row for row in _positions(tmp_path) if row["recorder"] == f"case {number}"]
        assert {name: position[name] for name in expected} == expected, (ticker, steps)
        assert list(position) == POSITION_KEYS
    newest = told(tmp_path, "signals")[0]
    assert list(newest) == SIGNAL_KEYS
    before = _positions(tmp_path)
    assert process.stop() == 0
    assert _positions(tmp_path) == before
    assert told(tmp_path, "check") == {"signals": newest["id"], "differences": []}


def _play(process: Process, path: str, ticker: str, steps: list[Step]) -> None:
    for action, quantity, price in steps:
        fields = {"action": action, "ticker": ticker, "price": price}
        status, _ = process.post(
            path, body(**fields, **({"quantity": quantity} if quantity else {}))
        )
        assert status == 200


def _positions(data_dir: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told(data_dir, "positions")
    return found
