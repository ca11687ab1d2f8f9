"""What the simulator answers when it does not do what was asked: section 3, row by row."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from justtrades_desktop.broker.answers import (
    Accepted,
    Kind,
    NotHandled,
    Rejected,
    Trouble,
    Unknown,
)
from justtrades_desktop.broker.http import DEADLINE
from justtrades_desktop.broker.lookup import Absent, Found
from justtrades_desktop.broker.requests import CancelOrder, OrderType
from justtrades_desktop.broker.results import Commanded, InDoubt, Placed, Refused
from justtrades_desktop.domain.broker import Outcome
from justtrades_desktop.simulator.exchange import ExchangeSettings
from justtrades_desktop.simulator.fault_kinds import FaultKind
from justtrades_desktop.simulator.server_settings import Limit
from tests.contract.broker_pair import Pair, broker_pair, quick, until

PLACE = "order/placeorder"
ACCOUNTS = "account/list"


@pytest.fixture
async def ready(pair: Pair) -> Pair:
    """Logged in, with nothing running beside."""
    await pair.client.session.ensure()
    return pair


# 200 with a penalty


async def test_a_penalised_order_waits_and_goes_once_with_its_ticket(ready: Pair) -> None:
    ready.fault(FaultKind.P_TICKET, PLACE, seconds=2)

    done = await ready.client.orders.place(ready.order())

    assert isinstance(done, Placed)
    assert ready.clock.slept == [2]
    first, second = (each for each in ready.server.passed if each.operation == PLACE)
    assert second.sent.startswith(first.sent.rstrip("}"))
    assert "p-ticket" in second.sent
    assert ready.net == 1
    outcomes = [call.outcome for call in ready.client.made(PLACE)]
    assert outcomes == [Outcome.NOT_HANDLED, Outcome.ACCEPTED]


async def test_a_penalised_order_that_would_be_stale_is_not_sent_again(ready: Pair) -> None:
    ready.fault(FaultKind.P_TICKET, PLACE, seconds=30)

    done = await ready.client.orders.place(ready.order())

    assert isinstance(done, NotHandled)
    assert done.seconds == 30
    assert "30 s" in done.why
    assert ready.clock.slept == []
    assert ready.rows("order") == []


async def test_a_penalised_read_is_asked_again_with_its_ticket(ready: Pair) -> None:
    ready.fault(FaultKind.P_TICKET, ACCOUNTS, seconds=30)

    assert not isinstance(await ready.client.reads.accounts(), Trouble)

    assert ready.clock.slept == [30]
    first, second = (each for each in ready.server.passed if each.operation == ACCOUNTS)
    assert "p-ticket" not in first.query
    assert "p-ticket" in second.query


async def test_a_penalty_on_the_sync_is_waited_out_and_its_ticket_sent_along(pair: Pair) -> None:
    pair.fault(FaultKind.P_TICKET, "user/syncrequest", seconds=0)
    await pair.client.up()
    first, second = pair.client.made("user/syncrequest")
    assert (first.outcome, second.outcome) == (Outcome.NOT_HANDLED, Outcome.ACCEPTED)
    assert "p-ticket" in second.request
    assert pair.client.state.accounts


async def test_a_captcha_is_an_hour_of_silence_for_everything(ready: Pair) -> None:
    ready.fault(FaultKind.CAPTCHA, PLACE)
    done = await ready.client.orders.place(ready.order())

    assert isinstance(done, NotHandled)
    assert done.captcha
    assert done.lockout
    asked = ready.asked
    for answer in (
        await ready.client.reads.accounts(),
        await ready.client.orders.place(ready.order(), exit=True),
    ):
        assert isinstance(answer, NotHandled)
        assert "captcha" in answer.why
    assert ready.asked == asked
    ready.clock.go(3606)
    assert not isinstance(await ready.client.reads.accounts(), Trouble)


# 200 with a refusal


async def test_an_error_text_is_a_refusal_in_the_brokers_words(ready: Pair) -> None:
    answer = await ready.client.reads.cash_snapshot(999)
    assert answer == Rejected("", "Access is denied")
    assert len(ready.client.made("cashbalance/getcashbalancesnapshot")) == 1


async def test_a_failure_reason_is_a_refusal_with_both_of_the_brokers_words(ready: Pair) -> None:
    done = await ready.client.orders.place(ready.order(symbol="MNQH1"))
    assert isinstance(done, Refused)
    assert done.reason == "InvalidContract"
    assert "MNQH1" in done.text
    assert ready.client.made(PLACE)[-1].outcome is Outcome.REJECTED


async def test_a_margin_refusal_has_no_word_of_its_own_but_a_text(ready: Pair) -> None:
    done = await ready.client.orders.place(ready.order(quantity=1000))
    assert isinstance(done, Refused)
    assert done.reason == "UnknownReason"
    assert "Insufficient initial margin" in done.said
    assert ready.net == 0


async def test_violations_are_a_fault_of_ours_and_named(ready: Pair) -> None:
    body = {**ready.order().body(), "text": "x" * 65}
    answer = await ready.client.http.call("POST", PLACE, body=body, expect="orderId")
    assert isinstance(answer, Rejected)
    assert answer.malformed
    assert "MaxLength" in answer.text
    assert ready.rows("order") == []


@pytest.mark.parametrize("kind", [FaultKind.EMPTY, FaultKind.NO_ID])
async def test_an_answer_without_the_order_is_in_doubt_and_looked_up(
    ready: Pair, kind: FaultKind
) -> None:
    ready.fault(kind, PLACE)

    done = await ready.client.orders.place(ready.order(client_order_id="mine"))

    assert isinstance(done, InDoubt)
    found = await ready.client.orders.look_up("mine", ready.account_id)
    assert isinstance(found, Found)
    assert found.order.ord_status == "Filled"
    assert len(ready.client.made(PLACE)) == 1
    assert ready.net == 1


async def test_an_empty_answer_may_also_mean_that_nothing_was_done(ready: Pair) -> None:
    ready.fault(FaultKind.EMPTY, PLACE, executed=False)
    done = await ready.client.orders.place(ready.order(client_order_id="mine"))
    assert isinstance(done, InDoubt)
    assert await ready.client.orders.look_up("mine", ready.account_id) == Absent()


# Statuses


async def test_400_is_a_fault_of_ours(ready: Pair) -> None:
    body = {name: value for name, value in ready.order().body().items() if name != "symbol"}
    answer = await ready.client.http.call("POST", PLACE, body=body, expect="orderId")
    assert isinstance(answer, Rejected)
    assert answer.malformed
    assert "symbol is missing" in answer.text
    assert len(ready.client.made(PLACE)) == 1


async def test_401_on_a_read_renews_once_and_asks_again(ready: Pair) -> None:
    ready.clock.go(600)
    ready.fault(FaultKind.DENIED, ACCOUNTS)
    before = ready.client.session.token()

    assert not isinstance(await ready.client.reads.accounts(), Trouble)

    assert (ready.client.logins, ready.client.renewals) == (1, 1)
    assert ready.client.session.token() != before
    assert len(ready.client.made(ACCOUNTS)) == 2


async def test_401_that_stays_is_believed_after_one_renewal(ready: Pair) -> None:
    ready.clock.go(600)
    ready.fault(FaultKind.DENIED, ACCOUNTS, times=10)
    answer = await ready.client.reads.accounts()
    assert answer == Rejected("401", "Access is denied", 401)
    assert ready.client.renewals == 1
    assert len(ready.client.made(ACCOUNTS)) == 2


async def test_401_on_an_order_is_refused_never_resent_and_the_token_looked_after(
    pair: Pair,
) -> None:
    await pair.client.up()
    pair.clock.go(600)
    pair.fault(FaultKind.DENIED, PLACE)

    done = await pair.client.orders.place(pair.order())

    assert done == Refused("", "Access is denied", denied=True)
    await until(lambda: pair.client.renewals == 1)
    assert len(pair.client.made(PLACE)) == 1
    assert pair.net == 0
    assert isinstance(await pair.client.orders.place(pair.order()), Placed)


@pytest.mark.parametrize(
    ("denied", "said"), [(True, "Access is denied"), (False, "TooLate: the order is finished")]
)
async def test_cancelling_a_finished_order_is_a_refusal_either_way(denied: bool, said: str) -> None:
    async with broker_pair(exchange=ExchangeSettings(finished_is_denied=denied)) as pair:
        await pair.client.session.ensure()
        order_id = await pair.placed()
        request = CancelOrder(order_id=order_id, is_automated=True)
        done = await pair.client.orders.cancel(request)
        assert isinstance(done, Refused)
        assert done.said == said
        assert done.denied is denied


async def test_404_is_not_asked_again(ready: Pair) -> None:
    answer = await ready.client.reads.contract(987_654)
    assert isinstance(answer, Rejected)
    assert answer.status == 404
    assert len(ready.client.made("contract/item")) == 1
    wrong = await ready.client.http.call("GET", "nothing/here")
    assert isinstance(wrong, Rejected)
    assert wrong.status == 404


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.SERVER_ERROR, FaultKind.LOST_BEFORE])
async def test_a_read_that_failed_on_the_way_is_asked_again(ready: Pair, kind: FaultKind) -> None:
    ready.fault(kind, ACCOUNTS, times=2)
    assert not isinstance(await ready.client.reads.accounts(), Trouble)
    assert len(ready.client.made(ACCOUNTS)) == 3
    assert ready.clock.slept == [0.5, 2.0]


async def test_a_read_is_given_up_after_three_tries(ready: Pair) -> None:
    ready.fault(FaultKind.SERVER_ERROR, ACCOUNTS, times=10)
    answer = await ready.client.reads.accounts()
    assert isinstance(answer, Unknown)
    assert "error id" in answer.why
    assert len(ready.client.made(ACCOUNTS)) == 3


@pytest.mark.parametrize("executed", [True, False])
@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT, FaultKind.SERVER_ERROR])
async def test_e7_an_order_after_408_or_500_is_in_doubt_and_never_resent(
    ready: Pair, kind: FaultKind, executed: bool
) -> None:
    ready.fault(kind, PLACE, executed=executed)

    done = await ready.client.orders.place(ready.order(client_order_id="mine"))

    assert isinstance(done, InDoubt)
    assert ("timed out" if kind is FaultKind.TIMEOUT else "error id") in done.why
    assert len(ready.client.made(PLACE)) == 1
    found = await ready.client.orders.look_up("mine", ready.account_id)
    assert isinstance(found, Found if executed else Absent)
    assert ready.net == int(executed)


@pytest.mark.parametrize("kind", [FaultKind.LIMIT, FaultKind.ALMOST_LOCKED])
async def test_b2_429_and_423_are_an_hour_without_one_call(ready: Pair, kind: FaultKind) -> None:
    ready.fault(kind, ACCOUNTS)
    first = await ready.client.reads.accounts()
    assert isinstance(first, NotHandled)
    assert first.lockout
    assert kind.value in first.why
    asked = ready.asked

    ready.clock.go(3590)
    for answer in (
        await ready.client.reads.positions(),
        await ready.client.orders.place(ready.order(), exit=True),
    ):
        assert isinstance(answer, NotHandled)
    assert ready.asked == asked, "each call would start the hour anew"
    locked = ready.client.state.budget.locked_until
    assert locked is not None
    assert 0 < (locked - ready.clock()).total_seconds() <= 10

    ready.clock.go(10.5)
    assert isinstance(await ready.client.orders.place(ready.order(), exit=True), Placed)
    assert ready.clock.slept == []
    assert not isinstance(await ready.client.reads.accounts(), Trouble)
    assert 0 < ready.clock.slept[0] <= 5, "what is no exit waits until exits went first"


async def test_the_brokers_own_count_of_calls_locks_us_out_once() -> None:
    limits = (Limit(count=20, seconds=3600),)
    async with broker_pair(settings=quick(user_limits=limits)) as pair:
        await pair.client.session.ensure()
        answers = [await pair.client.reads.accounts() for _ in range(30)]
        assert sum(not isinstance(each, Trouble) for each in answers) == 20
        assert sum(call.status == 429 for call in pair.client.calls) == 1
        pair.clock.go(3606)
        assert not isinstance(await pair.client.reads.accounts(), Trouble)


async def test_an_order_to_a_broker_that_is_not_there_was_certainly_not_placed(
    ready: Pair,
) -> None:
    await ready.server.stop()
    await asyncio.sleep(0.05)  # until the end of the connection it had is seen
    done = await ready.client.orders.place(ready.order())
    assert isinstance(done, NotHandled)
    assert "no connection" in done.why


@pytest.mark.parametrize("kind", [FaultKind.LOST_BEFORE, FaultKind.LOST_AFTER])
async def test_e7_an_order_whose_answer_was_lost_is_in_doubt_and_looked_up(
    ready: Pair, kind: FaultKind
) -> None:
    ready.fault(kind, PLACE)

    done = await ready.client.orders.place(ready.order(client_order_id="mine"))

    assert isinstance(done, InDoubt)
    assert "connection broke" in done.why
    found = await ready.client.orders.look_up("mine", ready.account_id)
    assert isinstance(found, Found if kind is FaultKind.LOST_AFTER else Absent)
    assert len(ready.client.made(PLACE)) == 1
    assert len(ready.rows("order")) == int(kind is FaultKind.LOST_AFTER)


async def test_b5_an_order_without_an_answer_ends_at_its_deadline_and_holds_up_no_other(
    ready: Pair,
) -> None:
    assert DEADLINE <= 10
    ready.fault(FaultKind.SLOW, PLACE, seconds=0.6)
    slow = ready.client.http.call(
        "POST", PLACE, body=ready.order().body(), expect="orderId", deadline=0.3
    )
    answer, other = await _both(slow, ready.client.orders.place(ready.order()))
    assert answer == Unknown("no answer within 0.3 s")
    assert isinstance(other, Placed)
    assert ready.net == 2


async def _both(first: Any, second: Any) -> tuple[Any, Any]:
    """Both side by side; the second must not be the later one."""
    slow = asyncio.ensure_future(first)
    await asyncio.sleep(0.05)
    other = await second
    assert not slow.done()
    return await slow, other


@pytest.mark.parametrize("kind", [FaultKind.LOST_AFTER, FaultKind.SERVER_ERROR])
async def test_a_cancel_in_doubt_is_seen_in_the_order_itself(ready: Pair, kind: FaultKind) -> None:
    order_id = await ready.placed(OrderType.LIMIT, price=Decimal(24_000))
    ready.fault(kind, "order/cancelorder", executed=True)
    request = CancelOrder(order_id=order_id, is_automated=True)
    done = await ready.client.orders.cancel(request)
    assert isinstance(done, InDoubt)
    order = await ready.client.reads.order(order_id)
    assert not isinstance(order, Trouble)
    assert order.ord_status == "Canceled"
    assert not isinstance(done, Commanded)
    assert len(ready.client.made("order/cancelorder")) == 1


async def test_a_socket_answers_by_the_same_rules(pair: Pair) -> None:
    pair.fault(FaultKind.LIMIT, "user/syncrequest")
    pair.client.begin()
    await until(lambda: pair.client.state.budget.locked_until is not None)
    asked = pair.asked
    pair.clock.go(600)
    assert isinstance(await pair.client.reads.accounts(), NotHandled)
    assert pair.asked == asked
    assert "429" in pair.client.state.budget.why_locked
    answer = await pair.client.http.call("GET", ACCOUNTS, kind=Kind.READ)
    assert not isinstance(answer, Accepted)
