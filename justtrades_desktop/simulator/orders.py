"""An order as the exchange works it: its terms, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

BUY: Final = "Buy"
SELL: Final = "Sell"
# Kinds that wait for a stop price before they trade.
STOPS: Final = frozenset({"Stop", "StopLimit", "TrailingStop"})
# The same with those that wait for a price to come back to them.
WAITING: Final = STOPS | {"MIT"}
AT_ONCE: Final = frozenset({"IOC", "FOK"})
ALIVE: Final = frozenset({"PendingNew", "PendingReplace", "PendingCancel", "Suspended", "Working"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an order version says; ``peg`` is the distance of a trailing stop in points."""

    quantity: int
    kind: str
    price: Decimal | None = None
    stop: Decimal | None = None
    max_show: int | None = None
    peg: Decimal | None = None
    time_in_force: str = "Day"
    expires: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """A stop that follows the price: ``distance`` behind the best one since it passed ``start``.

    It moves in whole steps of ``step`` points; ``start`` None begins at once.
    """

    distance: Decimal
    start: Decimal | None = None
    step: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A command under way: ``terms`` of a new or changed order, None for a cancel."""

    command_id: int
    due: datetime
    terms: Terms | None = None


@dataclass(slots=True, kw_only=True)
class LiveOrder:
    """One order, alive or finished.

    ``status`` is its ordStatus. ``value`` sums price x quantity of its fills, ``command_id`` is the
    command that made its present terms. ``stop`` is where a stop stands now, which for a trailing
    one is not what its version says. ``held`` is a child whose parent has not filled yet.
    ``activation`` is when a timed order becomes active. ``day`` is the trade date it was made for,
    ``ended`` the one on which it was finished.
    """

    id: int
    user_id: int
    account_id: int
    contract_id: int
    action: str
    terms: Terms
    command_id: int
    day: date
    status: str = "PendingNew"
    filled: int = 0
    value: Decimal = Decimal(0)
    stop: Decimal | None = None
    trail: Trail | None = None
    triggered: bool = False
    oco_id: int | None = None
    parent_id: int | None = None
    strategy_id: int | None = None
    held: bool = False
    activation: datetime | None = None
    pending: Pending | None = None
    ended: date | None = None

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self.action == BUY else -1

    @property
    def remaining(self) -> int:
        """Contracts still to fill."""
        return self.terms.quantity - self.filled

    @property
    def alive(self) -> bool:
        """Whether it may still fill, now or later."""
        return self.status in ALIVE

    @property
    def tradable(self) -> bool:
        """Whether a price may fill it now; what is only about to be changed still may."""
        return self.status in {"Working", "PendingReplace", "PendingCancel"} and not self.held
