"""The one sentence about a file that a newer version of this program has written."""

from __future__ import annotations

from pathlib import Path

from justtrades_desktop.domain.errors import UserError


def written_by_newer(path: Path, what: str, theirs: str = "") -> UserError:
    """What the trader reads; ``theirs`` names the file's version and the one known here.

    Whoever raises it has left the file as it was.
    """
    versions = f" ({theirs})" if theirs else ""
    return UserError(
        f"{what} {path} was written by a newer version of JustTrades{versions}",
        "Update JustTrades. The file was not touched.",
    )
