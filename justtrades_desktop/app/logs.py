"""The log: a rotating file in the data folder, and warnings on stderr where there is one."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_BYTES: Final = 2_000_000
_FILES: Final = 3


def start_logging(data_dir: Path) -> None:
    """Log to ``logs/justtrades.log`` below the data folder; if it refuses, go on without."""
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:  # a windowed bundle has none
        stderr = logging.StreamHandler()
        stderr.setLevel(logging.WARNING)
        handlers.append(stderr)
    try:
        folder = data_dir / "logs"
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / "justtrades.log"
        handlers.append(
            RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
        )
    except OSError as error:
        if sys.stderr is not None:
            sys.stderr.write(f"justtrades: no log file: {error}\n")
    logging.basicConfig(level=logging.INFO, format=_FORMAT, handlers=handlers, force=True)
