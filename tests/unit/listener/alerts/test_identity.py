"""What tells one alert from another, and what only seems to."""

from __future__ import annotations

from typing import Any

import pytest

from justtrades_desktop.domain.signals import Reading
from justtrades_desktop.listener.alerts import read

NOW = "2026-11-20T15:30:05Z"


def identity(**fields: Any) -> tuple[str | None, str | None]:
    """The id and the time of a buy with these fields."""
    pairs = {"action": "buy", "ticker": "MNQ1!", "strategy": "Breakout", "interval": "5", **fields}
    result = read("\n".join(f"{key}={value};" for key, value in pairs.items()).encode())
    assert isinstance(result, Reading)
    return result.sender_id, result.sent_at


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": "7f3a"}, ("7f3a", None)),
        ({"signal_id": "s-17", "timenow": NOW}, ("s-17", NOW)),
        ({"alertId": "a", "id": "b"}, ("b", None)),
        ({"idempotency_key": "i", "event_id": "e"}, ("e", None)),
        ({"event_id": f"{NOW}-L1"}, (f"{NOW}-L1", None)),
        ({"alertTimestamp": NOW}, (NOW, NOW)),
        ({"alertTimestamp": NOW, "time": "x"}, (NOW, "x")),
        ({"id": 17}, ("17", None)),
    ],
)
def test_an_explicit_id_is_kept(fields: dict[str, Any], expected: tuple[str, str]) -> None:
    assert identity(**fields) == expected


@pytest.mark.parametrize(
    "key",
    [
        f"MNQ1!-{NOW}",
        f"{NOW}_MNQ1!",
        f"MNQ1!|5|{NOW}",
        f"Breakout {NOW}",
        f"MNQ1!-buy-{NOW}",
        NOW,
    ],
)
def test_a_key_both_legs_of_a_reversal_share_is_a_time_and_no_id(key: str) -> None:
    assert identity(id=key) == (None, NOW)


@pytest.mark.parametrize("key", ["1795188605", "1795188605000", "MNQ1!-1795188605"])
def test_an_epoch_is_a_time_and_no_id(key: str) -> None:
    assert identity(id=key) == (None, key.removeprefix("MNQ1!-"))


@pytest.mark.parametrize("key", ["MNQ1!", "Breakout", "MNQ1!-5", "Long", "-", " "])
def test_a_key_every_alert_shares_is_no_id(key: str) -> None:
    assert identity(id=key) == (None, None)


@pytest.mark.parametrize("key", ["{{strategy.order.id}}", "", "%id%"])
def test_an_unfilled_id_is_none(key: str) -> None:
    assert identity(id=key) == (None, None)


def test_an_order_id_needs_the_alerts_own_time() -> None:
    assert identity(order_id="TP1") == (None, None)
    assert identity(order_id="TP1", timenow=NOW) == (f"TP1|{NOW}", NOW)
    assert identity(order_id="TP1", timenow="{{timenow}}") == (None, None)
    assert identity(order_id="TP1", timenow=NOW, id="a9") == ("a9", NOW)


def test_the_time_of_the_alert_wins_over_the_time_of_its_bar() -> None:
    assert identity(time="bar", timenow=NOW) == (None, NOW)
    assert identity(time="bar", timenow="") == (None, "bar")
    assert identity(date="d", timestamp="t") == (None, "t")
