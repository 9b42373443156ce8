"""Who may do what, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

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
from threebath.testing.memory.rows import Rows, hashed


@dataclass(frozen=True, slots=True)
class MemoryAccounts:
    """`Accounts` over *rows*."""

    rows: Rows

    async def application(self, key: str) -> Application:
        for one in self.rows.applications.values():
            if one.key == key:
                return one
        raise UnknownApplication

    async def application_by_id(self, app_id: int) -> Application:
        if found := self.rows.applications.get(app_id):
            return found
        raise UnknownApplication

    async def caller(self, token: str, now: datetime) -> Caller:
        draft = self.rows.tokens.get(hashed(token))
        if draft is None:
            raise UnknownSession
        if draft.expires_at is not None and now >= draft.expires_at:
            raise SessionExpired
        granted = {
            permission
            for app_id, user_id, permission in self.rows.grants
            if user_id and (app_id, user_id) == (draft.app_id, draft.user_id)
        }
        return Caller(
            app_id=draft.app_id,
            user_id=draft.user_id,
            community_id=draft.community_id,
            kind=draft.kind,
            permissions=draft.permissions | granted,
            secret=draft.secret,
        )

    async def authorise(self, caller: Caller, to: Destination) -> None:
        owner = to.owner_id
        if owner >= 0 and owner not in self.rows.users:
            raise UserNotFound(owner)
        if owner < 0 and -owner not in self.rows.communities:
            raise CommunityNotFound(-owner)
        if owner == caller.actor_id:
            return
        if owner > 0 or not await self.administers(caller.user_id, -owner):
            raise AccessDenied

    async def users(self, ids: Sequence[int]) -> list[User]:
        return [self.rows.users[one] for one in ids if one in self.rows.users]

    async def communities(self, ids: Sequence[int]) -> list[Community]:
        known = self.rows.communities
        return [known[one] for one in ids if one in known]

    async def by_screen_name(self, name: str) -> User | Community | None:
        wanted = name.casefold()
        everyone: list[User | Community] = [
            *sorted(self.rows.users.values(), key=lambda one: one.id),
            *sorted(self.rows.communities.values(), key=lambda one: one.id),
        ]
        named = (one for one in everyone if one.screen_name.casefold() == wanted)
        return next(named, None) if wanted else None

    async def all_communities(self, limit: int = 1000) -> list[Community]:
        return sorted(self.rows.communities.values(), key=lambda one: one.id)[:limit]

    async def all_users(self, limit: int = 1000) -> list[User]:
        return sorted(self.rows.users.values(), key=lambda one: one.id)[:limit]

    async def administers(self, user_id: int, community_id: int) -> bool:
        return (community_id, user_id) in self.rows.admins

    async def chat(self, chat_id: int) -> Chat | None:
        return self.rows.chats.get(chat_id)
