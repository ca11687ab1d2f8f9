"""Alerts for tests, made from readings."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from justtrades_desktop.domain.signals import Action, Alert, Reading, Unreadable

START = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
_numbers = itertools.count(1)


def reading(action: str, price: str | None = None, **fields: Any) -> Reading:
    fields.setdefault("ticker", "MNQ1!")
    exact = None if price is None else Decimal(price)
    return Reading(action=Action(action), price=exact, **fields)


def alert(
    read: Reading | Unreadable, *, after: float | None = None, body: str | None = None
) -> Alert:
    """An alert a minute after the one before, or ``after`` seconds from the start."""
    number = next(_numbers)
    moment = START + timedelta(seconds=number * 60 if after is None else after)
    text = body if body is not None else f"body {number}"
    return Alert(
        text=text,
        fingerprint=text.encode(errors="backslashreplace").ljust(16, b"\0")[-16:],
        reading=read,
        received_at=moment,
    )
