"""``--selftest``: the whole program once through, in folders that are thrown away."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from justtrades_desktop.cli.out import emit
from justtrades_desktop.selftest.report import Report
from justtrades_desktop.selftest.run import run as run_steps


def run(chosen: argparse.Namespace) -> int:
    """Run every step and print the table; 1 and the first failure in words where one fails."""
    pictures = Path(chosen.pictures).absolute() if chosen.pictures else None
    report, logged = run_steps(pictures)
    _show(report, as_json=chosen.json)
    failure = report.failure
    if failure is not None:
        _complain(f"justtrades: the self test failed at {failure.step!r}: {failure.said}", *logged)
    return 0 if report.is_well else 1


def _show(report: Report, *, as_json: bool) -> None:
    told = report.as_json()
    if as_json:
        emit(told, as_json=True)
        return
    emit([{**step, "seconds": _seconds(step["seconds"])} for step in told["steps"]], as_json=False)
    emit({"all": told["result"], "seconds": _seconds(told["seconds"])}, as_json=False)


def _seconds(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds:.2f}"


def _complain(*lines: str) -> None:
    if sys.stderr is not None:  # a windowed bundle has none
        sys.stderr.write("\n".join(lines) + "\n")
