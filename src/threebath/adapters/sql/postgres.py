"""What is particular to PostgreSQL: which of its settings are safe."""

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncConnection

from threebath.core.errors import StoreFailed

_UNSAFE = {"synchronous_commit": "off", "fsync": "off", "full_page_writes": "off"}
_CONNECTIONS = 10


class Postgres:
    """PostgreSQL's part of a `Database`: any connection writes, rows are locked there."""

    def __init__(self, patience: float) -> None:
        self.turn: AbstractAsyncContextManager[None] = nullcontext()
        self._patience = patience

    def engine_options(self) -> dict[str, Any]:
        """Return what `create_async_engine` shall know."""
        return {
            "pool_size": _CONNECTIONS,
            "max_overflow": 0,
            "pool_pre_ping": True,
            "connect_args": {
                "timeout": self._patience,
                "command_timeout": self._patience,
            },
        }

    def prepare(self, engine: Engine) -> None:
        """Do nothing: PostgreSQL's transactions begin as they should."""

    async def check(self, connection: AsyncConnection) -> None:
        """Raise `StoreFailed` if a commit that was answered could be lost."""
        for name, unsafe in _UNSAFE.items():
            found = (await connection.exec_driver_sql(f"SHOW {name}")).scalar()
            if found == unsafe:
                cause = RuntimeError(f"PostgreSQL's {name} is {found}: commits can be lost")
                raise StoreFailed from cause

    async def settle(self) -> None:
        """Do nothing: its driver leaves nothing running."""
