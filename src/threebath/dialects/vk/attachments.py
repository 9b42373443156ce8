"""Attachments: ``photo-7_12_key,https://…``, as posts and messages carry them."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from threebath.core.errors import AlbumNotFound, BadParameter, PhotoNotFound
from threebath.core.library import Photo
from threebath.core.places import rule_of
from threebath.core.signing import same_secret
from threebath.dialects.vk.calls import Call
from threebath.dialects.vk.kinds import ROWS

MOST = 10
"""Attachments of one post or message."""

_NAMED = re.compile(r"([a-z_]{1,16}?)(-?\d{1,12})_(\d{1,12})(?:_([0-9a-f]{1,64}))?")
_LINK = re.compile(r"https?://[^\s,]{1,2000}")

DOCUMENTS = frozenset({"doc", "audio_message", "graffiti"})

MEDIA: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{one: frozenset({one}) for one in ("photo", "audio", "story")},
        **{one: frozenset({one}) for one in DOCUMENTS},
        "doc": DOCUMENTS,
    }
)
"""By the word of an attachment, the words of the kinds that it may name: voice messages
and graffiti are documents, too."""

SETS: Mapping[str, str] = MappingProxyType(
    {"video": "vk.video", "market": "vk.market", "market_album": "vk.collection"}
)
"""By the word of an attachment, the network of the albums that it names."""


async def checked(call: Call, name: str) -> tuple[str, ...]:
    """Return the attachments that parameter *name* lists, each as it was sent.

    Raises:
        BadParameter: there are too many, or one is not known or may not be seen.
    """
    items = call.params.words(name)
    if len(items) > MOST:
        raise BadParameter(name, f"should list at most {MOST} attachments")
    for item in items:
        if not _LINK.fullmatch(item):
            await _check(call, name, item)
    return tuple(items)


async def _check(call: Call, name: str, item: str) -> None:
    found = _NAMED.fullmatch(item)
    if found is None or found[1] not in MEDIA.keys() | SETS.keys():
        raise BadParameter(name, f"is invalid: {item[:64]} cannot be attached")
    word, owner_id, number, key = found.groups()
    try:
        if word in SETS:
            await _check_set(call, word, int(owner_id), int(number), key or "")
        else:
            await visible(call, word, int(owner_id), int(number), key or "")
    except (PhotoNotFound, AlbumNotFound) as error:
        raise BadParameter(name, f"is invalid: {error}") from None


async def _check_set(call: Call, word: str, owner_id: int, number: int, key: str) -> None:
    album = await call.services.library.album(number)
    known = album.extra.get("access_key", "")
    wrong_key = key and not same_secret(key, known)
    if (album.network, album.owner_id) != (SETS[word], owner_id) or wrong_key:
        told = f"there is no {word}{owner_id}_{number}"
        raise AlbumNotFound(told)


async def visible(call: Call, word: str, owner_id: int, photo_id: int, key: str) -> Photo:
    """Return a photo, or other media that *word* names, that the caller may see.

    Unlisted ones (of messages) are seen by their owner and by who shows the key.

    Raises:
        PhotoNotFound: there is none, or the caller may not know of it.
    """
    name = f"{word}{owner_id}_{photo_id}"
    photo = await call.services.library.photo(photo_id)
    row = ROWS.get(photo.kind)
    if row is None or photo.owner_id != owner_id or row.attach not in MEDIA[word]:
        raise PhotoNotFound(name)
    own = call.caller.actor_id in {photo.owner_id, photo.actor_id}
    if key and not same_secret(key, photo.access_key):
        told = f"{name} with this access key"
        raise PhotoNotFound(told)
    if not (own or key or rule_of(photo.place).listed):
        told = f"{name} without its access key"
        raise PhotoNotFound(told)
    return photo
