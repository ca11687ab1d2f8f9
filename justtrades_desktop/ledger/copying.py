"""A whole copy of the ledger's file, also while it is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def copy_ledger(path: Path, target: Path) -> None:
    """Copy the ledger at ``path``, of whatever revision, to ``target``, for its owner alone.

    The copy is on the disk and holds together, or nothing is left of it.

    Raises:
        FileExistsError: ``target`` is there already; it stays as it is.
        OSError, sqlite3.Error: the copy could not be made.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        _fill(path, target)
        _examine(target)
    except BaseException:
        for suffix in ("", "-journal", "-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
        raise


def _fill(path: Path, target: Path) -> None:
    source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2.0)
    with closing(source), closing(sqlite3.connect(target)) as copy:
        copy.execute("PRAGMA synchronous=FULL")  # it ends with an fsync
        # All pages at once: a writer that comes between two steps would have it begin again.
        source.backup(copy)


def _examine(target: Path) -> None:
    # immutable: nobody else has the copy, and no file of SQLite's is to appear beside it.
    uri = f"{target.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as copy:
        (said,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if said != "ok":
        raise sqlite3.DatabaseError(f"a copy of it does not hold together ({said})")
