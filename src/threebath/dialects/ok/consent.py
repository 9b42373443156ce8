"""``/oauth/authorize``: a person lets a program act for them, or does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from threebath.core.errors import BadParameter, UnknownApplication
from threebath.core.tickets import Application
from threebath.dialects.base import Services
from threebath.dialects.ok.calls import PERMISSIONS, permission_named
from threebath.dialects.ok.tokens import Tokens
from threebath.dialects.pages import button, escape, hidden, page
from threebath.dialects.visitors import Visitor, Visitors, read_form

PATH = "/oauth/authorize"
_KEPT = ("client_id", "scope", "response_type", "redirect_uri", "state", "layout")

MEANINGS: Mapping[str, str] = {
    "VALUABLE_ACCESS": "read your albums and photos, and post in your name",
    "LONG_ACCESS_TOKEN": "stay signed in for thirty days",
    "PHOTO_CONTENT": "upload, change and delete your photos",
    "GROUP_CONTENT": "do the same in groups that you administer",
    "VIDEO_CONTENT": "upload your videos",
    "SET_STATUS": "set your status",
    "PUBLISH_NOTE": "publish notes in your name",
    "APP_INVITE": "invite your friends",
    "GET_EMAIL": "know your e-mail address",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page's address asks for."""

    application: Application
    kept: Mapping[str, str]
    scope: tuple[str, ...]

    @property
    def redirect_uri(self) -> str:
        return self.kept["redirect_uri"]

    def back(self, *, in_hash: bool, **told: str) -> Response:
        """Send the browser back to the program.

        A form's answer may send a browser only to hosts that the page's policy names, and
        a phone's program is no host: then people follow a link.
        """
        state = self.kept.get("state", "")
        said = urlencode({**told, **({"state": state} if state else {})})
        glue = "#" if in_hash else "&" if "?" in self.redirect_uri else "?"
        address = f"{self.redirect_uri}{glue}{said}"
        if urlsplit(address).scheme in ("http", "https"):
            return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
        link = f'<p><a href="{escape(address)}">Go back to {escape(self.title)}</a></p>'
        return page("Go back", f'<div class="panel"><h1>Done</h1>{link}</div>')

    @property
    def title(self) -> str:
        return self.application.title or "An application"


@dataclass(frozen=True, slots=True)
class Consent:
    """The page."""

    services: Services
    visitors: Visitors

    async def answer(self, request: Request) -> Response:
        """Show the page, or do what was chosen on it.

        Raises:
            BadParameter: the address is not one that a program may send people to.
        """
        fields = await read_form(request)
        asked = await self._asked(dict(fields))
        visitor = await self.visitors.who(request)
        if visitor is None:
            return self.visitors.ask(request)
        if request.method == "GET":
            return self._page(asked, visitor)
        if not self.visitors.sent_by(visitor, fields):
            raise BadParameter("csrf", "is not of this page; go back and try again")
        if dict(fields).get("choice") != "allow":
            in_hash = asked.kept["response_type"] == "token"
            return asked.back(in_hash=in_hash, error="access_denied")
        return await self._allow(asked, visitor)

    async def _asked(self, fields: Mapping[str, str]) -> Asked:
        kept = {name: fields.get(name, "") for name in _KEPT}
        try:
            application = await Tokens(self.services).application(kept["client_id"])
        except UnknownApplication:
            raise BadParameter("client_id", "is no registered application's") from None
        if not application.may_redirect_to(kept["redirect_uri"]):
            raise BadParameter("redirect_uri", "is not one that the application registered")
        if kept["response_type"] not in ("code", "token"):
            raise BadParameter("response_type", "must be code or token")
        named = map(permission_named, kept["scope"].replace(",", ";").split(";"))
        wanted = {*named}
        return Asked(application, kept, tuple(one for one in PERMISSIONS if one in wanted))

    async def _allow(self, asked: Asked, visitor: Visitor) -> Response:
        tokens, user_id = Tokens(self.services), visitor.user.id
        permissions = frozenset(asked.scope)
        for one in asked.scope:
            await self.services.registry.grant(asked.application.id, user_id, one)
        if asked.kept["response_type"] == "code":
            code = await tokens.new_code(
                asked.application, user_id, permissions, asked.redirect_uri
            )
            return asked.back(in_hash=False, code=code)
        granted = await tokens.new_token(asked.application, user_id, permissions)
        return asked.back(
            in_hash=True,
            access_token=granted.access_token,
            session_secret_key=granted.secret,
            permissions_granted=";".join(asked.scope),
            expires_in=str(granted.expires_in),
        )

    def _page(self, asked: Asked, visitor: Visitor) -> Response:
        host = urlsplit(asked.redirect_uri)
        lines = "".join(f"<li>{escape(MEANINGS[one])}</li>" for one in asked.scope)
        may = f"<ul>{lines}</ul>" if lines else ""
        body = f"""<form method="post" action="{PATH}" class="panel">
<h1>Let {escape(asked.title)} in?</h1>
<p class="lead">It wants to know who you are{", and to:" if lines else "."}</p>{may}
<p class="lead">You go back to <b>{escape(host.netloc or host.scheme)}</b> after this.</p>
{hidden(csrf=self.visitors.token_for(visitor), **asked.kept)}
<p class="row">{button("Allow", name="choice", value="allow")}
{button("Cancel", name="choice", value="cancel", look="quiet")}</p></form>"""
        return page(
            f"Let {asked.title} in?",
            body,
            beyond=[asked.redirect_uri],
            aside=self.visitors.aside(visitor),
        )
