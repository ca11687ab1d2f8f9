"""The whole of execution over fake floors: real desk, lanes and exchange; ledger in memory.

Time is the loop's own: patience is short, so that nothing waits long::

    async with lab() as lab_:
        link = await lab_.link()
        lab_.signal(+1, price="25000")
        await lab_.quiet()
        assert lab_.floor.true_net() == 1
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from justtrades_desktop.app.places import calendar, products
from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.contracts import Catalogue, Product
from justtrades_desktop.domain.errors import NotStored
from justtrades_desktop.domain.exits import NO_EXITS, ExitRules
from justtrades_desktop.domain.links import AccountKey, AccountLimits, Link, LinkMode, LinkSettings
from justtrades_desktop.domain.orders import Decision, Held, Intent
from justtrades_desktop.domain.routing import Step
from justtrades_desktop.domain.signals import Action
from justtrades_desktop.execution.desk import ExecutionDesk
from justtrades_desktop.execution.house import Patience
from justtrades_desktop.execution.ports import Entry, Floor, Kept
from tests.contract.virtual_loop import VirtualLoop
from tests.fakes.fake_floor import FakeFloor, FakeMarket

QUICK: Final = Patience(
    fresh=1.0,
    settle=0.01,
    look=0.05,
    command=0.1,
    doubt=0.05,
    person=0.3,
    moment=0.05,
    protect=0.3,
    again=0.02,
    longest=0.1,
)
SYMBOL: Final = "MNQ1!"


@dataclass(slots=True)
class MemoryLedger:
    """An ``ExecutionLedger`` in memory; ``broken`` refuses to write."""

    links: dict[int, Link] = field(default_factory=dict)
    limits: dict[AccountKey, AccountLimits] = field(default_factory=dict)
    decisions: dict[int, Decision] = field(default_factory=dict)
    intents: dict[str, Intent] = field(default_factory=dict)
    executions: dict[tuple[str, int], Any] = field(default_factory=dict)
    held: dict[tuple[int, int], Held] = field(default_factory=dict)
    memories: dict[tuple[int, str], str] = field(default_factory=dict)
    paused: bool = False
    flattening: tuple[AccountKey, ...] = ()
    broken: bool = False
    written: list[Entry] = field(default_factory=list)

    async def write(self, entry: Entry) -> None:
        await asyncio.sleep(0)
        if self.broken:
            raise NotStored("the disk is full")
        self.written.append(entry)
        self.decisions |= {each.id: each for each in entry.decisions}
        self.intents |= {each.client_id: each for each in entry.intents}
        self.executions |= {(e.key.connection, e.fill_id): e for e in entry.executions}
        for gone in entry.flat:
            self.held.pop(gone, None)
        self.held |= {(each.link_id, each.contract_id): each for each in entry.held}
        self.memories |= {(link, symbol): text for link, symbol, text in entry.memories}

    async def save_link(self, link: Link) -> None:
        self._refuse()
        self.links[link.id] = link

    async def remove_link(self, link_id: int) -> None:
        self._refuse()
        del self.links[link_id]

    async def save_limits(self, key: AccountKey, limits: AccountLimits) -> None:
        self._refuse()
        self.limits[key] = limits

    async def save_paused(self, paused: bool) -> None:
        self._refuse()
        self.paused = paused

    async def save_flattening(self, keys: Sequence[AccountKey]) -> None:
        self._refuse()
        self.flattening = tuple(keys)

    async def load(self) -> Kept:
        decisions = sorted(self.decisions.values(), key=lambda each: -each.id)
        held = [*self.held.values()]
        return Kept(
            links=[*self.links.values()],
            limits=[*self.limits.items()],
            decisions=decisions,
            parked=[each for each in decisions if each.verdict == "parked"],
            intents=[each for each in self.intents.values() if not each.state.is_over],
            absent=[each for each in self.intents.values() if each.state == "absent"],
            parents=[
                each
                for each in self.intents.values()
                if each.state.is_over and each.legs and each.order_id is not None
                if (each.key, each.contract_id) in {(h.key, h.contract_id) for h in held}
            ],
            held=held,
            executions=[*reversed(self.executions.values())],
            known_fills=frozenset(self.executions),
            next_decision=max(self.decisions, default=0) + 1,
            next_link=max(self.links, default=0) + 1,
            paused=self.paused,
            flattening=self.flattening,
            memories=[(link, symbol, text) for (link, symbol), text in self.memories.items()],
        )

    def _refuse(self) -> None:
        if self.broken:
            raise NotStored("the disk is full")


@dataclass(slots=True)
class Signals:
    """A ``SignalSide`` whose positions a test moves."""

    catalogue: Catalogue = field(default_factory=lambda: Catalogue(products()))
    exits: ExitRules = NO_EXITS
    prices: dict[str, Decimal] = field(default_factory=dict)
    positions: dict[tuple[int, str], tuple[int, datetime]] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def exits_of(self, recorder_id: int) -> ExitRules:
        return self.exits

    def name_of(self, recorder_id: int) -> str:
        return f"strategy {recorder_id}"

    def product(self, symbol: str) -> Product | None:
        return self.catalogue.instrument(symbol).product

    def price(self, symbol: str) -> Decimal | None:
        return self.prices.get(symbol)

    def position(self, recorder_id: int, symbol: str) -> tuple[int, datetime] | None:
        found = self.positions.get((recorder_id, symbol))
        return found if found is not None and found[0] else None

    def open_symbols(self, recorder_id: int) -> Sequence[str]:
        return [s for (r, s), (signed, _) in self.positions.items() if r == recorder_id and signed]

    async def last_steps(self, recorder_id: int, count: int) -> Sequence[Step]:
        return [step for step in self.steps if step.recorder_id == recorder_id][-count:]


class LabFloors:
    """All fake floors by key; an unknown one is made, without a connection."""

    def __init__(self, market: FakeMarket) -> None:
        self.market = market
        self.by_key: dict[AccountKey, FakeFloor] = {}

    def add(self, key: AccountKey, environment: Environment = Environment.PAPER) -> FakeFloor:
        floor = FakeFloor(self.market, key, environment=environment)
        self.by_key[key] = floor
        return floor

    def expect(self, key: AccountKey) -> Floor:
        if key not in self.by_key:
            self.add(key).go_away()
        return self.by_key[key]

    def all(self) -> Sequence[Floor]:
        return [*self.by_key.values()]


class Lab:
    """``desk`` over ``floors``, with one account to begin with."""

    KEY: Final = AccountKey("paper", "SIM1")

    def __init__(self, *, patience: Patience = QUICK, **exchange: Any) -> None:
        self.market = FakeMarket(**exchange)
        self.floors = LabFloors(self.market)
        self.ledger = MemoryLedger()
        self.signals = Signals()
        self.patience = patience
        self.floor = self.floors.add(self.KEY)
        # Tests trade faster than anybody: repeats are a test of their own.
        self.ledger.limits[self.KEY] = AccountLimits(repeat_seconds=0, minute=None, day=None)
        self.told: list[object] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self.offset = timedelta(0)
        self._signal = 0
        self.desk = self._desk()

    def _desk(self) -> ExecutionDesk:
        return ExecutionDesk(
            ledger=self.ledger,
            floors=self.floors,
            signals=self.signals,
            spawn=self._spawn,
            unspawn=self._unspawn,
            publish=self.told.append,
            clock=self.clock,
            calendar=calendar(),
            patience=self.patience,
        )

    def clock(self) -> datetime:
        loop = asyncio.get_running_loop()
        now = loop.clock() if isinstance(loop, VirtualLoop) else datetime.now(UTC)
        return now + self.offset

    def _spawn(self, name: str, service: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await service()

        self.tasks[name] = asyncio.create_task(run(), name=name)

    async def _unspawn(self, name: str) -> None:
        task = self.tasks.pop(name)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    async def start(self) -> None:
        await self.desk.start()
        self.desk.look_after()

    async def crash(self) -> None:
        """End without a word, as kill -9 does; what the ledger has is all that is left."""
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        self.tasks.clear()

    async def restart(self) -> None:
        """After :meth:`crash`: a new desk over what the ledger has and the broker says."""
        self.desk = self._desk()
        await self.start()

    # A trader's doings

    async def link(
        self,
        *,
        key: AccountKey | None = None,
        recorder_id: int = 1,
        mode: LinkMode = LinkMode.ARMED,
        **settings: Any,
    ) -> Link:
        made = await self.desk.add_link(
            recorder_id, key or self.KEY, LinkSettings(**settings), mode=mode
        )
        await asyncio.sleep(0)  # it listens from here on
        return made

    def signal(
        self,
        to: int,
        *,
        price: str | None = "25000",
        recorder_id: int = 1,
        symbol: str = SYMBOL,
        action: Action = Action.TARGET,
        source: str = "alert",
        ago: float = 0.0,
        way: int = 0,
        **more: Any,
    ) -> Step:
        """The signal position of a recorder goes to ``to`` contracts."""
        self._signal += 1
        at = self.clock() - timedelta(seconds=ago)
        before = self.signals.positions.get((recorder_id, symbol), (0, at))[0]
        self.signals.positions[recorder_id, symbol] = to, at
        if price is not None:
            self.signals.prices[symbol] = Decimal(price)
        step = Step(
            signal_id=self._signal,
            recorder_id=recorder_id,
            symbol=symbol,
            before=before,
            after=to,
            at=at,
            action=action,
            source=source,
            way=way,
            price=None if price is None else Decimal(price),
            **more,
        )
        self.signals.steps.append(step)
        self.desk.hear(step)
        return step

    def tick(self, *prices: str) -> None:
        """The market trades, at the broker and in the window."""
        for price in prices:
            self.market.tick(price)
            self.signals.prices[SYMBOL] = Decimal(price)
            self.desk.price(SYMBOL, Decimal(price))

    async def quiet(self, seconds: float = 3.0) -> None:
        """Until every link and lane has come to rest."""
        ends = asyncio.get_running_loop().time() + seconds
        calm = 0
        while calm < 3:
            await asyncio.sleep(0.01)
            calm = 0 if self._is_busy() else calm + 1
            if asyncio.get_running_loop().time() > ends:
                raise AssertionError(f"it does not come to rest: {self._busy_lanes()}")

    def _is_busy(self) -> bool:
        waiting = any(f._steps.qsize() for f in self.desk.book._following.values())
        return waiting or bool(self._busy_lanes())

    def _busy_lanes(self) -> list[Any]:
        return [lane.state for lane in self.desk.lanes if lane.is_busy]

    # What one sees

    def decisions(self) -> list[Decision]:
        """Of links, oldest first."""
        return [d for d in reversed(self.desk.records.decisions()) if d.link_id is not None]

    def working(self) -> list[tuple[str, int, str | None]]:
        """Living orders at the broker: kind, quantity, price or stop price; sorted."""
        return sorted(
            (
                str(row["orderType"]),
                row["orderQty"],
                _price(row.get("price") if row.get("price") is not None else row.get("stopPrice")),
            )
            for row in self.floor.true_working()
        )


def _price(value: Any) -> str | None:
    return None if value is None else f"{Decimal(str(value)).normalize():f}"


@asynccontextmanager
async def lab(**settings: Any) -> AsyncIterator[Lab]:
    """A lab that has started; everything of it is over afterwards."""
    made = Lab(**settings)
    await made.start()
    try:
        yield made
    finally:
        await made.crash()
