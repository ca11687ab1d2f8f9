"""A broker's snapshots as rows of JSON."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from justtrades_desktop.domain.broker import Account, BrokerOrder, BrokerPosition
from justtrades_desktop.ledger.columns import utc_text

_DECIMALS = 8  # what is finer is the noise of the broker's floats


def row_of(shown: Account | BrokerPosition | BrokerOrder) -> dict[str, Any]:
    """Every field by its name; money and prices as exact text."""
    return {each.name: plain(getattr(shown, each.name)) for each in fields(shown)}


def plain(value: Any) -> Any:
    """As JSON has it: Decimals and times as text."""
    if isinstance(value, Decimal):
        return format(round(value, _DECIMALS).normalize(), "f")
    if isinstance(value, datetime):
        return utc_text(value)
    return value.value if isinstance(value, Enum) else value
