"""VK's numbers and words for our errors.

Source: ``errors.json`` of the VKCOM/vk-api-schema repository, and the reports collected
in docs/protocols/vk.md.
"""

from collections.abc import Mapping
from types import MappingProxyType

from threebath.core import errors as e
from threebath.core.tickets import TokenKind
from threebath.dialects.base import code_for


class VersionMissing(e.BadRequest):
    """A call without ``v``."""

    slug = "request.version"
    text = "v (version) is required"


class UploadFailed(e.BadRequest):
    """A save, or a chat photo, that cannot be made of what was uploaded."""

    slug = "request.upload"


class CannotCompile(e.BadRequest):
    """A script that is of none of the known forms."""

    slug = "request.code"
    text = "code is not of a form that this server runs"


class TooManyCallsInCode(e.BadRequest):
    """A script that calls more methods than VK lets one script call."""

    slug = "request.code_calls"
    text = "code makes more than 25 calls"


class CannotWriteTo(e.Refused):
    """A message to a peer who cannot be written to."""

    slug = "refused.peer"

    def __init__(self, peer_id: int) -> None:
        super().__init__(f"peer {peer_id} cannot be written to")


class ChatNotFound(e.NotFound):
    """A chat that is not there."""

    slug = "request.chat"

    def __init__(self, chat_id: int) -> None:
        super().__init__(f"there is no chat {chat_id}")


class NotChatAdmin(e.Refused):
    """A change to a chat by somebody who may only talk in it."""

    slug = "refused.chat_admin"

    def __init__(self, chat_id: int, admin_id: int) -> None:
        super().__init__(f"only user {admin_id} and its communities may change {chat_id}")


class HasFile(e.LimitReached):
    """A second file for a video."""

    slug = "request.has_file"
    text = "this video has its file already; video.save makes another"


class CaptchaNeeded(e.Refused):
    """A call that must be repeated with what a picture says."""

    slug = "refused.captcha"

    def __init__(self, sid: str, address: str) -> None:
        super().__init__("repeat the call with captcha_sid, and captcha_key as pictured")
        self.members = {"captcha_sid": sid, "captcha_img": address}


API_CODES: Mapping[type[e.UploadError], int] = MappingProxyType(
    {
        e.UploadError: 1,
        e.Refused: 15,
        e.BadSignature: 4,
        e.UnknownSession: 5,
        e.SessionExpired: 5,
        e.UnknownApplication: 101,
        e.WrongTokenKind: 27,
        e.PermissionDenied: 7,
        e.AccessDenied: 15,
        e.AddressNotAllowed: 42,
        e.TooManyCalls: 6,
        CaptchaNeeded: 14,
        CannotWriteTo: 901,
        ChatNotFound: 927,
        NotChatAdmin: 925,
        e.BadRequest: 100,
        VersionMissing: 8,
        UploadFailed: 22,
        CannotCompile: 12,
        TooManyCallsInCode: 13,
        e.UnknownMethod: 3,
        e.AlbumNotFound: 114,
        e.ForeignAlbum: 200,
        e.UserNotFound: 113,
        e.CommunityNotFound: 125,
        e.AlbumFull: 300,
        e.TooManyAlbums: 302,
        e.BadToken: 121,
        e.WrongServer: 118,
        e.WrongAlbum: 114,
        e.FileRejected: 129,
        e.Unavailable: 10,
    }
)
"""Codes by class; `number_of` looks them up along the bases."""

SERVICE_TOKEN_REFUSED = 28

TEXTS: Mapping[int, str] = MappingProxyType(
    {
        1: "Unknown error occurred",
        3: "Unknown method passed",
        4: "Incorrect signature",
        5: "User authorization failed",
        6: "Too many requests per second",
        7: "Permission to perform this action is denied",
        8: "Invalid request",
        10: "Internal server error",
        12: "Unable to compile code",
        13: "Runtime error occurred during code invocation",
        15: "Access denied",
        22: "Upload error",
        27: "Group authorization failed",
        28: "Application authorization failed",
        42: "IP is not allowed",
        100: "One of the parameters specified was missing or invalid",
        101: "Invalid application API ID",
        113: "Invalid user id",
        114: "Invalid album id",
        118: "Invalid server",
        121: "Invalid hash",
        125: "Invalid group id",
        129: "Invalid photo",
        200: "Access denied",
        300: "This album is full",
        302: "Albums number limit is reached",
        14: "Captcha needed",
        105: "Couldn't save file",
        123: "Invalid audio",
        204: "Access denied",
        925: "You are not admin of this chat",
        927: "Chat does not exist",
        1403: "Item not found",
        1405: "Too many items",
        1407: "Too many albums",
        1433: "Invalid image crop format",
        1434: "Crop bottom right corner is outside of the image",
        1435: "Crop size is less than the minimum",
        5705: "Invalid crop data",
        5706: "Too small avatar",
        901: "Can't send messages for users without permission",
    }
)


Codes = Mapping[type[e.UploadError], int]


def number_of(error: e.UploadError, own: Codes = MappingProxyType({})) -> int:
    """Return VK's number for *error*; *own* are those that only its method has."""
    if isinstance(error, e.WrongTokenKind) and error.found == TokenKind.SERVICE:
        return SERVICE_TOKEN_REFUSED
    return code_for({**API_CODES, **own}, error)


def error_object(
    error: e.UploadError, own: Codes = MappingProxyType({})
) -> dict[str, object]:
    """Return number and words: VK's own, and after them what we saw."""
    number = number_of(error, own)
    reason = str(error)
    words = TEXTS[number]
    return {
        "error_code": number,
        "error_msg": f"{words}: {reason}" if reason and reason != words else words,
        **getattr(error, "members", {}),
    }


UPLOAD_CODES: Mapping[type[e.UploadError], str] = MappingProxyType(
    {
        e.UploadError: "ERR_UPLOAD_TERMINATED",
        e.FileRejected: "ERR_UPLOAD_FILE_NOT_SUPPORTED",
        e.NoFile: "ERR_UPLOAD_FILE_NOT_UPLOADED",
        e.EmptyFile: "ERR_UPLOAD_FILE_NOT_UPLOADED",
        e.BadBody: "ERR_UPLOAD_FILE_NOT_UPLOADED",
        e.TooManyPixels: "ERR_UPLOAD_BIG_IMAGE_SIZE",
        e.TooFewPixels: "ERR_UPLOAD_BAD_IMAGE_SIZE",
        e.BadAspect: "ERR_UPLOAD_BAD_IMAGE_SIZE",
        e.BadCrop: "ERR_UPLOAD_BAD_IMAGE_SIZE",
        e.Unavailable: "ERR_STORAGE_ENGINE_SAVE_FAILED",
    }
)
"""The words that VK's own web client knows for a failed upload."""

UPLOAD_WORDS: Mapping[type[e.UploadError], str] = MappingProxyType(
    {
        e.UploadError: "unknown error",
        e.FileRejected: "bad_file",
        e.NoFile: "no_file",
        e.EmptyFile: "no_file",
        e.BadBody: "no_file",
        e.TooManyBytes: "too_big",
        e.CorruptFile: "bad_image",
        HasFile: "too fast",
        e.BadToken: "bad_ticket",
    }
)
"""The words of the servers for documents and videos."""

UPLOAD_NUMBERS: Mapping[type[e.UploadError], int] = MappingProxyType(
    {
        e.UploadError: 1,
        e.NoFile: 2,
        e.EmptyFile: 2,
        e.BadBody: 2,
        e.FileRejected: 3,
        e.TooManyBytes: 4,
        e.BadToken: 5,
        HasFile: -12,
        e.Unavailable: 10,
    }
)
"""Numbers beside those words: -12 was seen on VK, the others are ours."""
