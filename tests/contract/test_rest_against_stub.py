"""The REST side over real sockets: every failure that the broker or the network is known for."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from aiohttp import web

from justtrades_desktop.broker.answers import Accepted, Kind, NotHandled, Rejected, Unknown
from justtrades_desktop.broker.entities import Account
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.login import NotReady, Ready, Session
from justtrades_desktop.broker.orders import Orders
from justtrades_desktop.broker.reads import Reads
from justtrades_desktop.broker.results import InDoubt, Placed, Refused
from justtrades_desktop.domain.broker import Addresses, Outcome
from tests.unit.broker.scripted import CREDENTIALS, HandClock, MemoryStore, Trail
from tests.unit.broker.test_requests import ENTRY

SECRETS = ("hunter22", "f0e1-d2c3", "access-1", "market-1", "access-2", "market-2", "ticket-77")
LOGIN = "auth/accesstokenrequest"
RENEW = "auth/renewaccesstoken"
PLACE = "order/placeorder"
ACCOUNTS = "account/list"
ACCOUNT = {"id": 11, "name": "DEMO11", "active": True}
Handler = Callable[["Got", web.Request], Awaitable[web.StreamResponse]]
Reply = tuple[int, Any] | Handler


class Got(NamedTuple):
    """One request as it arrived."""

    method: str
    operation: str
    body: Any
    query: dict[str, str]
    bearer: str


class Stub:
    """Answers each operation by its replies in turn, the last one for ever."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = {}
        self.got: list[Got] = []
        self._came = asyncio.Condition()

    async def arrived(self, operation: str, times: int) -> None:
        async with self._came:
            await self._came.wait_for(lambda: self.times(operation) >= times)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        got = Got(
            request.method,
            request.path.removeprefix("/v1/"),
            json.loads(text) if text else None,
            dict(request.query),
            request.headers.get("Authorization", ""),
        )
        self.got.append(got)
        async with self._came:
            self._came.notify_all()
        replies = self.replies[got.operation]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if callable(reply):
            return await reply(got, request)
        status, body = reply
        if isinstance(body, str):
            return web.Response(status=status, text=body)
        return web.json_response(body, status=status)

    def times(self, operation: str) -> int:
        return sum(got.operation == operation for got in self.got)


class Desk:
    """The client with its stub."""

    def __init__(self, stub: Stub, rest: str) -> None:
        self.stub = stub
        self.clock = HandClock()
        self.trail = Trail()
        self.store = MemoryStore()
        self.http = Http(
            Addresses(rest=rest, user="", market=""),
            self.clock.budget(),
            self.trail,
            "paper",
            clock=self.clock.now,
            monotonic=self.clock.monotonic,
            sleep=self.clock.sleep,
        )
        self.session = Session(self.http, CREDENTIALS, self.store, clock=self.clock.now)
        self.reads = Reads(self.http)
        self.orders = Orders(self.http, self.reads)

    def tokens(self, number: int = 1) -> Reply:
        ends = self.clock.now() + timedelta(minutes=80)
        return 200, {
            "accessToken": f"access-{number}",
            "mdAccessToken": f"market-{number}",
            "expirationTime": ends.isoformat(),
            "userId": 42,
            "userStatus": "Active",
        }

    async def log_in(self) -> None:
        self.stub.replies[LOGIN] = [self.tokens()]
        assert isinstance(await self.session.ensure(), Ready)

    async def order(self, *replies: Reply, deadline: float = 5.0, fresh: float = 5.0) -> Any:
        self.stub.replies[PLACE] = list(replies)
        return await self.http.call(
            "POST",
            PLACE,
            body=ENTRY.body(),
            expect="orderId",
            deadline=deadline,
            fresh=fresh,
            client_order_id="jt-0001",
            signal_id=5,
        )

    async def read(self, *replies: Reply, deadline: float = 5.0) -> Any:
        self.stub.replies[ACCOUNTS] = list(replies)
        return await self.http.call("GET", ACCOUNTS, expect="[]", deadline=deadline)

    def written(self) -> str:
        return "\n".join(map(repr, self.trail.calls))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    stub = Stub()
    app = web.Application()
    app.router.add_route("*", "/v1/{operation:.*}", stub.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    made = Desk(stub, f"http://127.0.0.1:{port}/v1")
    await made.log_in()
    yield made
    await made.http.close()
    await runner.cleanup()


async def hang(_: Got, __: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


async def reset(_: Got, request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def half(_: Got, request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"orderId":')
    assert request.transport is not None
    request.transport.abort()
    return response


async def elsewhere(_: Got, request: web.Request) -> web.StreamResponse:
    raise web.HTTPTemporaryRedirect(request.url.with_path("/v1/order/other"))


TICKET: Reply = (200, {"p-ticket": "ticket-77", "p-time": 3, "p-captcha": False})
CAPTCHA: Reply = (200, {"p-ticket": "ticket-77", "p-time": 3, "p-captcha": True})
REFUSED: Reply = (200, {"failureReason": "MaxPosLimitReached", "failureText": "Limit is 5"})


# What the table of failures says, for orders


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        ((200, {"orderId": 7}), Accepted, ""),
        (REFUSED, Rejected, "MaxPosLimitReached: Limit is 5"),
        ((200, {"errorText": "no funds"}), Rejected, "no funds"),
        ((200, {"violations": [{"constraint": "required"}]}), Rejected, "required"),
        ((200, {}), Unknown, "empty"),
        ((200, {"failureReason": "Success"}), Unknown, "no orderId"),
        ((200, "<html>"), Unknown, "<html>"),
        ((400, "bad json"), Rejected, "bad json"),
        ((401, "Access is denied"), Rejected, "Access is denied"),
        ((404, ""), Rejected, "does not know"),
        ((408, ""), Unknown, "timed out"),
        ((423, ""), NotHandled, "423"),
        ((429, ""), NotHandled, "429"),
        ((500, "Internal Server Error, error id: 9"), Unknown, "error id: 9"),
        ((503, ""), Unknown, "503"),
        (CAPTCHA, NotHandled, "captcha"),
        (reset, Unknown, "broke"),
        (half, Unknown, "broke"),
        (elsewhere, Unknown, "307"),
    ],
)
async def test_e7_e15_an_order_is_sent_once_and_ends_as_what_was_said(
    desk: Desk, reply: Reply, kind: type, words: str
) -> None:
    answer = await desk.order(reply)
    assert isinstance(answer, kind)
    assert desk.stub.times(PLACE) == 1
    written = desk.trail.calls[-1]
    assert words in written.reason
    assert (written.operation, written.connection) == ("POST order/placeorder", "paper")
    assert (written.client_order_id, written.signal_id) == ("jt-0001", 5)
    assert json.loads(written.request) == ENTRY.body()
    expected = {
        Accepted: Outcome.ACCEPTED,
        Rejected: Outcome.REJECTED,
        NotHandled: Outcome.NOT_HANDLED,
        Unknown: Outcome.UNKNOWN,
    }
    assert written.outcome is expected[kind]


async def test_e7_a_lost_answer_is_in_doubt_and_found_by_our_id(desk: Desk) -> None:
    made: list[dict[str, Any]] = []

    async def executed_but_lost(got: Got, request: web.Request) -> web.StreamResponse:
        made.append({"id": 7, "accountId": 11, "action": "Buy", "ordStatus": "Working"})
        return await reset(got, request)

    desk.stub.replies |= {
        PLACE: [executed_but_lost],
        "command/list": [
            (
                200,
                [
                    {
                        "id": 70,
                        "orderId": 7,
                        "clOrdId": "jt-0001",
                        "commandType": "New",
                        "commandStatus": "AtExecution",
                    }
                ],
            )
        ],
        "order/item": [(200, {"id": 7, "accountId": 11, "action": "Buy", "ordStatus": "Working"})],
        "orderversion/deps": [(200, [])],
    }
    assert isinstance(await desk.orders.place(ENTRY), InDoubt)
    found = await desk.orders.look_up("jt-0001", 11)
    assert getattr(found, "order", None) is not None
    assert len(made) == 1


async def test_b5_e7_an_order_that_is_not_answered_is_in_doubt_in_time(desk: Desk) -> None:
    began = asyncio.get_running_loop().time()
    answer = await desk.order(hang, deadline=0.2)
    assert answer == Unknown("no answer within 0.2 s")
    assert asyncio.get_running_loop().time() - began < 5.0
    assert desk.stub.times(PLACE) == 1


async def test_b5_calls_that_hang_delay_no_other(desk: Desk) -> None:
    desk.stub.replies[ACCOUNTS] = [hang]
    hanging = [asyncio.create_task(desk.reads.accounts()) for _ in range(30)]
    try:
        async with asyncio.timeout(5):
            await desk.stub.arrived(ACCOUNTS, 30)
            assert isinstance(await desk.order((200, {"orderId": 7})), Accepted)
    finally:
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)


async def test_nobody_there_means_certainly_not_sent() -> None:
    server = await asyncio.start_server(lambda _, __: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    gone = Desk(Stub(), f"http://127.0.0.1:{port}/v1")
    gone.session.adopt(gone.session.tokens)
    answer = await gone.http.call("POST", PLACE, body={}, authorize=False, expect="orderId")
    await gone.http.close()
    assert isinstance(answer, NotHandled)
    assert "no connection" in answer.why
    assert gone.trail.calls[-1].status is None
    assert gone.trail.calls[-1].seconds is None


async def test_a_call_broken_off_is_written_down_as_unknown(desk: Desk) -> None:
    task = asyncio.create_task(desk.order(hang))
    await desk.stub.arrived(PLACE, 1)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert desk.trail.calls[-1].outcome is Outcome.UNKNOWN


# Penalties and lockouts


async def test_a_penalty_is_waited_out_and_the_same_order_goes_with_its_ticket(desk: Desk) -> None:
    assert isinstance(await desk.order(TICKET, (200, {"orderId": 7})), Accepted)
    first, second = (got.body for got in desk.stub.got if got.operation == PLACE)
    assert second == {**first, "p-ticket": "ticket-77"}
    assert desk.clock.slept == [3.0]


async def test_an_order_that_would_be_stale_after_its_penalty_is_not_sent(desk: Desk) -> None:
    answer = await desk.order(TICKET, (200, {"orderId": 7}), fresh=2.0)
    assert isinstance(answer, NotHandled)
    assert answer.seconds == 3.0
    assert desk.stub.times(PLACE) == 1


async def test_a_read_sends_its_ticket_too(desk: Desk) -> None:
    assert await desk.read(TICKET, (200, [])) == Accepted([])
    assert desk.stub.got[-1].query == {"p-ticket": "ticket-77"}


@pytest.mark.parametrize("reply", [(429, ""), (423, ""), CAPTCHA])
async def test_b2_silence_for_an_hour_then_exits_first(desk: Desk, reply: Reply) -> None:
    await desk.order(reply)
    arrived = len(desk.stub.got)
    desk.clock.seconds += 3599
    desk.stub.replies[ACCOUNTS] = [(200, [])]
    assert isinstance(await desk.reads.accounts(), NotHandled)
    silent = await desk.http.call("POST", PLACE, body=ENTRY.body(), exit=True)
    assert isinstance(silent, NotHandled)
    assert (silent.lockout, silent.seconds) == (True, 1.0)
    desk.session.forget()
    login = await desk.session.ensure()
    assert isinstance(login, NotReady)
    assert login.lockout
    assert len(desk.stub.got) == arrived
    assert desk.trail.calls[-1].outcome is Outcome.NOT_HANDLED
    desk.clock.seconds += 1
    assert isinstance(await desk.session.ensure(), Ready)
    desk.stub.replies[PLACE] = [(200, {"orderId": 7})]
    assert isinstance(await desk.orders.place(ENTRY, exit=True), Placed)
    assert desk.clock.slept == []
    assert isinstance(await desk.orders.place(ENTRY), Placed)
    assert desk.clock.slept == [5.0]


async def test_a_lockout_counts_even_if_its_answer_broke(desk: Desk) -> None:
    async def broken(_: Got, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=429, headers={"Content-Length": "10"})
        await response.prepare(request)
        assert request.transport is not None
        request.transport.abort()
        return response

    assert isinstance(await desk.order(broken), NotHandled)
    assert desk.http.budget.locked is not None


async def test_a_spent_budget_holds_entries_back_and_says_so(desk: Desk) -> None:
    while desk.http.budget.ask() is None:
        pass
    answer = await desk.order((200, {"orderId": 7}))
    assert isinstance(answer, NotHandled)
    assert "budget" in answer.why
    assert desk.stub.times(PLACE) == 0
    assert await desk.read((200, [])) == Accepted([])  # a read can wait its minute
    assert desk.clock.slept[-1] > 50


# Reads


@pytest.mark.parametrize("reply", [(408, ""), (500, "x"), (502, ""), reset, half])
async def test_a_read_is_asked_again(desk: Desk, reply: Reply) -> None:
    assert await desk.read(reply, (200, [ACCOUNT])) == Accepted([ACCOUNT])
    assert desk.clock.slept == [0.5]


async def test_a_read_gives_up_after_three_tries(desk: Desk) -> None:
    assert isinstance(await desk.read((500, "x")), Unknown)
    assert desk.stub.times(ACCOUNTS) == 3


async def test_a_read_that_hangs_is_given_up(desk: Desk) -> None:
    assert isinstance(await desk.read(hang, deadline=0.1), Unknown)


@pytest.mark.parametrize("reply", [(404, ""), (400, "bad"), (200, {"errorText": "no"}), (200, {})])
async def test_a_read_that_was_answered_is_not_repeated(desk: Desk, reply: Reply) -> None:
    assert not isinstance(await desk.read(reply), Accepted)
    assert desk.stub.times(ACCOUNTS) == 1


async def test_b3_an_answer_of_ten_megabytes_is_read(desk: Desk) -> None:
    desk.stub.replies[ACCOUNTS] = [
        (200, [{**ACCOUNT, "id": number, "ccEmail": "x" * 200} for number in range(1, 40_001)])
    ]
    accounts = await desk.reads.accounts()
    assert isinstance(accounts, list)
    assert accounts[-1] == Account(
        id=40_000, name="DEMO11", active=True, extra={"ccEmail": "x" * 200}
    )
    assert len(desk.trail.calls[-1].answer) < 10_000


async def test_paths_are_sent_in_lower_case(desk: Desk) -> None:
    desk.stub.replies["cashbalance/getcashbalancesnapshot"] = [(200, {"totalCashValue": 50_000})]
    await desk.http.call(
        "POST", "cashBalance/getCashBalanceSnapshot", body={"accountId": 1}, kind=Kind.READ
    )
    assert desk.stub.got[-1].operation == "cashbalance/getcashbalancesnapshot"


# Tokens


async def test_a_denied_read_renews_once_and_asks_again(desk: Desk) -> None:
    desk.clock.seconds += 600
    desk.stub.replies[RENEW] = [desk.tokens(2)]
    assert await desk.read((401, "Access is denied"), (200, [])) == Accepted([])
    assert [got.operation for got in desk.stub.got[1:]] == [ACCOUNTS, RENEW, ACCOUNTS]
    assert [got.bearer for got in desk.stub.got[1:]] == [
        "Bearer access-1",
        "Bearer access-1",
        "Bearer access-2",
    ]


async def test_a_read_that_stays_denied_is_told_so(desk: Desk) -> None:
    desk.clock.seconds += 600
    desk.stub.replies[RENEW] = [desk.tokens(2)]
    answer = await desk.read((401, "Access is denied"))
    assert isinstance(answer, Rejected)
    assert answer.denied
    assert desk.stub.times(ACCOUNTS) == 2
    assert desk.stub.times(RENEW) == 1


async def test_a_denied_order_is_not_repeated(desk: Desk) -> None:
    desk.clock.seconds += 600
    desk.stub.replies |= {RENEW: [desk.tokens(2)], PLACE: [(401, "Access is denied")]}
    assert await desk.orders.place(ENTRY) == Refused("", "Access is denied", denied=True)
    assert desk.stub.times(PLACE) == 1


async def test_an_order_without_a_login_is_not_sent_and_says_why(desk: Desk) -> None:
    desk.clock.seconds += 81 * 60
    desk.stub.replies[LOGIN] = [(200, {"errorText": "Incorrect password"})]
    await desk.session.ensure()
    answer = await desk.order((200, {"orderId": 7}), fresh=0.1)
    assert answer == NotHandled("not logged in to the broker: Incorrect password")
    assert desk.stub.times(PLACE) == 0


async def test_a_login_waits_out_its_penalty(desk: Desk) -> None:
    desk.session.forget()
    desk.stub.replies[LOGIN] = [
        (200, {"p-ticket": "ticket-77", "p-time": 15, "p-captcha": False}),
        desk.tokens(2),
    ]
    assert isinstance(await desk.session.ensure(), Ready)
    assert desk.stub.got[-1].body["p-ticket"] == "ticket-77"
    assert desk.stub.got[-1].bearer == ""
    assert desk.clock.slept == [15.0]


async def test_b4_an_error_overwrites_no_token(desk: Desk) -> None:
    desk.clock.seconds += 66 * 60
    for reply in ((200, {"errorText": "no"}), (200, {}), (500, ""), hang):
        desk.stub.replies[RENEW] = [reply]
        task = asyncio.create_task(desk.session.renewed("access-1"))
        if reply is hang:
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert desk.session.token() == "access-1"
        assert desk.store.tokens is not None
        assert desk.store.tokens.access == "access-1"


# Secrets


async def test_s2_no_secret_is_ever_written_down(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    echo = "you sent Bearer access-1 and hunter22 and market-1"
    shown = [
        await desk.order((200, {"errorText": echo})),
        await desk.order((500, f"Internal Server Error: {echo}")),
        await desk.order((200, echo)),
        await desk.read(TICKET, (404, "unknown ticket-77")),
    ]
    desk.session.forget()
    desk.stub.replies[LOGIN] = [TICKET, (200, {"errorText": f"wrong: hunter22, f0e1-d2c3 {echo}"})]
    shown.append(await desk.session.ensure())
    desk.session.try_again()
    desk.stub.replies[LOGIN] = [desk.tokens(2)]
    shown.append(await desk.session.ensure())
    shown.append(await desk.order(half))
    shown += [desk.http, desk.session, desk.session.trouble, desk.session.tokens]
    everything = desk.written() + repr(shown) + caplog.text
    assert len(desk.trail.calls) >= 8
    for secret in SECRETS:
        assert secret not in everything
    assert '"password": "***"' in everything
