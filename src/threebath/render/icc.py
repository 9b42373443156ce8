"""Colour profiles: which are dropped, which are kept, which must be converted.

A picture in sRGB needs no profile. One in another space of three primaries (Display
P3, Adobe RGB) keeps its colours by keeping its profile; so that nothing else of the
file travels along, the profile is written anew from its numbers alone: nine for the
primaries, and curves of 256 that only rise. What neither is (printers' tables, grey
curves) is left to the engine to convert to sRGB.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from threebath.render.curves import (
    Curve,
    NoCurve,
    NotRising,
    is_srgb,
    read_curve,
    write_curve,
)

PRIMARIES = (b"rXYZ", b"gXYZ", b"bXYZ")
CURVES = (b"rTRC", b"gTRC", b"bTRC")
TABLE = b"A2B0"
SRGB = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
"""sRGB's primaries adapted to D50, as in the ICC's own profile."""
D50 = (0.9642, 1.0, 0.8249)
NEAR = 0.003
VERSION = 0x02400000
"""Of the profiles that we write: the one that every program reads."""
MAX_TAGS = 100
MAX_PROFILE = 4 * 1024 * 1024
"""Bytes of a profile that is looked at; printers' tables take two or three million."""

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Profile:
    """What is to be done about a picture's colours.

    Attributes:
        keep: the profile to embed in every rendition; empty for none.
        convert: whether the pixels must be converted to sRGB.
    """

    keep: bytes = b""
    convert: bool = False


def judge(icc: bytes) -> Profile:
    """Decide about a profile as it was found; a damaged one is ignored."""
    if not icc or len(icc) > MAX_PROFILE:
        return Profile()
    try:
        tags = _tags(icc)
        if (
            icc[16:24] != b"RGB XYZ "
            or TABLE in tags
            or len(tags) < len(PRIMARIES + CURVES)
        ):
            return Profile(convert=True)
        primaries = tuple(_xyz(tags[name]) for name in PRIMARIES)
        curves = tuple(read_curve(tags[name]) for name in CURVES)
    except NotRising:
        return Profile(convert=True)
    except (struct.error, NoCurve):
        return Profile()
    if _is_srgb(primaries, curves):
        return Profile()
    return Profile(keep=_write(primaries, curves))


def _tags(icc: bytes) -> Mapping[bytes, bytes]:
    """Find those of the tags that count; one that reaches too far is cut."""
    (count,) = struct.unpack_from(">I", icc, 128)
    found = {}
    for index in range(min(count, MAX_TAGS)):
        name, start, length = struct.unpack_from(">4sII", icc, 132 + 12 * index)
        if name == TABLE or name in PRIMARIES + CURVES:
            found[name] = icc[start : start + length]
    return found


def _xyz(tag: bytes) -> Triple:
    x, y, z = struct.unpack_from(">iii", tag, 8)
    return x / 65536, y / 65536, z / 65536


def _is_srgb(primaries: tuple[Triple, ...], curves: tuple[Curve, ...]) -> bool:
    close = all(
        abs(found - wanted) < NEAR
        for one, other in zip(primaries, SRGB, strict=True)
        for found, wanted in zip(one, other, strict=True)
    )
    return close and all(is_srgb(one) for one in curves)


def _write(primaries: tuple[Triple, ...], curves: tuple[Curve, ...]) -> bytes:
    """Write a display profile of these numbers: ICC.1:2001-04."""
    data = {
        b"desc": b"desc\0\0\0\0\0\0\0\4RGB\0" + bytes(8) + bytes(3 + 67),
        b"cprt": b"text\0\0\0\0CC0\0",
        b"wtpt": _xyz_tag(D50),
        **{name: _xyz_tag(one) for name, one in zip(PRIMARIES, primaries, strict=True)},
        **{name: write_curve(one) for name, one in zip(CURVES, curves, strict=True)},
    }
    table, body, places = b"", b"", dict[bytes, int]()
    start = 132 + 12 * len(data)
    for name, content in data.items():
        place = places.setdefault(content, start + len(body))
        if place == start + len(body):
            body += content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, place, len(content))
    length = start + len(body)
    head = struct.pack(">I4xI4s4s4s", length, VERSION, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + _xyz_tag(D50)[8:] + bytes(48)
    return head + struct.pack(">I", len(data)) + table + body


def _xyz_tag(xyz: Triple) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(one * 65536) for one in xyz))
