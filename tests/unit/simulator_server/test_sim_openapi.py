"""The simulator's answers against the broker's published description of them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from justtrades_desktop.simulator.user_socket import singular
from tests.unit.simulator_server.wire import SYMBOL, Stage, simulator

_ROOT = Path(__file__).parents[3]
_FILE = Path(
    os.environ.get(
        "JUSTTRADES_TRADOVATE_OPENAPI",
        str(_ROOT.parent / "shared" / "tradovate_openapi.json"),
    )
)
pytestmark = pytest.mark.skipif(
    not _FILE.exists(),
    reason="the broker's OpenAPI file is not here; JUSTTRADES_TRADOVATE_OPENAPI names it",
)
# Sent by the broker, though its description does not know them.
_UNDESCRIBED = {"mdAccessToken"}


class Description:
    """The published description."""

    def __init__(self) -> None:
        self.whole = json.loads(_FILE.read_text(encoding="utf-8"))
        self.schemas = self.whole["components"]["schemas"]
        resource = DRAFT4.create_resource(self.whole)
        self._registry = Registry().with_resource("urn:broker", resource)

    def answer_of(self, path: str, method: str) -> Any:
        answer = self.whole["paths"][f"/{path}"][method]["responses"]["200"]
        return answer["content"]["application/json"]["schema"]

    def faults(self, told: Any, schema: Any) -> list[str]:
        """What is wrong with ``told``: shape, or a field of a name that is not described."""
        absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:broker#/'))
        validator = OAS30Validator(absolute, registry=self._registry)
        wrong = [f"{list(e.path)}: {e.message[:200]}" for e in validator.iter_errors(told)]
        return wrong + self.unknown(told, schema)

    def unknown(self, told: Any, schema: Any) -> list[str]:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        if isinstance(told, list):
            return [fault for row in told for fault in self.unknown(row, schema.get("items", {}))]
        if not isinstance(told, dict) or "properties" not in schema:
            return []
        known = schema["properties"]
        names = [f"{name} is not described" for name in told if name not in {*known, *_UNDESCRIBED}]
        deeper = [
            f for n, value in told.items() if n in known for f in self.unknown(value, known[n])
        ]
        return names + deeper


@pytest.fixture(scope="module")
def description() -> Description:
    return Description()


async def trade(stage: Stage, token: str) -> list[tuple[str, Any]]:
    """Do everything that can be done with orders; the answers by path."""
    leg = {"action": "Sell", "orderType": "Limit", "price": 25_500}
    stop = {"action": "Sell", "orderType": "Stop", "stopPrice": 24_000}
    lower = stage.order(orderType="Stop", stopPrice=24_100, action="Sell")
    lower.pop("price")
    strategy = {
        "accountId": stage.account["id"],
        "accountSpec": stage.account["name"],
        "symbol": SYMBOL,
        "action": "Buy",
        "orderStrategyTypeId": 2,
        "params": json.dumps(
            {
                "entryVersion": {"orderQty": 1, "orderType": "Market"},
                "brackets": [
                    {"qty": 1, "profitTarget": 50, "stopLoss": -40, "trailingStop": False}
                ],
            }
        ),
    }
    placed = (await stage.place(token, clOrdId="c", text="t"))[1]
    changed = {"orderId": placed["orderId"], "orderQty": 2, "orderType": "Limit", "price": 24_500}
    contract = stage.server.exchange.contract_id(SYMBOL)
    account = {"accountId": stage.account["id"]}
    bodies = [
        ("order/placeorder", stage.order(orderType="Market")),
        ("order/placeorder", stage.order(symbol="NOPE9")),
        ("order/placeorder", stage.order(price=24_000.1)),
        ("order/placeoso", stage.order(orderType="Market", bracket1=leg, bracket2=stop)),
        ("order/placeoco", {**lower, "other": leg}),
        ("order/modifyorder", changed),
        ("order/cancelorder", {"orderId": placed["orderId"]}),
        ("order/cancelorder", {"orderId": placed["orderId"]}),
        ("orderStrategy/startorderstrategy", strategy),
        ("cashBalance/getcashbalancesnapshot", account),
        ("contract/rollcontract", {"name": SYMBOL, "forward": True}),
        ("order/liquidateposition", {**account, "contractId": contract, "admin": False}),
    ]
    answers = [("order/placeorder", placed)]
    for path, body in bodies:
        status, told = await stage.post(path, body, token)
        assert status == 200, (path, told)
        answers.append((path, told))
    return answers


async def test_logins_and_order_answers_are_as_described(description: Description) -> None:
    async with simulator() as stage:
        login = await stage.login()
        token = login["accessToken"]
        answers = [
            ("auth/accesstokenrequest", login),
            ("auth/accesstokenrequest", await stage.login(password="no")),
            *await trade(stage, token),
        ]
        for path, told in answers:
            assert description.faults(told, description.answer_of(path, "post")) == [], path
        for path in ("auth/me", "auth/renewaccesstoken"):
            told = (await stage.get(path, token))[1]
            assert description.faults(told, description.answer_of(path, "get")) == [], path
        assert stage.rows("fill") != []


async def test_every_list_is_as_described(description: Description) -> None:
    async with simulator() as stage:
        token = await stage.token()
        await trade(stage, token)
        seen = 0
        for path in description.whole["paths"]:
            entity, _, how = path[1:].partition("/")
            if how != "list":
                continue
            status, told = await stage.get(f"{entity}/list", token)
            if status == 404:  # not simulated
                continue
            assert status == 200, path
            assert description.faults(told, description.answer_of(path[1:], "get")) == [], path
            seen += bool(told)
        assert seen >= 12


async def test_the_sync_and_its_events_are_as_described(description: Description) -> None:
    async with simulator() as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        await trade(stage, token)
        await wire.silence(0.3)
        names = {name.lower(): name for name in description.schemas}
        assert len(wire.events) > 30
        for event in wire.events:
            schema = description.schemas[names[event["d"]["entityType"].lower()]]
            assert description.faults(event["d"]["entity"], schema) == [], event
        told = await (await stage.socket(token)).ask("user/syncrequest", {"users": [stage.user_id]})
        schema = {"$ref": "#/components/schemas/SyncMessage"}
        assert description.faults(told["d"], schema) == []
        for section in told["d"]:
            assert singular(section) in names, section
