"""``import-legacy``: bring the history of the old program along."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.remote import bring_up_to_date, carry_out
from justtrades_desktop.cli.out import emit
from justtrades_desktop.ledger.file import path_in, recognise
from justtrades_desktop.ledger.reader import Reader

_SECONDS: Final = 600.0  # a history of years is read to its end


def run(chosen: argparse.Namespace) -> int:
    """Import ``FILE``, or with ``--dry-run`` report what that would bring."""
    folder = data_dir(chosen.data_dir)
    arguments = {
        "path": str(Path(chosen.file).expanduser().absolute()),
        "dry_run": chosen.dry_run,
        "open_positions": chosen.open_positions,
    }
    if chosen.dry_run:
        _emit(_rehearsed(folder, arguments), as_json=chosen.json)
    else:
        _emit(_carried_out(folder, arguments), as_json=chosen.json)
    return 0


def _rehearsed(folder: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    """On a copy of the ledger: not even a migration touches the ledger itself."""
    bring_up_to_date(folder)
    ledger = path_in(folder)
    with tempfile.TemporaryDirectory(prefix="justtrades-dry-run-") as throwaway:
        copy = Path(throwaway)
        if ledger.exists() and recognise(ledger) is not None:
            with closing(Reader(ledger)) as reader:
                reader.backup(path_in(copy))
        return _carried_out(copy, arguments)


def _carried_out(folder: Path, arguments: dict[str, Any]) -> dict[str, Any]:
    return carry_out(folder, "legacy.import", arguments, seconds=_SECONDS)


def _emit(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        emit(report, as_json=True)
        return
    told = {
        name: _counted(value) if isinstance(value, dict) else value
        for name, value in report.items()
        if name != "unreadable"
    }
    emit(told | {"unreadable": len(report["unreadable"])}, as_json=False)
    if report["unreadable"]:
        emit(report["unreadable"], as_json=False)


def _counted(tally: dict[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in tally.items())
