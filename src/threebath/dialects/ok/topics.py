"""``mediatopic.post``: one post, whose new photos need no commit of their own."""

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from threebath.core.errors import BadParameter, Spent, WrongOwner
from threebath.core.library import Photo, Post
from threebath.core.places import Place
from threebath.core.tickets import Destination
from threebath.dialects.ok.albums import known_photo
from threebath.dialects.ok.attachments import Picture, read_attachment
from threebath.dialects.ok.calls import (
    NETWORK,
    PUBLISH_NOTE,
    SET_STATUS,
    VALUABLE_ACCESS,
    Access,
    Call,
    Method,
)
from threebath.dialects.ok.errors import PhotoUnknown
from threebath.dialects.ok.ids import read_token
from threebath.dialects.ok.kinds import PHOTO_KINDS
from threebath.service.uploads import Commit

USER_TYPES: Mapping[str, str] = MappingProxyType(
    {"USER": VALUABLE_ACCESS, "USER_STATUS": SET_STATUS, "USER_NOTE": PUBLISH_NOTE}
)
"""Types of a user's topics, and the permission that each takes."""

GROUP_TYPES = ("GROUP_THEME", "GROUP_THEME_PROMO", "GROUP_SUGGESTED")

_TOPIC = "topic"
"""What is noted with a photo: the topic that it was published by."""


async def post(call: Call) -> object:
    """Answer ``mediatopic.post`` with the topic's id.

    A repeated call with the same tokens answers with the same topic.
    """
    owner_id = _owner(call)
    attachment = read_attachment(call.params)
    to = Destination(Place.TOPIC, owner_id)
    await call.services.accounts.authorise(call.caller, to)
    names = await _photos(call, attachment.pictures, to)
    topic = Post(
        id=0,
        network=NETWORK,
        owner_id=owner_id,
        actor_id=owner_id if attachment.for_group else call.caller.user_id,
        text=attachment.text,
        attachments=(*names, *attachment.others),
        created_at=call.services.clock(),
    )
    has_tokens = any(one.token for one in attachment.pictures)
    once = _mark(call, to) if has_tokens else ""
    return str((await call.services.library.add_post(topic, once)).id)


def _owner(call: Call) -> int:
    group_id = call.group_id()
    kind = call.params.text("type").strip().upper()
    kind = kind or (GROUP_TYPES[0] if group_id else "USER")
    if kind in GROUP_TYPES:
        if not group_id:
            raise BadParameter("gid", f"is needed for the type {kind}")
        return -group_id
    if kind not in USER_TYPES or group_id:
        fitting = GROUP_TYPES if group_id else (*USER_TYPES, *GROUP_TYPES)
        raise BadParameter("type", f"must be one of {', '.join(fitting)}")
    call.caller.check_may(USER_TYPES[kind])
    return call.user_id


async def _photos(
    call: Call, pictures: Sequence[Picture], to: Destination
) -> Sequence[str]:
    """Return what the topic notes of its pictures, in their order.

    What exists is looked at first, so that nothing is published for a topic that cannot be.
    """
    there = {one: await _there(call, one, to) for one in pictures if one.photo_id}
    fresh = [one for one in pictures if one.token]
    made = dict(zip(fresh, await _publish(call, fresh, to), strict=True))
    photos = [(there | made)[one] for one in pictures]
    if len({one.id for one in photos}) < len(photos):
        raise PhotoUnknown("a photo is listed twice")
    return [f"photo:{one.id}" for one in photos]


async def _there(call: Call, picture: Picture, to: Destination) -> Photo:
    photo = await known_photo(call, picture.photo_id)
    if photo.owner_id not in (call.caller.user_id, to.owner_id):
        raise PhotoUnknown(f"BAD id: photo {photo.id} is somebody else's")
    return photo


async def _publish(
    call: Call, pictures: Sequence[Picture], to: Destination
) -> Sequence[Photo]:
    """Publish uploads into the topic: all of them, or none."""
    if not pictures:
        return []
    uploads, keys = call.services.uploads, call.services.keys
    ids = [read_token(one.token, keys) for one in pictures]
    for receipt in await uploads.catalog.receipts(ids):
        made_for = receipt.destination.owner_id
        if made_for not in (call.caller.user_id, to.owner_id):
            raise WrongOwner(made_for, to.owner_id)
    mark = {_TOPIC: _mark(call, to)}
    commits = [Commit(receipt_id=one, to=to, extra=mark) for one in ids]
    photos = await uploads.commit(call.caller, PHOTO_KINDS, commits)
    for photo in photos:
        if photo.extra.get(_TOPIC) != mark[_TOPIC]:
            raise Spent(f"a token was used before, and is photo {photo.id} now")
    return photos


def _mark(call: Call, to: Destination) -> str:
    said = f"{to.owner_id}:{call.params.text('attachment')}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:32]


METHODS: Mapping[str, Method] = MappingProxyType(
    {"mediatopic.post": Method(post, access=Access.USER)}
)
"""Which permission it takes depends on the type; see `USER_TYPES`."""
