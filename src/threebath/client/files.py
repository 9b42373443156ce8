"""The files to send: looked at before, and read while sending, in constant memory."""

import asyncio
import errno
import io
import os
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from threebath.client.errors import (
    FileChanged,
    FileEmpty,
    FileMissing,
    FileProblem,
    FileUnreadable,
    NotAFile,
)
from threebath.client.probe import Finding, probe

CHUNK = 256 * 1024
"""Bytes read at a time: enough to keep a fast link busy, little enough for memory."""

_TYPES = {
    stat.S_IFDIR: "this is a folder",
    stat.S_IFIFO: "this is a FIFO, which has no length",
    stat.S_IFSOCK: "this is a socket",
    stat.S_IFCHR: "this is a device",
    stat.S_IFBLK: "this is a device",
}


class Source(Protocol):
    """Something to send, whose length is known and stays the same."""

    @property
    def name(self) -> str:
        """File name without folders."""
        ...

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    @property
    def finding(self) -> Finding:
        """What the first bytes say."""
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """Read all of it, from the start; exactly ``size`` bytes.

        Raises:
            FileChanged: it is no longer what was looked at; raised before the last
                chunk is given out, so that no receiver ever has a whole file.
        """
        ...


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on this machine's disk, as it was when it was looked at."""

    path: Path
    size: int
    mtime_ns: int
    finding: Finding

    @property
    def name(self) -> str:
        return self.path.name

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `Source.chunks`."""
        with await asyncio.to_thread(_open, self.path) as file:
            self._check(file)
            left = self.size
            while left:
                chunk = await asyncio.to_thread(_read, file, self.path, min(CHUNK, left))
                left -= len(chunk)
                if not chunk:
                    raise FileChanged(str(self.path), "the file shrank while being sent")
                if not left:
                    self._check(file)
                yield chunk

    def _check(self, file: BinaryIO) -> None:
        now = os.fstat(file.fileno())
        if now.st_size != self.size:
            change = "grew" if now.st_size > self.size else "shrank"
            raise FileChanged(str(self.path), f"the file {change} while being sent")
        if now.st_mtime_ns != self.mtime_ns:
            raise FileChanged(str(self.path))


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """Bytes in memory, with the name of a file."""

    name: str
    content: bytes = field(repr=False)
    finding: Finding

    @property
    def size(self) -> int:
        return len(self.content)

    async def chunks(self) -> AsyncIterator[bytes]:
        """See `Source.chunks`."""
        view = memoryview(self.content)
        for start in range(0, len(view), CHUNK):
            yield bytes(view[start : start + CHUNK])


Sendable = str | os.PathLike[str] | Source
"""What the calls take: a path, or something that was looked at already."""


def from_bytes(content: bytes, name: str) -> MemoryFile:
    """Make a source of *content*.

    Raises:
        FileEmpty: there are no bytes.
    """
    if not content:
        raise FileEmpty(name)
    return MemoryFile(name, content, probe(io.BytesIO(content)))


async def look_at(given: Sendable) -> Source:
    """Open and recognise a file, without reading more than its header.

    Raises:
        FileProblem: it is missing, unreadable, empty or no regular file.
    """
    if isinstance(given, str | os.PathLike):
        return await asyncio.to_thread(inspect, Path(given))
    return given


def inspect(path: Path) -> LocalFile:
    """Do what `look_at` does, at once.

    Raises:
        FileProblem: it is missing, unreadable, empty or no regular file.
    """
    with _open(path) as file:
        facts = os.fstat(file.fileno())
        if not facts.st_size:
            raise FileEmpty(str(path))
        try:
            finding = probe(file)
        except OSError as error:
            raise _problem(path, error) from error
        return LocalFile(path, facts.st_size, facts.st_mtime_ns, finding)


def _read(file: BinaryIO, path: Path, amount: int) -> bytes:
    try:
        return file.read(amount)
    except OSError as error:
        raise _problem(path, error) from error


def _open(path: Path) -> BinaryIO:
    """Open a regular file for reading; never wait for a FIFO's other end."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        raise _problem(path, error) from error
    kind = stat.S_IFMT(os.fstat(number).st_mode)
    if kind != stat.S_IFREG:
        os.close(number)
        raise NotAFile(str(path), _TYPES.get(kind, NotAFile.told))
    return os.fdopen(number, "rb")


def _problem(path: Path, error: OSError | ValueError) -> FileProblem:
    if isinstance(error, ValueError):  # a NUL in the name
        return FileMissing(repr(str(path)))
    if error.errno == errno.ENXIO:
        return NotAFile(str(path), _TYPES[stat.S_IFSOCK])
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return FileMissing(str(path))
    return FileUnreadable(str(path), f"the file cannot be read ({error.strerror})")
