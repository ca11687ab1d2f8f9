"""Alerts as known senders document them: each is read as meant, or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from justtrades_desktop.domain.signals import Reading, Unreadable
from justtrades_desktop.listener.alerts import masked, read

_FILE = Path(__file__).parents[3] / "data" / "alerts.jsonl"
ALERTS = [json.loads(line) for line in _FILE.read_text("utf-8").splitlines()]


def told(result: Reading | Unreadable) -> dict[str, Any] | str:
    """A reading in the words of the file of alerts."""
    if isinstance(result, Unreadable):
        return "refused"
    return {
        "action": result.action.value,
        "ticker": result.ticker,
        "quantity": result.quantity,
        "price": None if result.price is None else str(result.price),
        "target": result.target,
        "percent": None if result.percent is None else str(result.percent),
    }


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["name"])
def test_reads_what_the_sender_documents(alert: dict[str, Any]) -> None:
    assert told(read(alert["body"].encode(), alert["content_type"])) == alert["expected"]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["name"])
@pytest.mark.parametrize("content_type", ["", "text/plain; charset=utf-8", "image/png", "{}"])
def test_never_believes_the_content_type(alert: dict[str, Any], content_type: str) -> None:
    assert told(read(alert["body"].encode(), content_type)) == alert["expected"]


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["name"])
def test_reads_a_masked_alert_the_same(alert: dict[str, Any]) -> None:
    """A stored alert can be applied by hand later: hiding its secrets must not break it."""
    hidden = masked(alert["body"].encode()).encode()
    assert told(read(hidden)) == alert["expected"]
