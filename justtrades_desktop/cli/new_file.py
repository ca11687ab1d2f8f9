"""A file that a command writes: private, whole or not there, never in another one's place."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from justtrades_desktop.domain.errors import UserError


@contextmanager
def opened(name: str, *, force: bool) -> Iterator[TextIO]:
    """The file to write, readable by its owner alone; nothing is left of it after a failure.

    Raises:
        UserError: it is there already, or cannot be written.
    """
    if name == "-":
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        yield sys.stdout
        return
    path = Path(name)
    unfinished = path.with_name(f".{path.name}.unfinished") if force else path
    flags = os.O_CREAT | os.O_WRONLY | (os.O_TRUNC if force else os.O_EXCL)
    try:
        handle = os.open(unfinished, flags, 0o600)
    except FileExistsError as error:
        raise UserError(f"{path} exists already", "Choose a new name, or --force.") from error
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {error.strerror}", "Choose another place."
        ) from error
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            yield file
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
