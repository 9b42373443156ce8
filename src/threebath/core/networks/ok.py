"""OK's upload kinds: limits, ladders and places.

Sources: docs/protocols/ok.md; OK publishes the sizes' names and none of its limits, so
the limits are ours.
"""

from dataclasses import replace

from threebath.core.kinds import MIB, PICTURES, Limits, UploadKind
from threebath.core.ladder import Fit, Ladder, Rung, Size
from threebath.core.places import Place

MOST_PHOTOS = 100
"""Photos of one upload address."""

LONGEST_SIDE = 10_000
SHORTEST_SIDE = 16

_LARGE = Size(1024, 1024)


def _square(side: int) -> Rung:
    return Rung(f"pic{side}x{side}", Size(side, side), Fit.SQUARE)


def _short(side: int) -> Rung:
    return Rung(f"pic{side}min", Size(side, side), Fit.SHORT)


def _inside(name: str, width: int, height: int) -> Rung:
    return Rung(f"pic{name}", Size(width, height))


PHOTO_LADDER = Ladder(
    (
        _square(50),
        _square(128),
        _square(190),
        _inside("128max", 128, 128),
        _inside("160x120", 160, 120),
        _inside("176x176", 176, 176),
        _short(180),
        _short(240),
        _short(320),
        _inside("640x480", 640, 480),
        Rung("pic1024max", _LARGE, over=Size(640, 480)),
        Rung("pic_max", Size(2560, 2560), over=_LARGE),
    )
)

PICTURE = Limits(
    formats=PICTURES,
    max_bytes=20 * MIB,
    max_files=MOST_PHOTOS,
    max_side=LONGEST_SIDE,
    min_size=Size(SHORTEST_SIDE, SHORTEST_SIDE),
)

PHOTO = UploadKind(
    name="ok.photo",
    place=Place.PERSONAL,
    limits=PICTURE,
    ladder=PHOTO_LADDER,
    needs="PHOTO_CONTENT",
)
ALBUM = replace(PHOTO, name="ok.album", place=Place.ALBUM)
TOPIC = replace(PHOTO, name="ok.topic", place=Place.TOPIC)
MOMENT = replace(
    PHOTO, name="ok.moment", place=Place.MOMENT, limits=replace(PICTURE, max_files=1)
)
