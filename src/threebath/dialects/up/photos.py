"""``up.photos.upload`` (issue, receive and commit in one call) and ``up.photos.get``."""

from dataclasses import replace

from threebath.core.errors import (
    AlbumNotFound,
    BadParameter,
    MissingParameter,
    PhotoNotFound,
)
from threebath.core.library import Album, Photo, PhotoState
from threebath.core.networks.up import DEFAULT_CAPACITY, PHOTO
from threebath.core.places import Place
from threebath.core.tickets import Destination
from threebath.dialects.up.calls import PHOTO_UPLOAD, Call
from threebath.dialects.up.ids import split_id
from threebath.dialects.up.objects import (
    COMMUNITY,
    NETWORK,
    lies_in,
    listed_photo,
    photo_record,
)
from threebath.dialects.up.wire import Payload, Rows
from threebath.service.ports import AlbumDraft, PhotoQuery
from threebath.service.uploads import Commit

PAGE = 10
LARGEST_PAGE = 1_000


async def upload(call: Call) -> Payload:
    """Take one photo into an album; pending, unless `PHOTO_UPLOAD` was granted.

    What was received and could not be published is abandoned, for the next sweep.
    """
    if call.arguments.get("uid"):
        raise BadParameter("uid", "and session_key exclude each other")
    album = await _album_for(call)
    call.image.check()
    uploads, user_id = call.services.uploads, call.caller.user_id
    to = Destination(Place.ALBUM, user_id, album.id)
    ticket = await uploads.issue(call.caller, PHOTO, to)
    received = await uploads.receive(ticket, PHOTO, call.image)
    [receipt] = received.receipts
    published = False
    try:
        photo = await _publish(call, album, receipt.id)
        published = True
    finally:
        if not published:
            await uploads.catalog.abandon([receipt.asset.id])
    return photo_record(call.services, photo)


async def _publish(call: Call, album: Album, receipt_id: str) -> Photo:
    at_once = PHOTO_UPLOAD in call.caller.permissions
    commit = Commit(
        receipt_id=receipt_id,
        caption=call.text("caption"),
        extra={one: text for one, text in album.extra.items() if one == COMMUNITY},
        max_pending=call.rules.max_pending,
    )
    state = PhotoState.VISIBLE if at_once else PhotoState.PENDING
    [photo] = await call.services.uploads.commit(
        call.caller, [PHOTO], [commit], state=state
    )
    return photo


async def _album_for(call: Call) -> Album:
    """Return the album that the call names, or else the application's default one."""
    if aid := call.arguments.get("aid"):
        owner_id, number = split_id(aid)
        album = await call.services.library.album(number)
        if owner_id != album.owner_id or not is_own(call, album):
            raise AlbumNotFound
        return album
    draft = AlbumDraft(
        network=NETWORK,
        owner_id=call.caller.user_id,
        title=f"{call.application.title or 'Application'} Photos",
        capacity=DEFAULT_CAPACITY,
        default_for=call.application.id,
        extra=tenancy(call),
    )
    return await call.services.library.create_album(draft, call.services.clock())


def is_own(call: Call, album: Album) -> bool:
    """Say whether an album is the caller's, in the community of the call."""
    return (
        album.network == NETWORK
        and album.owner_id == call.caller.user_id
        and lies_in(album, call.community_id)
    )


def tenancy(call: Call) -> dict[str, str]:
    """Return what an album's `extra` says about its community.

    What an application of no one community makes is in all that it calls for.
    """
    own = call.application.community_id
    return {COMMUNITY: str(own)} if own else {}


async def get(call: Call) -> Payload:
    """List photos: of an album, by id, by whom they show; several mean all of these."""
    wanted = ("uids", "subj_id", "aid", "pids")
    if not any(call.arguments.get(one) for one in wanted):
        raise MissingParameter("one of uids, aid, pids")
    query = PhotoQuery(network=NETWORK, state=None, limit=LARGEST_PAGE)
    if users := call.ids("uids", "subj_id"):
        query = replace(query, tagged=users)
    if aid := call.arguments.get("aid"):
        owner_id, number = split_id(aid)
        await _check_album(call, owner_id, number)
        query = replace(query, album_id=number)
    if pids := call.ids("pids"):
        owners = {number: owner for owner, number in map(split_id, map(str, pids))}
        query = replace(query, ids=tuple(owners))
        found = await _seen(call, query)
        found = [one for one in found if owners[one.id] == one.owner_id]
    else:
        found = await _seen(call, query)
    page = found if call.arguments.get("subj_id") else _page(call, found)
    return Rows("photo", [listed_photo(call.services, one) for one in page])


async def _check_album(call: Call, owner_id: int, number: int) -> None:
    album = await call.services.library.album(number)
    here = album.network == NETWORK and lies_in(album, call.community_id)
    if not here or album.owner_id != owner_id:
        raise AlbumNotFound


async def _seen(call: Call, query: PhotoQuery) -> list[Photo]:
    found = await call.services.library.photos(query)
    return [one for one in found if may_see(call, one)]


def may_see(call: Call, photo: Photo) -> bool:
    """Say whether the caller sees a photo: pending ones are their owner's alone."""
    return lies_in(photo, call.community_id) and (
        photo.state is PhotoState.VISIBLE or photo.owner_id == call.caller.user_id
    )


def _page(call: Call, found: list[Photo]) -> list[Photo]:
    size = min(call.number("pageSize") or PAGE, LARGEST_PAGE)
    start = (max(1, call.number("pageNumber")) - 1) * size
    return found[start:][:size]


async def photo_of(call: Call, pid: int) -> Photo:
    """Return a photo that the caller sees, or raise `PhotoNotFound`."""
    owner_id, number = split_id(str(pid))
    photo = await call.services.library.photo(number)
    ours = photo.kind == PHOTO.name and photo.owner_id == owner_id
    if not ours or not may_see(call, photo):
        raise PhotoNotFound(str(pid))
    return photo
