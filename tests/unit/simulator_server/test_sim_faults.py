"""Each fault, as a client sees it."""

from __future__ import annotations

from dataclasses import replace

import aiohttp
import pytest

from justtrades_desktop.simulator.faults import Counted, Fault, FaultKind, fault_from
from justtrades_desktop.simulator.server_settings import ServerSettings
from tests.unit.simulator_server.wire import SYMBOL, Stage, simulator

PLACE = "order/placeorder"
BROKEN = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


def on_place(kind: FaultKind, **more: object) -> Fault:
    return fault_from({"kind": kind, "match": PLACE, **more})


def orders(stage: Stage) -> int:
    return len(stage.rows("order"))


async def test_a_penalty_is_not_carried_out_until_its_ticket_comes_back_in_time() -> None:
    async with simulator(on_place(FaultKind.P_TICKET, seconds=5)) as stage:
        token = await stage.token()
        status, told = await stage.place(token)
        assert (status, told["p-time"], told["p-captcha"]) == (200, 5, False)
        assert orders(stage) == 0
        stage.clock.go(5)
        _, told = await stage.place(token, **{"p-ticket": told["p-ticket"]})
        assert told["orderId"] == stage.rows("order")[0]["id"]


async def test_a_penalty_comes_on_sockets_as_well() -> None:
    async with simulator(on_place(FaultKind.P_TICKET)) as stage:
        wire = await stage.socket(await stage.token())
        told = await wire.ask(PLACE, stage.order())
        assert told["s"] == 200
        assert set(told["d"]) == {"p-ticket", "p-time", "p-captcha"}
        stage.clock.go(5)
        again = await wire.ask(PLACE, stage.order(**{"p-ticket": told["d"]["p-ticket"]}))
        assert "orderId" in again["d"]


async def test_a_captcha_s_ticket_never_helps() -> None:
    async with simulator(on_place(FaultKind.CAPTCHA)) as stage:
        token = await stage.token()
        _, told = await stage.place(token)
        assert told["p-captcha"] is True
        stage.clock.go(60)
        _, told = await stage.place(token, **{"p-ticket": told["p-ticket"]})
        assert "p-ticket" in told
        assert orders(stage) == 0


async def test_a_lockout_on_demand_holds_for_every_call_of_the_user() -> None:
    async with simulator(on_place(FaultKind.LIMIT, seconds=600)) as stage:
        token = await stage.token()
        assert await stage.place(token) == (429, "")
        stage.clock.go(599)
        assert await stage.get("account/list", token) == (429, "")
        stage.clock.go(600)
        assert (await stage.get("account/list", token))[0] == 200
        assert orders(stage) == 0


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (FaultKind.DENIED, (401, "Access is denied")),
        (FaultKind.NOT_FOUND, (404, "")),
        (FaultKind.TIMEOUT, (408, "")),
        (FaultKind.ALMOST_LOCKED, (423, "")),
        (FaultKind.EMPTY, (200, {})),
        (FaultKind.NO_ID, (200, {"failureText": ""})),
    ],
)
@pytest.mark.parametrize("executed", [False, True])
async def test_an_answer_is_spoilt_whether_the_order_came_or_not(
    kind: FaultKind, seen: tuple[int, object], executed: bool
) -> None:
    async with simulator(on_place(kind, executed=executed)) as stage:
        token = await stage.token()
        if kind is FaultKind.NO_ID and not executed:
            seen = (200, {})
        assert await stage.place(token) == seen
        assert orders(stage) == executed
        assert "orderId" in (await stage.place(token))[1]


async def test_a_server_error_names_its_id() -> None:
    async with simulator(on_place(FaultKind.SERVER_ERROR)) as stage:
        status, text = await stage.place(await stage.token())
        assert status == 500
        assert text.startswith("Internal Server Error, error id: ")
        assert orders(stage) == 0


async def test_a_token_that_ends_mid_session_needs_a_new_login() -> None:
    fault = Fault(kind=FaultKind.TOKEN_EXPIRED, match="account/list", nth=2)
    async with simulator(fault) as stage:
        token = await stage.token()
        assert (await stage.get("account/list", token))[0] == 200
        assert (await stage.get("account/list", token))[0] == 401
        assert (await stage.get("auth/renewaccesstoken", token))[0] == 401
        assert (await stage.get("account/list", await stage.token()))[0] == 200


async def test_e7_an_answer_lost_after_the_order_was_accepted() -> None:
    async with simulator(on_place(FaultKind.LOST_AFTER)) as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        with pytest.raises(BROKEN):
            await stage.place(token, clOrdId="lost")
        assert (await wire.props("command"))["clOrdId"] == "lost"
        commands = (await stage.get("command/list", token))[1]
        assert [command["clOrdId"] for command in commands] == ["lost"]


async def test_an_answer_lost_before_the_order_was_accepted() -> None:
    async with simulator(on_place(FaultKind.LOST_BEFORE)) as stage:
        token = await stage.token()
        with pytest.raises(BROKEN):
            await stage.place(token)
        assert (await stage.get("command/list", token))[1] == []


async def test_an_answer_lost_on_a_socket_ends_it_without_a_word() -> None:
    async with simulator(on_place(FaultKind.LOST_AFTER)) as stage:
        wire = await stage.socket(await stage.token())
        await wire.send(PLACE, stage.order())
        assert await wire.end() == []
        assert orders(stage) == 1


async def test_a_slow_answer_comes_after_the_others_and_the_order_is_in_at_once() -> None:
    async with simulator(on_place(FaultKind.SLOW, seconds=0.4)) as stage:
        wire = await stage.synced(await stage.token())
        id_ = await wire.send(PLACE, stage.order())
        await wire.props("order", ordStatus="Working")
        await wire.ask("account/list")
        assert id_ not in wire.replies
        while id_ not in wire.replies:
            await wire.frame()


async def test_child_ids_may_be_missing_and_the_orders_are_there() -> None:
    fault = Fault(kind=FaultKind.NO_CHILD_IDS, match="order/placeoso")
    async with simulator(fault) as stage:
        token = await stage.token()
        leg = {"action": "Sell", "orderType": "Limit", "price": 25_500}
        stop = {"action": "Sell", "orderType": "Stop", "stopPrice": 23_000}
        body = stage.order(bracket1=leg, bracket2=stop)
        _, told = await stage.post("order/placeoso", body, token)
        assert set(told) == {"orderId"}
        children = [o for o in stage.rows("order") if o.get("parentId") == told["orderId"]]
        assert len(children) == 2


async def test_b3_a_sync_of_ten_megabytes() -> None:
    fault = Fault(kind=FaultKind.BIG_SYNC, match="user/syncrequest", size=10_000_000)
    async with simulator(fault) as stage:
        wire = await stage.synced(await stage.token())
        assert max(map(len, wire.frames)) > 10_000_000
        assert (await wire.ask("account/list"))["s"] == 200


async def test_only_the_call_that_was_counted_is_struck() -> None:
    async with simulator(on_place(FaultKind.TIMEOUT, nth=2, times=2)) as stage:
        token = await stage.token()
        seen = []
        for _ in range(5):
            seen.append((await stage.place(token))[0])
            await stage.get("account/list", token)
        assert seen == [200, 408, 408, 200, 200]
        assert [struck.number for struck in stage.server.faults.struck] == [4, 6]
        assert stage.server.faults.armed == ()


async def test_a_fault_may_be_for_one_user() -> None:
    fault = Fault(kind=FaultKind.DENIED, match="account/list", user="bob")
    async with simulator(fault) as stage:
        stage.server.exchange.add_user("bob", "pw", accounts={})
        bob = (await stage.login(name="bob"))["accessToken"]
        assert (await stage.get("account/list", await stage.token()))[0] == 200
        assert (await stage.get("account/list", bob))[0] == 401


# Events


async def test_an_event_comes_late() -> None:
    fault = Fault(kind=FaultKind.LATE_EVENT, match="fill", seconds=0.3)
    async with simulator(fault) as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        await stage.place(token, orderType="Market")
        await wire.props("position", netPos=1)
        assert not [e for e in wire.events if e["d"]["entityType"] == "fill"]
        assert (await wire.props("fill"))["qty"] == 1


async def test_an_event_comes_twice() -> None:
    async with simulator(Fault(kind=FaultKind.DOUBLED_EVENT, match="fill")) as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        await stage.place(token, orderType="Market")
        assert await wire.props("fill") == await wire.props("fill")


async def test_events_change_places() -> None:
    fault = Fault(kind=FaultKind.REORDERED_EVENT, match="order")
    async with simulator(fault) as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        await stage.place(token)
        await wire.props("orderVersion")
        wire.events.clear()
        kinds: list[str] = []
        for frame in wire.frames:
            for part in frame.split('"entityType":"')[1:]:
                kinds.append(part.partition('"')[0])
        assert kinds[:2] == ["command", "order"]  # the other way round by itself


async def test_a_held_event_comes_although_nothing_overtakes_it() -> None:
    fault = Fault(kind=FaultKind.REORDERED_EVENT, match="order", nth=2, seconds=0.2)
    async with simulator(fault) as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        await stage.place(token)
        await wire.props("order", ordStatus="Working")


async def test_an_event_is_never_told() -> None:
    async with simulator(Fault(kind=FaultKind.DROPPED_EVENT, match="fill")) as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        await stage.place(token, orderType="Market")
        await wire.props("position", netPos=1)
        await wire.silence(0.2)
        assert not [e for e in wire.events if e["d"]["entityType"] == "fill"]
        assert len((await stage.get("fill/list", token))[1]) == 1


# Sockets


async def test_b7_a_half_open_socket_says_nothing_and_stays() -> None:
    async with simulator() as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        assert (await stage.control("POST", "fault", {"kind": "half-open"}))[0] == 200
        await wire.send("account/list")
        await stage.place(token)
        assert await wire.silence(0.4) == []
        assert not wire.socket.closed
        assert (await (await stage.synced(token)).ask("account/list"))["s"] == 200


async def test_missing_heartbeats_while_data_still_comes() -> None:
    async with simulator(settings=ServerSettings(heartbeat=0.1)) as stage:
        wire = await stage.synced(await stage.token())
        assert "h" in await wire.silence(0.3)
        stage.server.add_fault(Fault(kind=FaultKind.NO_HEARTBEATS))
        _ = await wire.silence(0.1)  # what was under way already
        assert "h" not in await wire.silence(0.5)
        assert (await wire.ask("account/list"))["s"] == 200


@pytest.mark.parametrize("reason", ["Maintenance", "ConnectionQuotaReached", "IPQuotaReached"])
async def test_b8_a_shutdown_says_why_and_closes(reason: str) -> None:
    async with simulator() as stage:
        wire = await stage.synced(await stage.token())
        stage.server.add_fault(Fault(kind=FaultKind.SHUTDOWN, reason=reason))
        shutdown = await wire.event(lambda told: told["e"] == "shutdown")
        assert shutdown["d"]["reasonCode"] == reason
        assert (await wire.end())[-1] == f'c[1000,"{reason}"]'


async def test_an_eviction_takes_the_oldest_session_only() -> None:
    async with simulator() as stage:
        first, second = await stage.token(), await stage.token()
        oldest, younger = await stage.synced(first), await stage.synced(second)
        stage.server.add_fault(Fault(kind=FaultKind.EVICTION, user="ada"))
        assert "ConnectionQuotaReached" in (await oldest.end())[0]
        assert (await stage.get("account/list", first))[0] == 408
        assert (await younger.ask("account/list"))["s"] == 200


async def test_sockets_are_cut_all_or_of_one_kind() -> None:
    async with simulator() as stage:
        token = await stage.token()
        orders_, prices = await stage.synced(token), await stage.socket(token, market=True)
        stage.server.add_fault(Fault(kind=FaultKind.CUT, socket="user"))
        assert await orders_.end() == []
        assert (await prices.ask("md/subscribequote", {"symbol": SYMBOL}))["s"] == 200
        stage.server.add_fault(Fault(kind=FaultKind.CUT))
        await prices.end()


async def test_a_socket_is_cut_at_the_call_and_at_the_event_that_was_counted() -> None:
    at_call = Fault(kind=FaultKind.CUT, counted=Counted.CALL, match=PLACE, nth=2)
    at_event = Fault(kind=FaultKind.CUT, counted=Counted.EVENT, match="fill")
    async with simulator(at_call, at_event) as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        await stage.place(token)
        await wire.props("order", ordStatus="Working")
        await stage.place(token)
        await wire.end()
        wire = await stage.synced(token)
        await stage.place(token, orderType="Market")
        await wire.end()


async def test_faults_can_be_read_and_taken_back() -> None:
    async with simulator() as stage:
        told = {"kind": "408", "match": PLACE, "nth": 3}
        assert await stage.control("POST", "fault", told) == (200, told)
        await stage.control("POST", "fault", "cut")
        assert (await stage.control("GET", "faults"))[1] == {
            "armed": [told],
            "struck": [{"fault": {"kind": "cut"}, "number": 0, "what": ""}],
        }
        await stage.control("DELETE", "faults")
        assert (await stage.control("GET", "faults"))[1]["armed"] == []


@pytest.mark.parametrize(
    "told",
    [
        "nonsense",
        {"kind": "408", "nth": 0},
        {"kind": "408", "times": True},
        {"kind": "408", "seconds": "long"},
        {"kind": "408", "counted": "weeks"},
        {"kind": "408", "colour": "red"},
        {"kind": "slow", "seconds": -1},
        {"kind": "shutdown", "reason": 5},
        ["408"],
        None,
    ],
)
def test_what_is_no_fault_is_refused(told: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        fault_from(told)  # type: ignore[arg-type]


def test_a_fault_comes_back_from_its_json() -> None:
    fault = Fault(kind=FaultKind.SLOW, match=PLACE, nth=4, seconds=2.0)
    assert fault_from(fault.as_json()) == fault
    assert replace(fault, nth=1).as_json() == {"kind": "slow", "match": PLACE, "seconds": 2.0}
