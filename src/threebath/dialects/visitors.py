"""Who sits at the browser: signing in to the few pages that people see.

The setting ``sign_in`` says how. ``off``: nobody can. ``anyone``: visitors say who they
are and are believed, which is for trying things out on one's own machine. ``header``: a
proxy in front of us has signed them in, and says so in `HEADER`; it must take that header
out of what comes from outside. docs/signing-in.md shows how.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from threebath.core.errors import Forged
from threebath.core.library import User
from threebath.core.signing import Purpose, same_secret
from threebath.dialects.base import Services
from threebath.dialects.pages import button, escape, hidden, page
from threebath.multipart import CALL, read_pairs

HEADER = "X-Threebath-User"
"""The id of the user, from a proxy that has signed them in."""

COOKIE = "threebath_visitor"
LIFE = timedelta(hours=12)
CSRF = "csrf"

MOST_OFFERED = 8
"""People to choose from, where visitors say who they are."""

_SIGN_IN, _SIGN_OUT = "/sign-in", "/sign-out"
_TOKEN = 16
_COOKIE = re.compile(
    COOKIE.encode() + rb":(?P<user>[0-9]+):(?P<expires>[0-9]{1,12}):[0-9a-f]+"
)
_LONGEST_ID = 12


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is signed in.

    Attributes:
        mark: what their forms are bound to.
    """

    user: User
    mark: str

    @property
    def name(self) -> str:
        return _name_of(self.user)


@dataclass(frozen=True, slots=True)
class Visitors:
    """Signs people in and out, and knows them again."""

    services: Services

    @property
    def mode(self) -> str:
        return self.services.options.get("sign_in", "off")

    async def who(self, request: Request) -> Visitor | None:
        """Return who sits at the browser, if they have signed in."""
        if self.mode == "header":
            return await self._visitor(request.headers.get(HEADER, ""), HEADER)
        if self.mode != "anyone":
            return None
        token = request.cookies.get(COOKIE, "")
        try:
            said = self.services.keys.unseal(Purpose.PAGE, token)
        except Forged:
            return None
        if not (found := _COOKIE.fullmatch(said)):
            return None
        if self.services.clock().timestamp() >= int(found["expires"]):
            return None
        return await self._visitor(found["user"].decode(), token)

    async def _visitor(self, user_id: str, mark: str) -> Visitor | None:
        if not (user_id.isascii() and user_id.isdecimal()) or len(user_id) > _LONGEST_ID:
            return None
        found = await self.services.accounts.users([int(user_id)])
        return Visitor(found[0], mark) if found else None

    def token_for(self, visitor: Visitor) -> str:
        """Return what a visitor's forms must bring back as `CSRF`."""
        said = f"{CSRF}:{visitor.user.id}:{visitor.mark}".encode()
        return self.services.keys.sign(Purpose.PAGE, said, size=_TOKEN).hex()

    def sent_by(self, visitor: Visitor, fields: Sequence[tuple[str, str]]) -> bool:
        """Say whether a form is one that we gave to the visitor."""
        given = dict(fields).get(CSRF, "")
        return same_secret(given, self.token_for(visitor))

    def aside(self, visitor: Visitor) -> str:
        """Return the corner of a page that says who is signed in."""
        name = escape(visitor.name)
        if self.mode != "anyone":
            return f"<span>{name}</span>"
        form = hidden(csrf=self.token_for(visitor)) + button("Sign out", look="plain")
        return (
            f'<form method="post" action="{_SIGN_OUT}" class="row"><span>{name}</span>'
            f"{form}</form>"
        )

    def ask(self, request: Request) -> Response:
        """Send somebody who is not signed in to where one does that, and then back."""
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if self.mode == "anyone":
            return RedirectResponse(f"{_SIGN_IN}?{urlencode({'next': back})}", 303)
        told = (
            "This page is for people who are signed in, and this server has not been told "
            "how people sign in."
            if self.mode == "off"
            else "This page is for people who are signed in."
        )
        body = f'<div class="panel"><h1>Sign in first</h1><p class="lead">{told}</p></div>'
        return page("Sign in first", body, status=403)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the pages for signing in and out."""
        return (
            Route(_SIGN_IN, self.sign_in, methods=["GET", "POST"]),
            Route(_SIGN_OUT, self.sign_out, methods=["POST"]),
        )

    async def sign_in(self, request: Request) -> Response:
        """Ask who somebody is, and believe it; only where ``sign_in`` is ``anyone``."""
        if self.mode != "anyone":
            return self.ask(request)
        fields = dict(await read_form(request))
        back = _local(fields.get("next", ""))
        if request.method == "GET":
            return await self._form(back)
        given = fields.get("user_id", "").strip()
        visitor = await self._visitor(given, COOKIE)
        if visitor is None or not is_same_origin(request):
            return await self._form(back, f"There is no user {given[:20]}.")
        response = RedirectResponse(back, 303)
        self._remember(response, visitor.user.id)
        return response

    def _remember(self, response: Response, user_id: int) -> None:
        expires = int((self.services.clock() + LIFE).timestamp())
        said = f"{COOKIE}:{user_id}:{expires}:{secrets.token_hex(8)}"
        response.set_cookie(
            COOKIE,
            self.services.keys.seal(Purpose.PAGE, said.encode()),
            max_age=int(LIFE.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.services.address.startswith("https:"),
        )

    async def _form(self, back: str, problem: str = "") -> Response:
        people = await self.services.accounts.all_users(MOST_OFFERED)
        offered = "".join(
            button(_name_of(one), name="user_id", value=str(one.id), look="quiet")
            for one in people
        )
        note = f'<p class="note">{escape(problem)}</p>' if problem else ""
        body = f"""<div class="panel">
  <h1>Who are you?</h1>
  <p class="lead">This server is for trying things out: say who you are, and it
  believes you.</p>{note}
  <form method="post" action="{_SIGN_IN}" class="row offered">{hidden(next=back)}
  {offered}</form>
  <form method="post" action="{_SIGN_IN}">
  <label for="user_id">User id</label>
  <input id="user_id" name="user_id" inputmode="numeric" pattern="[0-9]+" required>
  {hidden(next=back)}{button("Sign in")}</form>
</div>"""
        return page("Sign in", body, status=403 if problem else 200)

    async def sign_out(self, request: Request) -> Response:
        """Forget who sits at the browser."""
        response = RedirectResponse("/", 303)
        visitor = await self.who(request)
        if visitor is None or self.sent_by(visitor, await read_form(request)):
            response.delete_cookie(COOKIE)
        return response


def _name_of(user: User) -> str:
    return f"{user.first_name} {user.last_name}".strip() or str(user.id)


def is_same_origin(request: Request) -> bool:
    """Say whether a form was sent from one of our own pages, as far as browsers tell."""
    origin = request.headers.get("origin", "")
    return not origin or urlsplit(origin).netloc == request.headers.get("host", "")


async def read_form(request: Request) -> Sequence[tuple[str, str]]:
    """Return the arguments of a page, from its address and its form; raise `BadBody`."""
    return await read_pairs(
        request.scope["query_string"],
        request.headers.get("content-type", ""),
        request.stream(),
        CALL,
    )


def _local(address: str) -> str:
    """Return *address* if it is a path on this host, and ``/`` if it is not."""
    sound = address.startswith("/") and address[1:2] not in ("/", "\\")
    return address if sound and address.isprintable() else "/"
