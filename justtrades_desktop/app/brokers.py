"""The connections of one running program: which there are, and how each is kept up."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from justtrades_desktop.app.paper import NAME as PAPER
from justtrades_desktop.app.paper import Paper
from justtrades_desktop.app.supervisor import Supervisor
from justtrades_desktop.broker import vault_waiting
from justtrades_desktop.broker.answers import Trouble, said
from justtrades_desktop.broker.budget import Budget, Limits
from justtrades_desktop.broker.connection import Connection
from justtrades_desktop.broker.http import Http
from justtrades_desktop.broker.login import NotReady, Session
from justtrades_desktop.broker.reads import Reads
from justtrades_desktop.broker.reconnect import ConnectQueue
from justtrades_desktop.broker.tokens import Tokens, TokenStore
from justtrades_desktop.broker.vault import Vault, passphrase_from_environment
from justtrades_desktop.domain.broker import (
    Addresses,
    AuditTrail,
    BrokerChanged,
    BrokerState,
    Credentials,
    Environment,
    NewConnection,
)
from justtrades_desktop.domain.errors import UserError
from justtrades_desktop.domain.events import RecorderSaved, SignalRecorded
from justtrades_desktop.domain.feeds import TRADOVATE
from justtrades_desktop.trading.desk import Desk

log = logging.getLogger(__name__)

_KEYRING_SECONDS: Final = 10.0
ADDRESSES: Final = {
    environment: Addresses(
        rest=f"https://{environment}.tradovateapi.com/v1",
        user=f"wss://{environment}.tradovateapi.com/v1/websocket",
        market="wss://md.tradovateapi.com/v1/websocket",
    )
    for environment in (Environment.DEMO, Environment.LIVE)
}
_PLAY_LIMITS: Final = Limits(hour=1_000_000, minute=100_000)
"""The simulator inside is nobody else's: nothing has to be saved for exits there."""


class _Kept:
    """Tokens for as long as the program runs."""

    def __init__(self) -> None:
        self._tokens: Tokens | None = None

    def load(self) -> Tokens | None:
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def clear(self) -> None:
        self._tokens = None


@dataclass(slots=True)
class _Link:
    """A connection with what has to be closed after it; ``connection`` None while it is off."""

    new: NewConnection
    store: TokenStore
    http: Http | None = None
    connection: Connection | None = None
    watched: set[str] = field(default_factory=set)


class Brokers:
    """A ``Brokerage``. Nothing of it is waited for by a signal, and no fault of it stops one."""

    def __init__(
        self, desk: Desk, audit: AuditTrail, supervisor: Supervisor, *, folder: Path
    ) -> None:
        self._desk = desk
        self._audit = audit
        self._supervisor = supervisor
        self._folder = folder
        self._queues: defaultdict[str, ConnectQueue] = defaultdict(ConnectQueue)
        self._budgets: dict[tuple[str, str], Budget] = {}
        self._links: dict[str, _Link] = {}
        self._vault: Vault | None = None
        self._shut: UserError | None = None  # why the vault did not open
        self._tested: dict[tuple[str, Credentials], Tokens] = {}
        self._changing = asyncio.Lock()
        self._over = False
        self._listeners: list[Callable[[str], None]] = []
        self._vault_tried = asyncio.Event()
        self._paper = Paper(folder, desk.bus, clock=desk.clock)
        self._unsubscribe = [
            desk.bus.subscribe(SignalRecorded, self._on_signal),
            desk.bus.subscribe(RecorderSaved, lambda _: self._watch()),
        ]

    # Life

    async def start(self) -> None:
        """Bring PAPER up; what the vault holds follows once it opens."""
        try:
            new = await self._paper.start()
        except UserError as error:
            log.warning("the paper account does not start: %s", error)
        else:
            self._supervisor.start("paper", self._paper.run)
            self._bring_up(_Link(new, _Kept()))
        self._supervisor.start("vault", self._open_vault)

    async def _open_vault(self) -> None:
        """A keyring may ask its owner first: nothing else waits for that."""
        # A wrong passphrase leaves it shut; a damaged file was set aside, and a new one begins.
        for given in (passphrase_from_environment(), None):
            try:
                self._vault = await vault_waiting.open_vault(self._folder, passphrase=given)
            except UserError as error:
                log.warning("the vault does not open: %s", error)
                self._shut = error
            else:
                break
        self._vault_tried.set()
        self._bring_up_kept()
        self._desk.bus.publish(BrokerChanged(PAPER))  # whether it is locked is news too

    async def stop(self) -> None:
        """Close every socket."""
        self._over = True
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        for link in [*self._links.values()]:
            await self._bring_down(link)
        if self._vault is not None:
            await vault_waiting.flush(self._vault)
        for service in ("vault", "paper"):
            await self._supervisor.stop(service)
        await self._paper.stop()

    # A Brokerage

    @property
    def is_locked(self) -> bool:
        """Whether connections of an earlier start wait for the vault's passphrase."""
        return self._vault is not None and self._vault.is_locked

    @property
    def needs_passphrase(self) -> bool:
        """Whether the vault is shut until :meth:`unlock`."""
        return self._vault is not None and self._vault.needs_passphrase

    async def unlock(self, passphrase: str) -> None:
        """Open the vault, or make it with this passphrase where there is none yet."""
        async with self._changing:
            await vault_waiting.unlock(await self._opened(), passphrase)
            self._bring_up_kept()

    def states(self) -> Sequence[BrokerState]:
        """Every connection as it is now, PAPER first."""
        return [_state(link) for link in self._links.values()]

    async def test(self, new: NewConnection) -> Sequence[str]:
        """Log in once and name the accounts, keeping nothing."""
        _check_addresses(new)
        vault = await self._opened()
        if vault.needs_passphrase:  # a login that cannot be kept would be one too many
            raise UserError("The vault is locked", "`justtrades broker unlock` opens it.")
        store = _Kept()
        known = self._known_tokens(new)
        if known is not None:
            store.save(known)  # another login would be another session, and close the oldest
        http = self._http(new)
        try:
            session = Session(
                http,
                new.credentials,
                store,
                device_id=vault.device_id(),
                clock=self._desk.clock,
            )
            ready = await session.ensure()
            if isinstance(ready, NotReady):
                raise UserError(f"The login did not work: {ready.why}", _what_to_do(ready))
            accounts = await Reads(http).accounts()
            if isinstance(accounts, Trouble):
                raise UserError(f"Logged in, but no accounts came: {said(accounts)}")
            self._tested[_login_of(new)] = session.tokens
            return [account.name for account in accounts]
        finally:
            await http.close()

    async def add(self, new: NewConnection) -> None:
        """Keep the credentials in the vault and connect."""
        new = replace(new, name=new.name.strip())
        _check_addresses(new)
        async with self._changing:
            if not new.name or not new.name.isprintable() or "/" in new.name:
                raise UserError("A connection needs a name", "Printable, without a slash.")
            if new.name.casefold() in {name.casefold() for name in self._links}:
                raise UserError(f"There is a connection named {new.name!r} already")
            if new.environment is Environment.PAPER:
                raise UserError("PAPER is inside already", "Choose demo or live.")
            vault = await self._opened()
            await vault_waiting.put(vault, new)
            store = vault.tokens(new.name)
            self._take_tested(new, store)
            self._bring_up(_Link(new, store))

    async def connect(self, name: str) -> None:
        """Connect again after :meth:`disconnect`, or at once where it waits for its turn."""
        async with self._changing:
            link = self._link(name)
            if link.connection is None:
                self._bring_up(link)
            else:
                link.connection.try_now()

    async def disconnect(self, name: str) -> None:
        """Close its sockets until :meth:`connect` or the next start; credentials stay."""
        async with self._changing:
            await self._bring_down(self._link(name))

    async def remove(self, name: str) -> None:
        """Close it and forget its credentials and tokens."""
        if name == PAPER:
            raise UserError("PAPER cannot be removed", "Disconnect it instead.")
        async with self._changing:
            link = self._link(name)
            await self._bring_down(link)
            await vault_waiting.remove(await self._opened(), name)
            del self._links[name]
            self._came_or_went(name)

    # For orders

    def connection(self, name: str) -> Connection:
        """What is connected under ``name``.

        Raises:
            UserError: there is none, or it is disconnected.
        """
        found = self._link(name).connection
        if found is None:
            raise UserError(f"{name} is disconnected", f"`justtrades broker connect {name}`")
        return found

    @property
    def connections(self) -> Sequence[Connection]:
        """All that are not disconnected."""
        return [link.connection for link in self._links.values() if link.connection is not None]

    @property
    def names(self) -> Sequence[str]:
        """All that there are, disconnected ones too."""
        return tuple(self._links)

    def found(self, name: str) -> Connection | None:
        """What is connected under ``name``; None where nothing is."""
        link = self._links.get(name)
        return None if link is None else link.connection

    def listen(self, heard: Callable[[str], None]) -> Callable[[], None]:
        """Call ``heard`` at once when a connection comes or goes; the result ends that."""
        self._listeners.append(heard)

        def leave() -> None:
            if heard in self._listeners:
                self._listeners.remove(heard)

        return leave

    def _came_or_went(self, name: str) -> None:
        for heard in tuple(self._listeners):
            heard(name)
        self._desk.bus.publish(BrokerChanged(name))

    # Up and down

    def _bring_up_kept(self) -> None:
        vault = self._vault
        if vault is None or vault.is_locked:
            return
        for name in vault.names():
            if name not in self._links:
                self._bring_up(_Link(vault.connection(name), vault.tokens(name)))

    def _bring_up(self, link: _Link) -> None:
        if self._over:
            return
        new = link.new
        is_paper = new.environment is Environment.PAPER
        link.http = http = self._http(new)
        session = Session(
            http,
            new.credentials,
            link.store,
            device_id=self._device_id(),
            clock=self._desk.clock,
            changed=lambda: self._desk.bus.publish(BrokerChanged(new.name)),
        )
        link.connection = connection = Connection(
            new.name,
            new.environment,
            addresses_of(new),
            session=session,
            http=http,
            budget=http.budget,
            audit=self._audit,
            clock=self._desk.clock,
            on_change=self._desk.bus.publish,
            on_price=self._no_price if is_paper else self._price,
            queue=self._queues[urlsplit(addresses_of(new).rest).netloc],  # a dead one holds up none
            product_of=lambda symbol: self._desk.book.instrument(symbol).product,
            price_known=self._paper.price if is_paper else lambda _: None,
        )
        link.watched = set()
        self._links[new.name] = link
        self._supervisor.start(f"broker {new.name}", connection.run)
        self._watch()
        self._came_or_went(new.name)

    async def _bring_down(self, link: _Link) -> None:
        http, link.http, link.connection = link.http, None, None
        self._came_or_went(link.new.name)
        await self._supervisor.stop(f"broker {link.new.name}")
        if http is not None:
            await http.close()
        self._desk.bus.publish(BrokerChanged(link.new.name))

    def _http(self, new: NewConnection) -> Http:
        return Http(
            addresses_of(new), self._budget(new), self._audit, new.name, clock=self._desk.clock
        )

    def _budget(self, new: NewConnection) -> Budget:
        """The broker counts by user, whatever their connections are called."""
        key = (addresses_of(new).rest, new.credentials.user)
        if key not in self._budgets:
            limits = _PLAY_LIMITS if new.environment is Environment.PAPER else Limits()
            self._budgets[key] = Budget(limits, clock=self._desk.clock)
        return self._budgets[key]

    # Prices

    def _on_signal(self, event: SignalRecorded) -> None:
        if event.legs:
            self._watch()

    def _watch(self) -> None:
        """Whatever is open or followed is watched, on every connection."""
        wanted = {mark.position.symbol for mark in self._desk.book.live()}
        wanted |= {r.symbol for r in self._desk.recorders if r.symbol is not None and r.enabled}
        for link in self._links.values():
            if link.connection is not None:
                held = {position.symbol for position in link.connection.mirror.positions()}
                self._watch_on(link, link.connection, wanted | held)

    def _watch_on(self, link: _Link, connection: Connection, wanted: set[str]) -> None:
        for symbol in wanted - link.watched:
            connection.watch(symbol)
        for symbol in link.watched - wanted:
            connection.unwatch(symbol)
        link.watched = wanted

    def _price(self, symbol: str, price: Decimal, at: datetime) -> None:
        # A broker's clock that is ahead must not make its prices the newest for good.
        self._desk.tick(symbol, price, source=TRADOVATE, at=min(at, self._desk.clock()))

    def _no_price(self, symbol: str, price: Decimal, at: datetime) -> None:
        """PAPER's prices are our own: they must not come round again."""

    def _known_tokens(self, new: NewConnection) -> Tokens | None:
        """Of a connection with the same login, else of a test that was made before."""
        for link in self._links.values():
            if link.connection is not None and _login_of(link.new) == _login_of(new):
                return link.connection.session.tokens
        return self._tested.get(_login_of(new))

    def _take_tested(self, new: NewConnection, store: TokenStore) -> None:
        """Each login is a session at the broker: the one of the test goes on."""
        tokens = self._known_tokens(new)
        self._tested.pop(_login_of(new), None)
        if tokens is None:
            return
        try:
            store.save(tokens)
        except UserError as error:
            log.warning("the login of the test cannot be kept: %s", error)

    # Looking up

    def _link(self, name: str) -> _Link:
        if name not in self._links:
            known = ", ".join(self._links)
            raise UserError(f"There is no connection named {name!r}", f"There are: {known}.")
        return self._links[name]

    def _device_id(self) -> str:
        shut = self._vault is None or self._vault.is_locked
        return "" if shut or self._vault is None else self._vault.device_id()

    async def _opened(self) -> Vault:
        try:
            async with asyncio.timeout(_KEYRING_SECONDS):
                await self._vault_tried.wait()
        except TimeoutError:
            raise UserError(
                "The system's keyring does not answer", "It may be asking for its own password."
            ) from None
        if self._vault is None:
            raise self._shut or UserError("The vault is not open", "The log says why.")
        return self._vault


def addresses_of(new: NewConnection) -> Addresses:
    """Its own addresses, else the broker's."""
    return new.addresses or ADDRESSES[new.environment]


def _login_of(new: NewConnection) -> tuple[str, Credentials]:
    return addresses_of(new).rest, new.credentials


def _check_addresses(new: NewConnection) -> None:
    """What is Tradovate's own is what its environment says: LIVE is never called a demo."""
    own = new.addresses
    if own is None or own == ADDRESSES.get(new.environment):
        return
    for address in (own.rest, own.user, own.market):
        if (urlsplit(address).hostname or "").endswith("tradovateapi.com"):
            raise UserError("That is Tradovate's own address", "Choose demo or live instead.")


def _state(link: _Link) -> BrokerState:
    new = link.new
    if link.connection is None:
        return BrokerState(name=new.name, environment=new.environment, user=new.credentials.user)
    state = link.connection.state()
    return state if state.user else replace(state, user=new.credentials.user)


def _what_to_do(why: NotReady) -> str:
    if why.lockout:
        return "The broker has locked this user out for a while: every further try prolongs it."
    if why.refused:
        return "Check environment, user, password and key."
    return "Check the network and the addresses, then try again."
