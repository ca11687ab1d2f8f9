"""Orders as this program means them: intents, their legal states, decisions and executions.

An intent is on disk before anything is sent, and is sent at most once. Nothing becomes a fill but
a fill. Prices are points, sizes contracts, times aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from justtrades_desktop.domain.links import AccountKey


class Way(StrEnum):
    """Buy or sell, in the broker's spelling."""

    BUY = "Buy"
    SELL = "Sell"

    @property
    def sign(self) -> int:
        """+1 or -1."""
        return 1 if self is Way.BUY else -1

    @property
    def other(self) -> Way:
        """The way back."""
        return Way.SELL if self is Way.BUY else Way.BUY


def way_of(signed: int) -> Way:
    """The way that leads from flat to ``signed``."""
    return Way.BUY if signed > 0 else Way.SELL


class OrderKind(StrEnum):
    """How an order is priced, in the broker's spelling."""

    MARKET = "Market"
    LIMIT = "Limit"
    STOP = "Stop"
    STOP_LIMIT = "StopLimit"
    TRAILING_STOP = "TrailingStop"


class Purpose(StrEnum):
    """What an order is for."""

    ENTRY = "entry"
    ADD = "add"
    TARGET = "target"
    STOP = "stop"
    TRIM = "trim"
    CLOSE = "close"
    MODIFY = "modify"
    CANCEL = "cancel"
    FLATTEN = "flatten"
    HAND = "hand"
    """A person typed it."""

    @property
    def opens(self) -> bool:
        """Whether it can increase exposure."""
        return self in (Purpose.ENTRY, Purpose.ADD, Purpose.HAND)


class IntentState(StrEnum):
    """How far an intent has come. ``intended`` after a crash means: perhaps sent."""

    INTENDED = "intended"
    DOUBT = "in doubt"
    PLACED = "placed"
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    NOT_SENT = "not sent"
    ABSENT = "absent"
    """Looked for twice and proven never to have arrived."""
    DONE = "done"
    """A change or a cancel that the broker took."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self not in _LIVING


_LIVING: Final = frozenset((IntentState.INTENDED, IntentState.DOUBT, IntentState.PLACED))

NEXT: Final[Mapping[IntentState, frozenset[IntentState]]] = {
    IntentState.INTENDED: frozenset(IntentState) - {IntentState.INTENDED, IntentState.ABSENT},
    IntentState.DOUBT: frozenset(IntentState) - {IntentState.INTENDED},
    IntentState.PLACED: frozenset(
        (
            IntentState.FILLED,
            IntentState.CANCELED,
            IntentState.REJECTED,
            IntentState.DONE,
        )
    ),
    # A look-up may have missed what the broker shows later: fills are fills.
    IntentState.ABSENT: frozenset((IntentState.PLACED, IntentState.FILLED)),
}
"""The legal steps; a state that is no key here is final."""


class Leg(NamedTuple):
    """An exit that hangs on an entry: ``part`` is its place in the ladder, None of the whole."""

    purpose: Purpose
    kind: OrderKind
    client_id: str
    price: Decimal | None = None
    stop_price: Decimal | None = None
    distance: Decimal | None = None
    """How far a trailing stop stays behind, in points."""
    part: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One thing that is sent at most once.

    ``client_id`` is our own id of the order, unique for ever. ``target_id`` is the order that a
    change or a cancel is for. ``legs`` are the exits of an entry, ``oco`` the other of a pair.
    """

    client_id: str
    decision_id: int
    key: AccountKey
    contract_id: int
    contract: str
    purpose: Purpose
    way: Way
    quantity: int
    kind: OrderKind = OrderKind.MARKET
    price: Decimal | None = None
    stop_price: Decimal | None = None
    distance: Decimal | None = None
    time_in_force: str = "Day"
    legs: tuple[Leg, ...] = ()
    oco: Leg | None = None
    part: int | None = None
    target_id: int | None = None
    is_automated: bool = True
    at: datetime
    state: IntentState = IntentState.INTENDED
    order_id: int | None = None
    said: str = ""
    """Why it came to nothing, in the broker's own words; empty where it did not."""


class Verdict(StrEnum):
    """What became of a decision."""

    SENT = "sent"
    SHADOW = "shadow"
    NOTHING = "nothing"
    REFUSED = "refused"
    PARKED = "parked"
    SUPERSEDED = "superseded"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    PERSON = "needs a person"


class Wish(StrEnum):
    """What a decision is about."""

    ENTER = "enter"
    ADD = "add"
    TRIM = "trim"
    CLOSE = "close"
    REVERSE = "reverse"
    HOLD = "hold"
    """Nothing is to be sent: the signal does not concern this link, or a rule refuses it."""
    HAND = "hand"
    FLATTEN = "flatten"
    REPAIR = "repair"
    MANUAL = "manual"
    """Somebody traded at the broker; seen, and never corrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One signal on one link, in one line: what was wanted, what the rules made of it, what came.

    ``before`` is what the link held (signed), ``wanted`` what it shall hold. ``link_id`` is None
    where no link decided (a person's order, flatten all), ``signal_id`` where no signal did.
    ``price`` is the signal's, from which slippage and delay are counted.
    """

    id: int
    at: datetime
    wish: Wish
    verdict: Verdict
    key: AccountKey
    link_id: int | None = None
    signal_id: int | None = None
    symbol: str = ""
    contract: str = ""
    before: int = 0
    wanted: int = 0
    price: Decimal | None = None
    reason: str = ""
    came: str = ""
    """What came back, in words: fills, or why not."""
    signal_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One fill. ``slippage`` is in ticks against the signal's price (above 0 is worse), ``delay``
    seconds from the alert's arrival; both None where no signal caused it."""

    key: AccountKey
    fill_id: int
    order_id: int
    contract_id: int
    contract: str
    way: Way
    quantity: int
    price: Decimal
    at: datetime
    client_id: str | None = None
    decision_id: int | None = None
    link_id: int | None = None
    signal_id: int | None = None
    purpose: Purpose | None = None
    """None: somebody else's order, a manual trade."""
    slippage: Decimal | None = None
    delay: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a link holds in a contract: signed ``own`` contracts by its orders' fills.

    ``wanted`` is what its decisions say, ``manual`` what somebody else traded in that contract
    meanwhile. ``done`` are the steps of the ladder that have filled, ``adds`` how often it was
    added to. The row lasts from the entry until the account is flat in the contract.
    """

    link_id: int
    key: AccountKey
    contract_id: int
    contract: str
    symbol: str
    own: int = 0
    wanted: int = 0
    manual: int = 0
    decision_id: int = 0
    done: frozenset[int] = frozenset()
    filled: tuple[int, ...] = ()
    """How many contracts each step of the ladder has closed."""
    best: Decimal | None = None
    """The most favourable price since the last entry, for trailing and break-even."""
    average: Decimal | None = None
    """What the open contracts cost on average, by their fills."""
    take_profit: str | None = None
    stop_loss: str | None = None
    """The levels that the alert itself named, as text."""
    at: datetime
