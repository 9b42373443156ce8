"""The caller may not do this."""

from threebath.core.errors.base import UploadError


class Refused(UploadError):
    slug = "refused"


class BadSignature(Refused):
    slug = "refused.signature"
    text = "the request signature is wrong"


class UnknownSession(Refused):
    slug = "refused.session"
    text = "the session or token is unknown"


class SessionExpired(Refused):
    slug = "refused.session_expired"
    text = "the session or token has expired"


class UnknownApplication(Refused):
    slug = "refused.application"
    text = "the application is not registered"


class WrongTokenKind(Refused):
    slug = "refused.token_kind"

    def __init__(self, found: str, needed: str) -> None:
        super().__init__(f"a {needed} token is needed, and this is a {found} token")
        self.found = found
        self.needed = needed


class PermissionDenied(Refused):
    slug = "refused.permission"

    def __init__(self, needed: str) -> None:
        super().__init__(f"the permission {needed} is not granted")
        self.needed = needed


class AccessDenied(Refused):
    slug = "refused.access"


class AddressNotAllowed(Refused):
    slug = "refused.address"

    def __init__(self, address: str) -> None:
        super().__init__(f"calls from {address} are not allowed for this application")
        self.address = address


class TooManyCalls(Refused):
    slug = "refused.rate"

    def __init__(self, limit: str) -> None:
        super().__init__(f"more calls than {limit}")
