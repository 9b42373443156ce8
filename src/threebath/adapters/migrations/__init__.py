"""Brings a database's tables up to date.

The whole upgrade is one transaction, begun by taking the lock that lets one process in:
on SQLite the write lock, on PostgreSQL an advisory lock. Nodes may start at once; those
that come later find nothing left to do.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from threebath.adapters.sql import Database

_LOCK = 0x7468726565
"""Number of PostgreSQL's advisory lock: "three" in ASCII."""


async def upgrade(url: str) -> None:
    """Make the tables what this version needs.

    Raises:
        StoreFailed: the database does not answer, or is not safe.
    """
    database = Database(url, patience=60)
    try:
        await database.check()
        await database.write(_upgrade)
    finally:
        await database.close()


async def current(url: str) -> str | None:
    """Return the revision that the tables are at; None where there are none yet."""
    database = Database(url)
    try:
        return await database.read(_revision)
    finally:
        await database.close()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
