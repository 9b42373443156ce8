"""Who may do what, in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, exists, select

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

_BY_KEY = select(applications).where(applications.c.key == bindparam("key"))
_BY_ID = select(applications).where(applications.c.id == bindparam("id"))
_CHAT = select(chats).where(chats.c.id == bindparam("id"))

_TOKEN = (
    select(tokens, grants.c.permission)
    .outerjoin(
        grants,
        and_(
            tokens.c.user_id != 0,
            tokens.c.user_id == grants.c.user_id,
            tokens.c.app_id == grants.c.app_id,
        ),
    )
    .where(tokens.c.hash == bindparam("hash"))
)
"""A token, as often as there are permissions granted for good."""

_IS_USER = select(exists().where(users.c.id == bindparam("id")))
_IS_COMMUNITY = select(exists().where(communities.c.id == bindparam("id")))
_IS_ADMIN = select(
    exists().where(
        admins.c.community_id == bindparam("community_id"),
        admins.c.user_id == bindparam("user_id"),
    )
)

_USERS = select(users).where(users.c.id.in_(bindparam("ids", expanding=True)))
_COMMUNITIES = select(communities).where(
    communities.c.id.in_(bindparam("ids", expanding=True))
)
_USER_CALLED = (
    select(users)
    .where(users.c.screen_key == bindparam("key"))
    .order_by(users.c.id)
    .limit(1)
)
_COMMUNITY_CALLED = (
    select(communities)
    .where(communities.c.screen_key == bindparam("key"))
    .order_by(communities.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class SqlAccounts:
    """`Accounts` in a database.

    A token is looked up by its hash: how long that takes says nothing about the token.
    """

    database: Database

    async def application(self, key: str) -> Application:
        if row := await self.database.first(_BY_KEY, key=key):
            return application_of(row)
        raise UnknownApplication

    async def application_by_id(self, app_id: int) -> Application:
        if row := await self.database.first(_BY_ID, id=app_id):
            return application_of(row)
        raise UnknownApplication

    async def caller(self, token: str, now: datetime) -> Caller:
        rows = await self.database.few(_TOKEN, hash=hash_of(token))
        if not rows:
            raise UnknownSession
        if rows[0].expires_at is not None and now >= rows[0].expires_at:
            raise SessionExpired
        return caller_of(rows)

    async def authorise(self, caller: Caller, to: Destination) -> None:
        await self.database.glance(lambda connection: _authorise(connection, caller, to))

    async def users(self, ids: Sequence[int]) -> list[User]:
        rows = await self.database.rows(_USERS, ids=ids)
        found = {row.id: user_of(row) for row in rows}
        return [found[one] for one in ids if one in found]

    async def communities(self, ids: Sequence[int]) -> list[Community]:
        rows = await self.database.rows(_COMMUNITIES, ids=ids)
        found = {row.id: community_of(row) for row in rows}
        return [found[one] for one in ids if one in found]

    async def by_screen_name(self, name: str) -> User | Community | None:
        if not name:
            return None
        key = screen_key(name)
        if row := await self.database.first(_USER_CALLED, key=key):
            return user_of(row)
        row = await self.database.first(_COMMUNITY_CALLED, key=key)
        return None if row is None else community_of(row)

    async def all_communities(self, limit: int = 1000) -> list[Community]:
        query = select(communities).order_by(communities.c.id).limit(limit)
        return [community_of(row) for row in await self.database.rows(query)]

    async def all_users(self, limit: int = 1000) -> list[User]:
        query = select(users).order_by(users.c.id).limit(limit)
        return [user_of(row) for row in await self.database.rows(query)]

    async def administers(self, user_id: int, community_id: int) -> bool:
        pair = {"user_id": user_id, "community_id": community_id}
        row = await self.database.first(_IS_ADMIN, **pair)
        return row is not None and bool(row[0])

    async def chat(self, chat_id: int) -> Chat | None:
        row = await self.database.first(_CHAT, id=chat_id)
        return None if row is None else chat_of(row)


def _authorise(connection: Connection, caller: Caller, to: Destination) -> None:
    owner = to.owner_id
    is_owner = _IS_COMMUNITY if owner < 0 else _IS_USER
    if not connection.execute(is_owner, {"id": abs(owner)}).scalar():
        raise CommunityNotFound(-owner) if owner < 0 else UserNotFound(owner)
    if owner == caller.actor_id:
        return
    pair = {"user_id": caller.user_id, "community_id": -owner}
    if owner > 0 or not connection.execute(_IS_ADMIN, pair).scalar():
        raise AccessDenied
