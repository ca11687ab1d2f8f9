"""``purge``: take everything of this program's out of a data folder, for good."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from justtrades_desktop.app.places import data_dir
from justtrades_desktop.app.purging import Purged, found, purge
from justtrades_desktop.cli.out import emit
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.ledger.file import path_in
from justtrades_desktop.ledger.reader import Reader
from justtrades_desktop.ledger.rows import OPEN


def run(chosen: argparse.Namespace) -> int:
    """Remove it with ``--yes``; without, only say what would go, and exit 1."""
    folder = data_dir(chosen.data_dir)
    _follow_no_link(folder)
    there = found(folder) if folder.is_dir() else Purged((), ())
    facts = _counts(folder)
    if not there.files:
        _say(folder, there, facts | {"removed": False}, as_json=chosen.json)
        return 0
    if chosen.yes:
        there = purge(folder)
    _say(folder, there, facts | {"removed": chosen.yes}, as_json=chosen.json)
    if not chosen.yes:
        raise UserError(
            "Nothing was removed",
            "`justtrades purge --yes` removes these files for good. Orders and positions at a "
            "broker stay as they are.",
        )
    if there.troubles:
        raise UserError("Not everything could be removed", " ".join(there.troubles))
    return 0


def _follow_no_link(folder: Path) -> None:
    if folder.is_symlink():
        raise UserError(
            f"{folder} is a link to {folder.readlink()}",
            "A purge follows no link: name the folder itself with --data-dir.",
        )


def _counts(folder: Path) -> dict[str, Any]:
    """Of the ledger; None where it cannot be read."""
    path = path_in(folder)
    signals = positions = None
    if path.is_file() and not path.is_symlink():
        with suppress(UserError, SQLAlchemyError, ValueError):
            signals, positions = _counted(path)
    return {"signals": signals, "open_positions": positions}


def _counted(path: Path) -> tuple[int, int]:
    reader = Reader(path)
    try:
        return reader.signal_count(), len(reader.positions(status=OPEN))
    finally:
        reader.close()


def _say(folder: Path, there: Purged, facts: dict[str, Any], *, as_json: bool) -> None:
    """``there`` is as it was before anything was removed."""
    files = [{"file": str(path.relative_to(folder)), "bytes": size} for path, size in there.files]
    told = {
        "data_dir": str(folder),
        **facts,
        "bytes": sum(size for _, size in there.files),
        "left": [str(path.relative_to(folder)) for path in there.others],
    }
    if as_json:
        emit(told | {"files": files, "troubles": list(there.troubles)}, as_json=True)
        return
    emit(told | {"removed": "yes" if facts["removed"] else "no"}, as_json=False)
    if files:
        emit(files, as_json=False)
