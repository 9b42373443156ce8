"""``up.photos.addTag`` and ``up.photos.getTags``."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from threebath.core.errors import BadParameter, LimitReached, MissingParameter
from threebath.core.library import Photo, PhotoState, Tag
from threebath.dialects.up.calls import MOST_IDS, PHOTO_UPLOAD, Call
from threebath.dialects.up.errors import BadTagSubject, TagRefused, TooManyTags
from threebath.dialects.up.ids import split_id
from threebath.dialects.up.objects import NETWORK, tag_record
from threebath.dialects.up.photos import may_see, photo_of
from threebath.dialects.up.wire import Payload, Rows, fit_text
from threebath.service.ports import PhotoQuery

MOST_PENDING_TAGS = 20
"""Tags of a photo that waits for approval (Facebook's page on addTag)."""

MOST_TAGS = 1_000
LONGEST_TEXT = 256

_WHOLE = 100
_MIDDLE = "50"


async def add_tag(call: Call) -> Payload:
    """Say whom a photo shows; answer 1."""
    photo = await photo_of(call, int(call.required("pid")))
    at_once = PHOTO_UPLOAD in call.caller.permissions
    pending = photo.state is PhotoState.PENDING
    if photo.owner_id != call.caller.user_id or not (pending or at_once):
        raise TagRefused
    tags = [_tag(call, photo, one) for one in _said(call)]
    await _check_subjects(call, tags)
    most = MOST_PENDING_TAGS if pending else MOST_TAGS
    try:
        await call.services.library.add_tags(photo.id, tags, most)
    except LimitReached:
        raise TooManyTags(most) from None
    return 1


def _said(call: Call) -> list[Mapping[str, object]]:
    """Return what the call says of each tag: its own arguments, or those of ``tags``."""
    if not (listed := call.arguments.get("tags")):
        return [call.arguments]
    try:
        found = json.loads(listed)
    except (ValueError, RecursionError):
        raise BadParameter("tags", "is no JSON") from None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadParameter("tags", "must be a list of objects")
    if len(found) > MOST_TAGS:
        raise BadParameter("tags", f"lists more than {MOST_TAGS}")
    return found


def _tag(call: Call, photo: Photo, said: Mapping[str, object]) -> Tag:
    uid, text = str(said.get("tag_uid") or ""), fit_text(str(said.get("tag_text") or ""))
    if uid == "0":  # pyfacebook's, where only a text is given
        uid = ""
    if uid and not (uid.isascii() and uid.isdecimal()):
        raise BadTagSubject("tag_uid")
    if not uid and not text.strip():
        raise MissingParameter("tag_uid or tag_text")
    return Tag(
        photo_id=photo.id,
        user_id=int(uid[:19] or 0),
        text=text[:LONGEST_TEXT],
        x=_hundredths("x", said),
        y=_hundredths("y", said),
        created_at=call.services.clock(),
    )


def _hundredths(name: str, said: Mapping[str, object]) -> int:
    """Read a percentage of a side, from 0 to 100; the middle, where it is left out."""
    given = said.get(name, "")
    try:
        found = Decimal(_MIDDLE if given == "" else str(given))
    except InvalidOperation:
        raise BadParameter(name, "must be a percentage") from None
    if not (found.is_finite() and 0 <= found <= _WHOLE):
        raise BadParameter(name, "must be from 0 to 100")
    return int(found * _WHOLE)


async def _check_subjects(call: Call, tags: list[Tag]) -> None:
    named = {one.user_id for one in tags if one.user_id}
    known = {one.id for one in await call.services.accounts.users(sorted(named))}
    if named - known:
        raise BadTagSubject("tag_uid", "is nobody's id")


async def get_tags(call: Call) -> Payload:
    """List the tags of photos that the caller sees."""
    owners = {number: owner for owner, number in map(split_id, map(str, call.ids("pids")))}
    if not owners:
        raise MissingParameter("pids")
    query = PhotoQuery(network=NETWORK, ids=tuple(owners), state=None, limit=MOST_IDS)
    seen = {
        one.id: one.owner_id
        for one in await call.services.library.photos(query)
        if may_see(call, one) and owners[one.id] == one.owner_id
    }
    tags = await call.services.library.tags(list(seen))
    return Rows("photo_tag", [tag_record(one, seen[one.photo_id]) for one in tags])
