"""Alembic's entry: migrates over the connection it is given."""

from __future__ import annotations

from alembic import context

from justtrades_desktop.ledger.schema import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite cannot alter most things in place
    transactional_ddl=False,  # the caller's transaction spans all of it
)
context.run_migrations()
