"""Recognise a file and read its header: what it is and how large, before any decoding.

Everything here is plain Python over bytes: no decoder, no library in C, sees a file
before its size, frames and structure have been judged. What a decoder gets to see
afterwards is `Header.body`: the picture without its metadata, comments, later frames
and whatever was appended to the file.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from threebath.core.errors import EmptyFile, FormatNotAllowed, UnknownFormat
from threebath.core.kinds import Format
from threebath.render.probe.bmp import HEADERS, read_bmp
from threebath.render.probe.gif import read_gif
from threebath.render.probe.header import Header
from threebath.render.probe.heif import read_heif, sniff_heif
from threebath.render.probe.jpeg import read_jpeg
from threebath.render.probe.png import read_png
from threebath.render.probe.webp import read_webp

READERS: Mapping[Format, Callable[[bytes], Header]] = MappingProxyType(
    {
        Format.JPEG: read_jpeg,
        Format.PNG: read_png,
        Format.GIF: read_gif,
        Format.BMP: read_bmp,
        Format.WEBP: read_webp,
        Format.AVIF: lambda data: read_heif(data, Format.AVIF),
        Format.HEIC: lambda data: read_heif(data, Format.HEIC),
    }
)


def sniff(head: bytes) -> Format | None:
    """Name the format by the file's first bytes (64 are enough), whatever its name.

    >>> sniff(b"GIF89a" + bytes(20)).value
    'image/gif'
    >>> sniff(b"%PDF-1.7") is None
    True
    """
    if head[:3] == b"\xff\xd8\xff":
        return Format.JPEG
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return Format.PNG
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return Format.GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Format.WEBP
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in HEADERS:
        return Format.BMP
    return sniff_heif(head)


def probe(data: bytes) -> Header:
    """Read the header of a whole file and check its structure.

    Raises:
        EmptyFile: there are no bytes.
        UnknownFormat: the bytes are of none of the formats, or of an exotic kind of one.
        CorruptFile: the structure is broken, or ends early.
    """
    if not data:
        raise EmptyFile
    found = sniff(data[:64])
    if found is None:
        raise UnknownFormat
    return READERS[found](data)


def read_rendition(data: bytes) -> Header:
    """Read the header of a stored rendition, which is a JPEG.

    Raises:
        FileRejected: it is not.
    """
    header = probe(data)
    if header.format is not Format.JPEG:
        raise FormatNotAllowed(header.format)
    return header
