"""What is particular to SQLite: threads, pragmas, how a transaction begins, what is safe.

A transaction runs in one thread from its BEGIN to its COMMIT: a statement takes
microseconds, and a way to a thread and back for each would cost several times that. What
an index finds at once is looked up where it is asked for, without any such way: in WAL
mode readers wait for nobody.

In WAL mode with ``synchronous=NORMAL`` a power cut takes back commits that were answered;
with FULL it does not. ``BEGIN IMMEDIATE`` waits for its turn, where a transaction that
reads first and writes later is refused at once when another writes.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from threebath.adapters.threads import in_thread
from threebath.core.errors import StoreFailed

T = TypeVar("T")

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_SAFE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
_CONNECTIONS = 5
"""How many have a thread; `Sqlite.glance` has one more, for the event loop."""


class Sqlite:
    """SQLite's part of a `Database`: many connections read, one writes."""

    def __init__(self, address: URL, patience: float) -> None:
        self._turn = asyncio.Lock()
        """Held by who writes; other processes are waited for inside SQLite."""
        self._threads = ThreadPoolExecutor(_CONNECTIONS, "sqlite")
        self._engine = _engine(address, _CONNECTIONS, patience)
        self._writer = self._engine.execution_options(writes=True)
        self._at_hand = _engine(address, 1, 0)

    async def glance(self, work: Callable[[Connection], T]) -> T:
        """Read a few rows in the event loop; in a thread, should that mean to wait."""
        try:
            return _transact(self._at_hand, work)
        except (DBAPIError, sqlite3.Error):
            return await self.run(work, writes=False)

    async def run(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        """Do *work* as one transaction, in one thread."""
        if not writes:
            return await in_thread(self._threads, _transact, self._engine, work)
        async with self._turn:
            return await in_thread(self._threads, _transact, self._writer, work)

    def check(self, connection: Connection) -> None:
        """Raise `StoreFailed` unless the pragmas hold."""
        for name, wanted in _SAFE.items():
            found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            _demand(name, found, wanted)

    async def close(self) -> None:
        """Close the connections, and have the threads end."""
        self._at_hand.dispose()
        await asyncio.to_thread(self._engine.dispose)
        self._threads.shutdown(wait=False)


def _engine(address: URL, connections: int, patience: float) -> Engine:
    engine = create_engine(
        address.set(drivername="sqlite"),
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={
            "timeout": patience,
            "isolation_level": None,
            "check_same_thread": False,
        },
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    return engine


def _transact(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    for name, wanted in _SAFE.items():
        cursor.execute(f"PRAGMA {name}")
        _demand(name, (cursor.fetchone() or [None])[0], wanted)
    cursor.close()


def _demand(name: str, found: object, wanted: object) -> None:
    if found != wanted:
        cause = RuntimeError(f"SQLite's {name} is {found}; safe is {wanted}")
        raise StoreFailed from cause


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    cursor = connection.connection.cursor()
    cursor.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
    cursor.close()
