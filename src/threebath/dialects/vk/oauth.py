"""OAuth as VK has it: a consent page, and the exchanges that programs make by themselves.

Source: docs/protocols/vk.md, section 6.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from threebath.core.errors import (
    AccessDenied,
    BadParameter,
    UnknownApplication,
    UploadError,
)
from threebath.core.library import User
from threebath.core.signing import same_secret
from threebath.core.tickets import Application, TokenKind
from threebath.dialects.base import Services, guarded
from threebath.dialects.pages import button, escape, hidden, page
from threebath.dialects.visitors import CSRF, Visitor, Visitors, read_form
from threebath.dialects.vk import box
from threebath.service.ports import CodeDraft, TokenDraft

BITS: Mapping[str, int] = MappingProxyType(
    {
        "notify": 1, "friends": 2, "photos": 4, "audio": 8, "video": 16, "stories": 64,
        "pages": 128, "menu": 256, "status": 1024, "notes": 2048, "messages": 4096,
        "wall": 8192, "ads": 32768, "offline": 65536, "docs": 131072, "groups": 262144,
        "notifications": 524288, "stats": 1048576, "email": 4194304, "market": 134217728,
        "phone_number": 268435456, "manage": 0, "app_widget": 0,
    }
)  # fmt: skip
"""Permissions, and what stands for them in a number; those of communities have none."""

LIFE = timedelta(days=1)
CODE_LIFE = timedelta(hours=1)
BLANK = ("https://oauth.vk.com/blank.html", "https://oauth.vk.ru/blank.html")
"""Where programs without a server have people sent; here, that is our own page."""

_KEPT = ("client_id", "redirect_uri", "scope", "response_type", "state", "group_ids")

Fields = Mapping[str, str]


class Denied(UploadError):
    """A refusal in OAuth's own words: an HTTP status of 401, and a word."""

    slug = "refused.oauth"

    def __init__(self, word: str, reason: str) -> None:
        super().__init__(reason)
        self.word = word


def scopes(text: str) -> frozenset[str]:
    """Return the permissions that ``scope`` names, as a number or as words.

    >>> sorted(scopes("65540"))
    ['offline', 'photos']
    """
    if text.isascii() and text.isdecimal():
        number = int(text[:12])
        return frozenset(name for name, bit in BITS.items() if bit & number)
    words = text.replace(" ", ",").split(",")
    return frozenset(one for one in words if one in BITS)


@dataclass(frozen=True, slots=True)
class OAuth:
    """The pages and the exchanges."""

    services: Services

    def routes(self) -> Sequence[BaseRoute]:
        both = ["GET", "POST"]
        return (
            Route("/authorize", self._page(self.authorize), methods=both),
            Route("/access_token", self._exchange(self.access_token), methods=both),
            Route("/token", self._exchange(self.token), methods=both),
            Route("/blank.html", _blank, methods=["GET"]),
            Route(box.PATH, self._page(box.Box(self.services).window), methods=both),
            Route("/js/box.js", box.Box(self.services).script, methods=["GET"]),
        )

    def _page(
        self, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            work = handler(request)
            observer = self.services.observer
            return await guarded(work, _explain, observer=observer, where="vk authorize")

        return answer

    def _exchange(
        self, handler: Callable[[Fields], Awaitable[dict[str, object]]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def work(request: Request) -> Response:
            return JSONResponse(await handler(dict(await read_form(request))))

        async def answer(request: Request) -> Response:
            observer = self.services.observer
            return await guarded(
                work(request), _deny, observer=observer, where="vk access_token"
            )

        return answer

    async def authorize(self, request: Request) -> Response:
        """Ask who is signed in whether a program may act for them."""
        fields = dict(await read_form(request))
        kept = {name: fields[name] for name in _KEPT if fields.get(name)}
        application = await self._application(kept.get("client_id", ""))
        back = self._back(application, kept.get("redirect_uri", ""))
        visitors = Visitors(self.services)
        visitor = await visitors.who(request)
        if visitor is None:
            return visitors.ask(request)
        if request.method == "POST":
            if not visitors.sent_by(visitor, list(fields.items())):
                raise BadParameter(CSRF, "is not of this page; go back and try again")
            return await self._go(application, visitor, kept, back, fields.get("choice"))
        return self._ask(application, visitors, visitor, kept, back)

    async def _application(self, client_id: str) -> Application:
        if not (client_id.isascii() and client_id.isdecimal()) or len(client_id) > 12:  # noqa: PLR2004
            raise BadParameter("client_id", "is no application's number")
        return await self.services.accounts.application_by_id(int(client_id))

    def _back(self, application: Application, address: str) -> str:
        blank = f"{self.services.address}/blank.html"
        if not address or address == blank or address.startswith(BLANK):
            return blank
        if not application.may_redirect_to(address):
            told = f"{address[:100]} is not among the application's redirects"
            raise BadParameter("redirect_uri", told)
        return address

    def _ask(
        self,
        application: Application,
        visitors: Visitors,
        visitor: Visitor,
        kept: Fields,
        back: str,
    ) -> Response:
        title = escape(application.title or "An application")
        wanted = ", ".join(sorted(scopes(kept.get("scope", "")))) or "nothing but your name"
        whom = "your communities" if kept.get("group_ids") else "you"
        body = f"""<form method="post" action="/authorize" class="panel">
  <h1>Let {title} in?</h1>
  <p class="lead">It wants to act for {whom}: {escape(wanted)}.</p>
  {hidden(csrf=visitors.token_for(visitor), **kept)}
  <div class="row">{button("Allow", name="choice", value="allow")}
  {button("Cancel", name="choice", value="cancel", look="quiet")}</div>
</form>"""
        aside = visitors.aside(visitor)
        return page(f"Let {application.title} in?", body, aside=aside, beyond=[back])

    async def _go(
        self,
        application: Application,
        visitor: Visitor,
        kept: Fields,
        back: str,
        choice: str | None,
    ) -> Response:
        """Send the visitor back to the program, with what lets it act or with a no."""
        by_code = kept.get("response_type") == "code"
        if choice != "allow":
            told = {"error": "access_denied", "error_reason": "user_denied"}
            told["error_description"] = "User denied your request"
        elif by_code:
            told = {"code": await self._code(application, visitor, kept)}
        else:
            told = await self._tokens(application, visitor.user.id, kept)
        if state := kept.get("state"):
            told["state"] = state
        sign = ("&" if "?" in back else "?") if by_code else "#"
        return RedirectResponse(f"{back}{sign}{urlencode(told)}", 302)

    async def _code(self, application: Application, visitor: Visitor, kept: Fields) -> str:
        groups = await self._groups(visitor.user.id, kept)
        code, now = secrets.token_hex(9), self.services.clock()
        wanted = scopes(kept.get("scope", ""))
        draft = CodeDraft(
            code=code,
            app_id=application.id,
            user_id=visitor.user.id,
            community_id=groups[0] if groups else 0,
            permissions=wanted,
            life=None if "offline" in wanted else LIFE,
            expires_at=now + CODE_LIFE,
        )
        await self.services.registry.add_code(draft, now)
        return code

    async def _groups(self, user_id: int, kept: Fields) -> list[int]:
        named = [one for one in kept.get("group_ids", "").split(",") if one.isdecimal()]
        groups = [int(one[:12]) for one in named]
        for group in groups:
            if not await self.services.accounts.administers(user_id, group):
                raise AccessDenied(f"you do not administer community {group}")
        return groups

    async def _tokens(
        self, application: Application, user_id: int, kept: Fields
    ) -> dict[str, str]:
        wanted = scopes(kept.get("scope", ""))
        groups = await self._groups(user_id, kept)
        if groups:
            tokens = {
                f"access_token_{one}": await self._group_token(application, one, wanted)
                for one in groups
            }
            return {**tokens, "expires_in": "0"}
        token, expires = await self._user_token(application, user_id, wanted)
        return {"access_token": token, "expires_in": str(expires), "user_id": str(user_id)}

    async def _user_token(
        self, application: Application, user_id: int, wanted: frozenset[str]
    ) -> tuple[str, int]:
        token = new_token()
        life = None if "offline" in wanted else LIFE
        draft = TokenDraft(
            token=token,
            app_id=application.id,
            user_id=user_id,
            permissions=wanted,
            expires_at=self.services.clock() + life if life else None,
        )
        await self.services.registry.add_token(draft)
        return token, int(life.total_seconds()) if life else 0

    async def _group_token(
        self, application: Application, group: int, wanted: frozenset[str]
    ) -> str:
        token = new_token()
        draft = TokenDraft(
            token=token,
            app_id=application.id,
            kind=TokenKind.COMMUNITY,
            community_id=group,
            permissions=wanted,
        )
        await self.services.registry.add_token(draft)
        return token

    async def access_token(self, fields: Fields) -> dict[str, object]:
        """Exchange a code, or an application's own secret, for a token."""
        application = await self._client(fields)
        if fields.get("grant_type") == "client_credentials":
            token = new_token()
            draft = TokenDraft(token=token, app_id=application.id, kind=TokenKind.SERVICE)
            await self.services.registry.add_token(draft)
            return {"access_token": token, "expires_in": 0}
        now, code = self.services.clock(), fields.get("code", "")
        known = await self.services.registry.code(code, now)
        if known is None or known.app_id != application.id:
            raise Denied("invalid_grant", "Code is invalid or expired.")
        if await self.services.registry.take_code(code, now) is None:
            raise Denied("invalid_grant", "Code was used already.")
        if known.community_id:
            group = known.community_id
            token = await self._group_token(application, group, known.permissions)
            listed = [{"group_id": group, "access_token": token}]
            return {f"access_token_{group}": token, "expires_in": 0, "groups": listed}
        token, expires = await self._user_token(
            application, known.user_id, known.permissions
        )
        return {"access_token": token, "expires_in": expires, "user_id": known.user_id}

    async def token(self, fields: Fields) -> dict[str, object]:
        """Let somebody in by name; only where visitors are believed, for tests."""
        application = await self._client(fields)
        if fields.get("grant_type") != "password":
            raise Denied("invalid_request", "grant_type should be password")
        if Visitors(self.services).mode != "anyone":
            raise Denied("invalid_grant", "This server takes nobody's password.")
        name = fields.get("username", "")
        accounts = self.services.accounts
        if name.isascii() and name.isdecimal() and len(name) <= 12:  # noqa: PLR2004
            user = next(iter(await accounts.users([int(name)])), None)
        else:
            found = await accounts.by_screen_name(name)
            user = found if isinstance(found, User) else None
        if user is None or not fields.get("password"):
            raise Denied("invalid_grant", "Username or password is incorrect")
        wanted = scopes(fields.get("scope", ""))
        token, expires = await self._user_token(application, user.id, wanted)
        return {"access_token": token, "expires_in": expires, "user_id": user.id}

    async def _client(self, fields: Fields) -> Application:
        try:
            application = await self._application(fields.get("client_id", ""))
        except (BadParameter, UnknownApplication):
            raise Denied("invalid_client", "client_id is incorrect") from None
        if not same_secret(fields.get("client_secret", ""), application.secret):
            raise Denied("invalid_client", "client_secret is incorrect")
        return application


def new_token() -> str:
    """Return a token of the shape that VK's have."""
    return f"vk1.a.{secrets.token_urlsafe(48)}"


async def _blank(_request: Request) -> Response:
    """Show nothing: a program reads the address."""
    headers = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return HTMLResponse("<!doctype html><title>Blank</title>", headers=headers)


def _deny(error: UploadError) -> Response:
    word = error.word if isinstance(error, Denied) else "invalid_request"
    told = {"error": word, "error_description": str(error)}
    return JSONResponse(told, status_code=503 if error.ours else 401)


def _explain(error: UploadError) -> Response:
    text = escape(str(error))
    body = f'<div class="panel"><h1>That did not work</h1><p class="lead">{text}</p></div>'
    return page("That did not work", body, status=503 if error.ours else 400)
