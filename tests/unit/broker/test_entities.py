"""Entities off the wire: exact, tolerant of what is new, clear about what is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.answers import parse
from justtrades_desktop.broker.entities import (
    ENTITY_TYPES,
    SYNC_LISTS,
    AccountRiskStatus,
    CashSnapshot,
    Command,
    Fill,
    Order,
    OrderStatus,
    Position,
    is_alive,
    read_entity,
)

FILL = """{"id": 9007199254740993, "orderId": 2, "contractId": 3,
 "timestamp": "2026-11-20T15:30:01.123456789Z", "tradeDate": {"year": 2026, "month": 11, "day": 20},
 "action": "Buy", "qty": 2, "price": 0.0065305, "active": true, "finallyPaired": 0}"""


def test_a_fill_is_read_exactly() -> None:
    fill = Fill.from_json(parse(FILL))
    assert fill.id == 9007199254740993
    assert fill.price == Decimal("0.0065305")
    assert fill.timestamp == datetime(2026, 11, 20, 15, 30, 1, 123456, tzinfo=UTC)
    assert fill.trade_date == date(2026, 11, 20)


def test_absent_and_null_are_none_and_unknown_fields_are_kept() -> None:
    raw = {
        "id": 1,
        "accountId": 2,
        "contractId": 3,
        "netPos": 0,
        "netPrice": None,
        "mood": {"a": [1]},
    }
    position = Position.from_json(raw)
    assert position.net_price is None
    assert position.timestamp is None
    assert position.net_pos == 0
    assert position.extra == {"mood": {"a": [1]}}


def test_a_new_word_survives_and_counts_as_alive() -> None:
    order = Order.from_json({"id": 1, "accountId": 2, "action": "Buy", "ordStatus": "Dreaming"})
    assert (order.ord_status, order.alive) == ("Dreaming", True)


@pytest.mark.parametrize("status", OrderStatus)
def test_suspended_and_unknown_are_alive(status: OrderStatus) -> None:
    over = {"Canceled", "Completed", "Expired", "Filled", "Rejected"}
    assert is_alive(status) is (status.value not in over)


def test_the_broker_s_odd_spellings() -> None:
    command = Command.from_json(
        {"id": 1, "orderId": 2, "clOrdId": "jt-1", "commandType": "New", "commandStatus": "Pending"}
    )
    assert command.client_order_id == "jt-1"
    snapshot = CashSnapshot.from_json(parse('{"totalCashValue": 50000, "openPnL": -12.5}'))
    assert (snapshot.total_cash_value, snapshot.open_pnl) == (Decimal(50000), Decimal("-12.5"))


def test_times_without_seconds_or_zone_are_utc() -> None:
    raw = {"id": 1, "adminTimestamp": "2026-11-20T15:30Z", "liquidateOnly": "2026-11-20T15:30:00"}
    status = AccountRiskStatus.from_json(raw)
    assert status.admin_timestamp == status.liquidate_only
    assert status.restriction == ""
    locked = AccountRiskStatus.from_json({"id": 1, "adminAction": "LockTradingImmediately"})
    assert locked.restriction == "LockTradingImmediately"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"price": "12"}, "Fill.price: '12' is no number"),
        ({"qty": Decimal("1.5")}, "Fill.qty"),
        ({"qty": True}, "Fill.qty"),
        ({"timestamp": "yesterday"}, "Fill.timestamp"),
        ({"tradeDate": {"year": 2026, "month": 13, "day": 1}}, "Fill.tradeDate"),
        ({"orderId": None}, "Fill: orderId is missing"),
        ({"active": "yes"}, "Fill.active"),
        ({"price": float("nan")}, "Fill.price"),
    ],
)
def test_a_malformed_entity_raises_one_clear_error(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Fill.from_json({**parse(FILL), **change})


@pytest.mark.parametrize("raw", [None, [], "x", 3])
def test_what_is_no_object_is_malformed_too(raw: object) -> None:
    with pytest.raises(ValueError, match="Order"):
        Order.from_json(raw)


def test_events_and_syncs_name_the_same_types() -> None:
    assert set(SYNC_LISTS.values()) <= set(ENTITY_TYPES)
    assert read_entity("adminAlert", {"id": 1}) is None
    assert read_entity("currency", {"id": 1, "name": "USD"}) is not None
