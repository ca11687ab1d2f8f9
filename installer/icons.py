"""The icon in the forms that the systems take, all drawn from the one picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from PySide6.QtGui import QGuiApplication

from justtrades_desktop.ui.icon import picture

_LARGEST: Final = 256
_PNG_SIZES: Final = (48, 128, 256)


def draw(folder: Path) -> None:
    """Write PNGs, and the form that this system's executables hold.

    Raises:
        OSError: one could not be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Pixmaps need an application, which must outlive them.
    app = QGuiApplication.instance() or QGuiApplication([])
    for size in _PNG_SIZES:
        _save(folder / f"{size}.png", size)
    form = {"win32": "justtrades.ico", "darwin": "justtrades.icns"}.get(sys.platform)
    if form is not None:
        _save(folder / form, _LARGEST)
    del app


def _save(path: Path, size: int) -> None:
    if not picture(size).save(str(path)):
        raise OSError(f"{path} could not be written")
