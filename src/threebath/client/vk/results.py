"""What VK's save calls answer with, typed.

Source: docs/protocols/vk.md, sections 8 and 10.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threebath.client.shapes import Shape


@dataclass(frozen=True, slots=True)
class PhotoSize:
    """One rendition: its letter (``s``, ``m``, ``x``, ...), pixels and address."""

    type: str
    width: int
    height: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Something saved, as messages and posts attach it.

    Attributes:
        access_key: opens it to those who may not see the owner's media.
        raw: the answer as it came.
    """

    kind: str
    owner_id: int
    id: int
    access_key: str = ""
    url: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def attachment(self) -> str:
        """How ``wall.post`` and ``messages.send`` name it."""
        key = f"_{self.access_key}" if self.access_key else ""
        return f"{self.kind}{self.owner_id}_{self.id}{key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo(Media):
    """A photo of an album, a wall, a message or the market."""

    album_id: int
    text: str = ""
    sizes: tuple[PhotoSize, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerPhoto:
    """The new main photo of a user or a community."""

    photo_hash: str
    photo_src: str
    saved: bool
    post_id: int
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPhoto:
    """The new photo of a chat; the message tells its members."""

    message_id: int
    chat_id: int
    url: str
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio(Media):
    """A track. ``duration`` is in seconds."""

    artist: str
    title: str
    duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Video(Media):
    """A video; it can be seen once the network has converted it."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document(Media):
    """A document. ``size`` is in bytes."""

    title: str
    size: int
    extension: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Graffiti(Media):
    """A drawing on a transparent ground; width and height are in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice(Media):
    """A voice message. ``duration`` is in seconds, ``waveform`` has levels 0 to 31."""

    duration: int
    waveform: tuple[int, ...]
    link_mp3: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The new cover of a community, in its sizes."""

    images: tuple[PhotoSize, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story(Media):
    """A story; it can be seen for a day. ``type`` is ``photo`` or ``video``."""

    type: str


def photos(answer: Shape) -> tuple[Photo, ...]:
    """Read a list of photos."""
    return tuple(_photo(one) for one in answer.items())


def owner_photo(answer: Shape) -> tuple[OwnerPhoto, ...]:
    """Read the answer of ``photos.saveOwnerPhoto``."""
    return (
        OwnerPhoto(
            photo_hash=answer.at("photo_hash").text,
            photo_src=answer.text_or("photo_src"),
            saved=answer.integer_or("saved", 1) == 1,
            post_id=answer.integer_or("post_id"),
            raw=answer.members,
        ),
    )


def chat_photo(answer: Shape) -> tuple[ChatPhoto, ...]:
    """Read the answer of ``messages.setChatPhoto``."""
    chat = answer.at("chat")
    return (
        ChatPhoto(
            message_id=answer.at("message_id").integer,
            chat_id=chat.at("id").integer,
            url=chat.text_or("photo_200"),
            raw=answer.members,
        ),
    )


def audio(answer: Shape) -> tuple[Audio, ...]:
    """Read the one track of ``audio.save``."""
    return (
        Audio(
            **_media("audio", answer),
            artist=answer.text_or("artist"),
            title=answer.text_or("title"),
            duration=answer.integer_or("duration"),
        ),
    )


def video(answer: Shape) -> tuple[Video, ...]:
    """Read the answer of ``video.save``, which names the video before it is sent."""
    return (
        Video(
            kind="video",
            owner_id=answer.at("owner_id").integer,
            id=answer.at("video_id").integer,
            access_key=answer.text_or("access_key"),
            raw={key: one for key, one in answer.members.items() if key != "upload_url"},
            title=answer.text_or("title"),
        ),
    )


def document(answer: Shape) -> tuple[Document, ...]:
    """Read the answer of ``docs.save``: an object that names its kind, or a list."""
    found = _doc(answer)
    return (
        Document(
            **_media("doc", found),
            title=found.text_or("title"),
            size=found.integer_or("size"),
            extension=found.text_or("ext"),
        ),
    )


def graffiti(answer: Shape) -> tuple[Graffiti, ...]:
    """Read the answer of ``docs.save`` for a drawing."""
    found = answer.at("graffiti")
    return (
        Graffiti(
            **_media("doc", found),
            width=found.integer_or("width"),
            height=found.integer_or("height"),
        ),
    )


def voice(answer: Shape) -> tuple[Voice, ...]:
    """Read the answer of ``docs.save`` for a voice message."""
    found = answer.at("audio_message")
    levels = found.maybe("waveform")
    return (
        Voice(
            **_media("audio_message", found) | {"url": found.text_or("link_ogg")},
            duration=found.at("duration").integer,
            waveform=tuple(one.integer for one in levels.items()) if levels else (),
            link_mp3=found.text_or("link_mp3"),
        ),
    )


def cover(answer: Shape) -> tuple[Cover, ...]:
    """Read the answer of ``photos.saveOwnerCoverPhoto``."""
    return (Cover(images=tuple(map(_size, answer.at("images").items()))),)


def story(answer: Shape) -> tuple[Story, ...]:
    """Read the answer of ``stories.save``."""
    return tuple(
        Story(**_media("story", one), type=one.text_or("type", "photo"))
        for one in answer.at("items").items()
    )


def _photo(answer: Shape) -> Photo:
    listed = answer.maybe("sizes")
    sizes = tuple(map(_size, listed.items())) if listed else ()
    largest = max(sizes, key=lambda size: size.width * size.height, default=None)
    return Photo(
        **_media("photo", answer) | {"url": largest.url if largest else ""},
        album_id=answer.at("album_id").integer,
        text=answer.text_or("text"),
        sizes=sizes,
    )


def _size(answer: Shape) -> PhotoSize:
    return PhotoSize(
        type=answer.text_or("type"),
        width=answer.at("width").integer,
        height=answer.at("height").integer,
        url=answer.text_or("url") or answer.text_or("src"),
    )


def _doc(answer: Shape) -> Shape:
    """Find the document; a transparent PNG may come back as graffiti."""
    if isinstance(answer.value, list):
        return next(answer.items(), Shape({}, answer.where))
    return answer.at(answer.text_or("type", "doc"))


def _media(kind: str, answer: Shape) -> dict[str, Any]:
    return {
        "kind": kind,
        "owner_id": answer.at("owner_id").integer,
        "id": answer.at("id").integer,
        "access_key": answer.text_or("access_key"),
        "url": answer.text_or("url"),
        "raw": answer.members,
    }
