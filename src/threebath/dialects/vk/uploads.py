"""Steps 1 and 3 of every kind: two functions; the rows tell the kinds apart."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from threebath.core.errors import BadParameter, WrongTokenKind
from threebath.core.library import Photo, Post
from threebath.core.signing import Purpose
from threebath.core.tickets import Destination
from threebath.dialects.vk.calls import Call, Method
from threebath.dialects.vk.kinds import KINDS, Owner, Result, VkKind
from threebath.dialects.vk.objects import photo_object, square
from threebath.dialects.vk.wire import HASH, read_reply
from threebath.service.uploads import Claim, Commit

LONGEST_CAPTION = 2048
PEER = "peer_id"

OWNERS: Mapping[Owner, Callable[[Call], int]] = MappingProxyType(
    {
        Owner.GROUP: lambda call: -call.params.group() or call.caller.actor_id,
        Owner.SIGNED: lambda call: call.params.integer("owner_id") or call.caller.actor_id,
        Owner.CALLER: lambda call: call.caller.actor_id,
    }
)


async def issue(row: VkKind, call: Call) -> dict[str, object]:
    """Answer a ``get…Server`` method: where to send the files."""
    _check_token(row, call)
    to = Destination(row.kind.place, OWNERS[row.owner](call), _album(row, call))
    peer = call.params.get(PEER)
    options = {PEER: str(call.params.integer(PEER))} if peer else {}
    ticket = await call.services.uploads.issue(call.caller, row.kind, to, options=options)
    sealed = ticket.seal(call.services.keys)
    address = f"{call.services.address}/c{call.server}/upload.php?ticket={sealed}"
    found: dict[str, object] = {"upload_url": address}
    if row.upload_album is not None:
        found["album_id"] = row.upload_album or to.album_id
        found["user_id"] = call.caller.user_id
        if to.owner_id < 0:
            found["group_id"] = -to.owner_id
    return found


def _album(row: VkKind, call: Call) -> int | None:
    if row.album:
        return None
    album_id = call.params.integer("album_id") or call.params.integer("aid")
    if not album_id:
        raise BadParameter("album_id", "undefined")
    return album_id


def _check_token(row: VkKind, call: Call) -> None:
    if call.caller.kind not in row.tokens:
        raise WrongTokenKind(call.caller.kind, " or ".join(sorted(row.tokens)))


async def commit(row: VkKind, call: Call) -> object:
    """Answer a save method: publish what the upload's reply stands for."""
    _check_token(row, call)
    params, services = call.params, call.services
    caption = params.text("caption", LONGEST_CAPTION)
    where = {
        name: value
        for name, bound in (("latitude", 90), ("longitude", 180))
        if (value := params.decimal(name, bound))
    }
    receipts = read_reply(row, params, call.server, call.caller.actor_id, services.keys)
    commits = [Commit(receipt_id=one, caption=caption, extra=where) for one in receipts]
    claim = _claim(row, call)
    photos = await services.uploads.commit(call.caller, [row.kind], commits, claim=claim)
    return await RESULTS[row.result](call, photos)


def _claim(row: VkKind, call: Call) -> Claim:
    """Say where the call believes the photos go.

    Leaving ``group_id`` out claims the caller's own page, as on VK; ``gid`` and ``aid``
    are what the upload's reply calls group and album.
    """
    if row.owner is not Owner.GROUP:
        return Claim()
    group = call.params.group() or call.params.group("gid")
    album = call.params.integer("album_id") or call.params.integer("aid")
    own_album = album or None if not row.album else None
    return Claim(owner_id=-group or call.caller.actor_id, album_id=own_album)


async def _photos(call: Call, photos: list[Photo]) -> object:
    return [photo_object(photo, call.services) for photo in photos]


async def _owner_photo(call: Call, photos: list[Photo]) -> object:
    photo, services = photos[-1], call.services
    name = f"photo{photo.owner_id}_{photo.id}"
    signature = services.keys.sign(Purpose.RECEIPT, name.encode(), size=HASH)
    return {
        "photo_hash": signature.hex(),
        "photo_src": square(photo.asset, "c", services),
        "photo_src_big": square(photo.asset, "b", services),
        "photo_src_small": square(photo.asset, "e", services),
        "saved": 1,
        "post_id": await _post_of(call, photo, name),
    }


async def _post_of(call: Call, photo: Photo, name: str) -> int:
    """Return the post that tells of a new main photo; made once, however often asked."""
    library = call.services.library
    for post in await library.posts("vk", photo.owner_id):
        if post.attachments == (name,):
            return post.id
    draft = Post(
        id=0,
        network="vk",
        owner_id=photo.owner_id,
        actor_id=photo.owner_id,
        text="",
        attachments=(name,),
        created_at=photo.created_at,
    )
    return (await library.add_post(draft)).id


RESULTS = MappingProxyType({Result.PHOTOS: _photos, Result.OWNER_PHOTO: _owner_photo})

METHODS: Mapping[str, Method] = MappingProxyType(
    {row.issue: Method(partial(issue, row)) for row in KINDS}
    | {row.commit: Method(partial(commit, row), needs=row.kind.needs) for row in KINDS}
)
