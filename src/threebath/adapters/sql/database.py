"""One database: units of work that read, units that write, and whether it is safe.

A unit of work is a plain function of a connection: one transaction, which runs wherever
the driver does (SQLite's in a thread, PostgreSQL's over the event loop), in one go.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Executable, Row
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from threebath.adapters.sql.postgres import Postgres
from threebath.adapters.sql.sqlite import Sqlite
from threebath.core.errors import StoreFailed

T = TypeVar("T")


class _Kind(Protocol):
    """What is particular to one kind of database."""

    async def glance(self, work: Callable[[Connection], T]) -> T: ...

    async def run(self, work: Callable[[Connection], T], *, writes: bool) -> T: ...

    def check(self, connection: Connection) -> None: ...

    async def close(self) -> None: ...


_KINDS: Mapping[str, Callable[[URL, float], _Kind]] = {
    "sqlite": Sqlite,
    "postgresql": Postgres,
}


class Database:
    """Connections and their rules; the ports' adapters share one.

    Args:
        url: ``sqlite:///path`` (``sqlite:////absolute``) or ``postgresql://…``.
        patience: seconds to wait for a lock or a free connection before `StoreFailed`.
    """

    def __init__(self, url: str, *, patience: float = 10) -> None:
        address = make_url(url)
        self._kind = _KINDS[address.get_backend_name()](address, patience)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in a transaction that sees one state and changes nothing.

        Raises:
            StoreFailed: the database does not answer; the error is its cause.
        """
        with _failures():
            return await self._kind.run(work, writes=False)

    async def glance(self, work: Callable[[Connection], T]) -> T:
        """Do *work* as `read` does, at once: it finds a few rows by their index."""
        with _failures():
            return await self._kind.glance(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Do *work* in a transaction: durable on return, gone if an error leaves.

        Raises:
            StoreFailed: the database does not answer, is locked or full.
        """
        with _failures():
            return await self._kind.run(work, writes=True)

    async def rows(self, query: Executable, **values: object) -> Sequence[Row[Any]]:
        """Return all that a query finds, for these values of its parameters."""
        return await self.read(lambda connection: connection.execute(query, values).all())

    async def few(self, query: Executable, **values: object) -> Sequence[Row[Any]]:
        """Return what a query finds, which are few rows, by their index."""
        return await self.glance(lambda connection: connection.execute(query, values).all())

    async def first(self, query: Executable, **values: object) -> Row[Any] | None:
        """Return the first row that a query finds by an index, or None."""
        return await self.glance(
            lambda connection: connection.execute(query, values).first()
        )

    async def change(self, statement: Executable, **values: object) -> int:
        """Do a statement as a transaction of its own; return how many rows it touched."""
        return await self.write(
            lambda connection: connection.execute(statement, values).rowcount
        )

    async def check(self) -> None:
        """Raise `StoreFailed` unless it answers and a commit survives a power cut."""
        await self.read(self._kind.check)

    async def close(self) -> None:
        """Close every connection."""
        await self._kind.close()


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise StoreFailed from error
