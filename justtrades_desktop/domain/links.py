"""A link: one strategy on one account, and the settings that make orders of its signals.

Every setting does something that a test shows, and a sentence says it (``link_words``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from justtrades_desktop.domain.exits import Level


class AccountKey(NamedTuple):
    """An account by the name of its connection and its own."""

    connection: str
    account: str

    def __str__(self) -> str:
        return f"{self.connection}/{self.account}"


class LinkMode(StrEnum):
    """What a link does with a signal: nothing, decide and record, or send orders too."""

    OFF = "off"
    SHADOW = "shadow"
    ARMED = "armed"


class Direction(StrEnum):
    """Which entries are taken; ``inverse`` trades every signal the other way round."""

    BOTH = "both"
    LONG = "long"
    SHORT = "short"
    INVERSE = "inverse"


class SameWay(StrEnum):
    """What a signal in the direction of an open position does."""

    FOLLOW = "follow"
    IGNORE = "ignore"


class OtherWay(StrEnum):
    """What a buy or sell against an open position does: as the signal position, only close what
    is open, or nothing (explicit closes and exits still count)."""

    FOLLOW = "follow"
    CLOSE = "close"
    IGNORE = "ignore"


class Outside(StrEnum):
    """What happens outside the time windows: no entries, or flat at their end too."""

    NO_ENTRIES = "no entries"
    FLAT = "flat"


class AtLimit(StrEnum):
    """What a daily limit does once it is reached."""

    STOP = "stop entries"
    FLATTEN = "flatten"
    BOTH = "both"


class EntryKind(StrEnum):
    """How an entry is priced."""

    MARKET = "market"
    LIMIT = "limit"


class LimitEnd(StrEnum):
    """What becomes of a limit entry that did not fill in time."""

    CANCEL = "cancel"
    MARKET = "market"


class Target(NamedTuple):
    """One step of the ladder: where, and how much leaves there.

    ``part`` is in contracts, or in percent of the position where ``percent``; the last step takes
    whatever is left, so that the parts always add up to the whole.
    """

    level: Level
    part: Decimal
    percent: bool = True


class Window(NamedTuple):
    """When entries are allowed: on ``days`` (0 is Monday) from ``start`` up to ``end`` in ``zone``.

    One that ends before it starts runs past midnight and belongs to the day it started on. With
    ``by_session`` the days are CME session days (Monday's begins on Sunday evening).
    """

    days: frozenset[int]
    start: time
    end: time
    zone: str = "America/New_York"
    by_session: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """Sizes are contracts, distances levels (ticks, points, percent, money, the alert's own),
    money is in the account's currency. None is "not set", which is not 0.
    """

    # Size
    initial: int | None = None
    add: int | None = None
    multiplier: int = 1
    max_contracts: int | None = None
    # Exits; without own ones the recorder's count
    own_exits: bool = False
    targets: tuple[Target, ...] = ()
    stop: Level | None = None
    trail: Level | None = None
    trail_after: Level | None = None
    trail_step: Level | None = None
    break_even: Level | None = None
    break_even_offset: Level | None = None
    # Averaging
    adds: bool = True
    add_every: int = 1
    add_apart_ticks: int = 0
    adds_most: int | None = None
    # Which signals
    direction: Direction = Direction.BOTH
    same_way: SameWay = SameWay.FOLLOW
    other_way: OtherWay = OtherWay.FOLLOW
    # When
    windows: tuple[Window, ...] = ()
    outside: Outside = Outside.NO_ENTRIES
    flat_at_session_end: bool = False
    stale_seconds: int = 30
    # How often, and how much may be lost or won in a session
    cooldown_seconds: int = 0
    trades_most: int | None = None
    daily_loss: Decimal | None = None
    daily_loss_does: AtLimit = AtLimit.BOTH
    daily_profit: Decimal | None = None
    daily_profit_does: AtLimit = AtLimit.STOP
    # The order
    contract: str | None = None
    slippage_ticks: int | None = None
    entry: EntryKind = EntryKind.MARKET
    limit_ticks: int = 0
    limit_seconds: int = 30
    limit_end: LimitEnd = LimitEnd.CANCEL
    expiry_days: int = 1


DEFAULTS: Final = LinkSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """``recorder_id``'s signals on the account ``key``."""

    id: int
    recorder_id: int
    key: AccountKey
    mode: LinkMode = LinkMode.SHADOW
    settings: LinkSettings = DEFAULTS


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLimits:
    """Caps of one account, each off while None. A refusal names the one that refused.

    ``order`` and ``position`` are contracts (of one order; of one contract held), ``account``
    the sum of all contracts held, ``minute`` and ``day`` orders that open or add in that time.
    ``repeat_seconds``: an identical entry within them waits. ``daily_loss_at_broker`` is what the
    broker itself flattens at, in money; it is asked for where the account allows.
    """

    order: int | None = None
    position: int | None = None
    account: int | None = None
    minute: int | None = 30
    day: int | None = 500
    repeat_seconds: int = 10
    daily_loss_at_broker: Decimal | None = None


NO_LIMITS: Final = AccountLimits()
