"""Start and stop in order: the ledger, the listener, then everything that may fail without harm."""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import math
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from justtrades_desktop import __version__
from justtrades_desktop.app.brokers_soon import BrokersSoon
from justtrades_desktop.app.control import Control
from justtrades_desktop.app.feeds import Feeds
from justtrades_desktop.app.instance import Card, leave_card, owning
from justtrades_desktop.app.pulse import Pulse
from justtrades_desktop.app.supervisor import Supervisor
from justtrades_desktop.app.wiring import Core, open_core, utc_now
from justtrades_desktop.domain.events import LedgerFailed, LedgerRecovered, SignalRecorded
from justtrades_desktop.listener.gate import Gate
from justtrades_desktop.listener.server import Listener
from justtrades_desktop.trading.desk import Desk

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8787
_SETTLE_SECONDS: Final = 0.4  # a crash may lose at most the last second of ticks
_DRAW_SECONDS: Final = 0.2  # how often P&L paths grow
_BEAT_SECONDS: Final = 60
_SLICE: Final = 64  # positions at once, a few milliseconds of work


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a start is given."""

    data_dir: Path
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    allowed_hosts: tuple[str, ...] = ()
    brokers: bool = True


@dataclass(slots=True)
class Health:
    """How the parts are, for ``/health`` and the status bar."""

    core: Core
    pulse: Pulse
    last_signal_at: datetime | None
    ledger_trouble: str | None = None
    settled_at: datetime | None = field(default=None)

    @property
    def database_seconds(self) -> float | None:
        """How long the last commit took."""
        return self.core.store.last_commit_seconds

    def report(self) -> dict[str, Any]:
        """The body of ``/health``; no secret, no name of a recorder."""
        age = None
        if self.last_signal_at is not None:
            age = round((utc_now() - self.last_signal_at).total_seconds(), 3)
        latency = self.database_seconds
        return {
            "status": "ok" if self.ledger_trouble is None else "trouble",
            "trouble": self.ledger_trouble,
            "version": __version__,
            "uptime_seconds": round(self.pulse.uptime, 3),
            "signals_stored": self.core.desk.signals_stored,
            "last_signal_age_seconds": age,
            "loop_lag_ms": round(self.pulse.worst * 1000, 3),
            "database_latency_ms": None if latency is None else round(latency * 1000, 3),
        }


@dataclass(frozen=True, slots=True)
class Serving:
    """A running JustTrades."""

    config: Config
    url: str
    desk: Desk
    health: Health
    supervisor: Supervisor
    feeds: Feeds
    brokers: BrokersSoon | None
    """None where the start asks for none."""


@asynccontextmanager
async def serving(
    config: Config, *, show: Callable[[], bool] = lambda: False
) -> AsyncIterator[Serving]:
    """Run the listener over the ledger in ``config.data_dir`` while inside.

    ``show`` is called when a second start asks for the window; False where there is none.

    Raises:
        Occupied: another process runs on this folder.
        UserError: the ledger or the address cannot be had.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(owning(config.data_dir))
        core = await stack.enter_async_context(open_core(config.data_dir))
        supervisor = Supervisor()
        stack.push_async_callback(supervisor.close)
        health = Health(core, Pulse(), core.last_signal_at)
        _follow(health)
        gate = Gate(loopback=_is_loopback(config.host), allowed_hosts=config.allowed_hosts)
        listener = Listener(core.desk, gate, clock=utc_now, health=health.report)
        core.desk.end_sessions()  # before any alert can add to what is over
        stack.callback(core.desk.beat)
        url = await listener.start(config.host, config.port)
        stack.push_async_callback(listener.stop)
        feeds = Feeds(core.desk.tick, supervisor)
        brokers = (
            BrokersSoon(core.desk, core.store, supervisor, folder=config.data_dir)
            if config.brokers
            else None
        )
        if brokers is not None:
            stack.push_async_callback(brokers.stop)
        control = Control(core.desk, feeds, brokers, show=show, executions=brokers)
        address = await control.start()
        stack.push_async_callback(control.stop)
        leave_card(config.data_dir, Card(os.getpid(), url, address, control.secret))
        _calm_collector()
        _share_the_interpreter()
        supervisor.start("pulse", health.pulse.beat)
        supervisor.start("connections", listener.watch)
        supervisor.start("marks", lambda: _keep_marks(core.desk, health))
        supervisor.start("paths", lambda: _keep_paths(core.desk))
        supervisor.start("sum of paths", lambda: _add_up_paths(core.desk))
        supervisor.start("sessions", lambda: _end_sessions(core.desk))
        supervisor.start("results", core.load_results)
        if brokers is not None:
            brokers.begin()
        yield Serving(config, url, core.desk, health, supervisor, feeds, brokers)


def _calm_collector() -> None:
    """Leave what was made by the start out of every later garbage collection.

    An alert makes a few hundred objects, hardly any of them in a cycle. By default each two
    thousand alerts would have all modules, widgets and tables walked through: a pause of 50 ms
    and more in the middle of acknowledging.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def _share_the_interpreter() -> None:
    """Let neither the loop nor the ledger's thread keep the other waiting for 5 ms at a time.

    Painting gives the interpreter away at every call into Qt and has to win it back each time.
    """
    sys.setswitchinterval(0.0005)


async def _in_slices(work: Callable[[int], None], desk: Desk, cycle: float) -> None:
    """Have ``work`` come round to every open position once in ``cycle`` seconds.

    It is told how many to take at a time: a thousand of them at once would hold up the listener.
    """
    while True:
        count = desk.book.live_count
        slices = max(1, math.ceil(count / _SLICE))
        await asyncio.sleep(cycle / slices)
        work(math.ceil(count / slices) + 1)


async def _keep_marks(desk: Desk, health: Health) -> None:
    def settle(most: int) -> None:
        desk.settle_marks(most=most)
        health.settled_at = utc_now()

    await _in_slices(settle, desk, _SETTLE_SECONDS)


async def _keep_paths(desk: Desk) -> None:
    await _in_slices(lambda most: desk.draw_paths(most=most), desk, _DRAW_SECONDS)


async def _add_up_paths(desk: Desk) -> None:
    while True:
        await asyncio.sleep(_DRAW_SECONDS)
        desk.add_up_paths()


async def _end_sessions(desk: Desk) -> None:
    while True:
        for _ in range(_BEAT_SECONDS):
            desk.end_sessions()
            await asyncio.sleep(1)
        desk.beat()


def _follow(health: Health) -> None:
    def recorded(event: SignalRecorded) -> None:
        health.last_signal_at = event.signal.alert.received_at

    def failed(event: LedgerFailed) -> None:
        health.ledger_trouble = event.reason

    def recovered(_: LedgerRecovered) -> None:
        health.ledger_trouble = None

    bus = health.core.desk.bus
    bus.subscribe(SignalRecorded, recorded)
    bus.subscribe(LedgerFailed, failed)
    bus.subscribe(LedgerRecovered, recovered)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
