"""The second ledger: links and limits, decisions, intents, executions and what links hold."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# An intent that may have been sent must never look as if it had not been. A row may not be
# replaced either: INSERT OR REPLACE deletes without asking a trigger.
_KEPT = (
    "CREATE TRIGGER intents_sent_once BEFORE UPDATE ON intents "
    "WHEN NEW.state = 'intended' AND OLD.state <> 'intended' "
    "BEGIN SELECT RAISE(ABORT, 'an intent is sent at most once'); END",
    "CREATE TRIGGER intents_sent_once_anew BEFORE INSERT ON intents "
    "WHEN NEW.state = 'intended' AND EXISTS "
    "(SELECT 1 FROM intents WHERE client_id = NEW.client_id AND state <> 'intended') "
    "BEGIN SELECT RAISE(ABORT, 'an intent is sent at most once'); END",
    "CREATE TRIGGER intents_same_id BEFORE UPDATE OF client_id ON intents "
    "WHEN NEW.client_id <> OLD.client_id "
    "BEGIN SELECT RAISE(ABORT, 'the id of an intent is for ever'); END",
    "CREATE TRIGGER intents_no_delete BEFORE DELETE ON intents "
    "BEGIN SELECT RAISE(ABORT, 'intents are kept'); END",
    "CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions "
    "BEGIN SELECT RAISE(ABORT, 'decisions are kept'); END",
    "CREATE TRIGGER executions_no_delete BEFORE DELETE ON executions "
    "BEGIN SELECT RAISE(ABORT, 'executions are kept'); END",
    "CREATE TRIGGER executions_same_fill BEFORE UPDATE OF connection, fill_id ON executions "
    "WHEN NEW.connection <> OLD.connection OR NEW.fill_id <> OLD.fill_id "
    "BEGIN SELECT RAISE(ABORT, 'executions are kept'); END",
)


def upgrade() -> None:
    """Only add: nothing that stands in an older file is touched."""
    _settings()
    _decisions()
    _orders()
    for trigger in _KEPT:
        op.execute(trigger)


def _settings() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorder_id", sa.Integer(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
    )
    op.create_table(
        "account_limits",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "account", name=op.f("pk_account_limits")),
    )
    op.create_table(
        "execution_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("flattening", sa.Text(), nullable=False),
        sa.Column("last_routed", sa.Integer(), nullable=False),
        sa.Column("last_link", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_execution_state")),
    )
    op.execute("INSERT INTO execution_state VALUES (1, 0, '[]', 0, 0)")


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("signal_id", sa.Integer(), nullable=True),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("price", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("came", sa.String(), nullable=False),
        sa.Column("signal_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_signal_id"), "decisions", ["signal_id"])
    op.create_index(op.f("ix_decisions_link_id"), "decisions", ["link_id"])
    op.create_index(
        op.f("ix_decisions_parked"),
        "decisions",
        ["id"],
        sqlite_where=sa.text("verdict = 'parked'"),
    )


def _orders() -> None:
    op.create_table(
        "intents",
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("price", sa.String(), nullable=True),
        sa.Column("stop_price", sa.String(), nullable=True),
        sa.Column("distance", sa.String(), nullable=True),
        sa.Column("time_in_force", sa.String(), nullable=False),
        sa.Column("legs", sa.Text(), nullable=False),
        sa.Column("oco", sa.Text(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("target_id", sa.Integer(), nullable=True),
        sa.Column("is_automated", sa.Boolean(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("said", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_intents")),
    )
    op.create_index(
        op.f("ix_intents_living"),
        "intents",
        ["decision_id"],
        sqlite_where=sa.text("state IN ('intended', 'in doubt', 'placed')"),
    )
    op.create_table(
        "executions",
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("fill_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("way", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("signal_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("slippage", sa.String(), nullable=True),
        sa.Column("delay", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("connection", "fill_id", name=op.f("pk_executions")),
    )
    op.create_index(op.f("ix_executions_at"), "executions", ["at", "connection", "fill_id"])
    op.create_index(op.f("ix_executions_decision_id"), "executions", ["decision_id"])
    op.create_table(
        "held",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("connection", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("contract", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("own", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("manual", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("done", sa.String(), nullable=False),
        sa.Column("filled", sa.String(), nullable=False),
        sa.Column("best", sa.String(), nullable=True),
        sa.Column("average", sa.String(), nullable=True),
        sa.Column("take_profit", sa.String(), nullable=True),
        sa.Column("stop_loss", sa.String(), nullable=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "contract_id", name=op.f("pk_held")),
    )
    op.create_table(
        "link_memories",
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("memory", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", "symbol", name=op.f("pk_link_memories")),
    )
