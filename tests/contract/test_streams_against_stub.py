"""A whole connection over real loopback sockets: synced, watched, cut, evicted, and true again."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest

from justtrades_desktop.broker.budget import Budget, Limits
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.login import Session
from justtrades_desktop.broker.reconnect import ConnectQueue
from justtrades_desktop.broker.socket import Timing
from justtrades_desktop.broker.tokens import Tokens
from justtrades_desktop.domain.broker import (
    Addresses,
    AuditedCall,
    BrokerChanged,
    BrokerState,
    Credentials,
    Environment,
    Light,
)
from tests.contract.stub import TOKEN, Asked, Stub, Visitor, stub_broker

QUICK: Final = Timing(beat=0.1, silence=0.6, connect=1, answer=1, sync=10, goodbye=0.3)
SYNC: Final[dict[str, Any]] = {
    "users": [{"id": 7, "name": "trader"}],
    "accounts": [{"id": 1, "name": "DEMO1"}],
    "contracts": [{"id": 77, "name": "MNQZ6", "contractMaturityId": 78}],
    "contractMaturities": [{"id": 78, "productId": 79}],
    "products": [{"id": 79, "name": "MNQ", "valuePerPoint": 2, "tickSize": 0.25}],
    "cashBalances": [{"id": 3, "accountId": 1, "amount": 50000}],
    "orders": [
        {"id": 100, "accountId": 1, "contractId": 77, "action": "Buy", "ordStatus": "Working"}
    ],
}


class Store:
    """A token that was kept from before."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens: Tokens | None = tokens

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens

    def clear(self) -> None:
        self.tokens = None


@dataclass
class Bench:
    """A connection to the stub, running, with all that it told."""

    stub: Stub
    connection: Connection
    budget: Budget
    store: Store
    slept: list[float]
    prices: list[tuple[str, Decimal, datetime]] = field(default_factory=list)
    changes: list[BrokerChanged] = field(default_factory=list)
    calls: list[AuditedCall] = field(default_factory=list)

    def record(self, call: AuditedCall) -> None:
        self.calls.append(call)

    @property
    def state(self) -> BrokerState:
        return self.connection.state()

    @property
    def user(self) -> Visitor:
        return self.stub.visitors["user"][-1]

    @property
    def market(self) -> Visitor:
        return self.stub.visitors["md"][-1]

    async def until(self, holds: Callable[[], bool], seconds: float = 5) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(seconds):
            for _ in range(1_000_000):
                if holds():
                    return
                await asyncio.sleep(0.005)

    async def up(self) -> None:
        """Wait until both links are up."""
        await self.until(
            lambda: self.state.orders.light is Light.UP and self.state.market.light is Light.UP
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _tokens() -> Tokens:
    return Tokens(
        device_id="this machine",
        login="trader",
        access=TOKEN,
        market=f"{TOKEN}-md",
        issued=_now() - timedelta(minutes=20),
        expires=_now() + timedelta(minutes=60),
        user_id=7,
        name="trader",
    )


def _answers(stub: Stub) -> None:
    stub.answers["user/syncrequest"] = lambda _visitor, _asked: (200, SYNC)
    stub.answers["md/subscribequote"] = lambda _visitor, _asked: (200, {"mode": "RealTime"})
    stub.answers["md/unsubscribequote"] = lambda _visitor, _asked: (200, {})
    contracts = {"MNQZ6": 77, "ESZ6": 90}
    stub.rest["contract/suggest"] = lambda query, _body: (
        200,
        [
            {"id": number, "name": name, "contractMaturityId": 78}
            for name, number in contracts.items()
            if name.startswith(query["t"])
        ],
    )
    stub.rest["contract/find"] = lambda query, _body: (
        (200, {"id": contracts[query["name"]], "name": query["name"], "contractMaturityId": 78})
        if query["name"] in contracts
        else (404, {})
    )
    stub.rest["contract/item"] = lambda _query, _body: (
        200,
        {"id": 90, "name": "ESZ6", "contractMaturityId": 78},
    )
    stub.rest["contractmaturity/item"] = lambda _query, _body: (
        200,
        {"id": 78, "productId": 79, "expirationDate": "2099-12-18T14:30:00Z"},
    )
    stub.rest["product/item"] = lambda _query, _body: (
        200,
        {"id": 79, "name": "MNQ", "currencyId": 1, "valuePerPoint": 2, "tickSize": 0.25},
    )
    stub.rest["currency/item"] = lambda _query, _body: (200, {"id": 1, "name": "USD"})


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    before = asyncio.all_tasks()
    async with stub_broker() as stub:
        _answers(stub)
        made = _made(stub)
        running = asyncio.create_task(made.connection.run())
        yield made
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert made.state.orders.light is Light.OFF
        await made.connection.http.close()
        await made.until(lambda: stub.open == 0)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() - before <= {asyncio.current_task()}, "tasks were left behind"


def _made(stub: Stub) -> Bench:
    """Pauses between two tries are a fiftieth of the real ones."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(seconds / 50)

    calls: list[AuditedCall] = []

    class Trail:
        def record(self, call: AuditedCall) -> None:
            calls.append(call)

    budget = Budget(Limits(minute=1000))
    rest = stub.address.replace("ws:", "http:") + "/v1"
    addresses = Addresses(rest=rest, user=f"{stub.address}/user", market=f"{stub.address}/md")
    http = Http(addresses, budget, Trail(), "demo")
    store = Store(_tokens())
    session = Session(http, Credentials(user="trader", password="secret-word"), store)
    prices: list[tuple[str, Decimal, datetime]] = []
    changes: list[BrokerChanged] = []
    loop = asyncio.get_running_loop()
    connection = Connection(
        "demo",
        Environment.DEMO,
        addresses,
        session=session,
        http=http,
        budget=budget,
        audit=Trail(),
        clock=_now,
        on_change=changes.append,
        on_price=lambda symbol, price, at: prices.append((symbol, price, at)),
        queue=ConnectQueue(now=lambda: 50 * loop.time(), sleep=sleep),
        timing=QUICK,
        now=lambda: 50 * loop.time(),
    )
    return Bench(stub, connection, budget, store, slept, prices, changes, calls)


def _order(status: str, order_id: int = 100) -> dict[str, Any]:
    return {
        "id": order_id,
        "accountId": 1,
        "contractId": 77,
        "action": "Buy",
        "ordStatus": status,
    }


def _quote(price: float, contract_id: int = 77) -> dict[str, Any]:
    quote = {
        "timestamp": "2026-11-20T15:30:00Z",
        "contractId": contract_id,
        "entries": {"Trade": {"price": price, "size": 1}},
    }
    return {"e": "md", "d": {"quotes": [quote]}}


async def test_a_connection_logs_in_once_authorizes_syncs_once_and_says_so(bench: Bench) -> None:
    await bench.up()

    state = bench.state
    assert [asked.endpoint for asked in bench.user.asked] == ["authorize", "user/syncrequest"]
    assert bench.user.asked[0].body == TOKEN
    assert bench.user.asked[1].json == {"users": [7]}
    assert bench.market.asked[0].body == f"{TOKEN}-md"
    assert [account.name for account in state.accounts] == ["DEMO1"]
    assert [(order.id, order.symbol) for order in state.working] == [(100, "MNQZ6")]
    assert state.synced_at is not None
    assert bench.connection.catch_up_seconds is not None
    assert state.orders.progress_at is not None
    assert state.user == "trader"
    assert bench.changes
    assert "auth/accesstokenrequest" not in bench.stub.called


async def test_what_is_written_down_holds_no_token(bench: Bench) -> None:
    await bench.up()

    assert {"WS authorize", "WS user/syncrequest"} <= {call.operation for call in bench.calls}
    assert TOKEN not in repr(bench.calls)


async def test_events_change_the_state_and_are_told_gathered(bench: Bench) -> None:
    await bench.up()
    bench.changes.clear()

    for number in range(200, 500):
        await bench.user.props("order", "Created", _order("Working", number))
    await bench.user.props("order", "Updated", _order("Filled"))
    await bench.until(lambda: len(bench.state.working) == 300)

    await asyncio.sleep(0.1)
    assert bench.changes
    assert len(bench.changes) < 60


async def test_events_around_the_sync_are_worked_in_behind_it(bench: Bench) -> None:
    await bench.up()

    async def sync(visitor: Visitor, asked: Asked) -> None:
        await visitor.props("order", "Updated", _order("PendingNew"))
        await visitor.props("order", "Created", _order("Working", 101))
        await visitor.send(
            {"s": 200, "i": asked.id, "d": SYNC},
            {"e": "props", "d": _props("order", "Updated", _order("PendingCancel", 101))},
            {"e": "props", "d": _props("order", "Created", _order("Suspended", 102))},
        )

    bench.stub.answers["user/syncrequest"] = sync
    bench.user.cut()
    await bench.until(lambda: len(bench.stub.visitors["user"]) == 2)
    await bench.up()

    assert {order.id: order.status for order in bench.state.working} == {
        100: "Working",  # what came before the answer was older than it
        101: "PendingCancel",  # what came after it counts
        102: "Suspended",
    }


def _props(entity_type: str, event_type: str, entity: Any) -> dict[str, Any]:
    return {"entityType": entity_type, "eventType": event_type, "entity": entity}


async def test_b3_after_a_sync_of_ten_megabytes_the_state_is_true_at_the_first_try(
    bench: Bench,
) -> None:
    await bench.up()
    orders = [{**_order("Filled", number), "admin": False} for number in range(1000, 101_000)]
    big = {**SYNC, "orders": [*SYNC["orders"], *orders]}
    assert len(json.dumps(big)) > 10_000_000
    bench.stub.answers["user/syncrequest"] = lambda _visitor, _asked: (200, big)

    bench.user.cut()
    await bench.until(lambda: len(bench.stub.visitors["user"]) == 2)
    await bench.until(lambda: bench.state.orders.light is Light.UP, 20)

    assert bench.connection.mirror.order(100_999) is not None
    assert [order.id for order in bench.state.working] == [100]
    assert len(bench.stub.visitors["user"]) == 2, "it took more than one try"


async def test_b4_a_denied_token_is_renewed_once_and_the_new_one_kept(bench: Bench) -> None:
    await bench.up()
    fresh = f"{TOKEN}-fresh"
    bench.stub.rest["auth/renewaccesstoken"] = lambda _query, _body: (
        200,
        {"accessToken": fresh, "expirationTime": "2099-01-01T00:00:00Z", "userId": 7},
    )
    bench.stub.answers["authorize"] = lambda _visitor, asked: (
        (200, {}) if asked.body.startswith(fresh) else (401, "Access is denied")
    )

    bench.user.cut()
    await bench.until(lambda: len(bench.stub.visitors["user"]) == 3)
    await bench.up()

    assert bench.stub.called.count("auth/renewaccesstoken") == 1
    assert bench.store.tokens is not None
    assert bench.store.tokens.access == fresh


async def test_b4_a_refused_login_is_named_and_not_tried_again_and_again(bench: Bench) -> None:
    await bench.up()
    bench.stub.answers["authorize"] = lambda _visitor, _asked: (401, "Access is denied")
    bench.stub.rest["auth/renewaccesstoken"] = lambda _query, _body: (401, {})
    bench.stub.rest["auth/accesstokenrequest"] = lambda _query, _body: (
        200,
        {"errorText": "Incorrect username or password"},
    )

    bench.user.cut()
    bench.market.cut()
    await bench.until(lambda: "Incorrect username" in bench.state.orders.said)
    await asyncio.sleep(0.5)

    assert bench.state.orders.light is Light.TROUBLE
    assert "Incorrect username" in bench.state.last_error
    assert bench.stub.called.count("auth/accesstokenrequest") == 1


async def test_b8_an_eviction_is_named_and_waited_out_by_both_links(bench: Bench) -> None:
    await bench.up()

    await bench.user.shut_down("ConnectionQuotaReached")
    bench.market.cut()
    await bench.until(lambda: "ConnectionQuotaReached" in bench.state.orders.said)
    await asyncio.sleep(0.8)  # forty seconds of its clock

    assert bench.state.orders.light is Light.TROUBLE
    assert "five minutes" in bench.state.orders.said
    assert len(bench.stub.visitors["user"]) == len(bench.stub.visitors["md"]) == 1

    # The broker closed that login: only a new one is let in.
    bench.stub.rest["auth/accesstokenrequest"] = lambda _query, _body: (
        200,
        {"accessToken": f"{TOKEN}-2", "expirationTime": "2099-01-01T00:00:00Z", "userId": 7},
    )
    bench.connection.try_now()
    await bench.up()
    assert bench.user.asked[0].body == f"{TOKEN}-2"


async def test_maintenance_is_said_in_words_and_the_link_comes_back(bench: Bench) -> None:
    await bench.up()

    await bench.user.shut_down("Maintenance")
    await bench.until(lambda: "maintenance" in bench.state.last_error)
    await bench.up()

    assert bench.state.orders.said == ""
    assert bench.state.last_error_at is not None


async def test_b2_a_429_on_a_socket_silences_everything(bench: Bench) -> None:
    await bench.up()
    bench.stub.answers["user/syncrequest"] = lambda _visitor, _asked: (429, None)

    bench.user.cut()
    await bench.until(lambda: bench.state.budget.locked_until is not None)
    asked = len(bench.stub.asked("user", "authorize"))
    bench.market.cut()
    await asyncio.sleep(1)

    assert len(bench.stub.asked("user", "authorize")) == asked
    assert len(bench.stub.visitors["md"]) == 1
    assert bench.state.orders.light is Light.TROUBLE
    assert "429" in bench.state.orders.said
    calls = len(bench.stub.called)
    bench.connection.try_now()
    await asyncio.sleep(0.2)
    assert len(bench.stub.called) == calls
    assert len(bench.stub.visitors["md"]) == 1, "a lockout is nobody's to shorten"


async def test_b2_a_429_instead_of_a_socket_is_a_lockout_too(bench: Bench) -> None:
    await bench.up()
    bench.stub.turns_away = 429

    bench.market.cut()
    await bench.until(lambda: bench.state.budget.locked_until is not None)
    await asyncio.sleep(0.5)

    assert bench.stub.turned_away == 1
    assert bench.state.orders.light is Light.UP, "an open socket asks for nothing"


async def test_what_cannot_be_read_in_an_event_is_said(bench: Bench) -> None:
    await bench.up()
    await bench.user.props("fill", "Created", {"id": 5, "orderId": 100})

    await bench.until(lambda: "Fill" in bench.state.last_error)
    assert bench.state.orders.light is Light.UP


async def test_a_penalty_ticket_on_the_sync_is_waited_out_and_sent_along(bench: Bench) -> None:
    await bench.up()

    def sync(_visitor: Visitor, asked: Asked) -> tuple[int, Any]:
        if "p-ticket" in asked.json:
            return 200, SYNC
        return 200, {"p-ticket": "the-ticket", "p-time": 0, "p-captcha": False}

    bench.stub.answers["user/syncrequest"] = sync
    bench.user.cut()
    await bench.until(lambda: len(bench.stub.asked("user", "user/syncrequest")) == 3)
    await bench.up()

    assert bench.stub.asked("user", "user/syncrequest")[-1].json == {
        "users": [7],
        "p-ticket": "the-ticket",
    }


async def test_b7_a_link_that_is_half_open_is_noticed_and_made_anew(bench: Bench) -> None:
    await bench.up()

    bench.stub.beat_seconds = None
    await bench.until(lambda: "nothing came" in bench.state.last_error)
    bench.stub.beat_seconds = 0.1
    await bench.until(lambda: len(bench.stub.visitors["user"]) >= 2)
    await bench.up()
    assert bench.stub.open == 2, "the dead one is still there"


async def test_b1_b6_cut_every_fifth_of_a_second_leaves_nothing_behind(bench: Bench) -> None:
    await bench.up()
    tasks = len(asyncio.all_tasks())
    chance = random.Random(3)
    ends = asyncio.get_running_loop().time() + 3
    cuts = most = 0
    while asyncio.get_running_loop().time() < ends:
        for link in ("user", "md"):
            bench.stub.visitors[link][-1].cut()
        cuts += 1
        most = max(most, bench.stub.open)
        await asyncio.sleep(0.2 * chance.uniform(0.5, 1.5))
    bench.connection.try_now()
    await bench.until(lambda: bench.stub.open == 2, 10)
    await bench.up()
    await asyncio.sleep(0.1)

    assert cuts > 10
    assert most <= 2
    assert bench.stub.open == 2
    assert len(asyncio.all_tasks()) <= tasks
    assert [order.id for order in bench.state.working] == [100]
    tries = len(bench.stub.visitors["user"]) + len(bench.stub.visitors["md"])
    assert tries <= 2 * (cuts + 2)


async def test_prices_reach_every_symbol_of_a_contract_over_one_subscription(
    bench: Bench,
) -> None:
    for symbol in ("MNQ1!", "MNQZ6", "MNQ1!"):
        bench.connection.watch(symbol)
    await bench.up()
    await bench.until(lambda: bool(bench.stub.asked("md", "md/subscribequote")))
    await asyncio.sleep(0.05)
    await bench.market.send(_quote(24000.25))
    await bench.market.send(_quote(1.0, contract_id=555))
    await bench.until(lambda: len(bench.prices) == 2)

    assert [asked.json for asked in bench.stub.asked("md", "md/subscribequote")] == [
        {"symbol": "MNQZ6"}
    ]
    at = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    assert sorted(bench.prices) == [
        ("MNQ1!", Decimal("24000.25"), at),
        ("MNQZ6", Decimal("24000.25"), at),
    ]

    bench.connection.unwatch("MNQ1!")
    bench.connection.unwatch("MNQZ6")
    await asyncio.sleep(0.05)
    assert not bench.stub.asked("md", "md/unsubscribequote"), "one still watches"
    bench.connection.unwatch("MNQ1!")
    await bench.until(lambda: bool(bench.stub.asked("md", "md/unsubscribequote")))


async def test_what_is_watched_is_subscribed_again_after_every_cut(bench: Bench) -> None:
    bench.connection.watch("MNQ1!")
    await bench.up()
    await bench.until(lambda: len(bench.stub.asked("md", "md/subscribequote")) == 1)
    bench.market.cut()
    bench.connection.watch("ESZ6")
    await bench.until(lambda: len(bench.stub.asked("md", "md/subscribequote")) >= 3)

    assert {asked.json["symbol"] for asked in bench.market.asked[1:]} == {"MNQZ6", "ESZ6"}
    await bench.market.send(_quote(6000.5, contract_id=90))
    await bench.until(lambda: bool(bench.prices))
    assert bench.prices[0][:2] == ("ESZ6", Decimal("6000.5"))


async def test_no_entitlement_is_said_with_what_to_do_and_asked_once(bench: Bench) -> None:
    bench.stub.answers["md/subscribequote"] = lambda _visitor, _asked: (
        200,
        {"errorCode": "UnknownSymbol", "errorText": "Symbol is inaccessible", "mode": "None"},
    )
    bench.connection.watch("MNQ1!")
    await bench.until(lambda: "Symbol is inaccessible" in bench.state.market.said)

    assert bench.state.market.light is Light.TROUBLE
    assert "subscribe to it at the broker" in bench.state.market.said
    assert "alerts still work" in bench.state.market.said
    bench.connection.watch("NOPE1!")
    await bench.until(lambda: "NOPE1!" in bench.state.market.said)
    bench.connection.watch("NONE1!")
    await bench.until(lambda: "NONE1!" in bench.state.market.said)
    assert len(bench.stub.asked("md", "md/subscribequote")) == 1
    assert bench.state.orders.light is Light.UP


async def test_open_pnl_follows_quotes_and_is_unknown_without_them(bench: Bench) -> None:
    held = {"id": 5, "accountId": 1, "contractId": 77, "netPos": 2, "netPrice": 24000}
    bench.connection.watch("MNQ1!")
    await bench.up()
    await bench.until(lambda: bool(bench.stub.asked("md", "md/subscribequote")))
    await bench.user.props("position", "Created", held)
    await bench.until(lambda: bool(bench.state.positions))
    assert bench.state.accounts[0].open_pnl is None

    await bench.market.send(_quote(24010.25))
    await bench.until(lambda: bench.state.accounts[0].open_pnl == 41)
    assert bench.state.accounts[0].net_liquidation == 50_041

    bench.stub.answers["authorize"] = lambda _visitor, _asked: None
    bench.market.cut()
    await bench.until(lambda: bench.state.market.light is not Light.UP)
    assert bench.state.accounts[0].open_pnl is None


async def test_a_contract_that_only_an_event_names_is_looked_up(bench: Bench) -> None:
    await bench.up()
    position = {"id": 6, "accountId": 1, "contractId": 90, "netPos": 1, "netPrice": 6000}
    await bench.user.props("position", "Created", position)

    await bench.until(lambda: any(each.symbol == "ESZ6" for each in bench.state.positions))
    await asyncio.sleep(0.2)
    assert bench.stub.called.count("contract/item") == 1


async def test_a_login_without_a_market_token_uses_the_access_token(bench: Bench) -> None:
    await bench.up()
    bench.connection.session._keep(replace(_tokens(), market=""))
    bench.market.cut()
    await bench.until(lambda: len(bench.stub.visitors["md"]) == 2)
    await bench.up()

    assert bench.market.asked[0].body == TOKEN


async def test_b8_too_many_connections_from_here_are_waited_out_by_both_links(
    bench: Bench,
) -> None:
    """No login was closed, so that nothing but the links' own patience keeps them quiet."""
    await bench.up()

    await bench.user.shut_down("IPQuotaReached")
    bench.market.cut()
    await bench.until(lambda: "IPQuotaReached" in bench.state.orders.said)
    await asyncio.sleep(0.8)  # forty seconds of its clock

    assert bench.state.orders.light is Light.TROUBLE
    assert "five minutes" in bench.state.orders.said
    assert len(bench.stub.visitors["user"]) == len(bench.stub.visitors["md"]) == 1
    bench.connection.try_now()
    await bench.up()
