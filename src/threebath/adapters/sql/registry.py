"""What operators register, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from threebath.adapters.sql.conflicts import insert_or_replace, insert_unless_there
from threebath.adapters.sql.database import Database
from threebath.adapters.sql.rows import (
    AnyRow,
    Values,
    application_of,
    chat_of,
    code_of,
    code_values,
    community_of,
    screen_key,
    token_values,
    user_of,
)
from threebath.adapters.sql.tables import admins as admin_rows
from threebath.adapters.sql.tables import (
    applications,
    chats,
    codes,
    communities,
    grants,
    tokens,
    users,
)
from threebath.adapters.sql.tokens import hash_of
from threebath.core.errors import BadParameter
from threebath.core.library import Chat, Community, User
from threebath.core.tickets import Application
from threebath.service.ports import CodeDraft, TokenDraft


@dataclass(frozen=True, slots=True)
class SqlRegistry:
    """`Registry` in a database."""

    database: Database

    async def add_application(self, application: Application) -> Application:
        values = asdict(application) | {
            "addresses": list(application.addresses),
            "redirects": list(application.redirects),
        }
        same_key = select(applications.c.id).where(
            applications.c.key == application.key, applications.c.id != application.id
        )
        async with self.database.write() as connection:
            if (await connection.execute(same_key)).first():
                raise BadParameter("key", "belongs to another application")
            return application_of(await _put(connection, applications, values))

    async def add_user(self, user: User) -> User:
        values = {**asdict(user), "screen_key": screen_key(user.screen_name)}
        async with self.database.write() as connection:
            return user_of(await _put(connection, users, values))

    async def add_community(
        self, community: Community, admins: Sequence[int] = ()
    ) -> Community:
        values = {**asdict(community), "screen_key": screen_key(community.screen_name)}
        async with self.database.write() as connection:
            stored = community_of(await _put(connection, communities, values))
            former = admin_rows.c.community_id == stored.id
            await connection.execute(delete(admin_rows).where(former))
            rows = [{"community_id": stored.id, "user_id": one} for one in {*admins}]
            if rows:
                await connection.execute(insert(admin_rows), rows)
        return stored

    async def add_chat(self, chat: Chat) -> Chat:
        values = {**asdict(chat), "members": list(chat.members)}
        async with self.database.write() as connection:
            return chat_of(await _put(connection, chats, values))

    async def add_token(self, draft: TokenDraft) -> None:
        values = {**token_values(draft), "hash": hash_of(draft.token)}
        async with self.database.write() as connection:
            await connection.execute(insert_or_replace(connection, tokens, values))

    async def prolong_token(self, token: str, expires_at: datetime) -> None:
        later = (
            update(tokens)
            .where(tokens.c.hash == hash_of(token), tokens.c.expires_at < expires_at)
            .values(expires_at=expires_at)
        )
        async with self.database.write() as connection:
            await connection.execute(later)

    async def revoke_token(self, token: str) -> bool:
        drop = delete(tokens).where(tokens.c.hash == hash_of(token))
        async with self.database.write() as connection:
            return bool((await connection.execute(drop)).rowcount)

    async def raise_call_id(self, token: str, call_id: str) -> bool:
        later = (
            update(tokens)
            .where(tokens.c.hash == hash_of(token), tokens.c.last_call < call_id)
            .values(last_call=call_id)
        )
        async with self.database.write() as connection:
            return bool((await connection.execute(later)).rowcount)

    async def add_code(self, draft: CodeDraft, now: datetime) -> None:
        values = {**code_values(draft), "hash": hash_of(draft.code)}
        async with self.database.write() as connection:
            await connection.execute(delete(codes).where(codes.c.expires_at <= now))
            await connection.execute(insert(codes).values(values))

    async def code(self, code: str, now: datetime) -> CodeDraft | None:
        query = select(codes).where(codes.c.hash == hash_of(code), codes.c.expires_at > now)
        async with self.database.read() as connection:
            row = (await connection.execute(query)).first()
        return code_of(row) if row else None

    async def sign_in_code(self, code: str, user_id: int, now: datetime) -> bool:
        claim = (
            update(codes)
            .where(
                codes.c.hash == hash_of(code),
                codes.c.expires_at > now,
                codes.c.user_id == 0,
            )
            .values(user_id=user_id)
        )
        async with self.database.write() as connection:
            return bool((await connection.execute(claim)).rowcount)

    async def take_code(self, code: str, now: datetime) -> CodeDraft | None:
        take = (
            delete(codes)
            .where(
                codes.c.hash == hash_of(code),
                codes.c.expires_at > now,
                codes.c.user_id != 0,
            )
            .returning(codes)
        )
        async with self.database.write() as connection:
            row = (await connection.execute(take)).first()
        return code_of(row) if row else None

    async def forget_stale(self, before: datetime, limit: int) -> int:
        gone = 0
        for table in (tokens, codes):
            stale = (
                select(table.c.hash)
                .where(table.c.expires_at < before)
                .order_by(table.c.expires_at)
                .limit(limit)
                # Neither prolonged nor swept by another node meanwhile.
                .with_for_update(skip_locked=True)
            )
            async with self.database.write() as connection:
                found = (await connection.execute(stale)).scalars().all()
                await connection.execute(delete(table).where(table.c.hash.in_(found)))
            gone += len(found)
        return gone

    async def remove_application(self, app_id: int) -> bool:
        drop = delete(applications).where(applications.c.id == app_id)
        async with self.database.write() as connection:
            for table in (tokens, codes, grants):
                await connection.execute(delete(table).where(table.c.app_id == app_id))
            return bool((await connection.execute(drop)).rowcount)

    async def applications(self) -> list[Application]:
        query = select(applications).order_by(applications.c.id)
        async with self.database.read() as connection:
            return [application_of(row) for row in await connection.execute(query)]

    async def permissions(self, app_id: int, user_id: int) -> frozenset[str]:
        query = select(grants.c.permission).where(
            grants.c.app_id == app_id, grants.c.user_id == user_id
        )
        async with self.database.read() as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def grant(self, app_id: int, user_id: int, permission: str) -> None:
        row = {"app_id": app_id, "user_id": user_id, "permission": permission}
        async with self.database.write() as connection:
            await connection.execute(insert_unless_there(connection, grants, row))

    async def withdraw(self, app_id: int, user_id: int, permission: str) -> None:
        drop = delete(grants).where(
            grants.c.app_id == app_id,
            grants.c.user_id == user_id,
            grants.c.permission == permission,
        )
        async with self.database.write() as connection:
            await connection.execute(drop)


async def _put(connection: AsyncConnection, table: Table, values: Values) -> AnyRow:
    """Insert a row, or replace the one with its id; id 0 asks for the next free one."""
    if values["id"]:
        put = insert_or_replace(connection, table, values)
        return (await connection.execute(put)).one()
    row = None
    while row is None:
        # Another node may take the id first; then its row is seen, and the next is free.
        last = (await connection.execute(select(func.max(table.c.id)))).scalar() or 0
        put = insert_unless_there(connection, table, {**values, "id": last + 1})
        row = (await connection.execute(put)).first()
    return row
