"""Files while they arrive: memory while small, disk after that, nothing left over."""

import hashlib
import os

import pytest

from threebath.core import errors as e
from threebath.service.spool import SpoolRoom, fill


async def _chunks(*chunks):
    for chunk in chunks:
        yield chunk


@pytest.fixture
def room(tmp_path):
    return SpoolRoom(tmp_path / "spool", memory_each=100, memory_total=150)


@pytest.mark.parametrize("length", [1, 100, 101, 5000])
async def test_a_spool_holds_what_was_written_wherever_it_lives(room, length):
    """In memory up to the limit, on disk above it, the same bytes and hash."""
    data = os.urandom(length)
    with room.open() as spool:
        await fill(spool, _chunks(*(data[i : i + 33] for i in range(0, length, 33))), 5000)
        assert os.pread(spool.fd, length + 1, 0) == data
        assert spool.sha256 == hashlib.sha256(data).hexdigest()
        assert spool.in_memory == (length <= 100)
    assert room.in_use == 0


@pytest.mark.parametrize(("expected", "in_memory"), [(0, True), (100, True), (101, False)])
async def test_what_is_announced_as_large_is_on_disk_from_its_first_byte(
    room, expected, in_memory
):
    """Nothing is written twice; a file that was announced as small may still grow."""
    with room.open(expected) as spool:
        spool.write(b"x" * 10)
        assert spool.in_memory == in_memory
        spool.write(b"y" * 100)
        assert not spool.in_memory
        assert os.pread(spool.fd, 200, 0) == b"x" * 10 + b"y" * 100
    assert room.in_use == 0


async def test_many_spools_share_one_memory(room):
    """What would not fit beside the others goes to disk, however small it is."""
    with room.open() as first, room.open() as second:
        first.write(b"x" * 90)
        second.write(b"x" * 90)
        assert (first.in_memory, second.in_memory) == (True, False)
        assert room.in_use == 90


async def test_a_spool_leaves_no_name_on_the_disk(room):
    """Even while it is open there is nothing to clean up after a crash."""
    with room.open() as spool:
        spool.write(b"x" * 5000)
        assert list(room.folder.iterdir()) == []


async def test_too_many_bytes_are_noticed_when_they_come(room):
    """The rest is not read."""
    seen = []

    async def endless():
        while True:
            seen.append(1)
            yield b"x" * 10

    with room.open() as spool, pytest.raises(e.TooManyBytes):
        await fill(spool, endless(), 55)
    assert len(seen) == 6


async def test_no_bytes_are_an_empty_file(room):
    """Not an unknown format, and not a success."""
    with room.open() as spool, pytest.raises(e.EmptyFile):
        await fill(spool, _chunks(), 10)


async def test_a_full_disk_is_our_failure(room):
    """ENOSPC becomes an error of ours, with its cause."""
    with room.open() as spool:
        os.close(spool.fd)
        spool.fd = os.open("/dev/full", os.O_RDWR)
        with pytest.raises(e.StoreFailed) as failure:
            spool.write(b"x")
    assert isinstance(failure.value.__cause__, OSError)


def test_readiness_needs_a_folder_with_room(room, tmp_path):
    """A folder that cannot be made, or that is nearly full, is told in time."""
    room.check(least_free=0)
    with pytest.raises(e.StoreFailed, match="nearly full"):
        room.check(least_free=2**62)
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(e.StoreFailed, match="cannot be used"):
        SpoolRoom(blocked / "spool").check(least_free=0)
