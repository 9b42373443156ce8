"""Read PNG headers: the W3C's PNG specification, third edition."""

import struct
import zlib
from collections.abc import Iterator

from threebath.core.errors import CorruptFile
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.render.icc import MAX_PROFILE
from threebath.render.probe.exif import orientation_of
from threebath.render.probe.header import Header

SIGNATURE = b"\x89PNG\r\n\x1a\n"
DEPTHS = {0: {1, 2, 4, 8, 16}, 2: {8, 16}, 3: {1, 2, 4, 8}, 4: {8, 16}, 6: {8, 16}}
"""Bit depths by colour type."""
PALETTE = 3
NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
"""Chunks that make the picture; everything else is kept from the decoder."""
MAX_CHUNKS = 16_384
"""Chunks of a file: 50 MB in the 8 KB pieces that encoders write are 6,400; more than
this are made to waste time, and walking them takes 20 ms."""
MAX_TEXT = 1024 * 1024
"""Bytes of all comments together, unpacked; none of them is kept."""
STEP = 16 * 1024
"""Bytes that are unpacked at a time; so many are counted for what damage has hidden."""
OVERHEAD = 12


def read_png(data: bytes) -> Header:
    """Walk the chunks to the end, checking every checksum but the picture's own.

    The decoder checks those of the picture data. Nothing after ``IEND`` counts.
    """
    kept = [SIGNATURE]
    seen: dict[bytes, bytes] = {}
    room = MAX_TEXT
    for name, chunk in _chunks(data):
        if not seen and name != b"IHDR":
            raise CorruptFile("the header is not first")
        if name in NEEDED:
            kept.append(chunk)
        if packed := _packed_text(name, chunk):
            found, is_whole = _unpacked(packed, room)
            room -= len(found) + (0 if is_whole else STEP)
        if name not in seen:
            seen[name] = b"" if name == b"IDAT" else chunk[8:-4]
    stored, colour = _size(seen[b"IHDR"])
    if b"IDAT" not in seen or (colour == PALETTE and b"PLTE" not in seen):
        raise CorruptFile("no picture in it")
    return Header(
        format=Format.PNG,
        stored=stored,
        body=b"".join(kept),
        orientation=orientation_of(seen.get(b"eXIf", b"")),
        frames=_frames(seen.get(b"acTL", b"")),
        icc=_profile(seen.get(b"iCCP", b"")),
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        head = data[place : place + 8]
        if len(head) < 8:  # noqa: PLR2004 - a length and a name, four bytes each
            raise CorruptFile("it ends early")
        length, name = struct.unpack(">I4s", head)
        chunk = data[place : place + length + OVERHEAD]
        if len(chunk) < length + OVERHEAD:
            raise CorruptFile("it ends early")
        if name != b"IDAT" and zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:]):
            raise CorruptFile("a checksum is wrong")
        yield name, chunk
        if name == b"IEND":
            return
        place += len(chunk)
    raise CorruptFile("it has too many chunks")


def _size(content: bytes) -> tuple[Size, int]:
    try:
        width, height, depth, colour, packing, filters, interlace = struct.unpack(
            ">IIBBBBB", content
        )
    except struct.error:
        raise CorruptFile("the header has the wrong length") from None
    if depth not in DEPTHS.get(colour, ()) or packing or filters or interlace > 1:
        raise CorruptFile("the header makes no sense")
    if not width or not height:
        raise CorruptFile("it has no size")
    return Size(width, height), colour


def _frames(content: bytes) -> int:
    """Read the number of frames of an animated PNG."""
    return max(1, int.from_bytes(content[:4])) if content else 1


def _profile(content: bytes) -> bytes:
    """Unpack the colour profile; a damaged one is ignored."""
    _name, _, packed = content.partition(b"\0")
    found, is_whole = _unpacked(packed[1:], MAX_PROFILE)
    return found if is_whole else b""


def _unpacked(packed: bytes, most: int) -> tuple[bytes, bool]:
    """Unpack up to *most* bytes, and say whether they were undamaged.

    Raises:
        CorruptFile: there are more, which were put there to take our memory and time.
    """
    unpacker, found = zlib.decompressobj(), bytearray()
    try:
        while packed:
            found += unpacker.decompress(packed, STEP)
            if len(found) > most:
                raise CorruptFile("a profile or a comment is too large")
            packed = unpacker.unconsumed_tail
    except zlib.error:
        return bytes(found), False
    return bytes(found), True


def _packed_text(name: bytes, chunk: bytes) -> bytes:
    """Return a comment as it is packed; b"" if it is plain."""
    _keyword, _, rest = chunk[8:-4].partition(b"\0")
    if name == b"zTXt":
        return rest[1:]
    if name == b"iTXt" and rest[:1] == b"\1":
        return rest[2:].split(b"\0", 2)[-1]
    return b""
