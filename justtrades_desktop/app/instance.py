"""One process owns a data folder; the others find it there and talk to it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from justtrades_desktop.domain.errors import UserError

_LOCK: Final = "running.lock"
_CARD: Final = "running.json"


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
        where = f" (process {card.pid}, {card.listening})" if card else ""
        super().__init__(
            f"JustTrades is already running on {data_dir}{where}",
            "Use that one, or give another --data-dir.",
        )
        self.card = card


@contextmanager
def owning(data_dir: Path) -> Iterator[None]:
    """Own ``data_dir`` while inside; the system gives it back even after a kill.

    Raises:
        Occupied: another process owns it.
        UserError: the folder cannot be written.
    """
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(data_dir / _LOCK, timeout=0)
        lock.acquire()
    except Timeout as error:
        raise Occupied(data_dir, read_card(data_dir)) from error
    except OSError as error:
        raise UserError(
            f"The data folder {data_dir} cannot be used: {error.strerror or error}",
            "Give a folder you can write to with --data-dir.",
        ) from error
    try:
        (data_dir / _CARD).unlink(missing_ok=True)  # of an owner that was killed
        yield
    finally:
        (data_dir / _CARD).unlink(missing_ok=True)
        lock.release()


def leave_card(data_dir: Path, card: Card) -> None:
    """Say how this process is reached; readable by its user only, and never half-written."""
    path = data_dir / _CARD
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(card), file)
    fresh.replace(path)


def read_card(data_dir: Path) -> Card | None:
    """How to reach the owner, None where nobody has said."""
    try:
        return Card(**json.loads((data_dir / _CARD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
