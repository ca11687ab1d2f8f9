"""Standard streams where a start was given none: closed by its caller, or a Windows program's."""

from __future__ import annotations

import os
import sys
from typing import IO


def lend_streams() -> None:
    """Make standard input, output and error exist; what nobody gave leads nowhere.

    To be called before anything is opened: a closed descriptor's number would be given to the next
    file, such as the ledger, and a library's message for standard error be written into it.
    """
    for descriptor in range(3):
        _lend_descriptor(descriptor)
    sys.stdin = sys.stdin or _nowhere("r")
    sys.stdout = sys.stdout or _nowhere("w")
    sys.stderr = sys.stderr or _nowhere("w")


def is_unread(stream: IO[str]) -> bool:
    """Whether what is written there is seen by nobody for sure."""
    if getattr(stream, "name", None) == os.devnull:
        return True
    try:
        return os.path.samestat(os.fstat(stream.fileno()), os.stat(os.devnull))
    except (OSError, ValueError):  # no file at all: a test's, or one that was closed
        return bool(stream.closed)


def _lend_descriptor(descriptor: int) -> None:
    try:
        os.fstat(descriptor)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)  # the lowest free number: as a rule this one
        if opened != descriptor:
            os.dup2(opened, descriptor)
            os.close(opened)
        os.set_inheritable(descriptor, True)


def _nowhere(mode: str) -> IO[str]:
    return open(os.devnull, mode, encoding="utf-8")  # for the life of the process
