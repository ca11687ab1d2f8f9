"""The log: a rotating file in the data folder, and warnings on stderr where there is one."""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_BYTES: Final = 2_000_000
_FILES: Final = 3


def log_in(data_dir: Path) -> Path:
    """Where the log lies in a data folder."""
    return data_dir / "logs" / "justtrades.log"


class LogFile(RotatingFileHandler):
    """The log's file. On a full disk it goes without, instead of filling stderr with tracebacks."""

    def __init__(self, data_dir: Path) -> None:
        path = log_in(data_dir)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        super().__init__(
            path,
            maxBytes=_BYTES,
            backupCount=_FILES,
            encoding="utf-8",
            errors="backslashreplace",  # the name of a folder may be no text at all
        )
        self.setFormatter(logging.Formatter(_FORMAT))

    def handleError(self, record: logging.LogRecord) -> None:
        """Logging's own name for: the record could not be written."""


def start_logging(data_dir: Path) -> None:
    """Log to ``logs/justtrades.log`` in the data folder, which exists; without, if it refuses.

    That is not said here: as a rule the ledger refuses next, and says it better.
    """
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:  # a windowed bundle has none
        stderr = logging.StreamHandler()
        stderr.setLevel(logging.WARNING)
        handlers.append(stderr)
    with suppress(OSError):
        handlers.append(LogFile(data_dir))
    logging.basicConfig(level=logging.INFO, format=_FORMAT, handlers=handlers, force=True)


def is_logging() -> bool:
    """Whether this process writes a log's file."""
    return _open_file() is not None


def keep(
    data_dir: Path, said: str, *, bug: BaseException | None = None, level: int = logging.ERROR
) -> Path | None:
    """Write what a command said into the log's file alone; None where that is impossible.

    ``bug`` adds its traceback. A folder that does not exist is not made for it.
    """
    details = None if bug is None else (type(bug), bug, bug.__traceback__)
    record = logging.LogRecord("justtrades", level, "", 0, "%s", (said,), details)
    file = _open_file()
    try:
        writing = LogFile(data_dir) if file is None else file
    except OSError:
        return None
    writing.handle(record)
    if file is None:
        writing.close()
    return Path(writing.baseFilename)


def _open_file() -> LogFile | None:
    files = [each for each in logging.getLogger().handlers if isinstance(each, LogFile)]
    return files[0] if files else None
