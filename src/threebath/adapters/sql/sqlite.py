"""What is particular to SQLite: pragmas, how a transaction begins, what is safe.

In WAL mode with ``synchronous=NORMAL`` a power cut takes back commits that were answered;
with FULL it does not. ``BEGIN IMMEDIATE`` waits for its turn, where a transaction that
reads first and writes later is refused at once when another writes.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from threading import Thread
from typing import Any
from weakref import WeakSet

import aiosqlite
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from threebath.core.errors import StoreFailed

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_SAFE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
_CONNECTIONS = 5
_FAREWELL = 5
"""Seconds that `Sqlite.settle` waits at most."""


class Sqlite:
    """SQLite's part of a `Database`: many connections read, one writes.

    Attributes:
        turn: held by who writes; other processes are waited for inside SQLite.
    """

    def __init__(self, patience: float) -> None:
        self.turn: AbstractAsyncContextManager[None] = asyncio.Lock()
        self._patience = patience
        self._threads: WeakSet[Thread] = WeakSet()

    def engine_options(self) -> dict[str, Any]:
        """Return what `create_async_engine` shall know."""
        return {
            "poolclass": AsyncAdaptedQueuePool,
            "pool_size": _CONNECTIONS,
            "max_overflow": 0,
            "connect_args": {
                "async_creator_fn": self._connect,
                "timeout": self._patience,
                "isolation_level": None,
            },
        }

    def prepare(self, engine: Engine) -> None:
        """Set each connection's pragmas, and how its transactions begin."""
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)

    async def check(self, connection: AsyncConnection) -> None:
        """Raise `StoreFailed` unless the pragmas hold."""
        for name, wanted in _SAFE.items():
            found = (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            _demand(name, found, wanted)

    async def settle(self) -> None:
        """Wait until the threads of closed connections have ended.

        One that outlives its event loop has nobody to report to, and dies of that.
        """
        for _ in range(_FAREWELL * 1000):
            if not any(one.is_alive() for one in self._threads):
                return
            await asyncio.sleep(0.001)

    def _connect(self, *args: Any, **options: Any) -> aiosqlite.Connection:  # noqa: ANN401 - SQLAlchemy's
        connection = aiosqlite.connect(*args, **options)
        thread = connection._thread  # noqa: SLF001 - as SQLAlchemy does: there is no other way
        thread.daemon = True
        self._threads.add(thread)
        return connection


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
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
