"""One ASGI application out of the dialects, the media and the operator's pages."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from threebath.dialects.base import Dialect
from threebath.service.media import MediaService
from threebath.service.ports import Blobs
from threebath.service.variants import Variants
from threebath.web.health import Check, Health
from threebath.web.landing import landing
from threebath.web.linger import Linger
from threebath.web.media import MediaPages
from threebath.web.middleware import RequestLog
from threebath.web.observe import Telemetry

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]
"""What is open while the application runs."""

MOST_REQUESTS = 2000
"""Requests answered at a time by one process; slow uploads are most of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """What the web layer is given.

    Attributes:
        checks: what ``/readyz`` looks at, by name.
        variants: makes newer formats of renditions; None to serve JPEG alone.
        extra_routes: asked before all others; a page at ``/`` replaces ours.
    """

    dialects: Sequence[Dialect]
    media: MediaService
    blobs: Blobs
    telemetry: Telemetry
    checks: Mapping[str, Check]
    variants: Variants | None = None
    extra_routes: Sequence[BaseRoute] = ()
    lifespan: Lifespan | None = None
    most_requests: int = MOST_REQUESTS


def build(web: Web) -> Starlette:
    """Mount everything at the paths of the originals."""
    routes = [
        *web.extra_routes,
        landing(web.dialects),
        *Health(web.checks, web.telemetry).routes(),
        MediaPages(web.media, web.blobs, web.telemetry, web.variants).route(),
        *(route for dialect in web.dialects for route in dialect.routes()),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Linger),
            Middleware(RequestLog, telemetry=web.telemetry, most=web.most_requests),
        ],
        exception_handlers={HTTPException: _nothing_here},
        lifespan=web.lifespan,
    )
    # "/healthz/" is not "/healthz", and a POST must not be sent elsewhere.
    app.router.redirect_slashes = False
    return app


async def _nothing_here(_: Request, error: Exception) -> Response:
    """Answer what no route takes: 404, or 405 with what would be allowed."""
    if not isinstance(error, HTTPException):
        raise error
    told = {"error": error.detail.lower()}
    return JSONResponse(told, status_code=error.status_code, headers=error.headers)
