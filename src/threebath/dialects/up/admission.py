"""Whether a call is to be answered: every check of it, in the order that UP has them.

Method, application, address, community, signature, session, call id, rate, arguments.
The signature is checked before the session is looked at, so that nobody can try session
keys without an application's secret; albums and images come after all of these.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from threebath.core.errors import (
    AlbumNotFound,
    BadParameter,
    BadSignature,
    CommunityNotFound,
    PhotoNotFound,
    Refused,
    SessionExpired,
    TooManyCalls,
    UnknownApplication,
    UnknownSession,
    UploadError,
    WrongTokenKind,
)
from threebath.core.library import Community
from threebath.core.tickets import Application, Caller, TokenKind
from threebath.dialects.base import Services
from threebath.dialects.up.answers import Style
from threebath.dialects.up.body import TEXT_IMAGES, Image, Incoming
from threebath.dialects.up.calls import Call, Method, Rules
from threebath.dialects.up.errors import (
    CommunityMissing,
    KeyMissing,
    StaleCallId,
    UnknownFormat,
)
from threebath.dialects.up.forms import FORMS, LONGEST_NAME, Grammar
from threebath.dialects.up.methods import Names, method_named
from threebath.dialects.up.signature import SIGNATURES, Pair, verified

KEYS = ("api_key", "apiKey")
SESSION = "session_key"
MINUTE = 60
LARGEST_CALL_ID = Decimal(10) ** 32

_CAUSES: Mapping[str, type[UploadError]] = {
    "aid": AlbumNotFound,
    "pid": PhotoNotFound,
    "format": UnknownFormat,
}
"""Arguments whose wrong form has an error of its own."""


@dataclass(slots=True)
class Pace:
    """Counts the calls of each application, on this node, minute by minute."""

    limit: int
    _minute: int = 0
    _calls: Counter[int] = field(default_factory=Counter)

    def check(self, app_id: int, seconds: float) -> None:
        """Count a call at *seconds* of any clock; raise `TooManyCalls` over the limit."""
        if not self.limit:
            return
        minute = int(seconds // MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._calls.clear()
        self._calls[app_id] += 1
        if self._calls[app_id] > self.limit:
            raise TooManyCalls(f"{self.limit} a minute")


@dataclass(frozen=True, slots=True)
class Session:
    """What a call's session key stands for, or why it stands for nobody."""

    caller: Caller | None = None
    refusal: Refused | None = None

    @property
    def secret(self) -> str:
        return self.caller.secret if self.caller else ""

    def caller_for(self, application: Application, community: Community | None) -> Caller:
        """Return who calls.

        Raises:
            UnknownSession: the session is not known, or is another application's or
                another community's.
            SessionExpired, WrongTokenKind: see their names.
        """
        if self.caller is None:
            raise self.refusal or UnknownSession("session_key is missing")
        if self.caller.app_id != application.id:
            raise UnknownSession("the session is another application's")
        if self.caller.kind is not TokenKind.USER:
            raise WrongTokenKind(self.caller.kind, TokenKind.USER)
        tenant = self.caller.community_id
        if tenant and community and tenant != community.id:
            raise UnknownSession("the session is of another community")
        return self.caller


@dataclass(frozen=True, slots=True)
class Admission:
    """Checks calls, for as long as the service runs."""

    services: Services
    rules: Rules
    pace: Pace

    async def admit(self, method: Method, incoming: Incoming, address: str) -> Call:
        """Return the call that a request is.

        Args:
            address: where it comes from.

        Raises:
            Refused, BadRequest: it is not to be answered; see the module's first words.
        """
        arguments = dict(incoming.pairs)
        accounts = self.services.accounts
        key = next((one for name in KEYS if (one := arguments.get(name))), "")
        if not key:
            raise KeyMissing
        application = await accounts.application(key)
        application.check_address(address)
        community = await self._community(method, application, arguments)
        _check_names(incoming.pairs)
        session = await self._session(method, arguments.get(SESSION, ""))
        secrets = [session.secret] if method.own_secret else []
        ordered = _verified(incoming, [*secrets, application.secret])
        caller = Caller(app_id=application.id)
        if method.session:
            caller = session.caller_for(application, community)
            await self._check_call_id(method, arguments)
        self.pace.check(application.id, self.services.clock().timestamp())
        wanted = arguments.get("format", "").lower()
        if wanted not in ("", Style.of(arguments).format):
            raise UnknownFormat
        await self._check_arguments(method, ordered)
        return Call(
            services=self.services,
            rules=self.rules,
            application=application,
            caller=caller,
            community=community,
            arguments=arguments,
            image=Image(incoming),
        )

    async def _community(
        self, method: Method, application: Application, arguments: Mapping[str, str]
    ) -> Community | None:
        name = arguments.get("community") or self.rules.default_community
        if not name:
            if method.community:
                raise CommunityMissing
            return None
        accounts = self.services.accounts
        if own := application.community_id:
            wanted = name.casefold()
            for one in await accounts.communities([own]):
                if one.screen_name.casefold() == wanted:
                    return one
            raise CommunityNotFound(f"{name[:64]} for this application")
        found = await accounts.by_screen_name(name)
        if not isinstance(found, Community):
            raise CommunityNotFound(name[:64])
        return found

    async def _session(self, method: Method, key: str) -> Session:
        if not key or not (method.session or method.own_secret):
            return Session()
        try:
            caller = await self.services.accounts.caller(key, self.services.clock())
        except (UnknownSession, SessionExpired) as refusal:
            return Session(refusal=refusal)
        return Session(caller)

    async def _check_call_id(self, method: Method, arguments: Mapping[str, str]) -> None:
        given = arguments.get("call_id", "")
        if not (self.rules.strict_call_id and method.call_id and given):
            return
        Grammar().check_values([("call_id", given)])
        number = Decimal(given.replace(",", "."))
        if number >= LARGEST_CALL_ID:
            raise BadParameter("call_id", "is too large")
        registry = self.services.registry
        if not await registry.raise_call_id(arguments[SESSION], f"{number:060.20f}"):
            raise StaleCallId

    async def _check_arguments(self, method: Method, ordered: Sequence[Pair]) -> None:
        grammar = Grammar(method.texts, await self._closed(method, ordered))
        try:
            grammar.check_values(sorted(ordered, key=_is_album))
        except BadParameter as error:
            if cause := _CAUSES.get(error.name):
                raise cause from error
            raise
        grammar.check_reading(ordered)

    async def _closed(
        self, method: Method, ordered: Sequence[Pair]
    ) -> Mapping[str, Collection[str]]:
        """List the values that the arguments which stand for something can have.

        A community's name or a key may go on in the unknown argument after it: one that
        there is, too, could be meant.
        """
        known = {
            "community": self._is_community,
            **dict.fromkeys(KEYS, self._is_application),
        }
        closed: dict[str, Collection[str]] = {"method": Names()}
        for (name, value), (after, _) in pairwise([*ordered, ("", "")]):
            if name == SESSION and method.session:
                closed[name] = [value]
            elif name in known:
                cuts = 0 if after in FORMS else min(len(after), LONGEST_NAME)
                longer = [value + after[:n] for n in range(1, cuts)]
                others = [one for one in longer if await known[name](one)]
                closed[name] = [value, *others]
        return closed

    async def _is_community(self, name: str) -> bool:
        found = await self.services.accounts.by_screen_name(name)
        return isinstance(found, Community)

    async def _is_application(self, key: str) -> bool:
        try:
            await self.services.accounts.application(key)
        except UnknownApplication:
            return False
        return True


def named(incoming: Incoming) -> Method:
    """Return the method that a request asks for."""
    return method_named(dict(incoming.pairs).get("method", ""))


def _is_album(pair: Pair) -> bool:
    return pair[0] == "aid"


def _check_names(pairs: Iterable[Pair]) -> None:
    """Refuse what is said twice, in one spelling or in two."""
    counted = Counter(name for name, _ in pairs)
    for name, count in counted.items():
        if count > 1:
            raise BadParameter(name[:64], "comes more than once")
    for spellings in (KEYS, SIGNATURES):
        if all(one in counted for one in spellings):
            raise BadParameter(" and ".join(spellings), "exclude each other")


def _verified(incoming: Incoming, secrets: Sequence[str]) -> list[Pair]:
    """Check the signature; return the arguments in the order as signed.

    Where an image came as text, it may have been left out of what was signed: that call
    is refused later, for its true reason.
    """
    given = [one for one in incoming.pairs if one[0] not in SIGNATURES]
    signature = next((text for name, text in incoming.pairs if name in SIGNATURES), "")
    try:
        return verified(given, signature, secrets)
    except BadSignature:
        without = [one for one in given if one[0] not in TEXT_IMAGES]
        if incoming.files or len(without) == len(given):
            raise
        return verified(without, signature, secrets)
