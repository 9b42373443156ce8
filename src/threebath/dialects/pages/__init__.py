"""The frame of the pages that people see: one look, nothing from elsewhere.

Text that comes from people or clients passes through `escape`; a page is built of such
text and of constants alone.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse, Response

__all__ = ["Program", "button", "escape", "hidden", "origin_of", "page", "page_with"]

_STYLE = (files(__name__) / "style.css").read_text("utf-8")
_FRAME = Template((files(__name__) / "frame.html").read_text("utf-8"))
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E"
    "%3Ccircle cx='4' cy='4' r='3.6' fill='%23b3261e'/%3E%3C/svg%3E"
)


@dataclass(frozen=True, slots=True)
class Program:
    """What a page does by itself: a script, which may call our own host, and its looks."""

    script: str
    style: str = ""


def page(
    title: str, body: str, *, status: int = 200, aside: str = "", beyond: Sequence[str] = ()
) -> Response:
    """Return a page.

    Args:
        title: plain text.
        body, aside: HTML; the aside stands in the head of the page.
        beyond: addresses whose hosts, besides our own, pictures come from and forms may
            end up at.
    """
    policy = _policy(beyond)
    return _framed(title, body, status, aside, policy)


def page_with(
    program: Program, title: str, body: str, *, aside: str = "", beyond: Sequence[str] = ()
) -> Response:
    """Return a page that runs a script; the arguments are those of `page`.

    It shows pictures that its visitor has chosen, and calls the hosts of *beyond*.
    """
    body = f"{body}<style>{program.style}</style><script>{program.script}</script>"
    policy = _policy(beyond)
    policy["connect-src"] = policy["form-action"]
    policy["img-src"] += " blob:"
    policy["script-src"] = _digest(program.script)
    policy["style-src"] += f" {_digest(program.style)}"
    return _framed(title, body, 200, aside, policy)


def _policy(beyond: Sequence[str]) -> dict[str, str]:
    """Return what a page may do: show pictures and send forms, here and *beyond*."""
    hosts = " ".join(["'self'", *filter(None, map(origin_of, beyond))])
    return {
        "default-src": "'none'",
        "style-src": _digest(_STYLE),
        "img-src": f"data: {hosts}",
        "form-action": hosts,
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _framed(
    title: str, body: str, status: int, aside: str, policy: Mapping[str, str]
) -> Response:
    content = _FRAME.substitute(
        style=_STYLE, icon=_ICON, title=escape(title), body=body, aside=aside
    )
    headers = {
        "Content-Security-Policy": "; ".join(map(" ".join, policy.items())),
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(content, status, headers)


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address; "" if it is none of http or https.

    >>> origin_of("https://app.example:8443/back?x=1")
    'https://app.example:8443'
    >>> origin_of("javascript:alert(1)")
    ''
    """
    try:
        found = urlsplit(address)
        port = f":{found.port}" if found.port else ""
    except ValueError:
        return ""
    host = found.hostname or ""
    sound = host.isascii() and all(one.isalnum() or one in "-._" for one in host)
    if found.scheme not in ("http", "https") or not host or not sound:
        return ""
    return f"{found.scheme}://{host}{port}"


def hidden(**fields: str) -> str:
    """Return form fields that nobody sees."""
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in fields.items()
        if value
    )


def button(text: str, *, name: str = "", value: str = "", look: str = "") -> str:
    """Return a button that sends its form; *look* may be ``quiet`` or ``danger``."""
    said = f' name="{escape(name)}" value="{escape(value)}"' if name else ""
    return f'<button class="{escape(look)}"{said}>{escape(text)}</button>'
