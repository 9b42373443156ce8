"""One API call on its way through OK's methods."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from threebath.core.tickets import Application, Caller
from threebath.dialects.base import Services
from threebath.dialects.ok.errors import NotASessionsUser, SessionMissing
from threebath.dialects.ok.params import Params

NETWORK = "ok"

PHOTO_CONTENT = "PHOTO_CONTENT"
GROUP_CONTENT = "GROUP_CONTENT"
VALUABLE_ACCESS = "VALUABLE_ACCESS"
LONG_ACCESS_TOKEN = "LONG_ACCESS_TOKEN"  # noqa: S105 - the name of a permission
SET_STATUS = "SET_STATUS"
PUBLISH_NOTE = "PUBLISH_NOTE"

PERMISSIONS = (
    VALUABLE_ACCESS,
    LONG_ACCESS_TOKEN,
    PHOTO_CONTENT,
    GROUP_CONTENT,
    "VIDEO_CONTENT",
    SET_STATUS,
    PUBLISH_NOTE,
    "APP_INVITE",
    "GET_EMAIL",
)
"""Everything that a user can grant."""


def permission_named(text: str) -> str:
    """Return a permission as we spell it; old programs write it with spaces."""
    return text.strip().upper().replace(" ", "_")


class Access(StrEnum):
    """Whom a method wants to be called for."""

    SESSION = "a user with a session"
    USER = "a user with a session, or the user that `uid` names"
    ANYBODY = "nobody in particular; such calls need not be signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls which method, with what.

    Attributes:
        token: the access token or session key; "" without a session.
    """

    method: str
    application: Application
    caller: Caller
    params: Params
    token: str
    services: Services

    @property
    def user_id(self) -> int:
        """Whom the call is made for; raise `NotASessionsUser` if it says otherwise."""
        uid = self.params.uid()
        if uid and uid != self.caller.user_id:
            raise NotASessionsUser
        return self.caller.user_id

    def group_id(self, *names: str) -> int:
        """Return the group that the call is about, 0 for none.

        Raises:
            PermissionDenied: there is one, and the call may not be about groups.
        """
        group_id = self.params.group(*(names or ("gid",)))
        if group_id:
            self.caller.check_may(GROUP_CONTENT)
        return group_id

    def owner_id(self) -> int:
        """Return the user, or minus the group, that the call is about."""
        return -self.group_id() or self.user_id


Handler = Callable[[Call], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Method:
    """What a method takes and who answers it."""

    handler: Handler
    needs: tuple[str, ...] = ()
    access: Access = Access.SESSION

    async def __call__(self, call: Call) -> object:
        """Answer the call; raise `PermissionDenied` if a permission is missing."""
        if self.access is not Access.ANYBODY and not call.caller.user_id:
            raise SessionMissing
        for permission in self.needs:
            call.caller.check_may(permission)
        return await self.handler(call)
