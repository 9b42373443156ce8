"""The catalog, the library, the accounts and the registry in a database.

SQLAlchemy Core over aiosqlite or asyncpg; the same statements for both.
"""

from threebath.adapters.sql.accounts import SqlAccounts
from threebath.adapters.sql.catalog import SqlCatalog
from threebath.adapters.sql.database import Database
from threebath.adapters.sql.library import SqlLibrary
from threebath.adapters.sql.registry import SqlRegistry

__all__ = ["Database", "SqlAccounts", "SqlCatalog", "SqlLibrary", "SqlRegistry"]
