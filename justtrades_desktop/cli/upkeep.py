"""``check`` and ``backup``."""

from __future__ import annotations

import argparse
from pathlib import Path

from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.remote import bring_up_to_date
from justtrades_desktop.cli.out import emit
from justtrades_desktop.ledger.file import path_in


def check(chosen: argparse.Namespace) -> int:
    """Fold all signals again; 1 when anything differs."""
    from justtrades_desktop.ledger.check import check as check_ledger

    folder = data_dir(chosen.data_dir)
    bring_up_to_date(folder)
    folded, differences = check_ledger(path_in(folder))
    if chosen.json:
        emit({"signals": folded, "differences": differences}, as_json=True)
    elif differences:
        emit([{"difference": difference} for difference in differences], as_json=False)
    else:
        emit({"signals": folded, "differences": "none"}, as_json=False)
    return 1 if differences else 0


def backup(chosen: argparse.Namespace) -> int:
    """Copy the ledger while it is in use."""
    from justtrades_desktop.ledger.reader import Reader

    folder = data_dir(chosen.data_dir)
    bring_up_to_date(folder)
    target = Path(chosen.file).absolute()
    Reader(path_in(folder)).backup(target)
    emit({"backup": str(target), "bytes": target.stat().st_size}, as_json=chosen.json)
    return 0
