"""Bringing the ledger's tables to the newest revision; loads Alembic, so imported late."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def migrate(connection: Connection) -> None:
    """Run every migration that the file has not seen, all or nothing."""
    config = Config()
    # Built in code: a bundled program has no alembic.ini, only the folder of migrations.
    # A percent sign would begin a reference to another option.
    folder = str(Path(__file__).parent / "migrations").replace("%", "%%")
    config.set_main_option("script_location", folder)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
