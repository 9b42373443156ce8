"""Blobs on a local disk, written so that a power cut loses nothing that was acknowledged.

A blob is written to a draft beside its place, synced, renamed, and the folder that
names it is synced too: without the last step ext4 forgets one rename in ten. A sync that
fails is never repeated on the same file, because the kernel then calls the lost pages
clean and the second sync succeeds.
"""

import errno
import os
import re
import secrets
import stat
import tempfile
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Iterable,
    Iterator,
    Mapping,
)
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from threebath.adapters.blobs.contents import Maker, of_bytes, of_file
from threebath.adapters.threads import in_thread
from threebath.core.errors import StoreFailed

KEY = re.compile(r"(?!.{201})[\w-]+(?:[./][\w-]+)*", re.ASCII)
"""What a key looks like: names and dots by turns, so that no draft (``.name``) is one."""

DRAFT = re.compile(r"\..+\.[0-9a-f]{16}\.draft")
"""What a draft is called."""

CHUNK = 256 * 1024
"""Bytes that one read takes; most renditions are smaller, and so are one read."""

BATCH = 1000
"""Names that one hop to a thread lists."""

SPACE = 64 * 1024 * 1024
"""Free bytes below which the store says that it cannot be written to."""

FOLDERS = 4096
"""Folders that are remembered as synced; each asset has one of its own."""

RACES = 10
"""Times in a row that a folder may be taken away under a put."""

INODES = 64
"""Free inodes below which it says so too."""


@dataclass(frozen=True, slots=True)
class LocalBlobs:
    """Blobs as files in *root*, named by their key.

    Every operation is one hop to a thread. A cancelled caller waits for its thread to end:
    nothing is written to the disk by a request that is over.

    Attributes:
        least_space: free bytes that `check` demands.
    """

    root: Path
    least_space: int = SPACE
    _synced: dict[Path, None] = field(default_factory=dict, init=False, repr=False)
    _faults: list[OSError] = field(default_factory=list, init=False, repr=False)

    async def put(self, key: str, content: bytes) -> None:
        """Store *content* under *key*; on return it survives a power cut."""
        await self.put_many({key: content})

    async def put_many(self, contents: Mapping[str, bytes]) -> None:
        """Store several blobs; none is replaced before all of them are on the disk."""
        makers = {self._path(key): of_bytes(one) for key, one in contents.items()}
        await in_thread(None, self._put, makers)

    async def put_file(self, key: str, source: int, length: int) -> None:
        """Store the first *length* bytes behind *source*, as `put` does.

        A spool on the same disk becomes the blob: it must not be written to afterwards.
        """
        await in_thread(None, self._put, {self._path(key): of_file(source, length)})

    async def size(self, key: str) -> int | None:
        """Return the blob's length in bytes, or None where there is none."""
        return await in_thread(None, _size, self._path(key))

    async def read(
        self, key: str, start: int = 0, stop: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Yield the bytes from *start* up to *stop*.

        Raises:
            KeyError: there is no such blob (raised before the first chunk).
        """
        reader = _Reader(self._path(key), start, stop)
        try:
            while chunk := await in_thread(None, reader.next):
                yield chunk
        finally:
            reader.close()

    async def delete(self, key: str) -> None:
        """Remove the blob for good; quietly, where there is none.

        What puts of it that never ended have left goes too, and its folder if it is empty:
        a sweep needs no look at the whole store.
        """
        await in_thread(None, self._delete, self._path(key))

    async def keys(self) -> AsyncIterator[str]:
        """Yield every key, in no order; drafts are not blobs."""
        files = self._files()
        while batch := await in_thread(None, _take, files):
            for path in batch:
                if not path.name.startswith("."):
                    yield path.relative_to(self.root).as_posix()

    async def drafts(self, before: datetime) -> list[Path]:
        """List what writes that never ended have left, older than *before*."""
        return await in_thread(None, self._drafts, before.timestamp())

    async def remove_drafts(self, before: datetime) -> int:
        """Remove what `drafts` lists, and say how many there were.

        *before* must be further back than the longest write: an hour will do.
        """
        return await in_thread(None, self._remove_drafts, before.timestamp())

    async def check(self) -> None:
        """Raise `StoreFailed` unless the disk takes a write and has room for more."""
        await in_thread(None, self._check)

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            message = f"not a blob's key: {key!r}"
            raise ValueError(message)
        return self.root / key

    def _put(self, makers: Mapping[Path, Maker]) -> None:
        drafts = {
            path: path.with_name(f".{path.name}.{secrets.token_hex(8)}.draft")
            for path in makers
        }
        with _store_errors("write a blob"), _or_without(drafts.values()):
            self._make_drafts({drafts[path]: make for path, make in makers.items()})
            for path, draft in drafts.items():
                draft.replace(path)
            for folder in {path.parent for path in makers}:
                self._sync_folder(folder)

    def _make_drafts(self, makers: Mapping[Path, Maker]) -> None:
        """Make all, then sync each: the disk's journal takes them in one go."""
        with ExitStack() as opened:
            descriptors = []
            for draft, make in makers.items():
                descriptors.append(self._make(draft, make))
                opened.callback(os.close, descriptors[-1])
            for descriptor in descriptors:
                self._sync(descriptor)

    def _make(self, draft: Path, make: Maker) -> int:
        """Make *draft*, again and again if racing deletes take its empty folder away."""
        for left in reversed(range(RACES)):
            try:
                self._make_folder(draft.parent)
                return make(draft)
            except (FileNotFoundError, FileExistsError):
                if not left:
                    raise
        raise AssertionError

    def _make_folder(self, folder: Path) -> None:
        """Make *folder*, and sync every folder that names a part of the way to it.

        Even where it was there: another process may have made it a moment ago, and not
        have synced it yet. Each is looked at once in this process's life.
        """
        if folder in self._synced and folder.is_dir():
            return
        inside = self.root in folder.parents
        if inside or not folder.parent.is_dir():
            self._make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        # A folder above the root may be closed to us; then others made it, long ago.
        with nullcontext() if inside else suppress(PermissionError):
            self._sync_folder(folder.parent)
        self._synced[folder] = None
        if len(self._synced) > FOLDERS:
            self._synced.pop(next(iter(self._synced)), None)

    def _sync_folder(self, folder: Path) -> None:
        with _opened(folder) as descriptor:
            self._sync(descriptor)

    def _sync(self, descriptor: int) -> None:
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno == errno.EIO:
                self._faults.append(error)
            raise

    def _delete(self, path: Path) -> None:
        # Folders directly below the root stay: other processes know them as synced.
        is_assets_own = self.root in path.parent.parent.parents
        with (
            _store_errors("remove a blob"),
            suppress(FileNotFoundError, NotADirectoryError),
        ):
            if is_assets_own:
                _unlink_all(_drafts_of(path))
            absent = suppress(FileNotFoundError, IsADirectoryError)
            with _opened(path.parent) as folder, absent:
                path.unlink()
                self._sync(folder)
            if is_assets_own:
                self._prune(path.parent)

    def _prune(self, folder: Path) -> None:
        """Remove an asset's empty folder; if a power cut brings it back, so be it."""
        with suppress(OSError):
            folder.rmdir()
            self._synced.pop(folder, None)

    def _files(self) -> Iterator[Path]:
        with _store_errors("be listed"):
            for folder, _, names in os.walk(self.root, onerror=_raise_unless_gone):
                yield from (Path(folder, name) for name in names)

    def _drafts(self, before: float) -> list[Path]:
        found = []
        for path in self._files():
            if DRAFT.fullmatch(path.name):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        found.append(path)
        return found

    def _remove_drafts(self, before: float) -> int:
        stale = self._drafts(before)
        with _store_errors("remove drafts"):
            _unlink_all(stale)
        return len(stale)

    def _check(self) -> None:
        if self._faults:
            told = "the blob store's disk has failed to keep a write; restart to try again"
            raise StoreFailed(told) from self._faults[0]
        with _store_errors("be written to"):
            self._make_folder(self.root)
            with tempfile.TemporaryFile(dir=self.root) as file:  # it has no name
                file.write(b"threebath")
                file.flush()
                self._sync(file.fileno())
            room = os.statvfs(self.root)
        free = room.f_bavail * room.f_frsize
        if free < self.least_space or (room.f_files and room.f_favail < INODES):
            told = f"the blob store is full: {free} bytes, {room.f_favail} inodes are free"
            raise StoreFailed(told)


class _Reader:
    """One blob being read; `next` runs in a thread, `close` wherever it is convenient."""

    def __init__(self, path: Path, start: int, stop: int | None) -> None:
        self._path = path
        self._position = start
        self._stop = stop
        self._descriptor: int | None = None

    def next(self) -> bytes:
        """Return the next chunk; b"" at the end."""
        with _store_errors("read a blob"):
            if self._descriptor is None:
                self._descriptor = _open_blob(self._path)
            wanted = CHUNK if self._stop is None else self._stop - self._position
            if wanted <= 0:
                return b""
            chunk = os.pread(self._descriptor, min(wanted, CHUNK), self._position)
        self._position += len(chunk)
        return chunk

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open_blob(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise KeyError(path.name) from None
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise KeyError(path.name)


def _size(path: Path) -> int | None:
    with _store_errors("look for a blob"):
        try:
            found = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _drafts_of(path: Path) -> list[Path]:
    beginning = f".{path.name}."
    return [
        one
        for one in path.parent.iterdir()
        if one.name.startswith(beginning) and DRAFT.fullmatch(one.name)
    ]


def _unlink_all(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _take(files: Iterator[Path]) -> list[Path]:
    return list(islice(files, BATCH))


def _raise_unless_gone(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


@contextmanager
def _or_without(drafts: Iterable[Path]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for draft in drafts:
            with suppress(OSError):
                draft.unlink()
        raise


@contextmanager
def _store_errors(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        told = f"the blob store cannot {what}"
        raise StoreFailed(told) from error
