"""Questions on the terminal, apart from what a command prints."""

from __future__ import annotations

import sys

from justtrades_desktop.domain.errors import UserError


def typed(question: str, instead: str) -> str:
    """What is typed in answer to ``question``; ``instead`` says what to do without a terminal.

    Raises:
        UserError: there is nobody to ask.
    """
    if not sys.stdin.isatty():
        raise UserError("There is no terminal to ask", instead)
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
