"""A lab that is watched: it may be killed at every step, and its clock is the loop's own.

It runs on a :class:`~tests.contract.virtual_loop.VirtualLoop`, where waiting costs nothing.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.links import AccountKey, AccountLimits
from justtrades_desktop.domain.orders import Way
from justtrades_desktop.execution.house import Patience
from tests.contract.virtual_loop import VirtualLoop, here
from tests.fakes.execution_lab import Lab, LabFloors
from tests.fakes.execution_points import PointedFloor, PointedLedger, Points
from tests.fakes.execution_witness import Witness
from tests.fakes.fake_floor import FakeFloor, FakeMarket

T = TypeVar("T")
_FLOWS: Final = 1e-6
"""Seconds of one turn of the loop: time flows, also for whoever waits for a moment that is now."""
FREE: Final = AccountLimits(repeat_seconds=0, minute=None, day=None)
"""No caps: they are a test of their own."""
MOST_CALLS: Final = 3000
"""Of a schedule: more is a program that does not come to rest."""


class _Alone(selectors.DefaultSelector):
    """Nobody else can wake the loop, so nothing is asked of the system but the time to jump."""

    def __init__(self, loop: QuickLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for ever")
        self._loop.jump(max(0.0, timeout) + _FLOWS)
        return []


class QuickLoop(VirtualLoop):
    """A virtual loop for what has neither sockets nor threads."""

    def __init__(self) -> None:
        self._virtual = 0.0
        self.jumps = 0
        asyncio.SelectorEventLoop.__init__(self, _Alone(self))


def quickly(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` on a loop of its own, and close it."""
    with asyncio.Runner(loop_factory=QuickLoop) as runner:
        return runner.run(main)


class PointedFloors(LabFloors):
    """Floors that tell a witness."""

    def __init__(self, market: FakeMarket, points: Points, witness: Witness) -> None:
        super().__init__(market)
        self._points = points
        self._witness = witness

    def add(self, key: AccountKey, environment: Environment = Environment.PAPER) -> FakeFloor:
        floor = PointedFloor(self.market, key, environment=environment)
        floor.points = self._points
        floor.heard, floor.sending = self._witness.heard, self._witness.sending
        floor.after = self._witness.settled
        self._witness.know(floor)
        self.by_key[key] = floor
        return floor


class World(Lab):
    """A :class:`Lab` with a witness, killed by ``points``; real patience: time costs nothing."""

    def __init__(self, **exchange: Any) -> None:
        super().__init__(patience=Patience(), **exchange)
        self.market = FakeMarket(**exchange)
        self.points = Points()
        self.pointed = PointedLedger(self.points)
        self.ledger = self.pointed
        self.witness = Witness(self.market, self.pointed)
        self.pointed.wrote = self.witness.wrote
        self.floors = PointedFloors(self.market, self.points, self.witness)
        self.kills: list[str] = []
        self.trades: str | None = None
        """The price at which the market trades once a second; None: only at ticks."""
        self.floor = self.account(self.KEY)
        self.desk = self._desk()
        self._watching: asyncio.Task[None] | None = None

    def clock(self) -> datetime:
        return here().clock() + self.offset

    def account(self, key: AccountKey) -> FakeFloor:
        """One more account, without caps."""
        self.ledger.limits[key] = FREE
        return self.floors.add(key)

    async def start(self) -> None:
        await super().start()
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        """What a program does once a second; one that is dead is started again at once."""
        while True:
            await asyncio.sleep(1.0)
            self.market.wait(seconds=1)
            if self.trades is not None:
                self.market.tick(self.trades)
            for floor in self.floors.by_key.values():
                self.witness.settled(floor)
            if not self.points.is_dead:
                self.desk.look_after()

    def do(self, name: str, service: Callable[[], Awaitable[None]]) -> None:
        """Begin what a person asks for; it is killed with the program."""
        self._spawn(name, service)

    def tick(self, *prices: str) -> None:
        super().tick(*prices)
        for floor in self.floors.by_key.values():
            self.witness.settled(floor)

    def by_hand(self, floor: FakeFloor, way: Way, quantity: int) -> None:
        """Somebody else trades."""
        self.witness.disturbed.add(floor.key)
        self.witness.strangers.add(floor.key)
        floor.by_hand(way, quantity)

    async def kill(self) -> None:
        """kill -9, and the next start over what lies on disk and what the broker says."""
        self.points.is_dead = True
        self.kills.append(self.points.passed[-1] if self.points.passed else "")
        self.witness.log.append("KILLED")
        await self.crash()
        self.points.revive()
        for floor in self.floors.by_key.values():
            if not floor.down:
                floor.go_down()
                floor.come_up()
        await self.restart()

    async def rest(self, seconds: float = 600.0) -> None:
        """Until everything has come to rest; a program that is killed meanwhile starts again."""
        ends, calm = here().time() + seconds, 0
        while calm < 3:
            await asyncio.sleep(0.25)
            if self.points.is_dead:
                await self.kill()
            calm = 0 if self._is_busy() or self._is_owed() else calm + 1
            if here().time() > ends or self.witness.calls > MOST_CALLS:
                raise AssertionError(f"it does not come to rest: {self._busy_lanes()}")
        self.desk.look_after()

    def _is_owed(self) -> bool:
        flattening = any(not each.over for each in self.desk.state().flattening)
        return bool(self.desk.records._owed) or flattening

    async def end(self) -> None:
        """Everything of it is over."""
        if self._watching is not None:
            self._watching.cancel()
        self.points.is_dead = True
        await self.crash()


@asynccontextmanager
async def world(**settings: Any) -> AsyncIterator[World]:
    """A world that has started."""
    made = World(**settings)
    await made.start()
    try:
        yield made
    finally:
        await made.end()


def walked(price: Decimal, ticks: int) -> str:
    """``price`` so many ticks further, as text."""
    return f"{price + ticks * Decimal('0.25'):f}"
