"""Where the parts of a build lie, and what they are called."""

from __future__ import annotations

import platform
import sys
from pathlib import Path
from typing import Final

from justtrades_desktop import __version__

ROOT: Final = Path(__file__).resolve().parent.parent
HERE: Final = ROOT / "installer"
WORK: Final = ROOT / "build"
DIST: Final = ROOT / "dist"
FOLDER: Final = DIST / "justtrades"  # the bundle
LIBRARIES: Final = FOLDER / "_internal"
SHIPPED: Final = WORK / "shipped.json"  # what the recipe put into the bundle, and from where
ICONS: Final = WORK / "icons"
VERSION: Final = __version__
NAME: Final = f"justtrades-{VERSION}-{sys.platform}-{platform.machine().lower()}"


def program() -> Path:
    """The bundle's executable for the command line."""
    return FOLDER / ("justtrades.exe" if sys.platform == "win32" else "justtrades")


def tree_bytes(folder: Path) -> int:
    """The bytes of all files in a folder, each link counted as itself."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
