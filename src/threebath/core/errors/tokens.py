"""A ticket or a receipt is not one of ours, or not for this."""

from typing import ClassVar

from threebath.core.errors.base import UploadError


class BadToken(UploadError):
    slug = "token"


class Forged(BadToken):
    slug = "token.forged"
    text = "it was not issued by this service"


class Expired(BadToken):
    slug = "token.expired"
    text = "it has expired"


class Spent(BadToken):
    slug = "token.spent"
    text = "it was used, and its photo is deleted"


class Mismatch(BadToken):
    """A genuine ticket or receipt that was made for something else."""

    slug = "token.mismatch"
    what: ClassVar[str] = "purpose"

    def __init__(self, made_for: object, used_for: object) -> None:
        super().__init__(
            f"this upload was made for {self.what} {made_for}; "
            f"it is being used for {self.what} {used_for}"
        )
        self.made_for = made_for
        self.used_for = used_for


class WrongKind(Mismatch):
    slug = "token.kind"
    what = "kind"


class WrongApplication(Mismatch):
    slug = "token.application"
    what = "application"


class WrongUser(Mismatch):
    slug = "token.user"
    what = "user"


class WrongOwner(Mismatch):
    slug = "token.owner"
    what = "owner"


class WrongAlbum(Mismatch):
    slug = "token.album"
    what = "album"


class WrongServer(Mismatch):
    slug = "token.server"
    what = "server"


class WrongSlot(Mismatch):
    slug = "token.slot"
    what = "photo"
