"""``decode``: reads an alert and touches nothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from justtrades_desktop.cli.out import emit
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.signals import Reading
from justtrades_desktop.domain.values import plain
from justtrades_desktop.listener.alerts import read


def run(chosen: argparse.Namespace) -> int:
    """Print how an alert is read, or why it is refused."""
    emit(_told(_body(chosen.file), chosen.content_type), as_json=chosen.json)
    return 0


def _told(body: bytes, content_type: str) -> dict[str, Any]:
    reading = read(body, content_type)
    if not isinstance(reading, Reading):
        return {"refused": reading.reason}
    return {
        "action": reading.action.value,
        "ticker": reading.ticker,
        "quantity": reading.quantity,
        "price": None if reading.price is None else plain(reading.price),
        "target": reading.target,
        "percent": None if reading.percent is None else plain(reading.percent),
    }


def _body(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}", "") from error
