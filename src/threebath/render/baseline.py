"""The JPEGs that are made: a head that is known to the byte, and the coded picture.

All that differs between two heads is the size, whether there is colour, and a profile,
which is written anew from its numbers (`icc`). So an answer can be compared with what it
must be, and has no room for anything else.
"""

import re
import struct
from collections.abc import Iterator
from functools import lru_cache

from threebath.core.ladder import Size
from threebath.render import tables
from threebath.render.icc import judge
from threebath.render.probe.jpeg import APP2, DHT, DQT, EOI, ICC, JFIF, SOI, SOS

SOF0 = 0xC0
KEPT = 32
"""Profiles that are remembered. A look at one takes half a millisecond, and all pictures
of a ladder have the same, as have all photographs of a phone."""
GREY = b"\x01\x01\x11\0"
COLOUR = b"\x03\x01\x22\0\x02\x11\1\x03\x11\1"
"""A frame's components: number, sampling (4:2:0) and steps of each."""
GREY_SCAN = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0"
COLOUR_SCAN = b"\xff\xda\0\x0c\x03\x01\0\x02\x11\x03\x11\0\x3f\0"
MARKER = re.compile(rb"\xff[^\0]")
"""In a coded picture 0xFF is followed by 0; nothing but its end is a marker."""
STEPS = tables.LUMA_STEPS, tables.CHROMA_STEPS
CODES = tables.LUMA_DC, tables.LUMA_AC, tables.CHROMA_DC, tables.CHROMA_AC


class NotBaseline(ValueError):
    """The bytes are not a JPEG as we make them."""


def head(size: Size, *, has_colour: bool, icc: bytes = b"") -> bytes:
    """Write all that stands before the coded picture."""
    parts = COLOUR if has_colour else GREY
    frame = struct.pack(">BHH", 8, size.height, size.width) + parts
    return b"".join(
        [
            SOI,
            JFIF,
            _segment(APP2, ICC + b"\1\1" + icc) if icc else b"",
            *STEPS[: 2 if has_colour else 1],
            _segment(SOF0, frame),
            *CODES[: 4 if has_colour else 2],
            COLOUR_SCAN if has_colour else GREY_SCAN,
        ]
    )


def dress(jpeg: bytes, icc: bytes) -> bytes:
    """Give the picture that an encoder has coded a head of ours.

    Raises:
        NotBaseline: it was coded by other tables than ours, or is no whole JPEG.
    """
    found = list(_segments(jpeg))
    frames = [jpeg[start:end] for marker, start, end in found if marker == SOF0]
    used = b"".join(jpeg[start:end] for marker, start, end in found if marker in (DQT, DHT))
    if len(frames) != 1:
        told = "not exactly one frame"
        raise NotBaseline(told)
    height, width, components = struct.unpack_from(">HHB", frames[0], 5)
    has_colour = components > 1
    made = head(Size(width, height), has_colour=has_colour, icc=icc if has_colour else b"")
    if used != b"".join([*STEPS[: 1 + has_colour], *CODES[: 2 + 2 * has_colour]]):
        told = "other tables than ours"
        raise NotBaseline(told)
    return made + jpeg[found[-1][2] :]


def check(jpeg: bytes, size: Size) -> None:
    """Refuse what is not one baseline picture of *size*, and nothing else.

    Raises:
        NotBaseline: it is anything else; the text says what.
    """
    icc = _profile(jpeg)
    heads = [head(size, has_colour=True, icc=icc)]
    heads += [] if icc else [head(size, has_colour=False)]
    start = next((len(one) for one in heads if jpeg.startswith(one)), 0)
    if not start:
        told = "another head"
        raise NotBaseline(told)
    end = MARKER.search(jpeg, start)
    if end is None or end[0] != EOI or end.end() != len(jpeg):
        told = "a marker in the picture, or no end"
        raise NotBaseline(told)


def _profile(jpeg: bytes) -> bytes:
    """Return the profile that the head has, if it is one that we wrote."""
    place = len(SOI + JFIF)
    marker, length = jpeg[place : place + 2], int.from_bytes(jpeg[place + 2 : place + 4])
    if marker != bytes([0xFF, APP2]):
        return b""
    icc = jpeg[place + 4 + len(ICC) + 2 : place + 2 + length]
    if not _is_ours(icc):
        told = "a profile of somebody else's"
        raise NotBaseline(told)
    return icc


@lru_cache(KEPT)
def _is_ours(icc: bytes) -> bool:
    return judge(icc).keep == icc


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def _segments(jpeg: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of each segment, the first scan's being the last."""
    place, marker = 2, 0
    while marker != SOS:
        lead = jpeg[place : place + 4]
        if len(lead) < 4 or lead[0] != 0xFF:  # noqa: PLR2004 - a marker and a length
            told = "no segment where one must be"
            raise NotBaseline(told)
        marker, start = lead[1], place
        place += 2 + int.from_bytes(lead[2:])
        if place > len(jpeg) or place < start + 4:
            told = "a segment that reaches too far"
            raise NotBaseline(told)
        yield marker, start, place
