"""Albums and photos after the upload: ``photos`` and ``group.setMainPhoto``."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from threebath.core.errors import (
    AlbumNotFound,
    BadParameter,
    ForeignAlbum,
    MissingParameter,
    PhotoNotFound,
)
from threebath.core.library import Photo
from threebath.core.places import Place
from threebath.core.tickets import Destination
from threebath.dialects.ok.calls import (
    GROUP_CONTENT,
    NETWORK,
    PHOTO_CONTENT,
    VALUABLE_ACCESS,
    Access,
    Call,
    Method,
)
from threebath.dialects.ok.errors import NotOwner, PhotoUnknown
from threebath.dialects.ok.ids import read_photo_id
from threebath.dialects.ok.kinds import PHOTO_KINDS
from threebath.dialects.ok.objects import album_object, photo_object, wanted_fields
from threebath.dialects.ok.params import is_number, short
from threebath.service.ports import AlbumDraft, PhotoQuery
from threebath.service.uploads import Commit

MOST = 100
"""Things of one answer (documented)."""

LONGEST_TITLE = 255
BACKWARD = "BACKWARD"
_TYPE = re.compile(r"[A-Z_]{1,32}", re.ASCII)

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list a call asks for; the anchor is where the part ends."""

    start: int
    count: int

    @classmethod
    def of(cls, call: Call, prefix: str = "") -> "Page":
        """Read it from a call whose parameters begin with *prefix*."""
        anchor_name = f"{prefix}Anchor" if prefix else "anchor"
        direction_name = f"{prefix}Direction" if prefix else "direction"
        count = call.params.integer("count", 20, 1, MOST)
        anchor = call.params.integer(anchor_name, 0, 0, 10**9)
        if call.params.text(direction_name).strip().upper() == BACKWARD:
            return cls(max(0, anchor - 2 * count), count)
        return cls(anchor, count)

    def answer(self, name: str, shown: Sequence[object], total: int) -> dict[str, object]:
        """Return a part of the answer: whether there is more, and the anchor to go on."""
        end = self.start + len(shown)
        more: dict[str, object] = {"hasMore": end < total}
        return {name: str(end), **more} if shown else more


def _owner(call: Call) -> int:
    """Return the group, the friend or the user whose things are to be shown."""
    return -call.group_id() or call.params.uid("fid") or call.user_id


async def create_album(call: Call) -> object:
    """Answer ``photos.createAlbum`` with the album's id."""
    title = call.params.required("title")
    if len(title) > LONGEST_TITLE:
        raise BadParameter("title", f"is longer than {LONGEST_TITLE} characters")
    description = call.params.short_text("description")
    types = [one.upper() for one in call.params.words("type")] or ["PUBLIC"]
    if len(types) > MOST or not all(map(_TYPE.fullmatch, types)):
        raise BadParameter("type", "must be a list of names")
    owner_id = call.owner_id()
    await call.services.accounts.authorise(call.caller, Destination(Place.ALBUM, owner_id))
    draft = AlbumDraft(
        network=NETWORK,
        owner_id=owner_id,
        title=title,
        description=description,
        extra={"types": ",".join(types)},
    )
    album = await call.services.library.create_album(draft, call.services.clock())
    return str(album.id)


async def get_albums(call: Call) -> object:
    """Answer ``photos.getAlbums``, newest first."""
    page, owner_id = Page.of(call, "paging"), _owner(call)
    albums = (await call.services.library.albums(NETWORK, owner_id))[::-1]
    shown = albums[page.start : page.start + page.count]
    listed = [
        album_object(one, await _newest(call, one.id) if one.size else None, call.services)
        for one in shown
    ]
    answer = {"albums": listed, **page.answer("pagingAnchor", shown, len(albums))}
    return answer | _total(call, len(albums))


def _total(call: Call, total: int) -> dict[str, int]:
    return {"totalCount": total} if call.params.flag("detectTotalCount") else {}


async def _newest(call: Call, album_id: int) -> Photo | None:
    query = PhotoQuery(network=NETWORK, album_id=album_id, newest_first=True, limit=1)
    return next(iter(await call.services.library.photos(query)), None)


async def get_photos(call: Call) -> object:
    """Answer ``photos.getPhotos``, newest first."""
    page = Page.of(call)
    base = await _query(call, _owner(call))
    library = call.services.library
    total = await library.count_photos(base) if base else 0
    photos = await library.photos(_part(base, page)) if base else []
    wanted = wanted_fields(call.params)
    listed = [photo_object(one, call.services, wanted) for one in photos]
    answer = {"photos": listed, **page.answer("anchor", photos, total)}
    return answer | _total(call, total)


def _part(base: PhotoQuery, page: Page) -> PhotoQuery:
    return PhotoQuery(
        network=base.network,
        owner_id=base.owner_id,
        album_id=base.album_id,
        app_id=base.app_id,
        place=base.place,
        ids=base.ids,
        newest_first=True,
        offset=page.start,
        limit=page.count,
    )


async def _query(call: Call, owner_id: int) -> PhotoQuery | None:
    """Return what ``aid`` means; None where nothing can be in there."""
    match call.params.text("aid").strip().lower():
        case "tags":
            return None
        case "application":
            app_id = call.application.id
            return PhotoQuery(network=NETWORK, owner_id=owner_id, app_id=app_id)
        case "group_main" if owner_id < 0:
            groups = await call.services.accounts.communities([-owner_id])
            main = [one.main_photo_id for one in groups if one.main_photo_id]
            return PhotoQuery(network=NETWORK, ids=tuple(main)) if main else None
        case "" | "personal":
            place = Place.PERSONAL if owner_id > 0 else None
            return PhotoQuery(network=NETWORK, owner_id=owner_id, place=place)
    album_id = await _album(call, owner_id)
    return PhotoQuery(network=NETWORK, owner_id=owner_id, album_id=album_id)


async def _album(call: Call, owner_id: int) -> int:
    album_id = call.params.album() or 0
    album = await call.services.library.album(album_id)
    if album.network != NETWORK:
        raise AlbumNotFound
    if album.owner_id != owner_id:
        raise ForeignAlbum(album_id, owner_id)
    return album_id


async def get_photo_info(call: Call) -> object:
    """Answer ``photos.getPhotoInfo``."""
    photo = await known_photo(call, call.params.required("photo_id"))
    group_id = call.group_id()
    if group_id and photo.owner_id != -group_id:
        raise PhotoNotFound(str(photo.id))
    return {"photo": photo_object(photo, call.services, wanted_fields(call.params))}


async def get_info(call: Call) -> object:
    """Answer ``photos.getInfo``: those of the photos that there are."""
    names = call.params.words("photo_ids")
    if not names:
        raise MissingParameter("photo_ids")
    if len(names) > MOST:
        raise BadParameter("photo_ids", f"must list at most {MOST}")
    wanted = wanted_fields(call.params)
    ids = tuple(int(one) for one in names if is_number(one))
    if len(ids) < len(names):
        raise PhotoUnknown("photo_ids must list assigned ids, not those of an address")
    photos = await call.services.library.photos(PhotoQuery(network=NETWORK, ids=ids))
    by_id = {one.id: photo_object(one, call.services, wanted) for one in photos}
    return {"photos": [by_id[one] for one in ids if one in by_id]}


async def known_photo(call: Call, name: str) -> Photo:
    """Return a photo by its permanent id.

    Raises:
        PhotoUnknown: there is none of OK's.
    """
    if not is_number(name.strip()):
        told = f"{name[:80]} is not an assigned photo id; commit gives one"
        raise PhotoUnknown(told)
    photo = await call.services.library.photo(int(name))
    if photo.kind.partition(".")[0] != NETWORK:
        raise PhotoNotFound(name)
    return photo


async def own_photo(call: Call) -> Photo:
    """Return the photo that a call wants to change, or raise `NotOwner`."""
    owner_id = call.owner_id()
    photo = await known_photo(call, call.params.required("photo_id"))
    if photo.owner_id != owner_id:
        raise NotOwner
    to = Destination(photo.place, photo.owner_id)
    await call.services.accounts.authorise(call.caller, to)
    return photo


async def edit_photo(call: Call) -> object:
    """Answer ``photos.editPhoto``."""
    text = short("description", call.params.text("description"))
    photo = await own_photo(call)
    await call.services.library.recaption(photo.id, text)
    return True


async def delete_photo(call: Call) -> object:
    """Answer ``photos.deletePhoto``: gone at once, its bytes soon after."""
    photo = await own_photo(call)
    await call.services.library.remove(photo.id)
    return True


async def set_main_photo(call: Call) -> object:
    """Answer ``group.setMainPhoto``; the photo may be named by its id of step 1."""
    group_id = call.group_id("group_id", "gid")
    if not group_id:
        raise MissingParameter("group_id")
    name = call.params.required("photo_id")
    photo = await (known_photo if is_number(name.strip()) else _committed)(call, name)
    if photo.owner_id != -group_id:
        raise NotOwner
    to = Destination(Place.PROFILE, photo.owner_id)
    await call.services.accounts.authorise(call.caller, to)
    await call.services.library.make_main(photo.id)
    return True


async def _committed(call: Call, name: str) -> Photo:
    """Return the photo of a step-1 id; publish it, if nobody has."""
    services = call.services
    found = read_photo_id(name, services.keys)
    receipts = await services.uploads.catalog.receipts_in(found.ticket_id, found.text)
    if len(receipts) != 1:
        told = "nothing was" if not receipts else "several files were"
        raise PhotoUnknown(f"{told} uploaded for this photo id; commit it with its token")
    commits = [Commit(receipt_id=receipts[0].id)]
    photos = await services.uploads.commit(call.caller, PHOTO_KINDS, commits)
    return photos[0]


_READ, _WRITE = (VALUABLE_ACCESS,), (PHOTO_CONTENT,)

METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "photos.createAlbum": Method(create_album, (*_WRITE, *_READ), Access.USER),
        "photos.getAlbums": Method(get_albums, _READ, Access.USER),
        "photos.getPhotos": Method(get_photos, _READ, Access.USER),
        "photos.getPhotoInfo": Method(get_photo_info, _READ, Access.USER),
        "photos.getInfo": Method(get_info, _READ, Access.USER),
        "photos.editPhoto": Method(edit_photo, _WRITE, Access.USER),
        "photos.deletePhoto": Method(delete_photo, _WRITE, Access.USER),
        "group.setMainPhoto": Method(set_main_photo, (GROUP_CONTENT,)),
    }
)
