"""Before an older ledger is brought up to date, the data is kept as it was."""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import os
import re
import shutil
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.ports import Clock
from justtrades_desktop.ledger.copying import copy_ledger
from justtrades_desktop.ledger.file import NAME, damaged, in_words, path_in, recognise
from justtrades_desktop.ledger.schema import REVISION

FOLDER: Final = "backups"
BACKUP: Final = re.compile(r"ledger-(\d{4})-\d{8}T\d{6}Z")
"""The name of a backup: the revision of the ledger in it, and when it was made (UTC)."""

_UNFINISHED: Final = re.compile(rf"\.{BACKUP.pattern}\.unfinished")
_BESIDE: Final = ("vault.json", "paper.json", "window.ini")
_MOST: Final = 3  # of one revision: a start that fails over and over must not fill the disk

log = logging.getLogger(__name__)


async def keep_before_upgrade(data_dir: Path) -> Path | None:
    """:func:`keep` on a thread; one that was begun is waited for even when this is cancelled.

    Raises:
        UserError: as :func:`keep`.
    """
    keeping = asyncio.ensure_future(asyncio.to_thread(keep, data_dir))
    try:
        return await asyncio.shield(keeping)
    except asyncio.CancelledError:
        await asyncio.wait([keeping])  # whoever owns the folder next must not meet it at work
        raise


def _utc_now() -> datetime:
    return datetime.now(UTC)


def keep(data_dir: Path, *, clock: Clock = _utc_now) -> Path | None:
    """Copy what lies in ``data_dir`` if its ledger is older than this program.

    The folder of the copy; None where nothing has to be brought up to date. It is whole and on
    the disk before it has its name. Of one revision the newest three stay.

    Raises:
        UserError: the ledger cannot be read or is newer than this program, or the copy cannot be
            made; the data is as it was.
    """
    revision = recognise(path_in(data_dir))
    if revision in (None, REVISION):
        return None
    folder = data_dir / FOLDER
    needed = sum(_size(data_dir / name) for name in (NAME, f"{NAME}-wal", *_BESIDE))
    try:
        _make_ready(folder, needed)
        kept = _keep(data_dir, _free_name(folder, str(revision), clock()))
        _thin_out(folder, str(revision), newest=kept)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            folder.rmdir()  # where it is empty
        raise _not_kept(data_dir, error, needed) from error
    log.info(
        "before the ledger is brought from %s to %s, it was kept in %s", revision, REVISION, kept
    )
    return kept


def _make_ready(folder: Path, needed: int) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.iterdir():
        if _UNFINISHED.fullmatch(left.name):  # of a start that was killed
            shutil.rmtree(left, ignore_errors=True)  # a link is left
    if shutil.disk_usage(folder).free < needed:
        raise OSError(errno.ENOSPC, "the disk has too little room")


def _free_name(folder: Path, revision: str, moment: datetime) -> Path:
    while (path := folder / f"ledger-{revision}-{moment:%Y%m%dT%H%M%SZ}").exists():
        moment += timedelta(seconds=1)
    return path


def _keep(data_dir: Path, target: Path) -> Path:
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.mkdir(mode=0o700)
    try:
        _copy(data_dir, unfinished)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    _sync_folder(target.parent)
    _sync_folder(data_dir)
    return target


def _copy(data_dir: Path, target: Path) -> None:
    copy_ledger(path_in(data_dir), path_in(target))
    for name in _BESIDE:
        if (data_dir / name).is_file():
            _copy_file(data_dir / name, target / name)
    _sync_folder(target)


def _copy_file(source: Path, target: Path) -> None:
    handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with open(handle, "wb") as file:
        file.write(source.read_bytes())
        file.flush()
        os.fsync(file.fileno())


def _thin_out(folder: Path, revision: str, *, newest: Path) -> None:
    """Leave the newest of that revision; the one just made, whatever the clock says."""
    same = [
        path
        for path in sorted(folder.iterdir())
        if (name := BACKUP.fullmatch(path.name)) and name[1] == revision and path != newest
    ]
    for path in same[: max(0, len(same) + 1 - _MOST)]:
        shutil.rmtree(path, ignore_errors=True)  # a link is left


def _sync_folder(folder: Path) -> None:
    """Its names are on the disk too; Windows has no handle of a folder to ask for it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _not_kept(data_dir: Path, error: OSError | sqlite3.Error, needed: int) -> UserError:
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        return damaged(path_in(data_dir), str(error))
    if isinstance(error, sqlite3.Error):
        why = in_words(error, path_in(data_dir))
    else:
        why = error.strerror or str(error)
    return UserError(
        f"The data must be copied before it is brought up to date, and that failed: {why}",
        f"Nothing was changed. The copy takes {_megabytes(needed)} in {data_dir / FOLDER}: make "
        "room there, or make it writable, then start again.",
    )


def _megabytes(count: int) -> str:
    return f"{max(1, math.ceil(count / 1_000_000))} MB"
