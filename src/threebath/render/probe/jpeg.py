"""Read JPEG headers: ISO/IEC 10918-1, Exif, ICC.1 annex B.4."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from threebath.core.errors import CorruptFile, UnknownFormat
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.render.orientation import Orientation
from threebath.render.probe.exif import orientation_of
from threebath.render.probe.header import Header

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
PROGRESSIVE = 0xC2
SOS, DHT, DQT, DRI, APP0, APP1, APP2, APP14 = (
    0xDA, 0xC4, 0xDB, 0xDD, 0xE0, 0xE1, 0xE2, 0xEE,
)  # fmt: skip
FRAMES = frozenset({0xC0, 0xC1, 0xC2})
"""Start-of-frame markers of codings that every decoder has: Huffman, not lossless."""
EXOTIC_FRAMES = frozenset({*range(0xC3, 0xD0), 0xF7}) - {DHT, 0xC8, 0xCC}
TABLES = frozenset({DHT, DQT, DRI})
STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
JFIF = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
ICC = b"ICC_PROFILE\0"
MARKER = re.compile(rb"\xff[^\xff\0]")
"""In a header, what comes before one is padding."""
IN_SCAN = re.compile(rb"\xff[^\xff\0\xd0-\xd7]")
"""In a scan, 0xFF is followed by 0 or a restart's number unless the scan ends."""
SPACES = {1: b"GRAY", 3: b"RGB ", 4: b"CMYK"}
"""The colours that a profile must be for, by the number of components."""
MAX_SEGMENTS = 2_000
"""Header segments; a large ICC profile takes 255, an extended XMP some hundred."""
BITS = 8
ADOBE = 12
"""Bytes of Adobe's segment, which says what the components are."""


@dataclass(slots=True)
class _Found:
    kept: list[bytes] = field(default_factory=lambda: [SOI])
    stored: Size | None = None
    orientation: Orientation | None = None
    icc: dict[int, bytes] = field(default_factory=dict)
    components: int = 0
    is_progressive: bool = False

    def note(self, marker: int, segment: bytes) -> None:
        content = segment[4:]
        if marker in FRAMES:
            self.stored = _size(content)
            self.components = content[5]
            self.is_progressive = marker == PROGRESSIVE
        if marker in FRAMES or marker in TABLES:
            self.kept.append(segment)
        elif marker == APP0 and content.startswith(b"JFIF\0"):
            self.kept.append(JFIF)
        elif marker == APP1 and content.startswith(b"Exif\0\0"):
            if self.orientation is None:
                self.orientation = orientation_of(content)
        elif marker == APP2 and content.startswith(ICC) and len(content) > len(ICC) + 2:
            self.icc[content[len(ICC)]] = content[len(ICC) + 2 :]
        elif marker == APP14 and content.startswith(b"Adobe") and len(content) >= ADOBE:
            self.kept.append(b"\xff\xee\0\x0e" + content[:ADOBE])

    @property
    def profile(self) -> bytes:
        """The colour profile, if it is one for such colours."""
        icc = b"".join(self.icc[number] for number in sorted(self.icc))
        return icc if icc[16:20] == SPACES.get(self.components) else b""


def read_jpeg(data: bytes) -> Header:
    """Read the segments before the first scan, and count the scans.

    Cameras pad their headers; bytes between segments are passed over. After the
    end-of-image marker come further pictures, gain maps and appended files: dropped,
    or never reached by the decoder where the file happens to end with such a marker.
    """
    found = _Found()
    scan = 0
    for marker, start, end in _segments(data):
        if marker == SOS:
            scan = start
            break
        if marker in EXOTIC_FRAMES:
            told = "JPEGs of this rare coding are not supported"
            raise UnknownFormat(told)
        found.note(marker, data[start:end])
    if not scan or found.stored is None:
        told = "no picture in it"
        raise CorruptFile(told)
    scans, end = _scans(data, scan, found)
    body = b"".join([*found.kept, memoryview(data)[scan:end]])
    return Header(
        format=Format.JPEG,
        stored=found.stored,
        body=body,
        orientation=found.orientation or Orientation.UPRIGHT,
        scans=scans,
        icc=found.profile,
    )


def _scans(data: bytes, scan: int, found: _Found) -> tuple[int, int]:
    """Count the scans, and find the end of the picture."""
    has_all = data[scan + 4 : scan + 5] == bytes([found.components])
    if has_all and not found.is_progressive and data.endswith(EOI):
        return 1, len(data)  # nothing else needs to be looked for
    count, place = 0, scan
    for _ in range(MAX_SEGMENTS):
        if data[place + 1] == EOI[1]:
            return count, place + len(EOI)
        count += data[place + 1] == SOS
        length = int.from_bytes(data[place + 2 : place + 4])
        at = IN_SCAN.search(data, place + 2 + length)
        if at is None:
            raise CorruptFile("it ends early")
        place = at.start()
    return count, len(data)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment, up to the first scan's."""
    place = 2
    for _ in range(MAX_SEGMENTS):
        at = MARKER.search(data, place)
        if at is None or at.start() + 4 > len(data):
            raise CorruptFile("it ends early")
        start, marker = at.start(), data[at.start() + 1]
        if marker in STANDALONE:
            place = start + 2
            continue
        if marker in (0xD8, 0xD9):
            raise CorruptFile("it ends before the picture")
        (length,) = struct.unpack_from(">H", data, start + 2)
        place = start + 2 + length
        if length < 2 or place > len(data):  # noqa: PLR2004 - the length's own two bytes
            raise CorruptFile("it ends early")
        yield marker, start, place
        if marker == SOS:
            return
    raise CorruptFile("it has too many segments")


def _size(content: bytes) -> Size:
    try:
        bits, height, width = struct.unpack_from(">BHHx", content)
    except struct.error:
        raise CorruptFile("a segment is too short") from None
    if bits != BITS:
        told = "JPEGs with more than 8 bits are not supported"
        raise UnknownFormat(told)
    if not width or not height:
        raise CorruptFile("it has no size")
    return Size(width, height)
