"""The same seed and the same calls, the same faults and answers; scripts."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from justtrades_desktop.simulator.faults import SOCKET_FAULTS, Fault, FaultKind, FaultPlan
from justtrades_desktop.simulator.script import Script
from tests.unit.simulator_server.wire import SYMBOL, Stage, simulator


async def play(seed: int) -> tuple[list[Any], list[Any], list[Any]]:
    """Thirty orders into a storm of faults: what the client saw, what struck, what was placed."""
    plan = FaultPlan.from_seed(seed, 60, within=60)
    async with simulator(plan=plan, seed=seed) as stage:
        seen = [await attempt(stage, number) for number in range(30)]
        return seen, list(plan.struck), stage.rows("command")


async def attempt(stage: Stage, number: int) -> Any:
    try:
        token = (await stage.login()).get("accessToken", "")
        stage.server.trade(SYMBOL, str(25_000 + number))
        return await stage.place(token, orderType="Market", clOrdId=f"c{number}")
    except (aiohttp.ClientError, AssertionError) as error:
        return type(error).__name__


async def test_a_seed_replays_exactly() -> None:
    first, second = await play(11), await play(11)
    assert first == second
    seen, struck, commands = first
    assert len(struck) >= 10
    assert 0 < len(commands) < 30
    assert any(isinstance(one, str) for one in seen)
    assert await play(12) != first


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_storm_leaves_the_simulator_whole(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    plan = FaultPlan.from_seed(seed, 100, within=120)
    async with simulator(plan=plan, seed=seed) as stage:
        for number in range(25):
            await attempt(stage, number)
            await listen(stage)
        assert {struck.fault.kind for struck in plan.struck} & SOCKET_FAULTS
        plan.clear()
        wire = await stage.socket(await stage.token())
        told = (await wire.ask("user/syncrequest", {"users": [stage.user_id]}))["d"]
        for entity in ("order", "fill", "position", "command"):
            assert told[f"{entity}s"] == stage.rows(entity)
        assert told["fills"] != []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def listen(stage: Stage) -> None:
    """A synced socket, if the faults allow one; it is left open."""
    try:
        async with asyncio.timeout(1):
            await stage.synced((await stage.login()).get("accessToken", ""))
    except (aiohttp.ClientError, AssertionError, TypeError, TimeoutError):
        return


def test_a_plan_by_seed_is_the_same_and_another_seed_is_not() -> None:
    first, second = (FaultPlan.from_seed(5, 40).armed for _ in range(2))
    assert first == second
    assert len(first) == 40
    assert FaultPlan.from_seed(6, 40).armed != first
    assert len({fault.kind for fault in first}) >= 8
    assert FaultKind.CAPTCHA not in {fault.kind for fault in first}


def test_a_plan_counts_what_matches_and_nothing_else() -> None:
    plan = FaultPlan.from_seed(5, 0)
    plan.add(Fault(kind=FaultKind.TIMEOUT, match="order/*", nth=2))
    plan.add(Fault(kind=FaultKind.LATE_EVENT, match="fill"))
    assert plan.call("account/list") == []
    assert plan.call("order/placeorder") == []
    assert plan.event("order") == []
    assert [fault.kind for fault in plan.call("order/cancelorder")] == [FaultKind.TIMEOUT]
    assert plan.call("order/cancelorder") == []
    assert [fault.kind for fault in plan.event("fill")] == [FaultKind.LATE_EVENT]
    assert [(struck.number, struck.what) for struck in plan.struck] == [
        (3, "order/cancelorder"),
        (2, "fill"),
    ]


SCRIPT = """
# prices at times, faults at calls
{"at": 10, "price": {"MNQZ6": 25100.25, "ESZ6": "6800"}}
{"at": 20, "tick": {"symbol": "MNQZ6", "price": 25200, "size": 9}}
{"call": 3, "fault": {"kind": "408", "match": "account/list"}}
"""


async def test_a_script_plays_prices_by_the_clock_and_faults_by_the_call() -> None:
    script = Script.read(SCRIPT)
    async with simulator(script=script) as stage:
        exchange = stage.server.exchange

        def last(symbol: str) -> Any:
            quote = exchange.quote(exchange.contract_id(symbol))
            return None if quote is None else quote["entries"]["Trade"]["price"]

        stage.server.advance()
        assert (last(SYMBOL), last("ESZ6")) == (25_000, None)
        stage.clock.go(10)
        stage.server.advance()
        assert (last(SYMBOL), last("ESZ6")) == (25_100.25, 6_800)
        stage.clock.go(10)
        stage.server.advance()
        assert last(SYMBOL) == 25_200
        token = await stage.token()
        seen = [(await stage.get("account/list", token))[0] for _ in range(3)]
        assert seen == [200, 408, 200]
        assert script.left == 0


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        '{"at": 1}',
        '{"tick": {"symbol": "MNQZ6", "price": 1}}',
        '{"at": 1, "call": 2, "fault": "cut"}',
        '{"at": 1, "fault": "nothing known"}',
        '{"at": 1, "tick": {"symbol": "MNQZ6", "price": "much"}}',
        '{"at": 1, "tick": {"symbol": "MNQZ6", "price": 1, "size": 0}}',
        '{"at": 1, "weather": "rain", "fault": "cut"}',
        '{"at": "soon", "fault": "cut"}',
        '{"at": 1, "price": 5}',
    ],
)
def test_a_wrong_line_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"^line 2: "):
        Script.read(f"# first\n{line}")
