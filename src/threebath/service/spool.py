"""Where a file waits while it arrives: in memory while it is small, on disk after that.

A spool is only a descriptor: it has no name, so that nothing is left over however the
process ends. All spools of a process share one memory budget.
"""

import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from threebath.core.errors import EmptyFile, StoreFailed, TooManyBytes
from threebath.core.kinds import MIB

COPY = MIB
"""Bytes moved at a time from memory to disk."""


@dataclass(slots=True)
class Spool:
    """One file on its way in, growing at the end.

    Attributes:
        fd: open for reading and writing; closed with the spool.
        length: bytes written so far.
    """

    room: "SpoolRoom"
    fd: int
    in_memory: bool
    length: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Append *chunk*; moves to disk where memory would not hold it.

        Raises:
            StoreFailed: the disk is full or broken.
        """
        try:
            if self.in_memory and not self.room.has_memory(self.length, len(chunk)):
                self._move_to_disk()
            _write_all(self.fd, chunk)
        except OSError as error:
            told = "the spool cannot be written"
            raise StoreFailed(told) from error
        self.length += len(chunk)
        if self.in_memory:
            self.room.in_use += len(chunk)
        self._digest.update(chunk)

    def _move_to_disk(self) -> None:
        disk = _on_disk(self.room.folder)
        try:
            for start in range(0, self.length, COPY):
                _write_all(disk, os.pread(self.fd, COPY, start))
        except OSError:
            os.close(disk)
            raise
        self._give_back()
        os.close(self.fd)
        self.fd, self.in_memory = disk, False

    def _give_back(self) -> None:
        if self.in_memory:
            self.room.in_use -= self.length

    def close(self) -> None:
        """Let go of the bytes."""
        self._give_back()
        os.close(self.fd)


@dataclass(slots=True)
class SpoolRoom:
    """What the spools of a process may take.

    Attributes:
        folder: where spools on disk live (unnamed there).
        memory_each: bytes of one file that are kept in memory.
        memory_total: bytes of all files together that are kept in memory.
        in_use: bytes that are in memory now.
    """

    folder: Path
    memory_each: int = 32 * MIB
    memory_total: int = 256 * MIB
    in_use: int = 0

    def has_memory(self, held: int, more: int) -> bool:
        """Say whether a file that holds *held* bytes may take *more* in memory."""
        return held + more <= self.memory_each and self.in_use + more <= self.memory_total

    @contextmanager
    def open(self, expected: int = 0) -> Iterator[Spool]:
        """Open an empty spool for as long as the context lasts.

        Args:
            expected: bytes that will probably come. What memory would not hold goes to
                disk at once; otherwise the first of them would be written twice.
        """
        in_memory = hasattr(os, "memfd_create") and expected <= self.memory_each
        try:
            fd = os.memfd_create("spool") if in_memory else _on_disk(self.folder)
        except OSError as error:
            told = "no spool can be opened"
            raise StoreFailed(told) from error
        spool = Spool(self, fd, in_memory)
        try:
            yield spool
        finally:
            spool.close()

    def check(self, least_free: int) -> None:
        """Raise `StoreFailed` unless the folder has *least_free* bytes of room."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            found = os.statvfs(self.folder)
            os.close(_on_disk(self.folder))
        except OSError as error:
            told = "the spool folder cannot be used"
            raise StoreFailed(told) from error
        if found.f_bavail * found.f_frsize < least_free:
            told = "the spool folder is nearly full"
            raise StoreFailed(told)


async def fill(spool: Spool, chunks: AsyncIterator[bytes], limit: int) -> None:
    """Copy a part into *spool*.

    Raises:
        TooManyBytes: there are more than *limit*; the rest is left unread.
        EmptyFile: there are none.
    """
    async for chunk in chunks:
        if spool.length + len(chunk) > limit:
            raise TooManyBytes(limit)
        spool.write(chunk)
    if not spool.length:
        raise EmptyFile


def _on_disk(folder: Path) -> int:
    """Open a file without a name, which may still be given one: see `Blobs.put_file`."""
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(OSError, AttributeError):  # not every system and file system has these
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fd, name = tempfile.mkstemp(dir=folder, prefix="spool-")
    Path(name).unlink()
    return fd


def _write_all(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]
