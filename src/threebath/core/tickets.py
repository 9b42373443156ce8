"""Tickets and receipts: what passes between the three steps of an upload."""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from threebath.core.errors import (
    AddressNotAllowed,
    Expired,
    PermissionDenied,
    WrongApplication,
    WrongKind,
    WrongUser,
)
from threebath.core.kinds import UploadKind
from threebath.core.library import Asset
from threebath.core.places import Place
from threebath.core.signing import Keyring, Purpose

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class TokenKind(StrEnum):
    """Whom a token speaks for."""

    USER = "user"
    COMMUNITY = "community"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A registered client application.

    Attributes:
        key: its public name on the wire (OK's ``application_key``, UP's ``api_key``).
        secret: what it signs calls with.
        community_id: the one community that it belongs to; 0 where it has none.
        addresses: IP networks it may call from; empty means any.
        redirects: where people who have let it in may be sent, with what lets it act for
            them: whole addresses, but for their query. This machine is always allowed.
    """

    id: int
    key: str
    secret: str = field(repr=False)
    title: str = ""
    community_id: int = 0
    addresses: tuple[str, ...] = ()
    redirects: tuple[str, ...] = ()

    def check_address(self, address: str) -> None:
        """Raise `AddressNotAllowed` unless it may call from *address*.

        What is no IP address (a Unix socket's peer) is in no network.
        """
        if self.addresses and not any(_is_in(address, one) for one in self.addresses):
            raise AddressNotAllowed(address)

    def may_redirect_to(self, address: str) -> bool:
        """Say whether people may be sent to *address*, as `redirects` says.

        >>> mine = Application(id=1, key="k", secret="s", redirects=("https://a.example/x",))
        >>> mine.may_redirect_to("https://a.example/x?y=1")
        True
        >>> mine.may_redirect_to("https://a.example/x/../z")
        False
        """
        if not address.isascii() or not address.isprintable() or "\\" in address:
            return False
        try:
            found = urlsplit(address)
            if found.username is not None or found.fragment:
                return False
            if found.scheme in ("http", "https") and found.hostname in _THIS_MACHINE:
                return True
        except ValueError:
            return False
        return address.partition("?")[0] in self.redirects


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls: an application, for a user or a community, with permissions.

    Attributes:
        user_id: 0 for the tokens of communities and services.
        community_id: the community that a community's token speaks for, or whose
            session this is (UP); 0 otherwise.
        secret: what this session signs its calls with, where it has its own secret.
    """

    app_id: int
    user_id: int = 0
    community_id: int = 0
    kind: TokenKind = TokenKind.USER
    permissions: frozenset[str] = frozenset()
    secret: str = field(default="", repr=False)

    @property
    def actor_id(self) -> int:
        """The user, or minus the community, in whose name the call is made."""
        return self.user_id or -self.community_id

    def check_may(self, permission: str) -> None:
        """Raise `PermissionDenied` unless *permission* (or "" for none) was granted."""
        if permission and permission not in self.permissions:
            raise PermissionDenied(permission)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a commit will put the media; ``owner_id < 0`` is a community."""

    place: Place
    owner_id: int
    album_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Leave to send files of one kind to one destination, until a moment.

    Attributes:
        actor_id: the user, or minus the community, it was issued to.
        slots: names that the wire gave to the files to come; empty if it gave none.
        options: what step 1 said about rendering or publishing (crop, peer).
    """

    id: str
    kind: str
    app_id: int
    actor_id: int
    destination: Destination
    expires_at: datetime
    slots: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    def check_fresh(self, now: datetime) -> None:
        """Raise `Expired` from ``expires_at`` on."""
        if now >= self.expires_at:
            told = f"the upload address expired at {self.expires_at:%Y-%m-%d %H:%M:%S} UTC"
            raise Expired(told)

    def seal(self, keys: Keyring) -> str:
        """Return the ticket as one URL-safe string, signed."""
        to = self.destination
        fields = [
            self.id,
            self.kind,
            self.app_id,
            self.actor_id,
            to.place,
            to.owner_id,
            to.album_id,
            int(self.expires_at.timestamp()),
            self.slots,
            dict(self.options),
        ]
        text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
        return keys.seal(Purpose.TICKET, text.encode())

    @classmethod
    def unseal(cls, token: str, keys: Keyring) -> "Ticket":
        """Return the ticket inside *token*, or raise `Forged`."""
        id_, kind, app_id, actor_id, place, owner_id, album_id, expires, slots, options = (
            json.loads(keys.unseal(Purpose.TICKET, token))
        )
        return cls(
            id=id_,
            kind=kind,
            app_id=app_id,
            actor_id=actor_id,
            destination=Destination(Place(place), owner_id, album_id),
            expires_at=datetime.fromtimestamp(expires, UTC),
            slots=tuple(slots),
            options=options,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that one file of a ticket arrived and was accepted.

    Attributes:
        slot: the ticket's name for the file, or else its field's name in the form.
        exclusive: the slot was named by the ticket; only one receipt of it can be
            published.
        expires_at: until when it can be committed: the ticket's expiry.
    """

    id: str
    ticket_id: str
    kind: str
    app_id: int
    actor_id: int
    destination: Destination
    slot: str
    asset: Asset
    expires_at: datetime
    options: Mapping[str, str] = field(default_factory=dict)
    exclusive: bool = False

    def check_for(self, caller: Caller, kinds: Mapping[str, UploadKind]) -> None:
        """Refuse a caller, or a purpose, that this receipt was not made for.

        Args:
            kinds: the kinds that the commit is for, by name.

        Raises:
            WrongKind, WrongApplication, WrongUser: see their names.
        """
        if self.kind not in kinds:
            raise WrongKind(self.kind, " or ".join(sorted(kinds)))
        if self.app_id != caller.app_id:
            raise WrongApplication(self.app_id, caller.app_id)
        if self.actor_id != caller.actor_id:
            raise WrongUser(self.actor_id, caller.actor_id)


def _is_in(address: str, network: str) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found) in ipaddress.ip_network(network, strict=False)
