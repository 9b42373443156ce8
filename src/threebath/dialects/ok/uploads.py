"""Steps 1 and 3: ``photosV2`` and ``moments``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from threebath.core.errors import (
    BadParameter,
    MissingParameter,
    TooManyBytes,
    UploadError,
)
from threebath.core.kinds import UploadKind
from threebath.core.library import Photo
from threebath.core.networks.ok import MOMENT, MOST_PHOTOS
from threebath.core.tickets import Destination, Ticket
from threebath.dialects.ok.calls import PHOTO_CONTENT, Access, Call, Method
from threebath.dialects.ok.ids import photo_ids, read_photo_id, read_token
from threebath.dialects.ok.kinds import PHOTO_KINDS, photo_kind
from threebath.dialects.ok.params import Json, is_number, short, whole
from threebath.service.uploads import Commit

PLACEHOLDER = "${photoIds}"

Answer = dict[str, object]


async def get_upload_url(call: Call) -> object:
    """Answer ``photosV2.getUploadUrl``."""
    count = call.params.integer("count", 1, 1, MOST_PHOTOS)
    kind, to = photo_kind(call.owner_id(), call.params.album())
    _check_sizes(call, kind, count)
    return await _issue(call, kind, to, count)


async def get_moment_url(call: Call) -> object:
    """Answer ``moments.getUploadUrl``: one address for one picture."""
    asked = call.params.text("type")
    if asked and asked.upper() != "PHOTO":
        raise BadParameter("type", "must be PHOTO")
    to = Destination(MOMENT.place, call.user_id)
    return await _issue(call, MOMENT, to, 1)


def _check_sizes(call: Call, kind: UploadKind, count: int) -> None:
    """Refuse, before anything is sent, files that are said to be too long."""
    sizes = call.params.words("sizes")
    if len(sizes) not in (0, 1, count):
        raise BadParameter("sizes", f"must have no, one or {count} items")
    if not all(map(is_number, sizes)):
        raise BadParameter("sizes", "must be numbers of bytes")
    if any(int(one) > kind.limits.max_bytes for one in sizes):
        raise TooManyBytes(kind.limits.max_bytes)


async def _issue(call: Call, kind: UploadKind, to: Destination, count: int) -> Answer:
    services = call.services
    ticket = await services.uploads.issue(call.caller, kind, to)
    ids = photo_ids(ticket.id, count, services.keys)
    listed = quote(",".join(ids), safe="")
    if call.params.flag("placeholders"):
        listed = PLACEHOLDER
    address = f"{services.address}/uploadImage?apiToken={ticket.seal(services.keys)}"
    url = f"{address}&photoIds={listed}"
    return {"photo_ids": ids, "upload_url": url, **_times(call, ticket)}


def _times(call: Call, ticket: Ticket) -> Answer:
    left = ticket.expires_at - call.services.clock()
    return {
        "expires_ms": int(ticket.expires_at.timestamp() * 1000),
        "ttl_ms": int(left.total_seconds() * 1000),
    }


@dataclass(frozen=True, slots=True)
class Item:
    """One photo of a commit, as the call names it."""

    photo_id: str
    token: str
    comment: str = ""

    def commit(self, call: Call) -> Commit:
        """Return it as the service wants it; raise `UploadError` if it is none of ours."""
        keys = call.services.keys
        found = read_photo_id(self.photo_id, keys)
        receipt_id = read_token(self.token, keys)
        return Commit(receipt_id=receipt_id, slot=found.text, caption=self.comment)


def read_items(call: Call) -> tuple[list[Item], bool]:
    """Return the photos of a commit, and whether there is but one, named by itself.

    Raises:
        BadParameter: they are not what the documentation says.
    """
    params = call.params
    if not params.text("photos"):
        comment = params.short_text("comment")
        return [Item(params.required("photo_id"), params.required("token"), comment)], True
    listed = params.json("photos")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_PHOTOS:
        raise BadParameter("photos", f"must be a list of 1 to {MOST_PHOTOS} objects")
    return [_item(one) for one in listed], False


def _item(said: Json) -> Item:
    if not isinstance(said, dict):
        raise BadParameter("photos", "must be a list of objects")
    for name in ("photo_id", "token"):
        if name not in said:
            raise MissingParameter(f"photos[].{name}")
    comment = said.get("comment")
    values = (said["photo_id"], said["token"], "" if comment is None else comment)
    if not all(isinstance(one, str) for one in values):
        raise BadParameter("photos", "must hold strings")
    photo_id, token, comment = map(whole, values)
    return Item(photo_id, token, short("comment", comment))


async def commit(call: Call) -> object:
    """Answer ``photosV2.commit``: a status for each photo, in the order of the call.

    A single photo that cannot be committed is an error of the call.
    """
    items, single = read_items(call)
    if single or len(items) == 1:
        photos: Sequence[Photo | None] = await _publish(call, items)
    else:
        photos = await _publish_what_can_be(call, items)
    found = zip(items, photos, strict=True)
    return {"photos": [_status(item, photo) for item, photo in found]}


async def _publish(call: Call, items: Sequence[Item]) -> list[Photo]:
    commits = [one.commit(call) for one in items]
    return await call.services.uploads.commit(call.caller, PHOTO_KINDS, commits)


async def _publish_what_can_be(call: Call, items: Sequence[Item]) -> Sequence[Photo | None]:
    """Publish all at once or, where one of them cannot be, each for itself."""
    try:
        return await _publish(call, items)
    except UploadError as error:
        if error.ours:
            raise
    return [await _publish_or_none(call, one) for one in items]


async def _publish_or_none(call: Call, item: Item) -> Photo | None:
    try:
        return (await _publish(call, [item]))[0]
    except UploadError as error:
        if error.ours:
            raise
        return None


def _status(item: Item, photo: Photo | None) -> Answer:
    if photo is None:
        return {"photo_id": item.photo_id, "status": "FAILURE"}
    return {
        "photo_id": item.photo_id,
        "assigned_photo_id": str(photo.id),
        "status": "SUCCESS",
    }


async def commit_moments(call: Call) -> object:
    """Answer ``moments.commit``: all of the moments, or none."""
    items, _ = read_items(call)
    commits = [one.commit(call) for one in items]
    photos = await call.services.uploads.commit(call.caller, [MOMENT], commits)
    return {"ids": [str(one.id) for one in photos]}


_NEEDS = (PHOTO_CONTENT,)

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "photosV2.getUploadUrl": Method(get_upload_url, _NEEDS, Access.USER),
        "photosV2.commit": Method(commit, _NEEDS, Access.USER),
        "moments.getUploadUrl": Method(get_moment_url, _NEEDS),
        "moments.commit": Method(commit_moments, _NEEDS),
    }
)
