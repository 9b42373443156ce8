"""Tone curves of colour profiles: as numbers, one for each level of a byte.

Source: ICC.1:2022, 10.6 (``curv``) and 10.18 (``para``).
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

LEVELS = 256
MOST = 65535
MAX_POINTS = 65_536
NEAR = 1.5 / 255
"""How far from sRGB's a curve may be: a level, and what rounding may cost."""
KNEE = 0.0031308
"""The light up to which sRGB's curve is a straight line; IEC 61966-2-1."""

Curve = tuple[int, ...]
"""For each level of a byte the light that it stands for: 0 to 65535."""

FUNCTIONS: Mapping[int, tuple[int, Callable[..., float]]] = MappingProxyType(
    {
        0: (1, lambda x, g: x**g),
        1: (3, lambda x, g, a, b: max(0.0, a * x + b) ** g if x >= -b / a else 0.0),
        2: (4, lambda x, g, a, b, c: max(0.0, a * x + b) ** g + c if x >= -b / a else c),
        3: (5, lambda x, g, a, b, c, d: max(0.0, a * x + b) ** g if x >= d else c * x),
        4: (
            7,
            lambda x, g, a, b, c, d, e, f: (
                max(0.0, a * x + b) ** g + e if x >= d else c * x + f
            ),
        ),
    }
)
"""The parametric curves, by type: how many numbers they have, and what they make of x."""


class NoCurve(ValueError):
    """The bytes are no curve."""


class NotRising(ValueError):
    """A curve falls somewhere, so that it cannot be written anew."""


def read_curve(tag: bytes) -> Curve:
    """Read a curve's values at each level of a byte, which is all that a JPEG asks of it.

    Raises:
        NoCurve: it is damaged.
        NotRising: it falls somewhere.
    """
    try:
        found = _sampled(tag)
    except (struct.error, ArithmeticError, KeyError) as error:
        raise NoCurve from error
    curve = tuple(round(MOST * min(1.0, max(0.0, one))) for one in found)
    if any(one > other for one, other in pairwise(curve)):
        raise NotRising
    return curve


def write_curve(curve: Curve) -> bytes:
    """Write a curve as a table."""
    return struct.pack(f">4s4xI{LEVELS}H", b"curv", LEVELS, *curve)


def is_srgb(curve: Curve) -> bool:
    """Say whether nobody could tell a curve from sRGB's."""
    return all(
        abs(shown(light / MOST) - level / (LEVELS - 1)) <= NEAR
        for level, light in enumerate(curve)
    )


def shown(light: float) -> float:
    """Return the level, of 1, at which sRGB shows a light."""
    if light <= KNEE:
        return light * 12.92
    return float(1.055 * light ** (1 / 2.4) - 0.055)


def light_of(level: float) -> float:
    """Return the light that a level, of 1, stands for in sRGB."""
    if level <= KNEE * 12.92:
        return level / 12.92
    return float(((level + 0.055) / 1.055) ** 2.4)


def _sampled(tag: bytes) -> Sequence[float]:
    levels = [level / (LEVELS - 1) for level in range(LEVELS)]
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count > 1:
            return _interpolated(tag, count)
        gamma = struct.unpack_from(">H", tag, 12)[0] / 256 if count else 1.0
        return [level**gamma for level in levels]
    if tag[:4] != b"para":
        raise NoCurve
    count, function = FUNCTIONS[struct.unpack_from(">H", tag, 8)[0]]
    numbers = [one / 65536 for one in struct.unpack_from(f">{count}i", tag, 12)]
    return [function(level, *numbers) for level in levels]


def _interpolated(tag: bytes, count: int) -> Sequence[float]:
    if count > MAX_POINTS:
        raise NoCurve
    points = struct.unpack_from(f">{count}H", tag, 12)
    found = []
    for level in range(LEVELS):
        place, rest = divmod(level * (count - 1), LEVELS - 1)
        after = points[min(place + 1, count - 1)]
        share = rest / (LEVELS - 1)
        found.append((points[place] * (1 - share) + after * share) / MOST)
    return found
