"""What the program is made of: its parts, their versions, and the resources beside them."""

from __future__ import annotations

import platform
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.resources import files
from typing import Final
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

from PySide6.QtCore import qVersion

from justtrades_desktop import __version__
from justtrades_desktop.app.places import calendar, products, resources
from justtrades_desktop.selftest.checking import Wrong, is_so, same
from justtrades_desktop.selftest.scene import Scene

_SUMMER: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
_WINTER: Final = datetime(2026, 1, 2, 12, tzinfo=UTC)
_HOURS: Final = {"America/Chicago": (-5, -6), "Europe/Berlin": (2, 1)}


async def program(_: Scene) -> str:
    """Which program this is, and on what it runs."""
    is_so(sqlite3.threadsafety >= 1, "an SQLite that threads may use", sqlite3.threadsafety)
    made = "frozen" if getattr(sys, "frozen", False) else "from source"
    return (
        f"JustTrades {__version__} {made}, Python {platform.python_version()}, Qt {qVersion()}, "
        f"SQLite {sqlite3.sqlite_version}, {platform.platform()}"
    )


async def shipped(_: Scene) -> str:
    """The resources are there and hold what they should."""
    _drawing("icon.svg")
    known = {product.root: product for product in products()}
    nasdaq = known.get("MNQ")
    is_so(nasdaq, "MNQ in the product table", f"{len(known)} products without it")
    if nasdaq is not None:
        values = (nasdaq.tick_size, nasdaq.tick_value)
        same("tick size and value of MNQ", values, (Decimal("0.25"), Decimal("0.5")))
    days = _sessions()
    for zone, (summer, winter) in _HOURS.items():
        _zone(zone, summer, winter)
    return f"icon, {len(known)} products, {days} days without a full session, {len(_HOURS)} zones"


def _drawing(name: str) -> None:
    path = resources() / name
    is_so(path.is_file(), f"the picture {name} among the resources", f"nothing at {path}")
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314 - it is our own file
    is_so(root.tag.endswith("svg"), f"a drawing in {name}", root.tag)


def _sessions() -> int:
    """How many days of the calendar are not like the others."""
    known = calendar()
    special = len(known.closed) + len(known.early)
    is_so(special, "holidays in the calendar of sessions", "none")
    same("the trade date of Friday noon", str(known.session_day(_WINTER)), "2026-01-02")
    return special


def _zone(name: str, summer: int, winter: int) -> None:
    """Both the zone in use, which may be the system's, and the one that comes with us."""
    for zone, whose in ((ZoneInfo(name), "in use"), (_shipped_zone(name), "shipped")):
        offsets = tuple(at.astimezone(zone).utcoffset() for at in (_SUMMER, _WINTER))
        hours = (timedelta(hours=summer), timedelta(hours=winter))
        same(f"hours of {name}, as it is {whose}", offsets, hours)


def _shipped_zone(name: str) -> ZoneInfo:
    """Not every system has time zones: Windows has none, and a small Linux neither."""
    try:
        with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
            return ZoneInfo.from_file(file)
    except (ModuleNotFoundError, OSError):
        raise Wrong(
            f"expected {name} in the package tzdata, found that it is not shipped"
        ) from None
