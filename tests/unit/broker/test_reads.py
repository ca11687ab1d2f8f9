"""Reads: what is asked for where, and what comes of answers that are not what they should be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.answers import NotHandled, Rejected, Trouble, Unknown
from justtrades_desktop.broker.entities import CashSnapshot, Contract, FillFee
from justtrades_desktop.broker.reads import Me, Reads
from justtrades_desktop.broker.requests import RollContract
from tests.unit.broker.scripted import Asked, HandClock, ScriptedHttp
from tests.unit.broker.test_requests import published

Question = Callable[[Reads], Awaitable[object]]

LISTS: list[tuple[str, Question]] = [
    ("account/list", lambda reads: reads.accounts()),
    ("cashBalance/list", lambda reads: reads.cash_balances()),
    ("marginSnapshot/list", lambda reads: reads.margin_snapshots()),
    ("accountRiskStatus/list", lambda reads: reads.risk_statuses()),
    ("position/list", lambda reads: reads.positions()),
    ("order/list", lambda reads: reads.orders()),
    ("orderVersion/list", lambda reads: reads.order_versions()),
    ("orderVersion/deps", lambda reads: reads.versions_of(1)),
    ("fill/list", lambda reads: reads.fills()),
    ("fill/deps", lambda reads: reads.fills_of(1)),
    ("fillPair/list", lambda reads: reads.fill_pairs()),
    ("fillFee/items", lambda reads: reads.fill_fees([1])),
    ("command/list", lambda reads: reads.commands()),
    ("command/deps", lambda reads: reads.commands_of(1)),
    ("commandReport/deps", lambda reads: reads.command_reports_of(1)),
    ("executionReport/deps", lambda reads: reads.execution_reports_of(1)),
    ("orderStrategy/list", lambda reads: reads.strategies()),
    ("orderStrategyLink/deps", lambda reads: reads.strategy_links_of(1)),
    ("contract/items", lambda reads: reads.contracts([1])),
    ("contract/suggest", lambda reads: reads.suggested("MNQ")),
]
ONES: list[tuple[str, Question]] = [
    ("auth/me", lambda reads: reads.me()),
    ("cashBalance/getcashbalancesnapshot", lambda reads: reads.cash_snapshot(1)),
    ("order/item", lambda reads: reads.order(1)),
    ("contract/item", lambda reads: reads.contract(1)),
    ("contract/find", lambda reads: reads.contract_named("MNQZ6")),
    ("contract/rollcontract", lambda reads: reads.rolled(RollContract(name="MNQZ6"))),
    ("contractMaturity/item", lambda reads: reads.maturity(1)),
    ("product/item", lambda reads: reads.product(1)),
    ("product/find", lambda reads: reads.product_named("MNQ")),
    ("currency/item", lambda reads: reads.currency(1)),
]


class Desk:
    """Reads with their broker by script."""

    def __init__(self) -> None:
        self.http = ScriptedHttp(HandClock())
        self.reads = Reads(self.http)

    async def answered(self, path: str, question: Question, status: int, body: Any) -> object:
        self.http.replies[path.lower()] = (status, body)
        return await question(self.reads)


@pytest.mark.parametrize(("path", "question"), LISTS)
async def test_an_empty_list_is_an_answer_and_an_empty_object_is_none(
    path: str, question: Question
) -> None:
    assert await Desk().answered(path, question, 200, []) == []
    empties: tuple[Any, ...] = ({}, "", None)
    for body in empties:
        assert isinstance(await Desk().answered(path, question, 200, body), Unknown)


@pytest.mark.parametrize(("path", "question"), ONES)
async def test_an_empty_object_answers_no_question(path: str, question: Question) -> None:
    assert isinstance(await Desk().answered(path, question, 200, {}), Unknown)


@pytest.mark.parametrize(("path", "question"), LISTS + ONES)
async def test_trouble_is_handed_on(path: str, question: Question) -> None:
    assert isinstance(await Desk().answered(path, question, 404, ""), Rejected)
    assert isinstance(await Desk().answered(path, question, 429, ""), NotHandled)
    assert isinstance(await Desk().answered(path, question, 500, "x"), Unknown)


@pytest.mark.parametrize(("path", "question"), LISTS + ONES)
async def test_the_broker_published_these_paths(path: str, question: Question) -> None:
    desk = Desk()
    await desk.answered(path, question, 404, "")
    asked = desk.http.asked[0]
    operation = published()["paths"][f"/{path}"][asked.method.lower()]
    names = {each["name"] for each in operation.get("parameters", ())}
    assert set(asked.query or {}) <= names


async def test_one_malformed_entity_spoils_the_list() -> None:
    good = {"id": 1, "accountId": 2, "contractId": 3, "netPos": 1}
    bad = {"id": 2, "accountId": 2, "contractId": 3, "netPos": "one"}
    question: Question = LISTS[4][1]
    answer = await Desk().answered("position/list", question, 200, [good, bad])
    assert answer == Unknown(
        "the broker's answer cannot be read: Position.netPos: 'one' is no whole number"
    )


async def test_many_ids_are_asked_for_in_parts() -> None:
    desk = Desk()

    def fees(asked: Asked) -> tuple[int, Any]:
        ids = (asked.query or {})["ids"].split(",")
        return 200, [{"id": int(each), "commission": Decimal("0.25")} for each in ids]

    desk.http.replies["fillfee/items"] = fees
    found = await desk.reads.fill_fees([*range(1, 251), 1])
    assert not isinstance(found, Trouble)
    assert len(desk.http.asked) == 3
    assert found[249] == FillFee(id=250, commission=Decimal("0.25"))
    assert await desk.reads.fill_fees([]) == []


async def test_single_answers() -> None:
    desk = Desk()
    desk.http.replies |= {
        "auth/me": (200, {"userId": 42, "name": "trader"}),
        "cashbalance/getcashbalancesnapshot": (200, {"totalCashValue": 0, "netLiq": 5}),
        "contract/rollcontract": (200, {"contract": {"id": 2, "name": "MNQH7"}}),
    }
    assert await desk.reads.me() == Me(user_id=42, name="trader")
    assert await desk.reads.cash_snapshot(1) == CashSnapshot(
        total_cash_value=Decimal(0), net_liq=Decimal(5)
    )
    roll = RollContract(name="MNQZ6")
    assert await desk.reads.rolled(roll) == Contract(id=2, name="MNQH7")
