"""What a file is, by its first bytes: enough to say what it is not allowed to be.

The renderer has probes of its own, which look at far more; this one is for files that
are kept as they came.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from threebath.core.filenames import extension
from threebath.core.kinds import Format

HEAD = 4096
"""Bytes that are looked at."""

_MAGIC: tuple[tuple[Format, re.Pattern[bytes]], ...] = tuple(
    (found, re.compile(pattern, re.DOTALL))
    for found, pattern in (
        (Format.JPEG, rb"\xff\xd8\xff"),
        (Format.PNG, rb"\x89PNG\r\n\x1a\n"),
        (Format.GIF, rb"GIF8[79]a"),
        (Format.WEBP, rb"RIFF....WEBP"),
        (Format.BMP, rb"BM.{8}"),
        (Format.AVIF, rb"....ftyp(?:avif|avis)"),
        (Format.HEIC, rb"....ftyp(?:hei[cxms]|hev[cx]|mif1|msf1)"),
        (Format.WAV, rb"RIFF....WAVE"),
        (Format.AVI, rb"RIFF....AVI "),
        (Format.M4A, rb"....ftypM4[AB] "),
        (Format.MP4, rb"....(?:ftyp|moov|mdat|wide|free)"),
        (Format.OGG, rb"OggS"),
        (Format.FLAC, rb"fLaC"),
        (Format.MATROSKA, rb"\x1aE\xdf\xa3"),
        (Format.FLV, rb"FLV\x01"),
        (Format.WMV, rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
        (Format.MPEG, rb"\x00\x00\x01[\xb3\xba]|\x47.{187}\x47"),
        (Format.MP3, rb"ID3[\x02-\x04]|\xff[\xf2\xf3\xfa\xfb][\x10-\xef]"),
        (Format.PROGRAM, rb"MZ|\x7fELF|dex\n|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe"),
    )
)
"""The first that matches is it."""

_PROGRAMS = frozenset(
    {
        *("exe", "com", "bat", "cmd", "msi", "scr", "pif", "apk", "jar", "app", "dll"),
        *("vbs", "vbe", "ps1", "lnk", "hta", "cpl", "reg", "jse", "wsf", "deb", "rpm"),
    }
)
"""Extensions by which a system runs a file, whatever is in it."""

_CALLED: Mapping[str, Format] = MappingProxyType(
    {
        **dict.fromkeys(("jpg", "jpeg"), Format.JPEG),
        "png": Format.PNG,
        "gif": Format.GIF,
        "webp": Format.WEBP,
        "bmp": Format.BMP,
        "heic": Format.HEIC,
        "avif": Format.AVIF,
        "mp3": Format.MP3,
        **dict.fromkeys(_PROGRAMS, Format.PROGRAM),
    }
)


def recognise(head: bytes, filename: str = "") -> Format:
    """Say what a file is by its first `HEAD` bytes; a program also by its name.

    >>> recognise(b"GIF89a")
    <Format.GIF: 'image/gif'>
    >>> recognise(b"echo hello", "hello.BAT")
    <Format.PROGRAM: 'application/x-executable'>
    """
    if called(filename) is Format.PROGRAM:
        return Format.PROGRAM
    matches = (found for found, magic in _MAGIC if magic.match(head))
    return next(matches, Format.ANY)


def called(filename: str) -> Format:
    """Say what a file claims to be by its name; `Format.ANY` where that says nothing."""
    return _CALLED.get(extension(filename), Format.ANY)
