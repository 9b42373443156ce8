"""The four ports over one database."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

from threebath.adapters.migrations import upgrade
from threebath.adapters.sql import (
    Database,
    SqlAccounts,
    SqlCatalog,
    SqlLibrary,
    SqlRegistry,
)


@dataclass(frozen=True)
class Stores:
    """The adapters, and what they share."""

    database: Database

    @classmethod
    @asynccontextmanager
    async def open(cls, url, **options):
        database = Database(url, **options)
        yield cls(database)
        await database.close()

    @property
    def catalog(self):
        return SqlCatalog(self.database)

    @property
    def library(self):
        return SqlLibrary(self.database)

    @property
    def accounts(self):
        return SqlAccounts(self.database)

    @property
    def registry(self):
        return SqlRegistry(self.database)


def template(folder):
    """Make a database file in *folder* that can be copied as one file."""
    path = folder / "threebath.db"
    asyncio.run(upgrade(f"sqlite:///{path}"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path
