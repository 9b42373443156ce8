"""Recognise AVIF and HEIC, and read their boxes: ISO/IEC 14496-12 and 23008-12."""

import struct
from collections.abc import Iterator

from threebath.core.errors import CorruptFile
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.render.probe.header import Header

AVIF = frozenset({b"avif", b"avis"})
HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
MAX_BOXES = 10_000


def sniff_heif(head: bytes) -> Format | None:
    """Tell by the brands: the major one, then the compatible ones."""
    if head[4:8] != b"ftyp":
        return None
    end = min(len(head), int.from_bytes(head[:4]))
    brands = [head[8:12], *(head[place : place + 4] for place in range(16, end, 4))]
    for brand in brands:
        if brand in AVIF:
            return Format.AVIF
        if brand in HEIC:
            return Format.HEIC
    return None


def read_heif(data: bytes, found: Format) -> Header:
    """Check that every box is whole, and read the size of the primary item.

    Rotation and mirroring are properties of the item, which the decoders apply by
    themselves, so that the picture counts as stored upright.
    """
    seen: dict[bytes, bytes] = {}
    for name, content in boxes(data):
        seen.setdefault(name, content)
    meta = seen.get(b"meta")
    if meta is None:
        raise CorruptFile("no picture in it")
    size, icc = _properties(meta[4:])
    return Header(format=found, stored=size, body=data, icc=icc)


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each box, all of which must be whole."""
    place = 0
    for _ in range(MAX_BOXES):
        if place >= len(data):
            return
        head = data[place : place + 16]
        length, skip = int.from_bytes(head[:4]), 8
        if length == 1:
            length, skip = int.from_bytes(head[8:16]), 16
        elif length == 0:
            length = len(data) - place
        if length < skip or place + length > len(data):
            raise CorruptFile("it ends early")
        yield head[4:8], data[place + skip : place + length]
        place += length
    raise CorruptFile("it has too many boxes")


def _properties(meta: bytes) -> tuple[Size, bytes]:
    """Find the primary item's size and colour profile among the properties."""
    outer = dict(boxes(meta))
    inner = dict(boxes(outer.get(b"iprp", b"")))
    properties = list(boxes(inner.get(b"ipco", b"")))
    try:
        primary = _primary(outer[b"pitm"])
        chosen = [properties[index - 1] for index in _associated(inner[b"ipma"], primary)]
    except (KeyError, IndexError, struct.error):
        raise CorruptFile("the primary picture cannot be found") from None
    size, icc = None, b""
    for name, content in chosen:
        match name:
            case b"ispe" if len(content) >= 12:  # noqa: PLR2004 - a full box with two sides
                size = Size(*struct.unpack_from(">II", content, 4))
            case b"clap" if size and len(content) >= 16:  # noqa: PLR2004 - four fractions
                size = _aperture(content) or size
            case b"irot" if size and content and content[0] & 1:
                size = Size(size.height, size.width)
            case b"colr" if content[:4] in (b"prof", b"rICC"):
                icc = content[4:]
    if size is None or not size.pixels:
        raise CorruptFile("it has no size")
    return size, icc


def _aperture(content: bytes) -> Size | None:
    width, width_part, height, height_part = struct.unpack_from(">IIII", content)
    if not width_part or not height_part:
        return None
    return Size(width // width_part, height // height_part)


def _primary(pitm: bytes) -> int:
    return int(struct.unpack_from(">H" if pitm[0] == 0 else ">I", pitm, 4)[0])


def _associated(ipma: bytes, wanted: int) -> list[int]:
    """List the indices (from 1) of the properties of item *wanted*, in their order."""
    version, wide = ipma[0], ipma[3] & 1
    (items,) = struct.unpack_from(">I", ipma, 4)
    place = 8
    for _ in range(min(items, MAX_BOXES)):
        (item,) = struct.unpack_from(">I" if version else ">H", ipma, place)
        place += 4 if version else 2
        (count,) = struct.unpack_from(">B", ipma, place)
        found = struct.unpack_from(f">{count}{'H' if wide else 'B'}", ipma, place + 1)
        place += 1 + count * (2 if wide else 1)
        if item == wanted:
            return [index & (0x7FFF if wide else 0x7F) for index in found]
    return []
