"""Who may do what, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from threebath.adapters.sql.database import Database
from threebath.adapters.sql.rows import (
    application_of,
    caller_of,
    chat_of,
    community_of,
    screen_key,
    user_of,
)
from threebath.adapters.sql.tables import (
    admins,
    applications,
    chats,
    communities,
    grants,
    tokens,
    users,
)
from threebath.adapters.sql.tokens import hash_of
from threebath.core.errors import (
    AccessDenied,
    CommunityNotFound,
    SessionExpired,
    UnknownApplication,
    UnknownSession,
    UserNotFound,
)
from threebath.core.library import Chat, Community, User
from threebath.core.tickets import Application, Caller, Destination

_TOKENS = select(tokens, grants.c.permission).outerjoin(
    grants,
    and_(
        tokens.c.user_id != 0,
        tokens.c.user_id == grants.c.user_id,
        tokens.c.app_id == grants.c.app_id,
    ),
)
"""Tokens, each as often as there are permissions granted for good."""


@dataclass(frozen=True, slots=True)
class SqlAccounts:
    """`Accounts` in a database.

    A token is looked up by its hash: how long that takes says nothing about the token.
    """

    database: Database

    async def application(self, key: str) -> Application:
        query = select(applications).where(applications.c.key == key)
        async with self.database.read() as connection:
            if row := (await connection.execute(query)).first():
                return application_of(row)
        raise UnknownApplication

    async def application_by_id(self, app_id: int) -> Application:
        query = select(applications).where(applications.c.id == app_id)
        async with self.database.read() as connection:
            if row := (await connection.execute(query)).first():
                return application_of(row)
        raise UnknownApplication

    async def caller(self, token: str, now: datetime) -> Caller:
        query = _TOKENS.where(tokens.c.hash == hash_of(token))
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        if not rows:
            raise UnknownSession
        if rows[0].expires_at is not None and now >= rows[0].expires_at:
            raise SessionExpired
        return caller_of(rows)

    async def authorise(self, caller: Caller, to: Destination) -> None:
        owner = to.owner_id
        async with self.database.read() as connection:
            table = communities if owner < 0 else users
            if not await _is_there(connection, table.c.id == abs(owner)):
                raise CommunityNotFound(-owner) if owner < 0 else UserNotFound(owner)
            if owner == caller.actor_id:
                return
            if owner > 0 or not await _is_there(
                connection,
                admins.c.community_id == -owner,
                admins.c.user_id == caller.user_id,
            ):
                raise AccessDenied

    async def users(self, ids: Sequence[int]) -> list[User]:
        query = select(users).where(users.c.id.in_(ids))
        async with self.database.read() as connection:
            found = {row.id: user_of(row) for row in await connection.execute(query)}
        return [found[one] for one in ids if one in found]

    async def communities(self, ids: Sequence[int]) -> list[Community]:
        query = select(communities).where(communities.c.id.in_(ids))
        async with self.database.read() as connection:
            found = {row.id: community_of(row) for row in await connection.execute(query)}
        return [found[one] for one in ids if one in found]

    async def by_screen_name(self, name: str) -> User | Community | None:
        if not name:
            return None
        key = screen_key(name)
        user = select(users).where(users.c.screen_key == key).order_by(users.c.id)
        group = select(communities).where(communities.c.screen_key == key)
        async with self.database.read() as connection:
            if row := (await connection.execute(user.limit(1))).first():
                return user_of(row)
            row = (await connection.execute(group.order_by(communities.c.id))).first()
        return None if row is None else community_of(row)

    async def all_communities(self, limit: int = 1000) -> list[Community]:
        query = select(communities).order_by(communities.c.id).limit(limit)
        async with self.database.read() as connection:
            return [community_of(row) for row in await connection.execute(query)]

    async def all_users(self, limit: int = 1000) -> list[User]:
        query = select(users).order_by(users.c.id).limit(limit)
        async with self.database.read() as connection:
            return [user_of(row) for row in await connection.execute(query)]

    async def administers(self, user_id: int, community_id: int) -> bool:
        async with self.database.read() as connection:
            return await _is_there(
                connection,
                admins.c.user_id == user_id,
                admins.c.community_id == community_id,
            )

    async def chat(self, chat_id: int) -> Chat | None:
        query = select(chats).where(chats.c.id == chat_id)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else chat_of(row)


async def _is_there(connection: AsyncConnection, *where: ColumnElement[bool]) -> bool:
    return bool((await connection.execute(select(exists().where(*where)))).scalar())
