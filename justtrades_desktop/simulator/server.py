"""The simulator as a server on this machine: REST, user socket, market data, control."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from aiohttp import web

from justtrades_desktop.domain.broker import Addresses
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.simulator import rest, sockets
from justtrades_desktop.simulator.calls import Calls
from justtrades_desktop.simulator.control import Control
from justtrades_desktop.simulator.delivery import Delivery
from justtrades_desktop.simulator.exchange import Event, Exchange, NotThere
from justtrades_desktop.simulator.faults import Counted, Fault, FaultKind, FaultPlan
from justtrades_desktop.simulator.limits import Clock
from justtrades_desktop.simulator.link import GOING_AWAY, Link
from justtrades_desktop.simulator.market_socket import Market, MarketTalk
from justtrades_desktop.simulator.script import Script, Tick
from justtrades_desktop.simulator.server_settings import ServerSettings
from justtrades_desktop.simulator.sessions import People, Session, Sessions
from justtrades_desktop.simulator.tape import Tape
from justtrades_desktop.simulator.user_socket import UserTalk

_SHUTDOWN_SECONDS: Final = 1.0

log = logging.getLogger(__name__)


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


class Server:
    """One simulated broker: put prices in with :meth:`trade`, faults with :meth:`add_fault`.

    Nothing is shared between servers. With the same ``seed``, clock and calls, answers and faults
    are the same. ``exchange`` must use the same clock.
    """

    def __init__(
        self,
        exchange: Exchange,
        *,
        seed: int = 0,
        clock: Clock = now,
        settings: ServerSettings | None = None,
        faults: FaultPlan | None = None,
        script: Script | None = None,
    ) -> None:
        self.exchange = exchange
        self.settings = settings or ServerSettings()
        self.faults = faults or FaultPlan()
        self._clock = clock
        self._script = script or Script()
        chance = random.Random(seed)  # noqa: S311  (to be repeated; it listens on this machine)
        self.sessions = Sessions(
            People(user_of=exchange.user_of, names=lambda: exchange.users),
            clock=clock,
            chance=chance,
            settings=self.settings,
            evicted=self._evicted,
        )
        self._calls = Calls(
            exchange,
            self.sessions,
            self.faults,
            clock=clock,
            chance=chance,
            settings=self.settings,
            before=self._follow_script,
            strike=self._strike,
        )
        self._delivery = Delivery(
            self.faults, tell=self._tell, strike=self._strike, users=lambda: exchange.users
        )
        self._tape = Tape(seed=seed)
        ids = itertools.count(1)
        self._market = Market(
            exchange=exchange,
            tape=self._tape,
            clock=clock,
            next_id=lambda: next(ids),
            without=self.settings.without_market_data,
        )
        self._users: dict[Link, UserTalk] = {}
        self._markets: dict[Link, MarketTalk] = {}
        self._ends: list[Callable[[], None]] = []
        self._pulse: asyncio.TimerHandle | None = None
        self._runner: web.AppRunner | None = None
        self._started = clock()
        self.url = ""

    # Life

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen (0: on any free port); the base address, as ``http://127.0.0.1:PORT``.

        Raises:
            UserError: the address cannot be had.
        """
        runner = web.AppRunner(
            self._application(),
            access_log=None,  # it would hold the tokens of nobody, but many lines
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            await runner.cleanup()
            raise UserError(
                f"The simulator cannot listen on {host}:{port}: {error.strerror}",
                "Choose another port with --port (0 takes any free one).",
            ) from error
        self._runner = runner
        bound_host, bound_port = runner.addresses[0][:2]
        shown = f"[{bound_host}]" if ":" in bound_host else bound_host
        self.url = f"http://{shown}:{bound_port}"
        self._begin()
        return self.url

    async def stop(self) -> None:
        """Close every socket and listen no more; the exchange stays as it is."""
        for end in self._ends:
            end()
        self._ends.clear()
        self._delivery.stop()
        if self._pulse is not None:
            self._pulse.cancel()
        for link in self._links():
            if link.is_mute:
                link.cut()
            else:
                link.close(GOING_AWAY, "Going away")
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def addresses(self) -> Addresses:
        """Where clients connect to."""
        socket = self.url.replace("http://", "ws://", 1)
        return Addresses(
            rest=f"{self.url}/v1",
            user=f"{socket}/v1/websocket",
            market=f"{socket}/md/v1/websocket",
        )

    # Prices and faults

    def trade(self, symbol: str, price: Decimal | str, size: int | None = None) -> None:
        """A trade in ``symbol``; the same as ``exchange.tick``."""
        self.exchange.tick(symbol, price, size)

    def add_fault(self, fault: Fault) -> None:
        """Arm ``fault``, or let it strike now if it counts nothing."""
        if fault.counts is not Counted.NOW:
            self.faults.add(fault)
            return
        self.faults.note(fault)
        self._strike(fault, fault.user)

    def advance(self) -> None:
        """Do what is due by the clock and the script; it happens by itself while listening."""
        self._follow_script()
        self.exchange.advance()

    def _follow_script(self) -> None:
        """Do the steps that are due; it is asked before each call, whose fault it may bring."""
        elapsed = (self._clock() - self._started).total_seconds()
        for step in self._script.due(elapsed, self.faults.calls + 1):
            if step.fault is not None:
                self.add_fault(step.fault)
            for tick in step.ticks:
                try:
                    self._trade(tick)
                except NotThere:
                    log.warning("the script names a contract that is not there: %s", tick.symbol)

    def _trade(self, tick: Tick) -> None:
        self.exchange.tick(tick.symbol, tick.price, tick.size)

    def _begin(self) -> None:
        self._started = self._clock()
        self._ends = [
            self.exchange.subscribe(self._delivery.take),
            self.exchange.watch(self._moved),
        ]
        self._beat()

    def _beat(self) -> None:
        # The next one first: should this one fail, the loop says so, and time goes on.
        loop = asyncio.get_running_loop()
        self._pulse = loop.call_later(self.settings.pulse, self._beat)
        self.advance()

    def _moved(self, contract_id: int) -> None:
        quote = self.exchange.quote(contract_id)
        if quote is None:
            return
        trade = quote["entries"].get("Trade")
        if trade is not None:
            price, size = Decimal(str(trade["price"])), int(trade.get("size") or 1)
            self._tape.record(contract_id, self._clock(), price, size)
        for talk in self._markets.values():
            talk.moved(contract_id)

    # Sockets

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=rest.LARGEST_BODY)
        app.router.add_get("/v1/websocket", self._user_socket)
        app.router.add_get("/md/v1/websocket", self._market_socket)
        app.router.add_route("*", "/v1/{path:.+}", self._rest)
        if self.settings.control:
            control = Control(
                self.exchange,
                self.sessions,
                self.faults,
                add=self.add_fault,
                trade=self._trade,
            )
            app.router.add_route("*", "/simulator/{what}", control.answer)
        return app

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        return await rest.answer(request, self._calls, self.sessions)

    async def _user_socket(self, request: web.Request) -> web.StreamResponse:
        socket, link = await self._opened(request, market=False)
        talk = self._users[link] = UserTalk(link, self._calls.do_usual)
        try:
            incoming = self._incoming(request, self.sessions.by_token)
            await sockets.serve(socket, link, talk, incoming)
        finally:
            del self._users[link]
        return socket

    async def _market_socket(self, request: web.Request) -> web.StreamResponse:
        socket, link = await self._opened(request, market=True)
        talk = self._markets[link] = MarketTalk(link, self._market)
        try:
            incoming = self._incoming(request, self.sessions.by_market_token)
            await sockets.serve(socket, link, talk, incoming)
        finally:
            del self._markets[link]
        return socket

    async def _opened(
        self, request: web.Request, *, market: bool
    ) -> tuple[web.WebSocketResponse, Link]:
        socket = await sockets.open_socket(request)
        link = Link(socket, market=market, heartbeat=self.settings.heartbeat)
        link.use(request.transport)
        return socket, link

    def _incoming(
        self, request: web.Request, whose: Callable[[str], Session | int]
    ) -> sockets.Incoming:
        return sockets.Incoming(
            calls=self._calls, settings=self.settings, whose=whose, address=request.remote or ""
        )

    def _links(self) -> list[Link]:
        return [*self._users, *self._markets]

    def _tell(self, event: Event) -> None:
        for talk in self._users.values():
            if talk.hears(event):
                talk.tell(event)

    # Faults that are about sockets

    def _evicted(self, session: Session) -> None:
        for link in self._links():
            if link.session is session:
                link.shut_down("ConnectionQuotaReached")

    def _strike(self, fault: Fault, user: str) -> None:
        """Let ``fault`` happen to the sockets of ``user``, empty: to everybody's."""
        if fault.kind is FaultKind.EVICTION:
            for id_, name in self.exchange.users.items():
                if user in ("", name):
                    self.sessions.evict_oldest(id_)
            return
        for link in self._links():
            name = "" if link.session is None else link.session.name
            kind = "market" if link.market else "user"
            if user in ("", name) and fault.socket in ("", kind):
                _strike(link, fault)


def _strike(link: Link, fault: Fault) -> None:
    match fault.kind:
        case FaultKind.HALF_OPEN:
            link.mute()
        case FaultKind.NO_HEARTBEATS:
            link.stop_heartbeats()
        case FaultKind.SHUTDOWN:
            link.shut_down(fault.reason)
        case FaultKind.CUT:
            link.cut()
        case _:
            pass
