"""Everything that can go wrong with an upload.

    UploadError
    |-- Refused                   the caller may not do this
    |   |-- BadSignature
    |   |-- UnknownSession
    |   |-- SessionExpired
    |   |-- UnknownApplication
    |   |-- WrongTokenKind        a user's token is needed, a community's came, ...
    |   |-- PermissionDenied      a permission (scope) is not granted
    |   |-- AccessDenied          the thing belongs to somebody else
    |   |-- AddressNotAllowed
    |   `-- TooManyCalls
    |-- BadRequest                the call is malformed or points at nothing
    |   |-- BadParameter
    |   |   `-- MissingParameter
    |   |-- UnknownMethod
    |   |-- NotFound
    |   |   |-- AlbumNotFound
    |   |   |   `-- ForeignAlbum  the album is there, and is another owner's
    |   |   |-- PhotoNotFound
    |   |   |-- UserNotFound
    |   |   `-- CommunityNotFound
    |   |-- LimitReached
    |   |   |-- AlbumFull
    |   |   |-- TooManyAlbums
    |   |   `-- TooManyPending
    |   `-- BadBody
    |       |-- NotMultipart
    |       |-- BrokenMultipart
    |       |-- BodyTooLarge
    |       `-- BodyTooSlow
    |-- BadToken                  a ticket or a receipt is not one of ours, or not for this
    |   |-- Forged
    |   |-- Expired
    |   |-- Spent                 it was used, and what it made is gone
    |   `-- Mismatch              genuine, but made for something else
    |       |-- WrongKind
    |       |-- WrongApplication
    |       |-- WrongUser
    |       |-- WrongOwner
    |       |-- WrongAlbum
    |       |-- WrongServer
    |       `-- WrongSlot
    |-- FileRejected              the bytes are not acceptable
    |   |-- NoFile
    |   |-- TooManyFiles
    |   |-- TooManyBytes
    |   |-- UnknownFormat
    |   |   |-- EmptyFile
    |   |   `-- FormatNotAllowed
    |   |-- CorruptFile
    |   |-- TooManyPixels
    |   |   `-- TooManyFrames
    |   |-- TooFewPixels
    |   |-- BadAspect
    |   |-- BadDuration
    |   `-- BadCrop
    |       |-- CropOutside
    |       `-- CropTooSmall
    `-- Unavailable               our fault; the same call may work later
        |-- Busy
        |-- StoreFailed
        `-- RendererFailed

``str(error)`` is safe to show to whoever called; what is private goes to
``__cause__`` and from there to the log. No class here knows HTTP or a wire code: a
dialect maps classes to its own codes in one table
(``dialects/<name>/errors.py``),
looked up along the class's bases, so that a new leaf has a code from its first day.
"""

from threebath.core.errors.base import UploadError
from threebath.core.errors.files import (
    BadAspect,
    BadCrop,
    BadDuration,
    CorruptFile,
    CropOutside,
    CropTooSmall,
    EmptyFile,
    FileRejected,
    FormatNotAllowed,
    NoFile,
    TooFewPixels,
    TooManyBytes,
    TooManyFiles,
    TooManyFrames,
    TooManyPixels,
    UnknownFormat,
)
from threebath.core.errors.refused import (
    AccessDenied,
    AddressNotAllowed,
    BadSignature,
    PermissionDenied,
    Refused,
    SessionExpired,
    TooManyCalls,
    UnknownApplication,
    UnknownSession,
    WrongTokenKind,
)
from threebath.core.errors.requests import (
    AlbumFull,
    AlbumNotFound,
    BadBody,
    BadParameter,
    BadRequest,
    BodyTooLarge,
    BodyTooSlow,
    BrokenMultipart,
    CommunityNotFound,
    ForeignAlbum,
    LimitReached,
    MissingParameter,
    NotFound,
    NotMultipart,
    PhotoNotFound,
    TooManyAlbums,
    TooManyPending,
    UnknownMethod,
    UserNotFound,
)
from threebath.core.errors.tokens import (
    BadToken,
    Expired,
    Forged,
    Mismatch,
    Spent,
    WrongAlbum,
    WrongApplication,
    WrongKind,
    WrongOwner,
    WrongServer,
    WrongSlot,
    WrongUser,
)
from threebath.core.errors.unavailable import (
    Busy,
    RendererFailed,
    StoreFailed,
    Unavailable,
)

__all__ = [
    "AccessDenied",
    "AddressNotAllowed",
    "AlbumFull",
    "AlbumNotFound",
    "BadAspect",
    "BadBody",
    "BadCrop",
    "BadDuration",
    "BadParameter",
    "BadRequest",
    "BadSignature",
    "BadToken",
    "BodyTooLarge",
    "BodyTooSlow",
    "BrokenMultipart",
    "Busy",
    "CommunityNotFound",
    "CorruptFile",
    "CropOutside",
    "CropTooSmall",
    "EmptyFile",
    "Expired",
    "FileRejected",
    "ForeignAlbum",
    "Forged",
    "FormatNotAllowed",
    "LimitReached",
    "Mismatch",
    "MissingParameter",
    "NoFile",
    "NotFound",
    "NotMultipart",
    "PermissionDenied",
    "PhotoNotFound",
    "Refused",
    "RendererFailed",
    "SessionExpired",
    "Spent",
    "StoreFailed",
    "TooFewPixels",
    "TooManyAlbums",
    "TooManyBytes",
    "TooManyCalls",
    "TooManyFiles",
    "TooManyFrames",
    "TooManyPending",
    "TooManyPixels",
    "Unavailable",
    "UnknownApplication",
    "UnknownFormat",
    "UnknownMethod",
    "UnknownSession",
    "UploadError",
    "UserNotFound",
    "WrongAlbum",
    "WrongApplication",
    "WrongKind",
    "WrongOwner",
    "WrongServer",
    "WrongSlot",
    "WrongTokenKind",
    "WrongUser",
]
