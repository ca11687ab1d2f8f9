"""Frozen facts: what was recorded, and what the bus carries once it is on disk.

Those that every alert or tick makes anew are tuples with names: a frozen dataclass takes three
times as long to make, and an alert makes a dozen such facts before it is acknowledged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from justtrades_desktop.domain.contracts import Product
from justtrades_desktop.domain.instructions import Instruction
from justtrades_desktop.domain.positions import Leg, Position
from justtrades_desktop.domain.recorders import Recorder
from justtrades_desktop.domain.signals import Alert, Outcome, Reading
from justtrades_desktop.domain.trades import Origin


class Signal(NamedTuple):
    """One stored alert: as received, as read, what was made of it and why.

    ``fill_price`` is the price its legs took when it was applied; ``key`` identifies a repeat;
    ``position_id`` is the position it left open, or else the one it closed.
    """

    id: int
    recorder_id: int
    alert: Alert
    outcome: Outcome
    reason: str | None = None
    gap: str | None = None
    symbol: str | None = None
    instruction: Instruction | None = None
    fill_price: Decimal | None = None
    position_id: int | None = None
    key: bytes | None = None

    @property
    def reading(self) -> Reading | None:
        """The reading, None where the alert could not be read."""
        return self.alert.reading if isinstance(self.alert.reading, Reading) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLine:
    """One signal as a person reads it; numbers are the alert's own, before any setting."""

    id: int
    recorder_id: int
    received_at: datetime
    source: str
    outcome: str
    reason: str | None
    action: str | None
    symbol: str | None
    quantity: int | None
    price: Decimal | None
    target: int | None
    body: str
    content_type: str
    repeats: int = 0

    @classmethod
    def of(cls, signal: Signal) -> SignalLine:
        """The line of a signal that was just recorded."""
        reading = signal.reading
        return cls(
            id=signal.id,
            recorder_id=signal.recorder_id,
            received_at=signal.alert.received_at,
            source=signal.alert.source.value,
            outcome=signal.outcome.value,
            reason=signal.reason,
            action=reading.action.value if reading else None,
            symbol=signal.symbol,
            quantity=reading.quantity if reading else None,
            price=reading.price if reading else None,
            target=reading.target if reading else None,
            body=signal.alert.text,
            content_type=signal.alert.content_type,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the sender is told. ``position`` is the signed number of contracts held after it."""

    outcome: Outcome
    signal_id: int | None = None
    reason: str | None = None
    symbol: str | None = None
    position: int | None = None


class SignalRecorded(NamedTuple):
    """A signal is on disk, with what it left of its position."""

    signal: Signal
    closed: Position | None = None
    open: Position | None = None
    legs: tuple[Leg, ...] = ()
    odd_price: bool = False  # it took its alert's price, which nothing else believes yet


@dataclass(frozen=True, slots=True)
class SignalRepeated:
    """An alert arrived again; ``first_id`` is the signal it repeats."""

    first_id: int
    at: datetime


ALERTS: Final = "alerts"
"""The feed that alerts are: every signal's own price, and price alerts."""


class PriceTicked(NamedTuple):
    """A new price of an instrument, and the name of the feed it came from; not on disk yet."""

    symbol: str
    price: Decimal
    at: datetime
    source: str = ALERTS


class PriceHeld(NamedTuple):
    """A price is absurdly far from the last one and does not count until another confirms it."""

    ticked: PriceTicked
    last: PriceTicked


class PathSaved(NamedTuple):
    """A part of a position's P&L path as it is to be kept; see ``domain.paths``."""

    position_id: int
    part: int
    points: bytes


@dataclass(frozen=True, slots=True)
class MarksSettled:
    """Marks of open positions and last prices, to be kept: at most one second of ticks.

    ``first_ticks`` maps the id of a position whose entries waited for a price to the price it got;
    ``paths`` are the parts of P&L paths that grew.
    """

    positions: tuple[Position, ...] = ()
    prices: tuple[PriceTicked, ...] = ()
    first_ticks: Mapping[int, Decimal] = field(default_factory=dict)
    paths: tuple[PathSaved, ...] = ()


@dataclass(frozen=True, slots=True)
class RecorderSaved:
    """A recorder was added or changed."""

    recorder: Recorder


@dataclass(frozen=True, slots=True)
class ProductSaved:
    """The trader entered what a tick of an unknown symbol is worth."""

    symbol: str
    product: Product


@dataclass(frozen=True, slots=True)
class TradeNoted:
    """The trader wrote about a trade of the journal; both stand there now as they are here."""

    origin: Origin
    trade_id: int
    notes: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LedgerFailed:
    """The ledger cannot commit: alerts are answered 503 until it can; ``reason`` in plain words."""

    reason: str


@dataclass(frozen=True, slots=True)
class LedgerRecovered:
    """The ledger commits again."""
