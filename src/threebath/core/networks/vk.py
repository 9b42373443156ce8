"""VK's upload kinds: limits, ladders and places.

Sources: VK's upload manual (seed 000) for formats, limits and sizes; the size table of
docs/protocols/vk.md for the boxes and for which rungs exist.
"""

from dataclasses import replace
from fractions import Fraction

from threebath.core.kinds import (
    FILMS,
    MIB,
    PICTURES,
    SOUNDS,
    Format,
    Limits,
    Medium,
    UploadKind,
)
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

CROP = "_crop"
"""The option that holds the crop which step 1 chose: ``x,y,side`` or ``x,y,x2,y2``."""


def _with_squares(crop: str) -> Ladder:
    """Return the ladder with the square previews that people and communities have."""
    squares = tuple(
        Rung(letter, Size(side, side), Fit.SQUARE, crop=crop)
        for letter, side in (("e", 50), ("d", 100), ("c", 200), ("b", 400))
    )
    return Ladder(PHOTO_LADDER.rungs + squares)


PROFILE_LADDER = _with_squares(SQUARE_CROP)
CROPPED_LADDER = _with_squares(CROP)

COVER_LADDER = Ladder(
    tuple(
        Rung(letter, Size(width, 2160), Fit.CROP, crop=CROP)
        for letter, width in (("a", 200), ("b", 400), ("c", 795), ("d", 1080), ("e", 1590))
    )
)
"""The widths of covers; their height is the crop's (docs/protocols/vk.md, kind 11)."""

STORY_LADDER = Ladder((*PHOTO_LADDER.rungs, Rung("j", Size(256, 2160))))

STRIP_LADDER = Ladder((Rung("s", Size(75, 75)), Rung("x", _X), Rung("w", Size(2560, 2160))))
"""Of pictures that only decorate something else."""

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
CHAT = UploadKind(
    name="vk.chat",
    place=Place.CHAT,
    limits=replace(PICTURE, min_size=Size(200, 200)),
    ladder=CROPPED_LADDER,
    needs="photos",
    options=frozenset({CROP}),
    remembers=frozenset({"chat_id"}),
)
MARKET_ITEM = UploadKind(
    name="vk.market_item",
    place=Place.MARKET_ITEM,
    limits=replace(PICTURE, min_size=Size(400, 400)),
    ladder=CROPPED_LADDER,
    needs="market",
    options=frozenset({CROP}),
    remembers=frozenset({CROP}),
)
MARKET_COLLECTION = UploadKind(
    name="vk.market_collection",
    place=Place.MARKET_COLLECTION,
    limits=replace(PICTURE, min_size=Size(1280, 720)),
    ladder=PHOTO_LADDER,
    needs="market",
)
COVER = UploadKind(
    name="vk.cover",
    place=Place.COVER,
    limits=replace(PICTURE, min_size=Size(795, 200)),
    ladder=COVER_LADDER,
    needs="photos",
    options=frozenset({CROP}),
)
STORY_PHOTO = UploadKind(
    name="vk.story_photo",
    place=Place.STORY,
    limits=replace(PICTURE, max_bytes=10 * MIB),
    ladder=STORY_LADDER,
    needs="stories",
    remembers=frozenset({"link_text", "link_url", "user_ids", "reply_to_story"}),
)
POLL = UploadKind(
    name="vk.poll",
    place=Place.POLL,
    limits=replace(PICTURE, min_size=Size(795, 200)),
    ladder=STRIP_LADDER,
    needs="",
)
CARD = UploadKind(
    name="vk.card",
    place=Place.CARD,
    limits=replace(PICTURE, min_size=Size(400, 400)),
    ladder=STRIP_LADDER,
    needs="",
)
LEAD_FORM = UploadKind(
    name="vk.lead_form",
    place=Place.CARD,
    limits=replace(PICTURE, min_size=Size(1200, 300)),
    ladder=STRIP_LADDER,
    needs="",
)
VIDEO_COVER = UploadKind(
    name="vk.video_cover",
    place=Place.CARD,
    limits=PICTURE,
    ladder=PHOTO_LADDER,
    needs="video",
)


DOCUMENT_LADDER = Ladder(
    (
        Rung("m", Size(130, 130)),
        Rung("s", Size(100, 100)),
        Rung("x", _X),
        Rung("y", _Y, over=_X),
        Rung("o", Size(2560, 2160)),
    )
)
"""The previews of a document that is a picture."""

DOCUMENT = UploadKind(
    name="vk.document",
    place=Place.DOCUMENT,
    limits=Limits(
        formats=frozenset(Format) - {Format.MP3, Format.PROGRAM}, max_bytes=200 * MIB
    ),
    ladder=DOCUMENT_LADDER,
    needs="docs",
    medium=Medium.FILE,
    keeps_original=True,
)
GRAFFITI = UploadKind(
    name="vk.graffiti",
    place=Place.DOCUMENT,
    limits=replace(PICTURE, formats=frozenset({Format.PNG})),
    ladder=DOCUMENT_LADDER,
    needs="docs",
    keeps_original=True,
)


AUDIO = UploadKind(
    name="vk.audio",
    place=Place.AUDIO,
    limits=Limits(formats=frozenset({Format.MP3}), max_bytes=200 * MIB),
    ladder=Ladder(),
    needs="audio",
    medium=Medium.SOUND,
    keeps_original=True,
)
VOICE = UploadKind(
    name="vk.voice",
    place=Place.VOICE,
    limits=Limits(formats=SOUNDS, max_bytes=50 * MIB),
    ladder=Ladder(),
    needs="docs",
    medium=Medium.VOICE,
)

POSTER_LADDER = Ladder(
    (
        Rung("s", Size(130, 130)),
        Rung("m", Size(320, 320)),
        Rung("x", Size(800, 800)),
        Rung("y", Size(1280, 1280), over=Size(800, 800)),
    )
)
"""Pictures of a video."""

VIDEO = UploadKind(
    name="vk.video",
    place=Place.VIDEO,
    limits=Limits(formats=FILMS, max_bytes=5 * 1024 * MIB),
    ladder=POSTER_LADDER,
    needs="video",
    medium=Medium.FILM,
    keeps_original=True,
)
STORY_VIDEO = UploadKind(
    name="vk.story_video",
    place=Place.STORY,
    limits=Limits(formats=FILMS - {Format.MP3}, max_bytes=200 * MIB),
    ladder=POSTER_LADDER,
    needs="stories",
    medium=Medium.FILM,
    keeps_original=True,
    remembers=STORY_PHOTO.remembers,
)


def _widget(name: str) -> UploadKind:
    """Return the kind of one of the sizes of application widgets: shown at three times."""
    width, height = (int(side) for side in name.split("x"))
    return UploadKind(
        name=f"vk.widget.{name}",
        place=Place.WIDGET,
        limits=replace(PICTURE, exactly=Size(3 * width, 3 * height)),
        ladder=Ladder(
            tuple(
                Rung(letter, Size(times * width, times * height))
                for letter, times in (("a", 1), ("b", 2), ("c", 3))
            )
        ),
        needs="",
    )


WIDGETS = {
    name: _widget(name) for name in ("24x24", "50x50", "160x160", "160x240", "510x128")
}
"""Pictures of application widgets, by VK's ``image_type``."""
