"""The command ``justtrades``: reads its arguments, runs the command, says errors in one line."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from justtrades_desktop.cli.arguments import parse
from justtrades_desktop.cli.streams import is_unread, lend_streams
from justtrades_desktop.domain.errors import UserError

FAILURE = 1
_BUG = "JustTrades met an error of its own"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 failed, 2 wrong use."""
    lend_streams()
    chosen = parse(sys.argv[1:] if arguments is None else arguments)
    try:
        return int(chosen.run(chosen))
    except UserError as error:
        return _fail(chosen, error)
    except BrokenPipeError:  # `justtrades signals | head`
        sys.stderr.close()
        return FAILURE
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # our bug or a broken system: still one line, not a screenful
        logging.getLogger(__name__).debug("a command failed", exc_info=True)
        return _fail(chosen, error)


def _fail(chosen: argparse.Namespace, error: Exception) -> int:
    """Say it on stderr, and in the log where it was a start's or nobody can have read it."""
    title, hint = _in_words(error)
    unread = _unsaid(f"justtrades: {_line(error)}\n")
    log = _kept(chosen, error, even_without_a_log=unread)
    show = getattr(chosen, "show_failure", None)  # a window has been tried
    if show is not None:
        show(title, hint, log)
    return FAILURE


def _line(error: Exception) -> str:
    if isinstance(error, UserError):
        return f"{error.title}. {error.hint}".strip()
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _in_words(error: Exception) -> tuple[str, str]:
    if isinstance(error, UserError):
        return error.title, error.hint
    return "JustTrades met an error of its own", _line(error)


def _unsaid(line: str) -> bool:
    """Write a line to stderr; whether nobody can have read it."""
    try:
        sys.stderr.write(line)
        sys.stderr.flush()
    except (OSError, ValueError):  # its terminal or its reader is gone
        return True
    return is_unread(sys.stderr)


def _kept(chosen: argparse.Namespace, error: Exception, *, even_without_a_log: bool) -> Path | None:
    from justtrades_desktop.app.logs import is_logging, keep  # rarely needed, and slow to load
    from justtrades_desktop.app.places import data_dir

    if not even_without_a_log and not is_logging():
        return None
    try:
        folder = data_dir(chosen.data_dir)
    except UserError:  # there is no such place: that is what failed
        return None
    return keep(folder, _line(error), bug=None if isinstance(error, UserError) else error)
