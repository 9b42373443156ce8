"""OK's objects: photos, albums, users, as the API shows them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from threebath.core.library import Album, Photo, User
from threebath.dialects.base import Services
from threebath.dialects.ok.params import Params

Json = dict[str, object]

PICTURES: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "pic50x50": ("pic50x50",),
        "pic128x128": ("pic128x128",),
        "pic190x190": ("pic190x190",),
        "pic128max": ("pic128max",),
        "pic160x120": ("pic160x120",),
        "pic176x176": ("pic176x176",),
        "pic180min": ("pic180min",),
        "pic240min": ("pic240min",),
        "pic320min": ("pic320min",),
        "pic640x480": ("pic640x480",),
        "pic1024x768": ("pic1024max", "pic640x480"),
        "pic1024max": ("pic1024max", "pic640x480"),
    }
)
"""A photo's fields that hold addresses: the first rendition that exists is shown."""

LARGEST = "pic_max"
"""The field with the address of the largest rendition there is; of a panorama that is one
whose shorter side counts."""


def wanted_fields(params: Params) -> frozenset[str]:
    """Return the fields that a call asks for (``photo.pic_max``), lower case, bare."""
    return frozenset(one.lower().rpartition(".")[2] for one in params.words("fields"))


def photo_object(
    photo: Photo, services: Services, wanted: frozenset[str] = frozenset()
) -> Json:
    """Return a photo, with the fields that are *wanted*; all of them if none is."""
    found: Json = {
        "id": str(photo.id),
        "album_id": str(photo.album_id) if photo.album_id else None,
        **_owner(photo.owner_id),
        "author_type": "GROUP" if photo.actor_id < 0 else "USER",
        "text": photo.caption,
        "created_ms": int(photo.created_at.timestamp() * 1000),
        **_addresses(photo, services),
        "standard_width": photo.asset.largest.size.width,
        "standard_height": photo.asset.largest.size.height,
        **_talk(photo),
        "attrs": {"flags": "ap"},
    }
    shown = {name: one for name, one in found.items() if one is not None}
    if not wanted or "*" in wanted:
        return shown
    return {name: one for name, one in shown.items() if name == "id" or name in wanted}


def _owner(owner_id: int) -> Json:
    return {"user_id": str(owner_id)} if owner_id > 0 else {"group_id": str(-owner_id)}


def _addresses(photo: Photo, services: Services) -> Json:
    shown: Json = {}
    for name, letters in PICTURES.items():
        made = filter(None, map(photo.asset.rendition, letters))
        if first := next(made, None):
            shown[name] = services.media_url(photo.asset, first)
    shown[LARGEST] = services.media_url(photo.asset, photo.asset.largest)
    return shown


def _talk(photo: Photo) -> Json:
    """Return what nobody says here about photos, since clients look for it."""
    kind = "USER_PHOTO" if photo.owner_id > 0 else "GROUP_PHOTO"
    return {
        "like_count": 0,
        "comments_count": 0,
        "liked_it": False,
        "mark_count": 0,
        "like_summary": {"count": 0, "self": False, "like_possible": False},
        "discussion_summary": {
            "discussion_type": kind,
            "discussion_id": str(photo.id),
            "comments_count": 0,
        },
    }


def album_object(album: Album, main: Photo | None, services: Services) -> Json:
    """Return an album; *main* is the photo that stands for it."""
    found: Json = {
        "aid": str(album.id),
        "title": album.title,
        "description": album.description,
        "created": f"{album.created_at:%Y-%m-%d}",
        "types": album.extra.get("types", "PUBLIC").split(","),
        "photos_count": album.size,
        **_owner(album.owner_id),
        "attrs": {"flags": "ap"},
        "like_count": 0,
    }
    if main is not None:
        found["main_photo"] = photo_object(main, services)
    return found


def user_object(user: User, photo: Photo | None, services: Services) -> Json:
    """Return a person."""
    found: Json = {
        "uid": str(user.id),
        "name": f"{user.first_name} {user.last_name}".strip(),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "locale": "en",
        "has_email": False,
    }
    if photo is not None and (made := photo.asset.rendition("pic128x128")):
        found["pic128x128"] = services.media_url(photo.asset, made)
    if photo is not None and (made := photo.asset.rendition("pic50x50")):
        found["pic_1"] = services.media_url(photo.asset, made)
    return found
