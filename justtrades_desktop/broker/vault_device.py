"""An id of this machine that says nothing about it, for the broker to know it again by."""

from __future__ import annotations

import secrets
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Final

_MACHINE_IDS: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_LOCAL: Final = 1 << 40  # an address that no maker gave: made up anew at each start


def machine_device_id() -> str:
    """32 hex digits, the same at each start where the system has a name of its own."""
    known = _known()
    return secrets.token_hex(16) if known is None else _hashed(known)


def _known() -> str | None:
    for path in _MACHINE_IDS:
        try:
            text = path.read_text().strip()
        except (OSError, UnicodeError):
            continue
        if text and text != "uninitialized":
            return text
    node = uuid.getnode()
    return None if node & _LOCAL else f"{node:012x}"


def _hashed(known: str) -> str:
    return sha256(f"JustTrades Desktop device {known}".encode()).hexdigest()[:32]
