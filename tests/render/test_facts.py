"""What is found out about a picture beside its renditions."""

import math
from itertools import product

import pytest
from PIL import Image, ImageColor, ImageEnhance

from pictures import WIDE, encoded, scene
from threebath.core.ladder import Ladder, Rung, Size
from threebath.render.darkroom import develop
from threebath.render.facts import ALPHABET, facts_of
from threebath.render.job import Job

JOB = Job(limits=WIDE, ladder=Ladder((Rung("x", Size(604, 604)),)))


def facts(image, **options):
    return develop(encoded(image, **options), JOB).facts


def apart(one, other):
    """In how many of its 64 bits a hash differs from another."""
    return (int(one["phash"], 16) ^ int(other["phash"], 16)).bit_count()


@pytest.mark.parametrize(
    ("most", "rest", "share"), [("red", "blue", 0.6), ("white", "black", 0.9)]
)
def test_the_colour_is_that_of_most_of_the_picture(most, rest, share):
    """Not a mean of all: half red and half blue is nowhere purple."""
    image = Image.new("RGB", (200, 100), most)
    image.paste(rest, (int(200 * share), 0, 200, 100))
    found = facts(image, form="PNG")["colour"]
    pairs = zip(ImageColor.getrgb(found), ImageColor.getrgb(most), strict=True)
    assert max(abs(one - other) for one, other in pairs) <= 8


def test_a_plain_colour_is_that():
    """As near as luma and colour say it.

    Where libav makes those of red, green and blue, it drops what is below a whole level.
    """
    colour = facts(Image.new("RGB", (50, 40), "#3366cc"), form="PNG")["colour"]
    found = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    assert all(abs(a - b) <= 2 for a, b in zip(found, (0x33, 0x66, 0xCC), strict=True))


def published(sample, side=32, across=4, down=3):
    """Encode as the algorithm's description on blurha.sh says, word by word."""

    def linear(value):
        value /= 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    def srgb(value):
        value = min(max(value, 0), 1)
        if value <= 0.0031308:
            return int(value * 12.92 * 255 + 0.5)
        return int((1.055 * value ** (1 / 2.4) - 0.055) * 255 + 0.5)

    def root(value):
        return math.copysign(abs(value) ** 0.5, value)

    def base83(value, length):
        return "".join(
            ALPHABET[value // 83 ** (length - place) % 83] for place in range(1, length + 1)
        )

    pixels = [linear(value) for value in sample]
    factors = []
    for y, x in product(range(down), range(across)):
        total = [0.0, 0.0, 0.0]
        for v, u in product(range(side), range(side)):
            wave = math.cos(math.pi * x * (u + 0.5) / side)
            wave *= math.cos(math.pi * y * (v + 0.5) / side)
            for band in range(3):
                total[band] += wave * pixels[(v * side + u) * 3 + band]
        scale = (1 if x == y == 0 else 2) / side**2
        factors.append([one * scale for one in total])
    first, *others = factors
    most = max(abs(value) for one in others for value in one)
    quantised = int(max(0, min(82, math.floor(most * 166 - 0.5))))
    text = base83(across - 1 + (down - 1) * 9, 1) + base83(quantised, 1)
    text += base83((srgb(first[0]) << 16) + (srgb(first[1]) << 8) + srgb(first[2]), 4)
    for one in others:
        digits = [
            int(max(0, min(18, math.floor(root(value * 166 / (quantised + 1)) * 9 + 9.5))))
            for value in one
        ]
        text += base83(digits[0] * 361 + digits[1] * 19 + digits[2], 2)
    return text


@pytest.mark.parametrize(
    "image",
    [
        scene(32, 32),
        scene(64, 32).crop((32, 0, 64, 32)),
        Image.new("RGB", (32, 32), "teal"),
    ],
    ids=["scene", "other", "plain"],
)
def test_the_blurhash_is_the_published_one(image):
    """Our quick way to compute it comes to the same as the description's slow one."""
    assert facts_of(image.tobytes())["blurhash"] == published(image.tobytes())


def test_the_hash_knows_a_picture_again():
    """Scaling, brightness and coarser coding change few bits; another picture, many."""
    image = scene(800, 600)
    whole = facts(image, quality=95)
    alike = [
        facts(image.resize((400, 300)), quality=95),
        facts(ImageEnhance.Brightness(image).enhance(1.15), quality=95),
        facts(image, quality=30),
        facts(image, form="PNG"),
    ]
    assert max(apart(whole, one) for one in alike) <= 8
    other = facts(image.transpose(Image.Transpose.ROTATE_90), quality=95)
    assert apart(whole, other) > 16


def test_a_plain_picture_has_facts_too():
    """Nothing to see is no reason to fail."""
    for colour in ("black", "white"):
        found = facts(Image.new("L", (1, 1), colour), form="PNG")
        assert set(found) == {"colour", "blurhash", "phash"}
