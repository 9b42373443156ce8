"""What operators register, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from threebath.core.errors import BadParameter
from threebath.core.library import Chat, Community, User
from threebath.core.tickets import Application
from threebath.service.ports import CodeDraft, TokenDraft
from threebath.testing.memory.rows import Rows, hashed


@dataclass(frozen=True, slots=True)
class MemoryRegistry:
    """`Registry` over *rows*."""

    rows: Rows

    async def add_application(self, application: Application) -> Application:
        known = self.rows.applications
        stored = replace(application, id=application.id or _next(known))
        if any(one.key == stored.key and one.id != stored.id for one in known.values()):
            raise BadParameter("key", "belongs to another application")
        known[stored.id] = stored
        return stored

    async def add_user(self, user: User) -> User:
        stored = replace(user, id=user.id or _next(self.rows.users))
        self.rows.users[stored.id] = stored
        return stored

    async def add_community(
        self, community: Community, admins: Sequence[int] = ()
    ) -> Community:
        stored = replace(community, id=community.id or _next(self.rows.communities))
        self.rows.communities[stored.id] = stored
        former = {one for one in self.rows.admins if one[0] == stored.id}
        self.rows.admins.difference_update(former)
        self.rows.admins.update((stored.id, one) for one in admins)
        return stored

    async def add_chat(self, chat: Chat) -> Chat:
        stored = replace(chat, id=chat.id or _next(self.rows.chats))
        self.rows.chats[stored.id] = stored
        return stored

    async def add_token(self, draft: TokenDraft) -> None:
        self.rows.tokens[hashed(draft.token)] = replace(draft, token="")

    async def prolong_token(self, token: str, expires_at: datetime) -> None:
        key = hashed(token)
        draft = self.rows.tokens.get(key)
        if draft and draft.expires_at and draft.expires_at < expires_at:
            self.rows.tokens[key] = replace(draft, expires_at=expires_at)

    async def revoke_token(self, token: str) -> bool:
        return self.rows.tokens.pop(hashed(token), None) is not None

    async def raise_call_id(self, token: str, call_id: str) -> bool:
        key = hashed(token)
        if call_id <= self.rows.calls.get(key, ""):
            return False
        self.rows.calls[key] = call_id
        return True

    async def add_code(self, draft: CodeDraft, now: datetime) -> None:
        self.rows.codes = {
            key: one for key, one in self.rows.codes.items() if now < one.expires_at
        }
        self.rows.codes[hashed(draft.code)] = replace(draft, code="")

    async def code(self, code: str, now: datetime) -> CodeDraft | None:
        found = self.rows.codes.get(hashed(code))
        return found if found is not None and now < found.expires_at else None

    async def sign_in_code(self, code: str, user_id: int, now: datetime) -> bool:
        found = await self.code(code, now)
        if found is None or found.user_id:
            return False
        self.rows.codes[hashed(code)] = replace(found, user_id=user_id)
        return True

    async def take_code(self, code: str, now: datetime) -> CodeDraft | None:
        found = await self.code(code, now)
        if found is None or not found.user_id:
            return None
        return self.rows.codes.pop(hashed(code))

    async def forget_stale(self, before: datetime, limit: int) -> int:
        drafts: tuple[dict[str, TokenDraft] | dict[str, CodeDraft], ...]
        drafts = (self.rows.tokens, self.rows.codes)
        gone = 0
        for known in drafts:
            dated = [(one.expires_at, key) for key, one in known.items() if one.expires_at]
            stale = sorted(one for one in dated if one[0] < before)[:limit]
            for _, key in stale:
                del known[key]
                self.rows.calls.pop(key, None)
            gone += len(stale)
        return gone

    async def remove_application(self, app_id: int) -> bool:
        self.rows.tokens = {
            key: one for key, one in self.rows.tokens.items() if one.app_id != app_id
        }
        self.rows.codes = {
            key: one for key, one in self.rows.codes.items() if one.app_id != app_id
        }
        self.rows.grants = {one for one in self.rows.grants if one[0] != app_id}
        return self.rows.applications.pop(app_id, None) is not None

    async def applications(self) -> list[Application]:
        return sorted(self.rows.applications.values(), key=lambda one: one.id)

    async def permissions(self, app_id: int, user_id: int) -> frozenset[str]:
        return frozenset(
            permission
            for app, user, permission in self.rows.grants
            if (app, user) == (app_id, user_id)
        )

    async def grant(self, app_id: int, user_id: int, permission: str) -> None:
        self.rows.grants.add((app_id, user_id, permission))

    async def withdraw(self, app_id: int, user_id: int, permission: str) -> None:
        self.rows.grants.discard((app_id, user_id, permission))


def _next(known: Mapping[int, object]) -> int:
    return max(known, default=0) + 1
