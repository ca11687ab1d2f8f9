"""What the window remembers of itself, in a small file inside the data folder."""

from __future__ import annotations

import logging
from enum import StrEnum
from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QSettings

from justtrades_desktop.domain.newer import written_by_newer

_FILE: Final = "window.ini"
_FORMAT: Final = 1  # raised when an older program would misread the file; the first wrote none
_LAYOUT_VERSION: Final = 2  # raised when docks come or go: an old layout would misplace them

log = logging.getLogger(__name__)


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
    """Layout, theme, the address seen from outside, and what has been said once.

    A file of a newer version stays as it is: then all begins anew, and is forgotten at the end.
    """

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / _FILE
        kept = QSettings(str(path), QSettings.Format.IniFormat)
        written_in = _number(kept.value("format", _FORMAT))
        self._kept: QSettings | _Unkept = kept
        if written_in > _FORMAT:
            versions = f"format {written_in}; this one knows {_FORMAT}"
            log.warning("%s", written_by_newer(path, "The window's memory", versions))
            self._kept = _Unkept()

    @property
    def look(self) -> Look:
        """The chosen theme."""
        try:
            return Look(str(self._kept.value("look", Look.SYSTEM.value)))
        except ValueError:
            return Look.SYSTEM

    @look.setter
    def look(self, look: Look) -> None:
        self._keep("look", look.value)

    @property
    def zone(self) -> Zone:
        """Whose clock the charts show."""
        try:
            return Zone(str(self._kept.value("zone", Zone.LOCAL.value)))
        except ValueError:
            return Zone.LOCAL

    def keep_zone(self, zone: Zone) -> None:
        """Remember whose clock the charts show."""
        self._keep("zone", zone.value)

    @property
    def public_address(self) -> str:
        """Where a tunnel or router makes the listener reachable; empty while nobody said."""
        return str(self._kept.value("public_address", ""))

    @public_address.setter
    def public_address(self, address: str) -> None:
        self._keep("public_address", address)

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and docks as they were last, None where none fits this version."""
        if str(self._kept.value("layout/version", "")) != str(_LAYOUT_VERSION):
            return None
        geometry, docks = self._kept.value("layout/geometry"), self._kept.value("layout/docks")
        if isinstance(geometry, QByteArray) and isinstance(docks, QByteArray):
            return geometry, docks
        return None

    def keep_layout(self, geometry: QByteArray, docks: QByteArray) -> None:
        """Remember geometry and docks, unless a newer version's lie there: those stay."""
        if _number(self._kept.value("layout/version", 0)) > _LAYOUT_VERSION:
            return
        self._keep("layout/version", _LAYOUT_VERSION)
        self._keep("layout/geometry", geometry)
        self._keep("layout/docks", docks)

    def first_time(self, what: str) -> bool:
        """True once ever per data folder for each ``what``."""
        key = f"said/{what}"
        if self._kept.value(key) is not None:
            return False
        self._keep(key, True)
        return True

    def asks_on_paper(self, action: str) -> bool:
        """Whether an order action is asked for on PAPER; elsewhere it always is."""
        return self._kept.value(f"unasked/{action}") is None

    def stop_asking_on_paper(self, action: str) -> None:
        """Leave that question out on PAPER."""
        self._keep(f"unasked/{action}", True)

    def ask_on_paper_again(self) -> None:
        """Ask every question on PAPER again."""
        self._kept.remove("unasked")

    def save(self) -> None:
        """Write what changed."""
        self._kept.sync()

    def _keep(self, name: str, value: object) -> None:
        self._kept.setValue("format", _FORMAT)
        self._kept.setValue(name, value)


class _Unkept:
    """What is asked of ``QSettings``, in memory alone."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}

    def value(self, name: str, otherwise: object = None) -> object:
        return self._values.get(name, otherwise)

    def setValue(self, name: str, value: object) -> None:
        self._values[name] = value

    def remove(self, group: str) -> None:
        left = {name: value for name, value in self._values.items() if not name.startswith(group)}
        self._values = left

    def sync(self) -> None:
        pass


def _number(text: object) -> int:
    """0 where it is none: damage is not taken for a newer version."""
    try:
        return int(str(text))
    except ValueError:
        return 0
