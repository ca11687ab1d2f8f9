"""The mirror of the broker's state: any order of events, any echo, nothing that was not said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from justtrades_desktop.broker import entities as wire
from justtrades_desktop.broker.mirror import Mirror
from justtrades_desktop.domain.broker import Account, BrokerOrder, BrokerPosition

TIMES: Final = [f"2026-11-20T15:30:{second:02}Z" for second in range(60)]

SYNC: Final[Mapping[str, Any]] = {
    "users": [{"id": 7, "name": "trader"}],
    "accounts": [{"id": 1, "name": "DEMO1", "userId": 7, "active": True}],
    "cashBalances": [
        {
            "id": 30,
            "accountId": 1,
            "timestamp": TIMES[0],
            "currencyId": 1,
            "amount": Decimal("50000.10"),
            "realizedPnL": Decimal("120.5"),
        }
    ],
    "marginSnapshots": [
        {"id": 1, "timestamp": TIMES[1], "initialMargin": 2200, "maintenanceMargin": 2000}
    ],
    "contracts": [{"id": 77, "name": "MNQZ6", "contractMaturityId": 78}],
    "contractMaturities": [{"id": 78, "productId": 79, "expirationMonth": 202612}],
    "products": [
        {"id": 79, "name": "MNQ", "currencyId": 1, "valuePerPoint": 2, "tickSize": Decimal("0.25")}
    ],
}


def _mirror(**more: list[dict[str, Any]]) -> Mirror:
    mirror = Mirror()
    mirror.replace({**SYNC, **more})
    return mirror


def _event(entity_type: str, event_type: str, entity: Any) -> dict[str, Any]:
    return {"entityType": entity_type, "eventType": event_type, "entity": entity}


def _order(status: str, order_id: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "id": order_id,
        "accountId": 1,
        "contractId": 77,
        "timestamp": TIMES[2],
        "action": "Buy",
        "ordStatus": status,
        **more,
    }


def _version(version_id: int = 100, **more: Any) -> dict[str, Any]:
    made = {"id": version_id, "orderId": 100, "orderQty": 3, "orderType": "Limit"}
    return {**made, "price": Decimal("24000.25"), **more}


def _command(command_id: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "id": command_id,
        "orderId": 100,
        "timestamp": TIMES[2],
        "clOrdId": "ours-1",
        "commandType": "New",
        "commandStatus": "AtExecution",
        **more,
    }


def _fill(fill_id: int, qty: int, price: str, **more: Any) -> dict[str, Any]:
    return {
        "id": fill_id,
        "orderId": 100,
        "contractId": 77,
        "timestamp": TIMES[4],
        "action": "Buy",
        "qty": qty,
        "price": Decimal(price),
        "active": True,
        **more,
    }


def _position(net: int, time: str, position_id: int = 50, **more: Any) -> dict[str, Any]:
    return {
        "id": position_id,
        "accountId": 1,
        "contractId": 77,
        "timestamp": time,
        "netPos": net,
        "netPrice": Decimal("24000.25"),
        **more,
    }


# An order's life as it is told, each entity's own events in their order.
LIFE: Final = (
    _event("order", "Created", _order("PendingNew")),
    _event("command", "Created", _command(commandStatus="Pending")),
    _event("orderVersion", "Created", _version()),
    _event("command", "Updated", _command()),
    _event(
        "executionReport",
        "Created",
        {
            "id": 300,
            "commandId": 100,
            "orderId": 100,
            "accountId": 1,
            "contractId": 77,
            "timestamp": TIMES[3],
            "execType": "New",
            "action": "Buy",
        },
    ),
    _event(
        "commandReport",
        "Created",
        {"id": 301, "commandId": 100, "timestamp": TIMES[3], "commandStatus": "AtExecution"},
    ),
    _event("order", "Updated", _order("Working")),
    _event("fill", "Created", [_fill(400, 1, "24000.25"), _fill(401, 1, "24000.00")]),
    _event("position", "Created", _position(2, TIMES[4])),
    _event("command", "Created", _command(102, commandType="Modify", clOrdId="ours-2")),
    _event("orderVersion", "Created", _version(102, orderQty=4, price=Decimal("24001"))),
    _event("fill", "Updated", _fill(401, 1, "24000.00", active=False)),
    _event("position", "Updated", _position(1, TIMES[5])),
    _event("position", "Deleted", _position(1, TIMES[5], 51)),
    _event("order", "Created", _order("Suspended", 110, parentId=100)),
    _event("order", "Deleted", _order("Suspended", 110, parentId=100)),
    _event("cashBalance", "Updated", {**SYNC["cashBalances"][0], "amount": 49_000}),
)


def _said(
    mirror: Mirror,
) -> tuple[
    Sequence[Account],
    Sequence[BrokerPosition],
    Sequence[BrokerOrder],
    BrokerOrder | None,
    Sequence[wire.Fill],
]:
    return (
        mirror.accounts(lambda _: Decimal(24010)),
        mirror.positions(),
        mirror.working(),
        mirror.order(100),
        mirror.fills(100),
    )


def _told(events: Sequence[Mapping[str, Any]]) -> Mirror:
    mirror = _mirror()
    for event in events:
        mirror.take(event)
    return mirror


def test_an_order_is_its_newest_version_its_fills_and_our_own_id() -> None:
    mirror = _told(LIFE)

    assert mirror.working() == (
        BrokerOrder(
            id=100,
            account_id=1,
            symbol="MNQZ6",
            action="Buy",
            status="Working",
            alive=True,
            quantity=4,
            filled=1,
            kind="Limit",
            price=Decimal(24001),
            average_price=Decimal("24000.25"),
            client_order_id="ours-1",
            at=datetime(2026, 11, 20, 15, 30, 2, tzinfo=UTC),
            contract_id=77,
        ),
    )
    assert mirror.order_of("ours-2") == mirror.order(100)
    assert mirror.order_of("nobody's") is None
    assert mirror.orphans() == ()


@st.composite
def _shuffled(draw: st.DrawFn) -> list[Mapping[str, Any]]:
    """Any order that keeps each entity's own, with echoes of any event before the next of its own.

    Of what was created or deleted an echo may come at any time later.
    """
    singles: list[Mapping[str, Any]] = [
        {**event, "entity": entity}
        for event in LIFE
        for entity in (event["entity"] if isinstance(event["entity"], list) else [event["entity"]])
    ]
    queues: dict[tuple[str, int], list[Mapping[str, Any]]] = {}
    for event in singles:
        queues.setdefault((event["entityType"], event["entity"]["id"]), []).append(event)
    told: list[Mapping[str, Any]] = []
    while queues:
        key = draw(st.sampled_from(sorted(queues)))
        event = queues[key].pop(0)
        told += [event] * draw(st.integers(1, 2))
        if not queues[key]:
            del queues[key]
    for event in singles:
        if event["eventType"] != "Updated" and draw(st.booleans()):
            told.insert(draw(st.integers(told.index(event), len(told))), event)
    return told


@given(_shuffled())
def test_any_order_and_any_echo_of_events_gives_the_same_mirror(
    events: list[Mapping[str, Any]],
) -> None:
    assert _said(_told(events)) == _said(_told(LIFE))


@given(st.lists(st.sampled_from(LIFE), max_size=12), st.integers(0, 12))
def test_events_before_the_answer_never_undo_what_the_sync_knows(
    early: list[Mapping[str, Any]], count: int
) -> None:
    """The sync already holds the end of that life; what is told of its way there is old."""
    mirror = _mirror(
        orders=[_order("Filled")],
        orderVersions=[_version()],
        fills=[_fill(400, 3, "24000.25")],
        positions=[_position(3, TIMES[9])],
    )
    for event in early[:count]:
        mirror.take(event, early=True)

    order = mirror.order(100)
    assert order is not None
    assert order.status == "Filled"
    (position,) = mirror.positions()
    assert position.net == 3


def test_an_early_event_that_tells_of_an_end_or_a_new_fill_counts() -> None:
    mirror = _mirror(orders=[_order("Working")], orderVersions=[_version()])

    mirror.take(_event("order", "Updated", _order("Filled")), early=True)
    mirror.take(_event("fill", "Created", _fill(400, 3, "24000.25")), early=True)

    assert mirror.working() == ()
    order = mirror.order(100)
    assert order is not None
    assert (order.status, order.filled) == ("Filled", 3)


def test_a_fill_waits_for_its_order_and_is_shown_once_it_comes() -> None:
    mirror = _mirror()
    mirror.take(_event("fill", "Created", _fill(400, 2, "24000.25")))

    assert mirror.order(100) is None
    assert [orphan.id for orphan in mirror.orphans()] == [400]

    mirror.take(_event("order", "Created", _order("Working")))

    order = mirror.order(100)
    assert order is not None
    assert order.filled == 2
    assert order.quantity is None, "no version has come: nobody knows it"
    assert mirror.orphans() == ()


def test_a_position_alone_says_nothing_of_fills() -> None:
    mirror = _mirror(orders=[_order("Working")], orderVersions=[_version()])

    mirror.take(_event("position", "Updated", _position(3, TIMES[6])))

    (order,) = mirror.working()
    assert order.filled == 0
    assert order.average_price is None
    assert mirror.fills(100) == ()


def test_an_old_position_does_not_take_the_place_of_a_newer_one() -> None:
    mirror = _mirror(positions=[_position(3, TIMES[9])])

    assert not mirror.take(_event("position", "Updated", _position(1, TIMES[8])))
    assert [each.net for each in mirror.positions()] == [3]
    assert mirror.take(_event("position", "Updated", _position(0, TIMES[10])))
    assert mirror.positions() == ()


@pytest.mark.parametrize(
    ("status", "alive"),
    [
        ("Suspended", True),
        ("Unknown", True),
        ("SomethingNew", True),
        ("PendingCancel", True),
        ("PendingReplace", True),
        ("Filled", False),
        ("Canceled", False),
        ("Expired", False),
        ("Rejected", False),
        ("Completed", False),
    ],
)
def test_which_orders_can_still_fill(status: str, alive: bool) -> None:
    mirror = _mirror(orders=[_order(status)])

    assert [order.status for order in mirror.working()] == ([status] if alive else [])
    order = mirror.order(100)
    assert order is not None
    assert order.alive is alive


def test_e15_why_an_order_was_rejected_is_kept_in_the_brokers_words() -> None:
    report = {
        "id": 301,
        "commandId": 100,
        "timestamp": TIMES[3],
        "commandStatus": "RiskRejected",
        "rejectReason": "UnknownReason",
        "text": "Insufficient margin: 2,200.00 needed",
    }
    mirror = _mirror(
        orders=[_order("Rejected")],
        commands=[_command(commandStatus="RiskRejected")],
        commandReports=[{**report, "id": 300, "text": "earlier", "timestamp": TIMES[2]}, report],
    )

    order = mirror.order(100)
    assert order is not None
    assert order.reason == "UnknownReason: Insufficient margin: 2,200.00 needed"


def test_a_change_that_was_refused_does_not_show_as_if_it_were_in_force() -> None:
    mirror = _mirror(
        orders=[_order("Working")],
        commands=[
            _command(),
            _command(102, commandType="Modify", commandStatus="ExecutionRejected"),
        ],
        orderVersions=[_version(), _version(102, orderQty=9)],
    )

    (order,) = mirror.working()
    assert order.quantity == 3


def test_a_sync_replaces_everything() -> None:
    mirror = _told(LIFE)

    mirror.replace({"accounts": [{"id": 2, "name": "DEMO2"}]})

    assert [account.name for account in mirror.accounts()] == ["DEMO2"]
    assert not mirror.working()
    assert not mirror.positions()
    assert not mirror.fills(100)
    assert mirror.order(100) is None


def test_until_a_long_sync_is_read_the_old_state_stands() -> None:
    mirror = _mirror(orders=[_order("Working")])
    many = [_order("Working", number) for number in range(1000, 2000)]
    slices = 0

    for _ in mirror.replacing({"orders": many}):
        slices += 1
        assert [order.id for order in mirror.working()] == [100]

    assert slices >= 3
    assert len(mirror.working()) == 1000


def test_money_comes_from_the_balance_and_the_margin_and_open_pnl_only_from_prices() -> None:
    mirror = _mirror(positions=[_position(-2, TIMES[9])])

    (account,) = mirror.accounts()
    assert (account.cash, account.realized_pnl) == (Decimal("50000.10"), Decimal("120.5"))
    assert account.initial_margin == 2200
    assert account.maintenance_margin == 2000
    assert account.open_pnl is None
    assert account.net_liquidation is None

    (account,) = mirror.accounts({77: Decimal("23990.25")}.get)
    assert account.open_pnl == Decimal("40.00")
    assert account.net_liquidation == Decimal("50040.10")


def test_open_pnl_is_zero_when_flat_and_unknown_in_another_currency() -> None:
    (flat,) = _mirror(positions=[_position(0, TIMES[9])]).accounts()
    assert flat.open_pnl == 0

    euros = [{**SYNC["products"][0], "currencyId": 2}]
    (foreign,) = _mirror(positions=[_position(1, TIMES[9])], products=euros).accounts(
        lambda _: Decimal(24010)
    )
    assert foreign.open_pnl is None


def test_an_account_that_is_held_back_says_so_in_the_brokers_word() -> None:
    status = {"id": 1, "adminAction": "LiquidateOnlyModeImmediately"}
    (account,) = _mirror(accountRiskStatuses=[status]).accounts()
    assert account.restriction == "LiquidateOnlyModeImmediately"

    (account,) = _mirror(accountRiskStatuses=[{"id": 1, "adminAction": "Normal"}]).accounts()
    assert account.restriction == ""


def test_a_contract_that_nobody_explained_is_named_as_unknown_until_it_is_looked_up() -> None:
    mirror = _mirror(positions=[_position(1, TIMES[9], contractId=90)])
    assert mirror.positions()[0].symbol == ""
    assert mirror.unknown_contracts() == {90}

    mirror.add(wire.Contract(id=90, name="ESZ6", contract_maturity_id=91))
    assert mirror.positions()[0].symbol == "ESZ6"
    assert mirror.unknown_contracts() == {90}, "what a point is worth is not known yet"

    mirror.add(wire.ContractMaturity(id=91, product_id=92), wire.Product(id=92, name="ES"))
    assert mirror.unknown_contracts() == frozenset()


def test_what_cannot_be_read_is_named_and_harms_nothing() -> None:
    unread: list[str] = []
    mirror = Mirror(unread.append)
    mirror.replace({"orders": [_order("Working"), {"id": "x"}, {"nothing": 1}]})

    assert len(mirror.working()) == 1
    assert len(unread) == 2
    for odd in (None, 5, {}, _event("order", "Updated", None), _event("order", "Updated", [{}])):
        assert not mirror.take(odd)
    assert not mirror.take(_event("newThing", "Created", {"id": 1}))
    assert len(mirror.working()) == 1


def test_a_malformed_row_of_the_past_is_dropped_when_it_is_looked_at() -> None:
    bad = {**_fill(400, 1, "24000.25"), "qty": "many"}
    unread: list[str] = []
    mirror = Mirror(unread.append)
    mirror.replace({"orders": [_order("Filled")], "fills": [bad, _fill(401, 2, "24000.25")]})

    order = mirror.order(100)
    assert order is not None
    assert order.filled == 2
    assert len(unread) == 1
    assert "qty" in unread[0]
    mirror.take(_event("fill", "Updated", _fill(400, 1, "24000.25")))
    assert [fill.id for fill in mirror.fills(100)] == [400, 401]


def test_an_order_that_is_over_stays_over_until_a_sync_says_otherwise() -> None:
    mirror = _mirror(orders=[_order("Filled")])

    assert not mirror.take(_event("order", "Updated", _order("Working")))
    assert mirror.working() == ()

    mirror.replace({"orders": [_order("Working")]})
    assert [order.status for order in mirror.working()] == ["Working"]


def test_an_echo_is_no_news() -> None:
    mirror = _mirror(orders=[_order("Working")])
    version = mirror.version

    assert not mirror.take(_event("order", "Updated", _order("Working")))
    assert mirror.version == version
    assert mirror.take(_event("order", "Updated", _order("Filled")))
    assert mirror.version > version
