"""VK's upload kinds: limits, ladders and places.

Sources: VK's upload manual (seed 000) for formats, limits and sizes; the size table of
docs/protocols/vk.md for the boxes and for which rungs exist.
"""

from dataclasses import replace
from fractions import Fraction

from threebath.core.kinds import MIB, PICTURES, Limits, UploadKind
from threebath.core.ladder import Fit, Ladder, Rung, Size
from threebath.core.places import Place

_X, _Y, _Z = Size(604, 604), Size(807, 807), Size(1280, 1080)

PHOTO_LADDER = Ladder(
    (
        Rung("s", Size(75, 75)),
        Rung("m", Size(130, 130)),
        Rung("x", _X),
        Rung("y", _Y, over=_X),
        Rung("z", _Z, over=_Y),
        Rung("w", Size(2560, 2160), over=_Z),
        Rung("o", Size(130, 130), Fit.WIDTH),
        Rung("p", Size(200, 200), Fit.WIDTH),
        Rung("q", Size(320, 320), Fit.WIDTH),
        Rung("r", Size(510, 510), Fit.WIDTH),
    )
)

SQUARE_CROP = "_square_crop"
"""The form field that chooses the square preview: ``x,y,side``, in pixels."""

PROFILE_LADDER = Ladder(
    PHOTO_LADDER.rungs
    + tuple(
        Rung(letter, Size(side, side), Fit.SQUARE, crop=SQUARE_CROP)
        for letter, side in (("e", 50), ("d", 100), ("c", 200), ("b", 400))
    )
)

PICTURE = Limits(
    formats=PICTURES,
    max_bytes=50 * MIB,
    max_side_sum=14_000,
    aspect=(Fraction(1, 20), Fraction(20)),
)

ALBUM = UploadKind(
    name="vk.album",
    place=Place.ALBUM,
    limits=replace(PICTURE, max_files=5),
    ladder=PHOTO_LADDER,
    needs="photos",
    partial=True,
)
WALL = UploadKind(
    name="vk.wall",
    place=Place.WALL,
    limits=replace(PICTURE, max_files=6),
    ladder=PHOTO_LADDER,
    needs="photos",
    partial=True,
)
PROFILE = UploadKind(
    name="vk.profile",
    place=Place.PROFILE,
    limits=replace(PICTURE, min_size=Size(200, 200), aspect=(Fraction(1, 4), Fraction(3))),
    ladder=PROFILE_LADDER,
    needs="photos",
    options=frozenset({SQUARE_CROP}),
)
MESSAGE = UploadKind(
    name="vk.message",
    place=Place.MESSAGE,
    limits=replace(PICTURE, max_files=6),
    ladder=PHOTO_LADDER,
    needs="photos",
    partial=True,
)
