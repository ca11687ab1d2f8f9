"""A history of another program, as it was read: old trades and signals with their own figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from justtrades_desktop.domain.positions import Side

TRADES: Final = "recorded_trades"
POSITIONS: Final = "recorder_positions"
SIGNALS: Final = "recorded_signals"
_OPENING: Final = "open position of an imported history, "


@dataclass(frozen=True, slots=True, kw_only=True)
class OldTrade:
    """One row of ``recorded_trades`` or ``recorder_positions``, with the figures it came with.

    ``key`` (16 bytes) is the row's identity, whatever file it comes in. ``in_journal`` is False
    for what is open, and for a position that trades of the same recorder tell already. Money is
    that of the old program; ``drawdown`` (at most 0) and ``run_up`` (at least 0) are None where
    they were never measured, ``profit`` and the prices where the row does not say. ``adds`` counts
    entries after the first. ``row`` is the whole old row as JSON.
    """

    key: bytes
    table: str
    id: str
    in_journal: bool
    recorder: str
    symbol: str
    side: Side
    open: bool
    quantity: int
    entry_price: Decimal | None
    exit_price: Decimal | None
    opened_at: datetime | None
    closed_at: datetime | None
    profit: Decimal | None
    fees: Decimal | None
    drawdown: Decimal | None
    run_up: Decimal | None
    adds: int | None
    exit_reason: str | None
    notes: str | None
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OldSignal:
    """One row of ``recorded_signals``; ``row`` is all of it as JSON, secrets masked."""

    key: bytes
    id: str
    recorder: str
    received_at: datetime | None
    action: str | None
    symbol: str | None
    price: Decimal | None
    row: str


class Unread(NamedTuple):
    """An old row that was left out, or not opened; ``reason`` for the trader, in plain words."""

    table: str
    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OldHistory:
    """All that a file of the old program holds. ``recorders`` are their names there."""

    file: str
    recorders: tuple[str, ...]
    trades: tuple[OldTrade, ...]
    positions: tuple[OldTrade, ...]
    signals: tuple[OldSignal, ...]
    unreadable: tuple[Unread, ...]

    @property
    def to_open(self) -> tuple[OldTrade, ...]:
        """What is open, told once: an open trade only where its recorder has no positions."""
        told = {position.recorder for position in self.positions}
        trades = (trade for trade in self.trades if trade.recorder not in told)
        return tuple(old for old in (*self.positions, *trades) if old.open)


class Imported(NamedTuple):
    """What the ledger holds of old histories: keys of rows, and of those opened as positions."""

    keys: frozenset[bytes] = frozenset()
    opened: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class LegacyImported:
    """An old history was brought along; rows that the ledger knows already are left alone."""

    file: str
    trades: tuple[OldTrade, ...]
    signals: tuple[OldSignal, ...]


def opening_text(key: bytes) -> str:
    """The text of the signal that opens an old position here; by it a second import knows."""
    return f"{_OPENING}{key.hex()}"


def opening_key(text: str) -> bytes | None:
    """The key that :func:`opening_text` wrote, None for any other text."""
    try:
        return bytes.fromhex(text.removeprefix(_OPENING)) if text.startswith(_OPENING) else None
    except ValueError:
        return None
