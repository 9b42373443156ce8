"""Who may do what, and how operators say so."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from threebath.core.library import Chat, Community, User
from threebath.core.tickets import Application, Caller, Destination, TokenKind


class Accounts(Protocol):
    """Knows who may do what; the host application's door."""

    async def application(self, key: str) -> Application:
        """Return a registered application by its key, or raise `UnknownApplication`."""
        ...

    async def application_by_id(self, app_id: int) -> Application:
        """Return a registered application, or raise `UnknownApplication`."""
        ...

    async def caller(self, token: str, now: datetime) -> Caller:
        """Return who *token* (an access token or session key) stands for.

        Raises:
            UnknownSession: it was never given out, or was revoked.
            SessionExpired: it is stale.
        """
        ...

    async def authorise(self, caller: Caller, to: Destination) -> None:
        """Return if *caller* may write to *to*: its own, or what it administers.

        Raises:
            CommunityNotFound, UserNotFound: there is no such owner.
            AccessDenied: the caller may not write there.
        """
        ...

    async def users(self, ids: Sequence[int]) -> list[User]:
        """Return those of the users that exist, in the order of *ids*."""
        ...

    async def communities(self, ids: Sequence[int]) -> list[Community]:
        """Return those of the communities that exist, in the order of *ids*."""
        ...

    async def by_screen_name(self, name: str) -> User | Community | None:
        """Return the user or the community called *name*, in any letter case."""
        ...

    async def all_communities(self, limit: int = 1000) -> list[Community]:
        """List communities by id."""
        ...

    async def all_users(self, limit: int = 1000) -> list[User]:
        """List users by id."""
        ...

    async def administers(self, user_id: int, community_id: int) -> bool:
        """Say whether the user may act for the community."""
        ...

    async def chat(self, chat_id: int) -> Chat | None:
        """Return a chat, or None."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDraft:
    """A token or session to be given out.

    Attributes:
        token: what the client will show; only its hash is kept.
        secret: what a session signs its calls with; "" where it uses another secret.
    """

    token: str = field(repr=False)
    app_id: int
    kind: TokenKind = TokenKind.USER
    user_id: int = 0
    community_id: int = 0
    permissions: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeDraft:
    """What a program holds while its user signs in: exchanged once, for a session.

    Attributes:
        code: what the program will show; only its hash is kept.
        user_id: who signed in; 0 as long as nobody has.
        life: how long the session will last; None for ever.
        own_secret: whether the session will have a secret of its own.
        expires_at: until when it can be exchanged.
    """

    code: str = field(repr=False)
    app_id: int
    user_id: int = 0
    community_id: int = 0
    permissions: frozenset[str] = frozenset()
    life: timedelta | None = None
    own_secret: bool = False
    expires_at: datetime


class Registry(Protocol):
    """Makes and revokes what `Accounts` knows; for operators and login pages.

    Each ``add_…`` with an id that is taken replaces what was there (so that seeding twice
    is the same as once); id 0 asks for the next free one.
    """

    async def add_application(self, application: Application) -> Application: ...

    async def add_user(self, user: User) -> User: ...

    async def add_community(
        self, community: Community, admins: Sequence[int] = ()
    ) -> Community: ...

    async def add_chat(self, chat: Chat) -> Chat: ...

    async def add_token(self, draft: TokenDraft) -> None: ...

    async def prolong_token(self, token: str, expires_at: datetime) -> None:
        """Let a token that would expire earlier live until *expires_at*."""
        ...

    async def revoke_token(self, token: str) -> bool:
        """Forget a token; say whether it was known."""
        ...

    async def raise_call_id(self, token: str, call_id: str) -> bool:
        """Remember a session's latest call; say whether it comes after all before it.

        Args:
            call_id: compared as text; the dialect pads it so that this is its order.
        """
        ...

    async def add_code(self, draft: CodeDraft, now: datetime) -> None:
        """Remember a code; those that expired before *now* are forgotten."""
        ...

    async def code(self, code: str, now: datetime) -> CodeDraft | None:
        """Return what is known of a code (``code`` is ""), or None if it is stale."""
        ...

    async def sign_in_code(self, code: str, user_id: int, now: datetime) -> bool:
        """Note who signed in with a code; say whether it was waiting for somebody."""
        ...

    async def take_code(self, code: str, now: datetime) -> CodeDraft | None:
        """Use up a code with which somebody has signed in; once, however many race.

        Returns:
            What was known of it, or None where there is nothing to use up.
        """
        ...

    async def forget_stale(self, before: datetime, limit: int) -> int:
        """Forget tokens and codes that expired before *before*; return how many went.

        At most *limit* of each, the stalest first; those that never expire stay.
        """
        ...

    async def remove_application(self, app_id: int) -> bool:
        """Forget an application and its tokens; say whether it was known."""
        ...

    async def applications(self) -> list[Application]: ...

    async def permissions(self, app_id: int, user_id: int) -> frozenset[str]:
        """Return what the user has granted the application for good."""
        ...

    async def grant(self, app_id: int, user_id: int, permission: str) -> None:
        """Remember that the user granted the application a permission."""
        ...

    async def withdraw(self, app_id: int, user_id: int, permission: str) -> None:
        """Forget a granted permission."""
        ...
