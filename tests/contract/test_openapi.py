"""The check against the broker's description itself, which every test here goes through."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.broker_pair import Pair
from tests.contract.openapi import DEVIATIONS, FILE, WHY_NOT, Description, Passed, description

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=WHY_NOT)

PLACE = "order/placeorder"
ORDER = {
    "accountId": 1,
    "accountSpec": "ADA1",
    "symbol": "MNQZ6",
    "action": "Buy",
    "orderQty": 1,
    "orderType": "Market",
    "isAutomated": True,
}


@pytest.fixture
def described() -> Description:
    found = description()
    assert found is not None
    return found


def _passed(sent: Any, answered: Any) -> Passed:
    return Passed("POST", PLACE, {}, json.dumps(sent), 200, json.dumps(answered))


def test_what_is_as_described_has_no_fault(described: Description) -> None:
    assert described.faults(_passed(ORDER, {"orderId": 7})) == []


@pytest.mark.parametrize(
    ("sent", "answered", "fault"),
    [
        ({**ORDER, "orderQty": "1"}, {"orderId": 7}, "request order/placeorder: ['orderQty']"),
        ({**ORDER, "action": "BUY"}, {"orderId": 7}, "request order/placeorder: ['action']"),
        ({**ORDER, "qty": 1}, {"orderId": 7}, "qty is not described"),
        ({"accountId": 1}, {"orderId": 7}, "required property"),
        (ORDER, {"orderId": "7"}, "answer order/placeorder: ['orderId']"),
        (ORDER, {"order": 7}, "order is not described"),
    ],
)
def test_what_is_not_is_found(described: Description, sent: Any, answered: Any, fault: str) -> None:
    faults = described.faults(_passed(sent, answered))
    assert faults
    assert fault in faults[0]


def test_a_query_is_held_against_its_parameters(described: Description) -> None:
    asked = Passed("GET", "contract/suggest", {"t": "MNQ", "limit": "1"}, "", 200, "[]")
    assert described.faults(asked) == [
        "request contract/suggest: query limit",
        "request contract/suggest: query l",
    ]


async def test_every_deviation_is_one_still(pair: Pair, described: Description) -> None:
    """What the description has learned by now must go from the table."""
    for each in DEVIATIONS:
        if each.operation != "*":
            (content,) = (
                method["responses"]["200"]["content"]
                for method in described.paths[each.operation].values()
            )
            assert each.field not in json.dumps(content)
    assert "p-ticket" not in json.dumps(described.schemas)
    await pair.client.session.ensure()
    login = pair.server.passed[0]
    assert "mdAccessToken" in json.loads(login.answered)


async def test_all_that_the_client_sends_over_rest_is_seen(pair: Pair) -> None:
    await pair.client.session.ensure()
    await pair.placed()
    assert [each.operation for each in pair.server.passed] == ["auth/accesstokenrequest", PLACE]
    assert json.loads(pair.server.passed[1].sent)["orderQty"] == 1
    assert json.loads(pair.server.passed[1].answered)["orderId"] > 0
