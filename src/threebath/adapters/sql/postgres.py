"""What is particular to PostgreSQL: its driver, and which of its settings are safe."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import URL, Connection
from sqlalchemy.ext.asyncio import create_async_engine

from threebath.core.errors import StoreFailed

T = TypeVar("T")

_UNSAFE = {"synchronous_commit": "off", "fsync": "off", "full_page_writes": "off"}
_CONNECTIONS = 10


class Postgres:
    """PostgreSQL's part of a `Database`: any connection writes, rows are locked there."""

    def __init__(self, address: URL, patience: float) -> None:
        self._engine = create_async_engine(
            address.set(drivername="postgresql+asyncpg"),
            hide_parameters=True,
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=patience,
            pool_pre_ping=True,
            connect_args={"timeout": patience, "command_timeout": patience},
        )

    async def glance(self, work: Callable[[Connection], T]) -> T:
        """Read: over the network, a few rows are read like many."""
        return await self.run(work, writes=False)

    async def run(self, work: Callable[[Connection], T], *, writes: bool) -> T:
        """Do *work* as one transaction; wherever it waits, the event loop goes on."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    def check(self, connection: Connection) -> None:
        """Raise `StoreFailed` if a commit that was answered could be lost."""
        for name, unsafe in _UNSAFE.items():
            found = connection.exec_driver_sql(f"SHOW {name}").scalar()
            if found == unsafe:
                cause = RuntimeError(f"PostgreSQL's {name} is {found}: commits can be lost")
                raise StoreFailed from cause

    async def close(self) -> None:
        """Close the connections."""
        await self._engine.dispose()
