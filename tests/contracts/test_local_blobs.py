"""The local blob store: what the contract says, and what a disk can do to it."""

import asyncio
import os
import shutil
import subprocess
import sys
import textwrap
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.disks import Disk, freeze, tmpfs, why_not
from threebath.adapters.blobs.local import CHUNK, LocalBlobs
from threebath.core.errors import StoreFailed
from threebath.testing.contracts import BlobsContract

LATER = datetime.now(UTC) + timedelta(days=1)

needs_disks = pytest.mark.skipif(bool(why_not()), reason=f"NOT TESTED: {why_not()}")
needs_strace = pytest.mark.skipif(
    not shutil.which("strace"),
    reason="NOT TESTED: there is no strace to inject faults with",
)


@pytest.fixture
def blobs(tmp_path):
    return LocalBlobs(tmp_path / "root", least_space=0)


class TestLocalBlobs(BlobsContract):
    """What every blob store must do; the fixture above is the store."""


async def read(blobs, key, *bounds):
    return b"".join([chunk async for chunk in blobs.read(key, *bounds)])


def open_files():
    return len([*Path("/proc/self/fd").iterdir()])


def everything(folder):
    return sorted(
        str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()
    )


BAD_KEYS = [
    "",
    ".",
    "..",
    "../etc/passwd",
    "/etc/passwd",
    "aa/../bb",
    "aa/./bb",
    "aa//bb",
    "aa/",
    "aa/.hidden",
    "aa/bb.",
    "aa/bb..c",
    "aa\\bb",
    "aa\x00bb",
    "aa\n",
    "aa/\u0431",
    "aa b",
    "a" * 201,
]


@pytest.mark.parametrize("key", BAD_KEYS)
async def test_a_key_that_is_none_touches_nothing(blobs, tmp_path, key):
    """No name leads out of the root, or to a draft, whoever made it."""
    with pytest.raises(ValueError, match="not a blob's key"):
        await blobs.put(key, b"content")
    with pytest.raises(ValueError, match="not a blob's key"):
        await blobs.size(key)
    with pytest.raises(ValueError, match="not a blob's key"):
        await read(blobs, key)
    with pytest.raises(ValueError, match="not a blob's key"):
        await blobs.delete(key)
    assert everything(tmp_path) == []


@pytest.mark.parametrize("key", ["a", "aa/bb/cc.jpg", "aa/b-b_b/c.d.e", "a" * 200])
async def test_a_key_is_a_path_below_the_root(blobs, tmp_path, key):
    """An operator finds a blob by its key."""
    await blobs.put(key, b"content")
    assert (tmp_path / "root" / key).read_bytes() == b"content"


async def test_a_key_that_names_a_folder_or_goes_through_a_file_is_absent(blobs):
    """The disk's own idea of folders does not shine through."""
    await blobs.put("aa/bb", b"content")
    assert await blobs.size("aa") is None
    assert await blobs.size("aa/bb/cc") is None
    await blobs.delete("aa")
    await blobs.delete("aa/bb/cc")
    for key in ("aa", "aa/bb/cc"):
        with pytest.raises(KeyError):
            await read(blobs, key)
    with pytest.raises(StoreFailed):
        await blobs.put("aa/bb/cc", b"content")
    assert await read(blobs, "aa/bb") == b"content"


async def test_a_long_blob_comes_in_chunks_and_any_part_of_it_alone(blobs):
    """Memory holds one chunk per reader."""
    content = os.urandom(2 * CHUNK + 17)
    await blobs.put("aa/long", content)
    assert [len(one) async for one in blobs.read("aa/long")] == [CHUNK, CHUNK, 17]
    assert (
        await read(blobs, "aa/long", CHUNK - 1, CHUNK + 1) == content[CHUNK - 1 : CHUNK + 1]
    )
    assert await read(blobs, "aa/long", 2 * CHUNK) == content[2 * CHUNK :]
    assert await read(blobs, "aa/long", 5, 5) == b""
    assert await read(blobs, "aa/long", len(content)) == b""


async def test_a_reader_that_leaves_early_leaves_nothing_open(blobs):
    """A browser that goes away costs no descriptor."""
    await blobs.put("aa/long", bytes(3 * CHUNK))
    before = open_files()
    async with aclosing(blobs.read("aa/long")) as chunks:
        await anext(chunks)
        assert open_files() == before + 1
    assert open_files() == before


async def test_a_cancelled_put_is_over_when_it_says_so(blobs, tmp_path):
    """What a dropped request writes after its sweep would stay for ever."""
    for _ in range(20):
        work = asyncio.create_task(blobs.put("aa/cancelled", bytes(1_000_000)))
        await asyncio.sleep(0.0005)
        work.cancel()
        await asyncio.wait([work])
        seen = everything(tmp_path)
        assert seen in ([], ["root/aa/cancelled"])
        await asyncio.sleep(0.005)
        assert everything(tmp_path) == seen
        await blobs.delete("aa/cancelled")


def nameless(folder, content):
    """A spool on a disk: a file that has no name."""
    descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    os.write(descriptor, content)
    return descriptor


async def test_a_spool_on_the_same_disk_becomes_the_blob(blobs, tmp_path):
    """Not a byte is copied; others may read it, if they may every blob."""
    await blobs.put("aa/asset/e.bin", b"content")
    spool = nameless(tmp_path, b"content")
    before = open_files()
    await blobs.put_file("aa/asset/f.bin", spool, 7)
    assert open_files() == before
    other, stored = (
        (tmp_path / "root" / "aa" / "asset" / name).stat() for name in ("e.bin", "f.bin")
    )
    assert stored.st_ino == os.fstat(spool).st_ino
    assert stored.st_mode == other.st_mode
    await blobs.put_file("aa/asset/g.bin", spool, 7)
    os.close(spool)
    names = ["e.bin", "f.bin", "g.bin"]
    assert everything(tmp_path) == [f"root/aa/asset/{name}" for name in names]
    (tmp_path / "root" / "aa" / "asset" / "f.bin").write_bytes(b"changed")
    assert await read(blobs, "aa/asset/g.bin") == b"content"


def test_an_operator_may_keep_all_blobs_to_the_service(tmp_path):
    """By the umask, however a blob came to be."""
    script = f"""
        import asyncio, os
        os.umask(0o077)
        from pathlib import Path
        from threebath.adapters.blobs.local import LocalBlobs
        root = Path({str(tmp_path)!r})
        spool = os.open(root, os.O_TMPFILE | os.O_RDWR, 0o600)
        os.write(spool, b"content")
        blobs = LocalBlobs(root)
        asyncio.run(blobs.put("aa/a/one", b"content"))
        asyncio.run(blobs.put_file("aa/a/two", spool, 7))
        assert (root / "aa/a/two").stat().st_ino == os.fstat(spool).st_ino
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
    modes = {
        (tmp_path / "aa" / "a" / name).stat().st_mode & 0o777 for name in ("one", "two")
    }
    assert modes == {0o600}


async def test_a_spool_that_is_elsewhere_or_longer_is_copied(blobs, tmp_path):
    """A file in memory, one with more in it, one with a name."""
    memory = os.memfd_create("spool")
    os.write(memory, b"content")
    longer = nameless(tmp_path, b"content and more")
    (tmp_path / "named").write_bytes(b"content")
    named = os.open(tmp_path / "named", os.O_RDWR)
    for number, source in enumerate((memory, longer, named)):
        await blobs.put_file(f"aa/asset/{number}", source, 7)
        assert await read(blobs, f"aa/asset/{number}") == b"content"
        stored = (tmp_path / "root" / "aa" / "asset" / f"{number}").stat()
        assert stored.st_ino != os.fstat(source).st_ino
        os.close(source)


async def test_a_spool_that_ends_early_is_an_error_and_leaves_nothing(blobs, tmp_path):
    """What was to be stored is not there."""
    spool = nameless(tmp_path, b"content")
    with pytest.raises(StoreFailed):
        await blobs.put_file("aa/asset/f.bin", spool, 8)
    os.close(spool)
    assert everything(tmp_path) == []


async def test_what_is_in_the_way_of_one_blob_leaves_no_draft_of_the_others(
    blobs, tmp_path
):
    """A file where the third one's folder should be: the first two are not stored."""
    await blobs.put("aa/file", b"content")
    with pytest.raises(StoreFailed):
        await blobs.put_many(
            {"aa/asset/1": b"1", "aa/asset/2": b"2", "aa/file/3": b"3", "aa/asset/4": b"4"}
        )
    assert everything(tmp_path) == ["root/aa/file"]


async def test_the_last_blob_of_an_asset_takes_its_folder_along(blobs, tmp_path):
    """A million swept assets leave no million empty folders."""
    for letter in "sm":
        await blobs.put(f"aa/asset/{letter}.jpg", b"content")
    await blobs.delete("aa/asset/s.jpg")
    assert (tmp_path / "root" / "aa" / "asset").is_dir()
    await blobs.delete("aa/asset/m.jpg")
    assert [*(tmp_path / "root").rglob("*")] == [tmp_path / "root" / "aa"]
    await blobs.put("aa/asset/m.jpg", b"again")
    assert await read(blobs, "aa/asset/m.jpg") == b"again"


async def test_deleting_a_blob_takes_what_broken_writes_of_it_left(blobs, tmp_path):
    """A sweep of an upload that the power cut short leaves not a byte, and no folder."""
    folder = tmp_path / "root" / "aa" / "asset"
    folder.mkdir(parents=True)
    for name in (".s.jpg.0123456789abcdef.draft", ".x.jpg.0123456789abcdef.draft"):
        (folder / name).write_bytes(b"half")
    await blobs.delete("aa/asset/s.jpg")
    assert [one.name for one in folder.iterdir()] == [".x.jpg.0123456789abcdef.draft"]
    await blobs.delete("aa/asset/x.jpg")
    assert not folder.exists()


async def test_puts_and_deletes_may_race_for_a_folder(blobs, tmp_path):
    """A folder that is taken away in the middle of a put is made again."""
    other = LocalBlobs(tmp_path / "root", least_space=0)

    async def put_and_delete(store, name):
        for _ in range(60):
            await store.put(f"aa/asset/{name}", b"content")
            await store.delete(f"aa/asset/{name}")

    await asyncio.gather(
        put_and_delete(blobs, "one"),
        put_and_delete(other, "two"),
        put_and_delete(other, "x"),
    )
    assert everything(tmp_path) == []


async def test_drafts_are_no_blobs_and_are_removed_when_old(blobs, tmp_path):
    """A write that the power cut short is cleaned up, one that is under way is not."""
    await blobs.put("aa/blob", b"content")
    draft = tmp_path / "root" / "aa" / ".blob.0123456789abcdef.draft"
    draft.write_bytes(b"half")
    strange = tmp_path / "root" / "aa" / ".not-ours"
    strange.write_bytes(b"")

    assert [key async for key in blobs.keys()] == ["aa/blob"]  # noqa: SIM118 - no dict
    assert await blobs.remove_drafts(datetime.now(UTC) - timedelta(hours=1)) == 0
    assert await blobs.drafts(LATER) == [draft]
    assert await blobs.remove_drafts(LATER) == 1
    assert not draft.exists()
    assert strange.exists()
    assert await read(blobs, "aa/blob") == b"content"


async def test_an_empty_store_lists_nothing(blobs):
    """The root need not be there before the first put."""
    assert [key async for key in blobs.keys()] == []  # noqa: SIM118 - no dict
    assert await blobs.remove_drafts(LATER) == 0


async def test_the_check_leaves_nothing_behind(blobs, tmp_path):
    """A health check that is asked every second must not fill the disk."""
    await blobs.check()
    await blobs.check()
    assert everything(tmp_path) == []


async def test_the_check_is_red_under_the_low_water_mark(tmp_path):
    """Readiness goes before the disk is full, not after."""
    with pytest.raises(StoreFailed, match="full"):
        await LocalBlobs(tmp_path, least_space=2**60).check()


@needs_disks
async def test_a_full_disk_refuses_and_recovers(tmp_path):
    """Disk full: a typed error, nothing half-written, reading goes on, and so does life."""
    with tmpfs(tmp_path / "small", "size=1m") as root:
        blobs = LocalBlobs(root, least_space=64 * 1024)
        await blobs.put("aa/first", bytes(500_000))
        with pytest.raises(StoreFailed):
            await blobs.put("aa/second", bytes(900_000))
        assert everything(root) == ["aa/first"]
        assert await blobs.size("aa/first") == 500_000
        await blobs.put("aa/third", bytes(480_000))
        with pytest.raises(StoreFailed, match="full"):
            await blobs.check()
        await blobs.delete("aa/first")
        await blobs.check()
        await blobs.put("aa/second", bytes(400_000))


@needs_disks
async def test_several_blobs_for_which_there_is_no_room_leave_what_was_there(tmp_path):
    """The disk is full at the third of four: none is stored, none replaced, no draft."""
    with tmpfs(tmp_path / "small", "size=1m") as root:
        blobs = LocalBlobs(root, least_space=0)
        await blobs.put("aa/asset/1", b"the first content")
        before = open_files()
        with pytest.raises(StoreFailed):
            await blobs.put_many({f"aa/asset/{n}": bytes(400_000) for n in range(1, 5)})
        assert everything(root) == ["aa/asset/1"]
        assert await read(blobs, "aa/asset/1") == b"the first content"
        assert open_files() == before
        await blobs.put_many({f"aa/asset/{n}": bytes(400_000) for n in range(1, 3)})
        assert everything(root) == ["aa/asset/1", "aa/asset/2"]


@needs_disks
async def test_a_read_only_disk_still_serves(tmp_path):
    """A disk that went read-only makes the store red, and readable."""
    with tmpfs(tmp_path / "frozen", "size=1m") as root:
        blobs = LocalBlobs(root, least_space=0)
        await blobs.put("aa/blob", b"content")
        freeze(root)
        with pytest.raises(StoreFailed):
            await blobs.put("aa/other", b"content")
        with pytest.raises(StoreFailed):
            await blobs.delete("aa/blob")
        with pytest.raises(StoreFailed):
            await blobs.check()
        assert await read(blobs, "aa/blob") == b"content"


@needs_disks
async def test_nothing_acknowledged_is_lost_when_the_power_goes(tmp_path):
    """After each of eight power cuts, every blob whose put returned is there, whole."""
    kept = {}
    with Disk(tmp_path) as disk:
        for cut in range(8):
            blobs = LocalBlobs(disk.root / "new" / "root", least_space=0)
            for n in range(6):
                key, content = f"{cut:02}/{n:02}/blob", os.urandom(10 + 40_000 * n)
                await blobs.put(key, content)
                kept[key] = content
            several = {f"{cut:02}/{n:02}/blob": os.urandom(9_000) for n in range(6, 16)}
            await blobs.put_many(several)
            kept |= several
            spool = nameless(disk.root, os.urandom(300_000))
            await blobs.put_file(f"{cut:02}/film", spool, 300_000)
            kept[f"{cut:02}/film"] = os.pread(spool, 300_000, 0)
            os.close(spool)
            gone = f"{cut:02}/03/blob"
            await blobs.delete(gone)
            del kept[gone]
            disk.cut_power()
            found = {key: await read(blobs, key) async for key in blobs.keys()}  # noqa: SIM118
            assert found == kept


PROGRAM = textwrap.dedent("""
    import asyncio, sys
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path
    from threebath.adapters.blobs.local import LocalBlobs
    from threebath.core.errors import StoreFailed

    async def main(root, told):
        # strace counts each thread's calls by themselves, so all must be one thread's.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        blobs = LocalBlobs(root, least_space=0)
        for n, key in enumerate(("aa/one", "aa/two", "bb/one")):
            try:
                await blobs.put(key, bytes([n]) * 5000)
            except StoreFailed:
                print("failed", key, file=told, flush=True)
            else:
                print("stored", key, file=told, flush=True)
        try:
            await blobs.check()
        except StoreFailed as error:
            print("red:", error, file=told, flush=True)

    asyncio.run(main(Path(sys.argv[1]), open(sys.argv[2], "a")))
""")


def under_strace(tmp_path, inject, calls):
    root, told = tmp_path / "root", tmp_path / "told"
    shutil.rmtree(root, ignore_errors=True)
    told.write_text("")
    strace = ["strace", "-f", "-qq", "-o", str(tmp_path / "trace"), "-e", f"trace={calls}"]
    done = subprocess.run(
        [
            *strace,
            "-e",
            f"inject={inject}",
            sys.executable,
            "-c",
            PROGRAM,
            str(root),
            str(told),
        ],
        check=False,
        capture_output=True,
    )
    return done.returncode, told.read_text(), root


@needs_strace
async def test_killed_at_any_durable_call_the_store_has_all_that_it_acknowledged(tmp_path):
    """Kill -9 at call 1, 2, … that changes the disk: no half blob, none lost."""
    calls = "mkdir,fsync,rename,unlink"
    for when in range(1, 60):
        code, told, root = under_strace(tmp_path, f"{calls}:signal=KILL:when={when}", calls)
        blobs = LocalBlobs(root)
        found = {key: await read(blobs, key) async for key in blobs.keys()}  # noqa: SIM118
        stored = {line.split()[1] for line in told.splitlines()}
        assert stored <= found.keys() <= {"aa/one", "aa/two", "bb/one"}
        assert {len(one) for one in found.values()} <= {5000}
        await blobs.remove_drafts(LATER)
        assert everything(root) == sorted(found)
        if code == 0:
            break
    assert code == 0
    assert when > 8


@needs_strace
def test_a_sync_that_fails_is_a_refusal_and_is_not_repeated(tmp_path):
    """The kernel calls pages clean that it could not write; a second sync would lie."""
    # The first syncs name the root and its first folder; the third is of the first blob.
    code, told, root = under_strace(tmp_path, "fsync:error=EIO:when=3", "fsync,openat")
    assert code == 0
    failed, *stored, red = told.splitlines()
    assert failed == "failed aa/one"
    assert stored == ["stored aa/two", "stored bb/one"]
    assert red.startswith("red: the blob store's disk has failed")
    assert everything(root) == ["aa/two", "bb/one"]
    trace = (tmp_path / "trace").read_text().splitlines()
    after = next(n for n, line in enumerate(trace) if "EIO" in line)
    draft = next(line for line in reversed(trace[:after]) if ".draft" in line)
    number = draft.rpartition("= ")[2]
    reopened = next(
        n for n, line in enumerate(trace[after:]) if line.endswith(f"= {number}")
    )
    assert not any(
        f"fsync({number})" in line for line in trace[after + 1 :][: reopened - 1]
    )


@needs_strace
def test_a_full_disk_in_the_middle_of_a_sync_does_not_condemn_the_store(tmp_path):
    """ENOSPC goes away when space comes; only a failing disk makes the store red."""
    code, told, root = under_strace(tmp_path, "fsync:error=ENOSPC:when=3", "fsync")
    assert code == 0
    assert told.splitlines() == ["failed aa/one", "stored aa/two", "stored bb/one"]
    assert Path(root / "bb" / "one").is_file()
