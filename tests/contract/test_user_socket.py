"""The socket of orders against the simulator's: section 6, row by row."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.requests import CancelOrder, OrderType, PlaceOso
from justtrades_desktop.broker.results import Placed
from justtrades_desktop.domain.broker import Light, Outcome
from justtrades_desktop.simulator.fault_kinds import FaultKind
from tests.contract.broker_pair import QUICK, SYMBOL, Client, Pair, broker_pair, quick, until
from tests.contract.test_order_operations import _stop, _target

SYNC = "user/syncrequest"


def _ws(client: Client) -> list[str]:
    """What was asked on sockets, in order."""
    return [c.operation[3:] for c in client.calls if c.operation.startswith("WS ")]


def is_true(pair: Pair, client: Client | None = None) -> bool:
    """Whether the client believes exactly what the exchange has."""
    state = (client or pair.client).state
    alive = {"Working", "Suspended", "PendingNew", "PendingCancel", "PendingReplace"}
    orders = {
        (row["id"], row["ordStatus"]) for row in pair.rows("order") if row["ordStatus"] in alive
    }
    held = {
        (row["accountId"], row["netPos"], row["netPrice"])
        for row in pair.rows("position")
        if row["netPos"]
    }
    return {(order.id, order.status) for order in state.working} == orders and {
        (each.account_id, each.net, each.price) for each in state.positions
    } == held


# Being let in


async def test_both_sockets_say_who_they_are_at_once_and_the_sync_comes_once() -> None:
    async with broker_pair(settings=quick(authorize_within=0.3)) as pair:
        await pair.client.up()
        await asyncio.sleep(0.4)  # a stranger would be hung up on by now
        assert pair.client.lights == (Light.UP, Light.UP)
        asked = _ws(pair.client)
        assert asked.count("authorize") == 2
        assert asked.count(SYNC) == 1
        assert asked[0] == "authorize"
        for call in pair.client.made("authorize"):
            assert call.request == "***"
            assert (call.status, call.outcome) == (200, Outcome.ACCEPTED)
        tokens = pair.client.session.tokens
        assert tokens.access not in repr(pair.client.calls)
        assert tokens.market not in repr(pair.client.calls)


async def test_a_token_that_is_not_taken_is_renewed_and_the_socket_let_in(pair: Pair) -> None:
    await pair.client.session.ensure()
    pair.clock.go(600)
    pair.server.sessions.expire(pair.user_id)

    await pair.client.up()

    assert pair.client.logins == 2
    denied = [call for call in pair.client.made("authorize") if call.status == 401]
    assert denied
    assert pair.client.state.accounts


async def test_the_sync_brings_all_that_there_is(pair: Pair) -> None:
    await pair.client.session.ensure()
    await pair.placed(quantity=2)
    working = await pair.placed(OrderType.LIMIT, price=Decimal("24900.25"), client_order_id="me")

    await pair.client.up()

    state = pair.client.state
    assert [account.name for account in state.accounts] == ["ADA1", "ADA2"]
    assert state.accounts[0].cash == 50_000
    (order,) = state.working
    assert (order.id, order.symbol, order.kind, order.price) == (
        working,
        SYMBOL,
        "Limit",
        Decimal("24900.25"),
    )
    assert order.client_order_id == "me"
    (held,) = state.positions
    assert (held.symbol, held.net, held.price) == (SYMBOL, 2, Decimal(25_000))
    assert is_true(pair)


async def test_b3_a_sync_of_ten_megabytes_is_taken_and_true(pair: Pair) -> None:
    pair.fault(FaultKind.BIG_SYNC, SYNC, size=10_000_000)
    pair.client.begin()
    await until(lambda: pair.client.state.orders.light is Light.UP, 10)
    assert len(pair.client.state.accounts) == 2
    assert pair.client.connection.mirror.synced
    assert len(pair.client.made(SYNC)) == 1
    assert len(pair.client.made(SYNC)[0].answer) < 100_000, "the audit is no place for it"


# Staying


async def test_heartbeats_go_out_while_prices_flood_in() -> None:
    async with broker_pair(settings=quick(idle_after=0.35)) as pair:
        pair.client.connection.watch(SYMBOL)
        await pair.client.up()
        until_then = asyncio.get_running_loop().time() + 1.2
        number = 0
        while asyncio.get_running_loop().time() < until_then:
            number += 1
            pair.trade(str(25_000 + number % 50))
            await asyncio.sleep(0)
        assert len(pair.client.made("authorize")) == 2, "nobody was hung up on"
        assert pair.client.lights == (Light.UP, Light.UP)
        assert len(pair.client.prices) > 20


async def test_b7_a_server_that_forgets_its_heart_is_left_and_found_again(pair: Pair) -> None:
    await pair.client.up()
    pair.fault(FaultKind.NO_HEARTBEATS, socket="user")
    await until(lambda: "nothing came for" in pair.client.state.last_error)
    await pair.client.again()
    assert len(pair.client.made(SYNC)) == 2
    assert is_true(pair)


async def test_no_heartbeats_while_data_comes_is_no_fault(pair: Pair) -> None:
    pair.client.connection.watch(SYMBOL)
    await pair.client.up()
    await until(lambda: bool(pair.client.made("md/subscribequote")))
    pair.fault(FaultKind.NO_HEARTBEATS, socket="market")
    for number in range(10):
        pair.trade(str(25_000 + number))
        await asyncio.sleep(QUICK.silence / 5)
    assert pair.client.lights == (Light.UP, Light.UP)
    assert len(pair.client.made("authorize")) == 2


async def test_b7_a_half_open_socket_is_noticed_though_it_looks_connected(pair: Pair) -> None:
    await pair.client.up()
    pair.fault(FaultKind.HALF_OPEN, socket="user")
    order_id = await pair.placed(OrderType.LIMIT, price=Decimal(24_900))
    assert not pair.client.state.working
    await until(lambda: pair.client.state.orders.light is not Light.UP)
    assert "nothing came for" in pair.client.state.orders.said
    await pair.client.again()
    assert [order.id for order in pair.client.state.working] == [order_id]


# Events

_ENTITIES = ("order", "orderVersion", "command", "commandReport", "executionReport", "fill")


@pytest.mark.parametrize(
    "kind", [FaultKind.DOUBLED_EVENT, FaultKind.REORDERED_EVENT, FaultKind.LATE_EVENT]
)
async def test_events_twice_late_or_in_another_order_end_in_the_same_truth(
    pair: Pair, kind: FaultKind
) -> None:
    await pair.client.up()
    seconds = 0.05 if kind is not FaultKind.DOUBLED_EVENT else None
    for nth in range(1, 60, 3):
        pair.fault(kind, nth=nth, seconds=seconds)

    await pair.placed(quantity=2)
    await pair.placed(OrderType.LIMIT, price=Decimal(24_900))
    done = await pair.client.orders.place_oso(
        PlaceOso(order=pair.order(), bracket1=_target(), bracket2=_stop(24_950))
    )
    assert isinstance(done, Placed)
    gone = await pair.placed(OrderType.LIMIT, price=Decimal(24_800))
    await pair.client.orders.cancel(CancelOrder(order_id=gone, is_automated=True))
    pair.trade("24950")  # the stop of one

    await until(lambda: is_true(pair))
    await asyncio.sleep(0.1)
    assert is_true(pair)
    assert pair.net == 2
    mirror = pair.client.connection.mirror
    for row in pair.rows("order"):
        theirs = sum(fill["qty"] for fill in pair.rows("fill") if fill["orderId"] == row["id"])
        ours = mirror.order(row["id"])
        assert ours is not None
        assert (ours.status, ours.filled) == (row["ordStatus"], theirs)
    assert mirror.orphans() == ()
    assert len(pair.server.faults.struck) > 10


async def test_an_event_that_never_came_is_made_good_by_the_next_sync(pair: Pair) -> None:
    await pair.client.up()
    for match in _ENTITIES:
        pair.fault(FaultKind.DROPPED_EVENT, match, times=10)
    order_id = await pair.placed(OrderType.LIMIT, price=Decimal(24_900))
    await asyncio.sleep(0.1)
    assert pair.client.connection.mirror.order(order_id) is None
    pair.server.faults.clear()
    pair.fault(FaultKind.CUT, socket="user")
    await pair.client.again()
    assert [order.id for order in pair.client.state.working] == [order_id]


# Ends


@pytest.mark.parametrize(
    ("reason", "said", "seconds"),
    [
        ("Maintenance", "closed for maintenance", 0),
        ("ConnectionQuotaReached", "took this login's place (ConnectionQuotaReached)", 300),
        ("IPQuotaReached", "too many connections come from this internet address", 300),
        ("SomethingNew", "SomethingNew", 0),
    ],
)
async def test_a_shutdown_is_named_and_waited_out(
    pair: Pair, reason: str, said: str, seconds: int
) -> None:
    await pair.client.up()
    pair.fault(FaultKind.SHUTDOWN, reason=reason)
    await until(lambda: Light.UP not in pair.client.lights)
    assert said in pair.client.state.last_error
    asked = len(pair.client.made("authorize"))
    if seconds:
        pair.clock.go(seconds - 5)
        await asyncio.sleep(0.15)
        assert len(pair.client.made("authorize")) == asked
        assert said in pair.client.state.orders.said
    await pair.client.again()
    assert is_true(pair)


async def test_a_broker_that_goes_away_is_named_and_missed(pair: Pair) -> None:
    await pair.client.up()
    await pair.server.stop()
    await until(lambda: Light.UP not in pair.client.lights)
    assert "1001, Going away" in pair.client.state.last_error


async def test_a_reconnect_replaces_all_that_was_believed(pair: Pair) -> None:
    await pair.client.up()
    stays = await pair.placed(OrderType.LIMIT, price=Decimal(24_700))
    goes = await pair.placed(OrderType.LIMIT, price=Decimal(24_800))
    fills = await pair.placed(OrderType.LIMIT, price=Decimal(24_990), quantity=2)
    await until(lambda: len(pair.client.state.working) == 3)

    pair.fault(FaultKind.CUT, socket="user")
    body = {"orderId": goes, "isAutomated": True}
    pair.server.exchange.perform(pair.user_id, "order/cancelorder", body)
    pair.trade("24990")
    new: Any = pair.server.exchange.perform(
        pair.user_id,
        "order/placeorder",
        {**pair.order(OrderType.LIMIT, price=Decimal(24_750)).body()},
    )
    # What is over the broker forgets in time: no sync says that it is gone.
    pair.server.exchange._pit.world.entities["order"].pop(goes)
    assert {order.id for order in pair.client.state.working} == {stays, goes, fills}
    await pair.client.again()

    assert {order.id for order in pair.client.state.working} == {stays, new["orderId"]}
    assert [each.net for each in pair.client.state.positions] == [2]
    assert is_true(pair)
    assert len(pair.client.made(SYNC)) == 2
    assert pair.client.logins == 1


async def test_a_clean_log_off_leaves_no_socket_at_the_broker(pair: Pair) -> None:
    await pair.client.up()
    (session,) = pair.server.sessions.alive(pair.user_id)
    assert session.sockets == 2
    await pair.client.stop()
    await until(lambda: session.sockets == 0 and pair.server.connections == 0)


async def test_three_hundred_syncs_an_hour_bring_a_penalty_that_is_obeyed() -> None:
    """Here it is two, so that the third one has to wait."""
    from justtrades_desktop.simulator.server_settings import Penalty

    penalties = {SYNC: Penalty(count=2, seconds=0)}
    async with broker_pair(settings=quick(penalties=penalties)) as pair:
        await pair.client.up()
        for _ in range(2):
            pair.fault(FaultKind.CUT, socket="user")
            await pair.client.again()
        outcomes = [call.outcome for call in pair.client.made(SYNC)]
        assert outcomes == [*[Outcome.ACCEPTED] * 2, Outcome.NOT_HANDLED, Outcome.ACCEPTED]
        assert is_true(pair)
