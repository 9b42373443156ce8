"""Photographs that nobody took: made from numbers, so that a demo needs no files."""

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from threebath.core.ladder import Size

Colour = tuple[int, int, int]

EXIF_ORIENTATION = 0x0112
QUARTER_TURN = 6
"""EXIF: the camera was held upright; turn the picture clockwise to see it so."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as a client would send it."""

    name: str
    content: bytes
    size: Size
    """The size of the upright picture."""


def photographs() -> list[Picture]:
    """Make a handful: wide, tall, square, turned by EXIF, with transparency, small."""
    return [
        _jpeg("sunset.jpg", _sunset(Size(2400, 1600))),
        _jpeg("mountains.jpg", _mountains(Size(3000, 1500))),
        _jpeg("portrait.jpg", _portrait(Size(1620, 2160))),
        _turned("held-upright.jpg", _mountains(Size(1200, 1600), seed=4)),
        _png("glass.png", _glass(Size(900, 900))),
        _jpeg("street.jpg", _lights(Size(1280, 960))),
    ]


def _sunset(size: Size) -> Image.Image:
    sky = _gradient(size, ((24, 20, 60), (214, 84, 58), (255, 190, 92)))
    sun = _disc(size, centre=(0.62, 0.60), radius=0.10, colour=(255, 236, 170))
    glow = sun.filter(ImageFilter.GaussianBlur(size.width // 30))
    lit = ImageChops.screen(ImageChops.screen(sky, glow), sun)
    return _grain(_ridge(lit, 0.74, (26, 18, 34), seed=1, rough=0.04))


def _mountains(size: Size, seed: int = 2) -> Image.Image:
    view = _gradient(size, ((86, 140, 196), (190, 214, 230), (244, 236, 220)))
    far_to_near = ((0.46, (128, 152, 178)), (0.58, (84, 108, 134)), (0.72, (44, 62, 70)))
    for index, (height, colour) in enumerate(far_to_near):
        view = _ridge(view, height, colour, seed=seed + index, rough=0.16)
    return _grain(view)


def _portrait(size: Size) -> Image.Image:
    back = _gradient(size, ((54, 42, 38), (104, 76, 60), (40, 32, 30)))
    draw = ImageDraw.Draw(back)
    w, h = size.width, size.height
    draw.ellipse((w * 0.12, h * 0.66, w * 0.88, h * 1.30), fill=(46, 62, 84))
    draw.ellipse((w * 0.32, h * 0.22, w * 0.68, h * 0.64), fill=(222, 176, 146))
    draw.pieslice((w * 0.29, h * 0.17, w * 0.71, h * 0.56), 180, 360, fill=(58, 38, 28))
    return _grain(back.filter(ImageFilter.GaussianBlur(w // 220)))


def _lights(size: Size) -> Image.Image:
    rng = random.Random(5)  # noqa: S311 - the picture must come out the same
    night = _gradient(size, ((8, 10, 22), (26, 22, 40), (12, 12, 16)))
    for _ in range(70):
        at = (rng.random(), 0.25 + 0.6 * rng.random())
        warm = (255, rng.randint(120, 230), rng.randint(40, 160))
        spot = _disc(size, centre=at, radius=rng.uniform(0.006, 0.03), colour=warm)
        night = ImageChops.screen(night, spot.point(lambda level: level * 2 // 3))
    return _grain(night.filter(ImageFilter.GaussianBlur(2)))


def _glass(size: Size) -> Image.Image:
    glass = Image.new("RGBA", (size.width, size.height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(glass, "RGBA")
    step = size.width // 9
    for index in range(7):
        left, top = step * (index % 3) + step, step * (index // 2) + step
        tint = ((230, 60, 60), (60, 130, 220), (240, 190, 40))[index % 3]
        draw.ellipse((left, top, left + step * 4, top + step * 4), fill=(*tint, 120))
    return glass


def _gradient(size: Size, colours: tuple[Colour, Colour, Colour]) -> Image.Image:
    strip = Image.new("RGB", (1, len(colours)))
    strip.putdata(colours)
    return strip.resize((size.width, size.height), Image.Resampling.BICUBIC)


def _disc(
    size: Size, *, centre: tuple[float, float], radius: float, colour: Colour
) -> Image.Image:
    layer = Image.new("RGB", (size.width, size.height))
    x, y, r = centre[0] * size.width, centre[1] * size.height, radius * size.height
    ImageDraw.Draw(layer).ellipse((x - r, y - r, x + r, y + r), fill=colour)
    return layer


def _ridge(
    image: Image.Image, height: float, colour: Colour, *, seed: int, rough: float
) -> Image.Image:
    """Draw a mountain ridge whose line was split at its middles, again and again."""
    rng = random.Random(seed)  # noqa: S311 - the picture must come out the same
    line = [height, height + rng.uniform(-rough, rough), height]
    while len(line) < 257:  # noqa: PLR2004 - finer than a demo's eyes
        rough /= 1.8
        middles = [
            (left + right) / 2 + rng.uniform(-rough, rough)
            for left, right in pairwise(line)
        ]
        line = [one for pair in zip(line, middles, strict=False) for one in pair] + line[
            -1:
        ]
    step = image.width / (len(line) - 1)
    points = [(index * step, level * image.height) for index, level in enumerate(line)]
    corners = [(image.width, image.height), (0, image.height)]
    ImageDraw.Draw(image).polygon([*points, *corners], fill=colour)
    return image


def _grain(image: Image.Image) -> Image.Image:
    """Add film grain, so that the files weigh what photographs weigh."""
    noise = Image.effect_noise(image.size, 22).convert("RGB")
    return Image.blend(image, ImageChops.overlay(image, noise), 0.5)


def _encode(image: Image.Image, save: Callable[[Image.Image, io.BytesIO], None]) -> bytes:
    target = io.BytesIO()
    save(image, target)
    return target.getvalue()


def _jpeg(name: str, image: Image.Image) -> Picture:
    content = _encode(image, lambda one, to: one.save(to, "JPEG", quality=92))
    return Picture(name, content, Size(image.width, image.height))


def _png(name: str, image: Image.Image) -> Picture:
    content = _encode(image, lambda one, to: one.save(to, "PNG"))
    return Picture(name, content, Size(image.width, image.height))


def _turned(name: str, image: Image.Image) -> Picture:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = QUARTER_TURN
    stored = image.transpose(Image.Transpose.ROTATE_90)
    content = _encode(stored, lambda one, to: one.save(to, "JPEG", quality=92, exif=exif))
    return Picture(name, content, Size(image.width, image.height))
