"""What people and their programs see of OK besides the API: OAuth, and the example."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from threebath.core.errors import NotFound, UploadError
from threebath.dialects.base import Services, guarded
from threebath.dialects.ok import consent, example, tokens
from threebath.dialects.pages import escape, page
from threebath.dialects.visitors import Visitors

_BOTH = ["GET", "POST"]


@dataclass(frozen=True, slots=True)
class Pages:
    """The routes, each with the way in which it says no."""

    services: Services

    def routes(self) -> Sequence[BaseRoute]:
        """Return them, and those for signing in."""
        visitors = Visitors(self.services)
        ask = consent.Consent(self.services, visitors).answer
        show = example.Example(self.services, visitors).answer
        give = tokens.Tokens(self.services).answer
        return (
            Route(consent.PATH, self._safe(ask, _explained), methods=_BOTH),
            Route("/oauth/token.do", self._safe(give, tokens.refusal), methods=_BOTH),
            Route(example.PATH, self._safe(show, _explained), methods=["GET"]),
            *visitors.routes(),
        )

    def _safe(
        self,
        answer: Callable[[Request], Awaitable[Response]],
        render: Callable[[UploadError], Response],
    ) -> Callable[[Request], Awaitable[Response]]:
        async def safe(request: Request) -> Response:
            return await guarded(
                answer(request),
                render,
                observer=self.services.observer,
                where=f"ok {request.url.path}",
            )

        return safe


def _explained(error: UploadError) -> Response:
    """Return a page that says what is wrong."""
    status = 503 if error.ours else 404 if isinstance(error, NotFound) else 400
    told = f'<p class="lead">{escape(str(error))}</p>'
    body = f'<div class="panel"><h1>That did not work</h1>{told}</div>'
    return page("That did not work", body, status=status)
