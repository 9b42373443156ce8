"""What users see, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from threebath.adapters.sql.conflicts import insert_unless_there, number_after
from threebath.adapters.sql.database import Database
from threebath.adapters.sql.publish import set_main, show_as_main
from threebath.adapters.sql.rows import (
    AnyRow,
    Values,
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


_ALBUM = select(albums).where(albums.c.id == bindparam("id"))
_PHOTO = select_photos().where(photos.c.id == bindparam("id"))

_SHOW = (
    update(photos)
    .where(photos.c.id == bindparam("photo"), photos.c.state == PhotoState.PENDING)
    .values(state=PhotoState.VISIBLE)
)
_RECAPTION = (
    update(photos)
    .where(photos.c.id == bindparam("photo"))
    .values(caption=bindparam("said"))
)
_HOLD = update(photos).where(photos.c.id == bindparam("photo")).values(id=photos.c.id)

_TAGS = (
    select(tag_rows)
    .where(tag_rows.c.photo_id.in_(bindparam("ids", expanding=True)))
    .order_by(tag_rows.c.id)
)
_COUNT_TAGS = select(func.count()).where(tag_rows.c.photo_id == bindparam("photo"))

_FIRST_POST = select(posts).where(
    posts.c.network == bindparam("network"),
    posts.c.owner_id == bindparam("owner_id"),
    posts.c.once == bindparam("once"),
)
_FIRST_MESSAGE = select(messages).where(
    messages.c.actor_id == bindparam("actor_id"),
    messages.c.peer_id == bindparam("peer_id"),
    messages.c.random_id == bindparam("random_id"),
)


@dataclass(frozen=True, slots=True)
class SqlLibrary:
    """`Library` in a database; an owner has at most *max_albums* in a network."""

    database: Database
    max_albums: int = 10_000

    async def create_album(self, draft: AlbumDraft, now: datetime) -> Album:
        owned = (albums.c.network == draft.network) & (albums.c.owner_id == draft.owner_id)
        default = select(albums).where(owned, albums.c.default_for == draft.default_for)
        count = select(func.count()).select_from(albums).where(owned)

        def create(connection: Connection) -> Album:
            if draft.default_for and (row := connection.execute(default).first()):
                return album_of(row)
            if connection.execute(count).scalar_one() >= self.max_albums:
                raise TooManyAlbums(self.max_albums)
            values = _album_values(draft, now)
            row = _put_once(connection, albums, values, default)
            if draft.id:
                number_after(connection, albums, draft.id)
            return album_of(row)

        return await self.database.write(create)

    async def album(self, album_id: int) -> Album:
        if row := await self.database.first(_ALBUM, id=album_id):
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
        rows = await self.database.rows(query.order_by(albums.c.id))
        return [album_of(row) for row in rows]

    async def photo(self, photo_id: int) -> Photo:
        return await self.database.glance(lambda connection: _photo(connection, photo_id))

    async def photos(self, query: PhotoQuery) -> list[Photo]:
        order = photos.c.id.desc() if query.newest_first else photos.c.id
        page = _where(select_photos(), query).order_by(order)
        page = page.limit(min(query.limit, _MOST)).offset(min(query.offset, _MOST))
        return [photo_of(row) for row in await self.database.rows(page)]

    async def count_photos(self, query: PhotoQuery) -> int:
        count = _where(select(func.count()).select_from(photos), query)
        found: int = await self.database.read(
            lambda connection: connection.execute(count).scalar_one()
        )
        return found

    async def approve(self, photo_id: int) -> None:
        def show(connection: Connection) -> None:
            photo = _photo(connection, photo_id)
            if connection.execute(_SHOW, {"photo": photo_id}).rowcount:
                show_as_main(connection, photo.place, photo.owner_id, photo.id)

        await self.database.write(show)

    async def recaption(self, photo_id: int, caption: str) -> None:
        if not await self.database.change(_RECAPTION, photo=photo_id, said=caption):
            raise PhotoNotFound(str(photo_id))

    async def make_main(self, photo_id: int) -> None:
        def make(connection: Connection) -> None:
            photo = _photo(connection, photo_id)
            set_main(connection, photo.owner_id, photo.id)

        await self.database.write(make)

    async def remove(self, photo_id: int) -> None:
        await self.database.write(lambda connection: _remove(connection, photo_id))

    async def add_tags(self, photo_id: int, tags: Sequence[Tag], at_most: int) -> None:
        its = {"photo": photo_id}

        def add(connection: Connection) -> None:
            # Taking the photo's row first lets one tagger in at a time.
            if not connection.execute(_HOLD, its).rowcount:
                raise PhotoNotFound(str(photo_id))
            if connection.execute(_COUNT_TAGS, its).scalar_one() + len(tags) > at_most:
                raise LimitReached(f"a photo has at most {at_most} tags")
            if tags:
                connection.execute(insert(tag_rows), [asdict(one) for one in tags])

        await self.database.write(add)

    async def tags(self, photo_ids: Sequence[int]) -> list[Tag]:
        return [tag_of(row) for row in await self.database.rows(_TAGS, ids=photo_ids)]

    async def add_post(self, post: Post, once: str = "") -> Post:
        values = {**post_values(post), "once": once}
        return post_of(await self._put_once(posts, values, _FIRST_POST))

    async def posts(self, network: str, owner_id: int, limit: int = 100) -> list[Post]:
        query = select(posts).where(
            posts.c.network == network, posts.c.owner_id == owner_id
        )
        page = query.order_by(posts.c.id.desc()).limit(min(limit, _MOST))
        return [post_of(row) for row in await self.database.rows(page)]

    async def add_message(self, message: Message, random_id: int = 0) -> Message:
        values = message_values(message, random_id)
        return message_of(await self._put_once(messages, values, _FIRST_MESSAGE))

    async def _put_once(self, table: Table, values: Values, first: Executable) -> AnyRow:
        return await self.database.write(
            lambda connection: _put_once(connection, table, values, first)
        )


def _put_once(
    connection: Connection, table: Table, values: Values, first: Executable
) -> AnyRow:
    """Insert a row; where it is there already, return what the query *first* finds."""
    new = insert_unless_there(connection, table, values)
    row = connection.execute(new).first()
    return row or connection.execute(first, values).one()


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


def _photo(connection: Connection, photo_id: int) -> Photo:
    if row := connection.execute(_PHOTO, {"id": photo_id}).first():
        return photo_of(row)
    raise PhotoNotFound(str(photo_id))


def _remove(connection: Connection, photo_id: int) -> None:
    photo = _photo(connection, photo_id)
    if not connection.execute(delete(photos).where(photos.c.id == photo.id)).rowcount:
        raise PhotoNotFound(str(photo_id))
    connection.execute(
        update(assets).where(assets.c.id == photo.asset.id).values(state=AssetState.DELETED)
    )
    connection.execute(
        update(albums).where(albums.c.id == photo.album_id).values(size=albums.c.size - 1)
    )
    connection.execute(delete(tag_rows).where(tag_rows.c.photo_id == photo.id))
    table = users if photo.owner_id > 0 else communities
    connection.execute(
        update(table)
        .where(table.c.id == abs(photo.owner_id), table.c.main_photo_id == photo.id)
        .values(main_photo_id=0)
    )
