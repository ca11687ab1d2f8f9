"""Where things lie: the data folder, the resources, the log."""

from __future__ import annotations

import json
import os
import sys
from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.sessions import Calendar

DATA_DIR_VARIABLE: Final = "JUSTTRADES_DATA_DIR"


def data_dir(given: str | None) -> Path:
    """The data folder: as given, else by the environment, else the system's usual place.

    Raises:
        UserError: it would lie in a home folder, and there is none.
    """
    chosen = given or os.environ.get(DATA_DIR_VARIABLE)
    return _expanded(chosen).absolute() if chosen else usual_data_dir()


def usual_data_dir() -> Path:
    """The system's usual place for the data.

    Raises:
        UserError: this user has no home folder.
    """
    from platformdirs import user_data_path  # not needed by most commands of a test or a service

    try:
        usual = user_data_path("JustTrades", appauthor=False)
    except RuntimeError as error:
        raise _homeless() from error
    if usual.is_absolute():
        return usual
    # By the rules of XDG a relative XDG_DATA_HOME counts for nothing: each folder that the program
    # is started from would have a ledger of its own.
    return _expanded("~/.local/share/JustTrades")


def _expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise _homeless() from error


def _homeless() -> UserError:
    return UserError(
        "There is no place for the data: this user has no home folder",
        f"Give a folder with --data-dir or in {DATA_DIR_VARIABLE}.",
    )


def resources() -> Path:
    """The folder of icons, fonts and tables, in a checkout and in a bundle alike."""
    bundle = getattr(sys, "_MEIPASS", None)
    root = Path(bundle) if bundle else Path(__file__).resolve().parents[2]
    return root / "resources"


def products() -> list[Product]:
    """The product table that is shipped."""
    table = json.loads((resources() / "products.json").read_text(encoding="utf-8"))
    return [
        Product(
            root=row["root"],
            tick_size=Decimal(row["tick_size"]),
            tick_value=Decimal(row["tick_value"]),
            currency=row["currency"],
            exchange=row["exchange"],
            prefix=row["prefix"] or "",
        )
        for row in table["products"]
    ]


@cache
def calendar() -> Calendar:
    """CME's trading sessions, from the table that is shipped."""
    table = json.loads((resources() / "cme_sessions.json").read_text(encoding="utf-8"))
    return Calendar(
        frozenset(map(date.fromisoformat, table["closed"])),
        {date.fromisoformat(day): time.fromisoformat(at) for day, at in table["early"].items()},
    )
