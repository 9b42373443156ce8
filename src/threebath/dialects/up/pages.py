"""What people see of UP: signing in for a program, allowing it something, their albums."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threebath.core.errors import NotFound, UploadError
from threebath.dialects.base import Services, guarded
from threebath.dialects.pages import escape, page
from threebath.dialects.up.approval import Albums
from threebath.dialects.up.consent import Consent
from threebath.dialects.visitors import Visitors

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Pages:
    """UP's pages."""

    services: Services

    def routes(self) -> Sequence[BaseRoute]:
        """Return their routes, and those for signing in."""
        visitors = Visitors(self.services)
        consent = Consent(self.services, visitors)
        albums = Albums(self.services, visitors)
        both, get = ["GET", "POST"], ["GET"]
        return (
            Route("/login.php", self._safe("login", consent.login), methods=both),
            Route(
                "/authorize.php", self._safe("authorize", consent.authorize), methods=both
            ),
            Route(
                "/photo/album/id/{number:int}",
                self._safe("album", albums.album),
                methods=both,
            ),
            Route("/photo/id/{number:int}", self._safe("photo", albums.photo), methods=get),
            *visitors.routes(),
        )

    def _safe(self, name: str, handler: Handler) -> Handler:
        """Answer errors with a page."""

        async def answer(request: Request) -> Response:
            return await guarded(
                handler(request),
                _explain,
                observer=self.services.observer,
                where=f"up page {name}",
            )

        return answer


def _explain(error: UploadError) -> Response:
    missing = isinstance(error, NotFound)
    title = "Nothing here" if missing else "That did not work"
    told = "There is no such page, or it is not yours to see." if missing else str(error)
    status = 404 if missing else 503 if error.ours else 400
    body = f'<div class="panel"><h1>{title}</h1><p class="lead">{escape(told)}</p></div>'
    return page(title, body, status=status)
