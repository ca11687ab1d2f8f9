"""What went wrong elsewhere between a program and its broker, done again and survived.

Rows that are a row of the wire contract too stand beside it: B3 and B7 with the user socket, B2, B5
and E7 with the failures.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from justtrades_desktop.broker.answers import NotHandled, Trouble
from justtrades_desktop.broker.login import LOGIN, RENEW
from justtrades_desktop.broker.lookup import Absent, Found
from justtrades_desktop.broker.requests import OrderType
from justtrades_desktop.broker.results import InDoubt, Placed, Refused
from justtrades_desktop.broker.socket import connected
from justtrades_desktop.domain.broker import Light, Outcome
from justtrades_desktop.simulator.fault_kinds import Fault, FaultKind
from justtrades_desktop.simulator.server_settings import Limit
from tests.contract.broker_pair import QUICK, SYMBOL, Pair, broker_pair, quick, until
from tests.contract.test_user_socket import is_true


async def test_b1_many_cuts_at_once_come_back_one_by_one_and_within_the_limit() -> None:
    """All sockets of all programs' connections were cut together, again and again."""
    limits = (Limit(count=60, seconds=60),)
    async with broker_pair(settings=quick(user_limits=limits)) as pair:
        await pair.client.up()
        for _ in range(4):
            pair.server.add_fault(Fault(kind=FaultKind.CUT))
            await pair.client.again()

        assert pair.client.state.budget.locked_until is None
        assert not [call for call in pair.client.calls if call.status == 429]
        assert pair.client.logins == 1
        welcomes = pair.client.made("authorize")
        assert len(welcomes) == 2 * 5
        for earlier, later in pairwise(welcomes):
            assert later.seconds is not None
            began = later.at - timedelta(seconds=later.seconds)
            assert began >= earlier.at, "two tries went side by side"
        assert is_true(pair)


async def test_b1_a_broker_that_turns_all_away_is_asked_ever_more_rarely(pair: Pair) -> None:
    await pair.client.up()
    pair.fault(FaultKind.SERVER_ERROR, "user/syncrequest", times=10_000)
    pair.fault(FaultKind.CUT, socket="user")
    await until(lambda: pair.client.state.orders.light is not Light.UP)
    before = len(pair.client.made("user/syncrequest"))
    for _ in range(60):  # ten minutes
        pair.clock.go(10)
        await asyncio.sleep(0.01)
    tries = len(pair.client.made("user/syncrequest")) - before
    assert 5 <= tries <= 45
    pair.server.faults.clear()
    await pair.client.again()


async def test_b2_silence_in_a_lockout_on_all_ways_and_exits_first_after_it(pair: Pair) -> None:
    await pair.client.up()
    order_id = await pair.placed(OrderType.LIMIT, price=Decimal(24_900))
    pair.fault(FaultKind.LIMIT, "account/list")
    assert isinstance(await pair.client.reads.accounts(), NotHandled)
    pair.fault(FaultKind.CUT)
    await until(lambda: Light.UP not in pair.client.lights)
    asked, written = pair.asked, len(pair.client.calls)

    for _ in range(30):
        pair.clock.go(119)
        pair.client.connection.try_now()
        await asyncio.sleep(0.005)
    assert pair.asked == asked, "each call would start the hour anew"
    assert "429" in pair.client.state.budget.why_locked

    pair.clock.go(40)
    assert isinstance(await pair.client.orders.place(pair.order(), exit=True), Placed)
    assert not [c for c in pair.client.calls[written:] if c.status == 429]
    await pair.client.again()
    assert order_id in [order.id for order in pair.client.state.working]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.EMPTY, match=RENEW),
        Fault(kind=FaultKind.SERVER_ERROR, match=RENEW),
        Fault(kind=FaultKind.TIMEOUT, match=RENEW),
        Fault(kind=FaultKind.LOST_AFTER, match=RENEW),
        Fault(kind=FaultKind.NOT_FOUND, match=RENEW),
    ],
    ids=lambda fault: str(fault.kind),
)
async def test_b4_a_renewal_that_brings_no_token_leaves_the_good_one(
    pair: Pair, fault: Fault
) -> None:
    await pair.client.up()
    good = pair.client.session.tokens
    pair.server.add_fault(fault)
    pair.clock.go(65 * 60)
    await until(lambda: pair.client.renewals == 1)
    await asyncio.sleep(0.05)

    assert pair.client.session.tokens == good == pair.client.store.tokens
    assert not isinstance(await pair.client.reads.accounts(), Trouble)
    pair.clock.go(61)
    await until(lambda: pair.client.session.tokens.access != good.access)
    assert pair.client.logins == 1


async def test_b4_a_login_that_is_not_let_in_leaves_what_was_stored() -> None:
    async with broker_pair() as pair:
        await pair.client.session.ensure()
        good = pair.client.store.tokens
        await pair.client.stop()
        pair.fault(FaultKind.CAPTCHA, LOGIN)
        later = pair.another(store=pair.client.store)
        pair.clock.go(81 * 60)
        await later.session.ensure()
        assert later.made(LOGIN)[-1].outcome is Outcome.NOT_HANDLED
        assert later.store.tokens == good


async def test_b5_a_dead_socket_holds_up_no_order(pair: Pair) -> None:
    await pair.client.up()
    pair.fault(FaultKind.HALF_OPEN)
    loop = asyncio.get_running_loop()
    began = loop.time()
    placed = await asyncio.gather(*(pair.placed() for _ in range(10)))
    assert loop.time() - began < 2
    assert len(set(placed)) == 10
    await pair.client.again()
    assert is_true(pair)
    assert pair.net == 10


async def test_b6_many_calls_side_by_side_each_get_their_own_answer(pair: Pair) -> None:
    pair.client.connection.watch(SYMBOL)
    await pair.client.up()
    ids = [f"mine{number}" for number in range(12)]
    limit = OrderType.LIMIT
    orders = [
        pair.order(limit, price=Decimal(24_000 + number), client_order_id=name)
        for number, name in enumerate(ids)
    ]
    for number in range(30):
        pair.trade(str(25_000 + number))
    done = await asyncio.gather(*(pair.client.orders.place(order) for order in orders))

    await until(lambda: len(pair.client.state.working) == 12)
    for order, placed in zip(orders, done, strict=True):
        assert isinstance(placed, Placed)
        seen = pair.client.connection.mirror.order(placed.order_id)
        assert seen is not None
        assert seen.client_order_id == order.client_order_id
        assert seen.price == order.terms.price


async def test_b8_the_third_login_closes_the_oldest_which_says_so_and_waits(pair: Pair) -> None:
    await pair.client.up()
    others = [pair.another(), pair.another()]
    await others[0].up()
    assert pair.client.lights == (Light.UP, Light.UP)
    await others[1].up()

    await until(lambda: Light.UP not in pair.client.lights)
    said = pair.client.state.orders.said
    assert "another program or browser took this login's place" in said
    assert "ConnectionQuotaReached" in said
    pair.clock.go(280)
    await asyncio.sleep(0.1)
    assert pair.client.logins == 1
    assert len(pair.client.made("authorize")) == 2
    assert others[0].lights == others[1].lights == (Light.UP, Light.UP)


async def test_b8_after_the_wait_it_comes_back_with_a_login_of_its_own(pair: Pair) -> None:
    await pair.client.up()
    others = [pair.another(), pair.another()]
    for other in others:
        await other.up()
    await until(lambda: Light.UP not in pair.client.lights)
    for other in others:
        await other.stop()

    await pair.client.again()

    assert pair.client.logins == 2, "the token of the session that was closed is worth nothing"
    assert is_true(pair)
    assert pair.client.session.tokens == pair.client.store.tokens


async def test_b6_answers_on_one_socket_find_who_asked_in_whatever_order(pair: Pair) -> None:
    await pair.client.session.ensure()
    ids = [row["id"] for row in pair.rows("product")] * 5
    pair.fault(FaultKind.SLOW, "product/item", seconds=0.1)
    async with connected(
        pair.client.http.web(),
        pair.server.addresses.user,
        on_event=lambda _: None,
        clock=pair.clock,
        timing=QUICK,
    ) as socket:
        await socket.opened()
        await socket.call("authorize", body=pair.client.session.token() or "")
        replies = await asyncio.gather(
            *(socket.call("product/item", query=f"id={number}") for number in ids)
        )
    assert [reply.data["id"] for reply in replies] == ids


@pytest.mark.parametrize("status", [408, 503])
async def test_b8_an_eviction_that_nobody_told_us_of_is_found_out(status: int) -> None:
    """The cable was out while two others came."""
    async with broker_pair(settings=quick(revoked_status=status)) as pair:
        await pair.client.session.ensure()
        others = [pair.another(), pair.another()]
        for other in others:
            await other.up()
            await other.stop()
        pair.client.begin()
        for _ in range(100):
            pair.clock.go(5)
            await asyncio.sleep(0.01)
        assert pair.client.lights == (Light.UP, Light.UP)
        assert pair.client.logins == 2
        assert is_true(pair)


async def test_b8_what_is_asked_meanwhile_does_not_take_the_place_back(pair: Pair) -> None:
    await pair.client.up()
    for other in (pair.another(), pair.another()):
        await other.up()
    await until(lambda: Light.UP not in pair.client.lights)

    read = await pair.client.reads.accounts()
    order = await pair.client.orders.place(pair.order(), exit=True, fresh=0.1)

    for answer in (read, order):
        assert isinstance(answer, NotHandled)
        assert "took this login's place" in answer.why
    assert pair.client.logins == 1
    assert pair.net == 0
    pair.client.connection.try_now()  # but a person may
    pair.clock.go(5)
    await pair.client.up()
    assert pair.client.logins == 2


async def test_b8_two_programs_on_one_login_do_not_kill_each_other_in_turn(pair: Pair) -> None:
    """Three, of which two fit; within half an hour none is logged in more than a few times."""
    clients = [pair.client, pair.another(), pair.another()]
    for client in clients:
        await client.up()
    for _ in range(90):
        pair.clock.go(20)
        await asyncio.sleep(0.01)
    logins = sum(client.logins for client in clients)
    assert logins <= 3 + 30 * 60 / 300
    assert len(pair.server.sessions.alive(pair.user_id)) <= 2


@pytest.mark.parametrize("kind", [FaultKind.LOST_BEFORE, FaultKind.LOST_AFTER])
async def test_e7_a_lost_answer_never_buys_twice(pair: Pair, kind: FaultKind) -> None:
    await pair.client.up()
    pair.fault(kind, "order/placeorder")

    done = await pair.client.orders.place(pair.order(client_order_id="mine"))
    assert isinstance(done, InDoubt)
    found = await pair.client.orders.look_up("mine", pair.account_id)
    if kind is FaultKind.LOST_BEFORE:
        assert found == Absent()
        assert pair.net == 0
        return
    assert isinstance(found, Found)
    assert found.version is not None
    assert (found.version.text, found.version.order_qty) == ("mine", 1)
    assert pair.net == 1
    await until(lambda: pair.client.connection.mirror.order_of("mine") is not None)
    (call,) = pair.client.made("order/placeorder")
    assert (call.outcome, call.status, call.client_order_id) == (Outcome.UNKNOWN, None, "mine")


async def test_e15_the_brokers_own_words_reach_result_state_and_audit(pair: Pair) -> None:
    await pair.client.up()
    refusals = {
        "not on a tick of 0.25": pair.order(OrderType.LIMIT, price=Decimal("24900.10")),
        "no contract MNQH1 is traded": pair.order(symbol="MNQH1"),
        "Insufficient initial margin": pair.order(quantity=1000),
        "above the last price": pair.order(OrderType.STOP, stop_price=Decimal(24_000)),
    }
    for words, order in refusals.items():
        done = await pair.client.orders.place(order)
        assert isinstance(done, Refused)
        assert words in done.said
        written = pair.client.made("order/placeorder")[-1]
        assert words in written.reason
        assert words in written.answer
        assert "Unknown error" not in done.said


async def test_b1_all_that_reaches_the_broker_is_counted(pair: Pair) -> None:
    """On sockets too: what is not counted does not count for the limit either."""
    await pair.client.up()
    assert not isinstance(await pair.client.reads.accounts(), Trouble)
    pair.fault(FaultKind.CUT)
    await pair.client.again()
    assert pair.client.state.budget.used == len([c for c in pair.client.calls if c.status]) == 8
    assert len(pair.client.made("authorize")) == 4


async def test_b1_a_link_that_comes_up_and_falls_at_once_is_tried_ever_more_rarely(
    pair: Pair,
) -> None:
    await pair.client.up()
    before = len(pair.client.made("user/syncrequest"))
    for _ in range(120):  # ten minutes
        if pair.client.state.orders.light is Light.UP:
            pair.fault(FaultKind.CUT, socket="user")
            await until(lambda: pair.client.state.orders.light is not Light.UP)
        pair.clock.go(5)
        await asyncio.sleep(0.03)
    tries = len(pair.client.made("user/syncrequest")) - before
    assert 5 <= tries <= 45
    await until(lambda: pair.client.state.market.light is Light.UP)


async def test_b4_a_wrong_password_leaves_what_was_stored() -> None:
    """The device too: a new one would have to be approved at the broker."""
    async with broker_pair() as pair:
        await pair.client.session.ensure()
        good = pair.client.store.tokens
        await pair.client.stop()
        later = pair.another(store=pair.client.store, password="wrong-password", device="")
        pair.clock.go(81 * 60)
        await later.session.ensure()
        assert later.made(LOGIN)[-1].outcome is Outcome.REJECTED
        assert later.store.tokens == good


async def test_b8_many_who_want_a_token_at_once_cost_one_session(pair: Pair) -> None:
    await asyncio.gather(*(pair.client.session.ensure() for _ in range(5)))
    assert pair.client.logins == 1
    assert len(pair.server.sessions.alive(pair.user_id)) == 1
