"""Bytes on their way between processes: in memory, where the system can."""

import fcntl
import os
import tempfile
from collections.abc import Iterable

SEALED = getattr(fcntl, "F_SEAL_SEAL", 0) | getattr(fcntl, "F_SEAL_SHRINK", 0) | getattr(
    fcntl, "F_SEAL_GROW", 0
) | getattr(fcntl, "F_SEAL_WRITE", 0)  # fmt: skip
COPY = 1 << 30
"""Bytes that are asked of the kernel in one go."""


def new(name: str, *, sealable: bool = False) -> int:
    """Open an empty, nameless file: in memory where the system can."""
    if hasattr(os, "memfd_create"):
        flags = os.MFD_ALLOW_SEALING if sealable else 0
        return os.memfd_create(name, os.MFD_CLOEXEC | flags)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def seal(fd: int) -> None:
    """Make a file unchangeable for everybody, for ever."""
    if hasattr(fcntl, "F_ADD_SEALS"):
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALED)


def copy(source: int, length: int) -> int:
    """Copy the first *length* bytes of *source* to a sealed file of its own.

    Raises:
        OSError: the source is shorter, or cannot be read.
    """
    made = new("picture", sealable=True)
    try:
        place = 0
        while place < length:
            place += _move(source, made, place, length - place)
        seal(made)
    except BaseException:
        os.close(made)
        raise
    return made


def _move(source: int, made: int, place: int, length: int) -> int:
    if hasattr(os, "memfd_create"):
        moved = os.sendfile(made, source, place, min(length, COPY))
    else:
        moved = os.pwrite(made, os.pread(source, min(length, COPY), place), place)
    if not moved:
        raise OSError("the file is shorter than it was said to be")
    return moved


def write(fd: int, chunks: Iterable[bytes]) -> None:
    """Write *chunks*, one after the other, from the beginning of a file."""
    place = 0
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            written = os.pwrite(fd, rest, place)
            rest, place = rest[written:], place + written


def read(fd: int, *lengths: int) -> list[bytes]:
    """Copy pieces, one after the other, out of a file that somebody else may still own.

    Raises:
        OSError: the file has another length than they, or cannot be read at a place.
    """
    if os.lseek(fd, 0, os.SEEK_END) != sum(lengths):
        raise OSError("the file is not as long as it was said to be")
    pieces, place = [], 0
    for length in lengths:
        pieces.append(_piece(fd, place, length))
        place += length
    return pieces


def _piece(fd: int, place: int, length: int) -> bytes:
    parts, end = [], place + length
    while place < end:
        parts.append(os.pread(fd, end - place, place))
        place += len(parts[-1])
        if not parts[-1]:
            raise OSError("the file was cut")
    return parts[0] if len(parts) == 1 else b"".join(parts)
