"""What in a data folder is this program's own, and what somebody else put there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from justtrades_desktop.app.upgrade import BACKUP, FOLDER

LOCK: Final = "running.lock"
VAULT: Final = "vault.json"

_LEDGER: Final = r"ledger\.sqlite3(-wal|-shm|-journal)?"
_FILES: Final = re.compile(
    rf"{_LEDGER}"
    r"|vault\.json|vault\.damaged-[^/]+\.json|\.vault\.json\.unfinished"
    r"|paper\.json|paper\.unreadable|\.paper\.json\.[^/]+\.unfinished"
    r"|window\.ini(\.[^/]+)?"
    r"|running\.(lock|json|new)"
)
_LOGS: Final = re.compile(r"justtrades\.log(\.\d+)?|crash\.log")
_KEPT: Final = re.compile(rf"{_LEDGER}|vault\.json|paper\.json|window\.ini")
_BACKUP: Final = re.compile(rf"{BACKUP.pattern}|\.{BACKUP.pattern}\.unfinished")

_Folders = Mapping[re.Pattern[str], "_Own"]


class _Own(NamedTuple):
    """What is ours in a folder: files by name, and folders with what is ours in them."""

    files: re.Pattern[str] | None
    folders: _Folders


_NOTHING: Final[_Folders] = {}
_OURS: Final = _Own(
    _FILES,
    {
        re.compile("logs"): _Own(_LOGS, _NOTHING),
        re.compile(FOLDER): _Own(None, {_BACKUP: _Own(_KEPT, _NOTHING)}),
    },
)


class Belongings(NamedTuple):
    """What was found; ``folders`` come innermost first, ``others`` are named and not looked into.

    A link is nobody's: it stays, and what it points to is not looked at.
    """

    files: tuple[Path, ...]
    folders: tuple[Path, ...]
    others: tuple[Path, ...]

    @property
    def vaults(self) -> tuple[Path, ...]:
        """The vaults among the files, copies too."""
        return tuple(path for path in self.files if path.name.startswith("vault."))


def belongings(data_dir: Path) -> Belongings:
    """What lies in ``data_dir``, which is a folder.

    Raises:
        OSError: it cannot be read.
    """
    return _in_folder(data_dir, _OURS)


def _in_folder(folder: Path, own: _Own) -> Belongings:
    files: list[Path] = []
    folders: list[Path] = []
    others: list[Path] = []
    for path in sorted(folder.iterdir()):
        inner = _inner(path, own)
        if inner is not None:
            found = _in_folder(path, inner)
            files += found.files
            folders += [*found.folders, path]
            others += found.others
        elif _is_own_file(path, own):
            files.append(path)
        else:
            others.append(path)
    return Belongings(tuple(files), tuple(folders), tuple(others))


def _inner(path: Path, own: _Own) -> _Own | None:
    if path.is_symlink() or not path.is_dir():
        return None
    return next((own.folders[name] for name in own.folders if name.fullmatch(path.name)), None)


def _is_own_file(path: Path, own: _Own) -> bool:
    if path.is_symlink() or not path.is_file() or own.files is None:
        return False
    return own.files.fullmatch(path.name) is not None
