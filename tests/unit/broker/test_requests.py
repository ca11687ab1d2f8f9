"""Requests as the broker wants them, held to its published schemas where these are at hand."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from justtrades_desktop.broker.entities import OrderVersion
from justtrades_desktop.broker.requests import (
    Action,
    Bracket,
    CancelOrder,
    InterruptOrderStrategy,
    LiquidatePosition,
    LiquidatePositions,
    ModifyOrder,
    OtherLeg,
    PlaceOco,
    PlaceOrder,
    PlaceOso,
    RollContract,
    StartOrderStrategy,
    Terms,
    changed,
    number,
)

_BESIDE = Path(__file__).parents[4] / "shared" / "tradovate_openapi.json"

MARKET = Terms(order_type="Market")
ENTRY = PlaceOrder(
    account_id=11,
    account_name="DEMO11",
    symbol="MNQZ6",
    action=Action.BUY,
    quantity=2,
    terms=Terms(order_type="Limit", price=Decimal("25600.25"), time_in_force="GTC"),
    is_automated=True,
    client_order_id="jt-0001",
)
TARGET = OtherLeg(action=Action.SELL, terms=Terms(order_type="Limit", price=Decimal("25650.25")))
STOP = OtherLeg(action=Action.SELL, terms=Terms(order_type="Stop", stop_price=Decimal("25580.25")))
VERSION = OrderVersion(
    id=5,
    order_id=77,
    order_qty=3,
    order_type="StopLimit",
    price=Decimal("25580"),
    stop_price=Decimal("25581"),
    time_in_force="GTD",
    expire_time=datetime(2026, 12, 1, 21, tzinfo=UTC),
    text="jt-0001",
)
STRATEGY = StartOrderStrategy(
    account_id=11,
    account_name="DEMO11",
    symbol="MNQZ6",
    action=Action.SELL,
    quantity=2,
    terms=MARKET,
    brackets=(Bracket(quantity=2, profit_target=Decimal(-50), stop_loss=Decimal("20.5")),),
    uuid="jt-0002",
)

BODIES: list[tuple[str, dict[str, Any]]] = [
    ("PlaceOrder", ENTRY.body()),
    ("PlaceOrder", replace(ENTRY, terms=MARKET, is_automated=False).body()),
    (
        "PlaceOrder",
        replace(
            ENTRY,
            terms=Terms(
                order_type="TrailingStop", stop_price=Decimal(25500), peg_difference=Decimal("-7.5")
            ),
        ).body(),
    ),
    ("PlaceOCO", PlaceOco(order=ENTRY, other=STOP).body()),
    ("PlaceOSO", PlaceOso(order=ENTRY, bracket1=TARGET, bracket2=STOP).body()),
    ("PlaceOSO", PlaceOso(order=ENTRY, bracket1=STOP).body()),
    ("ModifyOrder", changed(VERSION, is_automated=True, quantity=1).body()),
    ("CancelOrder", CancelOrder(order_id=77, is_automated=False, client_order_id="x").body()),
    ("LiquidatePosition", LiquidatePosition(account_id=11, contract_id=3).body()),
    ("LiquidatePositions", LiquidatePositions(position_ids=(1, 2)).body()),
    ("StartOrderStrategy", STRATEGY.body()),
    ("InterruptOrderStrategy", InterruptOrderStrategy(order_strategy_id=9).body()),
    ("RollContract", RollContract(name="MNQZ6", if_expired=True).body()),
]


@cache
def published() -> dict[str, Any]:
    """The broker's OpenAPI document; skips the test where it is not at hand."""
    place = Path(os.environ.get("JUSTTRADES_TRADOVATE_OPENAPI", _BESIDE))
    if not place.is_file():
        pytest.skip("the broker's OpenAPI file is not here; name it: JUSTTRADES_TRADOVATE_OPENAPI")
    document: dict[str, Any] = json.loads(place.read_text("utf-8"))
    return document


def _schema(name: str) -> Any:
    return published()["components"]["schemas"][name]


def _resolved(schema: Any) -> Any:
    """With the schemas in place of their names, and nothing allowed beyond what they name."""
    if isinstance(schema, list):
        return [_resolved(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(_schema(schema["$ref"].rsplit("/", 1)[1]))
    found = {key: _resolved(value) for key, value in schema.items()}
    if found.get("type") == "object" and "properties" in found:
        found["additionalProperties"] = False
    return found


@pytest.mark.parametrize(("schema", "body"), BODIES)
def test_bodies_are_as_the_broker_published(schema: str, body: dict[str, Any]) -> None:
    sent = json.loads(json.dumps(body))
    errors = [
        error.message for error in OAS30Validator(_resolved(_schema(schema))).iter_errors(sent)
    ]
    assert errors == []


def test_the_schemas_would_notice_a_mistake() -> None:
    body = {**ENTRY.body(), "orderqty": 2}
    assert list(OAS30Validator(_resolved(_schema("PlaceOrder"))).iter_errors(body))


def test_only_what_is_set_is_sent_and_is_automated_always() -> None:
    assert replace(ENTRY, terms=MARKET, client_order_id=None, is_automated=False).body() == {
        "accountId": 11,
        "accountSpec": "DEMO11",
        "symbol": "MNQZ6",
        "action": "Buy",
        "orderQty": 2,
        "orderType": "Market",
        "isAutomated": False,
    }


def test_the_trigger_of_a_stop_is_its_stop_price_alone() -> None:
    assert STOP.body() == {"action": "Sell", "orderType": "Stop", "stopPrice": 25580.25}


def test_a_change_is_a_whole_replacement_with_the_version_s_time_in_force() -> None:
    assert changed(VERSION, is_automated=True, stop_price=Decimal(25590)).body() == {
        "orderId": 77,
        "orderQty": 3,
        "orderType": "StopLimit",
        "price": 25580,
        "stopPrice": 25590,
        "timeInForce": "GTD",
        "expireTime": "2026-12-01T21:00:00.000Z",
        "text": "jt-0001",
        "isAutomated": True,
    }


def test_a_change_without_its_time_in_force_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="Day"):
        ModifyOrder(order_id=1, quantity=1, terms=MARKET, is_automated=True)


def test_of_a_trailing_stop_only_the_size_changes() -> None:
    trailing = replace(VERSION, order_type="TrailingStop", peg_difference=Decimal(5))
    assert changed(trailing, is_automated=True, quantity=1).body()["pegDifference"] == 5
    with pytest.raises(ValueError, match="only the size"):
        changed(trailing, is_automated=True, stop_price=Decimal(25590))


def test_a_strategy_carries_its_parameters_as_a_text() -> None:
    params = STRATEGY.body()["params"]
    assert isinstance(params, str)
    assert json.loads(params) == {
        "entryVersion": {"orderQty": 2, "orderType": "Market"},
        "brackets": [
            {"qty": 2, "profitTarget": -50, "stopLoss": 20.5, "trailingStop": False},
        ],
    }
    with pytest.raises(ValueError, match="wrong side"):
        replace(STRATEGY, action=Action.BUY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"client_order_id": "x" * 65},
        {"account_name": ""},
    ],
)
def test_what_the_broker_would_refuse_is_not_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"letters|is none"):
        replace(ENTRY, **wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"order_type": "Limit"},
        {"order_type": "Stop", "price": Decimal(1)},
        {"order_type": "StopLimit", "price": Decimal(1)},
        {"order_type": "TrailingStop", "stop_price": Decimal(1)},
        {"order_type": "Market", "time_in_force": "GTD"},
        {"order_type": "Market", "text": "x" * 65},
    ],
)
def test_terms_must_be_whole(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"needs|letters"):
        Terms(**wrong)


@pytest.mark.parametrize("text", ["25600.25", "0.0000005", "-7.5", "110.015625", "4500", "0"])
def test_numbers_read_back_exactly(text: str) -> None:
    sent = json.dumps(number(Decimal(text)))
    assert json.loads(sent, parse_float=Decimal) == Decimal(text)


@pytest.mark.parametrize("text", ["1.23456789012345678", "NaN", "Infinity"])
def test_a_number_that_would_not_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"digits|no price"):
        number(Decimal(text))
