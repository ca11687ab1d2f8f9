"""Loop lag under alerts and ticks, with many open positions on the screen."""

from __future__ import annotations

import asyncio
import random
import time
from decimal import Decimal
from typing import Final

import aiohttp

from bench.load import spawn_storm
from bench.stage import with_window
from bench.table import Row
from justtrades_desktop.app.serving import Serving
from justtrades_desktop.domain.recorders import Recorder

RECORDERS: Final = 20
ROOTS: Final = ("MNQ", "MES", "M2K", "MYM", "MGC", "MCL", "NQ", "ES", "GC", "CL")
SYMBOLS: Final = tuple(f"{root}1!" for root in ROOTS)
ALERTS_A_SECOND: Final = 500
TICKS_A_SECOND: Final = 5_000
SECONDS: Final = 15.0


def loop_lag() -> list[Row]:
    """p99 and worst lag of a loop that is woken every 5 ms."""
    lags, alerts, ticks, positions = with_window(_storm)
    lags.sort()
    p99, worst = 1000 * lags[int(len(lags) * 0.99)], 1000 * lags[-1]
    return [
        Row(
            "storm with the window visible",
            f"{alerts / SECONDS:.0f} alerts/s, {ticks / SECONDS:.0f} ticks/s, "
            f"{positions} positions",
        ),
        Row("loop lag p99", f"{p99:.1f} ms", "under 16 ms", p99 < 16),
        Row("loop lag worst", f"{worst:.1f} ms", "under 100 ms", worst < 100),
    ]


async def _storm(running: Serving) -> tuple[list[float], int, int, int]:
    recorders = [await running.desk.add_recorder(f"Strategy {n}") for n in range(RECORDERS)]
    connector = aiohttp.TCPConnector(limit=16)
    async with aiohttp.ClientSession(connector=connector) as session:
        for recorder in recorders:
            for symbol in SYMBOLS:
                await _post(session, running, recorder, symbol, "buy")
        await asyncio.sleep(2)  # the window has drawn them
        positions = len(running.desk.open_positions())
        ends = time.perf_counter() + SECONDS
        urls = [f"{running.url}/webhook/{recorder.token}" for recorder in recorders]
        lags, sent, ticks = await asyncio.gather(
            _lags(ends),
            spawn_storm(urls, SYMBOLS, ALERTS_A_SECOND, SECONDS),
            _ticks(running, ends),
        )
    return lags, int(sent["requests"]), ticks, positions


async def _lags(ends: float) -> list[float]:
    lags: list[float] = []
    while (now := time.perf_counter()) < ends:
        await asyncio.sleep(0.005)
        lags.append(max(0.0, time.perf_counter() - now - 0.005))
    return lags


async def _post(
    session: aiohttp.ClientSession, running: Serving, recorder: Recorder, symbol: str, action: str
) -> None:
    body = f'{{"action":"{action}","ticker":"{symbol}","quantity":1,"price":"100"}}'
    async with session.post(f"{running.url}/webhook/{recorder.token}", data=body) as answer:
        await answer.read()


async def _ticks(running: Serving, ends: float) -> int:
    ticked = 0
    chance = random.Random(3)
    begun = time.perf_counter()
    while (now := time.perf_counter()) < ends:
        while ticked < (now - begun) * TICKS_A_SECOND:
            ticked += 1
            price = Decimal(chance.randint(380, 420)) / 4
            running.desk.tick(chance.choice(SYMBOLS), price)
        await asyncio.sleep(0.001)
    return ticked
