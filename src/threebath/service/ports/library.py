"""What users see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from threebath.core.library import Album, Message, Photo, PhotoState, Post, Tag
from threebath.core.places import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumDraft:
    """An album to be made; the fields are `Album`'s.

    Attributes:
        id: the number that it gets, where a world to try things in says so; 0 for the
            next free one.
    """

    network: str
    owner_id: int
    title: str
    description: str = ""
    capacity: int = 10_000
    default_for: int = 0
    extra: Mapping[str, str] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoQuery:
    """Which photos to list; None and empty mean any.

    Attributes:
        tagged: users, any of whom a photo must be tagged with.
    """

    network: str | None = None
    owner_id: int | None = None
    album_id: int | None = None
    app_id: int | None = None
    place: Place | None = None
    tagged: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()
    state: PhotoState | None = PhotoState.VISIBLE
    newest_first: bool = False
    offset: int = 0
    limit: int = 1000


class Library(Protocol):
    """What users see: albums, photos, tags, posts, messages."""

    async def create_album(self, draft: AlbumDraft, now: datetime) -> Album:
        """Make an album.

        A draft with ``default_for`` is made once for its (network, owner, application):
        a second call, or a racing one, returns the first one's album.

        Raises:
            TooManyAlbums: the owner has 10,000 (vk.com's limit; docs/protocols/vk.md).
        """
        ...

    async def album(self, album_id: int) -> Album:
        """Return an album, or raise `AlbumNotFound`."""
        ...

    async def albums(
        self, network: str, owner_id: int, ids: Sequence[int] = ()
    ) -> list[Album]:
        """List an owner's albums, oldest first; only *ids*, where they are given."""
        ...

    async def photo(self, photo_id: int) -> Photo:
        """Return a photo in whatever state, or raise `PhotoNotFound`."""
        ...

    async def photos(self, query: PhotoQuery) -> list[Photo]:
        """List photos by id, oldest first unless the query says otherwise."""
        ...

    async def count_photos(self, query: PhotoQuery) -> int:
        """Count what *query* would list without its offset and limit."""
        ...

    async def approve(self, photo_id: int) -> None:
        """Make a PENDING photo VISIBLE; raise `PhotoNotFound` if it is gone."""
        ...

    async def recaption(self, photo_id: int, caption: str) -> None:
        """Change a photo's caption; raise `PhotoNotFound` if it is gone."""
        ...

    async def make_main(self, photo_id: int) -> None:
        """Make a photo its owner's main one; raise `PhotoNotFound` if it is gone."""
        ...

    async def remove(self, photo_id: int) -> None:
        """Take a photo away: its asset is DELETED, its album smaller by one.

        The sweep removes the bytes. Raise `PhotoNotFound` if it is gone already.
        """
        ...

    async def add_tags(self, photo_id: int, tags: Sequence[Tag], at_most: int) -> None:
        """Tag a photo: with all of *tags*, or none.

        Raises:
            PhotoNotFound: it is gone.
            LimitReached: it would have more than *at_most* tags.
        """
        ...

    async def tags(self, photo_ids: Sequence[int]) -> list[Tag]:
        """List the tags of photos, oldest first."""
        ...

    async def add_post(self, post: Post, once: str = "") -> Post:
        """Store a post and return it with its id (the given one is ignored).

        The same *once* (not "") for the same owner in the same network is the same post:
        the first one is returned.
        """
        ...

    async def posts(self, network: str, owner_id: int, limit: int = 100) -> list[Post]:
        """List an owner's posts, newest first."""
        ...

    async def add_message(self, message: Message, random_id: int = 0) -> Message:
        """Store a message and return it with its id.

        The same *random_id* (not 0) from the same sender to the same peer is the same
        message: the first one is returned.
        """
        ...
