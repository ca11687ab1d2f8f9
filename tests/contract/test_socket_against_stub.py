"""One socket over a real loopback connection: what it sends, what it survives, what it leaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise

import aiohttp
import pytest

from justtrades_desktop.broker.frames import Event
from justtrades_desktop.broker.parting import LinkDown, NoAnswer
from justtrades_desktop.broker.socket import BrokerSocket, Timing, connected
from tests.contract.stub import TOKEN, Asked, Stub, Visitor, stub_broker

QUICK = Timing(beat=0.05, silence=0.4, connect=1, answer=1, sync=5, goodbye=0.3)

Connect = Callable[..., AbstractAsyncContextManager[BrokerSocket]]


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    before = asyncio.all_tasks()
    async with stub_broker() as stub:
        yield stub
    await asyncio.sleep(0)
    left = {task for task in asyncio.all_tasks() - before if task is not asyncio.current_task()}
    assert not left, "tasks were left behind"


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as web:
        yield web


@asynccontextmanager
async def _socket(
    stub: Stub,
    web: aiohttp.ClientSession,
    *,
    events: list[Event] | None = None,
    timing: Timing = QUICK,
) -> AsyncIterator[BrokerSocket]:
    take = (events if events is not None else []).append
    async with connected(
        web, f"{stub.address}/user", on_event=take, clock=_now, timing=timing
    ) as socket:
        await socket.opened()
        yield socket


async def test_a_handshake_and_an_answer_by_its_number(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    async def slow(visitor: Visitor, asked: Asked) -> None:
        await visitor.send({"s": 200, "i": asked.id + 1000, "d": "somebody else's"})
        await visitor.send({"s": 200, "i": asked.id, "d": asked.query})

    stub.answers["contract/item"] = slow
    async with _socket(stub, web) as socket:
        authorized = await socket.call("authorize", body=TOKEN)
        answers = await asyncio.gather(
            *(socket.call("contract/item", query=f"id={number}") for number in range(5))
        )

    assert authorized.status == 200
    assert [answer.data for answer in answers] == [f"id={number}" for number in range(5)]
    (visitor,) = stub.visitors["user"]
    assert visitor.asked[0].body == TOKEN
    await asyncio.wait_for(visitor.closed.wait(), 1)


async def test_b7_heartbeats_go_out_by_timer_while_data_floods_in(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    stub.beat_seconds = None  # a busy server sends none of its own
    events: list[Event] = []
    frame = "a" + json.dumps([{"e": "md", "d": {"quotes": [{"contractId": 1}] * 50}}])
    async with _socket(stub, web, events=events):
        (visitor,) = stub.visitors["user"]
        until = asyncio.get_running_loop().time() + 1.2
        while asyncio.get_running_loop().time() < until:
            for _ in range(20):
                await visitor.ws.send_str(frame)
            await asyncio.sleep(0)

    assert len(events) > 500
    gaps = [later - earlier for earlier, later in pairwise(visitor.beats)]
    assert len(visitor.beats) >= 8
    assert max(gaps) < QUICK.silence, "a server would have taken us for dead"


async def test_b7_half_open_is_ended_though_no_error_ever_comes(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    async with _socket(stub, web) as socket:
        await socket.call("authorize", body=TOKEN)
        stub.beat_seconds = None
        with pytest.raises(LinkDown, match=r"nothing came for 0\.[45] s"):
            await asyncio.wait_for(socket.ended(), 3)
        with pytest.raises(LinkDown, match="nothing came"):
            await socket.call("user/syncrequest")


async def test_b7_a_quiet_market_with_heartbeats_is_alive(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    async with _socket(stub, web) as socket:
        before = socket.progress_at
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.ended(), 3 * QUICK.silence)
        assert socket.progress_at > before


async def test_b7_our_own_standstill_is_not_taken_for_the_brokers(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    async with _socket(stub, web) as socket:
        (visitor,) = stub.visitors["user"]
        await visitor.ws.send_str("h")
        _stand_still(1.5 * QUICK.silence)
        assert (await socket.call("authorize", body=TOKEN)).status == 200


def _stand_still(seconds: float) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        pass


async def test_b5_an_unanswered_request_fails_at_its_deadline_and_holds_up_no_other(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    stub.answers["order/item"] = lambda _visitor, _asked: None
    async with _socket(stub, web) as socket:
        stuck = asyncio.create_task(socket.call("order/item", within=0.2))
        await asyncio.sleep(0)
        assert (await socket.call("authorize", body=TOKEN)).status == 200
        assert not stuck.done()
        with pytest.raises(NoAnswer, match=r"order/item within 0\.2 s"):
            await asyncio.wait_for(stuck, 5)


async def test_b5_all_who_wait_are_told_when_the_socket_ends(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    stub.answers["order/item"] = lambda _visitor, _asked: None
    async with _socket(stub, web) as socket:
        waiting = [asyncio.create_task(socket.call("order/item", within=60)) for _ in range(3)]
        await asyncio.sleep(0.05)
        stub.visitors["user"][0].cut()
        results = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 2)

    assert [type(result) for result in results] == [LinkDown] * 3


async def test_b3_a_sync_of_ten_megabytes_arrives(stub: Stub, web: aiohttp.ClientSession) -> None:
    row = {"id": 1, "name": "x" * 1000}
    big = {"orders": [row] * 10_500}
    stub.answers["user/syncrequest"] = lambda _visitor, _asked: (200, big)
    async with _socket(stub, web, timing=Timing(beat=0.05, silence=5)) as socket:
        reply = await socket.call("user/syncrequest", body={"users": [1]}, within=20)

    assert len(json.dumps(big)) > 10_000_000
    assert len(reply.data["orders"]) == 10_500


async def test_b3_nothing_else_comes_while_a_long_answer_travels_and_that_is_no_death(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    async def slow(_visitor: Visitor, _asked: Asked) -> tuple[int, str]:
        stub.beat_seconds = None
        await asyncio.sleep(2 * QUICK.silence)
        stub.beat_seconds = 0.1
        return 200, "long"

    stub.answers["user/syncrequest"] = slow
    async with _socket(stub, web) as socket:
        reply = await socket.call("user/syncrequest", within=QUICK.sync)
        assert reply.data == "long"
        stub.beat_seconds = None
        with pytest.raises(LinkDown, match="nothing came"):
            await asyncio.wait_for(socket.ended(), 2)


async def test_b6_every_frame_is_read_once_and_in_order(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    events: list[Event] = []

    async def pour(visitor: Visitor, asked: Asked) -> tuple[int, int]:
        for number in range(3 * asked.id, 3 * asked.id + 3):
            await visitor.send({"e": "md", "d": number})
        return 200, asked.id

    stub.answers["pour"] = pour
    async with _socket(stub, web, events=events) as socket:
        replies = await asyncio.gather(*(socket.call("pour") for _ in range(100)))

    assert [reply.data for reply in replies] == list(range(1, 101))
    assert [event.data for event in events] == list(range(3, 303))


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        ('c[1012,"restart"]', r"1012, restart"),
        ("c", "no reason given"),
        ('a[{"e":"shutdown","d":{"reasonCode":"Maintenance"}}]', "maintenance"),
        ('a[{"e":"shutdown","d":{"reasonCode":"NewReason","reason":"why"}}]', "NewReason.*why"),
    ],
)
async def test_a_close_is_told_in_the_brokers_words(
    stub: Stub, web: aiohttp.ClientSession, frame: str, said: str
) -> None:
    async with _socket(stub, web) as socket:
        await stub.visitors["user"][0].ws.send_str(frame)
        with pytest.raises(LinkDown, match=said) as down:
            await asyncio.wait_for(socket.ended(), 2)
    assert down.value.hold == 0


@pytest.mark.parametrize("reason", ["ConnectionQuotaReached", "IPQuotaReached"])
async def test_b8_a_quota_names_itself_and_asks_for_five_minutes(
    stub: Stub, web: aiohttp.ClientSession, reason: str
) -> None:
    async with _socket(stub, web) as socket:
        await stub.visitors["user"][0].shut_down(reason)
        with pytest.raises(LinkDown, match=reason) as down:
            await asyncio.wait_for(socket.ended(), 2)
    assert down.value.hold == 300


async def test_nonsense_is_kept_and_harms_nothing(stub: Stub, web: aiohttp.ClientSession) -> None:
    async with _socket(stub, web) as socket:
        (visitor,) = stub.visitors["user"]
        for text in ("", "zzz", "a[", "a[5]", 'a[{"s":"x"}]', "a[NaN]"):
            await visitor.ws.send_str(text)
        await visitor.ws.send_bytes(b"\x00\xff")
        assert (await socket.call("authorize", body=TOKEN)).status == 200
        assert len(socket.malformed) == 6


async def test_a_server_that_does_not_greet_or_is_not_there_is_a_link_down(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    stub.greets = False
    with pytest.raises(LinkDown, match="greet"):
        async with _socket(stub, web, timing=Timing(connect=0.2)):
            pass
    stub.address = "ws://127.0.0.1:9"
    with pytest.raises(LinkDown, match="no connection"):
        async with _socket(stub, web):
            pass


async def test_a_fault_of_ours_in_an_event_is_not_swallowed(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    def take(_event: Event) -> None:
        raise ZeroDivisionError

    address = f"{stub.address}/user"
    async with connected(web, address, on_event=take, clock=_now, timing=QUICK) as socket:
        await socket.opened()
        await stub.visitors["user"][0].props("fill", "Created", {"id": 1})
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(socket.ended(), 2)


async def test_a_peer_that_does_not_say_goodbye_holds_up_no_close(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    async with _socket(stub, web):
        visitor = stub.visitors["user"][0]
        transport = visitor.ws._req.transport if visitor.ws._req else None
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 2 * QUICK.goodbye + 0.5
    transport.abort()


@pytest.mark.parametrize("reason", ["ConnectionQuotaReached", "IPQuotaReached"])
async def test_b8_a_quota_in_a_bare_close_is_recognised_too(
    stub: Stub, web: aiohttp.ClientSession, reason: str
) -> None:
    async with _socket(stub, web) as socket:
        await stub.visitors["user"][0].ws.send_str(f'c[1008,"{reason}"]')
        with pytest.raises(LinkDown, match=rf"{reason}\).*five minutes") as down:
            await asyncio.wait_for(socket.ended(), 2)
    assert down.value.hold == 300
    assert down.value.evicted is (reason == "ConnectionQuotaReached")


async def test_b6_a_late_answer_is_never_taken_for_that_to_a_later_question(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    async def late(_visitor: Visitor, _asked: Asked) -> tuple[int, str]:
        await asyncio.sleep(0.3)
        return 200, "late"

    stub.answers["late"] = late
    stub.answers["next"] = lambda _visitor, _asked: (200, "next")
    async with _socket(stub, web) as socket:
        with pytest.raises(NoAnswer):
            await socket.call("late", within=0.1)
        assert (await socket.call("next")).data == "next"


async def test_b6_what_follows_a_long_frame_is_taken_after_it(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    """A long one is read on a thread: nothing may overtake it meanwhile."""
    events: list[Event] = []

    async def pour(visitor: Visitor, _asked: Asked) -> tuple[int, str]:
        await visitor.send({"e": "md", "d": "first"})
        await visitor.send({"e": "md", "d": "x" * 2_000_000})
        await visitor.send({"e": "md", "d": "last"})
        return 200, "done"

    stub.answers["pour"] = pour
    async with _socket(stub, web, events=events) as socket:
        assert (await socket.call("pour")).data == "done"
        assert [str(event.data)[:5] for event in events] == ["first", "xxxxx", "last"]


async def test_b7_when_anything_last_came_stands_still_while_nothing_comes(
    stub: Stub, web: aiohttp.ClientSession
) -> None:
    """It is what the window shows as the link's own sign of life."""
    async with _socket(stub, web) as socket:
        stub.beat_seconds = None
        await asyncio.sleep(0.15)
        before = socket.progress_at
        await asyncio.sleep(0.2)
        assert abs((socket.progress_at - before).total_seconds()) < 0.05
