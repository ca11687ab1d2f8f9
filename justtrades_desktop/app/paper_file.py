"""The file of the paper account: whole at every moment, and never older than it has been."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


class PaperFile:
    """Written from any thread, several at once too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._written = 0

    def read(self) -> Any:
        """What :meth:`writing` was given; None where there is no file.

        Raises:
            OSError, ValueError, RecursionError: it cannot be read, or is damaged.
        """
        self._sweep()
        try:
            return json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None

    def writing(self, content: Callable[[], Any]) -> Callable[[], bool]:
        """What writes ``content``, JSON values, in whatever thread; whether it is on disk then.

        Of two the one that was asked for later is what stays, whichever comes first.
        """
        number = next(self._numbers)
        return lambda: self._write(number, json.dumps(content()))

    def set_aside(self) -> None:
        """Move what cannot be read out of the way."""
        try:
            self._path.replace(self._path.with_suffix(".unreadable"))
        except OSError as error:
            log.warning("the paper account's file could not be set aside: %s", error)

    def _write(self, number: int, text: str) -> bool:
        with self._lock:
            if number < self._written:
                return True
            try:
                self._replace(text)
            except OSError as error:
                log.warning("the paper account cannot be kept: %s", error)
                return False
            self._written = number
            return True

    def _replace(self, text: str) -> None:
        # Its own name each time, and for nobody else to read: a password is in it.
        handle, name = tempfile.mkstemp(
            dir=self._path.parent, prefix=f".{self._path.name}.", suffix=".unfinished"
        )
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _sweep(self) -> None:
        """What a program that was killed has left unfinished."""
        for left in self._path.parent.glob(f".{self._path.name}.*.unfinished"):
            with suppress(OSError):
                left.unlink()
