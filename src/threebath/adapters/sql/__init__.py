"""The catalog, the library, the accounts and the registry in a database.

SQLAlchemy Core over sqlite3 or asyncpg; the same statements for both. Those of every call
are built once, with parameters: building one costs more than SQLite takes to run it.
"""

from threebath.adapters.sql.accounts import SqlAccounts
from threebath.adapters.sql.catalog import SqlCatalog
from threebath.adapters.sql.database import Database
from threebath.adapters.sql.library import SqlLibrary
from threebath.adapters.sql.registry import SqlRegistry

__all__ = ["Database", "SqlAccounts", "SqlCatalog", "SqlLibrary", "SqlRegistry"]
