"""P&L paths, exits by rule, the journal's notes and imported old trades."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only add: nothing that stands in an older file is touched."""
    op.add_column("recorders", sa.Column("exits", sa.String(), nullable=True))
    for name in ("exit_reason", "take_profit", "stop_loss"):
        op.add_column("signals", sa.Column(name, sa.String(), nullable=True))
    for name in ("favourable_price", "take_profit", "stop_loss", "risk"):
        op.add_column("recorder_positions", sa.Column(name, sa.String(), nullable=True))
    op.add_column("products", sa.Column("jump_ticks", sa.Integer(), nullable=True))
    op.add_column("last_prices", sa.Column("source", sa.String(), nullable=True))
    op.create_table(
        "position_paths",
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position_id", "part", name=op.f("pk_position_paths")),
    )
    op.create_table(
        "trade_notes",
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("trade_id", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "trade_id", name=op.f("pk_trade_notes")),
    )
    op.create_table(
        "imported_trades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("source_table", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("in_journal", sa.Boolean(), nullable=False),
        sa.Column("recorder", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("entry_price", sa.String(), nullable=True),
        sa.Column("exit_price", sa.String(), nullable=True),
        sa.Column("opened_at", sa.String(), nullable=True),
        sa.Column("closed_at", sa.String(), nullable=True),
        sa.Column("profit", sa.String(), nullable=True),
        sa.Column("fees", sa.String(), nullable=True),
        sa.Column("drawdown", sa.String(), nullable=True),
        sa.Column("run_up", sa.String(), nullable=True),
        sa.Column("adds", sa.Integer(), nullable=True),
        sa.Column("exit_reason", sa.String(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("row", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_trades")),
    )
    op.create_index(op.f("uq_imported_trades_key"), "imported_trades", ["key"], unique=True)
    op.create_table(
        "imported_signals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("recorder", sa.String(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("price", sa.String(), nullable=True),
        sa.Column("row", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_signals")),
    )
    op.create_index(op.f("uq_imported_signals_key"), "imported_signals", ["key"], unique=True)
