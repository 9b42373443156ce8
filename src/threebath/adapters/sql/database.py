"""One database: connections that read, connections that write, and whether it is safe."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from threebath.adapters.sql.postgres import Postgres
from threebath.adapters.sql.sqlite import Sqlite
from threebath.core.errors import StoreFailed

_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
_KINDS: dict[str, type[Sqlite | Postgres]] = {"sqlite": Sqlite, "postgresql": Postgres}


class Database:
    """An engine and its rules; the ports' adapters share one.

    Args:
        url: ``sqlite:///path`` (``sqlite:////absolute``) or ``postgresql://…``.
        patience: seconds to wait for a lock or a free connection before `StoreFailed`.
    """

    def __init__(self, url: str, *, patience: float = 10) -> None:
        address = make_url(url)
        self._kind = _KINDS[address.get_backend_name()](patience)
        self.engine: AsyncEngine = create_async_engine(
            address.set(drivername=_DRIVERS[address.get_backend_name()]),
            hide_parameters=True,
            pool_timeout=patience,
            **self._kind.engine_options(),
        )
        self._kind.prepare(self.engine.sync_engine)
        self._writer = self.engine.execution_options(writes=True)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees one state of the database and changes nothing.

        Raises:
            StoreFailed: the database does not answer; the error is its cause.
        """
        with _failures():
            async with self.engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction; it is durable on leaving, or gone if an error leaves.

        Raises:
            StoreFailed: the database does not answer, is locked or full.
        """
        with _failures():
            async with self._kind.turn, self._writer.begin() as connection:
                yield connection

    async def check(self) -> None:
        """Raise `StoreFailed` unless it answers and a commit survives a power cut."""
        async with self.read() as connection:
            await self._kind.check(connection)

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        await self._kind.settle()


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StoreFailed from error
