"""What operators register, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

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

_HELD = (codes.c.hash == bindparam("code"), codes.c.expires_at > bindparam("now"))
"""What holds of a code that is not stale."""

_CODE = select(codes).where(*_HELD)
_SIGN_IN = (
    update(codes).where(*_HELD, codes.c.user_id == 0).values(user_id=bindparam("user"))
)
_TAKE = delete(codes).where(*_HELD, codes.c.user_id != 0).returning(codes)
_DROP_STALE = delete(codes).where(codes.c.expires_at <= bindparam("now"))

_STALE = {
    table: select(table.c.hash)
    .where(table.c.expires_at < bindparam("before"))
    .order_by(table.c.expires_at)
    .limit(bindparam("most"))
    # Neither prolonged nor swept by another node meanwhile.
    .with_for_update(skip_locked=True)
    for table in (tokens, codes)
}

_OF_TOKEN = tokens.c.hash == bindparam("token")
_PROLONG = (
    update(tokens)
    .where(_OF_TOKEN, tokens.c.expires_at < bindparam("until"))
    .values(expires_at=bindparam("until"))
)
_RAISE = (
    update(tokens)
    .where(_OF_TOKEN, tokens.c.last_call < bindparam("call"))
    .values(last_call=bindparam("call"))
)
_REVOKE = delete(tokens).where(_OF_TOKEN)

_SAME_KEY = select(applications.c.id).where(
    applications.c.key == bindparam("key"), applications.c.id != bindparam("id")
)
_GRANTED = select(grants.c.permission).where(
    grants.c.app_id == bindparam("app"), grants.c.user_id == bindparam("user")
)
_WITHDRAW = delete(grants).where(
    grants.c.app_id == bindparam("app"),
    grants.c.user_id == bindparam("user"),
    grants.c.permission == bindparam("permission"),
)


@dataclass(frozen=True, slots=True)
class SqlRegistry:
    """`Registry` in a database."""

    database: Database

    async def add_application(self, application: Application) -> Application:
        values = asdict(application) | {
            "addresses": list(application.addresses),
            "redirects": list(application.redirects),
        }
        other = {"key": application.key, "id": application.id}

        def add(connection: Connection) -> Application:
            if connection.execute(_SAME_KEY, other).first():
                raise BadParameter("key", "belongs to another application")
            return application_of(_put(connection, applications, values))

        return await self.database.write(add)

    async def add_user(self, user: User) -> User:
        values = {**asdict(user), "screen_key": screen_key(user.screen_name)}
        return user_of(await self._put(users, values))

    async def add_community(
        self, community: Community, admins: Sequence[int] = ()
    ) -> Community:
        values = {**asdict(community), "screen_key": screen_key(community.screen_name)}

        def add(connection: Connection) -> Community:
            stored = community_of(_put(connection, communities, values))
            former = admin_rows.c.community_id == stored.id
            connection.execute(delete(admin_rows).where(former))
            rows = [{"community_id": stored.id, "user_id": one} for one in {*admins}]
            if rows:
                connection.execute(insert(admin_rows), rows)
            return stored

        return await self.database.write(add)

    async def add_chat(self, chat: Chat) -> Chat:
        values = {**asdict(chat), "members": list(chat.members)}
        return chat_of(await self._put(chats, values))

    async def _put(self, table: Table, values: Values) -> AnyRow:
        return await self.database.write(lambda connection: _put(connection, table, values))

    async def add_token(self, draft: TokenDraft) -> None:
        values = {**token_values(draft), "hash": hash_of(draft.token)}
        await self.database.write(
            lambda connection: connection.execute(
                insert_or_replace(connection, tokens, values)
            ).one()
        )

    async def prolong_token(self, token: str, expires_at: datetime) -> None:
        await self.database.change(_PROLONG, token=hash_of(token), until=expires_at)

    async def revoke_token(self, token: str) -> bool:
        return bool(await self.database.change(_REVOKE, token=hash_of(token)))

    async def raise_call_id(self, token: str, call_id: str) -> bool:
        return bool(await self.database.change(_RAISE, token=hash_of(token), call=call_id))

    async def add_code(self, draft: CodeDraft, now: datetime) -> None:
        values = {**code_values(draft), "hash": hash_of(draft.code)}

        def add(connection: Connection) -> None:
            connection.execute(_DROP_STALE, {"now": now})
            connection.execute(insert(codes), values)

        await self.database.write(add)

    async def code(self, code: str, now: datetime) -> CodeDraft | None:
        row = await self.database.first(_CODE, code=hash_of(code), now=now)
        return code_of(row) if row else None

    async def sign_in_code(self, code: str, user_id: int, now: datetime) -> bool:
        said = {"code": hash_of(code), "now": now, "user": user_id}
        return bool(await self.database.change(_SIGN_IN, **said))

    async def take_code(self, code: str, now: datetime) -> CodeDraft | None:
        said = {"code": hash_of(code), "now": now}
        row = await self.database.write(
            lambda connection: connection.execute(_TAKE, said).first()
        )
        return code_of(row) if row else None

    async def forget_stale(self, before: datetime, limit: int) -> int:
        found = {"before": before, "most": limit}

        def forget(connection: Connection, table: Table) -> int:
            stale = connection.execute(_STALE[table], found).scalars().all()
            connection.execute(delete(table).where(table.c.hash.in_(stale)))
            return len(stale)

        return sum(
            [await self.database.write(partial(forget, table=one)) for one in _STALE]
        )

    async def remove_application(self, app_id: int) -> bool:
        def remove(connection: Connection) -> bool:
            for table in (tokens, codes, grants):
                connection.execute(delete(table).where(table.c.app_id == app_id))
            drop = delete(applications).where(applications.c.id == app_id)
            return bool(connection.execute(drop).rowcount)

        return await self.database.write(remove)

    async def applications(self) -> list[Application]:
        query = select(applications).order_by(applications.c.id)
        return [application_of(row) for row in await self.database.rows(query)]

    async def permissions(self, app_id: int, user_id: int) -> frozenset[str]:
        rows = await self.database.few(_GRANTED, app=app_id, user=user_id)
        return frozenset(row.permission for row in rows)

    async def grant(self, app_id: int, user_id: int, permission: str) -> None:
        row = {"app_id": app_id, "user_id": user_id, "permission": permission}
        await self.database.write(
            lambda connection: connection.execute(
                insert_unless_there(connection, grants, row)
            ).first()
        )

    async def withdraw(self, app_id: int, user_id: int, permission: str) -> None:
        pair = {"app": app_id, "user": user_id}
        await self.database.change(_WITHDRAW, **pair, permission=permission)


def _put(connection: Connection, table: Table, values: Values) -> AnyRow:
    """Insert a row, or replace the one with its id; id 0 asks for the next free one."""
    if values["id"]:
        put = insert_or_replace(connection, table, values)
        return connection.execute(put).one()
    row = None
    while row is None:
        # Another node may take the id first; then its row is seen, and the next is free.
        last = connection.execute(select(func.max(table.c.id))).scalar() or 0
        put = insert_unless_there(connection, table, {**values, "id": last + 1})
        row = connection.execute(put).first()
    return row
