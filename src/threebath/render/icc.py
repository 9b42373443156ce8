"""Colour profiles: which are dropped, which are kept, which must be converted.

A picture in sRGB needs no profile. One in another space of three primaries (Display
P3, Adobe RGB) keeps its colours by keeping its profile; so that nothing else of the
file travels along, the profile is written anew from its numbers alone. What neither
is (printers' tables, grey curves) is left to the engine to convert to sRGB.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass

PRIMARIES = (b"rXYZ", b"gXYZ", b"bXYZ")
CURVES = (b"rTRC", b"gTRC", b"bTRC")
WHITE = b"wtpt"
SRGB = ((0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
"""sRGB's primaries adapted to D50, as in the ICC's own profile."""
D50 = (0.9642, 1.0, 0.8249)
NEAR = 0.003
SRGB_MIDDLE = 0.2140
"""What sRGB's curve makes of one half."""
MAX_TAGS = 100
MAX_CURVE = 4_200
"""Bytes of a curve that is kept: 2048 points at two bytes are usual at most."""
PARAMETERS = {0: 1, 1: 3, 2: 4, 3: 5, 4: 7}
"""Parameters of a parametric curve, by its function's type."""


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
    if not icc:
        return Profile()
    try:
        tags = _tags(icc)
        if icc[16:20] != b"RGB " or any(name not in tags for name in (*PRIMARIES, *CURVES)):
            return Profile(convert=True)
        primaries = tuple(_xyz(tags[name]) for name in PRIMARIES)
        curves = tuple(_curve(tags[name]) for name in CURVES)
    except (struct.error, ValueError, KeyError):
        return Profile()
    if icc[20:24] != b"XYZ " or b"A2B0" in tags:
        return Profile(convert=True)
    if _is_srgb(primaries, curves):
        return Profile()
    return Profile(keep=_write(primaries, curves))


def _tags(icc: bytes) -> Mapping[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, 128)
    found = {}
    for index in range(min(count, MAX_TAGS)):
        name, start, length = struct.unpack_from(">4sII", icc, 132 + 12 * index)
        found[name] = icc[start : start + length]
    return found


def _xyz(tag: bytes) -> tuple[float, float, float]:
    x, y, z = struct.unpack_from(">iii", tag, 8)
    return x / 65536, y / 65536, z / 65536


def _curve(tag: bytes) -> bytes:
    """Return the curve's own bytes, cut to the length that its header announces."""
    if tag[:4] == b"curv":
        length = 12 + 2 * struct.unpack_from(">I", tag, 8)[0]
    elif tag[:4] == b"para":
        length = 12 + 4 * PARAMETERS[struct.unpack_from(">H", tag, 8)[0]]
    else:
        raise ValueError(tag[:4])
    if not length <= min(len(tag), MAX_CURVE):
        raise ValueError(length)
    return tag[:4] + bytes(4) + tag[8:length]


def _middle(curve: bytes) -> float:
    """Say what the curve makes of one half."""
    if curve[:4] == b"curv":
        (count,) = struct.unpack_from(">I", curve, 8)
        if count == 0:
            return 0.5
        if count == 1:
            return float(0.5 ** (struct.unpack_from(">H", curve, 12)[0] / 256))
        points = struct.unpack_from(f">{count}H", curve, 12)
        return float((points[(count - 1) // 2] + points[count // 2]) / 2 / 65535)
    (gamma,) = struct.unpack_from(">i", curve, 12)
    if len(curve) == 16:  # noqa: PLR2004 - a lone exponent
        return float(0.5 ** (gamma / 65536))
    scale, offset = struct.unpack_from(">ii", curve, 16)
    base = 0.5 * scale / 65536 + offset / 65536
    return float(max(base, 0.0) ** (gamma / 65536))


def _is_srgb(
    primaries: tuple[tuple[float, float, float], ...], curves: tuple[bytes, ...]
) -> bool:
    close = all(
        abs(found - wanted) < NEAR
        for one, other in zip(primaries, SRGB, strict=True)
        for found, wanted in zip(one, other, strict=True)
    )
    return close and all(abs(_middle(one) - SRGB_MIDDLE) < 2 * NEAR for one in curves)


def _write(
    primaries: tuple[tuple[float, float, float], ...], curves: tuple[bytes, ...]
) -> bytes:
    """Write a display profile of these numbers: ICC.1:2001-04 or, with ``para``, v4."""
    version = 0x04300000 if any(one[:4] == b"para" for one in curves) else 0x02400000
    words = _words(version)
    data = {
        b"desc": words,
        b"cprt": words if version >> 24 == 4 else b"text\0\0\0\0CC0\0",  # noqa: PLR2004
        WHITE: _xyz_tag(D50),
        **{name: _xyz_tag(one) for name, one in zip(PRIMARIES, primaries, strict=True)},
        **dict(zip(CURVES, curves, strict=True)),
    }
    table, body, places = b"", b"", dict[bytes, int]()
    start = 132 + 12 * len(data)
    for name, content in data.items():
        place = places.setdefault(content, start + len(body))
        if place == start + len(body):
            body += content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", name, place, len(content))
    length = start + len(body)
    head = struct.pack(">I4xI4s4s4s", length, version, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + _xyz_tag(D50)[8:] + bytes(48)
    return head + struct.pack(">I", len(data)) + table + body


def _xyz_tag(xyz: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(one * 65536) for one in xyz))


def _words(version: int) -> bytes:
    """Write a description, which every profile must have."""
    if version >> 24 == 4:  # noqa: PLR2004 - the major version
        text = "RGB".encode("utf-16-be")
        return (
            b"mluc\0\0\0\0" + struct.pack(">II4sII", 1, 12, b"enUS", len(text), 28) + text
        )
    return b"desc\0\0\0\0\0\0\0\4RGB\0" + bytes(8) + bytes(3 + 67)
