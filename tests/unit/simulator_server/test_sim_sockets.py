"""The simulator's user socket: frames, sync, events, heartbeats."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal

from justtrades_desktop.simulator import frames
from justtrades_desktop.simulator.server_settings import ServerSettings
from tests.unit.simulator_server.wire import SYMBOL, simulator


async def test_every_rest_operation_works_on_the_socket_too() -> None:
    async with simulator() as stage:
        wire = await stage.socket(await stage.token())
        assert (await wire.ask("account/list"))["d"][0]["name"] == "ADA1"
        found = await wire.ask("contract/find", query=f"name={SYMBOL}")
        item = await wire.ask("contract/item", query=f"id={found['d']['id']}")
        assert item["d"]["name"] == SYMBOL
        assert (await wire.ask("auth/me"))["d"]["name"] == "ada"
        assert "accessToken" in (await wire.ask("auth/renewaccesstoken"))["d"]
        placed = await wire.ask("order/placeorder", stage.order())
        assert placed["d"]["orderId"] == stage.rows("order")[0]["id"]
        assert (await wire.ask("contract/item", query="id=999999999"))["s"] == 404
        assert (await wire.ask("no/such"))["s"] == 404


async def test_paths_are_told_apart_without_regard_to_case() -> None:
    async with simulator() as stage:
        token = await stage.token()
        assert (await stage.get("cashBalance/list", token))[1] != []
        assert await stage.get("cashbalance/LIST", token) == await stage.get(
            "cashBalance/list", token
        )
        assert (await stage.get("order/placeorder", token))[0] == 404
        assert (await stage.post("account/list", {}, token))[0] == 404


async def test_only_authorize_is_answered_before_authorizing() -> None:
    async with simulator(settings=ServerSettings(authorize_within=0.5)) as stage:
        wire = await stage.connect()
        assert await wire.frame() == "o"
        denied = {"s": 401, "i": 1, "d": "Access is denied"}
        assert await wire.ask("account/list") == denied
        assert await wire.ask("authorize", "wrong") == {**denied, "i": 2}
        assert (await wire.end())[-1] == 'c[1008,"Unauthorized"]'


async def test_a_sync_brings_everything_once_per_socket() -> None:
    async with simulator() as stage:
        wire = await stage.socket(await stage.token())
        told = await wire.ask("user/syncrequest", {"users": [stage.user_id]})
        assert [account["name"] for account in told["d"]["accounts"]] == ["ADA1"]
        assert {"orders", "positions", "cashBalances", "fills", "commands"} <= set(told["d"])
        assert (await wire.ask("user/syncrequest", {"users": [stage.user_id]}))["s"] == 400


async def test_a_sync_of_somebody_else_is_denied() -> None:
    async with simulator() as stage:
        wire = await stage.socket(await stage.token())
        assert (await wire.ask("user/syncrequest", {"users": [1]}))["s"] == 401
        assert (await wire.ask("user/syncrequest", {"users": [stage.user_id]}))["s"] == 200


async def test_a_sync_of_some_types_brings_those_and_their_events_only() -> None:
    async with simulator() as stage:
        token = await stage.token()
        wire = await stage.socket(token)
        body = {
            "splitResponses": False,
            "accounts": [stage.account["id"]],
            "entityTypes": ["order", "accountRiskStatus"],
        }
        told = (await wire.ask("user/syncrequest", body))["d"]
        assert set(told) == {"orders", "accountRiskStatuses"}
        await stage.place(token)
        await wire.props("order", ordStatus="Working")
        assert {told["d"]["entityType"] for told in wire.events} <= {"order"}


async def test_an_order_is_told_as_it_is_placed_and_as_it_is_cancelled() -> None:
    async with simulator() as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        order_id = (await stage.place(token, clOrdId="mine", text="hello"))[1]["orderId"]
        assert (await wire.props("order"))["id"] == order_id
        assert (await wire.props("command", orderId=order_id))["clOrdId"] == "mine"
        assert (await wire.props("orderVersion", orderId=order_id))["text"] == "hello"
        await wire.props("order", ordStatus="Working")
        status, told = await stage.post("order/cancelorder", {"orderId": order_id}, token)
        assert status == 200
        assert "commandId" in told
        await wire.props("order", id=order_id, ordStatus="Canceled")


async def test_a_fill_is_told_with_its_position() -> None:
    async with simulator() as stage:
        token = await stage.token()
        wire = await stage.synced(token)
        await stage.place(token, action="Sell", orderType="Limit", price=25_010, orderQty=2)
        stage.server.trade(SYMBOL, "25010.25")
        fill = await wire.props("fill")
        assert (fill["action"], fill["qty"], fill["price"]) == ("Sell", 2, 25_010)
        await wire.props("position", netPos=-2)


async def test_events_come_only_after_a_sync_and_only_to_their_user() -> None:
    async with simulator() as stage:
        token = await stage.token()
        stage.server.exchange.add_user("bob", "pw", accounts={"BOB1": Decimal(1_000)})
        bob = await stage.login(name="bob")
        foreign = await stage.socket(bob["accessToken"])
        await foreign.ask("user/syncrequest", {"users": [bob["userId"]]})
        unsynced = await stage.socket(token)
        synced = await stage.synced(token)
        await stage.place(token)
        await synced.props("order", ordStatus="Working")
        for wire in (foreign, unsynced):
            await wire.ask("account/list")
            assert wire.events == []


async def test_heartbeats_fill_silence_and_are_left_away_while_data_flows() -> None:
    async with simulator(settings=ServerSettings(heartbeat=0.3)) as stage:
        wire = await stage.socket(await stage.token(), market=True)
        assert await wire.frame() == "h"
        await wire.ask("md/subscribequote", {"symbol": SYMBOL})
        wire.frames.clear()
        for step in range(10):
            stage.server.trade(SYMBOL, str(25_000 + step))
            await asyncio.sleep(0.1)
        await wire.silence(0.1)
        assert len([frame for frame in wire.frames if frame.startswith("a")]) >= 5
        assert "h" not in wire.frames
        assert "h" in await wire.silence(0.8)


async def test_a_client_that_sends_nothing_is_hung_up_on_and_heartbeats_keep_it() -> None:
    async with simulator(settings=ServerSettings(idle_after=0.6)) as stage:
        token = await stage.token()
        idle, busy = await stage.socket(token), await stage.socket(token)
        for _ in range(6):
            await busy.socket.send_str("[]")
            await asyncio.sleep(0.2)
        assert (await idle.end())[-1] == 'c[1008,"Idle"]'
        assert (await busy.ask("account/list"))["s"] == 200


async def test_what_is_no_request_ends_the_socket() -> None:
    async with simulator() as stage:
        wire = await stage.socket(await stage.token())
        assert (await wire.ask("order/placeorder", "{not json"))["s"] == 400
        assert (await wire.ask("order/placeorder", "[1]"))["s"] == 400
        await wire.socket.send_str("nonsense")
        assert (await wire.end())[-1].startswith("c[1008")


async def test_stopping_says_goodbye_to_everybody() -> None:
    async with simulator() as stage:
        wire = await stage.synced(await stage.token())
        stopping = asyncio.ensure_future(stage.server.stop())
        assert (await wire.end())[-1] == 'c[1001,"Going away"]'
        await stopping


async def test_control_is_for_programs_on_this_machine() -> None:
    async with simulator() as stage:
        page = {"Origin": "https://somewhere.example"}
        assert (await stage.control("GET", "orders", headers=page))[0] == 403
        rebound = {"Host": "somewhere.example"}
        assert (await stage.control("GET", "orders", headers=rebound))[0] == 403
        tick = {"symbol": SYMBOL, "price": 25_100.25}
        assert (await stage.control("POST", "tick", tick))[0] == 200
        quote = stage.server.exchange.quote(stage.server.exchange.contract_id(SYMBOL))
        assert quote is not None
        assert quote["entries"]["Trade"]["price"] == 25_100.25
        assert (await stage.control("POST", "tick", {"symbol": SYMBOL, "price": "x"}))[0] == 400
        assert (await stage.control("POST", "fault", {"kind": "no such"}))[0] == 400
        await stage.place(await stage.token(), clOrdId="seen")
        status, orders = await stage.control("GET", "orders")
        assert status == 200
        assert orders["ada"][0]["commands"][0]["clOrdId"] == "seen"
        assert orders["ada"][0]["versions"][0]["price"] == 24_000


async def test_control_can_be_left_out() -> None:
    async with simulator(settings=ServerSettings(control=False)) as stage:
        url = f"{stage.server.url}/simulator/orders"
        async with stage.http.get(url) as answer:
            assert answer.status == 404


def test_frames_are_json_without_blanks() -> None:
    text = frames.messages([frames.answer(3, 200, {"a": [1]})])
    assert text == 'a[{"s":200,"i":3,"d":{"a":[1]}}]'
    assert json.loads(text[1:])[0]["i"] == 3
    assert frames.request("authorize\n1\n\nTOKEN") == ("authorize", 1, {}, "TOKEN")
    assert frames.request("contract/item\n2\nid=77\n") == ("contract/item", 2, {"id": "77"}, "")
    assert frames.request("contract/item\n2\nid=77") is None
