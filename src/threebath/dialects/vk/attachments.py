"""Attachments: ``photo-7_12_key,https://…``, as posts and messages carry them."""

import re

from threebath.core.errors import BadParameter, PhotoNotFound
from threebath.core.library import Photo
from threebath.core.places import rule_of
from threebath.core.signing import same_secret
from threebath.dialects.vk.calls import Call

MOST = 10
"""Attachments of one post or message."""

_PHOTO = re.compile(r"photo(-?\d{1,12})_(\d{1,12})(?:_([0-9a-f]{1,64}))?")
_LINK = re.compile(r"https?://[^\s,]{1,2000}")


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
            await _check_photo(call, name, item)
    return tuple(items)


async def _check_photo(call: Call, name: str, item: str) -> None:
    found = _PHOTO.fullmatch(item)
    if found is None:
        raise BadParameter(name, f"is invalid: {item[:64]} cannot be attached")
    owner_id, photo_id, key = found.groups()
    try:
        await visible_photo(call, int(owner_id), int(photo_id), key or "")
    except PhotoNotFound as error:
        raise BadParameter(name, f"is invalid: {error}") from None


async def visible_photo(call: Call, owner_id: int, photo_id: int, key: str) -> Photo:
    """Return a photo that the caller may see.

    Unlisted photos (of messages) are seen by their owner and by who shows the key.

    Raises:
        PhotoNotFound: there is none, or the caller may not know of it.
    """
    name = f"photo{owner_id}_{photo_id}"
    photo = await call.services.library.photo(photo_id)
    if photo.owner_id != owner_id or not photo.kind.startswith("vk."):
        raise PhotoNotFound(name)
    own = call.caller.actor_id in {photo.owner_id, photo.actor_id}
    if key and not same_secret(key, photo.access_key):
        told = f"{name} with this access key"
        raise PhotoNotFound(told)
    if not (own or key or rule_of(photo.place).listed):
        told = f"{name} without its access key"
        raise PhotoNotFound(told)
    return photo
