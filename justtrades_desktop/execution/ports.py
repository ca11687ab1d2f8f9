"""What execution needs from outside: one account's floor, and the second ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from justtrades_desktop.domain.broker import (
    Account,
    BrokerOrder,
    BrokerPosition,
    Environment,
    ResolvedContract,
)
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.execution_ledger import Entry as Entry
from justtrades_desktop.domain.execution_ledger import ExecutionLedger as ExecutionLedger
from justtrades_desktop.domain.execution_ledger import Kept as Kept
from justtrades_desktop.domain.exits import ExitRules
from justtrades_desktop.domain.links import AccountKey
from justtrades_desktop.domain.orders import Intent
from justtrades_desktop.domain.steps import Step


@dataclass(frozen=True, slots=True)
class Placed:
    """The broker has it. ``leg_ids`` may be fewer than were asked for."""

    order_id: int
    oco_id: int | None = None
    leg_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """The broker has the change or cancel; events say what becomes of it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not done, in the broker's own words."""

    said: str
    denied: bool = False


@dataclass(frozen=True, slots=True)
class NotSent:
    """Certainly not executed: a penalty, a lockout, a link that is down, too late."""

    why: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """Perhaps done."""

    why: str


Answer = Placed | Taken | Refused | NotSent | Doubt


@dataclass(frozen=True, slots=True)
class Gone:
    """A complete look found no order of that id."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """The look itself failed."""

    why: str


class Fill(NamedTuple):
    """One fill as the broker tells it."""

    id: int
    order_id: int
    contract_id: int
    quantity: int
    signed: int
    price: Decimal
    at: float
    """Seconds since the epoch."""


class Floor(Protocol):
    """One account at one broker. What it says comes from events; what it does are calls.

    It may vanish (disconnected) and come again: ``is_up`` is False then, and every call answers
    ``NotSent``.
    """

    @property
    def key(self) -> AccountKey: ...

    @property
    def environment(self) -> Environment: ...

    @property
    def account(self) -> Account | None:
        """None while the broker has not told of it."""

    @property
    def is_up(self) -> bool:
        """Whether its state is being told live now, and was synced since the link came up."""

    @property
    def market_said(self) -> str:
        """Why there is no market data, empty where there is."""

    def listen(self, woken: Callable[[], None]) -> Callable[[], None]:
        """Call ``woken`` at each change of what is told; the result ends that."""

    # What is told

    def positions(self) -> Sequence[BrokerPosition]:
        """What the account holds, flat ones left out."""

    def net(self, contract_id: int) -> int:
        """Signed contracts by the position that the broker told last."""

    def average(self, contract_id: int) -> Decimal | None:
        """The broker's average price of what is open."""

    def working(self, contract_id: int | None = None) -> Sequence[BrokerOrder]:
        """Living orders of this account, in one contract or all."""

    def order(self, order_id: int) -> BrokerOrder | None: ...

    def order_of(self, client_id: str) -> BrokerOrder | None: ...

    def children(self, order_id: int) -> Sequence[BrokerOrder]:
        """The orders that hang on another one, living or not."""

    def fills(self, order_id: int) -> Sequence[Fill]: ...

    def all_fills(self) -> Sequence[Fill]:
        """All fills of this account that the broker tells of."""

    def price(self, contract_id: int) -> Decimal | None:
        """The last trade that its own market data told, if that is live."""

    # What is asked

    async def resolve(self, symbol: str) -> ResolvedContract | str:
        """The contract a symbol is traded as now; a text says why there is none."""

    async def confirmed_net(self, contract_id: int) -> int | None:
        """The position by a fresh look, None where that failed."""

    async def look_up(self, client_id: str) -> int | Gone | Unclear:
        """The order's id by a complete look at commands and versions."""

    async def look_at(self, order_id: int) -> BrokerOrder | None:
        """An order by a fresh look, None where that failed."""

    # What is done; each is sent at most once

    async def place(self, intent: Intent, *, signal_id: int | None, fresh: float) -> Answer:
        """A new order: with legs an OSO, with ``oco`` a pair."""

    async def modify(
        self, intent: Intent, order: BrokerOrder, *, signal_id: int | None, fresh: float
    ) -> Answer:
        """``order`` with the intent's quantity and prices; all else stays as it is."""

    async def cancel(self, intent: Intent, *, signal_id: int | None, fresh: float) -> Answer: ...

    async def liquidate(self, contract_id: int) -> Answer:
        """Flat in a contract, all its orders cancelled; cannot overshoot."""

    # The broker's own brake

    def loss_at_broker(self) -> tuple[Decimal | None, str]:
        """Its daily loss limit, and why it cannot be set (empty where it can)."""

    async def set_loss_at_broker(self, loss: Decimal | None) -> str:
        """Set it; why that was refused, empty where it worked."""


class SignalSide(Protocol):
    """What execution sees of the signal positions; it never changes them."""

    def exits_of(self, recorder_id: int) -> ExitRules:
        """A recorder's exits by rule."""

    def name_of(self, recorder_id: int) -> str:
        """A recorder's name."""

    def product(self, symbol: str) -> Product | None:
        """What a tick is worth."""

    def price(self, symbol: str) -> Decimal | None:
        """The last price."""

    def position(self, recorder_id: int, symbol: str) -> tuple[int, datetime] | None:
        """Signed contracts now, and since when; None where there is no open position."""

    def open_symbols(self, recorder_id: int) -> Sequence[str]:
        """Where a recorder is not flat."""

    async def last_steps(self, recorder_id: int, count: int) -> Sequence[Step]:
        """What the last signals did, oldest first."""


class Floors(Protocol):
    """All accounts that there are, or were once."""

    def expect(self, key: AccountKey) -> Floor:
        """The floor of an account, whether or not it is connected."""

    def all(self) -> Sequence[Floor]:
        """Every floor."""
