"""Calls to a broker, as its client tells the audit of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from justtrades_desktop.domain.broker import AuditedCall, Outcome

START = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def call(number: int = 1, **fields: Any) -> AuditedCall:
    """The ``number``th call of a day, an accepted order unless ``fields`` say otherwise."""
    said: dict[str, Any] = {
        "at": START + timedelta(seconds=number),
        "connection": "Demo",
        "operation": "POST order/placeorder",
        "request": f'{{"orderQty":{number}}}',
        "status": 200,
        "answer": f'{{"orderId":{1000 + number}}}',
        "seconds": 0.125,
        "outcome": Outcome.ACCEPTED,
        "order_id": 1000 + number,
    }
    return AuditedCall(**said | fields)
