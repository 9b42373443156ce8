"""What is particular to SQLite: pragmas, how a transaction begins, what is safe.

In WAL mode with ``synchronous=NORMAL`` a power cut takes back commits that were answered;
with FULL it does not. ``BEGIN IMMEDIATE`` waits for its turn, where a transaction that
reads first and writes later is refused at once when another writes.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import ConnectionPoolEntry

from threebath.core.errors import StoreFailed

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
_SAFE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
_CONNECTIONS = 5


def engine_options(patience: float) -> dict[str, Any]:
    """Return what `create_async_engine` shall know."""
    return {
        "pool_size": _CONNECTIONS,
        "max_overflow": 0,
        "connect_args": {"timeout": patience, "isolation_level": None},
    }


def prepare(engine: Engine) -> None:
    """Set each connection's pragmas, and how its transactions begin."""
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)


async def check(connection: AsyncConnection) -> None:
    """Raise `StoreFailed` unless the pragmas hold."""
    for name, wanted in _SAFE.items():
        found = (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
        _demand(name, found, wanted)


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
