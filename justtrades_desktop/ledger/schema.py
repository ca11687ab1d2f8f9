"""The tables of the ledger."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, LargeBinary, MetaData, Text, text
from sqlalchemy import Table as SqlTable
from sqlmodel import Field, SQLModel

from justtrades_desktop.ledger.columns import DecimalText, UnitsText, UtcText

REVISION = "0004"
"""The newest migration; a file at another revision is migrated, or refused where it is newer."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """The common base, with a metadata of its own so that constraint names are settled here."""

    metadata = MetaData(naming_convention=NAMING)


class RecorderRow(Table, table=True):
    """A strategy the trader follows."""

    __tablename__ = "recorders"

    id: int = Field(primary_key=True)
    name: str = Field(unique=True)
    token: str = Field(unique=True)
    enabled: bool
    quantity: int
    multiplier: int
    symbol: str | None = None
    opposite: str
    follow_position: bool
    exits: str | None = None


class SignalRow(Table, table=True):
    """One alert: the masked body, how it was read, what was decided, and what a replay needs.

    ``fill_price`` is the price known when it was decided; ``first_tick_price`` came later, for
    entries that had waited. ``instruction_*`` are the contracts after the recorder's settings.
    """

    __tablename__ = "signals"
    __table_args__ = (
        # Only what still waits for a price is ever looked up by its position.
        Index(
            "ix_signals_unpriced",
            "position_id",
            sqlite_where=text("fill_price IS NULL AND position_id IS NOT NULL"),
        ),
        Index("uq_signals_key", "key", unique=True),
    )

    id: int = Field(primary_key=True)
    recorder_id: int = Field(foreign_key="recorders.id")
    received_at: datetime = Field(sa_type=UtcText)
    source: str
    content_type: str
    body: str = Field(sa_type=Text)
    outcome: str
    reason: str | None = None
    gap: str | None = None
    action: str | None = None
    ticker: str | None = None
    symbol: str | None = None
    quantity: int | None = None
    price: Decimal | None = Field(default=None, sa_type=DecimalText)
    target: int | None = None
    percent: Decimal | None = Field(default=None, sa_type=DecimalText)
    previous: int | None = None
    sent_at: str | None = None
    instruction_action: str | None = None
    instruction_quantity: int | None = None
    instruction_percent: Decimal | None = Field(default=None, sa_type=DecimalText)
    instruction_target: int | None = None
    instruction_opposite: str | None = None
    fill_price: Decimal | None = Field(default=None, sa_type=DecimalText)
    first_tick_price: Decimal | None = Field(default=None, sa_type=DecimalText)
    position_id: int | None = None
    key: bytes | None = Field(default=None, sa_type=LargeBinary)
    repeats: int = 0
    last_repeat_at: datetime | None = Field(default=None, sa_type=UtcText)
    exit_reason: str | None = None
    take_profit: str | None = None
    stop_loss: str | None = None


class PositionRow(Table, table=True):
    """One position. P&L columns are in money, or in points where ``tick_value`` is unknown."""

    __tablename__ = "recorder_positions"
    __table_args__ = (
        # At most one open position per recorder and instrument, whatever the program does.
        Index(
            "uq_recorder_positions_open",
            "recorder_id",
            "symbol",
            unique=True,
            sqlite_where=text("status = 'open'"),
        ),
        Index("ix_recorder_positions_closed_at", "closed_at"),
    )

    id: int = Field(primary_key=True)
    recorder_id: int = Field(foreign_key="recorders.id")
    symbol: str
    side: str
    quantity: int
    max_quantity: int
    entered_quantity: int
    exited_quantity: int
    priced: bool
    entry_value: int = Field(sa_type=UnitsText)
    exit_value: int = Field(sa_type=UnitsText)
    open_cost: int = Field(sa_type=UnitsText)
    avg_entry_price: int | None = Field(default=None, sa_type=UnitsText)
    current_price: Decimal | None = Field(default=None, sa_type=DecimalText)
    unrealized_pnl: int | None = Field(default=None, sa_type=UnitsText)
    worst_unrealized_pnl: int = Field(sa_type=UnitsText)
    best_unrealized_pnl: int = Field(sa_type=UnitsText)
    exit_price: int | None = Field(default=None, sa_type=UnitsText)
    exit_reason: str | None = None
    realized_pnl: int | None = Field(default=None, sa_type=UnitsText)
    tick_size: Decimal | None = Field(default=None, sa_type=DecimalText)
    tick_value: Decimal | None = Field(default=None, sa_type=DecimalText)
    currency: str | None = None
    status: str
    opened_at: datetime = Field(sa_type=UtcText)
    closed_at: datetime | None = Field(default=None, sa_type=UtcText)
    updated_at: datetime = Field(sa_type=UtcText)
    favourable_price: Decimal | None = Field(default=None, sa_type=DecimalText)
    take_profit: str | None = None
    stop_loss: str | None = None
    risk: int | None = Field(default=None, sa_type=UnitsText)


class LegRow(Table, table=True):
    """One entry or exit of a position; a table of its own, so that an add costs the same always."""

    __tablename__ = "position_legs"
    __table_args__ = (Index("ix_position_legs_position_id", "position_id"),)

    id: int | None = Field(default=None, primary_key=True)
    position_id: int = Field(foreign_key="recorder_positions.id")
    signal_id: int = Field(foreign_key="signals.id")
    kind: str
    quantity: int
    price: Decimal | None = Field(default=None, sa_type=DecimalText)
    at: datetime = Field(sa_type=UtcText)


class ProductRow(Table, table=True):
    """What the trader entered for a symbol that the product table does not know."""

    __tablename__ = "products"

    symbol: str = Field(primary_key=True)
    tick_size: Decimal = Field(sa_type=DecimalText)
    tick_value: Decimal = Field(sa_type=DecimalText)
    currency: str
    jump_ticks: int | None = None


class PriceRow(Table, table=True):
    """The last known price of an instrument; one that is a second old may be lost in a crash."""

    __tablename__ = "last_prices"

    symbol: str = Field(primary_key=True)
    price: Decimal = Field(sa_type=DecimalText)
    at: datetime = Field(sa_type=UtcText)
    source: str | None = None


class HeartbeatRow(Table, table=True):
    """When the program last wrote: one row, rewritten with every settling of the marks."""

    __tablename__ = "heartbeat"

    id: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcText)


class PathRow(Table, table=True):
    """A part of a position's P&L path: 0 is its thinned past, 1 what was added since then."""

    __tablename__ = "position_paths"

    position_id: int = Field(primary_key=True)
    part: int = Field(primary_key=True)
    points: bytes = Field(sa_type=LargeBinary)


class NoteRow(Table, table=True):
    """What the trader wrote about a trade; ``origin`` says which table ``trade_id`` is of."""

    __tablename__ = "trade_notes"

    origin: str = Field(primary_key=True)
    trade_id: int = Field(primary_key=True)
    notes: str = Field(sa_type=Text)
    tags: str = Field(sa_type=Text)


class ImportedTradeRow(Table, table=True):
    """A trade or position of another program, with the figures it came with.

    ``key`` identifies the old row whatever file it comes in; ``row`` is the whole of it as JSON.
    ``in_journal`` is False for a row that tells again what another one tells already.
    """

    __tablename__ = "imported_trades"
    __table_args__ = (Index("uq_imported_trades_key", "key", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    key: bytes = Field(sa_type=LargeBinary)
    file: str
    source_table: str
    source_id: str
    in_journal: bool
    recorder: str
    symbol: str
    side: str
    status: str
    quantity: int
    entry_price: Decimal | None = Field(default=None, sa_type=DecimalText)
    exit_price: Decimal | None = Field(default=None, sa_type=DecimalText)
    opened_at: datetime | None = Field(default=None, sa_type=UtcText)
    closed_at: datetime | None = Field(default=None, sa_type=UtcText)
    profit: Decimal | None = Field(default=None, sa_type=DecimalText)
    fees: Decimal | None = Field(default=None, sa_type=DecimalText)
    drawdown: Decimal | None = Field(default=None, sa_type=DecimalText)
    run_up: Decimal | None = Field(default=None, sa_type=DecimalText)
    adds: int | None = None
    exit_reason: str | None = None
    notes: str | None = Field(default=None, sa_type=Text)
    row: str = Field(sa_type=Text)


class ImportedSignalRow(Table, table=True):
    """An old signal, as it came: history, folded into nothing."""

    __tablename__ = "imported_signals"
    __table_args__ = (Index("uq_imported_signals_key", "key", unique=True),)

    id: int | None = Field(default=None, primary_key=True)
    key: bytes = Field(sa_type=LargeBinary)
    file: str
    source_id: str
    recorder: str
    received_at: datetime | None = Field(default=None, sa_type=UtcText)
    action: str | None = None
    symbol: str | None = None
    price: Decimal | None = Field(default=None, sa_type=DecimalText)
    row: str = Field(sa_type=Text)


class AuditRow(Table, table=True):
    """A call to the broker and its answer; rows are only ever added (triggers refuse the rest).

    Times and seconds are plain texts, because ``hash`` covers the row as it stands in the file.
    """

    __tablename__ = "audit"

    id: int = Field(primary_key=True)
    at: str
    connection: str
    operation: str
    request: str = Field(sa_type=Text)
    status: int | None = None
    answer: str = Field(sa_type=Text)
    seconds: str | None = None
    outcome: str
    reason: str
    signal_id: int | None = None
    order_id: int | None = None
    client_order_id: str | None = None
    previous: str
    hash: str


class AuditHeadRow(Table, table=True):
    """The newest audit row, told a second time: one row, so that a cut-off end is found."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    audit_id: int
    hash: str


def table_of(row: type[SQLModel]) -> SqlTable:
    """The table behind a row class, for statements over many rows at once.

    One ORM object a signal costs several times what a Core statement does; the listener's
    acknowledgement waits for it.
    """
    return Table.metadata.tables[str(row.__tablename__)]
