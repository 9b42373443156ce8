"""UP's numbers and words for our errors, in its two vocabularies.

Sources: seed 001 (1, 2, 5, 100, 101, 102, 104, 120), the other pages of UP's manual and
Facebook's 2007 list for the rest; docs/protocols/up.md says which is which.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from threebath.core import errors as e
from threebath.dialects.base import code_for


class MethodMissing(e.UnknownMethod):
    """A call without ``method``."""

    slug = "request.method_missing"

    def __init__(self) -> None:
        e.BadRequest.__init__(self, "method is missing")


class KeyMissing(e.UnknownApplication):
    """A call without an application's key."""

    slug = "refused.application_missing"
    text = "api_key is missing"


class CommunityMissing(e.CommunityNotFound):
    """A call without ``community``, where no default is set."""

    slug = "request.community_missing"

    def __init__(self) -> None:
        e.NotFound.__init__(self, "community is missing")


class UnknownFormat(e.BadParameter):
    """An answer is wanted in a format that there is not."""

    slug = "request.format"

    def __init__(self) -> None:
        super().__init__("format", "must be XML or JSON")


class StaleCallId(e.BadRequest):
    """A ``call_id`` that is not greater than the one before."""

    slug = "request.call_id"
    text = "call_id must be greater than that of the session's previous call"


class BadTagSubject(e.BadParameter):
    """A tag of nobody."""

    slug = "request.tag_subject"


class TagRefused(e.Refused):
    """A tag on a photo that others see already."""

    slug = "refused.tag"
    text = "only pending photos can be tagged without photo_upload"


class TooManyTags(e.LimitReached):
    """More tags on one pending photo than it may have."""

    slug = "request.too_many_tags"

    def __init__(self, limit: int) -> None:
        super().__init__(f"a pending photo has at most {limit} tags")


Codes = Mapping[type[e.UploadError], int]

FACEBOOK: Codes = MappingProxyType(
    {
        e.UploadError: 1,
        e.Refused: 10,
        e.BadSignature: 104,
        e.UnknownSession: 102,
        e.SessionExpired: 102,
        e.UnknownApplication: 101,
        e.WrongTokenKind: 102,
        e.AccessDenied: 200,
        e.AddressNotAllowed: 5,
        e.TooManyCalls: 4,
        TagRefused: 323,
        e.BadRequest: 100,
        StaleCallId: 103,
        BadTagSubject: 322,
        e.UnknownMethod: 3,
        e.AlbumNotFound: 120,
        e.PhotoNotFound: 121,
        e.UserNotFound: 110,
        e.AlbumFull: 321,
        e.TooManyPending: 325,
        TooManyTags: 326,
        e.BadToken: 1,
        e.FileRejected: 324,
        e.TooManyFiles: 100,
        e.Unavailable: 2,
    }
)
"""The profile ``facebook``: what real clients know (the default)."""

STRICT: Codes = MappingProxyType(
    {
        **FACEBOOK,
        e.Refused: 100,
        e.AccessDenied: 100,
        TagRefused: 100,
        BadTagSubject: 100,
        e.PhotoNotFound: 100,
        e.UserNotFound: 100,
        e.AlbumFull: 100,
        e.TooManyPending: 100,
        TooManyTags: 100,
        e.FileRejected: 100,
    }
)
"""The profile ``strict``: the document's codes, 3, 4 and 103 of UP's other pages."""

SECOND: Codes = MappingProxyType(
    {
        e.UploadError: 1,
        e.Refused: 94,
        e.BadSignature: 95,
        e.UnknownApplication: 100,
        e.AddressNotAllowed: 100,
        e.TooManyCalls: 105,
        KeyMissing: 101,
        e.BadRequest: 94,
        UnknownFormat: 97,
        CommunityMissing: 99,
        e.UnknownMethod: 112,
        MethodMissing: 2,
        e.BadToken: 1,
        e.FileRejected: 94,
        e.Unavailable: 105,
    }
)
"""What calls of the manual's second generation get (``apiKey``, ``apiSig``)."""

_WORDS: Mapping[int, str] = MappingProxyType(
    {
        1: "An unknown error occurred",
        2: "Service temporarily unavailable",
        3: "Unknown method",
        4: "Application request limit reached",
        5: "Unauthorized source IP address",
        10: "Application does not have permission for this action",
        100: "Invalid parameter",
        101: "Invalid API key",
        102: "Session key invalid or no longer valid",
        103: "Call_id must be greater than previous",
        104: "Incorrect signature",
        110: "Invalid user id",
        120: "Invalid album id",
        121: "Invalid photo id",
        200: "Permissions error",
        321: "Album is full",
        322: "Invalid photo tag subject",
        323: "Cannot tag photo already visible",
        324: "Missing or invalid image file",
        325: "Too many unapproved photos pending",
        326: "Too many photo tags pending",
    }
)

_SECOND_WORDS: Mapping[int, str] = MappingProxyType(
    {
        1: "Internal error",
        2: "Method was not provided",
        94: "Parameter is missing or invalid",
        95: "Invalid request signature",
        97: "Invalid response format",
        99: "Community was not provided",
        100: "Invalid API key",
        101: "Empty API key",
        105: "Service temporarily unavailable",
        112: "Method was not found",
    }
)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Numbers for our errors, and the words that go with each."""

    codes: Codes
    words: Mapping[int, str]

    def explain(self, error: e.UploadError) -> tuple[int, str]:
        """Return the number, and the network's words with our reason after them."""
        code = code_for(self.codes, error)
        return code, f"{self.words[code]}: {error}"


VOCABULARIES: Mapping[str, Vocabulary] = MappingProxyType(
    {
        "facebook": Vocabulary(FACEBOOK, _WORDS),
        "strict": Vocabulary(STRICT, _WORDS),
        "second": Vocabulary(SECOND, _SECOND_WORDS),
    }
)
"""By profile; ``second`` is the second generation's, whatever the profile is."""
