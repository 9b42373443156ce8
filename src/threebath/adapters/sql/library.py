"""What users see, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from threebath.adapters.sql.conflicts import insert_unless_there, number_after
from threebath.adapters.sql.database import Database
from threebath.adapters.sql.publish import set_main, show_as_main
from threebath.adapters.sql.rows import (
    album_of,
    message_of,
    message_values,
    photo_of,
    post_of,
    post_values,
    select_photos,
    tag_of,
)
from threebath.adapters.sql.tables import (
    albums,
    assets,
    communities,
    messages,
    photos,
    posts,
    users,
)
from threebath.adapters.sql.tables import tags as tag_rows
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

_MOST = 2**31 - 1
"""The largest LIMIT and OFFSET that PostgreSQL's driver takes."""


@dataclass(frozen=True, slots=True)
class SqlLibrary:
    """`Library` in a database; an owner has at most *max_albums* in a network."""

    database: Database
    max_albums: int = 10_000

    async def create_album(self, draft: AlbumDraft, now: datetime) -> Album:
        owned = (albums.c.network == draft.network) & (albums.c.owner_id == draft.owner_id)
        default = select(albums).where(owned, albums.c.default_for == draft.default_for)
        async with self.database.write() as connection:
            if draft.default_for and (row := (await connection.execute(default)).first()):
                return album_of(row)
            count = select(func.count()).select_from(albums).where(owned)
            if (await connection.execute(count)).scalar_one() >= self.max_albums:
                raise TooManyAlbums(self.max_albums)
            new = insert_unless_there(connection, albums, _album_values(draft, now))
            row = (await connection.execute(new)).first()
            row = row or (await connection.execute(default)).one()
            if draft.id:
                await number_after(connection, albums, draft.id)
            return album_of(row)

    async def album(self, album_id: int) -> Album:
        query = select(albums).where(albums.c.id == album_id)
        async with self.database.read() as connection:
            if row := (await connection.execute(query)).first():
                return album_of(row)
        raise AlbumNotFound

    async def albums(
        self, network: str, owner_id: int, ids: Sequence[int] = ()
    ) -> list[Album]:
        query = select(albums).where(
            albums.c.network == network, albums.c.owner_id == owner_id
        )
        if ids:
            query = query.where(albums.c.id.in_(ids))
        async with self.database.read() as connection:
            rows = await connection.execute(query.order_by(albums.c.id))
            return [album_of(row) for row in rows]

    async def photo(self, photo_id: int) -> Photo:
        async with self.database.read() as connection:
            return await _photo(connection, photo_id)

    async def photos(self, query: PhotoQuery) -> list[Photo]:
        order = photos.c.id.desc() if query.newest_first else photos.c.id
        page = _where(select_photos(), query).order_by(order)
        page = page.limit(min(query.limit, _MOST)).offset(min(query.offset, _MOST))
        async with self.database.read() as connection:
            return [photo_of(row) for row in await connection.execute(page)]

    async def count_photos(self, query: PhotoQuery) -> int:
        count = _where(select(func.count()).select_from(photos), query)
        async with self.database.read() as connection:
            found: int = (await connection.execute(count)).scalar_one()
        return found

    async def approve(self, photo_id: int) -> None:
        show = (
            update(photos)
            .where(photos.c.id == photo_id, photos.c.state == PhotoState.PENDING)
            .values(state=PhotoState.VISIBLE)
        )
        async with self.database.write() as connection:
            photo = await _photo(connection, photo_id)
            if (await connection.execute(show)).rowcount:
                await show_as_main(connection, photo.place, photo.owner_id, photo.id)

    async def recaption(self, photo_id: int, caption: str) -> None:
        change = update(photos).where(photos.c.id == photo_id).values(caption=caption)
        async with self.database.write() as connection:
            if not (await connection.execute(change)).rowcount:
                raise PhotoNotFound(str(photo_id))

    async def make_main(self, photo_id: int) -> None:
        async with self.database.write() as connection:
            photo = await _photo(connection, photo_id)
            await set_main(connection, photo.owner_id, photo.id)

    async def remove(self, photo_id: int) -> None:
        async with self.database.write() as connection:
            photo = await _photo(connection, photo_id)
            drop = delete(photos).where(photos.c.id == photo.id)
            if not (await connection.execute(drop)).rowcount:
                raise PhotoNotFound(str(photo_id))
            await connection.execute(
                update(assets)
                .where(assets.c.id == photo.asset.id)
                .values(state=AssetState.DELETED)
            )
            await connection.execute(
                update(albums)
                .where(albums.c.id == photo.album_id)
                .values(size=albums.c.size - 1)
            )
            await connection.execute(
                delete(tag_rows).where(tag_rows.c.photo_id == photo.id)
            )
            await _drop_main(connection, photo)

    async def add_tags(self, photo_id: int, tags: Sequence[Tag], at_most: int) -> None:
        held = select(func.count()).where(tag_rows.c.photo_id == photo_id)
        # Taking the photo's row first lets one tagger in at a time.
        hold = update(photos).where(photos.c.id == photo_id).values(id=photos.c.id)
        async with self.database.write() as connection:
            if not (await connection.execute(hold)).rowcount:
                raise PhotoNotFound(str(photo_id))
            if (await connection.execute(held)).scalar_one() + len(tags) > at_most:
                raise LimitReached(f"a photo has at most {at_most} tags")
            if tags:
                await connection.execute(insert(tag_rows), [asdict(one) for one in tags])

    async def tags(self, photo_ids: Sequence[int]) -> list[Tag]:
        wanted = tag_rows.c.photo_id.in_(photo_ids)
        query = select(tag_rows).where(wanted).order_by(tag_rows.c.id)
        async with self.database.read() as connection:
            return [tag_of(row) for row in await connection.execute(query)]

    async def add_post(self, post: Post, once: str = "") -> Post:
        values = {**post_values(post), "once": once}
        first = select(posts).where(
            posts.c.network == post.network,
            posts.c.owner_id == post.owner_id,
            posts.c.once == once,
        )
        async with self.database.write() as connection:
            new = insert_unless_there(connection, posts, values)
            row = (await connection.execute(new)).first()
            return post_of(row or (await connection.execute(first)).one())

    async def posts(self, network: str, owner_id: int, limit: int = 100) -> list[Post]:
        query = select(posts).where(
            posts.c.network == network, posts.c.owner_id == owner_id
        )
        page = query.order_by(posts.c.id.desc()).limit(min(limit, _MOST))
        async with self.database.read() as connection:
            return [post_of(row) for row in await connection.execute(page)]

    async def add_message(self, message: Message, random_id: int = 0) -> Message:
        values = message_values(message, random_id)
        first = select(messages).where(
            messages.c.actor_id == message.actor_id,
            messages.c.peer_id == message.peer_id,
            messages.c.random_id == random_id,
        )
        async with self.database.write() as connection:
            new = insert_unless_there(connection, messages, values)
            row = (await connection.execute(new)).first()
            return message_of(row or (await connection.execute(first)).one())


def _album_values(draft: AlbumDraft, now: datetime) -> dict[str, object]:
    return {
        **({"id": draft.id} if draft.id else {}),
        "network": draft.network,
        "owner_id": draft.owner_id,
        "title": draft.title,
        "description": draft.description,
        "capacity": draft.capacity,
        "size": 0,
        "default_for": draft.default_for,
        "extra": dict(draft.extra),
        "created_at": now,
        "updated_at": now,
    }


def _where(statement: Select[Any], query: PhotoQuery) -> Select[Any]:
    for column, wanted in (
        (photos.c.network, query.network),
        (photos.c.owner_id, query.owner_id),
        (photos.c.album_id, query.album_id),
        (photos.c.app_id, query.app_id),
        (photos.c.place, query.place),
        (photos.c.state, query.state),
    ):
        if wanted is not None:
            statement = statement.where(column == wanted)
    if query.tagged:
        shown = select(tag_rows.c.photo_id).where(tag_rows.c.user_id.in_(query.tagged))
        statement = statement.where(photos.c.id.in_(shown))
    return statement.where(photos.c.id.in_(query.ids)) if query.ids else statement


async def _photo(connection: AsyncConnection, photo_id: int) -> Photo:
    query = select_photos().where(photos.c.id == photo_id)
    if row := (await connection.execute(query)).first():
        return photo_of(row)
    raise PhotoNotFound(str(photo_id))


async def _drop_main(connection: AsyncConnection, photo: Photo) -> None:
    table = users if photo.owner_id > 0 else communities
    await connection.execute(
        update(table)
        .where(table.c.id == abs(photo.owner_id), table.c.main_photo_id == photo.id)
        .values(main_photo_id=0)
    )
