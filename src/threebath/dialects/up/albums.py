"""``up.photos.createAlbum`` and ``up.photos.getAlbums``."""

from threebath.core.errors import MissingParameter
from threebath.core.library import Album, PhotoState
from threebath.core.networks.up import ALBUM_CAPACITY
from threebath.dialects.up.calls import Call
from threebath.dialects.up.ids import split_id
from threebath.dialects.up.objects import NETWORK, album_record, lies_in
from threebath.dialects.up.photos import tenancy
from threebath.dialects.up.wire import Payload, Record, Rows
from threebath.service.ports import AlbumDraft, PhotoQuery


async def create_album(call: Call) -> Payload:
    """Make an album of sixty photos."""
    draft = AlbumDraft(
        network=NETWORK,
        owner_id=call.caller.user_id,
        title=call.required("name"),
        description=call.text("description"),
        capacity=ALBUM_CAPACITY,
        extra={**tenancy(call), "location": call.text("location")},
    )
    album = await call.services.library.create_album(draft, call.services.clock())
    return album_record(call.services, album, cover=0, size=0)


async def get_albums(call: Call) -> Payload:
    """List albums: those of a user, those with the given ids, or both at once."""
    if not call.arguments.get("uid") and not call.arguments.get("aids"):
        raise MissingParameter("one of uid, aids")
    wanted = [split_id(str(one)) for one in call.ids("aids")]
    if uid := call.number("uid"):
        ids = [number for owner, number in wanted if owner == uid]
        found = await _albums_of(call, uid, ids) if ids or not wanted else []
    else:
        owners = dict.fromkeys(owner for owner, _ in wanted)
        found = [
            album
            for owner in owners
            for album in await _albums_of(call, owner, [n for o, n in wanted if o == owner])
        ]
    return Rows("album", [await _record(call, one) for one in found])


async def _albums_of(call: Call, owner_id: int, ids: list[int]) -> list[Album]:
    found = await call.services.library.albums(NETWORK, owner_id, ids)
    return [one for one in found if lies_in(one, call.community_id)]


async def _record(call: Call, album: Album) -> Record:
    """Show an album as its owner sees it, or as others do: without what is pending."""
    own = album.owner_id == call.caller.user_id
    seen = PhotoQuery(
        network=NETWORK,
        album_id=album.id,
        state=None if own else PhotoState.VISIBLE,
        limit=1,
    )
    first = await call.services.library.photos(seen)
    size = album.size if own else await call.services.library.count_photos(seen)
    cover = first[0].id if first else 0
    return album_record(call.services, album, cover=cover, size=size)
