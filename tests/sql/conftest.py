"""A database on SQLite, with its tables, for each test."""

import pytest

from sql.stores import Stores, template


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A database file with tables and nothing in them, made once."""
    return template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def path(made, tmp_path):
    path = tmp_path / "threebath.db"
    path.write_bytes(made.read_bytes())
    return path


@pytest.fixture
def url(path):
    return f"sqlite:///{path}"


@pytest.fixture
async def stores(url):
    async with Stores.open(url) as stores:
        yield stores
