"""What the window remembers of itself, in a small file inside the data folder."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QSettings

_FILE: Final = "window.ini"
_LAYOUT_VERSION: Final = 2  # raised when docks come or go: an old layout would misplace them


class Look(StrEnum):
    """Which theme the trader chose."""

    SYSTEM = "system"
    DARK = "dark"
    LIGHT = "light"


class Zone(StrEnum):
    """Whose clock the charts show."""

    LOCAL = "local"
    EXCHANGE = "exchange"
    UTC = "utc"


class Memory:
    """Layout, theme, the address seen from outside, and what has been said once."""

    def __init__(self, data_dir: Path) -> None:
        self._kept = QSettings(str(data_dir / _FILE), QSettings.Format.IniFormat)

    @property
    def look(self) -> Look:
        """The chosen theme."""
        try:
            return Look(str(self._kept.value("look", Look.SYSTEM.value)))
        except ValueError:
            return Look.SYSTEM

    @look.setter
    def look(self, look: Look) -> None:
        self._kept.setValue("look", look.value)

    @property
    def zone(self) -> Zone:
        """Whose clock the charts show."""
        try:
            return Zone(str(self._kept.value("zone", Zone.LOCAL.value)))
        except ValueError:
            return Zone.LOCAL

    def keep_zone(self, zone: Zone) -> None:
        """Remember whose clock the charts show."""
        self._kept.setValue("zone", zone.value)

    @property
    def public_address(self) -> str:
        """Where a tunnel or router makes the listener reachable; empty while nobody said."""
        return str(self._kept.value("public_address", ""))

    @public_address.setter
    def public_address(self, address: str) -> None:
        self._kept.setValue("public_address", address)

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and docks as they were last, None where none fits this version."""
        if str(self._kept.value("layout/version", "")) != str(_LAYOUT_VERSION):
            return None
        geometry, docks = self._kept.value("layout/geometry"), self._kept.value("layout/docks")
        if isinstance(geometry, QByteArray) and isinstance(docks, QByteArray):
            return geometry, docks
        return None

    def keep_layout(self, geometry: QByteArray, docks: QByteArray) -> None:
        """Remember geometry and docks."""
        self._kept.setValue("layout/version", _LAYOUT_VERSION)
        self._kept.setValue("layout/geometry", geometry)
        self._kept.setValue("layout/docks", docks)

    def first_time(self, what: str) -> bool:
        """True once ever per data folder for each ``what``."""
        key = f"said/{what}"
        if self._kept.value(key) is not None:
            return False
        self._kept.setValue(key, True)
        return True

    def asks_on_paper(self, action: str) -> bool:
        """Whether an order action is asked for on PAPER; elsewhere it always is."""
        return self._kept.value(f"unasked/{action}") is None

    def stop_asking_on_paper(self, action: str) -> None:
        """Leave that question out on PAPER."""
        self._kept.setValue(f"unasked/{action}", True)

    def ask_on_paper_again(self) -> None:
        """Ask every question on PAPER again."""
        self._kept.remove("unasked")

    def save(self) -> None:
        """Write what changed."""
        self._kept.sync()
