"""The JPEGs that are made: what may be in them, and nothing else."""

import re
import struct
from collections.abc import Iterator

from threebath.core.ladder import Size
from threebath.render.probe.jpeg import ICC, JFIF

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SOS, APP0, APP2 = 0xDA, 0xE0, 0xE2
BASELINE = 0xC0
NEEDED = frozenset({BASELINE, 0xC4, 0xDB, 0xDD, SOS})
"""Start of frame, tables and the scan."""
MARKER = re.compile(rb"\xff[^\0]")
"""In a scan, 0xFF is followed by 0, unless a marker begins."""
LUMA_AND_CHROMA = (0x22, 0x11, 0x11)
"""Sampling factors of 4:2:0."""
GREY, COLOUR = 1, 3


class NotBaseline(ValueError):
    """The bytes are not a JPEG as we make them."""


def dress(jpeg: bytes, icc: bytes) -> bytes:
    """Take everything but the picture out of an encoder's JPEG; put a profile in."""
    parts = [SOI, JFIF]
    scan = 0
    for marker, start, end in _segments(jpeg):
        if marker == BASELINE and icc and jpeg[start + 9] == COLOUR:
            content = ICC + b"\1\1" + icc
            parts.append(struct.pack(">BBH", 0xFF, APP2, 2 + len(content)) + content)
        if marker in NEEDED:
            parts.append(jpeg[start:end])
        scan = end
    return b"".join([*parts, jpeg[scan:]])


def check(jpeg: bytes, size: Size) -> None:
    """Refuse what is not one baseline picture of *size*, without any metadata.

    Raises:
        NotBaseline: it is anything else; the text says what.
    """
    if not (jpeg.startswith(SOI) and jpeg.endswith(EOI)):
        told = "not a whole JPEG"
        raise NotBaseline(told)
    frames, end = 0, 0
    for marker, start, end in _segments(jpeg):
        content = jpeg[start + 4 : end]
        if marker == BASELINE:
            frames += 1
            _check_frame(content, size)
        elif marker == APP0:
            _demand(jpeg[start:end] == JFIF, "a JFIF segment of its own")
        elif marker == APP2:
            _demand(content.startswith(ICC + b"\1\1"), "an APP2 that is no profile")
        else:
            _demand(marker in NEEDED, f"a segment {marker:02X}")
    _demand(frames == 1, "not exactly one frame")
    first = MARKER.search(jpeg, end)
    _demand(first is not None and first.end() == len(jpeg), "a marker in the scan")


def _check_frame(content: bytes, size: Size) -> None:
    try:
        bits, height, width, components = struct.unpack_from(">BHHB", content)
        sampling = tuple(content[7 : 6 + 3 * components : 3])
    except struct.error:
        told = "a short frame"
        raise NotBaseline(told) from None
    _demand(bits == 8 and Size(width, height) == size, "another size")  # noqa: PLR2004 - baseline
    _demand(components == GREY or sampling == LUMA_AND_CHROMA, "another sampling")


def _demand(held: bool, told: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not held:
        raise NotBaseline(told)


def _segments(jpeg: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment, the first scan's being the last."""
    place, marker = 2, 0
    while marker != SOS:
        head = jpeg[place : place + 4]
        if len(head) < 4 or head[0] != 0xFF:  # noqa: PLR2004 - a marker and a length
            told = "no segment where one must be"
            raise NotBaseline(told)
        marker, start = head[1], place
        place += 2 + int.from_bytes(head[2:])
        if place > len(jpeg) or place < start + 4:
            told = "a segment that reaches too far"
            raise NotBaseline(told)
        yield marker, start, place
