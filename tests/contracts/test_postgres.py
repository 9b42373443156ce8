"""The adapters on PostgreSQL keep the contracts, by the same code."""

import asyncio

import pytest
from sqlalchemy import make_url

from sql.postgres import fresh_database, server, why_not
from sql.stores import Stores
from threebath.adapters.migrations import current, upgrade
from threebath.adapters.sql import SqlLibrary
from threebath.adapters.sql.tables import metadata
from threebath.core.errors import StoreFailed
from threebath.testing.contracts import (
    AccountsContract,
    CatalogContract,
    LibraryContract,
)

pytestmark = pytest.mark.skipif(bool(why_not()), reason=f"NOT TESTED: {why_not()}")


@pytest.fixture(scope="module")
def url():
    with server() as place, fresh_database(place) as url:
        asyncio.run(_upgrade_thrice(url))
        yield url


async def _upgrade_thrice(url):
    """Nodes may start at once."""
    await asyncio.gather(*(upgrade(url) for _ in range(3)))


@pytest.fixture
async def stores(url):
    names = ", ".join(one.name for one in metadata.sorted_tables)
    async with Stores.open(url) as stores:
        await _do(stores, f"TRUNCATE {names} RESTART IDENTITY")
        yield stores


@pytest.fixture
def catalog(stores):
    return stores.catalog


@pytest.fixture
def library(stores):
    return stores.library


@pytest.fixture
def small_library(stores):
    return SqlLibrary(stores.database, max_albums=3)


@pytest.fixture
def accounts(stores):
    return stores.accounts


@pytest.fixture
def registry(stores):
    return stores.registry


class TestPostgresCatalog(CatalogContract):
    pass


class TestPostgresLibrary(LibraryContract):
    pass


class TestPostgresAccounts(AccountsContract):
    pass


async def test_a_server_that_forgets_is_refused(stores, url):
    """With ``synchronous_commit=off`` a power cut takes back what was answered."""
    await stores.database.check()
    name = make_url(url).database
    await _do(stores, f"ALTER DATABASE {name} SET synchronous_commit = off")
    async with Stores.open(url) as other:
        with pytest.raises(StoreFailed) as failure:
            await other.database.check()
    await _do(stores, f"ALTER DATABASE {name} RESET synchronous_commit")
    assert "synchronous_commit" in str(failure.value.__cause__)


async def _do(stores, what):
    await stores.database.write(lambda connection: connection.exec_driver_sql(what))


@pytest.mark.parametrize("change", [("host=", "host=/nowhere"), ("threebath_", "no_")])
async def test_what_is_no_database_fails_as_a_store(url, change):
    """Whatever the driver raises."""
    async with Stores.open(url.replace(*change)) as stores:
        with pytest.raises(StoreFailed):
            await stores.catalog.asset("x")


async def test_the_revision_is_known(url):
    """As on SQLite."""
    assert await current(url) is not None
