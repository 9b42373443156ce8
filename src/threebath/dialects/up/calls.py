"""One call on its way through UP's methods."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from threebath.core.errors import BadParameter, MissingParameter
from threebath.core.library import Community
from threebath.core.tickets import Application, Caller
from threebath.dialects.base import Services
from threebath.dialects.up.body import Image
from threebath.dialects.up.wire import Payload, fit_text

PHOTO_UPLOAD = "photo_upload"
"""The permission with which photos are visible at once."""

MOST_IDS = 1_000
"""Ids that one call may name."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What UP leaves open, as the operator set it.

    Attributes:
        profile: ``facebook`` or ``strict``: which numbers errors have.
        default_community: of calls that name none; "" refuses them.
        calls_per_minute: of one application, on this node; 0 for no limit.
        max_pending: photos of an application that wait for one user; 0 for no limit.
    """

    profile: str = "facebook"
    strict_call_id: bool = False
    default_community: str = ""
    calls_per_minute: int = 0
    max_pending: int = 60

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Rules":
        """Read them from a dialect's options."""
        profile = options.get("up_profile", "facebook")
        return cls(
            profile=profile,
            strict_call_id=options.get("up_strict_call_id", "").lower() in {"1", "true"},
            default_community=options.get("up_default_community", ""),
            calls_per_minute=int(options.get("up_calls_per_minute") or 0),
            max_pending=0 if profile == "strict" else 60,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls, with what; signature, session and forms have been checked.

    Attributes:
        caller: speaks for nobody (user 0) where the method needs no session.
        community: None where the method needs none.
    """

    services: Services
    rules: Rules
    application: Application
    caller: Caller
    community: Community | None
    arguments: Mapping[str, str]
    image: Image

    @property
    def community_id(self) -> int:
        return self.community.id if self.community else 0

    def text(self, name: str) -> str:
        """Return an argument for people to read; "" if it is absent."""
        return fit_text(self.arguments.get(name, ""))

    def required(self, name: str) -> str:
        """Return an argument, or raise `MissingParameter`."""
        if not (value := self.text(name)):
            raise MissingParameter(name)
        return value

    def number(self, name: str, default: int = 0) -> int:
        """Return an argument whose form is digits alone."""
        return int(self.arguments.get(name) or default)

    def ids(self, *names: str) -> tuple[int, ...]:
        """Return the ids that the first given one of *names* lists.

        They come joined by commas or, from later clients, as JSON.
        """
        listed = next((one for name in names if (one := self.arguments.get(name))), "")
        found = [one.strip(' "') for one in listed.strip("[]").split(",")]
        if len(found) > MOST_IDS:
            raise BadParameter(names[0], f"lists more than {MOST_IDS} ids")
        return tuple(int(one) for one in found if one)


Handler = Callable[[Call], Awaitable[Payload]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method: its name as the manual spells it, and what a call of it must bring.

    Attributes:
        session: a session is needed.
        community: a community is needed.
        own_secret: a session's own secret may sign it.
        call_id: its page in the manual speaks of error 103.
        texts: arguments that may hold anything.
    """

    name: str
    handler: Handler
    session: bool = True
    community: bool = True
    own_secret: bool = True
    call_id: bool = False
    texts: frozenset[str] = frozenset()
