"""What is stored and what users see: assets, albums, photos, tags, posts, messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from threebath.core.kinds import Format
from threebath.core.ladder import Size
from threebath.core.places import Place

Fact = str | int | float
"""One thing found out about a file: a colour, a duration."""

ORIGINAL = "file"
"""The name of the rendition that is the file as it came."""

PICTURE_SUFFIX = "jpg"
"""What every picture that we made ends in."""

NOTHING_TO_SEE = Size(0, 0)
"""The size of what is no picture."""


class AssetState(StrEnum):
    """Where an asset is in its life; it only moves forward.

    RECEIVING -> ACCEPTED -> PUBLISHED -> DELETED, and from the first two to SWEEPING.
    """

    RECEIVING = "receiving"
    ACCEPTED = "accepted"
    PUBLISHED = "published"
    DELETED = "deleted"
    SWEEPING = "sweeping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One encoded size of an asset; its bytes are the blob named ``key``.

    Sounds, and the file as it came (`ORIGINAL`), are among the renditions: whatever an
    asset has bytes of.
    """

    letter: str
    size: Size
    bytes: int
    key: str

    @property
    def suffix(self) -> str:
        """What the key ends in: ``jpg`` for every picture that we made."""
        return self.key.rpartition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Received, checked and rendered media.

    Attributes:
        id: 128 random bits in hex: knowing it is leave to look at the media.
        format, bytes, sha256: of the file as it came in.
        size: of the upright picture as it came in.
        facts: what was found out (``colour``, ``blurhash``, ``phash``; ``duration``,
            ``artist``, ``title``), and the ``filename`` where the file was kept.
    """

    id: str
    format: Format
    bytes: int
    sha256: str
    size: Size
    renditions: tuple[Rendition, ...]
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def pictures(self) -> tuple[Rendition, ...]:
        """The renditions that show something, in the order of the ladder."""
        return tuple(one for one in self.renditions if one.suffix == PICTURE_SUFFIX)

    @property
    def filename(self) -> str:
        """What the file was called when it came; "" where it was not kept."""
        return str(self.facts.get("filename", ""))

    def rendition(self, letter: str) -> Rendition | None:
        """Return the rendition named *letter*, if the asset has it."""
        return next((one for one in self.renditions if one.letter == letter), None)

    @property
    def largest(self) -> Rendition:
        """The rendition with the most pixels (the last of several equals)."""
        return max(reversed(self.pictures), key=lambda one: one.size.pixels)


class PhotoState(StrEnum):
    """Whether others see a photo; PENDING ones wait for their owner's approval."""

    VISIBLE = "visible"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """A named set of photos.

    Attributes:
        network: the dialect that it was made through.
        owner_id: a user, or minus a community.
        capacity: photos it can hold at most.
        size: photos it holds, pending ones included.
        default_for: the application whose photos go here unasked; 0 for none.
    """

    id: int
    network: str
    owner_id: int
    title: str
    created_at: datetime
    updated_at: datetime
    description: str = ""
    capacity: int = 10_000
    size: int = 0
    default_for: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """An asset published at a destination.

    Attributes:
        id: unique in the whole service; positive, below 2**31.
        actor_id: who uploaded it: a user, or minus a community.
        kind: the upload kind's name, ``vk.album``.
        access_key: 18 hex digits; whoever shows it may see an unlisted photo.
        extra: what the commit added (``latitude``), by the dialect's own names.
    """

    id: int
    kind: str
    place: Place
    owner_id: int
    album_id: int | None
    app_id: int
    actor_id: int
    asset: Asset
    caption: str
    created_at: datetime
    access_key: str
    state: PhotoState = PhotoState.VISIBLE
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """Somebody, or something, that a photo shows.

    Attributes:
        user_id: who; 0 where only the text says.
        x, y: where, in hundredths of a percent of width and height, from the top left.
    """

    photo_id: int
    user_id: int
    text: str
    x: int
    y: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something on a wall: text and attachments in the dialect's own notation."""

    id: int
    network: str
    owner_id: int
    actor_id: int
    text: str
    attachments: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something said to a peer: a user, minus a community, or 2000000000 + a chat."""

    id: int
    peer_id: int
    actor_id: int
    text: str
    attachments: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person."""

    id: int
    first_name: str
    last_name: str
    screen_name: str = ""
    main_photo_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """A group of people with a wall and albums of its own; its id is positive."""

    id: int
    name: str
    screen_name: str
    main_photo_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A conversation of several people; its peer is 2000000000 + its id."""

    id: int
    title: str
    admin_id: int
    members: tuple[int, ...]
    main_photo_id: int = 0
