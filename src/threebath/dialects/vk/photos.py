"""Albums and photos after the upload."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from threebath.core.errors import (
    AccessDenied,
    AlbumNotFound,
    BadParameter,
    PhotoNotFound,
    UploadError,
)
from threebath.core.library import Photo
from threebath.core.places import Place
from threebath.core.tickets import Destination, TokenKind
from threebath.dialects.vk.attachments import visible
from threebath.dialects.vk.calls import Call, Method
from threebath.dialects.vk.columns import USER
from threebath.dialects.vk.objects import album_object, photo_object
from threebath.service.ports import AlbumDraft, PhotoQuery

MOST = 1000
"""Photos of one answer."""

SHORTEST_TITLE = 2

SYSTEM_ALBUMS: Mapping[str, Place] = MappingProxyType(
    {
        "wall": Place.WALL,
        "-7": Place.WALL,
        "-14": Place.WALL,
        "profile": Place.PROFILE,
        "-6": Place.PROFILE,
    }
)

SAVED = frozenset({"saved", "-15"})
"""Photos that a user kept of others; nothing here puts any there."""

_PHOTO_ID = re.compile(r"(-?\d{1,12})_(\d{1,12})(?:_([0-9a-f]{1,64}))?")

USER_OR_SERVICE = frozenset({TokenKind.USER, TokenKind.SERVICE})


def _owner(call: Call) -> int:
    return call.params.integer("owner_id") or -call.params.group() or call.caller.actor_id


def _page(call: Call, default: int) -> tuple[int, int]:
    offset = call.params.integer("offset", least=0)
    count = call.params.integer("count", default, least=0)
    if count > MOST:
        raise BadParameter("count", f"should be less or equal to {MOST}")
    return offset, count


async def get(call: Call) -> object:
    """Answer ``photos.get``: the photos of an album, or of a system album."""
    album = call.params.required("album_id")
    offset, count = _page(call, 50)
    if album in SAVED:
        return {"count": 0, "items": []}
    owner_id = _owner(call)
    place = SYSTEM_ALBUMS.get(album)
    album_id = None if place else call.params.integer("album_id")
    if album_id is not None:
        await _album_of(call, album_id, owner_id)
    query = PhotoQuery(
        network="vk",
        owner_id=owner_id,
        album_id=album_id,
        place=place or Place.ALBUM,
        ids=tuple(call.params.integers("photo_ids")),
        newest_first=call.params.flag("rev"),
        offset=offset,
        limit=count,
    )
    return await _listing(call, query)


async def _listing(call: Call, query: PhotoQuery) -> object:
    library = call.services.library
    photos = await library.photos(query) if query.limit else []
    return {
        "count": await library.count_photos(query),
        "items": [photo_object(photo, call.services) for photo in photos],
    }


async def _album_of(call: Call, album_id: int, owner_id: int) -> None:
    album = await call.services.library.album(album_id)
    if album.owner_id != owner_id or album.network != "vk":
        raise AlbumNotFound


async def get_by_id(call: Call) -> object:
    """Answer ``photos.getById``: those of the photos that the caller may see."""
    call.params.required("photos")
    found: list[Photo] = []
    for item in call.params.words("photos")[:MOST]:
        match = _PHOTO_ID.fullmatch(item.removeprefix("photo"))
        if match is None:
            raise BadParameter("photos", f"is invalid: {item[:64]}")
        owner_id, photo_id, key = match.groups()
        try:
            found.append(
                await visible(call, "photo", int(owner_id), int(photo_id), key or "")
            )
        except PhotoNotFound:
            continue
    return [photo_object(photo, call.services) for photo in found]


async def get_albums(call: Call) -> object:
    """Answer ``photos.getAlbums``."""
    offset, count = _page(call, MOST)
    wanted = call.params.integers("album_ids")
    albums = await call.services.library.albums("vk", _owner(call), wanted)
    shown = albums[offset : offset + count]
    return {"count": len(albums), "items": [album_object(one) for one in shown]}


async def create_album(call: Call) -> object:
    """Answer ``photos.createAlbum``."""
    title = call.params.required("title")
    if len(title) < SHORTEST_TITLE:
        raise BadParameter("title", f"should have at least {SHORTEST_TITLE} letters")
    owner_id = -call.params.group() or call.caller.actor_id
    to = Destination(Place.ALBUM, owner_id)
    await call.services.accounts.authorise(call.caller, to)
    draft = AlbumDraft(
        network="vk",
        owner_id=owner_id,
        title=title[:255],
        description=call.params.text("description")[:4096],
    )
    album = await call.services.library.create_album(draft, call.services.clock())
    return album_object(album)


async def delete(call: Call) -> object:
    """Answer ``photos.delete``: the photo is gone at once, its bytes soon after."""
    photo_id = call.params.integer("photo_id")
    if not photo_id:
        raise BadParameter("photo_id", "is undefined")
    owner_id = _owner(call)
    photo = await _deletable(call, owner_id, photo_id)
    await call.services.library.remove(photo.id)
    return 1


async def _deletable(call: Call, owner_id: int, photo_id: int) -> Photo:
    photo = await call.services.library.photo(photo_id)
    if photo.owner_id != owner_id or not photo.kind.startswith("vk."):
        raise PhotoNotFound(f"{owner_id}_{photo_id}")
    try:
        to = Destination(photo.place, photo.owner_id)
        await call.services.accounts.authorise(call.caller, to)
    except UploadError:
        told = "only the photo's owner may delete it"
        raise AccessDenied(told) from None
    return photo


def _photos(names: Sequence[tuple[str, Method]]) -> Mapping[str, Method]:
    return MappingProxyType({f"photos.{name}": method for name, method in names})


METHODS = _photos(
    (
        ("get", Method(get, USER_OR_SERVICE)),
        ("getById", Method(get_by_id, USER_OR_SERVICE)),
        ("getAlbums", Method(get_albums, USER_OR_SERVICE)),
        ("createAlbum", Method(create_album, USER, needs="photos")),
        ("delete", Method(delete, USER, needs="photos")),
    )
)
