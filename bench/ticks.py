"""How many ticks a second the loop takes with many positions open and the window visible."""

from __future__ import annotations

import asyncio
import random
import time
from decimal import Decimal
from typing import Final

from bench.stage import with_window
from bench.table import Row
from justtrades_desktop.app.serving import Serving
from justtrades_desktop.domain.signals import Action, Reading

RECORDERS: Final = 20
INSTRUMENTS: Final = 50
RATES: Final = (5_000, 10_000, 15_000, 20_000, 30_000, 40_000)
SECONDS: Final = 6.0
MOST_LAG: Final = 0.016
GOAL: Final = 20_000


def ticks() -> list[Row]:
    """The highest rate at which the loop's p99 lag stays under 16 ms; the cost of an update."""
    positions, update, steps = with_window(_climb)
    passed = [rate for rate, p99 in steps if p99 < MOST_LAG]
    best = max(passed, default=0.0)
    return [
        Row(
            f"{positions} positions in {INSTRUMENTS} instruments",
            ", ".join(f"{rate:.0f}/s: p99 {1000 * p99:.1f} ms" for rate, p99 in steps),
        ),
        Row(
            "ticks/s before lag passes 16 ms",
            f"{best:.0f}/s, {best * positions / INSTRUMENTS:.0f} position updates/s",
            f"at least {GOAL}",
            best >= GOAL * 0.99,
        ),
        Row("a position update", f"{update * 1e6:.2f} microseconds"),
    ]


async def _climb(running: Serving) -> tuple[int, float, list[tuple[float, float]]]:
    desk = running.desk
    symbols = [f"X{number}" for number in range(INSTRUMENTS)]
    for symbol in symbols:
        await desk.set_tick_value(symbol, Decimal("0.25"), Decimal("0.5"))
    for number in range(RECORDERS):
        recorder = await desk.add_recorder(f"Strategy {number}")
        for symbol in symbols:
            entry = Reading(action=Action.BUY, ticker=symbol, quantity=1, price=Decimal(100))
            await desk.apply_by_hand(recorder.id, entry, "bench")
    await asyncio.sleep(2)
    positions = len(desk.open_positions())
    update = _alone(running, symbols) / (positions / INSTRUMENTS)
    steps: list[tuple[float, float]] = []
    for rate in RATES:
        steps.append(await _at(running, symbols, rate))
        if steps[-1][1] >= MOST_LAG and rate > GOAL:
            break
    return positions, update, steps


def _alone(running: Serving, symbols: list[str]) -> float:
    """Seconds that one tick takes of the loop, by itself."""
    prices = [Decimal(number) / 4 for number in range(380, 421)]
    count = 5_000
    began = time.perf_counter()
    for number in range(count):
        running.desk.tick(symbols[number % len(symbols)], prices[number % len(prices)])
    return (time.perf_counter() - began) / count


async def _at(running: Serving, symbols: list[str], rate: int) -> tuple[float, float]:
    """The rate that was reached, and the p99 of how late a sleeping task woke up."""
    chance = random.Random(rate)
    prices = [Decimal(number) / 4 for number in range(380, 421)]
    lags: list[float] = []
    ticked = 0
    began = time.perf_counter()
    while (now := time.perf_counter() - began) < SECONDS:
        due = min(int(now * rate), ticked + rate // 20)  # no more than 50 ms of them at once
        while ticked < due:
            ticked += 1
            running.desk.tick(chance.choice(symbols), chance.choice(prices))
        asked = time.perf_counter()
        await asyncio.sleep(0.002)
        lags.append(time.perf_counter() - asked - 0.002)
    lags.sort()
    return ticked / SECONDS, lags[int(len(lags) * 0.99)]
