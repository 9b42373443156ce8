"""Read WebP headers: RFC 9649."""

import struct
from collections.abc import Iterator

from threebath.core.errors import CorruptFile
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.render.probe.exif import orientation_of
from threebath.render.probe.header import Header

ALPHA, ANIMATION = 0x10, 0x02
"""Flags of VP8X that stay true when the metadata is taken away."""
NEEDED = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})
MAX_CHUNKS = 65_536
LOSSLESS = 0x2F


def read_webp(data: bytes) -> Header:
    """Walk the chunks of the RIFF form; what is appended to it does not count."""
    kept: list[bytes] = []
    seen: dict[bytes, bytes] = {}
    frames = 0
    for name, content in chunks(data):
        seen.setdefault(name, content)
        frames += name == b"ANMF"
        if name == b"VP8X":
            kept.append(
                _chunk(name, bytes([content[0] & (ALPHA | ANIMATION)]) + content[1:])
            )
        elif name in NEEDED:
            kept.append(_chunk(name, content))
    body = b"WEBP" + b"".join(kept)
    return Header(
        format=Format.WEBP,
        stored=_size(seen),
        body=b"RIFF" + struct.pack("<I", len(body)) + body,
        orientation=orientation_of(seen.get(b"EXIF", b"")),
        frames=max(1, frames),
        icc=seen.get(b"ICCP", b""),
    )


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each chunk, all of which must be whole."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise CorruptFile("it ends early")
    place = 12
    for _ in range(MAX_CHUNKS):
        if place >= end:
            return
        name, length = data[place : place + 4], data[place + 4 : place + 8]
        start = place + 8
        place = start + int.from_bytes(length, "little")
        if place > end:
            raise CorruptFile("it ends early")
        content = data[start:place]
        if name == b"VP8X" and len(content) != 10:  # noqa: PLR2004 - RFC 9649, 2.7
            raise CorruptFile("the header has the wrong length")
        yield name, content
        place += place & 1
    raise CorruptFile("it has too many chunks")


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) & 1)


def _size(seen: dict[bytes, bytes]) -> Size:
    """Read the canvas, or else the only picture's size."""
    if canvas := seen.get(b"VP8X"):
        width = int.from_bytes(canvas[4:7], "little") + 1
        return Size(width, int.from_bytes(canvas[7:10], "little") + 1)
    if (lossy := seen.get(b"VP8 ", b""))[3:6] == b"\x9d\x01\x2a" and len(lossy) > 9:  # noqa: PLR2004 - RFC 6386, 9.1
        width, height = struct.unpack_from("<HH", lossy, 6)
        if width & 0x3FFF and height & 0x3FFF:
            return Size(width & 0x3FFF, height & 0x3FFF)
    lossless = seen.get(b"VP8L", b"")
    if len(lossless) > 4 and lossless[0] == LOSSLESS:  # noqa: PLR2004 - RFC 9649, 3.4
        bits = int.from_bytes(lossless[1:5], "little")
        return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    raise CorruptFile("no picture in it")
