"""What an alert says (Reading), and the few words in which signals are spoken of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from justtrades_desktop.domain.exits import Level


class Action(StrEnum):
    """What an alert asks for, in a trader's words."""

    BUY = "buy"
    SELL = "sell"
    CLOSE = "close"
    ADD = "add"
    REVERSE = "reverse"
    TARGET = "target"  # no action word, but the strategy's position is stated
    PRICE = "price"  # a tick, not a signal


class Opposite(StrEnum):
    """What a buy does to a short, and a sell to a long."""

    NET = "net"  # reduce; what is left over opens the other side
    CLOSE = "close"  # close, open nothing
    REVERSE = "reverse"  # close, and open the signal's own quantity on the other side


class Outcome(StrEnum):
    """What became of an alert; stored with it and answered to its sender."""

    APPLIED = "applied"
    IGNORED = "ignored"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    PRICE = "price"


class Source(StrEnum):
    """Where a signal came from."""

    ALERT = "alert"
    HAND = "hand"
    RULE = "rule"

    @property
    def exit_reason(self) -> str:
        """Why a position was closed when a signal from here closed it."""
        return "signal" if self is Source.ALERT else self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """An alert as read, before any setting of the trader is applied.

    ``quantity`` is in contracts (0 is a value, None means the alert names none), ``target`` and
    ``previous`` are the strategy's own stated position, signed (short is negative), ``percent`` is
    the part of a position to close (0 to 100). ``ticker`` stands as the alert spells it.
    ``only_side`` is +1 where a close is for a long only (``exit_long``), -1 for a short, else 0.
    ``take_profit`` and ``stop_loss`` are the alert's own exits, used where the recorder says so.
    ``sender_id`` is an explicit id of the alert, ``sent_at`` its own time, both as text.
    """

    action: Action
    ticker: str | None = None
    quantity: int | None = None
    price: Decimal | None = None
    target: int | None = None
    percent: Decimal | None = None
    previous: int | None = None
    only_side: int = 0
    take_profit: Level | None = None
    stop_loss: Level | None = None
    sender_id: str | None = None
    sent_at: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An alert that must not be guessed at; ``reason`` is for the trader, in plain words."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What arrived, read and made safe to keep.

    ``text`` is the body with secrets masked, ``fingerprint`` 16 bytes that identify the body as
    it was sent, ``received_at`` UTC. ``exit_reason`` is why it closes a position, where its source
    does not say it: the rule that was touched. The price of a ``bygone`` one is of another time:
    it counts for its own position and moves no market.
    """

    text: str
    fingerprint: bytes
    reading: Reading | Unreadable
    received_at: datetime
    content_type: str = ""
    source: Source = Source.ALERT
    exit_reason: str | None = None
    bygone: bool = False
