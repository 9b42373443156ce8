"""What is found out about a picture's looks: colour, blurhash and perceptual hash."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import compress
from math import cos, pi
from operator import mul
from statistics import median

from threebath.core.library import Fact
from threebath.render.cascade import SAMPLE
from threebath.render.curves import light_of, shown

SIDE = SAMPLE.width
ACROSS, DOWN = 4, 3
"""Components of the blurhash."""
COARSE = 6
PARTS = bytes(value * COARSE >> 8 for value in range(256))
HASHED = 8
"""The perceptual hash looks at the lowest 8 by 8 frequencies."""
ALPHABET = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
)

Plane = Sequence[Sequence[float]]


def facts_of(sample: bytes) -> dict[str, Fact]:
    """Describe a picture by its sample: 32x32 pixels of red, green and blue."""
    bands = [sample[band::3] for band in range(3)]
    grey = [0.299 * r + 0.587 * g + 0.114 * b for r, g, b in zip(*bands, strict=True)]
    return {
        "colour": _dominant(bands),
        "blurhash": _blurhash(bands),
        "phash": _phash(grey),
    }


def _dominant(bands: Sequence[bytes]) -> str:
    """Name the colour that most of the picture is like; not a mean that is nowhere in it.

    Pixels are alike if they are in the same of `COARSE` parts of red, green and blue, so
    that two colours close to such a border may be told apart.
    """
    parts = list(zip(*(band.translate(PARTS) for band in bands), strict=True))
    counts = Counter(parts)
    most = max(counts, key=counts.__getitem__)
    alike = [part == most for part in parts]
    red, green, blue = (round(sum(compress(band, alike)) / counts[most]) for band in bands)
    return f"#{red:02x}{green:02x}{blue:02x}"


@cache
def _cosines(count: int) -> tuple[tuple[float, ...], ...]:
    """Tabulate the waves that `blurhash` and the DCT have in common."""
    return tuple(
        tuple(cos(pi * wave * (place + 0.5) / SIDE) for place in range(SIDE))
        for wave in range(count)
    )


@cache
def _linear() -> tuple[float, ...]:
    """Tabulate sRGB's curve."""
    return tuple(light_of(value / 255) for value in range(256))


def _transform(values: Sequence[float], across: int, down: int) -> Plane:
    """Correlate a square with the lowest cosine waves: rows first, columns then."""
    rows = [values[start : start + SIDE] for start in range(0, SIDE * SIDE, SIDE)]
    columns = [[sum(map(mul, row, wave)) for row in rows] for wave in _cosines(across)]
    return [[sum(map(mul, one, wave)) for one in columns] for wave in _cosines(down)]


def _phash(grey: Sequence[float]) -> str:
    """Hash by the signs of the lowest frequencies around their median: 16 hex digits.

    The first bit is the lowest frequency's, as pHash and its kin write them.
    """
    flat = [value for row in _transform(grey, HASHED, HASHED) for value in row]
    middle = median(flat[1:])
    bits = "".join("01"[value > middle] for value in flat)
    return f"{int(bits, 2):016x}"


def _blurhash(bands: Sequence[bytes]) -> str:
    """Encode as blurha.sh describes: 28 characters of base 83."""
    curve = _linear()
    lights = [[*map(curve.__getitem__, band)] for band in bands]
    planes = [_transform(light, ACROSS, DOWN) for light in lights]
    waves = [(x, y) for y in range(DOWN) for x in range(ACROSS)]
    first, *others = (
        [plane[y][x] * (1 if x == y == 0 else 2) / SIDE**2 for plane in planes]
        for x, y in waves
    )
    most = max(abs(value) for one in others for value in one)
    scale = max(0, min(82, int(most * 166 - 0.5)))
    average = 0
    for value in first:
        average = average << 8 | _encoded(value)
    digits = [
        _base83(ACROSS - 1 + (DOWN - 1) * 9, 1),
        _base83(scale, 1),
        _base83(average, 4),
    ]
    for one in others:
        packed = 0
        for value in one:
            packed = packed * 19 + _quantised(value * 166 / (scale + 1))
        digits.append(_base83(packed, 2))
    return "".join(digits)


def _encoded(value: float) -> int:
    return round(shown(max(0.0, min(1.0, value))) * 255)


def _quantised(value: float) -> int:
    root = abs(value) ** 0.5 * (1 if value >= 0 else -1)
    return max(0, min(18, int(root * 9 + 9.5)))


def _base83(value: int, length: int) -> str:
    digits = []
    for _ in range(length):
        value, digit = divmod(value, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
