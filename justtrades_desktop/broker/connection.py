"""One login at the broker with all that belongs to it: orders, quotes, and how it is."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from justtrades_desktop.broker.answers import Trouble
from justtrades_desktop.broker.asking import Asking
from justtrades_desktop.broker.budget import Budget
from justtrades_desktop.broker.contracts import Contracts, Unresolved
from justtrades_desktop.broker.entities import Entity
from justtrades_desktop.broker.entrance import Entrance
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.link import Link
from justtrades_desktop.broker.login import Session
from justtrades_desktop.broker.market_stream import MarketStream, OnPrice
from justtrades_desktop.broker.mirror import Mirror
from justtrades_desktop.broker.orders import Orders
from justtrades_desktop.broker.reads import Reads
from justtrades_desktop.broker.reconnect import Backoff, ConnectQueue, Holds, Now
from justtrades_desktop.broker.socket import Timing
from justtrades_desktop.broker.user_stream import UserStream
from justtrades_desktop.domain.broker import (
    Addresses,
    AuditTrail,
    BrokerChanged,
    BrokerOrder,
    BrokerPosition,
    BrokerState,
    Environment,
    Light,
    LinkState,
    ResolvedContract,
)
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.ports import Clock

log = logging.getLogger(__name__)

Heard = Callable[[int | None], None]
"""Told of each change at once, with the id of the account it is about; None is all of them."""

_GATHER: Final = 0.05  # seconds in which changes are told once
_ASK_AGAIN: Final = 60.0  # and a contract that could not be looked up is asked for again
_PRICES_APART: Final = 1.0  # and so are new prices of what is held


class Connection:
    """Keeps both sockets up while :meth:`run` runs, and says at any time what it knows.

    ``orders``, ``reads`` and ``contracts`` are what a trader does and asks; ``mirror`` is what the
    broker holds.
    """

    def __init__(
        self,
        name: str,
        environment: Environment,
        addresses: Addresses,
        *,
        session: Session,
        http: Http,
        budget: Budget,
        audit: AuditTrail,
        clock: Clock,
        on_change: Callable[[BrokerChanged], object],
        on_price: OnPrice,
        queue: ConnectQueue | None = None,
        timing: Timing | None = None,
        now: Now = time.monotonic,
        product_of: Callable[[str], Product | None] = lambda _: None,
        price_known: Callable[[int], Decimal | None] = lambda _: None,
    ) -> None:
        """``queue`` is the one of all connections; ``product_of`` our table, to compare with.
        ``price_known`` is the last trade of a contract where somebody knows it before the quotes.

        ``on_change`` is called at most 20 times a second, ``on_price`` for every trade of what is
        watched. ``http`` belongs to the caller, who closes it.
        """
        self.name = name
        self.environment = environment
        self.session = session
        self.http = http
        self.reads = Reads(http)
        self.orders = Orders(http, self.reads)
        self.contracts = Contracts(self.reads, clock=clock)
        self.mirror = Mirror(self._unreadable)
        self.catch_up_seconds: float | None = None
        """How long it took last time from beginning to connect to knowing the true state."""
        self._budget = budget
        self._clock = clock
        self._now = now
        self._on_change = on_change
        self._on_price = on_price
        self._product_of = product_of
        self._price_known = price_known
        self._holds = Holds(now=now, locked=lambda: budget.locked_for)
        self._listeners: list[Heard] = []
        self._news = asyncio.Event()
        self._strange = asyncio.Event()
        self._looked_up: set[int] = set()
        self._priced_at = now()
        self._connecting_at = now()
        self._synced_at: datetime | None = None
        self._last_error = ""
        self._last_error_at: datetime | None = None
        self._joined_version = -1
        self._positions: tuple[BrokerPosition, ...] = ()
        self._working: tuple[BrokerOrder, ...] = ()
        entrance = Entrance(
            session=session,
            web=http.web,
            asking=Asking(
                connection=name, budget=budget, audit=audit, masks=http.masks, clock=clock
            ),
            clock=clock,
            timing=timing or Timing(),
        )
        queue = queue or ConnectQueue()
        self._orders_link = self._link(queue, self._orders_link_changed)
        self._market_link = self._link(queue, self.touch)
        self._user = UserStream(
            addresses.user,
            entrance=entrance,
            mirror=self.mirror,
            on_connecting=self._connecting,
            on_synced=self._synced,
            on_change=lambda data: self._mirror_changed(self.mirror.account_of(data)),
        )
        self._market = MarketStream(
            addresses.market,
            entrance=entrance,
            resolve=self._resolve,
            on_price=self._price,
            on_change=self.touch,
        )

    async def run(self) -> None:
        """Keep everything up until cancelled; a service."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for work in (
                    self.session.run(),
                    self._orders_link.keep_up(self._user.live),
                    self._market_link.keep_up(self._market.live),
                    self._tell(),
                    self._look_up(),
                ):
                    tasks.create_task(work)
        finally:
            self._on_change(BrokerChanged(self.name))

    def try_now(self) -> None:
        """A person wants it now: nothing is waited out but a lockout."""
        self.session.try_again()
        self._holds.release()
        self._orders_link.try_now()
        self._market_link.try_now()
        self._market.try_now()

    def watch(self, symbol: str) -> None:
        """Tell prices of ``symbol``, until as many :meth:`unwatch`."""
        self._market.watch(symbol)

    def unwatch(self, symbol: str) -> None:
        """One who watched does no more."""
        self._market.unwatch(symbol)

    def touch(self) -> None:
        """Something about it is new: tell it soon."""
        self._news.set()

    def listen(self, heard: Heard) -> Callable[[], None]:
        """Call ``heard`` at once whenever an event or a sync was news, or the orders link is
        another; the result ends that."""
        self._listeners.append(heard)

        def leave() -> None:
            if heard in self._listeners:
                self._listeners.remove(heard)

        return leave

    def learnt(self, account_id: int, *found: Entity) -> None:
        """Work in what was asked for, and tell it like an event."""
        before = self.mirror.version
        self.mirror.see(*found)
        if self.mirror.version != before:
            self._mirror_changed(account_id)

    # How it is

    @property
    def is_live(self) -> bool:
        """Whether the mirror is being kept true now: a link is up only once it has synced."""
        return self._orders_link.light is Light.UP and self.mirror.synced

    @property
    def orders_link(self) -> LinkState:
        """How the socket of orders is."""
        return self._orders_link.state

    @property
    def market_link(self) -> LinkState:
        """How the socket of quotes is, and what is watched there."""
        return self._market_state()

    def price_of(self, contract_id: int) -> Decimal | None:
        """The last trade of a contract; where only quotes know it, None while the link is down."""
        known = self._price_known(contract_id)
        if known is not None:
            return known
        quote = self._market.quotes.get(contract_id)
        up = self._market_link.state.light is Light.UP
        return quote.last if quote is not None and up else None

    async def resolve(self, symbol: str) -> ResolvedContract | Unresolved:
        """What ``symbol`` is traded as, compared with our table; somebody waits for it."""
        return await self.contracts.resolve(symbol, self._product_of(symbol))

    def state(self) -> BrokerState:
        """All that is known of it now."""
        tokens = self.session.tokens
        positions, working = self._joined()
        return BrokerState(
            name=self.name,
            environment=self.environment,
            user=tokens.name or tokens.login,
            orders=self._orders_link.state,
            market=self._market_state(),
            budget=self._budget.state(),
            token_expires=tokens.expires,
            password_expires=tokens.password_expires,
            last_error=self._last_error,
            last_error_at=self._last_error_at,
            synced_at=self._synced_at,
            accounts=self.mirror.accounts(self.price_of),
            positions=positions,
            working=working,
            contracts=self.contracts.known(),
        )

    def _joined(self) -> tuple[tuple[BrokerPosition, ...], tuple[BrokerOrder, ...]]:
        version = self.mirror.version
        if self._joined_version != version:
            self._positions, self._working = self.mirror.positions(), self.mirror.working()
            self._joined_version = version
        return self._positions, self._working

    def _market_state(self) -> LinkState:
        state = self._market_link.state
        if state.light is not Light.UP:
            return state
        said = "; ".join(dict.fromkeys(self._market.trouble.values()))
        settled, watched = self._market.settled, self._market.watched
        if settled < watched:
            progress = f"{settled} of {watched} instruments"
            said = f"{progress}; {said}" if said else progress
            return replace(state, light=Light.CONNECTING, said=said)
        return replace(state, light=Light.TROUBLE if self._market.blind else Light.UP, said=said)

    # What happens

    def _link(self, queue: ConnectQueue, on_change: Callable[[], None]) -> Link:
        return Link(
            queue=queue,
            holds=self._holds,
            backoff=Backoff(now=self._now),
            clock=self._clock,
            now=self._now,
            on_change=on_change,
            on_trouble=self._trouble,
        )

    def _trouble(self, said: str) -> None:
        self._last_error, self._last_error_at = said, self._clock()

    def _unreadable(self, said: str) -> None:
        log.warning("%s: the broker sent what cannot be read: %s", self.name, said)
        self._trouble(f"the broker sent what cannot be read, and it is left out: {said}")
        self.touch()

    def _connecting(self) -> None:
        self._connecting_at = self._now()

    def _synced(self) -> None:
        self._synced_at = self._clock()
        self.catch_up_seconds = self._now() - self._connecting_at
        self._looked_up.clear()
        self._mirror_changed()

    def _orders_link_changed(self) -> None:
        self.touch()
        self._hear(None)

    def _mirror_changed(self, account_id: int | None = None) -> None:
        self._news.set()
        self._strange.set()
        self._hear(account_id)

    def _hear(self, account_id: int | None) -> None:
        for heard in tuple(self._listeners):
            heard(account_id)

    def _price(self, symbol: str, price: Decimal, at: datetime) -> None:
        self._on_price(symbol, price, at)
        # Open P&L moved too: once a second is enough for a table of accounts.
        if self._now() - self._priced_at >= _PRICES_APART and self._joined()[0]:
            self._priced_at = self._now()
            self.touch()

    async def _resolve(self, symbol: str) -> ResolvedContract | Unresolved:
        product = self._product_of(symbol)
        return await self.contracts.resolve(symbol, product, background=True)

    async def _tell(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            self._on_change(BrokerChanged(self.name))
            await asyncio.sleep(_GATHER)

    async def _look_up(self) -> None:
        """Contracts that an event named and no sync explained: each once, a failed one later."""
        while True:
            await self._strange.wait()
            await asyncio.sleep(_GATHER)
            self._strange.clear()
            failed = False
            for contract_id in sorted(self.mirror.unknown_contracts() - self._looked_up):
                self._looked_up.add(contract_id)
                failed |= not await self._look_up_contract(contract_id)
            if failed:
                await self._pause_look_ups()

    async def _pause_look_ups(self) -> None:
        """What failed may have failed in passing: try everything again, but not at once."""
        await asyncio.sleep(_ASK_AGAIN)
        self._looked_up.clear()
        self._strange.set()

    async def _look_up_contract(self, contract_id: int) -> bool:
        """Whether that was learnt which can be."""
        contract = await self.reads.contract(contract_id)
        if isinstance(contract, Trouble):
            return False
        self.mirror.add(contract)
        self._named()
        if contract.contract_maturity_id is None:
            return True
        maturity = await self.reads.maturity(contract.contract_maturity_id)
        if isinstance(maturity, Trouble):
            return False
        product = await self.reads.product(maturity.product_id)
        if isinstance(product, Trouble):
            return False
        self.mirror.add(maturity, product)
        self._named()
        return True

    def _named(self) -> None:
        self.touch()
        self._hear(None)
