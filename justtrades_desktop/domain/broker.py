"""What the broker says, as the rest of the program sees it: a second ledger beside the signals.

Nothing here changes a signal position. Money is a Decimal in the account's currency, a price a
Decimal in points, a size whole contracts (negative when short), a time aware and in UTC. None is
unknown, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Environment(StrEnum):
    """Whose money it is."""

    PAPER = "paper"
    DEMO = "demo"
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Base addresses without a slash at the end: REST, the user socket, market data."""

    rest: str
    user: str
    market: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a login needs; nothing secret in it is ever printed."""

    user: str
    password: str = field(repr=False)
    app_id: str = "JustTrades Desktop"
    app_version: str = "1.0"
    cid: str = ""
    secret: str = field(default="", repr=False)


# Answers


class Outcome(StrEnum):
    """What is known of a call once it is over; never more than was said."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_HANDLED = "not handled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedCall:
    """One call to the broker with its answer, secrets masked already.

    ``operation`` is ``POST order/placeorder``, or ``WS user/syncrequest`` on a socket. ``request``
    and ``answer`` are JSON texts, cut where they are very long. ``seconds`` is None where no
    answer came.
    """

    at: datetime
    connection: str
    operation: str
    request: str
    status: int | None = None
    answer: str = ""
    seconds: float | None = None
    outcome: Outcome = Outcome.UNKNOWN
    reason: str = ""
    signal_id: int | None = None
    order_id: int | None = None
    client_order_id: str | None = None


class AuditTrail(Protocol):
    """Where calls are written down."""

    def record(self, call: AuditedCall) -> None:
        """Keep ``call``; returns at once and never fails."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A call as it stands in the audit; ``id`` counts from 1, ``hash`` is its link in the chain."""

    id: int
    call: AuditedCall
    hash: str


# What there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account, with what the broker last said of its money."""

    id: int
    name: str
    active: bool = True
    readonly: bool = False
    cash: Decimal | None = None
    net_liquidation: Decimal | None = None
    open_pnl: Decimal | None = None
    realized_pnl: Decimal | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    restriction: str = ""
    """Why entries are refused, in the broker's word; empty where they are not."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerPosition:
    """What an account holds in a contract; flat ones are left out."""

    account_id: int
    contract_id: int
    symbol: str
    net: int
    price: Decimal | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerOrder:
    """An order as its newest version says; ``status`` is the broker's own word."""

    id: int
    account_id: int
    symbol: str
    action: str
    status: str
    alive: bool
    quantity: int | None = None
    filled: int = 0
    kind: str = ""
    price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: str = ""
    average_price: Decimal | None = None
    client_order_id: str | None = None
    parent_id: int | None = None
    oco_id: int | None = None
    reason: str = ""
    """Why it was rejected, in the broker's own words."""
    at: datetime | None = None
    contract_id: int | None = None
    distance: Decimal | None = None
    """How far a trailing stop stays behind, in points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedContract:
    """What an instrument is traded as: ``MNQ1!`` as ``MNQZ6``, by the broker's own answer.

    ``tick_size`` in points and ``tick_value`` in ``currency`` are the broker's; ``difference``
    says in words how they differ from our table, empty where they do not.
    """

    symbol: str
    name: str
    contract_id: int
    expires: datetime | None = None
    tick_size: Decimal | None = None
    tick_value: Decimal | None = None
    currency: str = "USD"
    difference: str = ""
    at: datetime


# How a connection is


class Light(StrEnum):
    """How a link is: off by choice, on its way, up, or in trouble."""

    OFF = "off"
    CONNECTING = "connecting"
    UP = "up"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """One socket; ``progress_at`` is when anything last came, ``said`` the trouble in words."""

    light: Light = Light.OFF
    said: str = ""
    progress_at: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetState:
    """Calls of the last hour and minute; what is ``reserved`` of a limit only exits may use."""

    used: int = 0
    limit: int = 0
    reserved: int = 0
    used_minute: int = 0
    limit_minute: int = 0
    locked_until: datetime | None = None
    why_locked: str = ""
    reserved_minute: int = 0

    @property
    def left(self) -> int:
        """Calls that entries may make now: what the hour and the minute both still allow."""
        left = self.limit - self.reserved - self.used
        if self.limit_minute:
            left = min(left, self.limit_minute - self.reserved_minute - self.used_minute)
        return max(0, left)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerState:
    """All that is known of one connection now."""

    name: str
    environment: Environment
    user: str = ""
    orders: LinkState = LinkState()
    market: LinkState = LinkState()
    budget: BudgetState = BudgetState()
    token_expires: datetime | None = None
    password_expires: datetime | None = None
    last_error: str = ""
    last_error_at: datetime | None = None
    synced_at: datetime | None = None
    accounts: Sequence[Account] = ()
    positions: Sequence[BrokerPosition] = ()
    working: Sequence[BrokerOrder] = ()
    contracts: Mapping[str, ResolvedContract] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BrokerChanged:
    """Something about a connection is new."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConnection:
    """What a trader enters to connect; ``addresses`` None are the broker's own."""

    name: str
    environment: Environment
    credentials: Credentials
    addresses: Addresses | None = None


class Brokerage(Protocol):
    """All connections of one running program, as window and command line see them.

    Whatever changes is told by :class:`BrokerChanged` on the bus; nothing here polls the broker.
    """

    @property
    def is_locked(self) -> bool:
        """Whether connections of an earlier start wait for the vault's passphrase."""

    @property
    def needs_passphrase(self) -> bool:
        """Whether the vault is shut until :meth:`unlock`: there is no keyring that opens it."""

    async def unlock(self, passphrase: str) -> None:
        """Open the vault, or make it with this passphrase where there is none yet.

        Raises:
            UserError: it does not fit.
        """

    def states(self) -> Sequence[BrokerState]:
        """Every connection as it is now, PAPER first."""

    async def test(self, new: NewConnection) -> Sequence[str]:
        """Log in once and name the accounts, keeping nothing.

        Raises:
            UserError: it did not work; says why in the broker's words.
        """

    async def add(self, new: NewConnection) -> None:
        """Keep the credentials in the vault and connect.

        Raises:
            UserError: the name is taken, or the vault cannot keep it.
        """

    async def connect(self, name: str) -> None:
        """Connect again after :meth:`disconnect`."""

    async def disconnect(self, name: str) -> None:
        """Close its sockets until :meth:`connect` or the next start; credentials stay."""

    async def remove(self, name: str) -> None:
        """Close it and forget its credentials and tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """In ``symbol`` an account holds something else than the signals that count there say."""

    connection: str
    account: str
    symbol: str
    signals: int
    broker: int
    since: datetime
    said: str
    """In a sentence."""
    why: str = ""
    """What led to it, as it follows a colon, without a full stop; empty where nobody knows."""
