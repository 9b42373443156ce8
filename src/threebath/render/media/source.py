"""A file as libav reads it: by its descriptor, whatever its length, and only to read."""

import importlib
import os
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import av
from av.container import InputContainer

from threebath.core.errors import CorruptFile, FormatNotAllowed, UnknownFormat
from threebath.core.formats import HEAD, recognise
from threebath.core.kinds import Format, Limits

DEMUXERS: Mapping[Format, Callable[[bytes], str]] = MappingProxyType(
    {
        Format.MP3: lambda head: "mp3",
        Format.OGG: lambda head: "ogg",
        Format.WAV: lambda head: "wav",
        Format.FLAC: lambda head: "flac",
        Format.M4A: lambda head: "mov",
        Format.MP4: lambda head: "mov",
        Format.MATROSKA: lambda head: "matroska",
        Format.AVI: lambda head: "avi",
        Format.FLV: lambda head: "flv",
        Format.WMV: lambda head: "asf",
        Format.MPEG: lambda head: "mpegts" if head[:1] == b"\x47" else "mpeg",
    }
)
"""Which demuxer reads what: libav's own guess would also try playlists and images."""


ASKS = int(av.__version__.partition(".")[0]) < 19  # noqa: PLR2004 - a version
LENIENT: Mapping[str, Any] = {"metadata_errors": "surrogateescape"} if ASKS else {}
"""Tags that are not UTF-8 are no reason to refuse a song; later versions never do."""

PROGRAMS = frozenset({"av.__main__", "av.datasets"})
"""Modules of libav's binding that are programs of their own."""


def warm_up() -> None:
    """Import what libav's binding would otherwise import at first use, and in vain."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if module.name not in PROGRAMS:
            importlib.import_module(module.name)


class Source:
    """A descriptor with the methods that libav calls."""

    def __init__(self, fd: int, length: int) -> None:
        self.fd = fd
        self.length = length
        self._place = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; b"" at the end."""
        left = max(0, self.length - self._place)
        chunk = os.pread(self.fd, left if size < 0 else min(size, left), self._place)
        self._place += len(chunk)
        return chunk

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go elsewhere; return where."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.length}
        self._place = max(0, start[whence] + offset)
        return self._place

    def tell(self) -> int:
        """Return where the next read begins."""
        return self._place


@contextmanager
def opened(
    fd: int, length: int, limits: Limits, disabled: frozenset[Format]
) -> Iterator[tuple[Format, InputContainer]]:
    """Open a sound or a film of one of the allowed formats.

    Raises:
        FormatNotAllowed, UnknownFormat: it is not of one of them.
        CorruptFile: it cannot be read as what it claims to be, now or later.
    """
    head = os.pread(fd, HEAD, 0)
    found = recognise(head)
    if found not in DEMUXERS:
        raise UnknownFormat
    limits.check_format(found)
    if found in disabled:
        raise FormatNotAllowed(found)
    try:
        with av.open(
            Source(fd, length), "r", format=DEMUXERS[found](head), **LENIENT
        ) as container:
            yield found, container
    except (av.FFmpegError, ValueError, EOFError) as error:
        raise CorruptFile(type(error).__name__) from None


def seconds_of(container: InputContainer) -> float:
    """Return how long it says it is, in seconds; 0 where it does not say."""
    if container.duration:
        return round(container.duration / av.time_base, 3)
    lengths = [
        float(one.duration * one.time_base)
        for one in container.streams
        if one.duration and one.time_base
    ]
    return round(max(lengths, default=0.0), 3)
