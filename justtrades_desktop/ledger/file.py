"""Opening the ledger's file: private, recognised before it is touched, never overwritten."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.newer import written_by_newer
from justtrades_desktop.ledger.schema import REVISION

NAME: Final = "ledger.sqlite3"
_LEAST_ROOM: Final = 65_536  # bytes: the index of its log alone takes 32,768
_OLDER_REVISIONS: Final = ("0001", "0002", "0003")  # what migrate() can bring up to REVISION


def path_in(data_dir: Path) -> Path:
    """Where the ledger lies in a data folder."""
    return data_dir / NAME


def create_private(path: Path) -> None:
    """Make an empty file that only its owner may read, unless it exists."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():  # see recognise: an existing one is never opened besides SQLite
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def writing_engine(path: Path) -> Engine:
    """The one connection that writes and checkpoints.

    WAL with ``synchronous=FULL``: a commit is acknowledged only after an fsync.
    """

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, timeout=2.0, cached_statements=512)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        return connection

    return create_engine("sqlite://", creator=connect, poolclass=StaticPool)


def reading_engine(path: Path) -> Engine:
    """A connection that can only read, beside the writing one or without it.

    Raises:
        UserError: there is no ledger at ``path``, or it is not one this program can read.
    """
    if not path.exists():
        raise UserError(
            f"There is no ledger in {path.parent}", "Start `justtrades` once, or check --data-dir."
        )
    revision = recognise(path)
    if revision is None:
        raise UserError(f"The ledger in {path.parent} is still empty", "Start `justtrades` once.")
    if revision != REVISION:
        raise UserError(
            f"The ledger in {path.parent} is of an older version of JustTrades",
            "Start `justtrades` once: it brings the file up to date.",
        )

    def connect() -> sqlite3.Connection:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        return sqlite3.connect(
            uri, uri=True, isolation_level=None, timeout=2.0, check_same_thread=False
        )

    return create_engine("sqlite://", creator=connect, poolclass=StaticPool)


def recognise(path: Path) -> str | None:
    """The file's revision; None when there is none, or an empty one: it may be filled.

    Raises:
        UserError: it is damaged, is something else, or is newer than this program.
    """
    # Only SQLite may open the file. Closing any other descriptor of it would drop all the locks
    # that this process holds on it (POSIX): the next program to look at the file would take it
    # for unused and remove the log under the writer, and with it what was acknowledged.
    try:
        if not path.stat().st_size:
            return None
        readable = os.access(path, os.R_OK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(
            f"{path} cannot be read: {error.strerror}", "Check the folder's permissions."
        ) from error
    if not readable:
        raise UserError(f"{path} may not be read", "Check the folder's permissions.")
    try:
        return _revision(path)
    except sqlite3.OperationalError as error:  # its surroundings, not what it holds
        raise UserError(
            f"The ledger {path} cannot be opened: {in_words(error, path)}",
            "Check the disk and the folder.",
        ) from error
    except sqlite3.DatabaseError as error:
        raise damaged(path, str(error)) from error


def in_words(error: Exception, path: Path) -> str:
    """Why the file at ``path`` could not be opened or written, for the trader and the sender."""
    text = str(error.orig if isinstance(error, DBAPIError) else error)
    # Without room for its log's index, SQLite knows of an I/O error only.
    if "disk I/O error" in text and _has_no_room(path):
        return "the disk is full"
    for known, words in (
        ("disk is full", "the disk is full"),
        ("disk I/O error", "the disk refuses to write (full, or damaged)"),
        ("readonly", "the ledger's file is read-only"),
        ("locked", "another program holds the ledger's file"),
        ("malformed", "the ledger's file is damaged"),
    ):
        if known in text:
            return words
    return text


def _has_no_room(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    except OSError:
        return False


def damaged(path: Path, why: str) -> UserError:
    """What the trader reads about a file that cannot be trusted."""
    return UserError(
        f"The ledger {path} is damaged: {why}",
        "It was not touched. Restore a backup, or move it away to start with an empty one.",
    )


def _roll_back(path: Path) -> None:
    """Undo what a kill left half done before the file had its log: nobody may read it so."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=2.0)
    try:
        connection.execute("SELECT name FROM sqlite_master").fetchall()
    finally:
        connection.close()


def _revision(path: Path) -> str | None:
    if path.with_name(f"{path.name}-journal").exists():
        _roll_back(path)
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2.0)
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if not tables:
            return None
        if "alembic_version" not in tables:
            raise UserError(
                f"{path} is a database of another program", "Choose another --data-dir."
            )
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    finally:
        connection.close()
    revision = str(rows[0][0]) if rows else None
    if revision not in (None, REVISION, *_OLDER_REVISIONS):
        versions = f"ledger revision {revision}; this one knows {REVISION}"
        raise written_by_newer(path, "The ledger", versions)
    return revision
