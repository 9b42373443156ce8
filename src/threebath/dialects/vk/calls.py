"""One API call on its way through VK's methods."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from threebath.core.errors import UploadError, WrongTokenKind
from threebath.core.tickets import Caller, TokenKind
from threebath.dialects.base import Services
from threebath.dialects.vk.errors import VersionMissing
from threebath.dialects.vk.params import Params

Version = tuple[int, int]

DEFAULT_SERVER = 626_627
"""This node's number on the wire, unless a setting says otherwise (seed 000, kind 4)."""

EVERY_TOKEN = frozenset(TokenKind)


def version_of(params: Params) -> Version:
    """Return ``v`` as two numbers, or raise `VersionMissing`."""
    major, _, minor = params.get("v", "").partition(".")
    if not (major.isdecimal() and (minor or "0").isdecimal() and len(major + minor) < 9):  # noqa: PLR2004
        raise VersionMissing
    return int(major), int(minor or "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls which method, with what."""

    method: str
    caller: Caller
    params: Params
    version: Version
    services: Services

    @property
    def server(self) -> int:
        """The number of this upload node."""
        return server_number(self.services)


def server_number(services: Services) -> int:
    """Return this node's number on the wire."""
    return int(services.options.get("vk_server", DEFAULT_SERVER))


Handler = Callable[[Call], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Method:
    """What a method takes and who answers it.

    Attributes:
        tokens: kinds of token that may call it.
        needs: the permission that it takes; "" for none.
        codes: numbers for errors that this method has of its own.
    """

    handler: Handler
    tokens: frozenset[TokenKind] = EVERY_TOKEN
    needs: str = ""
    codes: Mapping[type[UploadError], int] = field(default_factory=dict)

    async def __call__(self, call: Call) -> object:
        """Answer the call, if its token is good for that.

        Raises:
            WrongTokenKind: another kind of token is needed.
            PermissionDenied: the permission was not granted.
        """
        if call.caller.kind not in self.tokens:
            raise WrongTokenKind(call.caller.kind, " or ".join(sorted(self.tokens)))
        call.caller.check_may(self.needs)
        return await self.handler(call)
