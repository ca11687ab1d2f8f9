"""What the log says during the self test: kept aside, so that all is quiet while all is well."""

from __future__ import annotations

import logging
from typing import Final

_MOST: Final = 200
_FORMAT: Final = "%(levelname)s %(name)s: %(message)s"


class Noticed(logging.Handler):
    """Warnings and errors of the root logger while inside."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.setFormatter(logging.Formatter(_FORMAT))
        self.lines: list[str] = []
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it once; of an error the first line, and all of it among the lines."""
        told = self.format(record)
        if len(self.lines) >= _MOST or told in self.lines:
            return
        self.lines.append(told)
        if record.levelno >= logging.ERROR:
            self.errors.append(told.partition("\n")[0])

    def __enter__(self) -> Noticed:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
