"""The call is malformed or points at nothing."""

from threebath.core.errors.base import UploadError


class BadRequest(UploadError):
    slug = "request"


class BadParameter(BadRequest):
    slug = "request.parameter"

    def __init__(self, name: str, reason: str = "is invalid") -> None:
        super().__init__(f"{name} {reason}")
        self.name = name
        self.reason = reason


class MissingParameter(BadParameter):
    slug = "request.missing"

    def __init__(self, name: str) -> None:
        super().__init__(name, "is missing")


class UnknownMethod(BadRequest):
    slug = "request.method"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no method {name[:64]}")


class NotFound(BadRequest):
    slug = "request.not_found"


class AlbumNotFound(NotFound):
    slug = "request.album"
    text = "there is no such album"


class ForeignAlbum(AlbumNotFound):
    slug = "request.album_foreign"

    def __init__(self, album_id: int, owner_id: int) -> None:
        super().__init__(f"album {album_id} does not belong to {owner_id}")
        self.owner_id = owner_id


class PhotoNotFound(NotFound):
    slug = "request.photo"

    def __init__(self, name: str = "") -> None:
        super().__init__(f"there is no photo {name[:64]}".rstrip())


class UserNotFound(NotFound):
    slug = "request.user"

    def __init__(self, user_id: object) -> None:
        super().__init__(f"there is no user {user_id}")


class CommunityNotFound(NotFound):
    slug = "request.community"

    def __init__(self, community: object) -> None:
        super().__init__(f"there is no community {community}")
        self.community = community


class LimitReached(BadRequest):
    slug = "request.limit"


class AlbumFull(LimitReached):
    slug = "request.album_full"

    def __init__(self, capacity: int) -> None:
        super().__init__(f"the album already holds {capacity} photos")
        self.capacity = capacity


class TooManyAlbums(LimitReached):
    slug = "request.too_many_albums"

    def __init__(self, limit: int) -> None:
        super().__init__(f"there are already {limit} albums")
        self.limit = limit


class TooManyPending(LimitReached):
    """An application with too many photos that wait for the user."""

    slug = "request.too_many_pending"

    def __init__(self, limit: int) -> None:
        super().__init__(f"{limit} photos of this application wait for approval already")
        self.limit = limit


class BadBody(BadRequest):
    slug = "body"


class NotMultipart(BadBody):
    slug = "body.not_multipart"
    text = "the body is not multipart/form-data"


class BrokenMultipart(BadBody):
    slug = "body.broken"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the multipart body cannot be read: {reason}")


class BodyTooLarge(BadBody):
    slug = "body.too_large"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"the body has more {what} than {limit}")
        self.limit = limit


class BodyTooSlow(BadBody):
    slug = "body.too_slow"
    text = "the body came too slowly"
