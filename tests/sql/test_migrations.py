"""The migrations make what the tables say, however many nodes start at once."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from threebath.adapters.migrations import current, upgrade
from threebath.adapters.sql import Database
from threebath.adapters.sql.tables import metadata
from threebath.core.errors import StoreFailed

UPGRADE = "import asyncio, sys; from threebath.adapters.migrations import upgrade; \
asyncio.run(upgrade(sys.argv[1]))"


def schema(path):
    """Return each table and index in pieces.

    The order of columns does not matter, nor on which line the last bracket stands.
    """
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql <> ''")
        return {
            name: {piece.strip(" )\t") for piece in re.split(r",\s|\n", sql)} - {""}
            for name, sql in rows
            if not name.startswith(("alembic_", "sqlite_"))
        }


async def test_autogenerate_finds_nothing_to_do(stores):
    """Whoever changes a table must write a migration."""

    def compare(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, metadata)

    assert await stores.database.read(compare) == []


async def test_migrations_and_tables_make_the_same(path, tmp_path):
    """To the letter: autogenerate is blind to checks and to partial indexes."""
    database = Database(f"sqlite:///{tmp_path}/made.db")
    await database.write(metadata.create_all)
    await database.close()
    assert schema(path) == schema(tmp_path / "made.db")


async def test_an_upgrade_is_done_once(tmp_path):
    """The revision says how far the tables are; a second upgrade changes nothing."""
    path = tmp_path / "new.db"
    url = f"sqlite:///{path}"
    assert await current(url) is None
    await upgrade(url)
    before = schema(path)
    revision = await current(url)
    await upgrade(url)
    assert revision is not None
    assert await current(url) == revision
    assert schema(path) == before


async def test_an_upgrade_that_fails_leaves_nothing(tmp_path):
    """All of it is one transaction."""
    url = f"sqlite:///{tmp_path}/new.db"
    database = Database(url)
    await database.write(
        lambda connection: connection.exec_driver_sql("CREATE TABLE posts (id INTEGER)")
    )
    await database.close()
    with pytest.raises(StoreFailed):
        await upgrade(url)
    assert await current(url) is None
    assert [*schema(tmp_path / "new.db")] == ["posts"]


def test_many_nodes_may_start_at_once(tmp_path):
    """One of them makes the tables; none fails."""
    url = f"sqlite:///{tmp_path}/new.db"
    nodes = [subprocess.Popen([sys.executable, "-c", UPGRADE, url]) for _ in range(3)]
    assert [one.wait(60) for one in nodes] == [0] * 3
    assert asyncio.run(current(url)) is not None
