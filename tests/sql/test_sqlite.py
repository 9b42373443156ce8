"""What SQLite must promise, and what happens when it cannot keep it."""

import asyncio
import random
import sqlite3
import threading
from contextlib import closing

import pytest
from sqlalchemy import text

from sql.stores import Stores
from threebath.core.errors import StoreFailed
from threebath.service.ports import PhotoQuery, TokenDraft
from threebath.testing.samples import (
    NOW,
    a_draft,
    a_publication,
    a_receipt,
    accepted,
    an_asset,
    published,
)


def pragma(connection, name):
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


async def on_driver(database, statement):
    """Run *statement* on a pooled connection, outside any transaction."""

    def run(connection):
        connection.connection.driver_connection.rollback()
        connection.connection.driver_connection.execute(statement).fetchall()

    await database.read(run)


async def test_every_connection_survives_a_power_cut(stores):
    """WAL, a sync for each commit, and foreign keys: on all of them at once."""
    all_are_open = threading.Barrier(5, timeout=10)

    def look(connection):
        all_are_open.wait()
        return [pragma(connection, name) for name in ("synchronous", "journal_mode")] + [
            pragma(connection, "foreign_keys"),
            id(connection.connection.driver_connection),
        ]

    found = await asyncio.gather(
        *(stores.database.read(look) for _ in range(4)), stores.database.write(look)
    )
    assert [one[:3] for one in found] == [[2, "wal", 1]] * 5
    assert len({one[3] for one in found}) == 5


@pytest.mark.parametrize("unsafe", ["synchronous=NORMAL", "foreign_keys=OFF"])
async def test_the_check_sees_what_is_unsafe(stores, unsafe):
    """A database that could lose a commit is not ready."""
    await stores.catalog.check()
    await on_driver(stores.database, f"PRAGMA {unsafe}")
    with pytest.raises(StoreFailed) as failure:
        await stores.catalog.check()
    assert unsafe.partition("=")[0] in str(failure.value.__cause__)
    assert unsafe.partition("=")[0] not in str(failure.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
async def test_a_database_without_a_log_is_refused(url):
    """In memory there is nothing that could survive."""
    async with Stores.open(url) as stores:
        with pytest.raises(StoreFailed) as failure:
            await stores.database.check()
    assert "journal_mode" in str(failure.value.__cause__)


async def test_a_database_without_tables_is_not_ready(tmp_path):
    """It answers, and is safe, and of no use."""
    async with Stores.open(f"sqlite:///{tmp_path}/empty.db") as stores:
        await stores.database.check()
        with pytest.raises(StoreFailed):
            await stores.catalog.check()


@pytest.mark.parametrize("name", ["missing/threebath.db", "folder", "text"])
async def test_what_is_no_database_fails_as_a_store(tmp_path, name):
    """With its reason for the log, and none for the caller."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("this is no database, but a text\n" * 200)
    async with Stores.open(f"sqlite:///{tmp_path}/{name}") as stores:
        with pytest.raises(StoreFailed) as failure:
            await stores.catalog.asset("x")
    assert failure.value.__cause__ is not None
    assert str(tmp_path) not in str(failure.value)


async def test_a_full_disk_takes_nothing_and_breaks_nothing(stores):
    """All of a call is refused; what was there can be read; later there is room again."""
    [receipt] = await accepted(stores.catalog)
    [photo] = await published(stores.catalog)
    pages = await stores.database.read(lambda connection: pragma(connection, "page_count"))
    await on_driver(stores.database, f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreFailed) as failure:
        await stores.library.create_album(a_draft(description="x" * 100_000), NOW)
    assert "full" in str(failure.value.__cause__)
    said = a_publication(receipt, caption="x" * 100_000)
    with pytest.raises(StoreFailed):
        await stores.catalog.publish([said], NOW)
    assert await stores.library.photos(PhotoQuery()) == [photo]
    assert await stores.library.albums("vk", 5) == []
    await on_driver(stores.database, "PRAGMA max_page_count=1000000")
    await stores.catalog.publish([a_publication(receipt)], NOW)


async def test_a_locked_database_is_waited_for_and_read(url, path):
    """Readers go on; writers are patient, then fail as a store, then work again."""
    async with Stores.open(url, patience=0.2) as stores:
        [photo] = await published(stores.catalog)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await stores.library.photo(photo.id) == photo
            with pytest.raises(StoreFailed) as failure:
                await published(stores.catalog)
            assert "locked" in str(failure.value.__cause__)
            waiting = asyncio.create_task(stores.library.recaption(photo.id, "late"))
            await asyncio.sleep(0.05)
            other.execute("COMMIT")
            await waiting
        assert (await stores.library.photo(photo.id)).caption == "late"


async def test_readers_and_a_writer_do_not_wait_for_each_other(stores):
    """A reader sees one state from its first look to its last."""
    began, written = threading.Event(), threading.Event()

    def look_twice(connection):
        count = "SELECT count(*) FROM photos"
        first = connection.exec_driver_sql(count).scalar()
        began.set()
        assert written.wait(10)
        return first, connection.exec_driver_sql(count).scalar()

    reader = asyncio.create_task(stores.database.read(look_twice))
    await asyncio.to_thread(began.wait, 10)
    await asyncio.wait_for(published(stores.catalog), 2)
    written.set()
    assert await reader == (0, 0)
    assert await stores.library.count_photos(PhotoQuery()) == 1


async def test_the_event_loop_goes_on_while_a_writer_waits(url, path):
    """For another process's lock, or for the disk: other requests are answered."""
    async with Stores.open(url, patience=5) as stores:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = asyncio.create_task(published(stores.catalog))
            for _ in range(20):
                await asyncio.wait_for(stores.library.photos(PhotoQuery()), 1)
                await asyncio.sleep(0.005)
            assert not waiting.done()
            other.execute("COMMIT")
        assert await waiting


async def test_a_glance_that_must_wait_does_not_hold_the_event_loop_up(url, path):
    """Another process may have the file to itself for a moment."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        async with Stores.open(url, patience=10) as stores:
            began = asyncio.get_running_loop().time()
            looking = asyncio.create_task(stores.catalog.asset("x"))
            await asyncio.sleep(0.1)
            assert not looking.done()
            assert asyncio.get_running_loop().time() - began < 5
            other.close()
            assert await looking is None


async def test_a_cancelled_write_is_over_when_it_says_so(stores):
    """Done or not done; and who comes next need not wait for it."""
    began, go_on = threading.Event(), threading.Event()

    def write(connection):
        connection.exec_driver_sql("INSERT INTO admins VALUES (1, 2)")
        began.set()
        assert go_on.wait(10)

    work = asyncio.create_task(stores.database.write(write))
    await asyncio.to_thread(began.wait, 10)
    work.cancel()
    await asyncio.sleep(0.05)
    assert not work.done()
    go_on.set()
    await asyncio.wait([work])
    assert work.cancelled()
    assert await stores.accounts.administers(2, 1)
    await asyncio.wait_for(published(stores.catalog), 2)


async def test_an_error_inside_takes_the_transaction_back(stores):
    """And comes out as it is: a bug is not a failing store."""

    def stumble(connection):
        connection.exec_driver_sql("INSERT INTO admins VALUES (1, 2)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stores.database.write(stumble)
    assert not await stores.accounts.administers(2, 1)


async def test_cancelled_calls_leave_the_database_usable(stores):
    """A client that goes away takes no lock and no connection along."""
    album = await stores.library.create_album(a_draft(), NOW)
    turns = random.Random(7)

    async def upload():
        receipt = a_receipt(album=album.id)
        await accepted(stores.catalog, receipt)
        await stores.catalog.publish([a_publication(receipt)], NOW)
        await stores.library.photos(PhotoQuery(album_id=album.id))

    for _ in range(15):
        tasks = [asyncio.create_task(upload()) for _ in range(6)]
        await asyncio.sleep(turns.random() * 0.02)
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.wait_for(published(stores.catalog), 5)
    size = (await stores.library.album(album.id)).size
    assert await stores.library.count_photos(PhotoQuery(album_id=album.id)) == size


async def test_tokens_are_not_in_the_file(stores, path):
    """Nor in the log beside it, nor after they were revoked."""
    token = "vk1.a.THIS-MUST-NOT-BE-KEPT"
    await stores.registry.add_token(TokenDraft(token=token, app_id=7, user_id=5))
    await stores.accounts.caller(token, NOW)
    kept = b"".join(one.read_bytes() for one in path.parent.glob("threebath.db*"))
    assert b"MUST-NOT" not in kept
    assert b"tokens_by_app_id" in kept
    await stores.registry.revoke_token(token)
    await stores.database.close()
    assert b"MUST-NOT" not in path.read_bytes()


async def test_a_failure_s_cause_tells_no_values(stores):
    """What goes to the log holds no caption, no key, no secret."""
    asset = an_asset(sha256="private")
    await stores.catalog.begin(asset, NOW)
    with pytest.raises(StoreFailed) as failure:
        await stores.catalog.begin(asset, NOW)
    assert "UNIQUE" in str(failure.value.__cause__)
    assert "private" not in str(failure.value.__cause__)


LISTINGS = """
SELECT id FROM photos WHERE owner_id = 1 AND network = 'vk' ORDER BY id DESC
SELECT id FROM photos WHERE owner_id = 1 AND network = 'vk' AND place = 'a' ORDER BY id
SELECT id FROM photos WHERE album_id = 1 ORDER BY id
SELECT id FROM albums WHERE owner_id = 1 AND network = 'vk' ORDER BY id
SELECT id FROM posts WHERE owner_id = 1 AND network = 'vk' ORDER BY id DESC
SELECT id FROM users WHERE screen_key = 'ann' ORDER BY id
SELECT id FROM assets WHERE state <> 'published' ORDER BY expires_at, id LIMIT 9
"""


@pytest.mark.parametrize("query", LISTINGS.strip().splitlines())
async def test_listings_are_served_by_indexes(stores, query):
    """None of them reads a whole table, or sorts one."""
    rows = await stores.database.rows(text(f"EXPLAIN QUERY PLAN {query}"))
    plan = " / ".join(row.detail for row in rows)
    assert "INDEX" in plan
    assert "TEMP B-TREE" not in plan
