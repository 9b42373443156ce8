"""The columns of the table of VK's upload kinds: what a row can say about the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from threebath.core.errors import UploadError
from threebath.core.kinds import UploadKind
from threebath.core.tickets import TokenKind

USER = frozenset({TokenKind.USER})
COMMUNITY = frozenset({TokenKind.COMMUNITY})
USER_OR_COMMUNITY = USER | COMMUNITY


class Packing(StrEnum):
    """How the reply carries receipts, and so how the save call brings them back."""

    LIST = "photos as a JSON list in a string, signed by the field `hash`"
    BASE64 = "the same, in base64"
    SEALED = "one opaque string that carries its own signature"


class Owner(StrEnum):
    """Which parameter of step 1 names the owner."""

    GROUP = "`group_id`, or else the caller"
    COMMUNITY = "`group_id`, or else the community that calls"
    SIGNED = "`owner_id`, negative for a community, or else the caller"
    CALLER = "the caller"


class Claims(StrEnum):
    """What step 3 says about the owner."""

    NOTHING = "nothing"
    PAGE = "`group_id`; without it, the caller's own page"
    GIVEN = "`group_id`, where it is given"


class Asks(StrEnum):
    """What step 1 asks for besides, checks, and has the ticket remember."""

    NOTHING = "nothing"
    PEER = "`peer_id`"
    CHAT = "`chat_id` and a square crop"
    MARKET = "`main_photo` and, for one, a square crop"
    COVER = "a crop by its corners"
    STORY = "who sees it, and a link"
    VIDEO = "name, description or a link; makes the video"


class Issued(StrEnum):
    """What step 1 answers."""

    ADDRESS = "an object with the address"
    ALBUM = "the same with album and user"
    STORY = "the same with the people who will see it"
    BARE = "the bare address"
    VIDEO = "the new video"


class Failure(StrEnum):
    """How a refused upload is answered."""

    SOFT = "the usual reply, with an empty list of photos"
    CODED = "an object with a word in `error`"
    WORD = "the same with a number in `error_code`"
    OBJECT = "an object in `error`"
    NUMBER = "a number in `error_code`, no `error`"
    ERRCODE = "a number in `errcode`"


class Result(StrEnum):
    """What the save method answers."""

    PHOTOS = "a list of photos"
    OWNER_PHOTO = "the addresses of the new main photo"
    CHAT = "the chat with its new photo"
    PRODUCT = "the photo's id"
    COVER = "the cover's images"
    STORIES = "a page of stories"
    IMAGE = "the widget's image"
    BACKGROUND = "the poll's background"
    CARD = "the new card's id"
    FORM = "the new form's id"
    THUMB = "the video's new picture"
    AUDIO = "one audio"
    DOCUMENT = "a document, voice message or graffiti, by its type"
    VIDEO = "nothing: receiving publishes"


@dataclass(frozen=True, slots=True, kw_only=True)
class VkKind:
    """One row: the methods, fields and replies of an upload kind.

    Attributes:
        when: parameters of step 1, and the values with which this row is meant.
        commit: the save method; empty where receiving publishes.
        file: the field name that VK's manual gives.
        reply: the members of the upload's reply, in order.
        wrapped: the reply stands in a member ``response``, signed inside and out.
        payload: the parameter of step 3 that brings the receipts back.
        raw: the parameter of step 3 that brings the reply's whole text back instead.
        upload_album: the album number that step 1 shows; 0 where it is the album of the
            destination.
        album: the album number that photos of this kind have; 0 as above.
        owner: the parameter that names the owner in step 1.
        claims: what step 3 says about the owner; it must agree with step 1.
        tokens: kinds of token that may issue and commit.
        attach: VK's word for what is made, as attachments name it.
        keeps: parameters of step 3 that what is made keeps, and their greatest lengths.
        codes: numbers that the save method has of its own.
    """

    kind: UploadKind
    issue: str
    commit: str
    file: str
    reply: tuple[str, ...]
    wrapped: bool = False
    payload: str = "photo"
    raw: str = ""
    packing: Packing = Packing.LIST
    upload_album: int = 0
    album: int
    owner: Owner
    claims: Claims = Claims.NOTHING
    asks: Asks = Asks.NOTHING
    issued: Issued = Issued.ADDRESS
    tokens: frozenset[TokenKind] = USER
    failure: Failure = Failure.SOFT
    result: Result = Result.PHOTOS
    attach: str = "photo"
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keeps: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[type[UploadError], int] = field(default_factory=dict)

    def is_meant(self, params: Mapping[str, str]) -> bool:
        """Say whether step 1's parameters choose this row among those of its method."""
        return all(params.get(name, "") in values for name, values in self.when.items())
