"""Read BMP headers: Microsoft's BITMAPFILEHEADER and its many BITMAPINFOHEADERs."""

import struct

from threebath.core.errors import CorruptFile, UnknownFormat
from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.render.probe.header import Header

CORE = 12
"""Length of OS/2's header, whose sides are 16 bits wide."""
INFO = frozenset({40, 52, 56, 64, 108, 124})
HEADERS = INFO | {CORE, 16}
"""Lengths of headers that there are; the last is of a rare kind."""
DEPTHS = frozenset({1, 4, 8, 16, 24, 32})
RARE_DEPTHS = frozenset({2, 64})
UNPACKED = frozenset({0, 3})
"""Compressions that are none: plain, and plain with masks."""
RUNS = frozenset({1, 2})
MOST_RUNS = 2_000_000
"""Pixels and bytes of a picture in runs: its decoder takes 0.2 s for each million."""
END_OF_RUNS = b"\0\1"


def read_bmp(data: bytes) -> Header:
    """Read the header, and check that all rows are there where they are not packed."""
    try:
        start, kind = struct.unpack_from("<II", data, 10)
        if kind == CORE:
            width, height, _planes, depth = struct.unpack_from("<HHHH", data, 18)
            packing, length = 0, 0
        elif kind in INFO:
            width, height, _planes, depth, packing, length = struct.unpack_from(
                "<iiHHII", data, 18
            )
        else:
            raise rare()
    except struct.error:
        raise CorruptFile("it ends early") from None
    height = abs(height)
    if depth in RARE_DEPTHS:
        raise rare()
    if width < 1 or height < 1 or depth not in DEPTHS:
        raise CorruptFile("the header makes no sense")
    if packing in UNPACKED:
        length = (width * depth + 31) // 32 * 4 * height
    if packing in RUNS and max(width * height, len(data)) > MOST_RUNS:
        raise rare()
    ends = length or packing not in RUNS or data.endswith(END_OF_RUNS)
    if len(data) < start + length or not ends:
        raise CorruptFile("it ends early")
    return Header(format=Format.BMP, stored=Size(width, height), body=data)


def rare() -> UnknownFormat:
    """Say that there are such BMPs, but not here."""
    return UnknownFormat("BMPs of this rare kind are not supported")
