"""Documents: files that are kept as they came, graffiti and voice messages among them."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from threebath.core.errors import BadParameter, PhotoNotFound
from threebath.core.filenames import extension
from threebath.core.library import Photo
from threebath.core.places import Place
from threebath.dialects.vk.attachments import visible
from threebath.dialects.vk.calls import Call, Method
from threebath.dialects.vk.columns import USER_OR_COMMUNITY
from threebath.dialects.vk.films import file_url, seconds
from threebath.dialects.vk.kinds import ROWS
from threebath.dialects.vk.objects import Json, sizes
from threebath.service.ports import PhotoQuery

MOST = 2000
"""Documents of one answer."""

UNKNOWN = 8
TYPES: Mapping[int, frozenset[str]] = MappingProxyType(
    {
        1: frozenset(
            {
                *("txt", "doc", "docx", "pdf", "rtf", "odt", "md", "csv", "xls", "xlsx"),
                *("ppt", "pptx", "ods", "odp", "xml", "html", "json", "tex"),
            }
        ),
        2: frozenset({"zip", "rar", "7z", "gz", "tar", "bz2", "xz", "zst", "tgz"}),
        3: frozenset({"gif"}),
        4: frozenset({"jpg", "jpeg", "png", "webp", "bmp", "heic", "avif", "tif", "tiff"}),
        5: frozenset({"wav", "ogg", "oga", "opus", "flac", "m4a", "aac", "wma"}),
        6: frozenset({"mp4", "mov", "avi", "mkv", "webm", "wmv", "flv", "mpg", "3gp"}),
        7: frozenset({"epub", "fb2", "mobi", "azw3", "djvu"}),
    }
)
"""VK's ``type`` by extension: text, archive, gif, image, audio, video, e-book."""

_ID = re.compile(r"(-?\d{1,12})_(\d{1,12})(?:_([0-9a-f]{1,64}))?")


def document_object(photo: Photo, call: Call) -> Json:
    """Return a document as ``docs_doc`` of VK's schema has it."""
    asset = photo.asset
    ending = extension(asset.filename) or ("ogg" if asset.rendition("ogg") else "")
    found: Json = {
        "id": photo.id,
        "owner_id": photo.owner_id,
        "title": photo.extra.get("title") or asset.filename or str(photo.id),
        "size": asset.bytes,
        "ext": ending,
        "date": int(photo.created_at.timestamp()),
        "type": next((n for n, ends in TYPES.items() if ending in ends), UNKNOWN),
        "url": file_url(photo, call.services),
        "is_licensed": 0,
        "access_key": photo.access_key,
    }
    if asset.pictures:
        shown = [{**one, "src": one["url"]} for one in sizes(asset, call.services)]
        found["preview"] = {"photo": {"sizes": shown}}
    if "waveform" in asset.facts:
        found["preview"] = {"audio_msg": _speech(photo, call)}
    if tags := photo.extra.get("tags"):
        found["tags"] = tags.split(",")
    return found


def graffiti_object(photo: Photo, call: Call) -> Json:
    """Return a graffiti as ``messages_graffiti`` of VK's schema has it."""
    return {
        "id": photo.id,
        "owner_id": photo.owner_id,
        "url": file_url(photo, call.services),
        "width": photo.asset.size.width,
        "height": photo.asset.size.height,
        "access_key": photo.access_key,
    }


def voice_object(photo: Photo, call: Call) -> Json:
    """Return a voice message as ``messages_audio_message`` of VK's schema has it."""
    return {
        "id": photo.id,
        "owner_id": photo.owner_id,
        "access_key": photo.access_key,
        **_speech(photo, call),
    }


def _speech(photo: Photo, call: Call) -> Json:
    links = {
        f"link_{made.suffix}": call.services.media_url(photo.asset, made)
        for made in photo.asset.renditions
    }
    levels = [int(one, 32) for one in str(photo.asset.facts["waveform"])]
    return {"duration": seconds(photo), "waveform": levels, **links}


MAKERS = MappingProxyType(
    {"doc": document_object, "graffiti": graffiti_object, "audio_message": voice_object}
)
"""By VK's word for what was made."""


def saved_object(photo: Photo, call: Call) -> tuple[str, Json]:
    """Return VK's word for what was made, and the object."""
    word = ROWS[photo.kind].attach
    return word, MAKERS[word](photo, call)


async def get(call: Call) -> object:
    """Answer ``docs.get``: an owner's own documents."""
    owner_id = call.params.integer("owner_id") or call.caller.actor_id
    count = call.params.integer("count", MOST, least=0)
    if call.caller.actor_id != owner_id and not await _administers(call, owner_id):
        return {"count": 0, "items": []}
    query = PhotoQuery(
        network="vk",
        owner_id=owner_id,
        place=Place.DOCUMENT,
        newest_first=True,
        offset=call.params.integer("offset", least=0),
        limit=min(count, MOST),
    )
    library = call.services.library
    photos = await library.photos(query) if query.limit else []
    items = [document_object(one, call) for one in photos]
    return {"count": await library.count_photos(query), "items": items}


async def _administers(call: Call, owner_id: int) -> bool:
    accounts = call.services.accounts
    user_id = call.caller.user_id
    return owner_id < 0 and await accounts.administers(user_id, -owner_id)


async def get_by_id(call: Call) -> object:
    """Answer ``docs.getById``: those of the documents that the caller may see."""
    call.params.required("docs")
    found: list[Json] = []
    for item in call.params.words("docs")[:MOST]:
        match = _ID.fullmatch(item.removeprefix("doc"))
        if match is None:
            raise BadParameter("docs", f"is invalid: {item[:64]}")
        owner_id, number, key = match.groups()
        try:
            photo = await visible(call, "doc", int(owner_id), int(number), key or "")
        except PhotoNotFound:
            continue
        found.append(document_object(photo, call))
    return found


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        "docs.get": Method(get, USER_OR_COMMUNITY, needs="docs"),
        "docs.getById": Method(get_by_id, USER_OR_COMMUNITY),
    }
)
