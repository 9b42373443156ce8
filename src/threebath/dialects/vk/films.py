"""Videos and audio, as the API shows them."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from threebath.core.errors import AlbumNotFound, BadParameter
from threebath.core.library import ORIGINAL, Album, Photo
from threebath.core.places import Place
from threebath.dialects.base import Services
from threebath.dialects.vk.asks import LINK, VIDEOS
from threebath.dialects.vk.calls import Call, Method
from threebath.dialects.vk.columns import USER
from threebath.dialects.vk.objects import Json, images
from threebath.service.ports import PhotoQuery

MOST = 200
"""Videos of one answer."""

_ID = re.compile(r"(-?\d{1,12})_(\d{1,12})(?:_[0-9a-f]{1,64})?")


def file_url(photo: Photo, services: Services) -> str:
    """Return the address of the file as it came."""
    made = photo.asset.rendition(ORIGINAL) or photo.asset.renditions[0]
    return services.media_url(photo.asset, made)


def seconds(photo: Photo) -> int:
    """Return how long it plays; what plays at all plays for a second."""
    return max(1, round(float(photo.asset.facts.get("duration", 0))))


def audio_object(photo: Photo, services: Services) -> Json:
    """Return an audio; what the save call did not say comes from the file's tags."""
    said, facts = photo.extra, photo.asset.facts
    return {
        "id": photo.id,
        "owner_id": photo.owner_id,
        "artist": said.get("artist") or str(facts.get("artist") or "Unknown artist"),
        "title": said.get("title") or str(facts.get("title") or "No name"),
        "duration": seconds(photo),
        "url": file_url(photo, services),
        "date": int(photo.created_at.timestamp()),
        "access_key": photo.access_key,
    }


def film_object(photo: Photo, services: Services) -> Json:
    """Return the part of ``video_video`` of VK's schema that its file makes."""
    return {
        "id": photo.album_id or photo.id,
        "owner_id": photo.owner_id,
        "title": photo.asset.filename,
        "duration": seconds(photo),
        "date": int(photo.created_at.timestamp()),
        "width": photo.asset.size.width,
        "height": photo.asset.size.height,
        "image": images(photo.asset, services),
        "player": file_url(photo, services),
        "type": "video",
    }


async def get(call: Call) -> object:
    """Answer ``video.get``: those asked for that exist, or an owner's own."""
    library = call.services.library
    albums: list[Album] = []
    if call.params.get("videos"):
        for item in call.params.words("videos")[:MOST]:
            match = _ID.fullmatch(item.removeprefix("video"))
            if match is None:
                raise BadParameter("videos", f"is invalid: {item[:64]}")
            try:
                album = await library.album(int(match[2]))
            except AlbumNotFound:
                continue
            if (album.network, album.owner_id) == (VIDEOS, int(match[1])):
                albums.append(album)
    else:
        owner_id = call.params.integer("owner_id") or call.caller.actor_id
        albums = await library.albums(VIDEOS, owner_id)
    offset = call.params.integer("offset", least=0)
    count = call.params.integer("count", MOST, least=0)
    shown = albums[offset : offset + min(count, MOST)]
    return {"count": len(albums), "items": [await _video(call, one) for one in shown]}


async def _video(call: Call, album: Album) -> Json:
    query = PhotoQuery(network="vk", album_id=album.id, place=Place.VIDEO, limit=1)
    photos = await call.services.library.photos(query)
    found: Json = film_object(photos[0], call.services) if photos else {"duration": 0}
    if LINK in album.extra:
        found["player"] = album.extra[LINK]
    if not photos and LINK not in album.extra:
        found["processing"] = 1
    return {
        **found,
        "id": album.id,
        "owner_id": album.owner_id,
        "title": album.title,
        "description": album.description,
        "access_key": album.extra["access_key"],
        "adding_date": int(album.created_at.timestamp()),
    }


METHODS: Mapping[str, Method] = MappingProxyType({"video.get": Method(get, USER)})
