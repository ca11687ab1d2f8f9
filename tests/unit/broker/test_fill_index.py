"""Whose fills are whose, what hangs on what, and whom an event concerns."""

from __future__ import annotations

from typing import Any

import pytest

from justtrades_desktop.broker.entities import Order
from justtrades_desktop.broker.mirror import Mirror


def _order(order_id: int, account_id: int = 1, **more: Any) -> dict[str, Any]:
    order = {"id": order_id, "accountId": account_id, "contractId": 7, "action": "Buy"}
    return {**order, "ordStatus": "Filled", **more}


def _fill(fill_id: int, order_id: int, **more: Any) -> dict[str, Any]:
    fill = {"id": fill_id, "orderId": order_id, "contractId": 7, "action": "Buy"}
    return {**fill, "qty": 1, "price": 25_000, **more}


def _take(mirror: Mirror, entity_type: str, entity: dict[str, Any], what: str = "Created") -> None:
    mirror.take({"entityType": entity_type, "eventType": what, "entity": entity})


def _ids(mirror: Mirror, account_id: int) -> list[int]:
    return [fill.id for fill in mirror.fills_of(account_id)[1]]


def _synced() -> Mirror:
    mirror = Mirror()
    mirror.replace(
        {
            "orders": [_order(10), _order(20, 2), _order(11, parentId=10)],
            "fills": [_fill(1, 10), _fill(2, 20), _fill(3, 10, active=False)],
        }
    )
    return mirror


def test_fills_go_to_the_account_of_their_order_and_taken_back_ones_to_nobody() -> None:
    mirror = _synced()
    assert (_ids(mirror, 1), _ids(mirror, 2), _ids(mirror, 3)) == ([1], [2], [])


def test_a_fill_waits_for_its_order() -> None:
    mirror = _synced()
    _take(mirror, "fill", _fill(4, 30))
    assert _ids(mirror, 1) == [1]
    _take(mirror, "order", _order(30))
    assert _ids(mirror, 1) == [1, 4]


def test_new_fills_only_make_the_list_longer_and_a_changed_one_another_list() -> None:
    mirror = _synced()
    mark, _ = mirror.fills_of(1)
    _take(mirror, "fill", _fill(4, 10))
    _take(mirror, "fill", _fill(4, 10))  # an echo
    after, _ = mirror.fills_of(1)
    assert after is mark
    assert _ids(mirror, 1) == [1, 4]
    _take(mirror, "fill", _fill(1, 10, active=False), "Updated")
    after, _ = mirror.fills_of(1)
    assert after is not mark
    assert _ids(mirror, 1) == [4]


def test_what_hangs_on_an_order_is_found_and_goes_when_it_hangs_there_no_more() -> None:
    mirror = _synced()
    assert [order.id for order in mirror.hanging(10)] == [11]
    _take(mirror, "order", _order(12, ordStatus="Working", parentId=10))
    _take(mirror, "order", _order(12, ordStatus="Canceled", parentId=10), "Updated")
    assert [(order.id, order.status) for order in mirror.hanging(10)] == [
        (11, "Filled"),
        (12, "Canceled"),
    ]
    _take(mirror, "order", _order(11), "Updated")
    assert [order.id for order in mirror.hanging(10)] == [12]


@pytest.mark.parametrize(
    ("entity_type", "entity", "account"),
    [
        ("order", _order(40, 2), 2),
        ("fill", _fill(5, 20), 2),
        ("fill", _fill(5, 99), None),
        ("position", {"id": 5, "accountId": 1, "contractId": 7, "netPos": 1}, 1),
        ("accountRiskStatus", {"id": 2}, 2),
        ("commandReport", {"id": 8, "commandId": 70, "commandStatus": "AtExecution"}, 1),
        ("fillFee", {"id": 2}, 2),
        ("fillPair", {"id": 9, "positionId": 60}, 2),
        ("contract", {"id": 7, "name": "MNQZ6"}, None),
    ],
)
def test_an_event_concerns_the_account_it_is_about(
    entity_type: str, entity: dict[str, Any], account: int | None
) -> None:
    mirror = _synced()
    command = {"id": 70, "orderId": 10, "commandType": "New", "commandStatus": "AtExecution"}
    _take(mirror, "command", command)
    _take(mirror, "position", {"id": 60, "accountId": 2, "contractId": 7, "netPos": 1})
    data = {"entityType": entity_type, "eventType": "Created", "entity": entity}
    assert mirror.account_of(data) == account


def test_our_id_is_found_in_the_text_where_no_command_has_it() -> None:
    mirror = _synced()
    version = {"id": 80, "orderId": 11, "orderQty": 1, "orderType": "Stop", "text": "jt-s"}
    _take(mirror, "orderVersion", version)
    order = mirror.order_of("jt-s")
    assert order is not None
    assert (order.id, order.client_order_id) == (11, "jt-s")


def test_what_is_seen_by_a_look_never_wakes_an_order_that_is_over() -> None:
    mirror = _synced()
    before = mirror.version
    mirror.see(Order.from_json(_order(10, ordStatus="Working")))
    found = mirror.order(10)
    assert found is not None
    assert found.status == "Filled"
    assert mirror.version == before
