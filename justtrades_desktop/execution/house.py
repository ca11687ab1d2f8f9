"""What all lanes share: clocks, settings, brakes and caps, and whom they tell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.exits import ExitRules
from justtrades_desktop.domain.links import NO_LIMITS, AccountKey, AccountLimits, Link
from justtrades_desktop.domain.orders import Held, Intent
from justtrades_desktop.domain.ports import Clock
from justtrades_desktop.execution.caps import Caps
from justtrades_desktop.execution.lane_state import Goal
from justtrades_desktop.execution.records import Records


class Patience(NamedTuple):
    """How long a lane waits, in seconds."""

    fresh: float = 8.0
    """An order goes out within that, or not at all."""
    settle: float = 0.3
    """Fills and position may disagree for so long without a question."""
    look: float = 2.0
    """Then the broker is asked."""
    command: float = 4.0
    """The effect of a change or cancel shows within that, or is looked up."""
    doubt: float = 5.0
    """The first complete look for an order in doubt comes so long after sending, and the next."""
    person: float = 30.0
    """After so long in doubt a person is told."""
    moment: float = 2.0
    """What an exit at the broker is given before a rule's exit closes what is left."""
    protect: float = 10.0
    """An entry that is not protected after that is closed."""
    again: float = 1.0
    """The first pause after an exit that was refused; it doubles."""
    longest: float = 30.0


@dataclass(slots=True, kw_only=True)
class House:
    """The surroundings of every lane; the callables answer at once and never fail."""

    records: Records
    caps: Caps
    clock: Clock
    link: Callable[[int], Link | None]
    recorder_exits: Callable[[int], ExitRules]
    """By the id of a recorder."""
    price: Callable[[str], Decimal | None]
    """The last price of a signal's symbol."""
    product: Callable[[str], Product | None]
    """By symbol, from the table and what the trader entered."""
    stops: Callable[[AccountKey, int, Link | None], Sequence[str]]
    """Why entries stop now, for an account, a contract and a link."""
    ready: Callable[[], bool]
    """Whether the comparison after the start is over."""
    late: Callable[[], str]
    """Why the program itself is too slow for an entry now; empty where it is not."""
    reached: Callable[[Held, int], None]
    """A link's position is something else than was wanted: signed contracts now."""
    finished: Callable[[Goal, Held | None], None]
    """A goal is reached, or as far as it goes; with what the link holds then."""
    tell: Callable[[str, AccountKey], None]
    """A person has to know."""
    limits: dict[AccountKey, AccountLimits] = field(default_factory=dict)
    pending: Callable[[AccountKey], Sequence[Intent]] = lambda _: ()
    """Entries of an account that are under way."""
    held_account: Callable[[AccountKey], int] = lambda _: 0
    """Contracts that an account holds, without signs."""
    liquidated: dict[tuple[AccountKey, int], Held] = field(default_factory=dict)
    """Contracts that the broker was last told to flatten by itself, with what a link held there:
    its fill names no order of ours."""
    leaving: set[int] = field(default_factory=set)
    """Links that are about to be switched off or removed: nothing new is entered for them."""
    patience: Patience = field(default_factory=Patience)

    @staticmethod
    def now() -> float:
        """The loop's time."""
        return asyncio.get_running_loop().time()

    def limits_of(self, key: AccountKey) -> AccountLimits:
        """The caps of an account."""
        return self.limits.get(key, NO_LIMITS)
