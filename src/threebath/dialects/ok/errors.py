"""OK's numbers, names and words for our errors.

Source: OK's page on errors, and recorded answers; docs/protocols/ok.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from threebath.core import errors as e
from threebath.dialects.base import code_for


class NoApplicationKey(e.UnknownApplication):
    """A call that does not say which application makes it."""

    slug = "refused.application_missing"
    text = "No application key"


class NoSignature(e.BadSignature):
    """A call without ``sig``."""

    slug = "refused.unsigned"
    text = "No signature specified"


class SessionMissing(e.Refused):
    """A call for somebody, that does not say for whom."""

    slug = "refused.no_session"
    text = "Missed required parameter: access_token"


class NotOwner(e.AccessDenied):
    """A photo or album of somebody else."""

    slug = "refused.owner"
    text = "only its owner may do this"


class NotASessionsUser(e.AccessDenied):
    """A ``uid`` that is another one than the session's."""

    slug = "refused.uid"
    text = "Invalid uid"


class UidInvalid(e.BadParameter):
    """A user's id that is no number."""

    slug = "request.uid"

    def __init__(self, value: str) -> None:
        super().__init__("uid")
        self.value = value[:64]

    def __str__(self) -> str:
        return f"Invalid UID value {self.value}"


class PhotoUnknown(e.PhotoNotFound):
    """An id that stands for no photo, or for none that may be used so."""

    slug = "request.photo_id"

    def __init__(self, reason: str) -> None:
        e.NotFound.__init__(self, reason)


class BlocksExceeded(e.LimitReached):
    """A topic of too many parts."""

    slug = "request.topic_blocks"


class TextTooLong(e.BadParameter):
    """A text that is too long."""

    slug = "request.text"


class QuestionTooLong(TextTooLong):
    """A poll's question that is too long."""


class AnswerTooLong(TextTooLong):
    """A poll's answer that is too long."""


class PollInvalid(e.BadParameter):
    """A poll whose answers are too few or too many."""

    slug = "request.poll"


class LinkInvalid(e.BadParameter):
    """A link that leads nowhere."""

    slug = "request.link"


CODES: Mapping[type[e.UploadError], int] = MappingProxyType(
    {
        e.UploadError: 1,
        e.Refused: 7,
        e.BadSignature: 104,
        e.UnknownSession: 103,
        e.SessionExpired: 102,
        e.UnknownApplication: 101,
        e.WrongTokenKind: 453,
        SessionMissing: 100,
        e.PermissionDenied: 10,
        e.AccessDenied: 50,
        NotOwner: 24,
        NotASessionsUser: 110,
        e.AddressNotAllowed: 9,
        e.TooManyCalls: 8,
        e.BadRequest: 4,
        e.BadParameter: 100,
        TextTooLong: 601,
        QuestionTooLong: 602,
        PollInvalid: 603,
        AnswerTooLong: 604,
        LinkInvalid: 607,
        e.UnknownMethod: 3,
        e.NotFound: 300,
        e.AlbumNotFound: 120,
        e.ForeignAlbum: 512,
        e.PhotoNotFound: 121,
        e.UserNotFound: 110,
        e.CommunityNotFound: 160,
        e.LimitReached: 11,
        BlocksExceeded: 600,
        e.AlbumFull: 26,
        e.TooManyAlbums: 26,
        e.NotMultipart: 21,
        e.BrokenMultipart: 324,
        e.BodyTooSlow: 31,
        e.BadToken: 100,
        e.WrongSlot: 121,
        e.FileRejected: 503,
        e.NoFile: 505,
        e.TooManyFiles: 100,
        e.TooManyBytes: 500,
        e.CorruptFile: 504,
        e.TooManyPixels: 502,
        e.TooFewPixels: 501,
        e.BadAspect: 502,
        e.Unavailable: 2,
    }
)
"""Codes of the API by class; looked up along the bases."""

UPLOAD_CODES: Mapping[type[e.UploadError], int] = MappingProxyType(
    {**CODES, e.BadToken: 103, e.Expired: 102, e.BodyTooLarge: 324}
)
"""The same on the upload host, where the address is the credential."""

FOREIGN_GROUP_ALBUM = 513

NAMES: Mapping[int, str] = MappingProxyType(
    {
        1: "UNKNOWN",
        2: "SERVICE",
        3: "METHOD",
        4: "REQUEST",
        7: "ACTION_BLOCKED",
        8: "FLOOD_BLOCKED",
        9: "IP_BLOCKED",
        10: "PERMISSION_DENIED",
        11: "LIMIT_REACHED",
        21: "NOT_MULTIPART",
        24: "NOT_OWNER",
        26: "TOTAL_LIMIT_REACHED",
        31: "NETWORK_TIMEOUT",
        50: "NOT_ADMIN",
        100: "PARAM",
        101: "PARAM_API_KEY",
        102: "PARAM_SESSION_EXPIRED",
        103: "PARAM_SESSION_KEY",
        104: "PARAM_SIGNATURE",
        110: "PARAM_USER_ID",
        120: "PARAM_ALBUM_ID",
        121: "PARAM_PHOTO_ID",
        160: "PARAM_GROUP_ID",
        300: "NOT_FOUND",
        324: "EDIT_PHOTO_FILE",
        453: "SESSION_REQUIRED",
        500: "PHOTO_SIZE_LIMIT_EXCEEDED",
        501: "PHOTO_SIZE_TOO_SMALL",
        502: "PHOTO_SIZE_TOO_BIG",
        503: "PHOTO_INVALID_FORMAT",
        504: "PHOTO_IMAGE_CORRUPTED",
        505: "PHOTO_NO_IMAGE",
        512: "PHOTO_ALBUM_NOT_BELONGS_TO_USER",
        513: "PHOTO_ALBUM_NOT_BELONGS_TO_GROUP",
        600: "MEDIA_TOPIC_BLOCK_LIMIT",
        601: "MEDIA_TOPIC_TEXT_LIMIT",
        602: "MEDIA_TOPIC_POLL_QUESTION_TEXT_LIMIT",
        603: "MEDIA_TOPIC_POLL_ANSWERS_LIMIT",
        604: "MEDIA_TOPIC_POLL_ANSWER_TEXT_LIMIT",
        607: "LINK_BAD_FORMAT",
    }
)

WORDS: tuple[tuple[type[e.UploadError], Callable[[e.UploadError], str]], ...] = (
    (NoApplicationKey, str),
    (e.UnknownApplication, lambda _: "Application not exist"),
    (e.SessionExpired, lambda _: "Session expired"),
    (e.UnknownSession, lambda _: "Invalid session key"),
    (e.UserNotFound, lambda _: "Invalid uid"),
    (e.Unavailable, lambda _: "Service is temporary unavailable"),
    (e.TooManyCalls, lambda _: "Call blocked due to flood protection"),
)
"""Texts that clients and their tests know by heart; elsewhere our reason is the text."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What the wire says of an error."""

    code: int
    message: str
    data: str | None = None

    @property
    def fields(self) -> dict[str, object]:
        """The three keys, all of which some client requires."""
        return {
            "error_code": self.code,
            "error_msg": self.message,
            "error_data": self.data,
        }


def failure_of(
    error: e.UploadError, codes: Mapping[type[e.UploadError], int] = CODES
) -> Failure:
    """Return what the wire says of *error*."""
    code = code_for(codes, error)
    data = None
    match error:
        case e.ForeignAlbum() if error.owner_id < 0:
            code, text = FOREIGN_GROUP_ALBUM, str(error)
        case e.PermissionDenied():
            text = f"User must grant an access to permission '{error.needed}'"
            data = error.needed.lower()
        case e.MissingParameter():
            text = f"Missing required parameter {error.name}"
        case e.AddressNotAllowed():
            text = (
                f"REST access denied for not listed IP {error.address} "
                "(check app server ip configuration)"
            )
        case e.CommunityNotFound():
            text = f"Invalid group_id [{error.community}]"
        case _:
            text = next((say for kind, say in WORDS if isinstance(error, kind)), str)(error)
    return Failure(code, f"{NAMES[code]} : {text}", data)
