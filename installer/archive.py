"""The portable archive: the bundle to unpack anywhere."""

from __future__ import annotations

import tarfile
from pathlib import Path

from installer.places import DIST, FOLDER, NAME


def make() -> Path:
    """Pack the bundle; the path of the archive."""
    path = DIST / f"{NAME}.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=6) as archive:
        archive.add(FOLDER, arcname=NAME, filter=_of_nobody)
    return path


def _of_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Whoever unpacks it owns it, whoever built it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
