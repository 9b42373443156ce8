"""How a draft comes to be: written from memory, or of a file that is there already."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

COPY = 1024 * 1024
"""Bytes that are in memory while a file is copied."""

DESCRIPTORS = "/proc/self/fd"
"""Where Linux shows a process what it has open."""


def _umask() -> int:
    """Say what the process takes from the mode of its files; only setting it tells."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


MODE = 0o644 & ~_umask()
"""Of a blob; asked for once, on import, when nobody else makes files."""

Maker = Callable[[Path], int]
"""Makes a draft and returns its descriptor, which the caller syncs and closes."""


def of_bytes(content: bytes) -> Maker:
    """Write *content* into the draft."""
    return lambda draft: _written(draft, lambda to: _write_all(to, content))


def of_file(source: int, length: int) -> Maker:
    """Make the file behind *source* the draft, or copy its first *length* bytes.

    A spool on the same disk has no name and is nobody else's: it is given one, and no
    byte of it is moved, however long it is.
    """

    def make(draft: Path) -> int:
        if _is_for_the_taking(source, length, draft) and _named(source, draft):
            return os.dup(source)
        return _written(draft, lambda to: _copy(source, length, to))

    return make


def _is_for_the_taking(source: int, length: int, draft: Path) -> bool:
    found = os.fstat(source)
    whole = (found.st_nlink, found.st_size) == (0, length)
    return whole and found.st_dev == draft.parent.stat().st_dev


def _named(source: int, draft: Path) -> bool:
    """Give a file without a name one, if the system lets us."""
    try:
        os.fchmod(source, MODE)
        # Python follows a link only where a folder is named, which counts for nothing here.
        os.link(f"{DESCRIPTORS}/{source}", draft, src_dir_fd=source, follow_symlinks=True)
    except OSError:
        return False
    return True


def _written(draft: Path, write: Callable[[int], None]) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(draft, flags, MODE)
    try:
        write(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _copy(source: int, length: int, descriptor: int) -> None:
    for place in range(0, length, COPY):
        wanted = min(COPY, length - place)
        chunk = os.pread(source, wanted, place)
        if len(chunk) != wanted:
            raise OSError(errno.EIO, "the file is shorter than it was said to be")
        _write_all(descriptor, chunk)
