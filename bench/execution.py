"""From an alert to its orders on the wire, for ten armed accounts and for fifty beside one."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Final
from urllib.parse import urlsplit

from bench.far_broker import PASSWORD, USER, FarBroker, account_names, far_broker
from bench.stage import with_window
from bench.table import Row
from justtrades_desktop.app.broker_commands import addresses_at
from justtrades_desktop.app.brokers import Brokers
from justtrades_desktop.app.serving import Serving
from justtrades_desktop.broker.budget import Budget, Limits
from justtrades_desktop.broker.vault import PASSPHRASE_VARIABLE
from justtrades_desktop.domain.broker import Credentials, Environment, NewConnection
from justtrades_desktop.domain.exits import Level, Unit
from justtrades_desktop.domain.links import (
    AccountKey,
    AccountLimits,
    LinkMode,
    LinkSettings,
    Target,
)
from justtrades_desktop.execution.desk import ExecutionDesk

NAME: Final = "BENCH"
ACCOUNTS: Final = 10
MANY: Final = 50
ANSWER_SECONDS: Final = 0.05
WARM: Final = 10
ALERTS: Final = 120
TURNS: Final = 15
ROUNDS: Final = 4
ALERTS_A_ROUND: Final = 30
GAP: Final = 0.1
GOAL_MS: Final = 25.0
_FREE: Final = 10_000_000
_PATIENCE: Final = 30.0
_ENTRY: Final = "order/placeoso"
"""An entry with its stop and its target."""
SETTINGS: Final = LinkSettings(
    own_exits=True,
    stop=Level(Unit.TICKS, Decimal(200)),
    targets=(Target(Level(Unit.TICKS, Decimal(400)), Decimal(100)),),
)


def execution() -> list[Row]:
    """Each in a program of its own."""
    os.environ.setdefault(PASSPHRASE_VARIABLE, "a vault of the bench")
    parts = (_on_the_wire, _side_by_side, _acknowledging)
    return [row for part in parts for row in with_window(part)]


# Ten accounts


async def _on_the_wire(running: Serving) -> list[Row]:
    bare: list[float] = []
    entries: list[list[float]] = []
    closes: list[list[float]] = []
    async with far_broker(ACCOUNTS, ANSWER_SECONDS) as broker:
        desk = await logged_in(running, broker)
        path = await linked(running, desk, "Ten", account_names(ACCOUNTS))
        async with alerting(running, path) as alert:
            for number in range(WARM + ALERTS):
                opens = number % 2 == 0
                sent = await alert("buy" if opens else "close")
                delays = await _arrived(broker, sent, ACCOUNTS)
                if number >= WARM:
                    (entries if opens else closes).append(delays)
                await at_rest(desk)
                if number >= WARM:
                    bare.append(await _bare(broker))
    return _wire_rows(bare, entries, closes)


def _wire_rows(
    bare: Sequence[float], entries: Sequence[Sequence[float]], closes: Sequence[Sequence[float]]
) -> list[Row]:
    all_entries = [each for delays in entries for each in delays]
    p99, bare_p50 = at(all_entries, 0.99), at(bare, 0.5)
    ratio = at(all_entries, 0.5) / bare_p50
    return [
        Row("bare POST to the broker, on the wire", both(bare)),
        Row(
            f"alert to {ACCOUNTS} entries on the wire",
            both(all_entries),
            f"p99 under {GOAL_MS:.0f} ms",
            p99 < GOAL_MS,
        ),
        Row("the first account's", both([delays[0] for delays in entries])),
        Row("the last account's", both([delays[-1] for delays in entries])),
        Row("alert to first call of the exits", both([e for delays in closes for e in delays])),
        Row("entry to bare POST, p50", f"{ratio:.1f}"),
    ]


async def _bare(broker: FarBroker) -> float:
    await broker.arrivals()
    sent = await broker.bare_call()
    return next(each.at for each in await broker.arrivals() if each.at >= sent) - sent


async def _arrived(broker: FarBroker, sent: float, accounts: int) -> list[float]:
    """Seconds until the first order or cancel of each account arrived, sorted."""
    first: dict[object, float] = {}
    ends = time.monotonic() + _PATIENCE
    while len(first) < accounts:
        if time.monotonic() > ends:
            raise RuntimeError(f"orders of {len(first)} accounts came, not of {accounts}")
        await asyncio.sleep(GAP)
        for arrival in await broker.arrivals():
            # A cancel names no account: each counts by itself.
            whose = arrival.account_id if arrival.account_id is not None else -len(first) - 1
            first.setdefault(whose, arrival.at - sent)
    return sorted(first.values())[:accounts]


# Fifty accounts


async def _side_by_side(running: Serving) -> list[Row]:
    seconds: dict[int, list[float]] = {1: [], MANY: []}
    names = account_names(MANY + 1)
    async with far_broker(MANY + 1, ANSWER_SECONDS) as broker:
        desk = await logged_in(running, broker)
        paths = {
            1: await linked(running, desk, "One", names[:1]),
            MANY: await linked(running, desk, "Many", names[1:]),
        }
        for turn in range(TURNS + 1):
            for accounts, path in paths.items():
                async with alerting(running, path) as alert:
                    sent = await alert("buy")
                    delays = await _arrived(broker, sent, accounts)
                    await at_rest(desk)
                    await alert("close")
                    await at_rest(desk)
                await broker.arrivals()
                if turn:
                    seconds[accounts].append(delays[-1])
    return _side_rows(seconds)


def _side_rows(seconds: dict[int, list[float]]) -> list[Row]:
    one, many = (statistics.median(seconds[count]) for count in (1, MANY))
    served = (many + ANSWER_SECONDS) / (one + ANSWER_SECONDS)
    return [
        Row("alert to one account's order", both(seconds[1])),
        Row(f"alert to the last of {MANY} accounts' orders", both(seconds[MANY])),
        Row(f"{MANY} accounts to one, on the wire", f"{many / one:.2f}"),
        Row(
            f"the same until answered, {1000 * ANSWER_SECONDS:.0f} ms later",
            f"{served:.2f}",
            "at most 2.00",
            served <= 2,
        ),
    ]


# What the sender notices of it


async def _acknowledging(running: Serving) -> list[Row]:
    """Answers to alerts that ten armed links follow, and to some that nobody does, turn about."""
    seconds: dict[bool, list[float]] = {False: [], True: []}
    async with far_broker(ACCOUNTS, ANSWER_SECONDS) as broker:
        desk = await logged_in(running, broker)
        paths = {
            False: await linked(running, desk, "Alone", ()),
            True: await linked(running, desk, "Followed", account_names(ACCOUNTS)),
        }
        for turn in range(2 * ROUNDS):
            is_followed = turn % 2 == 1
            async with alerting(running, paths[is_followed]) as alert:
                for number in range(ALERTS_A_ROUND):
                    sent = await alert("close" if number % 2 else "buy")
                    seconds[is_followed].append(time.monotonic() - sent)
                    await asyncio.sleep(GAP)
            await at_rest(desk)
    return _acknowledging_rows(seconds[False], seconds[True])


def _acknowledging_rows(alone: Sequence[float], followed: Sequence[float]) -> list[Row]:
    ratio = at(followed, 0.5) / at(alone, 0.5)
    return [
        Row("answer to an alert without links", both(alone)),
        Row(f"answer to one with {ACCOUNTS} armed links", both(followed)),
        Row("answers with links to without, p50", f"{ratio:.2f}", "at most 1.10", ratio <= 1.1),
    ]


# What all need


async def logged_in(running: Serving, broker: FarBroker) -> ExecutionDesk:
    """The program's execution, once it knows all accounts of ``broker``."""
    if running.brokers is None:
        raise RuntimeError("the program runs without brokers")
    brokers, desk = await running.brokers.get(), await running.brokers.executions()
    if not isinstance(desk, ExecutionDesk):
        raise TypeError("execution is measured where it is")
    new = NewConnection(
        name=NAME,
        environment=Environment.DEMO,
        credentials=Credentials(user=USER, password=PASSWORD),
        addresses=addresses_at(broker.url),
    )
    _without_budget(brokers, new)
    await brokers.add(new)
    async with asyncio.timeout(_PATIENCE):
        while not brokers.connection(NAME).is_live:  # noqa: ASYNC110  (a moment, once)
            await asyncio.sleep(0.05)
    return desk


def _without_budget(brokers: Brokers, new: NewConnection) -> None:
    """More calls than a broker takes in a minute, so that many alerts can be measured."""
    if new.addresses is not None:
        limits = Limits(hour=_FREE, minute=_FREE)
        brokers._budgets[new.addresses.rest, new.credentials.user] = Budget(limits)


async def linked(
    running: Serving, desk: ExecutionDesk, recorder: str, accounts: Sequence[str]
) -> str:
    """Where to send alerts of a new recorder that is armed on all ``accounts``."""
    made = await running.desk.add_recorder(recorder)
    limits = AccountLimits(minute=None, day=None, repeat_seconds=0)
    for account in accounts:
        key = AccountKey(NAME, account)
        await desk.set_limits(key, limits)
        await desk.add_link(made.id, key, SETTINGS, mode=LinkMode.ARMED)
    await asyncio.sleep(1.5)  # the watch looked once
    return f"/webhook/{made.token}"


async def at_rest(desk: ExecutionDesk) -> None:
    """Wait until no lane has anything to do, and then as long as alerts are apart."""
    await asyncio.sleep(GAP)
    async with asyncio.timeout(_PATIENCE):
        while any(lane.is_busy for lane in desk.lanes):  # noqa: ASYNC110  (nothing tells of it)
            await asyncio.sleep(0.02)
        while desk.state().brakes:  # noqa: ASYNC110  (a loop that was late stops entries a while)
            await asyncio.sleep(0.5)
    await asyncio.sleep(GAP)


class Alerting:
    """A sender that keeps its connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._path = path
        self._number = 0

    async def __call__(self, action: str) -> float:
        """When the last byte of an alert was sent; its answer has come."""
        self._number += 1
        body = (
            f'{{"id":"{id(self)}-{self._number}","action":"{action}","ticker":"MNQ1!",'
            '"quantity":1,"price":"25000"}'
        )
        head = f"POST {self._path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}"
        self._writer.write(f"{head}\r\n\r\n{body}".encode())
        sent = time.monotonic()
        answer = await self._reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in answer.splitlines()[0]:
            raise RuntimeError(f"the alert was not taken: {answer!r}")
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await self._reader.readexactly(length)
        return sent


@asynccontextmanager
async def alerting(running: Serving, path: str) -> AsyncIterator[Alerting]:
    """Send alerts over one connection."""
    parts = urlsplit(running.url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield Alerting(reader, writer, path)
    finally:
        writer.close()


def at(seconds: Sequence[float], share: float) -> float:
    """A percentile, in ms."""
    return 1000 * sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


def both(seconds: Sequence[float]) -> str:
    """Median and p99."""
    return f"p50 {at(seconds, 0.5):.1f} ms, p99 {at(seconds, 0.99):.1f} ms"
