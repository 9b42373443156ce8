"""What users see, in memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from threebath.core.errors import (
    AlbumNotFound,
    LimitReached,
    PhotoNotFound,
    TooManyAlbums,
)
from threebath.core.library import (
    Album,
    AssetState,
    Message,
    Photo,
    PhotoState,
    Post,
    Tag,
)
from threebath.service.ports import AlbumDraft, PhotoQuery
from threebath.testing.memory.rows import Rows


@dataclass(frozen=True, slots=True)
class MemoryLibrary:
    """`Library` over *rows*; an owner has at most *max_albums* in a network."""

    rows: Rows
    max_albums: int = 10_000

    async def create_album(self, draft: AlbumDraft, now: datetime) -> Album:
        owned = await self.albums(draft.network, draft.owner_id)
        for album in owned:
            if draft.default_for and album.default_for == draft.default_for:
                return album
        if len(owned) >= self.max_albums:
            raise TooManyAlbums(self.max_albums)
        album = Album(
            id=draft.id or max(self.rows.albums, default=0) + 1,
            network=draft.network,
            owner_id=draft.owner_id,
            title=draft.title,
            description=draft.description,
            capacity=draft.capacity,
            default_for=draft.default_for,
            extra=draft.extra,
            created_at=now,
            updated_at=now,
        )
        self.rows.albums[album.id] = album
        return album

    async def album(self, album_id: int) -> Album:
        if album := self.rows.albums.get(album_id):
            return album
        raise AlbumNotFound

    async def albums(
        self, network: str, owner_id: int, ids: Sequence[int] = ()
    ) -> list[Album]:
        return [
            one
            for one in self.rows.albums.values()
            if (one.network, one.owner_id) == (network, owner_id)
            and (not ids or one.id in ids)
        ]

    async def photo(self, photo_id: int) -> Photo:
        if photo := self.rows.photos.get(photo_id):
            return photo
        raise PhotoNotFound(str(photo_id))

    async def photos(self, query: PhotoQuery) -> list[Photo]:
        found = sorted(
            self._found(query), key=lambda one: one.id, reverse=query.newest_first
        )
        return found[query.offset :][: query.limit]

    async def count_photos(self, query: PhotoQuery) -> int:
        return sum(1 for _ in self._found(query))

    async def approve(self, photo_id: int) -> None:
        photo = await self.photo(photo_id)
        if photo.state is PhotoState.PENDING:
            self.rows.photos[photo_id] = replace(photo, state=PhotoState.VISIBLE)
            self.rows.show(self.rows.photos[photo_id])

    async def recaption(self, photo_id: int, caption: str) -> None:
        photo = await self.photo(photo_id)
        self.rows.photos[photo_id] = replace(photo, caption=caption)

    async def make_main(self, photo_id: int) -> None:
        self.rows.set_main((await self.photo(photo_id)).owner_id, photo_id)

    async def remove(self, photo_id: int) -> None:
        photo = await self.photo(photo_id)
        del self.rows.photos[photo_id]
        self.rows.tags = [one for one in self.rows.tags if one.photo_id != photo_id]
        row = self.rows.assets[photo.asset.id]
        self.rows.assets[photo.asset.id] = replace(row, state=AssetState.DELETED)
        if photo.album_id is not None:
            album = self.rows.albums[photo.album_id]
            self.rows.albums[album.id] = replace(album, size=album.size - 1)
        self.rows.drop_main(photo_id)

    async def add_tags(self, photo_id: int, tags: Sequence[Tag], at_most: int) -> None:
        await self.photo(photo_id)
        if len(await self.tags([photo_id])) + len(tags) > at_most:
            raise LimitReached(f"a photo has at most {at_most} tags")
        self.rows.tags.extend(tags)

    async def tags(self, photo_ids: Sequence[int]) -> list[Tag]:
        return [one for one in self.rows.tags if one.photo_id in photo_ids]

    async def add_post(self, post: Post, once: str = "") -> Post:
        said = (post.network, post.owner_id, once)
        if once and said in self.rows.posted:
            return self.rows.posts[self.rows.posted[said]]
        stored = replace(post, id=len(self.rows.posts) + 1)
        self.rows.posts[stored.id] = stored
        self.rows.posted[said] = stored.id
        return stored

    async def posts(self, network: str, owner_id: int, limit: int = 100) -> list[Post]:
        owned = [
            one
            for one in self.rows.posts.values()
            if (one.network, one.owner_id) == (network, owner_id)
        ]
        return owned[::-1][:limit]

    async def add_message(self, message: Message, random_id: int = 0) -> Message:
        said = (message.actor_id, message.peer_id, random_id)
        if random_id and said in self.rows.said:
            return self.rows.messages[self.rows.said[said]]
        stored = replace(message, id=len(self.rows.messages) + 1)
        self.rows.messages[stored.id] = stored
        self.rows.said[said] = stored.id
        return stored

    def _found(self, query: PhotoQuery) -> Iterator[Photo]:
        tagged = {one.photo_id for one in self.rows.tags if one.user_id in query.tagged}
        for one in self.rows.photos.values():
            if query.tagged and one.id not in tagged:
                continue
            asked = (
                (query.network, one.kind.partition(".")[0]),
                (query.owner_id, one.owner_id),
                (query.album_id, one.album_id),
                (query.app_id, one.app_id),
                (query.place, one.place),
                (query.state, one.state),
            )
            if all(want in (None, found) for want, found in asked) and (
                not query.ids or one.id in query.ids
            ):
                yield one
