"""What is particular to PostgreSQL: which of its settings are safe."""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncConnection

from threebath.core.errors import StoreFailed

_UNSAFE = {"synchronous_commit": "off", "fsync": "off", "full_page_writes": "off"}


def engine_options(patience: float) -> dict[str, Any]:
    """Return what `create_async_engine` shall know."""
    return {
        "pool_size": 10,
        "max_overflow": 0,
        "pool_pre_ping": True,
        "connect_args": {"timeout": patience, "command_timeout": patience},
    }


def prepare(engine: Engine) -> None:
    """Do nothing: PostgreSQL's transactions begin as they should."""


async def check(connection: AsyncConnection) -> None:
    """Raise `StoreFailed` if a commit that was answered could be lost."""
    for name, unsafe in _UNSAFE.items():
        if (await connection.exec_driver_sql(f"SHOW {name}")).scalar() == unsafe:
            cause = RuntimeError(f"PostgreSQL's {name} is {unsafe}: commits can be lost")
            raise StoreFailed from cause
