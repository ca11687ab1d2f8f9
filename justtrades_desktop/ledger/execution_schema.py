"""The tables of the second ledger, in the same file: links, decisions, orders and their fills.

No row refers to a table of the first ledger by a foreign key: neither ledger can hold the other up.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from justtrades_desktop.ledger.columns import DecimalText, UtcText
from justtrades_desktop.ledger.schema import Table

PARKED = text("verdict = 'parked'")
LIVING = text("state IN ('intended', 'in doubt', 'placed')")
"""Conditions of the partial indexes, which SQLite uses where a query spells them the same way."""


class LinkRow(Table, table=True):
    """One strategy on one account; ``settings`` are JSON."""

    __tablename__ = "links"

    id: int = Field(primary_key=True)
    recorder_id: int
    connection: str
    account: str
    mode: str
    settings: str = Field(sa_type=Text)


class AccountLimitsRow(Table, table=True):
    """The caps of one account, as JSON."""

    __tablename__ = "account_limits"

    connection: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    limits: str = Field(sa_type=Text)


class DecisionRow(Table, table=True):
    """What one link made of one signal; never deleted (a trigger)."""

    __tablename__ = "decisions"
    __table_args__ = (
        Index("ix_decisions_signal_id", "signal_id"),
        Index("ix_decisions_link_id", "link_id"),
        Index("ix_decisions_parked", "id", sqlite_where=PARKED),
    )

    id: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcText)
    wish: str
    verdict: str
    connection: str
    account: str
    link_id: int | None = None
    signal_id: int | None = None
    symbol: str
    contract: str
    before: int
    wanted: int
    price: Decimal | None = Field(default=None, sa_type=DecimalText)
    reason: str
    came: str
    signal_at: datetime | None = Field(default=None, sa_type=UtcText)


class IntentRow(Table, table=True):
    """What is sent at most once; triggers keep it from ever becoming ``intended`` again.

    ``legs`` and ``oco`` are JSON: they are the intent's own and never looked up.
    """

    __tablename__ = "intents"
    __table_args__ = (Index("ix_intents_living", "decision_id", sqlite_where=LIVING),)

    client_id: str = Field(primary_key=True)
    decision_id: int
    connection: str
    account: str
    contract_id: int
    contract: str
    purpose: str
    way: str
    quantity: int
    kind: str
    price: Decimal | None = Field(default=None, sa_type=DecimalText)
    stop_price: Decimal | None = Field(default=None, sa_type=DecimalText)
    distance: Decimal | None = Field(default=None, sa_type=DecimalText)
    time_in_force: str
    legs: str = Field(sa_type=Text)
    oco: str | None = Field(default=None, sa_type=Text)
    part: int | None = None
    target_id: int | None = None
    is_automated: bool
    at: datetime = Field(sa_type=UtcText)
    state: str
    order_id: int | None = None
    said: str


class ExecutionRow(Table, table=True):
    """One fill, once per connection; never deleted (a trigger)."""

    __tablename__ = "executions"
    __table_args__ = (
        Index("ix_executions_at", "at", "connection", "fill_id"),
        Index("ix_executions_decision_id", "decision_id"),
    )

    connection: str = Field(primary_key=True)
    fill_id: int = Field(primary_key=True)
    account: str
    order_id: int
    contract_id: int
    contract: str
    way: str
    quantity: int
    price: Decimal = Field(sa_type=DecimalText)
    at: datetime = Field(sa_type=UtcText)
    client_id: str | None = None
    decision_id: int | None = None
    link_id: int | None = None
    signal_id: int | None = None
    purpose: str | None = None
    slippage: Decimal | None = Field(default=None, sa_type=DecimalText)
    delay: float | None = None


class HeldRow(Table, table=True):
    """What a link holds in a contract; the row goes when that is flat.

    ``done`` and ``filled`` are JSON.
    """

    __tablename__ = "held"

    link_id: int = Field(primary_key=True)
    contract_id: int = Field(primary_key=True)
    connection: str
    account: str
    contract: str
    symbol: str
    own: int
    wanted: int
    manual: int
    decision_id: int
    done: str
    filled: str
    best: Decimal | None = Field(default=None, sa_type=DecimalText)
    average: Decimal | None = Field(default=None, sa_type=DecimalText)
    take_profit: str | None = None
    stop_loss: str | None = None
    at: datetime = Field(sa_type=UtcText)


class LinkMemoryRow(Table, table=True):
    """What a link remembers of its decisions in a symbol, as JSON."""

    __tablename__ = "link_memories"

    link_id: int = Field(primary_key=True)
    symbol: str = Field(primary_key=True)
    memory: str = Field(sa_type=Text)


class ExecutionStateRow(Table, table=True):
    """One row. ``last_link`` is the highest id that a link ever had: none is given twice."""

    __tablename__ = "execution_state"

    id: int = Field(primary_key=True)
    paused: bool
    flattening: str = Field(sa_type=Text)
    last_routed: int
    last_link: int
