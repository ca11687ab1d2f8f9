"""Opening the journal beside a running loop, and choosing and sorting its trades."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

from bench.table import Row
from justtrades_desktop.app.wiring import open_core
from justtrades_desktop.journal.columns import Trades
from justtrades_desktop.journal.figures import figures
from justtrades_desktop.journal.wanted import Result, Wanted
from justtrades_desktop.ledger.columns import utc_text
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.trading.desk import Desk

TRADES: Final = 100_000
ROUNDS: Final = 9
MOST_STALL: Final = 50.0  # ms
_POSITION: Final = {
    **{"symbol": "MNQ1!", "side": "LONG", "quantity": 0, "max_quantity": 2, "priced": 1},
    **{"entered_quantity": 2, "exited_quantity": 2, "entry_value": "51200.5", "open_cost": "0"},
    **{"avg_entry_price": "25600.25", "tick_size": "0.25", "tick_value": "0.50"},
    **{"currency": "USD", "status": "closed", "exit_reason": "signal", "risk": "80"},
}


class _Opened(NamedTuple):
    """The journal, the seconds it took, and the longest stall of the loop meanwhile, in ms."""

    columns: Trades
    read: float
    built: float
    stall: float


def journal() -> list[Row]:
    """Reading 100,000 finished trades on a thread, columns of them, and questions to these."""
    with tempfile.TemporaryDirectory(prefix="justtrades-bench-") as folder:
        opened = asyncio.run(_with_core(Path(folder)))
    columns = opened.columns
    busy = Wanted(strategy="Strategy 3", result=Result.WIN, text="NQ", hours=(9, 12))
    every = columns.all()
    return [
        Row(
            f"opening {len(columns):,} trades",
            f"{opened.read:.2f} s read, {opened.built:.2f} s into columns, beside the loop",
        ),
        Row(
            "worst stall of the loop meanwhile",
            f"{opened.stall:.1f} ms",
            f"under {MOST_STALL:.0f} ms",
            opened.stall < MOST_STALL,
        ),
        Row("choosing by four filters", _milliseconds(lambda: columns.select(busy))),
        Row("choosing by a text in the notes", _milliseconds(lambda: columns.select(_NOTED))),
        Row("sorting all, first by this key", _milliseconds(lambda: _sort_anew(columns))),
        Row(
            "sorting all again",
            _milliseconds(lambda: columns.ordered(every, "profit", descending=True)),
        ),
        Row("one more trade", _milliseconds(lambda: columns.with_trade(columns.trades[9]))),
        Row("all figures of all trades", _milliseconds(lambda: figures(columns, every))),
    ]


_NOTED: Final = Wanted(text="read again 77")


async def _with_core(folder: Path) -> _Opened:
    async with open_core(folder) as core:
        for number in range(10):
            await core.desk.add_recorder(f"Strategy {number}")
    fill(path_in(folder), TRADES)
    async with open_core(folder) as core:
        return await _open(core.desk)


async def _open(desk: Desk) -> _Opened:
    stalls: list[float] = []
    pulse = asyncio.ensure_future(_pulse(stalls))
    started = time.perf_counter()
    trades = await desk.trades()
    read = time.perf_counter()
    columns = await asyncio.to_thread(Trades, trades, desk.calendar.session_day)
    built = time.perf_counter()
    await asyncio.sleep(0.05)
    pulse.cancel()
    return _Opened(columns, read - started, built - read, 1000 * max(stalls))


async def _pulse(stalls: list[float]) -> None:
    while True:
        before = time.perf_counter()
        await asyncio.sleep(0.002)
        stalls.append(time.perf_counter() - before - 0.002)


def _sort_anew(columns: Trades) -> None:
    """As after a new trade: nothing is remembered."""
    fresh = columns.with_trade(columns.trades[-1])
    fresh.ordered(fresh.all(), "profit", descending=True)


def _milliseconds(question: Callable[[], object]) -> str:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        question()
        times.append(1000 * (time.perf_counter() - started))
    return f"{statistics.median(times):.1f} ms"


def fill(path: Path, count: int) -> None:
    """Put ``count`` closed positions with their legs into a ledger of ten recorders.

    Every second has notes. The signals behind them are left out: the journal reads none.
    """
    chance = random.Random(4)
    began = datetime(2024, 1, 2, 15, tzinfo=UTC)
    rows, legs, notes = [], [], []
    for id_ in range(1, count + 1):
        opened = began + timedelta(minutes=10 * id_)
        closed = opened + timedelta(minutes=chance.randint(1, 300))
        profit = chance.randint(-300, 320)
        rows.append(
            {
                **_POSITION,
                "id": id_,
                "recorder_id": chance.randint(1, 10),
                "realized_pnl": str(profit),
                "worst_unrealized_pnl": str(min(0, profit) - chance.randint(0, 80)),
                "best_unrealized_pnl": str(max(0, profit) + chance.randint(0, 80)),
                "exit_value": str(51200 + profit / 2),
                "exit_price": str(25600 + profit / 4),
                "opened_at": utc_text(opened),
                "closed_at": utc_text(closed),
                "updated_at": utc_text(closed),
            }
        )
        for kind in ("entry", "entry", "exit"):
            legs.append((id_, id_, kind, 1, "25600.25", utc_text(opened)))
        if id_ % 2:
            notes.append((id_, f"read again {id_}"))
    connection = sqlite3.connect(path)
    names = ", ".join(rows[0])
    places = ", ".join(f":{name}" for name in rows[0])
    with connection:
        connection.executemany(
            f"INSERT INTO recorder_positions ({names}) VALUES ({places})",  # noqa: S608
            rows,
        )
        connection.executemany(
            "INSERT INTO position_legs (position_id, signal_id, kind, quantity, price, at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            legs,
        )
        connection.executemany(
            "INSERT INTO trade_notes (origin, trade_id, notes, tags)"
            " VALUES ('signals', ?, ?, '[\"late\"]')",
            notes,
        )
    connection.close()
