"""VK's upload kinds, one row each.

A row says how a kind looks on the wire; what happens to its bytes is in its `UploadKind`
(core/networks/vk.py). To add a kind, add a row here and a transcript in tests/golden/vk.
A kind with several get-server methods has a row for each.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from threebath.core import errors as e
from threebath.core.networks import vk
from threebath.dialects.vk.columns import (
    COMMUNITY,
    USER,
    USER_OR_COMMUNITY,
    Asks,
    Claims,
    Failure,
    Issued,
    Owner,
    Packing,
    Result,
    VkKind,
)

ALBUM = VkKind(
    kind=vk.ALBUM,
    issue="photos.getUploadServer",
    commit="photos.save",
    file="file{n}",
    reply=("server", "photos_list", "aid", "hash", "gid"),
    payload="photos_list",
    album=0,
    owner=Owner.GROUP,
    claims=Claims.PAGE,
    issued=Issued.ALBUM,
)
WALL = VkKind(
    kind=vk.WALL,
    issue="photos.getWallUploadServer",
    commit="photos.saveWallPhoto",
    file="photo",
    reply=("server", "photo", "hash"),
    upload_album=-14,
    album=-7,
    owner=Owner.GROUP,
    claims=Claims.PAGE,
    issued=Issued.ALBUM,
)
PROFILE = VkKind(
    kind=vk.PROFILE,
    issue="photos.getOwnerPhotoUploadServer",
    commit="photos.saveOwnerPhoto",
    file="photo",
    reply=("server", "photo", "mid", "hash", "message_code", "profile_aid"),
    packing=Packing.BASE64,
    album=-6,
    owner=Owner.SIGNED,
    failure=Failure.CODED,
    result=Result.OWNER_PHOTO,
    codes={e.BadCrop: 5705, e.TooFewPixels: 5706},
)
MESSAGE = VkKind(
    kind=vk.MESSAGE,
    issue="photos.getMessagesUploadServer",
    commit="photos.saveMessagesPhoto",
    file="photo",
    reply=("server", "photo", "hash"),
    upload_album=-3,
    album=-3,
    owner=Owner.CALLER,
    asks=Asks.PEER,
    issued=Issued.ALBUM,
    tokens=USER_OR_COMMUNITY,
)
CHAT = VkKind(
    kind=vk.CHAT,
    issue="photos.getChatUploadServer",
    commit="messages.setChatPhoto",
    file="file",
    reply=("response",),
    payload="file",
    packing=Packing.SEALED,
    album=-6,
    owner=Owner.CALLER,
    asks=Asks.CHAT,
    tokens=USER_OR_COMMUNITY,
    failure=Failure.CODED,
    result=Result.CHAT,
    codes={e.BadToken: 22, e.BadCrop: 100},
)
MARKET_ITEM = VkKind(
    kind=vk.MARKET_ITEM,
    issue="photos.getMarketUploadServer",
    commit="photos.saveMarketPhoto",
    file="file",
    reply=("server", "photo", "hash", "crop_data", "crop_hash", "group_id"),
    album=-53,
    owner=Owner.COMMUNITY,
    claims=Claims.GIVEN,
    asks=Asks.MARKET,
    failure=Failure.CODED,
    codes={e.BadCrop: 1433, e.CropOutside: 1434, e.CropTooSmall: 1435},
)
PRODUCT = replace(
    MARKET_ITEM,
    issue="market.getProductPhotoUploadServer",
    commit="market.saveProductPhoto",
    raw="upload_response",
    result=Result.PRODUCT,
)
MARKET_COLLECTION = VkKind(
    kind=vk.MARKET_COLLECTION,
    issue="photos.getMarketAlbumUploadServer",
    commit="photos.saveMarketAlbumPhoto",
    file="file",
    reply=("server", "photo", "hash", "gid"),
    album=-54,
    owner=Owner.COMMUNITY,
    claims=Claims.GIVEN,
    failure=Failure.CODED,
)
COVER = VkKind(
    kind=vk.COVER,
    issue="photos.getOwnerCoverPhotoUploadServer",
    commit="photos.saveOwnerCoverPhoto",
    file="photo",
    reply=("hash", "photo"),
    packing=Packing.BASE64,
    album=-6,
    owner=Owner.COMMUNITY,
    asks=Asks.COVER,
    tokens=USER_OR_COMMUNITY,
    failure=Failure.CODED,
    result=Result.COVER,
    codes={e.BadCrop: 100},
)
STORY_PHOTO = VkKind(
    kind=vk.STORY_PHOTO,
    issue="stories.getPhotoUploadServer",
    commit="stories.save",
    file="file",
    reply=("upload_result",),
    wrapped=True,
    payload="upload_results",
    packing=Packing.SEALED,
    album=-81,
    owner=Owner.GROUP,
    asks=Asks.STORY,
    issued=Issued.STORY,
    tokens=USER_OR_COMMUNITY,
    failure=Failure.OBJECT,
    result=Result.STORIES,
    attach="story",
)
STORY_VIDEO = replace(
    STORY_PHOTO,
    kind=vk.STORY_VIDEO,
    issue="stories.getVideoUploadServer",
    file="video_file",
    failure=Failure.WORD,
)
AUDIO = VkKind(
    kind=vk.AUDIO,
    issue="audio.getUploadServer",
    commit="audio.save",
    file="file",
    reply=("redirect", "server", "audio", "hash"),
    payload="audio",
    packing=Packing.BASE64,
    album=-6,
    owner=Owner.CALLER,
    failure=Failure.NUMBER,
    result=Result.AUDIO,
    attach="audio",
    keeps={"artist": 128, "title": 128},
    codes={e.FileRejected: 123, e.BadDuration: 15},
)
VIDEO = VkKind(
    kind=vk.VIDEO,
    issue="video.save",
    commit="",
    file="video_file",
    reply=("video_hash", "size", "direct_link", "owner_id", "video_id"),
    packing=Packing.SEALED,
    album=-6,
    owner=Owner.GROUP,
    asks=Asks.VIDEO,
    issued=Issued.VIDEO,
    failure=Failure.WORD,
    result=Result.VIDEO,
    attach="video",
)
POLL = VkKind(
    kind=vk.POLL,
    issue="polls.getPhotoUploadServer",
    commit="polls.savePhoto",
    file="photo",
    reply=("photo", "hash"),
    packing=Packing.BASE64,
    album=-6,
    owner=Owner.SIGNED,
    failure=Failure.CODED,
    result=Result.BACKGROUND,
)
CARD = VkKind(
    kind=vk.CARD,
    issue="prettyCards.getUploadURL",
    commit="prettyCards.create",
    file="file",
    reply=("photo", "errcode"),
    packing=Packing.SEALED,
    album=-6,
    owner=Owner.CALLER,
    issued=Issued.BARE,
    failure=Failure.ERRCODE,
    result=Result.CARD,
)
LEAD_FORM = replace(
    CARD,
    kind=vk.LEAD_FORM,
    issue="leadForms.getUploadURL",
    commit="leadForms.create",
    payload="cover_photo",
    result=Result.FORM,
)
VIDEO_COVER = VkKind(
    kind=vk.VIDEO_COVER,
    issue="video.getThumbUploadUrl",
    commit="video.saveUploadedThumb",
    file="file",
    reply=("server", "photo", "hash"),
    raw="thumb_json",
    album=-6,
    owner=Owner.SIGNED,
    failure=Failure.CODED,
    result=Result.THUMB,
)
DOCUMENT = VkKind(
    kind=vk.DOCUMENT,
    issue="docs.getUploadServer",
    when={"type": ("", "doc")},
    commit="docs.save",
    file="file",
    reply=("file",),
    payload="file",
    packing=Packing.SEALED,
    album=-6,
    owner=Owner.GROUP,
    asks=Asks.PEER,
    failure=Failure.WORD,
    result=Result.DOCUMENT,
    attach="doc",
    tokens=USER_OR_COMMUNITY,
    keeps={"title": 128, "tags": 1024},
    codes={e.BadToken: 105},
)
GRAFFITI = replace(
    DOCUMENT, kind=vk.GRAFFITI, when={"type": ("graffiti",)}, attach="graffiti"
)
VOICE = replace(
    DOCUMENT, kind=vk.VOICE, when={"type": ("audio_message",)}, attach="audio_message"
)
DOCUMENTS = tuple(
    replace(row, issue=f"docs.get{where}UploadServer", tokens=tokens)
    for where, tokens in (
        ("", USER),
        ("Wall", USER_OR_COMMUNITY),
        ("Messages", USER_OR_COMMUNITY),
    )
    for row in (DOCUMENT, VOICE, GRAFFITI)
)

GROUP_WIDGETS = tuple(
    VkKind(
        kind=kind,
        issue="appWidgets.getGroupImageUploadServer",
        when={"image_type": (name,)},
        commit="appWidgets.saveGroupImage",
        file="image",
        reply=("image", "hash"),
        payload="image",
        packing=Packing.BASE64,
        album=-6,
        owner=Owner.CALLER,
        tokens=COMMUNITY,
        result=Result.IMAGE,
        codes={e.TooFewPixels: 129},
    )
    for name, kind in vk.WIDGETS.items()
)

KINDS: tuple[VkKind, ...] = (
    *(ALBUM, WALL, PROFILE, MESSAGE, CHAT, MARKET_ITEM, PRODUCT, MARKET_COLLECTION),
    *(AUDIO, VIDEO, COVER, STORY_PHOTO, STORY_VIDEO),
    *(POLL, CARD, LEAD_FORM, VIDEO_COVER),
    *DOCUMENTS,
    *GROUP_WIDGETS,
)

ROWS: Mapping[str, VkKind] = MappingProxyType(
    {row.kind.name: row for row in reversed(KINDS)}
)
"""The first row of each kind, by the kind's name."""


def rows_by(column: str) -> dict[str, tuple[VkKind, ...]]:
    """Group the rows by ``issue`` or by ``commit``; rows without one are left out."""
    names = dict.fromkeys(getattr(row, column) for row in KINDS)
    return {
        name: tuple(row for row in KINDS if getattr(row, column) == name)
        for name in names
        if name
    }
