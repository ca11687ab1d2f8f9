"""Schedules of faults by chance, lived through by the real client with the real simulator.

Each has a number from which everything follows. One that fails prints all of it; again alone:
``make test ARGS="tests/contract/test_fault_schedules.py --first-schedule NUMBER --schedules 1"``.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from typing import Final

import pytest

from justtrades_desktop.broker.login import LOGIN
from justtrades_desktop.broker.reconnect import EVICTED_SECONDS
from justtrades_desktop.simulator.exchange import ExchangeSettings
from justtrades_desktop.simulator.faults import Counted, Fault, FaultKind
from tests.contract.both_sides import PRODUCTS, Both, CountingPlan, both_sides
from tests.contract.files import open_files
from tests.contract.trader import Trader
from tests.contract.truth import (
    LOCKOUT,
    LOCKOUTS,
    mirror_differs,
    orders_are_true,
    silence_was_kept,
)
from tests.contract.virtual_loop import run

BATCH: Final = 25
_LONGEST: Final = 50_000.0  # virtual seconds
_MOST_ROUNDS: Final = 12
_LEAST_STRUCK: Final = 3
_CATCH_UP: Final = 200.0
"""Virtual seconds in which the client must know the truth again: silence noticed, backoff over."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    first = metafunc.config.getoption("--first-schedule")
    ends = first + metafunc.config.getoption("--schedules")
    batches = [range(at, min(at + BATCH, ends)) for at in range(first, ends, BATCH)]
    metafunc.parametrize("numbers", batches, ids=[f"{b.start}-{b.stop - 1}" for b in batches])


def test_every_schedule_ends_in_the_truth(numbers: range) -> None:
    failed = {number: found for number in numbers if (found := schedule(number))}
    assert not failed, "\n".join(text for found in failed.values() for text in found)


def schedule(number: int) -> list[str]:
    """Live through one; what was wrong, with the whole schedule, or nothing."""
    before = random.getstate()
    random.seed(number)  # the client's own chance
    try:
        return _schedule(number, random.Random(number))
    finally:
        random.setstate(before)


def _schedule(number: int, chance: random.Random) -> list[str]:
    plan = _plan(number, chance)
    armed = plan.armed
    files = open_files()
    found: list[str] = []
    trader: list[Trader] = []
    try:
        found = run(_lived_through(plan, chance, number, trader))
    except Exception as error:  # noqa: BLE001  (whatever it is, the schedule is to be seen)
        found = [f"{type(error).__name__}: {error}"]
    if (left := open_files()) > files:
        found.append(f"{left - files} files are left open")
    return [*_told(number, armed, plan, trader), *found] if found else []


def _plan(number: int, chance: random.Random) -> CountingPlan:
    within = chance.choice((6, 10, 25))
    plan = CountingPlan.from_seed(number, chance.randint(3, 8), within=within)
    assert isinstance(plan, CountingPlan)
    kind = chance.choices(
        (
            None,
            FaultKind.TOKEN_EXPIRED,
            FaultKind.NO_CHILD_IDS,
            FaultKind.EVICTION,
            FaultKind.LIMIT,
            FaultKind.ALMOST_LOCKED,
            FaultKind.CAPTCHA,
        ),
        (60, 12, 12, 10, 2, 2, 2),
    )[0]
    if kind is FaultKind.EVICTION:
        plan.add(Fault(kind=kind, counted=Counted.CALL, nth=chance.randint(1, 30)))
    elif kind is not None:
        match = "order/placeoso" if kind is FaultKind.NO_CHILD_IDS else "*"
        plan.add(Fault(kind=kind, match=match, nth=chance.randint(1, within)))
    return plan


async def _lived_through(
    plan: CountingPlan, chance: random.Random, number: int, trader: list[Trader]
) -> list[str]:
    hard = {fault.kind for fault in plan.armed} & {*LOCKOUTS, FaultKind.EVICTION}
    settings = ExchangeSettings(
        products=PRODUCTS,
        command_seconds=chance.choice((0, 0, 0.2)),
        partial_chance=chance.choice((0.0, 0.5)),
        finished_is_denied=chance.random() < 0.3,
    )
    beat = 60.0 if hard else 5.0
    async with (
        asyncio.timeout(_LONGEST),
        both_sides(plan, seed=number, beat=beat, exchange=settings) as both,
    ):
        trader.append(Trader(both, chance))
        found = await _traded(both, trader[0], beat)
    links = both.server._links
    if links():
        found.append(f"{len(links())} sockets are open at the server")
    await asyncio.sleep(5)  # what the server answers slowly may end
    others = asyncio.all_tasks() - {asyncio.current_task()}
    return [*found, *(f"left over: {task!r}" for task in others)]


async def _traded(both: Both, trader: Trader, beat: float) -> list[str]:
    await trader.ready()
    for _ in range(_MOST_ROUNDS):
        await trader.round()
        if len(both.plan.struck) >= _LEAST_STRUCK:
            break
    both.plan.clear()
    found = await _caught_up(both, trader, _CATCH_UP + 8 * beat + _silence(both))
    if trader.doubtful:
        await asyncio.sleep(_silence(both))
    await trader.settle()
    return [
        *found,
        *mirror_differs(both),
        *orders_are_true(both, trader),
        *silence_was_kept(both),
        *trader.late,
    ]


def _silence(both: Both) -> float:
    """Seconds that the client may have to keep quiet."""
    struck = {each.fault.kind for each in both.plan.struck}
    logins = sum(call.operation == LOGIN for call in both.plan.log)
    # A login whose answer was lost is a session all the same: one more, and the oldest has to go.
    evicted = FaultKind.EVICTION in struck or logins > 2
    return (LOCKOUT if struck & LOCKOUTS else 0.0) + (EVICTED_SECONDS if evicted else 0.0)


async def _caught_up(both: Both, trader: Trader, seconds: float) -> list[str]:
    """Until the client knows everything and hears prices again."""

    def true() -> bool:
        return both.is_up and not mirror_differs(both)

    found = []
    if not await both.until(true, seconds):
        found.append(
            f"not true again after {seconds:g} s: {both.connection.state().orders}, "
            f"{both.connection.state().market}"
        )
    price = trader.trade(1)
    if not await both.until(lambda: price in both.prices, seconds):
        found.append(f"the price {price} never came")
    if not await both.until(true, 60):
        found.append("not true 60 s later")
    return found


def _told(
    number: int, armed: tuple[Fault, ...], plan: CountingPlan, trader: list[Trader]
) -> Iterator[str]:
    yield f"schedule {number}:"
    yield from (f"  armed  {json.dumps(fault.as_json())}" for fault in armed)
    for struck in plan.struck:
        yield f"  struck {json.dumps(struck.fault.as_json())} at {struck.number}: {struck.what}"
    yield from (
        f"  call   {c.at:9.3f} {c.operation} {[str(f.kind) for f in c.faults]}" for c in plan.log
    )
    for each in trader:
        yield from (f"  done   {text}" for text in each.done)
