"""One process owns a data folder; the others find it there and talk to it."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from justtrades_desktop.domain.errors import UserError

_LOCK: Final = "running.lock"
_CARD: Final = "running.json"
_FULL: Final = {errno.ENOSPC, errno.EDQUOT}
_LONGEST: Final = 450  # bytes; SQLite opens nothing from 512 on, the ledger's name included


@dataclass(frozen=True, slots=True)
class Card:
    """How to reach the process that owns the folder. ``secret`` opens its control port."""

    pid: int
    listening: str
    control: str
    secret: str

    def __repr__(self) -> str:
        return f"Card(pid={self.pid}, listening={self.listening!r})"


class Occupied(UserError):
    """Another process owns the data folder; ``card`` tells how to reach it, once it has said so."""

    def __init__(self, data_dir: Path, card: Card | None) -> None:
        starting = "it is just starting, ending, or bringing its data up to date"
        where = f"process {card.pid}, {card.listening}" if card else starting
        super().__init__(
            f"JustTrades is already running on {data_dir} ({where})",
            "Use that one, or give another --data-dir.",
        )
        self.card = card


def make_folder(data_dir: Path) -> None:
    """Make the data folder, for its user only, unless it is there.

    Raises:
        UserError: it cannot be had.
    """
    if len(os.fsencode(data_dir)) > _LONGEST:
        raise _unusable(data_dir, OSError(errno.ENAMETOOLONG, "its path is too long"))
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(data_dir, error) from error


@contextmanager
def owning(data_dir: Path) -> Iterator[None]:
    """Own ``data_dir`` while inside; the system gives it back even after a kill.

    Raises:
        Occupied: another process owns it.
        UserError: the folder cannot be written.
    """
    make_folder(data_dir)
    try:
        lock = FileLock(data_dir / _LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise Occupied(data_dir, read_card(data_dir)) from error
    except OSError as error:
        raise _unusable(data_dir, error) from error
    try:
        (data_dir / _CARD).unlink(missing_ok=True)  # of an owner that was killed
        yield
    finally:
        (data_dir / _CARD).unlink(missing_ok=True)
        lock.release()


def _unusable(data_dir: Path, error: OSError) -> UserError:
    why, hint = error.strerror or str(error), "Give a folder you can write to with --data-dir."
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        why, hint = "it is not a folder", "Give a folder with --data-dir."
    if error.errno == errno.ENAMETOOLONG:
        why, hint = "its path is too long", "Give a shorter one with --data-dir."
    if error.errno in _FULL:
        why, hint = "the disk is full", "Make room there, or give another one with --data-dir."
    return UserError(f"The data folder {data_dir} cannot be used: {why}", hint)


def leave_card(data_dir: Path, card: Card) -> None:
    """Say how this process is reached; readable by its user only, and never half-written.

    Raises:
        UserError: it cannot be written.
    """
    path = data_dir / _CARD
    fresh = path.with_suffix(".new")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(card), file)
        fresh.replace(path)
    except OSError as error:
        raise _unusable(data_dir, error) from error


def read_card(data_dir: Path) -> Card | None:
    """How to reach the owner, None where nobody has said."""
    try:
        told = json.loads((data_dir / _CARD).read_text(encoding="utf-8"))
        # A newer version may say more: what runs there is to be found all the same.
        return Card(**{field.name: told[field.name] for field in fields(Card)})
    except (OSError, ValueError, TypeError, KeyError):
        return None
