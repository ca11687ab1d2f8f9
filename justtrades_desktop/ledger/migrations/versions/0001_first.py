"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "last_prices",
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("price", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", name=op.f("pk_last_prices")),
    )
    op.create_table(
        "products",
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("tick_size", sa.String(), nullable=False),
        sa.Column("tick_value", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("symbol", name=op.f("pk_products")),
    )
    op.create_table(
        "recorders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("multiplier", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("opposite", sa.String(), nullable=False),
        sa.Column("follow_position", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorders")),
        sa.UniqueConstraint("name", name=op.f("uq_recorders_name")),
        sa.UniqueConstraint("token", name=op.f("uq_recorders_token")),
    )
    op.create_table(
        "recorder_positions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorder_id", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("max_quantity", sa.Integer(), nullable=False),
        sa.Column("entered_quantity", sa.Integer(), nullable=False),
        sa.Column("exited_quantity", sa.Integer(), nullable=False),
        sa.Column("priced", sa.Boolean(), nullable=False),
        sa.Column("entry_value", sa.String(), nullable=False),
        sa.Column("exit_value", sa.String(), nullable=False),
        sa.Column("open_cost", sa.String(), nullable=False),
        sa.Column("avg_entry_price", sa.String(), nullable=True),
        sa.Column("current_price", sa.String(), nullable=True),
        sa.Column("unrealized_pnl", sa.String(), nullable=True),
        sa.Column("worst_unrealized_pnl", sa.String(), nullable=False),
        sa.Column("best_unrealized_pnl", sa.String(), nullable=False),
        sa.Column("exit_price", sa.String(), nullable=True),
        sa.Column("exit_reason", sa.String(), nullable=True),
        sa.Column("realized_pnl", sa.String(), nullable=True),
        sa.Column("tick_size", sa.String(), nullable=True),
        sa.Column("tick_value", sa.String(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.Column("closed_at", sa.String(), nullable=True),
        sa.Column("updated_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recorder_id"],
            ["recorders.id"],
            name=op.f("fk_recorder_positions_recorder_id_recorders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorder_positions")),
    )
    op.create_index(
        "ix_recorder_positions_closed_at", "recorder_positions", ["closed_at"], unique=False
    )
    op.create_index(
        "uq_recorder_positions_open",
        "recorder_positions",
        ["recorder_id", "symbol"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
    )

    op.create_table(
        "signals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorder_id", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("gap", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("ticker", sa.String(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("price", sa.String(), nullable=True),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("percent", sa.String(), nullable=True),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.String(), nullable=True),
        sa.Column("instruction_action", sa.String(), nullable=True),
        sa.Column("instruction_quantity", sa.Integer(), nullable=True),
        sa.Column("instruction_percent", sa.String(), nullable=True),
        sa.Column("instruction_target", sa.Integer(), nullable=True),
        sa.Column("instruction_opposite", sa.String(), nullable=True),
        sa.Column("fill_price", sa.String(), nullable=True),
        sa.Column("first_tick_price", sa.String(), nullable=True),
        sa.Column("position_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("last_repeat_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recorder_id"], ["recorders.id"], name=op.f("fk_signals_recorder_id_recorders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signals")),
    )
    op.create_index(
        "ix_signals_unpriced",
        "signals",
        ["position_id"],
        unique=False,
        sqlite_where=sa.text("fill_price IS NULL AND position_id IS NOT NULL"),
    )
    op.create_index("uq_signals_key", "signals", ["key"], unique=True)

    op.create_table(
        "position_legs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("signal_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.String(), nullable=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["recorder_positions.id"],
            name=op.f("fk_position_legs_position_id_recorder_positions"),
        ),
        sa.ForeignKeyConstraint(
            ["signal_id"], ["signals.id"], name=op.f("fk_position_legs_signal_id_signals")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position_legs")),
    )
    op.create_index("ix_position_legs_position_id", "position_legs", ["position_id"], unique=False)
