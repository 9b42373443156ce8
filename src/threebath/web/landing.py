"""The page at ``/``: what this server is, and who answers where."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from threebath import __version__
from threebath.dialects.base import Dialect

PAGES = files("threebath.web") / "pages"


def landing(dialects: Sequence[Dialect]) -> Route:
    """Return the route of the page; it loads nothing and runs nothing."""
    style = (PAGES / "style.css").read_text("utf-8")
    page = Template((PAGES / "index.html").read_text("utf-8"))
    content = page.substitute(
        style=style, dialects="\n".join(map(_entry, dialects)), version=__version__
    )
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }

    async def index(_: Request) -> Response:
        return HTMLResponse(content, headers=headers)

    return Route("/", index)


def _entry(dialect: Dialect) -> str:
    doors = " ".join(f"<code>{escape(one)}</code>" for one in dialect.entrances)
    return f"    <dt>{escape(dialect.name.upper())}</dt><dd>{doors}</dd>"
