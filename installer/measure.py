"""How long the bundle takes until it listens, beside the same program in its build environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from installer.places import ROOT, program

_ROUNDS: Final = 3
_WARM: Final = 1  # the first start reads from the disk, and compiles


def starts(kind: str) -> tuple[float, float]:
    """Seconds until ``kind`` ("serve", or "" for the window) listens: bundle, unfrozen.

    Of each the fastest round: whatever else a machine does can only add to it.
    """
    frozen, source = [], []
    for _ in range(_WARM + _ROUNDS):
        frozen.append(_start([str(program())], kind))
        source.append(_start([sys.executable, "-m", "justtrades_desktop"], kind))
    return min(frozen[_WARM:]), min(source[_WARM:])


def _start(command: list[str], kind: str) -> float:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        whole = [*command, *kind.split(), "--port", "0", "--data-dir", str(Path(folder) / "data")]
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        started = time.perf_counter()
        process = subprocess.Popen(
            whole,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            if process.stdout is None or not process.stdout.readline():
                raise RuntimeError(f"it did not start: {' '.join(whole)}")
            return time.perf_counter() - started
        finally:
            process.terminate()
            process.wait(30)
