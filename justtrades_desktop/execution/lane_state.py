"""What a lane knows of its contract: its goal, its orders, and what is under way."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from justtrades_desktop.domain.broker import BrokerOrder
from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.orders import Decision, Held, Intent, IntentState, Purpose

EXITS = (Purpose.TARGET, Purpose.STOP)
REDUCING = (Purpose.TRIM, Purpose.CLOSE)


def new_client_id() -> str:
    """Our own id of an order, unique for ever."""
    return f"jt-{secrets.token_hex(10)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a decision asks of a lane: ``wanted`` signed contracts for a link.

    ``fresh_until`` is the loop's time up to which an entry may be sent. ``by_rule`` where the exit
    of the signal position is one that may rest at the broker as well. ``begun`` is when it came.
    """

    decision: Decision
    link_id: int
    wanted: int
    symbol: str
    contract: str
    product: Product | None
    contract_id: int
    """The contract's id."""
    may_open: bool = False
    by_machine: bool = True
    """False where a person clicked: the exchange wants to know."""
    price: Decimal | None = None
    take_profit: str | None = None
    stop_loss: str | None = None
    by_rule: bool = False
    fresh_until: float = 0.0
    begun: float = 0.0


class Ours(NamedTuple):
    """An order of ours: what it is for, and the decision that it comes from. ``parent`` is the
    entry that it hangs on."""

    order_id: int
    client_id: str
    purpose: Purpose
    decision_id: int
    part: int | None = None
    parent: str | None = None


@dataclass(slots=True)
class Changing:
    """A change or cancel that the broker took and whose effect is waited for."""

    intent: Intent
    until: float


@dataclass(slots=True)
class Unsure:
    """An intent in doubt: since when, how many complete looks found nothing, when to look next."""

    since: float
    looks: int = 0
    next_look: float = 0.0
    told: bool = False


@dataclass(slots=True)
class Hatching:
    """An order at the broker whose legs, or whose other of the pair, have not been told of yet.

    Without waiting for them they would be placed a second time.
    """

    intent: Intent
    until: float | None = None


@dataclass(slots=True)
class LaneState:
    """One contract of one account; all times are the loop's."""

    held: Held | None = None
    goal: Goal | None = None
    frozen: bool = False
    """Flatten all is at work: nothing is done but to take in what happens."""
    opening: list[str] = field(default_factory=list)
    """The intents that the goal's entry was sent as."""
    opens: int = 0
    """Contracts that the goal's entry or add is for, as it was when the goal came."""
    is_add: bool = False
    """It adds to a position that was there: without that it is nothing."""
    opened: bool = False
    """The goal's entry was sent: it is never sent again."""
    at_market: bool = False
    """The limit entry ended without its fill, and what is missing is bought or sold at market."""
    plain: bool = False
    """The broker refused the entry with its exits: it goes without, and they follow."""
    intents: dict[str, Intent] = field(default_factory=dict)
    orders: dict[int, Ours] = field(default_factory=dict)
    changing: dict[int, Changing] = field(default_factory=dict)
    doubts: dict[str, Unsure] = field(default_factory=dict)
    not_before: float = 0.0
    """When the next exit may be tried after one that was refused or not sent."""
    enter_at: float = 0.0
    """When the goal's entry may be asked for again."""
    failures: int = 0
    rejected: list[Intent] = field(default_factory=list)
    """Exits that were taken and rejected afterwards, until the lane has seen to them."""
    unsettled: float | None = None
    """Since when fills and position disagree."""
    next_look: float = 0.0
    """When orders and position may be asked for again."""
    trusted: int | None = None
    """A position that the broker tells and a fresh look has proven old."""
    stop_average: Decimal | None = None
    """The average for which the stops were placed that rested at the start."""
    stops_for: dict[int, Decimal | None] = field(default_factory=dict)
    """The average for which a stop was placed or moved since, by order."""
    uncovered: float | None = None
    """Since when less is protected than the settings ask for."""
    covered: float | None = None
    """Since when everything is, again."""
    protect_failed: str = ""
    limit_until: float | None = None
    hatching: dict[str, Hatching] = field(default_factory=dict)
    earlier: list[Intent] = field(default_factory=list)
    """Over before the last start: what hangs on them may live on, and is ours."""
    absent: dict[str, Intent] = field(default_factory=dict)
    """Looked for in vain; should the broker show one all the same, its fills are fills."""
    replaced: list[Goal] = field(default_factory=list)
    """Sent, and overtaken by a newer goal before they came to their end."""
    incomplete: dict[int, float] = field(default_factory=dict)
    """Orders of ours that are over, but not all of whose fills are known, and since when."""

    @property
    def own(self) -> int:
        """Signed contracts by our fills."""
        return self.held.own if self.held is not None else 0

    @property
    def expected(self) -> int:
        """What the account should hold in the contract, by all fills that are known."""
        return self.held.own + self.held.manual if self.held is not None else 0

    def living(self, *purposes: Purpose) -> Iterator[Intent]:
        """Intents of these purposes of which more may come."""
        return (each for each in self.intents.values() if each.purpose in purposes)

    @property
    def openings(self) -> list[Intent]:
        """Entries under way or in doubt."""
        return [each for each in self.intents.values() if each.purpose.opens]

    def is_unanswered(self, *purposes: Purpose) -> bool:
        """Whether one of these is in doubt."""
        return any(each.state is not IntentState.PLACED for each in self.living(*purposes))

    def exits(self, working: list[BrokerOrder]) -> list[tuple[BrokerOrder, Ours]]:
        """Our living exits among ``working`` orders."""
        return [
            (order, ours)
            for order in working
            if (ours := self.orders.get(order.id)) is not None and ours.purpose in EXITS
        ]
