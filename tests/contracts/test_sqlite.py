"""The adapters on SQLite keep the contracts."""

import pytest

from threebath.adapters.migrations import upgrade
from threebath.adapters.sql import (
    Database,
    SqlAccounts,
    SqlCatalog,
    SqlLibrary,
    SqlRegistry,
)
from threebath.testing.contracts import (
    AccountsContract,
    CatalogContract,
    LibraryContract,
)


@pytest.fixture
async def database(tmp_path):
    url = f"sqlite:///{tmp_path}/threebath.db"
    await upgrade(url)
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
def catalog(database):
    return SqlCatalog(database)


@pytest.fixture
def library(database):
    return SqlLibrary(database)


@pytest.fixture
def small_library(database):
    return SqlLibrary(database, max_albums=3)


@pytest.fixture
def accounts(database):
    return SqlAccounts(database)


@pytest.fixture
def registry(database):
    return SqlRegistry(database)


class TestSqliteCatalog(CatalogContract):
    pass


class TestSqliteLibrary(LibraryContract):
    pass


class TestSqliteAccounts(AccountsContract):
    pass
