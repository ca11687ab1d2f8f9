"""Opening a file of the old program, a SQLite database or the SQL text of one, without touching it.

``FILE`` is never written and no file appears beside it. A database whose newest rows still lie in
its ``-wal`` or ``-journal`` is read where its own locks allow it, else from a copy.
"""

from __future__ import annotations

import codecs
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from justtrades_desktop.domain.errors import UserError

_HEADER: Final = b"SQLite format 3\x00"
_WRITE_VERSION: Final = 18  # the header's byte that is 2 in a database with a write-ahead log
_COMPANIONS: Final = ("-wal", "-journal")
_LARGEST_TEXT: Final = 256 * 1024 * 1024
_REFUSED: Final = frozenset({sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH})


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that reads what ``path`` holds.

    Raises:
        UserError: it cannot be read, or is neither a database nor the SQL text of one.
    """
    try:
        with path.open("rb") as file:
            header = file.read(32)
        if header.startswith(_HEADER):
            with _database(path, header) as connection:
                yield connection
        else:
            with closing(_from_text(path)) as connection:
                yield connection
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}", "") from error
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise UserError(
                f"Another program is writing to {path}", "Close it, or wait a moment."
            ) from error
        raise UserError(
            f"{path} is damaged or not a complete database: {error}", "Nothing was imported."
        ) from error


@contextmanager
def _database(path: Path, header: bytes) -> Iterator[sqlite3.Connection]:
    waiting = [_beside(path, ending) for ending in _COMPANIONS]
    pending = [companion for companion in waiting if companion.exists()]
    unfinished = any(companion.stat().st_size for companion in pending)
    if not unfinished:
        # A log that is not there would be created by a reader; without one nobody is writing.
        logged = header[_WRITE_VERSION] == 2
        with closing(_connected(path, "mode=ro&immutable=1" if logged else "mode=ro")) as readable:
            yield readable
        return
    if _beside(path, "-shm").exists():
        with closing(_connected(path, "mode=ro")) as readable:
            yield readable
        return
    with tempfile.TemporaryDirectory(prefix="justtrades-import-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        shutil.copyfile(path, copy)
        for ending in _COMPANIONS:
            if _beside(path, ending).exists():
                shutil.copyfile(_beside(path, ending), _beside(copy, ending))
        with closing(_connected(copy, "mode=rw")) as readable:
            yield readable


def _connected(path: Path, options: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}", uri=True, isolation_level=None, timeout=5.0
    )
    return _lenient(connection)


def _lenient(connection: sqlite3.Connection) -> sqlite3.Connection:
    """One broken character must not cost the whole history."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return connection


def _from_text(path: Path) -> sqlite3.Connection:
    text = _text(path)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    # The text comes from outside: it may build tables in memory and reach nothing else.
    connection.set_authorizer(_confine)
    try:
        connection.executescript(text)
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        connection.close()
        raise _neither(path, str(error)) from error
    return _lenient(connection)


def _text(path: Path) -> str:
    if path.stat().st_size > _LARGEST_TEXT:
        raise _neither(path, "it is too large for a text")
    raw = path.read_bytes()
    # PowerShell's `>` writes UTF-16.
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _neither(path, "it is no text") from error


def _confine(action: int, *_: str | None) -> int:
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_IGNORE
    return sqlite3.SQLITE_DENY if action in _REFUSED else sqlite3.SQLITE_OK


def _neither(path: Path, why: str) -> UserError:
    return UserError(
        f"{path} is neither a SQLite database nor the SQL text of one: {why}",
        "Give the database of Just.Trades, or what `sqlite3 FILE .dump` prints of it.",
    )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
