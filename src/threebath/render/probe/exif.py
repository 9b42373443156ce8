"""Find the orientation in EXIF data; nothing else of it is looked at."""

import struct

from threebath.render.orientation import Orientation

ORIENTATION = 0x0112
SHORT = 3
MAX_ENTRIES = 512
"""Tags of the first directory; cameras write about a dozen."""


def orientation_of(exif: bytes) -> Orientation:
    """Read the orientation from a TIFF structure, with or without ``Exif`` before it.

    Damaged EXIF is no reason to refuse a picture: where there is no readable
    orientation, the picture counts as upright.
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return Orientation.UPRIGHT
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, start)
        for place in range(start + 2, start + 2 + 12 * min(entries, MAX_ENTRIES), 12):
            tag, kind = struct.unpack_from(order + "HH", tiff, place)
            if tag == ORIENTATION and kind == SHORT:
                return Orientation(struct.unpack_from(order + "H", tiff, place + 8)[0])
    except (struct.error, ValueError):
        pass
    return Orientation.UPRIGHT
