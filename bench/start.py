"""How long `serve` takes to listen, against the import of its own third-party modules."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.table import Row

ROUNDS: Final = 7
IMPORTS: Final = (
    "import aiohttp.web, sqlmodel, sqlalchemy.dialects.sqlite, filelock, logging.handlers"
)


def start() -> list[Row]:
    """Medians of whole processes, turn about."""
    with tempfile.TemporaryDirectory(prefix="justtrades-bench-") as folder:
        seconds_to_listen(Path(folder))  # makes the ledger
        imports, listening = [], []
        for _ in range(ROUNDS):
            imports.append(_seconds_to_import())
            listening.append(seconds_to_listen(Path(folder)))
    ratio = statistics.median(listening) / statistics.median(imports)
    return [
        Row("importing third-party modules", f"{statistics.median(imports):.2f} s"),
        Row("`serve` until it listens", f"{statistics.median(listening):.2f} s"),
        Row("listening to importing", f"{ratio:.2f}", "at most 1.50", ratio <= 1.5),
    ]


def seconds_to_listen(data_dir: Path) -> float:
    """From starting the process to its first line."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "justtrades_desktop", "serve"),
            *("--port", "0", "--data-dir", str(data_dir)),
        ],
        stdout=subprocess.PIPE,
    )
    line = process.stdout.readline() if process.stdout else b""
    seconds = time.perf_counter() - started
    process.terminate()
    process.communicate(timeout=30)
    if not line:
        raise RuntimeError("`serve` did not start")
    return seconds


def _seconds_to_import() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True, env=dict(os.environ))
    return time.perf_counter() - started
