"""How alike two pictures are."""

from io import BytesIO

import numpy as np
from PIL import Image

WINDOW = 8
MOST = 700
"""Pixels of each side that are looked at, from the middle: the rest is like it."""


def pixels(jpeg):
    with Image.open(BytesIO(jpeg)) as found:
        width, height = found.size
        left, top = max(0, width - MOST) // 2, max(0, height - MOST) // 2
        middle = found.crop((left, top, width - left, height - top))
        return np.asarray(middle.convert("RGB"), dtype=np.float64)


def _means(plane):
    """Average every window of a plane."""
    total = np.pad(plane.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    box = total[WINDOW:, WINDOW:] - total[:-WINDOW, WINDOW:]
    return (box - total[WINDOW:, :-WINDOW] + total[:-WINDOW, :-WINDOW]) / WINDOW**2


def ssim(one, other):
    """The structural similarity of two pictures' brightness: 1 if they are the same."""
    a, b = (found @ (0.299, 0.587, 0.114) for found in (pixels(one), pixels(other)))
    assert a.shape == b.shape
    if min(a.shape) < WINDOW:
        return 1.0 - abs(a - b).max() / 255
    mean_a, mean_b = _means(a), _means(b)
    spread_a, spread_b = _means(a * a) - mean_a**2, _means(b * b) - mean_b**2
    common = _means(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    above = (2 * mean_a * mean_b + c1) * (2 * common + c2)
    below = (mean_a**2 + mean_b**2 + c1) * (spread_a + spread_b + c2)
    return float((above / below).mean())


def colour_distance(one, other):
    """The mean difference of all channels, 0 to 255."""
    return float(abs(pixels(one) - pixels(other)).mean())
