"""Everything that can go wrong while sending, as one tree.

    ClientError
    |-- FileProblem             this file cannot be sent; nothing was
    |   |-- FileMissing
    |   |-- FileUnreadable
    |   |-- NotAFile            a folder, a FIFO, a device
    |   |-- FileEmpty
    |   |-- FileChanged         it grew, shrank or was rewritten while being sent
    |   `-- FileUnfit           outside the limits of where it should go
    |-- BadArguments            the call makes no sense; nothing was sent
    |-- NotPosted               nothing is wrong with this file, but its post was given up
    |-- JournalBroken           the file that remembers what was sent is not one
    |-- JournalBusy             another process sends to the same destination
    |-- JournalFailed           it cannot be opened or written
    |-- Uncertain               it may be saved or not; repeating could save it twice
    |-- ConnectionProblem       nobody answered
    |   |-- CannotConnect       nothing was sent
    |   |-- ConnectionLost
    |   `-- Stalled
    |-- BadAnswer               somebody answered, but not as the network does
    |   |-- BadStatus           502, 404, ...
    |   |-- NotJson             a page of HTML, half an object
    |   `-- BadShape            JSON of another shape
    `-- NetworkError            the network refused, with its own code
        |-- TokenRefused        the token or session is wrong or has run out
        |-- SignatureRefused
        |-- PermissionMissing
        |-- TooFast             too many calls a second; wait
        |-- LimitReached        a quota; waiting a second does not help
        |-- NetworkBusy         its own trouble; the same call may work later
        |   `-- NetworkAway     and it has certainly done nothing
        |-- CaptchaNeeded
        |-- AddressExpired      the upload address is too old; get a new one
        `-- UploadRefused       the file was looked at and refused
            `-- PartlyTaken     some files of a request were refused, and not said which

Two facts on each class decide what may be repeated: `passing` (the same call may work
later) and `harmless` (the network has certainly done nothing).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from threebath.core.errors import UploadError


class ClientError(Exception):
    """Base of the tree; ``str()`` of it is safe to show and holds no secret."""

    #: Stable name for logs and programs.
    slug: str = "client"
    #: The same call may work later.
    passing: bool = False
    #: The network has certainly done nothing.
    harmless: bool = True


class FileProblem(ClientError):
    """This file cannot be sent; nothing of it was saved."""

    slug = "file"
    told: ClassVar[str] = "cannot be sent"

    def __init__(self, name: str, told: str = "") -> None:
        self.name = name
        self.reason = told or self.told
        super().__init__(f"{name}: {self.reason}")


class FileMissing(FileProblem):
    """There is no such file."""

    slug = "file.missing"
    told = "there is no such file"


class FileUnreadable(FileProblem):
    """The file is there, but may not or cannot be read."""

    slug = "file.unreadable"
    told = "the file cannot be read"


class NotAFile(FileProblem):
    """A folder, a FIFO, a device or a socket."""

    slug = "file.not_a_file"
    told = "this is not a regular file"


class FileEmpty(FileProblem):
    """The file has no bytes."""

    slug = "file.empty"
    told = "the file is empty"


class FileChanged(FileProblem):
    """The file grew, shrank or was rewritten while being sent."""

    slug = "file.changed"
    told = "the file changed while it was being sent"


class FileUnfit(FileProblem):
    """The destination does not take such files; found out before sending."""

    def __init__(self, name: str, cause: UploadError) -> None:
        super().__init__(name, str(cause))
        self.slug = cause.slug


class BadArguments(ClientError):
    """The call makes no sense; nothing was sent."""

    slug = "arguments"


class NotPosted(ClientError):
    """Nothing is wrong with this file, but the post it belongs to was given up."""

    slug = "not_posted"


class JournalBroken(ClientError):
    """A journal has lines that this program never wrote."""

    slug = "journal.broken"


class JournalBusy(ClientError):
    """Another process is sending to the same destination."""

    slug = "journal.busy"


class JournalFailed(ClientError):
    """The journal cannot be opened or written; what was saved may not be in it."""

    slug = "journal.failed"
    harmless = False


class Uncertain(ClientError):
    """It may have been saved, and repeating could save it twice; so it was not repeated.

    The ``__cause__`` says what went wrong.
    """

    slug = "uncertain"
    harmless = False


class ConnectionProblem(ClientError):
    """Nobody answered."""

    slug = "connection"
    passing = True
    harmless = False


class CannotConnect(ConnectionProblem):
    """No connection was made, so nothing was sent."""

    slug = "connection.refused"
    harmless = True


class ConnectionLost(ConnectionProblem):
    """The connection broke while sending, or before the whole answer was there."""

    slug = "connection.lost"


class Stalled(ConnectionProblem):
    """Nothing moved for too long."""

    slug = "connection.stalled"


class BadAnswer(ClientError):
    """Somebody answered, but not as the network does."""

    slug = "answer"
    harmless = False


class BadStatus(BadAnswer):
    """An HTTP status that these networks do not use, as proxies send."""

    slug = "answer.status"

    def __init__(self, status: int, hint: str) -> None:
        super().__init__(f"HTTP status {status}{': ' if hint else ''}{hint}")
        self.status = status
        self.passing = status in {408, 425, 429, *range(500, 600)}


class NotJson(BadAnswer):
    """Not JSON: a page of HTML, a plain word, half an object."""

    slug = "answer.not_json"
    passing = True


class BadShape(BadAnswer):
    """JSON, but without what the network documents, or of another type."""

    slug = "answer.shape"


class NetworkError(ClientError):
    """The network refused.

    Attributes:
        code: the network's own number or word.
        message: its own text.
        reason: why, where a threebath server says so.
        method: what was called; empty for an upload.
        facts: what else the network said (a captcha's picture, a permission's name).
    """

    slug = "network"

    def __init__(
        self,
        code: int | str,
        message: str,
        *,
        reason: str = "",
        method: str = "",
        facts: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        why = f" ({reason})" if reason and reason not in message else ""
        super().__init__(f"{method or 'upload'}: error {code}: {message}{why}")
        self.code = code
        self.message = message
        self.reason = reason
        self.method = method
        self.facts = facts


class TokenRefused(NetworkError):
    """The token or session is wrong, of the wrong kind, or has run out."""

    slug = "network.token"


class SignatureRefused(NetworkError):
    """The signature is wrong: another secret, or a mistake in signing."""

    slug = "network.signature"


class PermissionMissing(NetworkError):
    """The token is good, but may not do this."""

    slug = "network.permission"


class TooFast(NetworkError):
    """Too many calls a second; waiting helps."""

    slug = "network.too_fast"
    passing = True


class LimitReached(NetworkError):
    """A quota or a full album; waiting a second does not help."""

    slug = "network.limit"


class NetworkBusy(NetworkError):
    """The network's own trouble; what it did before is not known."""

    slug = "network.busy"
    passing = True
    harmless = False


class NetworkAway(NetworkBusy):
    """The network's own trouble, and it says that it did nothing."""

    slug = "network.away"
    harmless = True


class CaptchaNeeded(NetworkError):
    """A human must read a picture; see the ``captcha`` argument of `VK`."""

    slug = "network.captcha"


class AddressExpired(NetworkError):
    """The upload address is too old or not known; a new one is needed."""

    slug = "network.address_expired"


class UploadRefused(NetworkError):
    """The file was looked at and refused."""

    slug = "network.file"


class PartlyTaken(UploadRefused):
    """Some files of one request were refused, and it was not said which."""

    slug = "network.file.partly"
