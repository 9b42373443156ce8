"""Albums, photos, users, communities and tags, as UP's answers show them."""

from datetime import datetime, timedelta

from threebath.core.library import Album, Community, Photo, PhotoState, Tag, User
from threebath.dialects.base import Services
from threebath.dialects.up.ids import wire_id
from threebath.dialects.up.wire import Record, Scalar, fit_text
from threebath.service.media import MediaService

NETWORK = "up"
COMMUNITY = "community"
"""Where an album's and a photo's `extra` say which community they lie in."""

VIEW_LIFE = timedelta(days=1)
"""How long an owner can open the address of a photo that waits for approval."""

_SOURCES = (("src", "s"), ("src_big", "n"), ("src_small", "t"))


def album_link(services: Services, album: Album) -> str:
    """Return the address of an album's page."""
    return f"{services.address}/photo/album/id/{album.id}"


def photo_link(services: Services, photo: Photo) -> str:
    """Return the address of a photo's page."""
    return f"{services.address}/photo/id/{photo.id}"


def image_url(services: Services, photo: Photo, letter: str) -> str:
    """Return the address of one rendition; signed, while the photo is pending."""
    rendition = photo.asset.rendition(letter) or photo.asset.largest
    address = services.media_url(photo.asset, rendition)
    if photo.state is PhotoState.VISIBLE:
        return address
    media = MediaService(
        catalog=services.uploads.catalog, keys=services.keys, clock=services.clock
    )
    view = media.view_query(photo.asset.id, services.clock() + VIEW_LIFE)
    return f"{address}?{view}"


def photo_record(services: Services, photo: Photo) -> dict[str, Scalar]:
    """Return the eight fields of seed 001, in its order."""
    return {
        "pid": wire_id(photo.owner_id, photo.id),
        "aid": wire_id(photo.owner_id, photo.album_id or 0),
        "owner": str(photo.owner_id),
        **{name: image_url(services, photo, letter) for name, letter in _SOURCES},
        "link": photo_link(services, photo),
        "caption": fit_text(photo.caption),
    }


def listed_photo(services: Services, photo: Photo) -> Record:
    """Return a photo as `up.photos.get` lists it."""
    return {**photo_record(services, photo), "created": _unix(photo.created_at)}


def album_record(services: Services, album: Album, *, cover: int, size: int) -> Record:
    """Return an album; *cover* is a photo's number, *size* what the caller may see."""
    return {
        "aid": wire_id(album.owner_id, album.id),
        "cover_pid": wire_id(album.owner_id, cover) if cover else "0",
        "owner": str(album.owner_id),
        "name": fit_text(album.title),
        "created": _unix(album.created_at),
        "modified": _unix(album.updated_at),
        "description": fit_text(album.description),
        "location": fit_text(album.extra.get("location", "")),
        "link": album_link(services, album),
        "size": size,
    }


def tag_record(tag: Tag, owner_id: int) -> Record:
    """Return a tag of a photo of *owner_id*; places are in percent."""
    return {
        "pid": wire_id(owner_id, tag.photo_id),
        "subject": str(tag.user_id) if tag.user_id else "",
        "text": fit_text(tag.text),
        "xcoord": f"{tag.x / 100:g}",
        "ycoord": f"{tag.y / 100:g}",
        "created": _unix(tag.created_at),
    }


def user_record(user: User) -> Record:
    """Return a user; what is not known of one is blank."""
    blank = ("birthday", "about", "sex", "pic", "picBig", "picSmall16")
    squares = ("picSquare30", "picSquare80")
    name = f"{user.first_name} {user.last_name}".strip()
    return {
        "uid": str(user.id),
        "pageUrl": fit_text(user.screen_name),
        "name": fit_text(name),
        "firstName": fit_text(user.first_name),
        "lastName": fit_text(user.last_name),
        **dict.fromkeys((*blank, *squares), ""),
    }


def community_record(services: Services, community: Community) -> Record:
    """Return a community; ``name`` is what the argument ``community`` takes."""
    return {
        "name": fit_text(community.screen_name),
        "title": fit_text(community.name),
        "url": f"{services.address}/",
    }


def lies_in(extra_of: Album | Photo, community_id: int) -> bool:
    """Say whether an album or a photo is of a community, or of none in particular."""
    return extra_of.extra.get(COMMUNITY, "") in ("", str(community_id))


def _unix(moment: datetime) -> int:
    return int(moment.timestamp())
