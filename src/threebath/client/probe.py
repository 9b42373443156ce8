"""Recognise a file by its first bytes, and read a picture's size from its header.

Nothing is decoded, and of a large file only the header is read. What is not recognised
is left to the server, which looks closer.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from threebath.client.probe_boxes import brands_of, size_in_boxes
from threebath.core.kinds import Format
from threebath.core.ladder import Size

HEAD = 64
"""Bytes that tell every format."""

MOST_SEGMENTS = 1_000
"""JPEG segments to look through for the size; real files have a few dozen."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the header says.

    Attributes:
        format: ``None`` where the bytes are of no format known here.
        size: in pixels, upright; ``None`` where the header does not say, or is broken.
        media_type: to call it in a multipart part.
        extension: to name it by, with its dot.
    """

    format: Format | None = None
    size: Size | None = None
    media_type: str = "application/octet-stream"
    extension: str = ""


def probe(file: BinaryIO) -> Finding:
    """Recognise *file*, which must be at its start and able to seek."""
    head = file.read(HEAD)
    for magic, make in _MAGIC:
        if magic(head):
            return make(file)
    return Finding()


def _starts(*magics: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magics)


def _riff(kind: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == kind


def _picture(
    found: Format, extension: str, read: Callable[[BinaryIO], Size | None]
) -> Callable[[BinaryIO], Finding]:
    def make(file: BinaryIO) -> Finding:
        file.seek(0)
        try:
            size = read(file)
        except (struct.error, IndexError):
            size = None
        if size is not None and not (size.width and size.height):
            size = None
        return Finding(found, size, found.value, extension)

    return make


def _other(found: Format, extension: str) -> Callable[[BinaryIO], Finding]:
    return lambda file: Finding(found, None, found.value, extension)


def _in_head(read: Callable[[bytes], Size | None]) -> Callable[[BinaryIO], Size | None]:
    return lambda file: read(file.read(HEAD))


def _png(head: bytes) -> Size | None:
    return Size(*struct.unpack_from(">II", head, 16)) if head[12:16] == b"IHDR" else None


def _gif(head: bytes) -> Size | None:
    return Size(*struct.unpack_from("<HH", head, 6))


def _bmp(head: bytes) -> Size | None:
    if struct.unpack_from("<I", head, 14)[0] == 12:
        return Size(*struct.unpack_from("<HH", head, 18))
    width, height = struct.unpack_from("<ii", head, 18)
    return Size(abs(width), abs(height))


def _webp(head: bytes) -> Size | None:
    match head[12:16]:
        case b"VP8X":
            width = int.from_bytes(head[24:27], "little")
            return Size(1 + width, 1 + int.from_bytes(head[27:30], "little"))
        case b"VP8L":
            bits = struct.unpack_from("<I", head, 21)[0]
            return Size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", head, 26)
            return Size(width & 0x3FFF, height & 0x3FFF)
        case _:
            return None


def _jpeg(file: BinaryIO) -> Size | None:
    """Walk the segments up to the frame header; remember EXIF's turn on the way."""
    file.seek(2)
    turned = False
    for _ in range(MOST_SEGMENTS):
        marker, length = struct.unpack(">HH", file.read(4))
        while marker == 0xFFFF:  # fill bytes before a marker
            marker, length = 0xFF00 | length >> 8, (length & 0xFF) << 8 | file.read(1)[0]
        if marker >> 8 != 0xFF or length < 2:
            return None
        if 0xC0 <= marker & 0xFF <= 0xCF and marker & 0xFF not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">xHH", file.read(5))
            return Size(height, width) if turned else Size(width, height)
        if marker == 0xFFE1:
            segment = file.read(min(length - 2, 4096))
            turned = turned or _is_turned(segment)
            file.seek(length - 2 - len(segment), 1)
        else:
            file.seek(length - 2, 1)
    return None


def _is_turned(segment: bytes) -> bool:
    """Say whether an EXIF segment swaps width and height (orientation 5 to 8)."""
    if segment[:6] != b"Exif\0\0":
        return False
    tiff = segment[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return False
    try:
        start = struct.unpack_from(f"{order}I", tiff, 4)[0]
        for index in range(struct.unpack_from(f"{order}H", tiff, start)[0]):
            tag, kind, _, value = struct.unpack_from(
                f"{order}HHIH", tiff, start + 2 + 12 * index
            )
            if (tag, kind) == (0x0112, 3):
                return 5 <= int(value) <= 8
    except struct.error:
        return False
    return False


def _has_brand(*wanted: bytes) -> Callable[[bytes], bool]:
    return lambda head: not brands_of(head).isdisjoint(wanted)


_MAGIC: tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO], Finding]], ...] = (
    (_starts(b"\xff\xd8\xff"), _picture(Format.JPEG, ".jpg", _jpeg)),
    (_starts(b"\x89PNG\r\n\x1a\n"), _picture(Format.PNG, ".png", _in_head(_png))),
    (_starts(b"GIF87a", b"GIF89a"), _picture(Format.GIF, ".gif", _in_head(_gif))),
    (_riff(b"WEBP"), _picture(Format.WEBP, ".webp", _in_head(_webp))),
    (_has_brand(b"avif", b"avis"), _picture(Format.AVIF, ".avif", size_in_boxes)),
    (
        _has_brand(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"),
        _picture(Format.HEIC, ".heic", size_in_boxes),
    ),
    (_starts(b"BM"), _picture(Format.BMP, ".bmp", _in_head(_bmp))),
    (_starts(b"OggS"), _other(Format.OGG, ".ogg")),
    (_starts(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), _other(Format.MP3, ".mp3")),
    (_starts(b"fLaC"), _other(Format.FLAC, ".flac")),
    (_riff(b"WAVE"), _other(Format.WAV, ".wav")),
    (_starts(b"\x1aE\xdf\xa3"), _other(Format.MATROSKA, ".mkv")),
    (_riff(b"AVI "), _other(Format.AVI, ".avi")),
    (_starts(b"FLV\x01"), _other(Format.FLV, ".flv")),
    (_starts(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), _other(Format.WMV, ".wmv")),
    (_starts(b"\0\0\1\xba", b"\0\0\1\xb3"), _other(Format.MPEG, ".mpg")),
    (_has_brand(b"M4A "), _other(Format.M4A, ".m4a")),
    (lambda head: head[4:8] == b"ftyp", _other(Format.MP4, ".mp4")),
    (_starts(b"\x7fELF", b"MZ"), _other(Format.PROGRAM, "")),
)
