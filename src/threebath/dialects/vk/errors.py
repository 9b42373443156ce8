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
        CannotWriteTo: 901,
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
        901: "Can't send messages for users without permission",
    }
)


def number_of(error: e.UploadError) -> int:
    """Return VK's number for *error*."""
    if isinstance(error, e.WrongTokenKind) and error.found == TokenKind.SERVICE:
        return SERVICE_TOKEN_REFUSED
    return code_for(API_CODES, error)


def error_object(error: e.UploadError) -> dict[str, object]:
    """Return number and words: VK's own, and after them what we saw."""
    number = number_of(error)
    reason = str(error)
    words = TEXTS[number]
    return {
        "error_code": number,
        "error_msg": f"{words}: {reason}" if reason and reason != words else words,
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
