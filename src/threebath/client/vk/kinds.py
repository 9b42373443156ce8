"""VK's ways to upload as rows: which methods, which field, what goes into the save call.

Source: docs/protocols/vk.md, sections 8 and 11.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, TypeVar

from threebath.client.shapes import Shape
from threebath.client.vk import results as r

R_co = TypeVar("R_co", covariant=True)

PHOTO = MappingProxyType({"server": "server", "photo": "photo", "hash": "hash"})
"""The members that most photo uploads answer with, and the save call takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[R_co]):
    """One way to upload.

    Attributes:
        name: of the limits in `threebath.core.networks.vk`, and of the row here.
        issue: the method that gives the upload address.
        when: parameters of it that make it this kind.
        form_field: the form field; ``{n}`` counts from 1.
        save: the method that saves; empty where receiving already does.
        takes: the save call's parameters, each with its place in the upload's reply.
        carries: parameters of the issue call that the save call must repeat; VK answers
            121 "Invalid hash" where they differ.
        read: makes results of the save call's answer.
        group: files of one request.
        reusable: many files may go to one address, one after another.
    """

    name: str
    issue: str
    form_field: str
    read: Callable[[Shape], tuple[R_co, ...]]
    save: str = ""
    when: Mapping[str, str] = field(default_factory=dict)
    takes: Mapping[str, str] = field(default_factory=lambda: PHOTO)
    carries: tuple[str, ...] = ()
    group: int = 1
    reusable: bool = False


ALBUM = Kind(
    name="vk.album",
    issue="photos.getUploadServer",
    form_field="file{n}",
    save="photos.save",
    takes={"server": "server", "photos_list": "photos_list", "hash": "hash"},
    carries=("album_id", "group_id"),
    read=r.photos,
    group=5,
    reusable=True,
)
WALL = Kind(
    name="vk.wall",
    issue="photos.getWallUploadServer",
    form_field="photo",
    save="photos.saveWallPhoto",
    carries=("group_id",),
    read=r.photos,
    reusable=True,
)
PROFILE = Kind(
    name="vk.profile",
    issue="photos.getOwnerPhotoUploadServer",
    form_field="photo",
    save="photos.saveOwnerPhoto",
    read=r.owner_photo,
)
MESSAGE = Kind(
    name="vk.message",
    issue="photos.getMessagesUploadServer",
    form_field="photo",
    save="photos.saveMessagesPhoto",
    read=r.photos,
    reusable=True,
)
CHAT = Kind(
    name="vk.chat",
    issue="photos.getChatUploadServer",
    form_field="file",
    save="messages.setChatPhoto",
    takes={"file": "response"},
    read=r.chat_photo,
)
MARKET_ITEM = Kind(
    name="vk.market_item",
    issue="photos.getMarketUploadServer",
    form_field="file",
    save="photos.saveMarketPhoto",
    takes={**PHOTO, "crop_data": "crop_data?", "crop_hash": "crop_hash?"},
    carries=("group_id",),
    read=r.photos,
)
MARKET_COLLECTION = Kind(
    name="vk.market_collection",
    issue="photos.getMarketAlbumUploadServer",
    form_field="file",
    save="photos.saveMarketAlbumPhoto",
    carries=("group_id",),
    read=r.photos,
)
AUDIO = Kind(
    name="vk.audio",
    issue="audio.getUploadServer",
    form_field="file",
    save="audio.save",
    takes={"server": "server", "audio": "audio", "hash": "hash"},
    read=r.audio,
)
VIDEO = Kind(
    name="vk.video", issue="video.save", form_field="video_file", takes={}, read=r.video
)
DOCUMENT = Kind(
    name="vk.document",
    issue="docs.getUploadServer",
    form_field="file",
    save="docs.save",
    takes={"file": "file"},
    read=r.document,
    reusable=True,
)
WALL_DOCUMENT = Kind(
    name="vk.document",
    issue="docs.getWallUploadServer",
    form_field="file",
    save="docs.save",
    takes={"file": "file"},
    read=r.document,
    reusable=True,
)
MESSAGE_DOCUMENT = Kind(
    name="vk.document",
    issue="docs.getMessagesUploadServer",
    when={"type": "doc"},
    form_field="file",
    save="docs.save",
    takes={"file": "file"},
    read=r.document,
    reusable=True,
)
GRAFFITI = Kind(
    name="vk.graffiti",
    issue="docs.getMessagesUploadServer",
    when={"type": "graffiti"},
    form_field="file",
    save="docs.save",
    takes={"file": "file"},
    read=r.graffiti,
    reusable=True,
)
VOICE = Kind(
    name="vk.voice",
    issue="docs.getMessagesUploadServer",
    when={"type": "audio_message"},
    form_field="file",
    save="docs.save",
    takes={"file": "file"},
    read=r.voice,
    reusable=True,
)
COVER = Kind(
    name="vk.cover",
    issue="photos.getOwnerCoverPhotoUploadServer",
    form_field="photo",
    save="photos.saveOwnerCoverPhoto",
    takes={"photo": "photo", "hash": "hash"},
    read=r.cover,
)
STORY_PHOTO = Kind(
    name="vk.story_photo",
    issue="stories.getPhotoUploadServer",
    form_field="file",
    save="stories.save",
    takes={"upload_results": "response.upload_result"},
    read=r.story,
)
STORY_VIDEO = Kind(
    name="vk.story_video",
    issue="stories.getVideoUploadServer",
    form_field="video_file",
    save="stories.save",
    takes={"upload_results": "response.upload_result"},
    read=r.story,
)
