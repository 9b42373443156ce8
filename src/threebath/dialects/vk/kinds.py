"""VK's upload kinds, one row each.

A row says how a kind looks on the wire; what happens to its bytes is in its `UploadKind`
(core/networks/vk.py). To add a kind, add a row here and a transcript in tests/golden/vk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from threebath.core.kinds import UploadKind
from threebath.core.networks import vk
from threebath.core.tickets import TokenKind

USER = frozenset({TokenKind.USER})
USER_OR_COMMUNITY = frozenset({TokenKind.USER, TokenKind.COMMUNITY})


class Packing(StrEnum):
    """How the reply carries receipts, and so how the save call brings them back."""

    LIST = "photos as a JSON list in a string, signed by the field `hash`"
    BASE64 = "the same, in base64"


class Owner(StrEnum):
    """Which parameter of step 1 names the owner."""

    GROUP = "`group_id`, or else the caller"
    SIGNED = "`owner_id`, negative for a community, or else the caller"
    CALLER = "the caller"


class Failure(StrEnum):
    """How a refused upload is answered."""

    SOFT = "the usual reply, with an empty list of photos"
    CODED = "an object with a word in `error`"


class Result(StrEnum):
    """What the save method answers."""

    PHOTOS = "a list of photos"
    OWNER_PHOTO = "the addresses of the new main photo"


@dataclass(frozen=True, slots=True, kw_only=True)
class VkKind:
    """One row: the methods, fields and replies of an upload kind.

    Attributes:
        file: the field name that VK's manual gives.
        payload: the reply's field that holds the receipts.
        upload_album: the album number that step 1 shows; None where it shows none, and
            0 where it is the album of the destination.
        album: the album number that photos of this kind have; 0 as above.
        owner: the parameter that names the owner in step 1.
        claims: parameters of step 3 that must agree with step 1.
        tokens: kinds of token that may issue and commit.
    """

    kind: UploadKind
    issue: str
    commit: str
    file: str
    reply: tuple[str, ...]
    payload: str = "photo"
    packing: Packing = Packing.LIST
    upload_album: int | None
    album: int
    owner: Owner
    tokens: frozenset[TokenKind] = USER
    failure: Failure = Failure.SOFT
    result: Result = Result.PHOTOS
    when: Mapping[str, str] = field(default_factory=dict)


KINDS: tuple[VkKind, ...] = (
    VkKind(
        kind=vk.ALBUM,
        issue="photos.getUploadServer",
        commit="photos.save",
        file="file{n}",
        reply=("server", "photos_list", "aid", "hash", "gid"),
        payload="photos_list",
        upload_album=0,
        album=0,
        owner=Owner.GROUP,
    ),
    VkKind(
        kind=vk.WALL,
        issue="photos.getWallUploadServer",
        commit="photos.saveWallPhoto",
        file="photo",
        reply=("server", "photo", "hash"),
        upload_album=-14,
        album=-7,
        owner=Owner.GROUP,
    ),
    VkKind(
        kind=vk.PROFILE,
        issue="photos.getOwnerPhotoUploadServer",
        commit="photos.saveOwnerPhoto",
        file="photo",
        reply=("server", "photo", "mid", "hash", "message_code", "profile_aid"),
        packing=Packing.BASE64,
        upload_album=None,
        album=-6,
        owner=Owner.SIGNED,
        failure=Failure.CODED,
        result=Result.OWNER_PHOTO,
    ),
    VkKind(
        kind=vk.MESSAGE,
        issue="photos.getMessagesUploadServer",
        commit="photos.saveMessagesPhoto",
        file="photo",
        reply=("server", "photo", "hash"),
        upload_album=-3,
        album=-3,
        owner=Owner.CALLER,
        tokens=USER_OR_COMMUNITY,
    ),
)

ROWS: Mapping[str, VkKind] = MappingProxyType({row.kind.name: row for row in KINDS})
