"""One old row at a time: what each column of each shape means here."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from justtrades_desktop.domain.legacy import POSITIONS, SIGNALS, TRADES, OldSignal, OldTrade
from justtrades_desktop.domain.positions import Side
from justtrades_desktop.domain.values import plain
from justtrades_desktop.ledger.columns import utc_text
from justtrades_desktop.ledger.legacy_excursions import Excursions, of_position, of_trade
from justtrades_desktop.ledger.legacy_values import (
    Odd,
    OldRow,
    first,
    moment,
    number,
    shown,
    side,
    symbol,
    text,
    whole,
)

_OPENED: Final = ("entry_time", "opened_at", "created_at")
_CLOSED: Final = ("exit_time", "closed_at", "updated_at")
_RECEIVED: Final = ("received_at", "created_at", "timestamp")
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)  # one for all rows: making it takes longer


class Context(NamedTuple):
    """What a row's meaning depends on besides itself. Recorders go by their old id as text.

    ``with_trades`` are those with rows in ``recorded_trades``, ``in_points`` those whose
    excursions there are no money.
    """

    names: Mapping[str | None, str]
    with_trades: frozenset[str | None]
    in_points: frozenset[str | None]
    spelled: Callable[[str], str]
    masked: Callable[[str], str]

    def recorder(self, row: OldRow) -> str:
        """The name of a row's recorder, or its number where the file does not name it."""
        old_id = text(row, "recorder_id")
        known = self.names.get(old_id)
        return known or ("Unknown recorder" if old_id is None else f"Recorder {old_id}")


def trade_of(row: OldRow, context: Context) -> OldTrade:
    """A row of ``recorded_trades``; in the journal once it is closed.

    Raises:
        Odd: it cannot be read.
    """
    profit = number(row, "pnl", "realized_pnl")
    in_points = text(row, "recorder_id") in context.in_points
    excursions = of_trade(row, profit, in_points=in_points)
    return _trade(row, context, TRADES, profit, excursions, in_journal=True)


def position_of(row: OldRow, context: Context) -> OldTrade:
    """A row of ``recorder_positions``; in the journal only where no trades tell the same.

    Raises:
        Odd: it cannot be read.
    """
    profit = number(row, "realized_pnl", "pnl")
    alone = text(row, "recorder_id") not in context.with_trades
    return _trade(row, context, POSITIONS, profit, of_position(row, profit), in_journal=alone)


def signal_of(row: OldRow, context: Context) -> OldSignal:
    """A row of ``recorded_signals``; all but its numbers and its time may be missing.

    Raises:
        Odd: its price is no number, or its time none.
    """
    named, price, received_at = symbol(row), number(row, "price"), moment(row, *_RECEIVED)
    recorder, action = context.recorder(row), text(row, "action", "signal_type")
    at = None if received_at is None else utc_text(received_at)
    told = None if price is None else plain(price)
    return OldSignal(
        key=_key(SIGNALS, str(row["id"]), recorder, named, action, at, told),
        id=str(row["id"]),
        recorder=recorder,
        received_at=received_at,
        action=action,
        symbol=named and context.spelled(named),
        price=price,
        row=_json(row, context.masked),
    )


def _trade(
    row: OldRow,
    context: Context,
    table: str,
    profit: Decimal | None,
    excursions: Excursions,
    *,
    in_journal: bool,
) -> OldTrade:
    named, told_side, is_open = symbol(row), side(row), _is_open(row)
    if named is None:
        raise Odd("it names no symbol")
    quantity, adds = _size(row, told_side)
    entry, opened_at, closed_at = _entry_price(row), moment(row, *_OPENED), _closed(row, is_open)
    if opened_at and closed_at and closed_at < opened_at:
        raise Odd("it was closed before it was opened")
    recorder = context.recorder(row)
    return OldTrade(
        key=_trade_key(table, str(row["id"]), recorder, named, told_side, opened_at, entry),
        table=table,
        id=str(row["id"]),
        in_journal=in_journal and not is_open,
        recorder=recorder,
        symbol=context.spelled(named),
        side=told_side,
        open=is_open,
        quantity=quantity,
        entry_price=entry,
        exit_price=None if is_open else number(row, "exit_price"),
        opened_at=opened_at,
        closed_at=closed_at,
        # What is open has no result yet: its 0 is only the column's default.
        profit=None if is_open and not profit else profit,
        fees=number(row, "fees"),
        drawdown=excursions.drawdown,
        run_up=excursions.run_up,
        adds=adds,
        exit_reason=None if is_open else text(row, "exit_reason"),
        notes=text(row, "notes"),
        row=_json(row, str),
    )


def _is_open(row: OldRow) -> bool:
    told = (text(row, "status") or "").strip().lower()
    if told in ("open", "closed"):
        return told == "open"
    if told:
        raise Odd(f"its status is neither open nor closed: {shown(told)}")
    return first(row, "exit_time", "closed_at", "exit_price") is None


def _entry_price(row: OldRow) -> Decimal | None:
    return number(row, "avg_entry_price", "entry_price")


def _closed(row: OldRow, is_open: bool) -> datetime | None:
    closed_at = None if is_open else moment(row, *_CLOSED)
    if closed_at is None and not is_open:
        raise Odd("it is closed, but no column says when")
    return closed_at


def _size(row: OldRow, told_side: Side) -> tuple[int, int | None]:
    """Contracts, and entries after the first as far as the row lists its entries."""
    entries = _entries(row, told_side)
    quantity = whole(row, "total_quantity", "quantity")
    if not quantity and entries:  # some versions count a position down as it closes
        sizes = [whole(entry, "qty", "quantity") for entry in entries]
        quantity = sum(size or 0 for size in sizes)
    if quantity is None:
        raise Odd("it names no quantity")
    return quantity, len(entries) - 1 if entries else None


def _entries(row: OldRow, told_side: Side) -> list[OldRow]:
    """The fills that the row lists as JSON, exits left out; empty where they cannot be read."""
    try:
        listed = json.loads(text(row, "entries", "fills") or "[]")
    except ValueError:
        return []
    fills = [fill for fill in listed if isinstance(fill, dict)] if isinstance(listed, list) else []
    return [fill for fill in fills if _enters(fill, told_side)]


def _enters(fill: OldRow, told_side: Side) -> bool:
    try:
        return first(fill, "side", "action") is None or side(fill) is told_side
    except Odd:
        return False


def _trade_key(
    table: str,
    old_id: str,
    recorder: str,
    named: str,
    told_side: Side,
    opened_at: datetime | None,
    entry: Decimal | None,
) -> bytes:
    """An average entry moves with every add, so it identifies only what has no opening time."""
    at = None if opened_at is None else utc_text(opened_at)
    price = plain(entry) if at is None and entry is not None else None
    return _key(table, old_id, recorder, named.upper(), told_side.value, at, price)


def _key(*identity: str | None) -> bytes:
    return blake2b(repr(identity).encode(), digest_size=16).digest()


def _json(row: OldRow, masked: Callable[[str], str]) -> str:
    """The whole row; what JSON cannot hold stands as text."""

    def told(value: Any) -> Any:
        if isinstance(value, str):
            return masked(value)
        if isinstance(value, bytes):
            return value.hex()
        return str(value) if isinstance(value, float) and not math.isfinite(value) else value

    return _ENCODER.encode({column: told(value) for column, value in row.items()})
