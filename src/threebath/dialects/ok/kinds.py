"""OK's upload kinds, and which of them an address is for.

What happens to the bytes is in each `UploadKind` (core/networks/ok.py). The ticket's kind
says what the address was asked for; what becomes of a photo is decided at step 3.
"""

from collections.abc import Mapping
from types import MappingProxyType

from threebath.core.kinds import UploadKind
from threebath.core.networks.ok import ALBUM, MOMENT, PHOTO, TOPIC
from threebath.core.tickets import Destination

KINDS: tuple[UploadKind, ...] = (PHOTO, ALBUM, TOPIC, MOMENT)

BY_NAME: Mapping[str, UploadKind] = MappingProxyType({one.name: one for one in KINDS})

PHOTO_KINDS = (PHOTO, ALBUM, TOPIC)
"""Kinds whose uploads ``photosV2.commit`` and ``mediatopic.post`` take."""


def photo_kind(owner_id: int, album_id: int | None) -> tuple[UploadKind, Destination]:
    """Return what ``photosV2.getUploadUrl`` means by its ``aid`` and ``gid``."""
    loose = TOPIC if owner_id < 0 else PHOTO
    kind = loose if album_id is None else ALBUM
    return kind, Destination(kind.place, owner_id, album_id)
