"""A durable acknowledgement against an empty handler on one loop; and with a million signals."""

from __future__ import annotations

import random
import sqlite3
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.load import spawn
from bench.stage import empty_handler, with_window
from bench.table import Row
from justtrades_desktop.app.serving import Serving
from justtrades_desktop.ledger.columns import utc_text
from justtrades_desktop.ledger.file import path_in

CONNECTIONS: Final = 16
ROUNDS: Final = 5
SECONDS: Final = 3.0
MILLION: Final = 1_000_000


def acknowledgement() -> list[Row]:
    """Requests/s and p99 of both, turn about, so that a noisy minute hits both."""
    empty, durable = with_window(_turn_about)
    rate = _median("rate", durable) / _median("rate", empty)
    p99 = _median("p99", durable) / _median("p99", empty)
    return [
        Row("empty handler", f"{_median('rate', empty):.0f}/s, p99 {_median('p99', empty):.2f} ms"),
        Row(
            "durable acknowledgement",
            f"{_median('rate', durable):.0f}/s, p99 {_median('p99', durable):.2f} ms",
        ),
        Row("requests/s, durable to empty", f"{rate:.2f}", "at least 0.50", rate >= 0.5),
        Row("p99, durable to empty", f"{p99:.2f}", "at most 3.00", p99 <= 3),
    ]


def with_a_million() -> list[Row]:
    """The same rate on an empty file and on one with a million signals, and the starts of both."""
    with tempfile.TemporaryDirectory(prefix="justtrades-bench-") as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        for data_dir in (small, large):
            with_window(_one_recorder, data_dir)
        fill(path_in(large), MILLION)
        times: dict[Path, list[float]] = {small: [], large: []}
        starts: dict[Path, list[float]] = {small: [], large: []}
        for _ in range(3):
            for data_dir in (small, large):
                starts[data_dir].append(_start_seconds(data_dir))
                times[data_dir].append(1 / with_window(_durable_rate, data_dir))
        megabytes = path_in(large).stat().st_size / 1e6
    slower = statistics.median(times[large]) / statistics.median(times[small])
    start = statistics.median(starts[large]) / statistics.median(starts[small])
    return [
        Row("file with 1,000,000 signals", f"{megabytes:.0f} MB"),
        Row("time per signal, million to empty", f"{slower:.2f}", "at most 1.20", slower <= 1.2),
        Row("start, million to empty", f"{start:.2f}", "at most 1.50", start <= 1.5),
    ]


async def _turn_about(running: Serving) -> tuple[list[dict[str, float]], list[dict[str, float]]]:
    recorder = await running.desk.add_recorder("Bench")
    url = f"{running.url}/webhook/{recorder.token}"
    empty, durable = [], []
    async with empty_handler() as nothing:
        await spawn(nothing, CONNECTIONS, 1, "warm")
        await spawn(url, CONNECTIONS, 1, "warm")
        for number in range(ROUNDS):
            empty.append(await spawn(nothing, CONNECTIONS, SECONDS, f"r{number}"))
            durable.append(await spawn(url, CONNECTIONS, SECONDS, f"r{number}"))
    return empty, durable


async def _one_recorder(running: Serving) -> None:
    await running.desk.add_recorder("Bench")


async def _durable_rate(running: Serving) -> float:
    url = f"{running.url}/webhook/{running.desk.recorders[0].token}"
    unique = str(time.time())
    await spawn(url, CONNECTIONS, 0.5, f"warm{unique}")
    return (await spawn(url, CONNECTIONS, SECONDS, unique))["rate"]


def _start_seconds(data_dir: Path) -> float:
    from bench.start import seconds_to_listen

    return seconds_to_listen(data_dir)


def fill(path: Path, count: int) -> None:
    """Write ``count`` signals as they would lie there after months, each with a key of its own."""
    connection = sqlite3.connect(path)
    chance = random.Random(1)
    first = datetime(2026, 1, 2, tzinfo=UTC)
    (begin,) = connection.execute("SELECT coalesce(max(id), 0) FROM signals").fetchone()
    rows = (
        (
            *(
                begin + n,
                1,
                utc_text(first + timedelta(seconds=20 * n)),
                "alert",
                "application/json",
            ),
            f'{{"id":"old-{n}","action":"close","ticker":"MNQ1!","price":"25600"}}',
            *("ignored", "there is no open position to close", "close", "MNQ1!", "MNQ1!", "25600"),
            chance.randbytes(16),
        )
        for n in range(1, count + 1)
    )
    connection.executemany(
        "INSERT INTO signals (id, recorder_id, received_at, source, content_type, body, outcome, "
        "reason, action, ticker, symbol, price, key, repeats) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        rows,
    )
    connection.commit()
    connection.close()


def _median(name: str, rounds: list[dict[str, float]]) -> float:
    return statistics.median(one[name] for one in rounds)
