"""Universal Platform's one upload kind: limits, ladder, place.

Sources: the ``photos`` table of Facebook's 2007 API, which UP's methods are copied from,
for the three boxes; docs/protocols/up.md for what UP leaves open (formats and bytes).
"""

from threebath.core.kinds import MIB, PICTURES, Limits, UploadKind
from threebath.core.ladder import Ladder, Rung, Size
from threebath.core.places import Place

ALBUM_CAPACITY = 60
"""Photos of an album that somebody made (seed 001)."""

DEFAULT_CAPACITY = 1_000
"""Photos of an application's default album (seed 001)."""

PHOTO_LADDER = Ladder(
    (
        Rung("s", Size(130, 130)),
        Rung("n", Size(604, 604)),
        Rung("t", Size(75, 225)),
    )
)
"""The letters begin the file names of seed 001: ``src``, ``src_big``, ``src_small``."""

PHOTO = UploadKind(
    name="up.photo",
    place=Place.ALBUM,
    limits=Limits(formats=PICTURES, max_bytes=10 * MIB),
    ladder=PHOTO_LADDER,
    needs="",
)
