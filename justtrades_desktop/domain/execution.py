"""Execution as window and command line see it: commands in, snapshots out, news on the bus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from justtrades_desktop.domain.broker import Environment
from justtrades_desktop.domain.links import AccountKey, AccountLimits, Link, LinkMode, LinkSettings
from justtrades_desktop.domain.orders import Decision, Execution, Held, Intent, OrderKind, Way


class Trouble(StrEnum):
    """What the doctor finds."""

    NAKED = "naked"
    DOUBLED = "doubled"
    ORPHANED = "orphaned"
    WRONG_SIZE = "wrong size"
    WRONG_SIDE = "wrong side"
    MANUAL = "manual"
    DOUBT = "in doubt"
    UNSURE = "unsure"
    """The broker has not said yet what the account holds."""


class Repair(StrEnum):
    """The one safe thing to do about a finding; none of them can increase exposure."""

    NONE = "none"
    PROTECT = "protect"
    """Place the exits that the settings ask for."""
    CANCEL = "cancel orders"
    REDUCE = "reduce"
    CLOSE = "close"
    ACCEPT = "accept"
    """Take what is there as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be, with what may be done about it, in words."""

    id: str
    """The same as long as the finding is."""
    trouble: Trouble
    key: AccountKey
    contract: str
    said: str
    repair: Repair = Repair.NONE
    repair_said: str = ""
    link_id: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """Why entries stop now; exits never do. ``key`` None holds for all accounts."""

    said: str
    key: AccountKey | None = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """One account as execution sees it. ``armed`` matters for LIVE only: others always are.

    ``loss_at_broker`` is the daily loss at which the broker itself flattens, None where none is
    set; ``loss_at_broker_said`` says why it cannot be set, empty where it can.
    """

    key: AccountKey
    environment: Environment
    armed: bool
    limits: AccountLimits
    entries_minute: int = 0
    entries_day: int = 0
    held: int = 0
    loss_at_broker: Decimal | None = None
    loss_at_broker_said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flattened:
    """How flatten all stands on one account; ``over`` once it is verified flat, or given up."""

    key: AccountKey
    said: str
    over: bool = False
    flat: bool = False
    begun: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionState:
    """All that is known now; lists are newest first."""

    links: Sequence[Link] = ()
    accounts: Sequence[AccountState] = ()
    paused: bool = False
    """Entries are paused by hand."""
    brakes: Sequence[Brake] = ()
    parked: Sequence[Decision] = ()
    decisions: Sequence[Decision] = ()
    executions: Sequence[Execution] = ()
    held: Sequence[Held] = ()
    """What links hold at the broker, and what they want to."""
    intents: Sequence[Intent] = ()
    """Those of the decisions above, and all that are not over."""
    findings: Sequence[Finding] = ()
    flattening: Sequence[Flattened] = ()
    """Of the last flatten all; empty where there was none."""
    ready: bool = False
    """Start-up has compared everything and orders may go out."""


@dataclass(frozen=True, slots=True)
class ExecutionChanged:
    """Something about execution is new; the state says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An order that a person typed. Prices are absolute; ``target`` and ``stop_loss`` are its
    bracket. ``confirmed`` says that a repeat within the account's limit is meant."""

    key: AccountKey
    symbol: str
    way: Way
    quantity: int
    kind: OrderKind = OrderKind.MARKET
    price: Decimal | None = None
    stop_price: Decimal | None = None
    distance: Decimal | None = None
    target: Decimal | None = None
    stop_loss: Decimal | None = None
    time_in_force: str = "Day"
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a ticket would do, before it is sent. Money is None where a price or tick is unknown."""

    contract: str = ""
    reference: Decimal | None = None
    """The price it is reckoned from: its own, else the last one."""
    target_ticks: Decimal | None = None
    target_money: Decimal | None = None
    stop_ticks: Decimal | None = None
    stop_money: Decimal | None = None
    currency: str = "USD"
    refused: str = ""
    """Why it would not be sent, empty where it would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What the last signals would have done under edited settings, oldest first."""

    lines: Sequence[Decision] = ()
    said: str = ""
    """In a sentence: how many of them would have traded."""


class Executions(Protocol):
    """The door to execution. Whatever changes is told by :class:`ExecutionChanged` on the bus.

    Every command raises ``UserError`` where it cannot be done, in words that say what now.
    """

    def state(self) -> ExecutionState:
        """All that is known now; makes no call."""

    def window_rises(self) -> None:
        """A window is being built, which is no sign of a program that comes late."""

    def window_stands(self) -> None:
        """It is there: whatever is late from now on stops entries."""

    # Links

    async def add_link(
        self,
        recorder_id: int,
        key: AccountKey,
        settings: LinkSettings,
        *,
        mode: LinkMode = LinkMode.SHADOW,
    ) -> Link:
        """Link a recorder to an account."""

    async def change_link(
        self, link_id: int, *, settings: LinkSettings | None = None, mode: LinkMode | None = None
    ) -> Link:
        """Change settings or mode; what is open keeps its exits until the next change of it."""

    async def remove_link(self, link_id: int) -> None:
        """Forget a link that holds nothing."""

    async def dry_run(self, link_id: int | None, recorder_id: int, to: LinkSettings) -> DryRun:
        """What the recorder's last 50 signals would have done under ``to``; sends nothing."""

    # Safety

    async def arm(self, key: AccountKey, typed: str) -> None:
        """Arm a LIVE account until the program ends; ``typed`` must be the account's name."""

    async def disarm(self, key: AccountKey) -> None:
        """Send no more entries to a LIVE account; exits go on."""

    async def pause(self) -> None:
        """Stop entries everywhere, also after a restart."""

    async def resume(self) -> None:
        """Let entries through again."""

    async def set_limits(self, key: AccountKey, limits: AccountLimits) -> None:
        """Set the caps of an account."""

    async def flatten_all(self, keys: Sequence[AccountKey] | None = None) -> None:
        """Pause entries, cancel working orders, close what is open, verify; returns at once.

        ``state().flattening`` reports account by account. None means all accounts.
        """

    # Parked entries and findings

    async def send_parked(self, decision_id: int) -> None:
        """Send a parked entry after all: a person looked at it."""

    async def dismiss_parked(self, decision_id: int) -> None:
        """Never send it."""

    async def repair(self, finding_id: str) -> str:
        """Carry out the one repair of a finding; says what came of it."""

    # Orders by hand

    async def preview(self, ticket: Ticket) -> Preview:
        """What ``ticket`` would do; sends nothing."""

    async def place(self, ticket: Ticket) -> str:
        """Send a ticket; says what came of it."""

    async def modify(
        self,
        key: AccountKey,
        order_id: int,
        *,
        quantity: int | None = None,
        price: Decimal | None = None,
        stop_price: Decimal | None = None,
    ) -> str:
        """Change a working order."""

    async def cancel(self, key: AccountKey, order_id: int) -> str:
        """Cancel a working order."""

    async def cancel_all(self, key: AccountKey) -> str:
        """Cancel all working orders of an account."""

    async def close_position(self, key: AccountKey, contract_id: int) -> str:
        """Cancel the contract's orders and close what is open, verified."""

    async def reverse_position(self, key: AccountKey, contract_id: int) -> str:
        """Close, confirmed flat, then enter as much on the other side."""


@dataclass(slots=True)
class NoExecutions:
    """Stands in where there is none: an empty state."""

    empty: ExecutionState = field(default_factory=ExecutionState)

    def state(self) -> ExecutionState:
        """Nothing."""
        return self.empty
