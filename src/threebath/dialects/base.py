"""What every dialect is given, what it offers, and how its errors become answers."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from threebath.core.errors import Unavailable, UploadError
from threebath.core.kinds import UploadKind
from threebath.core.library import Asset, Rendition
from threebath.core.signing import Keyring
from threebath.multipart import Pace, paced
from threebath.service.media import media_path
from threebath.service.ports import Accounts, Clock, Library, Observer, Registry
from threebath.service.uploads import UploadService

REASON = "X-Threebath-Reason"
"""The header that says why a call was refused, in our words."""

LONGEST_NUMBER = 18
"""Digits of a length that can be meant."""

Code = TypeVar("Code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What a dialect works with.

    Attributes:
        address: where clients reach this node, without a slash at the end.
        options: the dialects' own settings, by name.
        pace: how slowly a body may come.
    """

    uploads: UploadService
    library: Library
    accounts: Accounts
    registry: Registry
    observer: Observer
    keys: Keyring
    clock: Clock
    address: str
    options: Mapping[str, str] = field(default_factory=dict)
    pace: Pace = field(default_factory=Pace)

    def body(self, request: Request, most: int) -> AsyncIterator[bytes]:
        """Stream a request's body, if it is neither longer than *most* nor too slow."""
        return paced(request.stream(), most, self.pace)

    def media_url(self, asset: Asset, rendition: Rendition) -> str:
        """Return the address of one rendition's bytes."""
        return self.address + media_path(asset.id, rendition.letter, rendition.suffix)


class Dialect(Protocol):
    """One network's protocol: its kinds, its routes, its codes for our errors.

    Attributes:
        codes: a wire code for each class of error; looked up along the bases.
        entrances: the paths at which clients call, for people to read.
    """

    @property
    def name(self) -> str: ...

    @property
    def kinds(self) -> Sequence[UploadKind]: ...

    @property
    def codes(self) -> Mapping[type[UploadError], int]: ...

    @property
    def entrances(self) -> Sequence[str]: ...

    def routes(self) -> Sequence[BaseRoute]: ...


def announced(request: Request) -> int:
    """Return the length that a request's head gives its body; 0 if it gives none."""
    told = request.headers.get("content-length", "")
    return int(told) if told.isdecimal() and len(told) <= LONGEST_NUMBER else 0


def code_for(table: Mapping[type[UploadError], Code], error: UploadError) -> Code:
    """Return the code of *error*'s class, or of its nearest base in *table*."""
    return next(table[cls] for cls in type(error).__mro__ if cls in table)


async def guarded(
    work: Awaitable[Response],
    render: Callable[[UploadError], Response],
    *,
    observer: Observer,
    where: str,
) -> Response:
    """Answer with *work*'s response, or with *render*'s of the error it raised.

    What is not an `UploadError` is a bug: it is logged once, with its traceback, and
    answered as `Unavailable`.

    Args:
        where: the dialect and method, for the log: ``vk photos.save``.
    """
    try:
        return await work
    except UploadError as error:
        if error.ours:
            observer.failed(where, error)
        return _explained(render(error), error)
    except ClientDisconnect:
        raise
    except Exception as bug:  # noqa: BLE001 - the last line before the client
        observer.failed(where, bug)
        ours = Unavailable()
        return _explained(render(ours), ours)


def _explained(response: Response, error: UploadError) -> Response:
    """Put the reason into a header: one line of printable ASCII, at most 300."""
    text = "".join(one if one.isprintable() else " " for one in str(error)[:300])
    response.headers[REASON] = text.encode("ascii", "replace").decode()
    return response
