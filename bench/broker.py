"""An order to the broker and back, the events a client takes in, and how soon it knows all again.

Client and server share this process and its loop: what is measured is their work, no network.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import aiohttp

from bench.broker_stage import ORDER, answering, client, running, simulator, telling, until_up
from bench.table import Row
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.broker.login import Ready
from justtrades_desktop.broker.requests import Action, OrderType, PlaceOrder, Terms
from justtrades_desktop.broker.results import Placed
from justtrades_desktop.simulator.faults import Fault, FaultKind

WARM: Final = 50
CALLS: Final = 1_000
EVENTS: Final = 30_000
ORDERS: Final = 1_000
CUTS: Final = 5


def broker() -> list[Row]:
    """Medians of all of it."""
    return [
        *asyncio.run(_order_rows()),
        asyncio.run(_events_row()),
        asyncio.run(_reconnect_row()),
    ]


# An order and its answer


async def _order_rows() -> list[Row]:
    light, full = await _against_a_handler(), await _against_the_simulator()
    bare, client_ = (statistics.median(each) for each in light)
    bare_full, client_full = (statistics.median(each) for each in full)
    return [
        Row("bare POST to a minimal handler", _microseconds(bare)),
        Row("client's order to a minimal handler", _microseconds(client_)),
        Row("bare POST to the simulator", _microseconds(bare_full)),
        Row("client's order to the simulator", _microseconds(client_full)),
        _ratio("client to bare, minimal handler", client_ / bare),
        _ratio("client to bare, simulator", client_full / bare_full),
        Row("client's to simulator to bare to handler", f"{client_full / bare:.2f}"),
    ]


def _microseconds(seconds: float) -> str:
    return f"{1e6 * seconds:.0f} microseconds"


def _ratio(what: str, ratio: float) -> Row:
    return Row(what, f"{ratio:.2f}", "at most 1.50", ratio <= 1.5)


async def _against_a_handler() -> list[list[float]]:
    async with answering() as addresses, client(addresses) as connection:
        await _logged_in(connection)
        return await _both_ways(connection, ORDER | {"accountId": 1}, lambda _: None)


async def _against_the_simulator() -> list[list[float]]:
    async with simulator() as (server, user_id, body), client(server.addresses) as connection:

        def cancel(order_id: int) -> None:
            """It works through all orders that there are, at each call."""
            told = server.exchange.perform(user_id, "order/cancelorder", {"orderId": order_id})
            if "commandId" not in told:
                raise RuntimeError(f"the order stays: {told}")

        await _logged_in(connection)
        return await _both_ways(connection, body, cancel)


async def _logged_in(connection: Connection) -> None:
    ready = await connection.session.ensure()
    if ready != Ready(connection.session.tokens):
        raise RuntimeError(f"no login: {ready}")


async def _both_ways(
    connection: Connection, body: dict[str, Any], after: Callable[[int], None]
) -> list[list[float]]:
    """Seconds of a bare POST and of the client's order, turn about, so that noise hits both."""
    order = PlaceOrder(
        account_id=body["accountId"],
        account_name=body["accountSpec"],
        symbol=body["symbol"],
        action=Action.BUY,
        quantity=body["orderQty"],
        terms=Terms(order_type=OrderType.LIMIT, price=Decimal(body["price"])),
        is_automated=True,
    )
    url = f"{connection.http.addresses.rest}/order/placeorder"
    headers = {"Authorization": f"Bearer {connection.session.token()}"}
    async with aiohttp.ClientSession() as session:

        async def bare() -> int:
            async with session.post(url, json=body, headers=headers) as answer:
                order_id: int = (await answer.json())["orderId"]
                return order_id

        async def ours() -> int:
            answer = await connection.orders.place(order)
            if isinstance(answer, Placed):
                return answer.order_id
            raise RuntimeError(f"the order was not taken: {answer}")

        return await _turn_about([bare, ours], after)


async def _turn_about(
    calls: Sequence[Callable[[], Awaitable[int]]], after: Callable[[int], None]
) -> list[list[float]]:
    """Seconds of each call; ``after`` gets its order, outside of the time."""
    seconds: list[list[float]] = [[] for _ in calls]
    for _ in range(WARM + CALLS):
        for call, times in zip(calls, seconds, strict=True):
            began = time.perf_counter()
            order_id = await call()
            times.append(time.perf_counter() - began)
            after(order_id)
    return [times[WARM:] for times in seconds]


# Events


async def _events_row() -> Row:
    begin = asyncio.Event()
    async with (
        telling(_frames(), begin) as addresses,
        client(addresses) as connection,
        running(connection),
    ):
        mirror, before = connection.mirror, connection.mirror.version
        began = time.perf_counter()
        begin.set()
        while mirror.version - before < EVENTS:  # noqa: ASYNC110  (nothing tells of a number)
            await asyncio.sleep(0.005)
        seconds = time.perf_counter() - began
    return Row("user events a second, mirror on", f"{EVENTS / seconds:.0f}/s")


def _frames() -> list[str]:
    """Orders that are made, worked and filled, an event to each frame as in a quiet market."""
    frames = []
    for number in range(EVENTS // 3):
        order = {
            "id": number + 1,
            "accountId": 1,
            "contractId": 77,
            "action": "Buy",
            "timestamp": "2026-11-20T15:30:00.000Z",
        }
        fill = {
            "id": 1_000_000 + number,
            "orderId": number + 1,
            "contractId": 77,
            "timestamp": "2026-11-20T15:30:00.000Z",
            "action": "Buy",
            "qty": 1,
            "price": 25_000.25,
            "active": True,
        }
        frames += [
            _frame("order", "Created", {**order, "ordStatus": "Working"}),
            _frame("fill", "Created", fill),
            _frame("order", "Updated", {**order, "ordStatus": "Filled"}),
        ]
    return frames


def _frame(entity_type: str, event_type: str, entity: dict[str, Any]) -> str:
    data = {"entityType": entity_type, "eventType": event_type, "entity": entity}
    return "a" + json.dumps([{"e": "props", "d": data}])


# Knowing all again


async def _reconnect_row() -> Row:
    async with simulator() as (server, user_id, body), client(server.addresses) as connection:
        for number in range(ORDERS):
            price = 20_000 + number % 400 * 5
            server.exchange.perform(user_id, "order/placeorder", {**body, "price": price})
        async with running(connection):
            seconds = [await _cut(server.add_fault, connection) for _ in range(CUTS)]
    figure = f"{1000 * statistics.median(seconds):.0f} ms, worst {1000 * max(seconds):.0f} ms"
    return Row(f"reconnect to the truth, {ORDERS} orders", figure)


async def _cut(add_fault: Callable[[Fault], None], connection: Connection) -> float:
    """Seconds from beginning to connect to knowing every order; the wait before it is chance."""
    synced = connection.state().synced_at
    add_fault(Fault(kind=FaultKind.CUT, socket="user"))
    while connection.state().synced_at == synced:
        connection.try_now()
        await asyncio.sleep(0.01)
    await until_up(connection)
    if len(connection.state().working) != ORDERS or connection.catch_up_seconds is None:
        raise RuntimeError("not all orders came back")
    return connection.catch_up_seconds
